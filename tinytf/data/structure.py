"""The structure of a dataset's elements: tuples and dicts, whose leaves are described by TypeSpecs.

Unlike elsewhere a list is no structure here: it becomes one tensor.  Dataset ops take and give one tensor
a leaf, whatever the leaf is: `to_wire` and `from_wire` convert (a SparseTensor travels as a variant).
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.data import wires
from tinytf.graph.composite_specs import SparseTensorSpec
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor, SparseTensorValue
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.graph.type_spec import TypeSpec, registered, type_spec_from_value
from tinytf.shapes import TensorShape


def _is_tuple(value) -> bool:
    return isinstance(value, tuple) and not isinstance(value, SparseTensorValue)


def flatten(structure) -> list:
    """The leaves, dicts in the order of their sorted keys."""
    if isinstance(structure, dict):
        return [leaf for key in _sorted(structure) for leaf in flatten(structure[key])]
    if _is_tuple(structure):
        return [leaf for part in structure for leaf in flatten(part)]
    return [structure]


def _sorted(dictionary):
    try:
        return sorted(dictionary)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None


def pack(structure, leaves):
    """`leaves` in the form of `structure`."""
    iterator = iter(leaves)

    def build(part):
        if isinstance(part, dict):
            built = {key: build(part[key]) for key in _sorted(part)}
            return type(part)((key, built[key]) for key in part)
        if _is_tuple(part):
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
        if not isinstance(deeper, dict):
            raise TypeError(f"If shallow structure is a sequence, input must also be a sequence. Input has type: {type(deeper)}.")
        if len(structure) != len(deeper):
            raise ValueError(f"The two structures don't have the same sequence length. Input structure has length {len(deeper)}, while shallow structure has length {len(structure)}.")
        return [leaf for key in _sorted(structure) for leaf in flatten_up_to(structure[key], deeper[key])]
    if _is_tuple(structure):
        if not isinstance(deeper, (tuple, list)):
            raise TypeError(f"If shallow structure is a sequence, input must also be a sequence. Input has type: {type(deeper)}.")
        if len(structure) != len(deeper):
            raise ValueError(f"The two structures don't have the same sequence length. Input structure has length {len(deeper)}, while shallow structure has length {len(structure)}.")
        return [leaf for a, b in zip(structure, deeper) for leaf in flatten_up_to(a, b)]
    return [deeper]


def normalize(element):
    """A structure of tensors, SparseTensors, datasets … of whatever the user gave."""
    with name_scope("normalize_element"):
        return pack(element, [_value(leaf, f"component_{i}") for i, leaf in enumerate(flatten(element))])


def normalize_result(element):
    """(the structure of tensors, their specs) of what a function returned.

    As in TensorFlow, what is no tensor becomes a constant twice: once to see its spec.
    """
    specs = specs_of(element)
    return pack(element, [_value(leaf, None) for leaf in flatten(element)]), specs


def _value(leaf, name):
    if isinstance(leaf, SparseTensorValue):
        return SparseTensor.from_value(leaf)
    if isinstance(leaf, (Tensor, SparseTensor)) or registered(leaf) is not None:
        return leaf
    return convert_to_tensor(leaf, name=name)


def specs_of(element):
    """The specs of a structure of tensors."""
    return map_structure(_spec_of, element)


def _spec_of(leaf) -> TypeSpec:
    spec = type_spec_from_value(leaf)
    if isinstance(spec, TensorSpec) and spec.dtype._is_ref_dtype:
        return TensorSpec(spec.shape, spec.dtype.base_dtype)
    return spec


def from_legacy(types, shapes, classes=None):
    """The specs of a structure of dtypes, shapes and classes, as TF 1 wrote them."""
    if classes is None:
        classes = map_structure(lambda t: Tensor, types)

    def spec(dtype, shape, value_class):
        if isinstance(value_class, TypeSpec):
            return value_class
        if value_class is SparseTensor:
            return SparseTensorSpec(shape, dtype)
        return TensorSpec(shape, dtype)

    return map_structure(spec, types, shapes, classes)


def types(specs):
    """The structure of dtypes; a leaf that has none stands for itself."""
    return map_structure(lambda s: _legacy(s, "dtype", "_to_legacy_output_types"), specs)


def _legacy(spec, attribute, method):
    """What TF 1 says of a leaf: an attribute of tensors' specs; a spec of another class may have a method for it."""
    if isinstance(spec, (TensorSpec, SparseTensorSpec)):
        return getattr(spec, attribute)
    own = getattr(spec, method, None)
    return spec if own is None else own()


def shapes(specs):
    """The structure of TensorShapes; a leaf that has none stands for itself."""
    return map_structure(lambda s: _legacy(s, "shape", "_to_legacy_output_shapes"), specs)


def classes(specs):
    """The structure of the values' classes; a leaf that has none stands for itself."""
    return map_structure(lambda s: _legacy(s, "value_type", "_to_legacy_output_classes"), specs)


def attributes(specs) -> dict:
    """The attributes that every dataset op carries."""
    carriers = [wires.wire(s) for s in flatten(specs)]
    return {"output_types": [w.dtype for w in carriers], "output_shapes": [w.shape for w in carriers]}


def to_wire(specs, element) -> list:
    """The tensors that carry an element."""
    return [wires.to_wire(s, v) for s, v in zip(flatten(specs), flatten_up_to(specs, element))]


def to_wire_rows(specs, element) -> list:
    """Tensors whose rows carry the rows of an element."""
    return [wires.to_wire_rows(s, v) for s, v in zip(flatten(specs), flatten_up_to(specs, element))]


def from_wire(specs, tensors):
    """The element that tensors carry."""
    return pack(specs, [wires.from_wire(s, t) for s, t in zip(flatten(specs), tensors)])


def compatible(a, b) -> bool:
    """Whether elements of two structures of specs fit each other."""
    try:
        pairs = list(zip(flatten(a), flatten_up_to(a, b)))
    except (TypeError, ValueError, KeyError):
        return False
    return all(isinstance(y, TypeSpec) and type(x) is type(y) and x.is_compatible_with(y) for x, y in pairs)


def as_array(value, dtype) -> np.ndarray:
    """What a generator yields as an array of `dtype`; strings as bytes."""
    array = np.asarray(value, dtype=object if dtype == dtypes.string else dtype.as_numpy_dtype)
    if dtype == dtypes.string:
        encoded = np.empty(array.shape, dtype=object)
        for index, item in np.ndenumerate(array):
            encoded[index] = item.encode() if isinstance(item, str) else item
        return encoded
    return array


def most_specific(a, b):
    """The structure of specs that elements of both fit."""
    return map_structure(lambda x, y: x.most_specific_compatible_type(y), a, b)


def unknown_shapes(types):
    """A structure of shapes of which nothing is known."""
    return map_structure(lambda t: TensorShape(None), types)


def rows(spec):
    """The Dimension that counts a component's rows."""
    shape = spec.shape if hasattr(spec, "shape") else wires.wire(spec).shape
    return shape.with_rank_at_least(1)[0]


class Structured:
    """What datasets and iterators say of their elements, whose TypeSpecs are `_specs`."""

    @property
    def output_types(self):
        """The dtypes of an element."""
        return types(self._specs)

    @property
    def output_shapes(self):
        """The static shapes of an element."""
        return shapes(self._specs)

    @property
    def output_classes(self):
        """The classes of an element's components."""
        return classes(self._specs)

    @property
    def element_spec(self):
        """The TypeSpecs of an element's components."""
        return self._specs
