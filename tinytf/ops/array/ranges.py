"""Sequences: Range and LinSpace."""

from __future__ import annotations

import math

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.tensor import Tensor
from tinytf.ops.math import cast as casts


def _range_size(start, limit, delta) -> int:
    """How many numbers; ValueError where the step leads away from the limit."""
    if delta == 0:
        raise ValueError("Requires delta != 0")
    if delta > 0 and start > limit:
        raise ValueError(f"Requires start <= limit when delta > 0: {start}/{limit}")
    if delta < 0 and start < limit:
        raise ValueError(f"Requires start >= limit when delta < 0: {start}/{limit}")
    if isinstance(start, int):
        return -(-abs(limit - start) // abs(delta))
    return math.ceil(abs((limit - start) / delta))


def _scalar_inputs(op):
    for t, name in zip(op.inputs, ("start", "limit", "delta")):
        if t.dims:
            raise ValueError(f"Shape must be rank 0 but is rank {len(t.dims)}\n\t for '{name}'")
    return [constant_value(t) for t in op.inputs]


def _range_shape(op):
    values = _scalar_inputs(op)
    if any(v is None for v in values):
        return [(None,)]
    return [(_range_size(*[v.item() for v in values]),)]


def _check_scalars(op, **numbers):
    for name, number in numbers.items():
        if np.ndim(number):
            shape = ",".join(map(str, number.shape))
            raise errors.InvalidArgumentError(op.node_def, op, f"{name} must be a scalar, not shape [{shape}]")


def _range_kernel(op):
    dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)

    def sequence(start, limit, delta):
        _check_scalars(op, start=start, limit=limit, delta=delta)
        try:
            size = _range_size(start.item(), limit.item(), delta.item())
        except ValueError as error:
            text = str(error) + (": 0" if delta == 0 else "")
            raise errors.InvalidArgumentError(op.node_def, op, text) from None
        if dtype.kind == "i":
            return np.arange(start, start + size * delta, delta, dtype=dtype)[:size]
        # Step by step, rounding each time, as TensorFlow does: the 9th of range(0., 1., 0.1) is 0.8000001.
        steps = np.full(size, delta, dtype)
        steps[:1] = start
        return np.add.accumulate(steps, dtype=dtype)

    return sequence


def _lin_space_shape(op):
    number = _scalar_inputs(op)[2]
    if number is None:
        return [(None,)]
    if number <= 0:
        raise ValueError(f"Requires num > 0: {number}")
    return [(int(number),)]


def _lin_space_kernel(op):
    dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)

    def line(start, stop, num):
        _check_scalars(op, start=start, stop=stop, num=num)
        num = int(num)
        if num <= 0:
            raise errors.InvalidArgumentError(op.node_def, op, f"Requires num > 0: {num}")
        if num == 1:
            return np.array([start], dtype)
        step = dtype.type((stop - start) / dtype.type(num - 1))
        result = start + step * np.arange(num, dtype=dtype)
        result[-1] = stop
        return result

    return line


op(
    "Range(start: Tidx, limit: Tidx, delta: Tidx) -> (output: Tidx); Tidx: {bfloat16, float, double, int32, int64} = "
    "int32",
    shape=_range_shape,
    kernel=_range_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "LinSpace(start: T, stop: T, num: Tidx) -> (output: T); T: {bfloat16, float, double}; Tidx: {int32, int64} = int32",
    shape=_lin_space_shape,
    kernel=_lin_space_kernel,
    gradient=NOT_DIFFERENTIABLE,
)

_WIDTH = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64]


def range(start, limit=None, delta=1, dtype=None, name="range") -> Tensor:
    """Numbers from `start` (0 where only a limit is given) up to but without `limit`, `delta` apart.

    Of the types int32, int64, float32, float64 the widest of the arguments is taken, unless `dtype`
    is given.  Follows `tf.range` of TF 1.15.
    """
    if limit is None:
        start, limit = 0, start
    with name_scope(name, "Range", [start, limit, delta]) as name:
        start = convert_to_tensor(start, dtype=dtype, name="start")
        limit = convert_to_tensor(limit, dtype=dtype, name="limit")
        delta = convert_to_tensor(delta, dtype=dtype, name="delta")
        if dtype is None:
            given = [start, limit, delta]
            assert all(t.dtype in _WIDTH for t in given)
            widest = max([t.dtype for t in given], key=_WIDTH.index)
            start, limit, delta = (casts.cast(t, widest) for t in given)
        return make("Range", start, limit, delta, name=name)


def linspace(start, stop, num, name=None) -> Tensor:
    """`num` numbers evenly spaced from `start` to `stop`, both included.  Follows `tf.linspace` of TF 1.15."""
    return make("LinSpace", start, stop, num, name=name)


lin_space = linspace


def _unravel_kernel(op):
    def unravel(indices, dims):
        size = int(np.prod(dims, dtype=np.int64))
        if np.any(indices >= size) or np.any(indices < 0):
            raise errors.InvalidArgumentError(op.node_def, op, "index is out of bound as with dims")
        return np.stack(np.unravel_index(indices, tuple(dims))).astype(indices.dtype) if len(dims) else indices[None][:0]

    return unravel


def _unravel_dims(op):
    indices, dims = op.inputs[0].dims, op.inputs[1].dims
    count = dims[0] if dims is not None else None
    if indices is None:
        return [None]
    return [(count,) if not indices else (count, None if None in indices else int(np.prod(indices)))]


op("UnravelIndex(indices: Tidx, dims: Tidx) -> (output: Tidx); Tidx: {int32, int64} = int32",
   shape=_unravel_dims, kernel=_unravel_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def unravel_index(indices, dims, name=None) -> Tensor:
    """The coordinates, in an array of shape `dims`, of flat indices: a column each.  Follows `tf.unravel_index` of TF 1.15."""
    return make("UnravelIndex", indices, dims, name=name)
