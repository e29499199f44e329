"""The structure of a dataset's elements: tuples and dicts of tensors, as parallel types and shapes.

Unlike elsewhere a list is no structure here: it becomes one tensor.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.shapes import TensorShape, as_dims


class Spec:
    """dtype and dims of one component."""

    __slots__ = ("dtype", "dims")

    def __init__(self, dtype, dims):
        self.dtype, self.dims = dtypes.as_dtype(dtype), as_dims(dims)

    def batched(self, size) -> Spec:
        """The component of a batch of `size` (None: not known) elements."""
        return Spec(self.dtype, None if self.dims is None else (size, *self.dims))

    def row(self) -> Spec:
        """The component of one row."""
        return Spec(self.dtype, None if self.dims is None else self.dims[1:])


def flatten(structure) -> list:
    """The leaves, dicts in the order of their sorted keys."""
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in flatten(structure[key])]
    if isinstance(structure, tuple):
        return [leaf for part in structure for leaf in flatten(part)]
    return [structure]


def pack(structure, leaves):
    """`leaves` in the form of `structure`."""
    iterator = iter(leaves)

    def build(part):
        if isinstance(part, dict):
            built = {key: build(part[key]) for key in sorted(part)}
            return type(part)((key, built[key]) for key in part)
        if isinstance(part, tuple):
            parts = [build(p) for p in part]
            return type(part)(*parts) if hasattr(part, "_fields") else tuple(parts)
        return next(iterator)

    return build(structure)


def map_structure(function, structure, *others):
    """`function` of corresponding leaves."""
    return pack(structure, [function(*leaves) for leaves in zip(flatten(structure), *[flatten_up_to(structure, o) for o in others])])


def flatten_up_to(structure, deeper) -> list:
    """The parts of `deeper` that stand where `structure` has leaves (a shape may be a tuple itself)."""
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in flatten_up_to(structure[key], deeper[key])]
    if isinstance(structure, tuple):
        if len(structure) != len(deeper):
            raise ValueError(f"The two structures don't have the same sequence length. Input structure has length {len(deeper)}, while shallow structure has length {len(structure)}.")
        return [leaf for a, b in zip(structure, deeper) for leaf in flatten_up_to(a, b)]
    return [deeper]


def normalize(element, name="normalize_element"):
    """A structure of tensors of whatever the user gave."""
    leaves = flatten(element)
    with name_scope(name):
        tensors = []
        for i, leaf in enumerate(leaves):
            if type(leaf).__name__ == "SparseTensor":
                raise NotImplementedError("tinytf's tf.data holds dense tensors only: convert with tf.sparse_tensor_to_dense")
            tensors.append(convert_to_tensor(leaf, name=f"component_{i}"))
    return pack(element, tensors)


def specs_of(element):
    """The specs of a structure of tensors."""
    return map_structure(lambda t: Spec(t.dtype.base_dtype, t.dims) if isinstance(t, Tensor) else t.spec, element)


def types(specs):
    """The structure of dtypes."""
    return map_structure(lambda s: s.dtype, specs)


def shapes(specs):
    """The structure of TensorShapes."""
    return map_structure(lambda s: TensorShape._of(s.dims), specs)


def attributes(specs) -> dict:
    """The attributes that every dataset op carries."""
    leaves = flatten(specs)
    return {"output_types": [s.dtype for s in leaves], "output_shapes": [TensorShape._of(s.dims) for s in leaves]}


def as_array(value, dtype) -> np.ndarray:
    """What a generator yields as an array of `dtype`; strings as bytes."""
    array = np.asarray(value, dtype=object if dtype == dtypes.string else dtype.as_numpy_dtype)
    if dtype == dtypes.string:
        encoded = np.empty(array.shape, dtype=object)
        for index, item in np.ndenumerate(array):
            encoded[index] = item.encode() if isinstance(item, str) else item
        return encoded
    return array
