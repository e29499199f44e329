"""`RaggedTensorSpec`: dtype, static shape and ragged rank of a RaggedTensor that is not there yet."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.graph.type_spec import BatchableTypeSpec, register_type_spec_from_value_converter
from tinytf.ragged.tensor import RaggedTensor, is_ragged
from tinytf.ragged.value import RaggedTensorValue
from tinytf.shapes import TensorShape, dimension_at_index, dimension_value


class RaggedTensorSpec(BatchableTypeSpec):
    """What is known of a RaggedTensor.  Follows `tf.RaggedTensorSpec` of TF 1.15.

    Args:
      shape: its static shape, None for ragged dimensions.
      dtype: the type of the values.
      ragged_rank: the number of ragged dimensions; one less than the rank of `shape` if it is not given.
      row_splits_dtype: int32 or int64.
    """

    def __init__(self, shape=None, dtype=dtypes.float32, ragged_rank=None, row_splits_dtype=dtypes.int64):
        self._shape, self._dtype, self._row_splits_dtype = TensorShape(shape), dtypes.as_dtype(dtype), dtypes.as_dtype(row_splits_dtype)
        rank = self._shape.ndims
        if ragged_rank is None:
            if rank is None:
                raise ValueError("Must specify ragged_rank or a shape with a known rank.")
            ragged_rank = rank - 1
        self._ragged_rank = ragged_rank
        if not isinstance(ragged_rank, int):
            raise TypeError("ragged_rank must be an int")
        if rank is not None and ragged_rank >= rank:
            raise ValueError("ragged_rank must be less than rank.")

    @property
    def value_type(self):
        """tf.RaggedTensor; tf.Tensor where no dimension is ragged."""
        return RaggedTensor if self._ragged_rank > 0 else Tensor

    def _serialize(self):
        return self._shape, self._dtype, self._ragged_rank, self._row_splits_dtype

    @property
    def _component_specs(self):
        if self._ragged_rank == 0:
            return [TensorSpec(self._shape, self._dtype)]
        values_shape = TensorShape([None]).concatenate(self._shape[self._ragged_rank + 1 :])
        rows = dimension_at_index(self._shape, 0)
        outer = TensorSpec([None if rows is None else rows + 1], self._row_splits_dtype)
        inner = TensorSpec([None], self._row_splits_dtype)
        return [TensorSpec(values_shape, self._dtype), outer] + [inner] * (self._ragged_rank - 1)

    def _to_components(self, value):
        return [value.flat_values, *value.nested_row_splits] if is_ragged(value) else [value]

    def _from_components(self, components):
        result, *splits = components
        if all(isinstance(c, np.ndarray) for c in components):
            for row_splits in reversed(splits):
                result = RaggedTensorValue(result, row_splits)
            return result
        if isinstance(result, np.ndarray):
            result, *splits = [convert_to_tensor(c) for c in components]
        for row_splits in reversed(splits):
            result = RaggedTensor(result, row_splits, internal=True)
        return result

    # As one tensor: a variant, which can be batched and taken apart again.

    @property
    def _flat_tensor_specs(self):
        return [TensorSpec(None, dtypes.variant)]

    def _to_tensor_list(self, value):
        return [value._to_variant(batched_input=False)]

    def _to_batched_tensor_list(self, value):
        return [value._to_variant(batched_input=True)]

    def _from_compatible_tensor_list(self, tensor_list):
        if self._ragged_rank <= 0:
            raise ValueError(f"ragged_rank must be non-negative; got {self._ragged_rank}.")
        result = RaggedTensor._from_variant(tensor_list[0], dtype=self._dtype, output_ragged_rank=self._ragged_rank)
        if self._shape.ndims is not None:
            rows = dimension_value(self._shape[0])
            if rows is not None:
                result.row_splits.set_shape([rows + 1])
            result.flat_values.set_shape(TensorShape([None]).concatenate(self._shape[1 + self._ragged_rank :]))
        return result

    # How a dataset carries it: see tinytf.data.wires.

    @property
    def _wire(self):
        return self._flat_tensor_specs[0]

    def _to_wire(self, value):
        return self._to_tensor_list(_as_ragged(value))[0]

    def _to_wire_rows(self, value):
        return self._to_batched_tensor_list(_as_ragged(value))[0]

    def _from_wire(self, tensor):
        return self._from_compatible_tensor_list([tensor])

    def _batch(self, batch_size):
        return RaggedTensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype, self._ragged_rank + 1)

    def _unbatch(self):
        # The rank may become negative here: the elements may be batched again.
        return RaggedTensorSpec(self._shape[1:], self._dtype, self._ragged_rank - 1)

    def _to_legacy_output_types(self):
        return self._dtype

    def _to_legacy_output_shapes(self):
        return self._shape

    def _to_legacy_output_classes(self):
        return self

    @classmethod
    def from_value(cls, value) -> RaggedTensorSpec:
        """The spec of a RaggedTensor or RaggedTensorValue."""
        return cls(value.shape, value.values.dtype, value.ragged_rank, value.row_splits.dtype)


def _as_ragged(value):
    from tinytf.ragged.tensor import convert_to_tensor_or_ragged_tensor

    return convert_to_tensor_or_ragged_tensor(value)


register_type_spec_from_value_converter(RaggedTensorValue, RaggedTensorSpec.from_value)


class RaggedTensorType:
    """The type that a function of `tf.map_fn` declares for its ragged result."""

    def __init__(self, dtype, ragged_rank, row_splits_dtype=dtypes.int64):
        self.dtype, self.ragged_rank, self.row_splits_dtype = dtype, ragged_rank, dtypes.as_dtype(row_splits_dtype)
