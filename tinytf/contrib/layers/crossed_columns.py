"""The columns of tf.contrib.layers made of others: ranges of numbers, and crosses."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import dtypes
from tinytf.contrib.layers.dense_columns import _RealValuedColumn, check_checkpoint_pair
from tinytf.contrib.layers.sparse_columns import LinearLookup, _FeatureColumn, _IdColumn, _SparseColumn
from tinytf.feature_column.columns import CategoricalColumn, DenseColumn, IdWeightPair
from tinytf.graph.build import make
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.sparse.sparse_feature_cross import sparse_feature_cross
from tinytf.ops.state import init_ops
from tinytf.shapes import TensorShape


class _Bucketized(NamedTuple):
    source_column: Any
    boundaries: tuple


class _BucketizedColumn(_Bucketized, _FeatureColumn, CategoricalColumn, DenseColumn):
    """Which of the ranges between boundaries a number is in."""

    def __new__(cls, source_column, boundaries):
        if not isinstance(source_column, _RealValuedColumn):
            raise TypeError("source_column must be an instance of _RealValuedColumn. source_column: {}".format(source_column))
        if source_column.dimension is None:
            raise ValueError("source_column must have a defined dimension. source_column: {}".format(source_column))
        if not isinstance(boundaries, (list, tuple)) or not boundaries:
            raise ValueError("boundaries must be a non-empty list or tuple. boundaries: {}".format(boundaries))
        if any(a > b for a, b in zip(boundaries, boundaries[1:])):
            raise ValueError("boundaries must be a sorted list. boundaries: {}".format(boundaries))
        return super().__new__(cls, source_column, tuple(dict.fromkeys(boundaries)))

    @property
    def name(self) -> str:
        """<column>_bucketized."""
        return "{}_bucketized".format(self.source_column.name)

    @property
    def length(self) -> int:
        """How many ranges there are."""
        return len(self.boundaries) + 1

    @property
    def num_buckets(self) -> int:
        """Ranges, for each number of an example."""
        return self.length * self.source_column.dimension

    @property
    def config(self) -> dict:
        """That of the numbers."""
        return self.source_column.config

    @property
    def variable_shape(self):
        """The shape for one example."""
        return TensorShape([self.num_buckets])

    def transform(self, cache):
        """The ranges' numbers."""
        return make("Bucketize", cache.get(self.source_column), boundaries=list(self.boundaries), name="bucketize")

    def to_sparse_tensor(self, input_tensor) -> SparseTensor:
        """The ranges of all numbers, numbered through."""
        dimension = self.source_column.dimension
        batch_size = array_ops.shape(input_tensor, name="shape")[0]
        if dimension > 1:
            rows = array_ops.expand_dims(math_ops.range(0, batch_size), 1, name="expand_dims")
            rows = array_ops.reshape(array_ops.tile(rows, [1, dimension], name="tile"), [-1], name="reshape")
            columns = array_ops.tile(math_ops.range(0, dimension), [batch_size], name="tile")
            buckets = array_ops.reshape(input_tensor, [-1], name="reshape") + self.length * columns
        else:
            rows = math_ops.range(0, batch_size)
            columns = array_ops.zeros([batch_size], dtype=dtypes.int32, name="zeros")
            buckets = array_ops.reshape(input_tensor, [-1], name="reshape")
        indices = math_ops.cast(array_ops.transpose(array_ops.stack((rows, columns))), dtypes.int64)
        return SparseTensor(indices, buckets, math_ops.cast(array_ops.stack([batch_size, dimension]), dtypes.int64))

    def sparse_tensors(self, cache) -> IdWeightPair:
        """The same, for tf.feature_column."""
        return IdWeightPair(self.to_sparse_tensor(cache.get(self)), None)

    def dense_tensor(self, cache, weights):
        """The flags, for tf.feature_column."""
        return self._to_dnn_input_layer(cache.get(self))

    def _to_dnn_input_layer(self, input_tensor, weight_collections=None, trainable=True, output_rank=2):
        if output_rank != 2:
            raise ValueError("BucketizedColumn currently only supports output_rank=2")
        flags = array_ops.one_hot(math_ops.cast(input_tensor, dtypes.int64), self.length, 1.0, 0.0, name="one_hot")
        return array_ops.reshape(flags, [-1, self.num_buckets], name="reshape")

    def _wide_embedding_lookup_arguments(self, input_tensor):
        return LinearLookup(self.to_sparse_tensor(input_tensor), None, self.num_buckets, init_ops.zeros_initializer(), "sum")


class _Crossed(NamedTuple):
    columns: tuple
    hash_bucket_size: int
    hash_key: Any
    combiner: str
    ckpt_to_load_from: Any
    tensor_name_in_ckpt: Any


class _CrossedColumn(_Crossed, _IdColumn):
    """Hashes of all combinations of what other columns give."""

    def __new__(cls, columns, hash_bucket_size, hash_key, combiner="sum", ckpt_to_load_from=None, tensor_name_in_ckpt=None):
        for column in columns:
            if not isinstance(column, (_SparseColumn, _CrossedColumn, _BucketizedColumn)):
                raise TypeError(
                    "columns must be a set of _SparseColumn, _CrossedColumn, or _BucketizedColumn instances. (column {} is a {})".format(
                        column, column.__class__.__name__
                    )
                )
        if len(columns) < 2:
            raise ValueError("columns must contain at least 2 elements. columns: {}".format(columns))
        if hash_bucket_size < 2:
            raise ValueError("hash_bucket_size must be at least 2. hash_bucket_size: {}".format(hash_bucket_size))
        check_checkpoint_pair(ckpt_to_load_from, tensor_name_in_ckpt)
        ordered = tuple(sorted(columns, key=lambda column: column.name))
        return super().__new__(cls, ordered, hash_bucket_size, hash_key, combiner, ckpt_to_load_from, tensor_name_in_ckpt)

    @property
    def name(self) -> str:
        """The columns' names, joined by _X_."""
        return "_X_".join(sorted(column.name for column in self.columns))

    @property
    def length(self) -> int:
        """How many hashes there are."""
        return self.hash_bucket_size

    @property
    def config(self) -> dict:
        """How tf.parse_example reads the columns' features."""
        return {name: feature for column in self.columns for name, feature in column.config.items()}

    def leaves(self) -> list:
        """The columns that are crossed, those of crosses in it included."""
        return [leaf for column in self.columns for leaf in (column.leaves() if isinstance(column, _CrossedColumn) else [column])]

    def transform(self, cache):
        """The hashes as a SparseTensor."""
        tensors = []
        for column in self.leaves():
            if isinstance(column, _SparseColumn):  # crossed by its words, not by its ids
                tensors.append(cache.get(column.name))
            else:
                tensors.append(column.to_sparse_tensor(cache.get(column)))
        return sparse_feature_cross(tensors, True, self.hash_bucket_size, hash_key=self.hash_key, name="cross")

    def _checkpoint_path(self):
        return None if self.ckpt_to_load_from is None else (self.ckpt_to_load_from, self.tensor_name_in_ckpt)
