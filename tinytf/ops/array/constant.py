"""Constants, and tensors that are all one value: Const, Fill, ZerosLike, OnesLike.

Here too stands what makes a tensor of a Python value: whatever is no tensor becomes a Const.
"""

from __future__ import annotations

import functools
import operator

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import const_array, constant_dims, constant_value
from tinytf.graph.convert import convert_to_tensor, register_conversion
from tinytf.graph.default_graph import get_default_graph, name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input, with_rank
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_proto import make_tensor_proto
from tinytf.shapes import Dimension, TensorShape
from tinytf.util.dispatch import add_dispatch_support

_SMALL = 1000  # tf.zeros and tf.ones of fewer elements are a Const, of more a Fill


def _const_shape(op):
    return [tuple([d.size for d in op.attr("value").tensor_shape.dim])]


def _const_kernel(op):
    value = const_array(op)
    return lambda: value


op("Const() -> (output: dtype); value: tensor; dtype: type",
   shape=_const_shape, kernel=_const_kernel, gradient=NOT_DIFFERENTIABLE, view=True)  # fmt: skip


def _fill_shape(op):
    with_rank(op.inputs[0].dims, 1)
    with_rank(op.inputs[1].dims, 0)
    dims = constant_dims(op.inputs[0])
    if dims is not None and None in dims:
        value = constant_value(op.inputs[0])
        if value is not None and value.min() < 0:
            raise ValueError("Fill dimensions must be >= 0")
    return [dims]


def _fill_kernel(op):
    np_type = np.dtype(op.attr("T").as_numpy_dtype)

    def fill(dims, value):
        if np.ndim(value) != 0:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"value must be a scalar, got shape {list(np.shape(value))}"
            )
        if np.ndim(dims) != 1:
            shape = ",".join(map(str, np.shape(dims)))
            raise errors.InvalidArgumentError(op.node_def, op, f"dims must be a vector, got shape [{shape}]")
        dims = dims.tolist()
        if dims and min(dims) < 0:
            raise errors.InvalidArgumentError(op.node_def, op, f"Dimension {next(d for d in dims if d < 0)} must be >= 0")
        if np_type == object:
            out = np.empty(dims, object)
            out.fill(value.item() if isinstance(value, np.ndarray) else value)
            return out
        return np.full(dims, value, np_type)

    return fill


def _fill_grad(op, grad):
    from tinytf.ops.math import math_ops

    return [None, math_ops.reduce_sum(grad)]


op("Fill(dims: index_type, value: T) -> (output: T); T: type; index_type: {int32, int64} = int32",
   shape=_fill_shape, kernel=_fill_kernel, gradient=_fill_grad)  # fmt: skip


def _zeros_like_kernel(op):
    if op.attr("T") == dtypes.variant:
        return lambda x: x.zeros_like()  # a tensor list or a number
    if op.attr("T") == dtypes.string:
        return lambda x: np.full(np.shape(x), b"", object)
    return lambda x: np.zeros_like(x)


op("ZerosLike(x: T) -> (y: T); T: type",
   shape=same_as_input, kernel=_zeros_like_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("OnesLike(x: T) -> (y: T); T: {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, int64, "
   "complex64, complex128, bool}",
   shape=same_as_input, kernel=lambda op: lambda x: np.ones_like(x), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# ---- public functions


def constant(value, dtype=None, shape=None, name="Const", verify_shape=False) -> Tensor:
    """A tensor of constant `value`: a `Const` node that holds it.

    A `shape` with more elements than `value` is filled up with its last element, unless
    `verify_shape`.  Raises TypeError and ValueError as `tf.make_tensor_proto`.
    Follows `tf.constant` of TF 1.15.
    """
    return _constant(value, dtype, shape, name, verify_shape, False)


def _constant(value, dtype, shape, name, verify_shape, allow_broadcast) -> Tensor:
    proto = make_tensor_proto(value, dtype, shape, verify_shape, allow_broadcast)
    attrs = {"value": proto, "dtype": dtypes.as_dtype(proto.dtype)}
    # Without a name scope of its own: what a loop adds beside the node to wait for ops outside lies next to it.
    return get_default_graph().create_op("Const", [], None, name=name, attrs=attrs).outputs[0]


def small_constant(value, dtype=None, shape=None, name="Const") -> Tensor:
    """A constant where only a scalar may fill a larger `shape`: what TF's own functions use inside."""
    return _constant(value, dtype, shape, name, False, True)


def _convert(value, dtype=None, name=None, as_ref=False):
    return _constant(value, dtype, None, name or "Const", False, False)


def shape_to_tensor(shape, dtype=None, name=None, as_ref=False) -> Tensor:
    """A fully defined TensorShape as an int32 vector (int64 where a dimension needs it)."""
    if not shape.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {shape}")
    sizes = shape.as_list()
    large = next((d for d in sizes if d >= 2**31), 0)
    if dtype is None:
        dtype = dtypes.int64 if large else dtypes.int32
    elif dtype not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    elif dtype == dtypes.int32 and large:
        raise ValueError(f"Cannot convert a TensorShape to dtype int32; a dimension is too large ({large})")
    return small_constant(sizes, dtype, name=name or "shape_as_tensor")


def _dimension_to_tensor(dimension, dtype=None, name=None, as_ref=False):
    if dimension.value is None:
        raise ValueError(f"Cannot convert an unknown Dimension to a Tensor: {dimension}")
    if dtype is None:
        dtype = dtypes.int32
    elif dtype not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    return small_constant(dimension.value, dtype, name=name or "shape_as_tensor")


register_conversion((list, tuple), _convert, 100)
register_conversion(TensorShape, shape_to_tensor, 100)
register_conversion(Dimension, _dimension_to_tensor, 100)
register_conversion(object, _convert, 200)


def fill(dims, value, name=None) -> Tensor:
    """A tensor of shape `dims` (int32/int64 vector, may be a tensor) filled with the scalar `value`.

    Follows `tf.fill` of TF 1.15.
    """
    return make("Fill", dims, value, name=name)


def zeros(shape, dtype=dtypes.float32, name=None) -> Tensor:
    """A tensor of zeros (False, empty strings).  Under 1,000 elements a Const, else a Fill.

    `shape` is a list of ints and scalar tensors, a TensorShape or an int tensor.
    Follows `tf.zeros` of TF 1.15.
    """
    dtype = dtypes.as_dtype(dtype).base_dtype
    zero = {dtypes.bool: False, dtypes.string: ""}.get(dtype, 0)
    return _filled("zeros", zero, shape, dtype, name)


def ones(shape, dtype=dtypes.float32, name=None) -> Tensor:
    """A tensor of ones (True).  Under 1,000 elements a Const, else a Fill.  Follows `tf.ones` of TF 1.15."""
    dtype = dtypes.as_dtype(dtype).base_dtype
    return _filled("ones", True if dtype == dtypes.bool else 1, shape, dtype, name)


def _filled(default_name, value, shape, dtype, name):
    from tinytf.ops.array import shape_ops

    with name_scope(name, default_name, [shape]) as name:
        if not isinstance(shape, Tensor):
            try:
                small = _small_filled(value, dtype, shape, name)
                if small is not None:
                    return small
                shape = shape_to_tensor(TensorShape(shape))
            except (TypeError, ValueError):  # a list with tensors in it
                shape = convert_to_tensor(shape, dtype=dtypes.int32)
        if not shape.dims:
            shape = shape_ops.reshape(shape, [-1])
        return fill(shape, small_constant(value, dtype), name=name)


def _small_filled(value, dtype, shape, name):
    try:
        return small_constant(value, dtype, shape, name) if _is_small(shape) else None
    except TypeError:  # an int, or a list with tensors in it
        return None


def _is_small(shape) -> bool:
    """Whether a shape has few elements.

    The product is taken whatever the elements are: with tensors among them it adds the nodes
    `mul` and `Less` to the graph before `bool` refuses, as it does in TensorFlow.
    """
    if isinstance(shape, (list, tuple, TensorShape)):
        elements = list(shape)
        product = functools.reduce(operator.mul, elements) if elements else 1
    else:
        product = np.prod(shape)
    return bool(product < _SMALL)


@add_dispatch_support
def zeros_like(tensor, dtype=None, name=None, optimize=True) -> Tensor:
    """Zeros of the shape (and the dtype, if none is given) of `tensor`.

    With `optimize` a statically known shape becomes a constant.  Follows `tf.zeros_like` of TF 1.15.
    """
    from tinytf.ops.array import shape_ops

    with name_scope(name, "zeros_like", [tensor]) as name:
        tensor = convert_to_tensor(tensor, name="tensor")
        known = tensor.dims is not None and None not in tensor.dims
        if optimize and known and tensor.dtype.base_dtype != dtypes.variant:
            return zeros(tensor.shape, dtype=dtype or tensor.dtype, name=name)
        if dtype is not None and dtype != tensor.dtype and dtype != dtypes.variant:
            return zeros(shape_ops.shape_internal(tensor, optimize=optimize), dtype=dtype, name=name)
        return make("ZerosLike", tensor, name=name)


@add_dispatch_support
def ones_like(tensor, dtype=None, name=None, optimize=True) -> Tensor:
    """Ones of the shape (and the dtype, if none is given) of `tensor`.  Follows `tf.ones_like` of TF 1.15."""
    from tinytf.ops.array import shape_ops

    with name_scope(name, "ones_like", [tensor]) as name:
        tensor = convert_to_tensor(tensor, name="tensor")
        shape = shape_ops.shape_internal(tensor, optimize=optimize)
        result = ones(shape, dtype=tensor.dtype if dtype is None else dtype, name=name)
        result.set_shape(tensor.get_shape())
        return result
