"""tensorflow.python.data.util.sparse: which components are sparse, and how they travel.  Follows the module of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.data import structure
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.shapes import TensorShape


def any_sparse(classes) -> bool:
    """Whether one of the classes is SparseTensor."""
    return any(c is SparseTensor for c in structure.flatten(classes))


def get_classes(tensors):
    """The classes of a structure of tensors."""
    return structure.map_structure(lambda t: SparseTensor if isinstance(t, SparseTensor) else Tensor, tensors)


def as_dense_types(types, classes):
    """The dtypes of what carries the components: variant where one is sparse."""
    return structure.map_structure(lambda t, c: dtypes.variant if c is SparseTensor else t, types, classes)


def as_dense_shapes(shapes, classes):
    """The shapes of what carries the components: unknown where one is sparse."""
    return structure.pack(
        classes, [TensorShape(None) if c is SparseTensor else s for c, s in zip(structure.flatten(classes), structure.flatten_up_to(classes, shapes))]
    )


def serialize_sparse_tensors(tensors):
    """The components, SparseTensors as variants."""
    specs = structure.specs_of(tensors)
    return structure.pack(specs, structure.to_wire(specs, tensors))


def serialize_many_sparse_tensors(tensors):
    """The components, SparseTensors as variants of their rows."""
    specs = structure.specs_of(tensors)
    return structure.pack(specs, structure.to_wire_rows(specs, tensors))


def deserialize_sparse_tensors(tensors, types, shapes, classes):
    """What `serialize_sparse_tensors` was given."""
    return structure.from_wire(structure.from_legacy(types, shapes, classes), structure.flatten(tensors))
