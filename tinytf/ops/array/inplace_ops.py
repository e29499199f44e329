"""InplaceUpdate, InplaceAdd, InplaceSub: rows of a tensor replaced, as new tensors; Empty.  Follows `inplace_ops` of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.shape_ops import show
from tinytf.ops.math.cast import cast


def _kernel(change):
    def kernel(op):
        def inplace(x, i, v):
            if i.ndim != 1 or x.shape[1:] != v.shape[1:] or len(i) != len(v):
                message = f"i and x must have shapes [n], [m, …] and v [n, …], but are {show(i.shape)}, {show(x.shape)}, {show(v.shape)}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
            result = np.array(x)
            for row, value in zip(i % max(len(x), 1), v):
                result[row] = change(result[row], value)
            return result

        return inplace

    return kernel


op("InplaceUpdate(x: T, i: int32, v: T) -> (y: T); T: type",
   shape=same_as_input, kernel=_kernel(lambda old, new: new), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("InplaceAdd(x: T, i: int32, v: T) -> (y: T); T: type",
   shape=same_as_input, kernel=_kernel(lambda old, new: old + new), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("InplaceSub(x: T, i: int32, v: T) -> (y: T); T: type",
   shape=same_as_input, kernel=_kernel(lambda old, new: old - new), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _empty_kernel(op):
    np_type = op.attr("dtype").as_numpy_dtype
    filler = b"" if op.attr("dtype") == dtypes.string else 0
    return lambda shape: np.full(shape, filler, np_type)


op("Empty(shape: int32) -> (output: dtype); dtype: type; init: bool = false; is_stateful",
   shape=lambda op: [constant_dims(op.inputs[0])], kernel=_empty_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _changed(op_type, x, i, v) -> Tensor:
    """The op on whole tensors (`i` None), on one row (a scalar `i`) or on the rows `i`."""
    from tinytf.ops.array import array_ops

    x, v = convert_to_tensor(x), convert_to_tensor(v)
    if i is None:
        rows = array_ops.reshape(x, [1, -1])
        return array_ops.reshape(make(op_type, rows, [0], array_ops.reshape(v, [1, -1])), array_ops.shape(x))
    i = cast(i, dtypes.int32)
    if i.shape.ndims == 0:
        return make(op_type, x, array_ops.reshape(i, [1]), array_ops.expand_dims(v, 0))
    return make(op_type, x, i, v)


def alias_inplace_update(x, i, v) -> Tensor:
    """`x` with the rows `i` replaced by `v`."""
    return _changed("InplaceUpdate", x, i, v)


def alias_inplace_add(x, i, v) -> Tensor:
    """`x` with `v` added to the rows `i`."""
    return _changed("InplaceAdd", x, i, v)


def alias_inplace_sub(x, i, v) -> Tensor:
    """`x` with `v` subtracted from the rows `i`."""
    return _changed("InplaceSub", x, i, v)


def inplace_update(x, i, v) -> Tensor:
    """As `alias_inplace_update`."""
    return alias_inplace_update(make("DeepCopy", convert_to_tensor(x)), i, v)


def inplace_add(x, i, v) -> Tensor:
    """As `alias_inplace_add`."""
    return alias_inplace_add(make("DeepCopy", convert_to_tensor(x)), i, v)


def inplace_sub(x, i, v) -> Tensor:
    """As `alias_inplace_sub`."""
    return alias_inplace_sub(make("DeepCopy", convert_to_tensor(x)), i, v)


def empty(shape, dtype, init=False, name=None) -> Tensor:
    """A tensor of a shape that is given when it runs, zeros here.  Follows gen_array_ops.empty of TF 1.15."""
    return make("Empty", shape, dtype=dtype, init=init, name=name)


def empty_like(x, init=None) -> Tensor:
    """A tensor of the shape of `x`, zeros here."""
    from tinytf.ops.array import array_ops

    x = convert_to_tensor(x, name="x")
    return make("Empty", array_ops.shape(x), dtype=x.dtype, init=bool(init))
