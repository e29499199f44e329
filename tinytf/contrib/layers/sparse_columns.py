"""The columns of tf.contrib.layers that give ids: of integers, of hashes, of words in a list or a file, and weighted ones.

A column turns the features of a batch into what a layer reads. `insert_transformed_feature` puts the result into the dict of
features, under the column itself; `key` orders columns and tells equal ones. The classes and their fields have TensorFlow's
names: the keys are made of them, and the order of the nodes depends on the keys.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import dtypes, logging
from tinytf.contrib.layers.inner_flatten import reshaped_to_rank
from tinytf.contrib.layers.sparse_ops import dense_to_sparse_tensor
from tinytf.feature_column.columns import CategoricalColumn, FeatureColumn, IdWeightPair
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.files.parsing_examples import VarLenFeature
from tinytf.ops.math import math_ops
from tinytf.ops.state import init_ops, lookup_ops
from tinytf.ops.strings import string_ops


class LinearLookup(NamedTuple):
    """What a linear model needs of a column of ids."""

    input_tensor: Any
    weight_tensor: Any
    vocab_size: int
    initializer: Any
    combiner: str


class Features:
    """The dict of features as a cache: transforms a column when it is first asked for it."""

    def __init__(self, tensors: dict):
        self._tensors = tensors

    def get(self, key):
        """The tensor of a feature's name or of a column."""
        if key not in self._tensors:
            if isinstance(key, str):
                raise ValueError("features dictionary doesn't contain key ({})".format(key))
            if not isinstance(key, _FeatureColumn):
                raise TypeError('"key" must be either a "str" or "_FeatureColumn". Provided: {}'.format(key))
            key.insert_transformed_feature(self._tensors)
        return self._tensors[key]


class _FeatureColumn(FeatureColumn):
    """What all columns of tf.contrib.layers are."""

    __slots__ = ()

    @property
    def key(self) -> str:
        """Tells the column from others."""
        return "{}".format(self)

    @property
    def parse_example_spec(self) -> dict:
        """How tf.parse_example reads it."""
        return self.config

    def insert_transformed_feature(self, columns_to_tensors: dict) -> None:
        """Adds what the column makes of the features, under itself."""
        columns_to_tensors[self] = self.transform(Features(columns_to_tensors))

    def _to_dnn_input_layer(self, input_tensor, weight_collections=None, trainable=True, output_rank=2):
        kind = type(self).__name__[1:]
        raise ValueError("{} is not supported in DNN. Please use embedding_column or one_hot_column. column: {}".format(kind, self))

    def _deep_embedding_lookup_arguments(self, input_tensor):
        raise NotImplementedError("No deep embedding lookup arguments for column {}.".format(self))

    def _wide_embedding_lookup_arguments(self, input_tensor):
        raise NotImplementedError("No wide embedding lookup arguments for column {}.".format(self))

    def _to_dense_tensor(self, input_tensor):
        raise NotImplementedError("No dense tensor representation for column {}.".format(self))

    def _checkpoint_path(self):
        """(checkpoint, name in it) that the column's variable begins with, or None."""
        return None

    def _key_without_properties(self, properties) -> str:
        fields = ("{}={}".format(name, value) for name, value in zip(self._fields, self) if name not in properties)
        return "{}({})".format(type(self).__name__, ", ".join(fields))


class _IdColumn(_FeatureColumn, CategoricalColumn):
    """A column of ids."""

    __slots__ = ()

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        return self.length

    def id_tensor(self, input_tensor):
        """The ids of a transformed feature."""
        return input_tensor

    def weight_tensor(self, input_tensor):
        """The weights of a transformed feature, or None."""
        return None

    def sparse_tensors(self, cache) -> IdWeightPair:
        """The ids and their weights, for tf.feature_column."""
        transformed = cache.get(self)
        return IdWeightPair(self.id_tensor(transformed), self.weight_tensor(transformed))

    def _wide_embedding_lookup_arguments(self, input_tensor):
        return LinearLookup(
            self.id_tensor(input_tensor), self.weight_tensor(input_tensor), self.length, init_ops.zeros_initializer(), self.combiner
        )


class _SparseIdLookupConfig(NamedTuple):
    """The words of a column."""

    vocabulary_file: Any = None
    keys: Any = None
    num_oov_buckets: int = 0
    vocab_size: Any = None
    default_value: int = -1


class _Sparse(NamedTuple):
    column_name: str
    is_integerized: bool
    bucket_size: Any
    lookup_config: Any
    combiner: str
    dtype: Any


class _SparseColumn(_Sparse, _IdColumn):
    """Ids of one feature: its kinds say how they are found."""

    def __new__(cls, column_name, is_integerized=False, bucket_size=None, lookup_config=None, combiner="sum", dtype=dtypes.string):
        wrong = None
        if is_integerized and bucket_size is None:
            wrong = "bucket_size must be set if is_integerized is True. column_name: {}".format(column_name)
        elif is_integerized and not dtype.is_integer:
            wrong = "dtype must be an integer if is_integerized is True. dtype: {}, column_name: {}.".format(dtype, column_name)
        elif dtype != dtypes.string and not dtype.is_integer:
            wrong = "dtype must be string or integer. dtype: {}, column_name: {}".format(dtype, column_name)
        elif bucket_size is None and lookup_config is None:
            wrong = "one of bucket_size or lookup_config must be set. column_name: {}".format(column_name)
        elif bucket_size is not None and lookup_config:
            wrong = "one and only one of bucket_size or lookup_config must be set. column_name: {}".format(column_name)
        elif bucket_size is not None and bucket_size < 1:
            wrong = "bucket_size must be at least 1. bucket_size: {}, column_name: {}".format(bucket_size, column_name)
        elif lookup_config and not isinstance(lookup_config, _SparseIdLookupConfig):
            raise TypeError(
                "lookup_config must be an instance of _SparseIdLookupConfig. Given one is in type {} for column_name {}".format(
                    type(lookup_config), column_name
                )
            )
        elif lookup_config and lookup_config.vocabulary_file and lookup_config.vocab_size is None:
            wrong = "vocab_size must be defined. column_name: {}".format(column_name)
        if wrong:
            raise ValueError(wrong)
        return super().__new__(cls, column_name, is_integerized, bucket_size, lookup_config, combiner, dtype)

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.column_name

    @property
    def length(self) -> int:
        """How many ids there are."""
        if self.bucket_size is not None:
            return self.bucket_size
        return self.lookup_config.vocab_size + self.lookup_config.num_oov_buckets

    @property
    def config(self) -> dict:
        """How tf.parse_example reads it."""
        return {self.column_name: VarLenFeature(self.dtype)}

    def is_compatible(self, other_column) -> bool:
        """Whether two columns may share an embedding."""
        if self.lookup_config and other_column.lookup_config:
            return self.lookup_config == other_column.lookup_config
        same_type = self.dtype == other_column.dtype or self.dtype.is_integer and other_column.dtype.is_integer
        compatible = self.length == other_column.length and same_type
        if compatible:
            logging.warn("Column {} and {} may not have the same vocabulary.".format(self.name, other_column.name))
        return compatible

    def transform(self, cache):
        """The ids as a SparseTensor."""
        tensor = cache.get(self.name)
        if not isinstance(tensor, SparseTensor):
            ignored = "" if tensor.dtype == dtypes.string else -1
            tensor = dense_to_sparse_tensor(reshaped_to_rank(tensor, 2, self.name), ignored)
        return self._do_transform(tensor)

    def _do_transform(self, input_tensor):
        raise NotImplementedError("{} says not how its ids are found".format(type(self).__name__))


def _with_values(sparse, values) -> SparseTensor:
    return SparseTensor(sparse.indices, values, sparse.dense_shape)


class _SparseColumnIntegerized(_SparseColumn):
    """The integers themselves, modulo the number of buckets."""

    def _do_transform(self, input_tensor):
        return _with_values(input_tensor, math_ops.mod(input_tensor.values, self.bucket_size, name="mod"))


class _SparseColumnHashed(_SparseColumn):
    """Hashes; several of each value where `hash_keys` are given."""

    def __new__(
        cls, column_name, is_integerized=False, bucket_size=None, lookup_config=None, combiner="sum", dtype=dtypes.string, hash_keys=None
    ):
        if hash_keys is not None:
            if not isinstance(hash_keys, list) or not hash_keys:
                raise ValueError("hash_keys must be a non-empty list.")
            if not all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(key, int) for key in pair) for pair in hash_keys):
                raise ValueError("Each element of hash_keys must be a pair of integers.")
        made = super().__new__(cls, column_name, is_integerized, bucket_size, lookup_config, combiner, dtype)
        made.hash_keys = hash_keys
        return made

    def _do_transform(self, input_tensor):
        from tinytf.ops.sparse.sparse_ops import sparse_concat

        values = string_ops.as_string(input_tensor.values) if self.dtype.is_integer else input_tensor.values
        if not self.hash_keys:
            return _with_values(input_tensor, string_ops.string_to_hash_bucket_fast(values, self.bucket_size, name="lookup"))
        hashed = [_with_values(input_tensor, string_ops.string_to_hash_bucket_strong(values, self.bucket_size, key)) for key in self.hash_keys]
        return sparse_concat(axis=1, sp_inputs=hashed, name="lookup")


class _SparseColumnKeys(_SparseColumn):
    """Places in a list of words."""

    def _do_transform(self, input_tensor):
        config = self.lookup_config
        table = lookup_ops.index_table_from_tensor(tuple(config.keys), default_value=config.default_value, dtype=self.dtype, name="lookup")
        return table.lookup(input_tensor)


class _SparseColumnVocabulary(_SparseColumn):
    """Places in a file of words."""

    def _do_transform(self, input_tensor):
        if self.dtype.is_integer:
            input_tensor = _with_values(input_tensor, string_ops.as_string(input_tensor.values))
        config = self.lookup_config
        table = lookup_ops.index_table_from_file(
            vocabulary_file=config.vocabulary_file, num_oov_buckets=config.num_oov_buckets, vocab_size=config.vocab_size,
            default_value=config.default_value, name=self.name + "_lookup",
        )  # fmt: skip
        return table.lookup(input_tensor)


class _Weighted(NamedTuple):
    sparse_id_column: Any
    weight_column_name: str
    dtype: Any


class _WeightedSparseColumn(_Weighted, _IdColumn):
    """The ids of a column, weighted by another feature: transformed, it is a pair (ids, weights)."""

    @property
    def name(self) -> str:
        """<column>_weighted_by_<feature>."""
        return "{}_weighted_by_{}".format(self.sparse_id_column.name, self.weight_column_name)

    @property
    def length(self) -> int:
        """How many ids there are."""
        return self.sparse_id_column.length

    @property
    def combiner(self) -> str:
        """That of the ids."""
        return self.sparse_id_column.combiner

    @property
    def lookup_config(self):
        """That of the ids."""
        return self.sparse_id_column.lookup_config

    @property
    def config(self) -> dict:
        """How tf.parse_example reads both features."""
        return dict(self.sparse_id_column.config, **{self.weight_column_name: VarLenFeature(self.dtype)})

    def id_tensor(self, input_tensor):
        """The first of the pair."""
        return input_tensor[0]

    def weight_tensor(self, input_tensor):
        """The second."""
        return input_tensor[1]

    def transform(self, cache):
        """(ids, weights as floats)."""
        ids, weights = cache.get(self.sparse_id_column), cache.get(self.weight_column_name)
        if not isinstance(weights, SparseTensor):
            weights = dense_to_sparse_tensor(weights)
        return ids, weights if self.dtype.is_floating else math_ops.cast(weights, dtypes.float32)

    def is_compatible(self, other_column) -> bool:
        """Whether two columns may share an embedding."""
        other = other_column.sparse_id_column if isinstance(other_column, _WeightedSparseColumn) else other_column
        return self.sparse_id_column.is_compatible(other)
