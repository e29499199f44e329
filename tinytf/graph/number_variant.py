"""A number as a value of dtype variant: the only kind of variant that a constant may hold."""

from __future__ import annotations

import numpy as np

from tinytf import errors

_TYPES = {"int": np.int32, "float": np.float32}


class NumberVariant:
    """A number that can be added to others and made zero."""

    def __init__(self, type_name: str, number):
        self.type_name, self.number = type_name, number

    def __add__(self, other):
        if not isinstance(other, NumberVariant) or self.type_name != other.type_name:
            raise errors.InternalError(None, None, "BinaryOpVariants: Variants a and b have different type ids.")
        return NumberVariant(self.type_name, self.number + other.number)

    def zeros_like(self) -> NumberVariant:
        """Zero, of the same type."""
        return NumberVariant(self.type_name, type(self.number)(0))

    def __repr__(self):
        return "Variant<type: %s value: %g>" % (self.type_name, self.number)


def decode_variant(proto) -> NumberVariant:
    """The variant that a TensorProto holds; InvalidArgumentError for anything but one number."""
    (held,) = proto.variant_val if len(proto.variant_val) == 1 else (None,)
    np_type = held and _TYPES.get(held.type_name)
    if np_type is None or proto.tensor_shape.dim or len(held.metadata) != np.dtype(np_type).itemsize:
        raise errors.InvalidArgumentError(None, None, "Cannot parse tensor from proto: dtype: DT_VARIANT: only a single int or float can be read.")
    return NumberVariant(held.type_name, np.frombuffer(held.metadata, np_type)[0])
