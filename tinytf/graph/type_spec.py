"""`TypeSpec`: what is known of a value, or of the tensors it is made of, without the value.

Follows tensorflow.python.framework.type_spec of TF 1.15.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, nest
from tinytf.shapes import TensorShape


class TypeSpec:
    """A value's type: its class, and by `_serialize()` the nested tuple of shapes, dtypes and the like that says more."""

    @property
    def value_type(self):
        """The Python type of the values."""
        raise NotImplementedError(f"{type(self).__name__}.value_type")

    @property
    def _component_specs(self):
        """A nest of the TypeSpecs of the components."""
        raise NotImplementedError(f"{type(self).__name__}._component_specs")

    def _to_components(self, value):
        """The components of a value, nested as `_component_specs` is."""
        raise NotImplementedError(f"{type(self).__name__}._to_components")

    def _from_components(self, components):
        """The value of these components."""
        raise NotImplementedError(f"{type(self).__name__}._from_components")

    def _serialize(self):
        """A nested tuple that tells this spec from others of its class."""
        raise NotImplementedError(f"{type(self).__name__}._serialize")

    @classmethod
    def _deserialize(cls, serialization):
        return cls(*serialization)

    # What follows from these ----------------------------------------------------------------------

    def is_compatible_with(self, spec_or_value) -> bool:
        """Whether a value, or all values of another spec, may stand where this spec is asked for."""
        other = spec_or_value if isinstance(spec_or_value, TypeSpec) else type_spec_from_value(spec_or_value)
        return type(self) is type(other) and _compatible(self._serialize(), other._serialize())

    def most_specific_compatible_type(self, other: TypeSpec) -> TypeSpec:
        """The narrowest spec that takes the values of both; ValueError where there is none."""
        if type(self) is not type(other):
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return self._deserialize(_merge(self._serialize(), other._serialize()))

    def _to_tensor_list(self, value) -> list:
        """The tensors of a value, flat."""
        return nest.flatten(self._to_components(value), expand_composites=True)

    def _from_tensor_list(self, tensor_list):
        """The value of these tensors; ValueError where they do not fit."""
        for spec, tensor in zip(self._flat_tensor_specs, tensor_list):
            if not spec.is_compatible_with(tensor):
                raise ValueError(f"Incompatible input: {tensor}, expected {spec}")
        return self._from_compatible_tensor_list(tensor_list)

    def _from_compatible_tensor_list(self, tensor_list):
        return self._from_components(nest.pack_sequence_as(self._component_specs, tensor_list, expand_composites=True))

    @property
    def _flat_tensor_specs(self) -> list:
        """The TensorSpecs of `_to_tensor_list`."""
        return nest.flatten(self._component_specs, expand_composites=True)

    def _nest_parts(self) -> tuple:
        return (self._component_specs,)

    def _nest_like(self, parts):
        return self._from_components(parts[0])

    def _key(self):
        return (type(self), _hashable(self._serialize()))

    def __eq__(self, other):
        return type(self) is type(other) and self._key() == other._key()

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._key())

    def __reduce__(self):
        return type(self), self._serialize()

    def __repr__(self):
        return f"{type(self).__name__}{self._serialize()!r}"


class BatchableTypeSpec(TypeSpec):
    """A TypeSpec whose values can be batched."""

    def _batch(self, batch_size):
        """The spec of a batch of such values."""
        raise NotImplementedError(f"{type(self).__name__}._batch")

    def _unbatch(self):
        """The spec of one element of such a batch."""
        raise NotImplementedError(f"{type(self).__name__}._unbatch")


def _hashable(value):
    if isinstance(value, TypeSpec):
        return value._key()
    if isinstance(value, TensorShape):
        return ("TensorShape", None if value.ndims is None else tuple(value.as_list()))
    if isinstance(value, np.ndarray):
        return ("array", value.shape, value.dtype.str, value.tobytes())
    if isinstance(value, dict):
        return tuple((_hashable(k), _hashable(value[k])) for k in sorted(value, key=repr))
    if isinstance(value, (list, tuple)):
        return tuple(_hashable(v) for v in value)
    return value


def _compatible(a, b) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return _hashable(a) == _hashable(b)
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(_compatible(x, y) for x, y in zip(a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_compatible(a[k], b[k]) for k in a)
    if isinstance(a, (TypeSpec, TensorShape, dtypes.DType)):
        return a.is_compatible_with(b)
    return a == b


def _merge(a, b):
    if type(a) is not type(b):
        raise ValueError(f"Types are not compatible: {a!r} vs {b!r}")
    if isinstance(a, (list, tuple)) and len(a) == len(b):
        merged = [_merge(x, y) for x, y in zip(a, b)]
        return type(a)(*merged) if hasattr(a, "_fields") else type(a)(merged)
    if isinstance(a, dict) and a.keys() == b.keys():
        return {k: _merge(a[k], b[k]) for k in a}
    if isinstance(a, TensorShape):
        return a.most_specific_compatible_shape(b)
    if isinstance(a, TypeSpec):
        return a.most_specific_compatible_type(b)
    if _hashable(a) != _hashable(b):
        raise ValueError(f"Types are not compatible: {a!r} vs {b!r}")
    return a


_converters: list = []  # (class, function, allow subclasses), the last registered first


def type_spec_from_value(value) -> TypeSpec:
    """The TypeSpec of a tensor, a composite of tensors, or a Python value; TypeError for what has none."""
    from tinytf.graph.convert import convert_to_tensor
    from tinytf.graph.tensor import Tensor
    from tinytf.graph.tensor_spec import TensorSpec

    spec = registered(value)
    if spec is not None:
        return spec
    try:
        tensor = convert_to_tensor(value)
    except (ValueError, TypeError):
        tensor = None
    if tensor is not None:
        # what converting made of the value, a tensor or itself
        return TensorSpec(tensor.shape, tensor.dtype) if type(tensor) is Tensor else registered(tensor)
    raise TypeError(f"Could not build a TypeSpec for {value!r} with type {type(value).__name__}")


def registered(value):
    """The TypeSpec of what has one without being made a tensor first, else None."""
    from tinytf.graph.composite_tensor import CompositeTensor
    from tinytf.graph.tensor import Tensor
    from tinytf.graph.tensor_spec import TensorSpec

    if isinstance(value, TypeSpec):
        return value
    if isinstance(value, Tensor):
        return TensorSpec(value.shape, value.dtype)
    if isinstance(value, CompositeTensor):
        return value._type_spec
    for kind, function, subclasses in _converters:
        if type(value) is kind or subclasses and isinstance(value, kind):
            return function(value)
    return None


from_value = type_spec_from_value


def register_type_spec_from_value_converter(type_object, converter_fn, allow_subclass: bool = False) -> None:
    """Makes `converter_fn(value)` the TypeSpec of values of a type."""
    _converters.insert(0, (type_object, converter_fn, allow_subclass))
