"""tf.data: datasets and iterators.  Follows `tf.data` of TF 1.15 (graph mode)."""

from tinytf.data import experimental  # noqa: F401
from tinytf.data.dataset import (  # noqa: F401
    Dataset,
    DatasetSpec,
    get_output_classes,
    get_output_shapes,
    get_output_types,
    make_initializable_iterator,
    make_one_shot_iterator,
)
from tinytf.data.iterator import Iterator  # noqa: F401
from tinytf.data.options import Options  # noqa: F401
from tinytf.data.readers import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset  # noqa: F401
