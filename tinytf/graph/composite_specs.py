"""`SparseTensorSpec` and `IndexedSlicesSpec`: the TypeSpecs of the two composites that graphs have."""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.sparse_tensor import SparseTensor, SparseTensorValue
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.graph.type_spec import BatchableTypeSpec, TypeSpec, register_type_spec_from_value_converter
from tinytf.shapes import TensorShape, dimension_value


class SparseTensorSpec(BatchableTypeSpec):
    """Dtype and static dense shape of a SparseTensor.  Follows `tf.SparseTensorSpec` of TF 1.15."""

    def __init__(self, shape=None, dtype=dtypes.float32):
        self._shape, self._dtype = TensorShape(shape), dtypes.as_dtype(dtype)

    @property
    def shape(self) -> TensorShape:
        """The static dense shape."""
        return self._shape

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self._dtype

    @property
    def value_type(self):
        """tf.SparseTensor."""
        return SparseTensor

    @property
    def _component_specs(self):
        rank = self._shape.ndims
        return [TensorSpec([None, rank], dtypes.int64), TensorSpec([None], self._dtype), TensorSpec([rank], dtypes.int64)]

    def _to_components(self, value):
        if isinstance(value, SparseTensorValue):
            value = SparseTensor.from_value(value)
        return [value.indices, value.values, value.dense_shape]

    def _from_components(self, components):
        if all(not hasattr(c, "op") for c in components):
            return SparseTensorValue(*components)
        result = SparseTensor(*components)
        result._dense_shape_default = result.shape.merge_with(self._shape)
        return result

    def _batch(self, batch_size):
        return SparseTensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self):
        if self._shape.ndims == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        return SparseTensorSpec(self._shape[1:], self._dtype)

    def _serialize(self):
        return self._shape, self._dtype


class IndexedSlicesSpec(TypeSpec):
    """Dtypes and static shapes of an IndexedSlices.  Follows `tf.IndexedSlicesSpec` of TF 1.15."""

    def __init__(self, shape=None, dtype=dtypes.float32, indices_dtype=dtypes.int64, dense_shape_dtype=None, indices_shape=None):
        self._shape = TensorShape(shape)
        self._values_dtype, self._indices_dtype = dtypes.as_dtype(dtype), dtypes.as_dtype(indices_dtype)
        self._dense_shape_dtype = None if dense_shape_dtype is None else dtypes.as_dtype(dense_shape_dtype)
        self._indices_shape = TensorShape(indices_shape).with_rank(1)

    @property
    def value_type(self):
        """tf.IndexedSlices."""
        return IndexedSlices

    @property
    def _component_specs(self):
        rows = self._indices_shape.concatenate(self._shape[1:])
        specs = [TensorSpec(rows, self._values_dtype), TensorSpec(self._indices_shape, self._indices_dtype)]
        if self._dense_shape_dtype is not None:
            specs.append(TensorSpec([self._shape.ndims], self._dense_shape_dtype))
        return tuple(specs)

    def _to_components(self, value):
        return (value.values, value.indices) if value.dense_shape is None else (value.values, value.indices, value.dense_shape)

    def _from_components(self, components):
        return IndexedSlices(*components)

    def _serialize(self):
        return self._shape, self._values_dtype, self._indices_dtype, self._dense_shape_dtype, self._indices_shape


def spec_of_sparse(value) -> SparseTensorSpec:
    """The SparseTensorSpec of a SparseTensor."""
    return SparseTensorSpec(value.shape, value.dtype)


def spec_of_slices(value) -> IndexedSlicesSpec:
    """The IndexedSlicesSpec of an IndexedSlices."""
    rows = value.indices.shape.with_rank(1)
    first = dimension_value(value.shape[0]) if value.shape.ndims else None
    shape = TensorShape([first]).concatenate(value.values.shape[1:])
    dense = None if value.dense_shape is None else value.dense_shape.dtype
    return IndexedSlicesSpec(shape, value.dtype, value.indices.dtype, dense, rows)


def _spec_of_value(value) -> SparseTensorSpec:
    if any(hasattr(part, "op") for part in nest.flatten(list(value))):  # a function made it of tensors
        made = SparseTensor.from_value(value)
        return SparseTensorSpec(made.shape, made.dtype)
    return SparseTensorSpec(value.dense_shape, value.values.dtype)


register_type_spec_from_value_converter(SparseTensorValue, _spec_of_value)
