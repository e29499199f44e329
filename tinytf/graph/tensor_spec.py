"""`TensorSpec`: dtype, static shape and name of a tensor that is not there yet.  Follows `tf.TensorSpec` of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.type_spec import BatchableTypeSpec, TypeSpec
from tinytf.shapes import TensorShape


class TensorSpec(BatchableTypeSpec):
    """A tensor's shape, dtype and, if you like, name."""

    _nest_parts = None  # type: ignore[assignment]  # a leaf to nest: it stands for one tensor

    def __init__(self, shape, dtype=dtypes.float32, name=None):
        self._shape, self._dtype, self._name = TensorShape(shape), dtypes.as_dtype(dtype), name

    @classmethod
    def from_spec(cls, spec, name=None) -> TensorSpec:
        """The TensorSpec of shape, dtype and (unless given) name of another spec."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor, name=None) -> TensorSpec:
        """The TensorSpec of a tensor; its name is that of the op."""
        if hasattr(tensor, "op"):
            return cls(tensor.shape, tensor.dtype, name or tensor.op.name)
        raise ValueError(f"`tensor` should be a tf.Tensor, got {tensor!r}")

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return self._shape

    @property
    def dtype(self):
        """The dtype of the elements."""
        return self._dtype

    @property
    def name(self):
        """The name, or None."""
        return self._name

    @property
    def is_discrete(self) -> bool:
        """Whether the elements are integers."""
        return self.dtype.is_integer

    @property
    def is_continuous(self) -> bool:
        """Whether the elements are floating point numbers."""
        return self.dtype.is_floating

    def is_compatible_with(self, spec_or_tensor) -> bool:
        """Whether a tensor or spec has a compatible dtype and shape; for another kind of spec, False."""
        other = spec_or_tensor
        if isinstance(other, TypeSpec) and not isinstance(other, TensorSpec):
            return False
        if not hasattr(other, "shape") or not hasattr(other, "dtype"):
            return super().is_compatible_with(other)
        return self._dtype.is_compatible_with(other.dtype) and self._shape.is_compatible_with(other.shape)

    def most_specific_compatible_type(self, other):
        """The narrowest TensorSpec that takes the tensors of both."""
        if type(self) is not type(other) or self._dtype != other.dtype:
            raise ValueError(f"Types are not compatible: {self!r} vs {other!r}")
        name = self._name if self._name == other.name else None
        return TensorSpec(self._shape.most_specific_compatible_shape(other.shape), self._dtype, name)

    @property
    def value_type(self):
        """tf.Tensor."""
        from tinytf.graph.tensor import Tensor

        return Tensor

    @property
    def _component_specs(self):
        return self

    def _to_components(self, value):
        from tinytf.graph.convert import convert_to_tensor

        try:
            value = convert_to_tensor(value, self._dtype)
        except (TypeError, ValueError):
            raise ValueError(f"Value {value} is not convertible to a tensor with dtype {self._dtype} and shape {self._shape}.") from None
        if not value.shape.is_compatible_with(self._shape):
            raise ValueError(f"Value {value} is not convertible to a tensor with dtype {self._dtype} and shape {self._shape}.")
        return value

    def _from_components(self, components):
        return components

    def _from_compatible_tensor_list(self, tensor_list):
        tensor_list[0].set_shape(self._shape)
        return tensor_list[0]

    def _to_tensor_list(self, value):
        return [self._to_components(value)]

    @property
    def _flat_tensor_specs(self):
        return [self]

    def _batch(self, batch_size):
        return TensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self):
        if self._shape.ndims == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        return TensorSpec(self._shape[1:], self._dtype)

    def _serialize(self):
        return self._shape, self._dtype, self._name

    def __eq__(self, other):
        return (
            isinstance(other, TensorSpec)
            and (self._shape.ndims is None) == (other._shape.ndims is None)
            and (self._shape.ndims is None or self._shape.as_list() == other._shape.as_list())
            and self._dtype == other._dtype
            and self._name == other._name
        )

    def __hash__(self):
        return hash((None if self._shape.ndims is None else tuple(self._shape.as_list()), self._dtype))

    def __reduce__(self):
        return type(self), (self._shape, self._dtype, self._name)

    def __repr__(self):
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"


class BoundedTensorSpec(TensorSpec):
    """A TensorSpec whose elements lie between `minimum` and `maximum`, arrays that broadcast to its shape."""

    def __init__(self, shape, dtype, minimum, maximum, name=None):
        super().__init__(shape, dtype, name)
        if minimum is None or maximum is None:
            raise ValueError("minimum and maximum must be provided; but saw '%s' and '%s'" % (minimum, maximum))
        bounds = {"minimum": minimum, "maximum": maximum}
        for what, bound in bounds.items():
            try:
                np.broadcast_shapes(self._whole_shape(), np.shape(bound))
            except ValueError as error:
                raise ValueError(f"{what} is not compatible with shape. Message: {error!r}.") from None
            bounds[what] = np.array(bound, dtype=self.dtype.as_numpy_dtype)
            bounds[what].setflags(write=False)
        self._minimum, self._maximum = bounds["minimum"], bounds["maximum"]

    def _whole_shape(self):
        return [1 if d is None else d for d in self.shape.as_list()]

    @classmethod
    def from_spec(cls, spec):
        """The BoundedTensorSpec of another spec; of one without bounds, those of its dtype."""
        dtype = dtypes.as_dtype(spec.dtype)
        return cls(spec.shape, dtype, getattr(spec, "minimum", dtype.min), getattr(spec, "maximum", dtype.max), spec.name)

    @property
    def minimum(self):
        """The least value allowed."""
        return self._minimum

    @property
    def maximum(self):
        """The greatest value allowed."""
        return self._maximum

    def _serialize(self):
        return self._shape, self._dtype, self._minimum, self._maximum, self._name

    def __eq__(self, other):
        return super().__eq__(other) and isinstance(other, BoundedTensorSpec) and np.allclose(self.minimum, other.minimum) and np.allclose(self.maximum, other.maximum)

    __hash__ = TensorSpec.__hash__

    def __reduce__(self):
        return type(self), (self._shape, self._dtype, self._minimum, self._maximum, self._name)

    def __repr__(self):
        return "BoundedTensorSpec(shape={}, dtype={}, name={}, minimum={}, maximum={})".format(
            self.shape, repr(self.dtype), repr(self.name), repr(self.minimum), repr(self.maximum)
        )
