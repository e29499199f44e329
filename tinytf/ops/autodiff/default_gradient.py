"""Which dtype and shape a gradient of zeros has; a resource variable's is that of its value."""

from __future__ import annotations

from tinytf import dtypes


def zeros_dtype(tensor):
    """The dtype of zeros that stand for the gradient of `tensor`."""
    if tensor.dtype != dtypes.resource:
        return tensor.dtype
    from tinytf.ops.state.resource_ops import variable_behind

    op = variable_behind(tensor)
    return op.attr("dtype") if op is not None else dtypes.float32


def variable_shape(handle):
    """An int32 tensor: the shape of the variable behind a handle."""
    from tinytf.graph.build import make

    return make("VariableShape", handle)
