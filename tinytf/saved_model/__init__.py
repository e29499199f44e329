"""`tf.saved_model`: models as folders, with graph, variables, signatures and assets."""

# Also where this module was imported by its own path: a symbol that is missing is named.
import sys as _sys  # noqa: E402

from tinytf.missing import name_missing as _name_missing  # noqa: E402
from tinytf.saved_model import (  # noqa: F401
    builder,
    constants,
    loader,
    main_op,
    signature_constants,
    signature_def_utils,
    tag_constants,
    utils,
)
from tinytf.saved_model.builder import Builder  # noqa: F401
from tinytf.saved_model.constants import *  # noqa: F403
from tinytf.saved_model.loader import contains_saved_model, load, maybe_saved_model_directory  # noqa: F401
from tinytf.saved_model.main_op import main_op_with_restore  # noqa: F401
from tinytf.saved_model.signature_constants import *  # noqa: F403
from tinytf.saved_model.signature_def_utils import (  # noqa: F401
    build_signature_def,
    classification_signature_def,
    is_valid_signature,
    predict_signature_def,
    regression_signature_def,
)
from tinytf.saved_model.simple_save import simple_save  # noqa: F401
from tinytf.saved_model.tag_constants import *  # noqa: F403
from tinytf.saved_model.utils import build_tensor_info, get_tensor_from_tensor_info  # noqa: F401

_name_missing(_sys.modules[__name__], "tf.saved_model")
