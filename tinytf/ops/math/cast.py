"""Cast: the same numbers in another type."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import op
from tinytf.graph.op_summary import type_name
from tinytf.graph.shape_rules import same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.util.dispatch import add_dispatch_support


def to_bfloat16_bits(x):
    """The upper 16 bits of float32 numbers, rounded to nearest even."""
    x = np.asarray(x, np.float32)
    bits = x.view(np.uint32)
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)
    return np.where(np.isnan(x), np.uint32(0x7FC0), rounded).astype(np.uint16)


def from_bfloat16_bits(bits):
    """float32 numbers of their upper 16 bits."""
    return (np.asarray(bits).astype(np.uint32) << np.uint32(16)).view(np.float32)


def _cast_kernel(op):
    source, target = op.attr("SrcT"), op.attr("DstT")
    if source == target:
        return lambda x: x
    if source == dtypes.bfloat16 or target == dtypes.bfloat16:
        return _bfloat16_kernel(source, target)
    to = np.dtype(target.as_numpy_dtype)
    if dtypes.string in (source, target):
        raise errors.UnimplementedError(op.node_def, op, f"Cast {type_name(source)} to {type_name(target)} is not supported")
    if target == dtypes.bool:
        return lambda x: np.not_equal(x, 0)
    if source.is_complex and not target.is_complex:
        return lambda x: np.real(x).astype(to)
    if source.is_floating and target.is_integer and target.size < 4:
        # By way of int32, as the processor does it: straight to 8 or 16 bits is undefined outside their range.
        return lambda x: x.astype(np.int32).astype(to)
    return lambda x: x.astype(to)


def _bfloat16_kernel(source, target):
    bits = np.dtype(np.uint16)
    if target == dtypes.bfloat16:
        stored = np.dtype(target.as_numpy_dtype)
        return lambda x: to_bfloat16_bits(np.real(x)).view(stored)
    to = np.dtype(target.as_numpy_dtype)
    return lambda x: from_bfloat16_bits(np.asarray(x).view(bits)).astype(to)


_FLOWS = frozenset(["float16", "float32", "float64", "bfloat16", "complex64", "complex128"])


def _cast_grad(op, grad):
    source, target = op.inputs[0].dtype.base_dtype, grad.dtype.base_dtype
    return cast(grad, source) if source.name in _FLOWS and target.name in _FLOWS else None


op(
    "Cast(x: SrcT) -> (y: DstT); SrcT: type; DstT: type; Truncate: bool = false",
    shape=same_as_input,
    kernel=_cast_kernel,
    gradient=_cast_grad,
    view=True,
)


@add_dispatch_support
def cast(x, dtype, name=None):
    """`x` (a tensor, SparseTensor or IndexedSlices) with elements of type `dtype`.

    A tensor that has the type already is returned as it is.  Floats are truncated to integers,
    complex numbers lose their imaginary part.  Follows `tf.cast` of TF 1.15.
    """
    base = dtypes.as_dtype(dtype).base_dtype
    if isinstance(x, Tensor) and base == x.dtype:
        return x
    if not isinstance(x, Tensor) and hasattr(x, "handle") and getattr(x, "dtype", None) == base:
        return x  # a resource variable
    with name_scope(name, "Cast", [x]) as name:
        if isinstance(x, IndexedSlices):
            return IndexedSlices(cast(x.values, base, name=name), x.indices, x.dense_shape)
        if type(x).__name__ == "SparseTensor":
            return type(x)(x.indices, cast(x.values, base, name=name), x.dense_shape)
        x = convert_to_tensor(x, name="x")
        return x if x.dtype.base_dtype == base else make("Cast", x, DstT=base, name=name)


@add_dispatch_support
def saturate_cast(value, dtype, name=None) -> Tensor:
    """As `cast`, but values outside the range of `dtype` become its limits.  Follows `tf.saturate_cast`."""
    with name_scope(name, "saturate_cast", [value]) as name:
        value = convert_to_tensor(value, name="value")
        dtype = dtypes.as_dtype(dtype).base_dtype
        if value.dtype.min < dtype.min:
            value = make("Maximum", value, convert_to_tensor(dtype.min, dtype=value.dtype, name="min"))
        if value.dtype.max > dtype.max:
            value = make("Minimum", value, convert_to_tensor(dtype.max, dtype=value.dtype, name="max"))
        return cast(value, dtype, name=name)


def _to(dtype, default_name):
    def function(x, name=default_name):
        return cast(x, dtype, name=name)

    function.__name__ = function.__qualname__ = "to_" + dtype.name
    function.__doc__ = f"`x` cast to {dtype.name}.  Follows the deprecated function of this name of TF 1.15."
    return function


to_float = _to(dtypes.float32, "ToFloat")
to_double = _to(dtypes.float64, "ToDouble")
to_int32 = _to(dtypes.int32, "ToInt32")
to_int64 = _to(dtypes.int64, "ToInt64")
to_bfloat16 = _to(dtypes.bfloat16, "ToBFloat16")
to_complex64 = _to(dtypes.complex64, "ToComplex64")
to_complex128 = _to(dtypes.complex128, "ToComplex128")
