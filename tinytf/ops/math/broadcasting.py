"""Broadcasting as seen by gradients: which axes of a gradient must be summed to fit the input again."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import reductions
from tinytf.shapes import in_brackets


def gradient_axes(x, y) -> tuple:
    """(axes to sum for x, axes to sum for y) where shapes `x` and `y` were broadcast together.

    Where both sizes are 1 both get the axis (unless the shapes are the same as a whole): summing it
    changes nothing, and it is what TensorFlow's node answers.  Raises ValueError where they do not fit.
    """
    x, y = list(map(int, x)), list(map(int, y))
    if x == y:
        return [], []
    rank = max(len(x), len(y))
    padded_x, padded_y = [1] * (rank - len(x)) + x, [1] * (rank - len(y)) + y
    axes_x, axes_y = [], []
    for axis, (a, b) in enumerate(zip(padded_x, padded_y)):
        if a == 1:
            axes_x.append(axis)
        if b == 1:
            axes_y.append(axis)
        if a != b and a != 1 and b != 1:
            raise ValueError(f"Incompatible shapes: {in_brackets(x)} vs. {in_brackets(y)}")
    return axes_x, axes_y


def _gradient_args_shape(op):
    for shape in op.inputs:
        with_rank(shape.dims, 1)
    return [(None,), (None,)]


def _gradient_args_kernel(op):
    dtype = op.outputs[0].dtype.as_numpy_dtype

    def kernel(s0, s1):
        try:
            r0, r1 = gradient_axes(s0, s1)
        except ValueError as error:
            raise errors.InvalidArgumentError(op.node_def, op, str(error)) from None
        return np.array(r0, dtype), np.array(r1, dtype)

    return kernel


op(
    "BroadcastGradientArgs(s0: T, s1: T) -> (r0: T, r1: T); T: {int32, int64} = int32",
    shape=_gradient_args_shape,
    kernel=_gradient_args_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _is_known(dims) -> bool:
    return dims is not None and None not in dims


def same_known_shape(x, y, grad) -> bool:
    """Whether all three are tensors of one and the same known shape: then no gradient needs summing."""
    return isinstance(grad, Tensor) and _is_known(x.dims) and x.dims == y.dims == grad.dims


def dynamic_axes(x, y):
    """Nodes for (shape of x, shape of y, axes of x, axes of y); shapes that are known are constants."""
    sx, sy = array_ops.shape(x), array_ops.shape(y)
    rx, ry = make("BroadcastGradientArgs", sx, sy)
    return sx, sy, rx, ry


def smart_axes(x, y, grad):
    """((shape, axes, must sum?) of x, the same of y); known shapes are worked out now, once a graph.

    The first time a pair of known shapes is met its BroadcastGradientArgs node is added all the same
    (TensorFlow evaluates it and keeps the answer), so that node names stay in step.
    """
    if not isinstance(grad, Tensor):
        sx, sy, rx, ry = dynamic_axes(x, y)
        return (sx, rx, True), (sy, ry, True)
    if not (_is_known(x.dims) and _is_known(y.dims)):
        sx, sy = array_ops.shape_internal(x, optimize=False), array_ops.shape_internal(y, optimize=False)
        rx, ry = make("BroadcastGradientArgs", sx, sy)
        return (sx, rx, True), (sy, ry, True)
    cache = graph_cache("_bcast_grad_args_cache")
    key = (x.dims, y.dims)
    if key not in cache:
        make("BroadcastGradientArgs", x.dims, y.dims)
        cache[key] = tuple(map(tuple, gradient_axes(x.dims, y.dims)))
    rx, ry = cache[key]
    return (x.dims, rx, x.dims != grad.dims), (y.dims, ry, y.dims != grad.dims)


def graph_cache(name: str) -> dict:
    """A dict kept with the default graph."""
    graph = get_default_graph()
    cache = getattr(graph, name, None)
    if cache is None:
        cache = {}
        setattr(graph, name, cache)
    return cache


def sum_to_shape(gradient, axes, shape):
    """`gradient` summed over `axes` and given `shape`."""
    return array_ops.reshape(reductions.reduce_sum(gradient, axes), shape)
