"""How one tensor carries a dataset's component through ops that take tensors only.

A tensor carries itself, a SparseTensor travels as a variant; a spec of another class says it itself, by
`_wire` (the spec of the tensor), `_to_wire`, `_from_wire` and, where values have rows, `_to_wire_rows`.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.composite_specs import SparseTensorSpec
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.graph.type_spec import TypeSpec


def wire(spec: TypeSpec) -> TensorSpec:
    """The spec of the tensor that carries a value."""
    if isinstance(spec, TensorSpec):
        return spec
    return TensorSpec(None, dtypes.variant) if isinstance(spec, SparseTensorSpec) else _own(spec, "_wire")


def to_wire(spec: TypeSpec, value) -> Tensor:
    """The tensor that carries `value`."""
    return _carried(spec, value, "SerializeSparse", "_to_wire")


def to_wire_rows(spec: TypeSpec, value) -> Tensor:
    """A tensor whose rows carry the rows of `value`."""
    return _carried(spec, value, "SerializeManySparse", "_to_wire_rows")


def _carried(spec, value, op_type, method):
    if isinstance(spec, TensorSpec):
        return value
    if isinstance(spec, SparseTensorSpec):
        return make(op_type, value.indices, value.values, value.dense_shape, out_type=dtypes.variant)
    return _own(spec, method)(value)


def from_wire(spec: TypeSpec, tensor):
    """The value that `tensor` carries."""
    if isinstance(spec, TensorSpec):
        return tensor
    if not isinstance(spec, SparseTensorSpec):
        return _own(spec, "_from_wire")(tensor)
    indices, values, shape = make("DeserializeSparse", tensor, dtype=spec.dtype)
    indices.set_shape([None, spec.shape.ndims])
    shape.set_shape([spec.shape.ndims])
    return SparseTensor(indices, values, shape)


def _own(spec, name):
    try:
        return getattr(spec, name)
    except AttributeError:
        raise NotImplementedError(f"{type(spec).__name__} cannot be carried by a tensor") from None
