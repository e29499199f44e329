"""Columns that make numbers of the ids of a categorical column: indicators and embeddings."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf.feature_column.columns import CategoricalColumn, DenseColumn
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import embedding
from tinytf.ops.sparse import sparse_ops
from tinytf.shapes import TensorShape


def _need_no_sequence(column, kind) -> None:
    """ValueError where a column of sequences is to give one row an example."""
    if column.categorical_column.is_sequence:
        raise ValueError(
            "In {}: {}. categorical_column must not be of type SequenceCategoricalColumn. Suggested fix A: If you wish to use DenseFeatures, "
            "use a non-sequence categorical_column_with_*. Suggested fix B: If you wish to create sequence input, use SequenceFeatures "
            "instead of DenseFeatures. Given (type {}): {}".format(
                kind, column.name, type(column.categorical_column), column.categorical_column
            )
        )


class _Indicator(NamedTuple):
    categorical_column: CategoricalColumn


class IndicatorColumn(_Indicator, DenseColumn):
    """How often each id occurs."""

    @property
    def name(self):
        """<column>_indicator."""
        return f"{self.categorical_column.name}_indicator"

    @property
    def parse_example_spec(self):
        """That of the column."""
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self):
        """A number for each id."""
        return TensorShape([1, self.categorical_column.num_buckets])

    def transform(self, cache):
        """The counts, or sums of weights."""
        ids, weights = self.categorical_column.sparse_tensors(cache)
        depth = self.variable_shape[-1]
        if weights is not None:
            weighted = sparse_ops.sparse_merge(sp_ids=ids, sp_values=weights, vocab_size=int(depth))
            weighted = sparse_ops.sparse_slice(weighted, [0, 0], weighted.dense_shape)
            return array_ops.scatter_nd(weighted.indices, weighted.values, weighted.dense_shape)
        dense = sparse_ops.sparse_tensor_to_dense(ids, default_value=-1)
        return math_ops.reduce_sum(array_ops.one_hot(dense, depth=int(depth), on_value=1.0, off_value=0.0), axis=[-2])

    def dense_tensor(self, cache, weights):
        """The same."""
        _need_no_sequence(self, "indicator_column")
        return cache.get(self)


class _Embedding(NamedTuple):
    categorical_column: CategoricalColumn
    dimension: int
    combiner: str
    initializer: Any
    ckpt_to_load_from: Any
    tensor_name_in_ckpt: Any
    max_norm: Any
    trainable: bool


class _Embedded(DenseColumn):
    @property
    def parse_example_spec(self):
        """That of the column."""
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self):
        """The dimension."""
        return TensorShape([self.dimension])

    @property
    def weights_shape(self) -> tuple:
        """The variable's shape."""
        return (self.categorical_column.num_buckets, self.dimension)

    def transform(self, cache):
        """The ids."""
        return cache.get(self.categorical_column)

    def dense_tensor(self, cache, weights):
        """The rows of the ids, combined."""
        _need_no_sequence(self, "embedding_column")
        return self.looked_up(self.categorical_column.sparse_tensors(cache), weights)

    def looked_up(self, pair, weights):
        """The rows of these ids, combined."""
        ids, id_weights = pair
        table = weights(self)
        if self.ckpt_to_load_from is not None:
            from tinytf.train.checkpoint_utils import init_from_checkpoint

            init_from_checkpoint(self.ckpt_to_load_from, {self.tensor_name_in_ckpt: table})
        return embedding.safe_embedding_lookup_sparse(
            embedding_weights=table, sparse_ids=ids, sparse_weights=id_weights, combiner=self.combiner,
            name=f"{self.name}_weights", max_norm=self.max_norm,
        )  # fmt: skip


class EmbeddingColumn(_Embedding, _Embedded):
    """A trained vector for each id."""

    @property
    def name(self):
        """<column>_embedding."""
        return f"{self.categorical_column.name}_embedding"


class _SharedEmbedding(NamedTuple):
    categorical_column: CategoricalColumn
    dimension: int
    combiner: str
    initializer: Any
    shared_embedding_collection_name: str
    ckpt_to_load_from: Any
    tensor_name_in_ckpt: Any
    max_norm: Any
    trainable: bool


class SharedEmbeddingColumn(_SharedEmbedding, _Embedded):
    """An embedding whose variable other columns use too; they find it in a collection."""

    @property
    def name(self):
        """<column>_shared_embedding."""
        return f"{self.categorical_column.name}_shared_embedding"

    @property
    def var_scope_name(self):
        """The name of the collection."""
        return self.shared_embedding_collection_name

    def dense_tensor(self, cache, weights):
        """The rows of the ids, combined."""
        with name_scope(None, self.name):
            return super().dense_tensor(cache, weights)
