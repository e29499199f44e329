"""tf.contrib.framework: arg_scope, model variables, smart_cond, devices for variables."""

from __future__ import annotations

from tinytf import nest  # noqa: F401
from tinytf.checkpoint import list_variables, load_checkpoint, load_variable  # noqa: F401
from tinytf.contrib.framework import audio_ops  # noqa: F401
from tinytf.contrib.framework.arg_scope import (  # noqa: F401
    add_arg_scope,
    arg_scope,
    arg_scope_func_key,
    arg_scoped_arguments,
    current_arg_scope,
    has_arg_scope,
)
from tinytf.contrib.framework.device_chooser import VariableDeviceChooser  # noqa: F401
from tinytf.contrib.framework.shapes import with_same_shape, with_shape  # noqa: F401
from tinytf.contrib.framework.variables import (  # noqa: F401
    add_model_variable,
    assign_from_checkpoint,
    assign_from_checkpoint_fn,
    assign_from_values,
    assign_from_values_fn,
    filter_variables,
    get_local_variables,
    get_model_variables,
    get_trainable_variables,
    get_unique_variable,
    get_variable_full_name,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    global_variable,
    local_variable,
    model_variable,
    variable,
)
from tinytf.graph.sparse_tensor import convert_to_tensor_or_sparse_tensor  # noqa: F401
from tinytf.graph.tensor_util import is_tensor  # noqa: F401
from tinytf.layers.smart_cond import known_value as smart_constant_value  # noqa: F401
from tinytf.layers.smart_cond import smart_cond  # noqa: F401
from tinytf.ops.array.sort_ops import argsort, sort  # noqa: F401
from tinytf.ops.control_flow.script_ops import py_func  # noqa: F401
from tinytf.ops.math.check_ops import assert_same_float_dtype, assert_scalar  # noqa: F401
from tinytf.ops.nn.squeezable import remove_squeezable_dimensions  # noqa: F401
from tinytf.train.checkpoint_utils import init_from_checkpoint  # noqa: F401
from tinytf.train.training_util import (  # noqa: F401
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
)


def get_placeholders(graph) -> list:
    """The outputs of the graph's placeholders."""
    return [op.outputs[0] for op in graph.get_operations() if op.type == "Placeholder"]


def assert_or_get_global_step(graph=None, global_step_tensor=None):
    """The graph's global step; the given one where it is right.  Follows tf.contrib.framework.assert_or_get_global_step of TF 1.15."""
    if global_step_tensor is None:
        return get_global_step(graph)
    assert_global_step(global_step_tensor)
    return global_step_tensor


def get_name_scope() -> str:
    """The current name scope, without a slash at its end."""
    from tinytf.graph.default_graph import get_default_graph

    return get_default_graph().get_name_scope()
