"""The kinds of columns: what turns the features of a batch into ids or into dense numbers.

A column is asked through a cache (`tinytf/feature_column/cache.py`), which computes each feature once. A categorical column
gives ids (`sparse_tensors`), a dense column an array of numbers (`dense_tensor`), for which an embedding asks `weights`, a
function that gives the variable of a column.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import dtypes
from tinytf.feature_column.face import TensorFlowFace
from tinytf.graph.build import make
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.files.parsing_examples import FixedLenFeature, VarLenFeature
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.state import lookup_ops
from tinytf.ops.strings import string_ops
from tinytf.shapes import TensorShape


class IdWeightPair(NamedTuple):
    """Ids of a categorical column, and their weights or None."""

    id_tensor: Any
    weight_tensor: Any


class FeatureColumn(TensorFlowFace):
    """What all columns are."""

    __slots__ = ()

    @property
    def var_scope_name(self) -> str:
        """The scope that the column's variables are in."""
        return self.name

    def __lt__(self, other):
        return str(self) < str(other)

    def __gt__(self, other):
        return str(self) > str(other)


class DenseColumn(FeatureColumn):
    """A column of numbers: has `variable_shape` and `dense_tensor(cache, weights)`."""

    __slots__ = ()


class CategoricalColumn(FeatureColumn):
    """A column of ids below `num_buckets`: has `sparse_tensors(cache)`."""

    __slots__ = ()
    IdWeightPair = IdWeightPair
    is_sequence = False

    def sparse_tensors(self, cache) -> IdWeightPair:
        """The ids, without weights."""
        if self._own("get_sparse_tensors", "_get_sparse_tensors") is not None:
            return super().sparse_tensors(cache)
        return IdWeightPair(cache.get(self), None)


def to_sparse(tensor, ignored=None):
    """A dense tensor as a sparse one, without "" or -1; sparse ones as they are."""
    tensor = convert_to_tensor_or_sparse_tensor(tensor)
    if isinstance(tensor, SparseTensor):
        return tensor
    with name_scope(None, "to_sparse_input", (tensor, ignored)):
        if ignored is None:
            ignored = "" if tensor.dtype == dtypes.string else -1 if tensor.dtype.is_integer else tensor.dtype.as_numpy_dtype()
        ignored = math_ops.cast(ignored, tensor.dtype, name="ignore_value")
        indices = array_ops.where_v2(math_ops.not_equal(tensor, ignored), name="indices")
        values = array_ops.gather_nd(tensor, indices, name="values")
        return SparseTensor(indices, values, array_ops.shape(tensor, out_type=dtypes.int64, name="dense_shape"))


def check_string_or_int(dtype, prefix) -> None:
    """ValueError for any other type."""
    if dtype != dtypes.string and not dtype.is_integer:
        raise ValueError(f"{prefix} dtype must be string or integer. dtype: {dtype}.")


def _check_types(column, tensor) -> None:
    if column.dtype.is_integer != tensor.dtype.is_integer:
        raise ValueError(
            f"Column dtype and SparseTensors dtype must be compatible. key: {column.key}, column dtype: {column.dtype}, "
            f"tensor dtype: {tensor.dtype}"
        )
    check_string_or_int(tensor.dtype, f"column_name: {column.key} input_tensor")


class _Numeric(NamedTuple):
    key: str
    shape: tuple
    default_value: Any
    dtype: Any
    normalizer_fn: Any


class NumericColumn(_Numeric, DenseColumn):
    """Numbers as they are."""

    @property
    def name(self):
        """The feature's name."""
        return self.key

    @property
    def parse_example_spec(self):
        """How tf.parse_example reads it."""
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}

    @property
    def variable_shape(self):
        """The shape for one example."""
        return TensorShape(self.shape)

    def transform(self, cache):
        """The feature as float32, normalized."""
        tensor = cache.get(self.key)
        if isinstance(tensor, SparseTensor):
            raise ValueError(
                f"The corresponding Tensor of numerical column must be a Tensor. SparseTensor is not supported. key: {self.key}"
            )
        return math_ops.cast(tensor if self.normalizer_fn is None else self.normalizer_fn(tensor), dtypes.float32)

    def dense_tensor(self, cache, weights):
        """The same."""
        return cache.get(self)


class _Bucketized(NamedTuple):
    source_column: NumericColumn
    boundaries: tuple


class BucketizedColumn(_Bucketized, DenseColumn, CategoricalColumn):
    """Which of the ranges between boundaries a number is in."""

    @property
    def name(self):
        """<source>_bucketized."""
        return f"{self.source_column.name}_bucketized"

    @property
    def parse_example_spec(self):
        """That of the source."""
        return self.source_column.parse_example_spec

    @property
    def variable_shape(self):
        """The source's, with a flag for each range."""
        return TensorShape(tuple(self.source_column.shape) + (len(self.boundaries) + 1,))

    @property
    def num_buckets(self):
        """Ranges, for each element of the source."""
        return (len(self.boundaries) + 1) * self.source_column.shape[0]

    def transform(self, cache):
        """The numbers of the ranges."""
        return make("Bucketize", cache.get(self.source_column), boundaries=self.boundaries)

    def dense_tensor(self, cache, weights):
        """One flag of each range is 1."""
        index = math_ops.cast(cache.get(self), dtypes.int64)
        return array_ops.one_hot(indices=index, depth=len(self.boundaries) + 1, on_value=1.0, off_value=0.0)

    def sparse_tensors(self, cache):
        """The ranges of the elements, numbered through."""
        buckets = cache.get(self)
        batch, size = array_ops.shape(buckets)[0], self.source_column.shape[0]
        rows = array_ops.reshape(array_ops.tile(array_ops.expand_dims(math_ops.range(0, batch), 1), [1, size]), (-1,))
        columns = array_ops.tile(math_ops.range(0, size), [batch])
        ids = array_ops.reshape(buckets, (-1,)) + (len(self.boundaries) + 1) * columns
        indices = math_ops.cast(array_ops.transpose(array_ops.stack((rows, columns))), dtypes.int64)
        return IdWeightPair(SparseTensor(indices, ids, math_ops.cast(array_ops.stack([batch, size]), dtypes.int64)), None)


class _Hashed(NamedTuple):
    key: str
    hash_bucket_size: int
    dtype: Any


class _Keyed(CategoricalColumn):
    """A categorical column of one feature."""

    @property
    def name(self):
        """The feature's name."""
        return self.key

    @property
    def parse_example_spec(self):
        """How tf.parse_example reads it."""
        return {self.key: VarLenFeature(self.dtype)}


class HashedCategoricalColumn(_Hashed, _Keyed):
    """Ids are hashes."""

    @property
    def num_buckets(self):
        """How many hashes there are."""
        return self.hash_bucket_size

    def transform(self, cache):
        """The hashes."""
        tensor = to_sparse(cache.get(self.key))
        _check_types(self, tensor)
        values = tensor.values if self.dtype == dtypes.string else string_ops.as_string(tensor.values)
        ids = string_ops.string_to_hash_bucket_fast(values, self.hash_bucket_size, name="lookup")
        return SparseTensor(tensor.indices, ids, tensor.dense_shape)


def _looked_up(column, cache, make_table):
    tensor = to_sparse(cache.get(column.key))
    _check_types(column, tensor)
    dtype = column.dtype
    if tensor.dtype.is_integer:
        dtype = dtypes.int64
        tensor = math_ops.cast(tensor, dtypes.int64)
    return make_table(dtype, f"{column.key}_lookup").lookup(tensor)


class _VocabularyList(NamedTuple):
    key: str
    vocabulary_list: tuple
    dtype: Any
    default_value: int
    num_oov_buckets: int


class VocabularyListCategoricalColumn(_VocabularyList, _Keyed):
    """Ids are places in a list."""

    @property
    def num_buckets(self):
        """The list's length and the buckets for others."""
        return len(self.vocabulary_list) + self.num_oov_buckets

    def transform(self, cache):
        """The places."""

        def table(dtype, name):
            return lookup_ops.index_table_from_tensor(
                vocabulary_list=tuple(self.vocabulary_list), default_value=self.default_value,
                num_oov_buckets=self.num_oov_buckets, dtype=dtype, name=name,
            )  # fmt: skip

        return _looked_up(self, cache, table)


class _VocabularyFile(NamedTuple):
    key: str
    vocabulary_file: str
    vocabulary_size: int
    num_oov_buckets: int
    dtype: Any
    default_value: int


class VocabularyFileCategoricalColumn(_VocabularyFile, _Keyed):
    """Ids are line numbers of a file."""

    @property
    def num_buckets(self):
        """The lines and the buckets for others."""
        return self.vocabulary_size + self.num_oov_buckets

    def transform(self, cache):
        """The line numbers."""

        def table(dtype, name):
            return lookup_ops.index_table_from_file(
                vocabulary_file=self.vocabulary_file, num_oov_buckets=self.num_oov_buckets, vocab_size=self.vocabulary_size,
                default_value=self.default_value, key_dtype=dtype, name=name,
            )  # fmt: skip

        return _looked_up(self, cache, table)


class _Identity(NamedTuple):
    key: str
    number_buckets: int
    default_value: Any


class IdentityCategoricalColumn(_Identity, _Keyed):
    """The numbers are the ids."""

    dtype = dtypes.int64

    @property
    def num_buckets(self):
        """How many ids there are."""
        return self.number_buckets

    def transform(self, cache):
        """The ids; those out of range are `default_value` or an error."""
        tensor = to_sparse(cache.get(self.key))
        if not tensor.dtype.is_integer:
            raise ValueError(f"Invalid input, not integer. key: {self.key} dtype: {tensor.dtype}")
        values = math_ops.cast(tensor.values, dtypes.int64, name="values")
        limit = math_ops.cast(self.num_buckets, dtypes.int64, name="num_buckets")
        zero = math_ops.cast(0, dtypes.int64, name="zero")
        if self.default_value is None:
            below = check_ops.assert_less(
                values, limit, data=(values, limit), name="assert_less_than_num_buckets",
                message=f'Bucket index for categorical column "{self.name}" exceeds number of buckets',
            )  # fmt: skip
            positive = check_ops.assert_greater_equal(
                values, zero, data=(values,), name="assert_greater_or_equal_0",
                message=f'Negative bucket index for categorical column "{self.name}"',
            )  # fmt: skip
            with control_dependencies((below, positive)):
                values = array_ops.identity(values)
        else:
            values = array_ops.where_v2(
                math_ops.logical_or(values < zero, values >= limit, name="out_of_range"),
                array_ops.fill(
                    dims=array_ops.shape(values), value=math_ops.cast(self.default_value, dtypes.int64), name="default_values"
                ),
                values,
            )
        return SparseTensor(tensor.indices, values, tensor.dense_shape)


class _Weighted(NamedTuple):
    categorical_column: CategoricalColumn
    weight_feature_key: str
    dtype: Any


class WeightedCategoricalColumn(_Weighted, CategoricalColumn):
    """A categorical column whose ids have weights, from another feature."""

    @property
    def name(self):
        """<column>_weighted_by_<feature>."""
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parse_example_spec(self):
        """Both features."""
        spec = dict(self.categorical_column.parse_example_spec)
        if self.weight_feature_key in spec:
            raise ValueError(f"Parse config {spec[self.weight_feature_key]} already exists for {self.weight_feature_key}.")
        return {**spec, self.weight_feature_key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self):
        """Those of the column."""
        return self.categorical_column.num_buckets

    def transform(self, cache):
        """(ids, weights)."""
        weights = convert_to_tensor_or_sparse_tensor(cache.get(self.weight_feature_key))
        if weights.dtype.base_dtype != self.dtype:
            raise ValueError(f"Bad dtype, expected {self.dtype}, but got {weights.dtype}.")
        if not isinstance(weights, SparseTensor):
            weights = to_sparse(weights, ignored=0.0)
        if not weights.dtype.is_floating:
            weights = math_ops.cast(weights, dtypes.float32)
        return cache.get(self.categorical_column), weights

    def sparse_tensors(self, cache):
        """Ids and weights."""
        return IdWeightPair(*cache.get(self))


class _Crossed(NamedTuple):
    keys: tuple
    hash_bucket_size: int
    hash_key: Any


class CrossedColumn(_Crossed, CategoricalColumn):
    """Ids are hashes of combinations."""

    @property
    def name(self):
        """The parts' names, joined by _X_."""
        return "_X_".join(sorted(key if isinstance(key, str) else key.name for key in self._leaves()))

    @property
    def parse_example_spec(self):
        """Those of the parts."""
        spec = {}
        for key in self.keys:
            spec.update({key: VarLenFeature(dtypes.string)} if isinstance(key, str) else key.parse_example_spec)
        return spec

    @property
    def num_buckets(self):
        """How many hashes there are."""
        return self.hash_bucket_size

    def _leaves(self) -> list:
        found = []
        for key in self.keys:
            found.extend(key._leaves() if isinstance(key, CrossedColumn) else [key])
        return found

    def transform(self, cache):
        """The hashes of all combinations."""
        tensors = []
        for key in self._leaves():
            if isinstance(key, str):
                tensors.append(cache.get(key))
                continue
            pair = key.sparse_tensors(cache)
            if pair.weight_tensor is not None:
                raise ValueError(
                    "crossed_column does not support weight_tensor, but the given column populates weight_tensor. "
                    f"Given column: {key.name}"
                )
            tensors.append(pair.id_tensor)
        from tinytf.ops.sparse.sparse_cross import sparse_cross_hashed

        return sparse_cross_hashed(tensors, num_buckets=self.hash_bucket_size, hash_key=self.hash_key)
