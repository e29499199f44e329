"""`Optional`: an element that may be missing, as the end of a dataset that need not be an error."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.data import structure
from tinytf.graph.build import make
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.graph.type_spec import TypeSpec, register_type_spec_from_value_converter


class Optional:
    """A value, or none.  Follows `tf.data.experimental.Optional` of TF 1.15."""

    def __init__(self, variant_tensor, value_structure):
        self._variant_tensor, self._value_structure = variant_tensor, value_structure

    @staticmethod
    def from_value(value) -> Optional:
        """An optional that holds a value (a structure of tensors)."""
        with name_scope("optional") as scope:
            with name_scope("value"):
                element, specs = structure.normalize_result(value)
                wires = structure.to_wire(specs, element)
            return Optional(make("OptionalFromValue", wires, name=scope), specs)

    @staticmethod
    def none_from_structure(value_structure) -> Optional:
        """An optional that holds nothing, where a value of this structure might be."""
        return Optional(make("OptionalNone"), value_structure)

    def has_value(self, name=None):
        """Whether it holds a value: a bool tensor."""
        return make("OptionalHasValue", self._variant_tensor, name=name)

    def get_value(self, name=None):
        """The value; InvalidArgumentError when it runs where there is none."""
        with name_scope(name, "OptionalGetValue", [self._variant_tensor]) as scope:
            wires = make("OptionalGetValue", self._variant_tensor, name=scope, **structure.attributes(self._value_structure))
        return structure.from_wire(self._value_structure, wires)

    @property
    def value_structure(self):
        """The specs of the value."""
        return self._value_structure


class OptionalSpec(TypeSpec):
    """What is known of an Optional.  Follows `tf.OptionalSpec` of TF 1.15."""

    value_type = Optional

    def __init__(self, value_structure):
        self._value_structure = value_structure

    @staticmethod
    def from_value(value) -> OptionalSpec:
        """The spec of an Optional."""
        return OptionalSpec(value.value_structure)

    @property
    def _wire(self):
        return TensorSpec((), dtypes.variant)

    def _to_wire(self, value):
        return value._variant_tensor

    def _from_wire(self, tensor):
        return Optional(tensor, self._value_structure)

    def _serialize(self):
        return (self._value_structure,)

    def is_compatible_with(self, spec_or_value):
        """Whether an Optional's value fits."""
        other = OptionalSpec.from_value(spec_or_value) if isinstance(spec_or_value, Optional) else spec_or_value
        return isinstance(other, OptionalSpec) and structure.compatible(self._value_structure, other._value_structure)

    def __eq__(self, other):
        return isinstance(other, OptionalSpec) and self._value_structure == other._value_structure

    def __hash__(self):
        return hash((OptionalSpec, tuple(structure.flatten(self._value_structure))))


register_type_spec_from_value_converter(Optional, OptionalSpec.from_value, allow_subclass=True)


def get_next_as_optional(iterator) -> Optional:
    """The next element of an iterator, or none at its end."""
    wires = make("IteratorGetNextAsOptional", iterator._resource, **structure.attributes(iterator._specs))
    return Optional(wires, iterator._specs)
