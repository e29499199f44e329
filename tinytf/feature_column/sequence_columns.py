"""Columns of sequences: what turns sparse features of [batch, time] into [batch, time, numbers] and lengths."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import dtypes
from tinytf.feature_column import make
from tinytf.feature_column.columns import CategoricalColumn, FeatureColumn, IdWeightPair
from tinytf.feature_column.embedding_columns import EmbeddingColumn, IndicatorColumn, SharedEmbeddingColumn
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.files.parsing_examples import VarLenFeature
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.math.segment import segment_max
from tinytf.ops.sparse import sparse_ops
from tinytf.shapes import TensorShape


class TensorSequenceLengthPair(NamedTuple):
    """[batch, time, ...] numbers, and how many of the times each example has."""

    dense_tensor: Any
    sequence_length: Any


class SequenceDenseColumn(FeatureColumn):
    """A column of sequences of numbers: has `get_sequence_dense_tensor(cache, state_manager)`."""

    __slots__ = ()
    TensorSequenceLengthPair = TensorSequenceLengthPair


class _SequenceCategorical(NamedTuple):
    categorical_column: CategoricalColumn


class SequenceCategoricalColumn(_SequenceCategorical, CategoricalColumn):
    """A categorical column whose second axis is time. Follows SequenceCategoricalColumn of feature_column_v2.py of TF 1.15."""

    is_sequence = True

    @property
    def name(self):
        """That of the column."""
        return self.categorical_column.name

    @property
    def parse_example_spec(self):
        """That of the column."""
        return self.categorical_column.parse_example_spec

    @property
    def num_buckets(self):
        """Those of the column."""
        return self.categorical_column.num_buckets

    def transform(self, cache):
        """The ids."""
        return self.categorical_column.transform(cache)

    def sparse_tensors(self, cache):
        """Ids and weights as [batch, time, the rest]."""
        ids, weights = self.categorical_column.sparse_tensors(cache)
        shape = array_ops.shape(ids)
        wanted = [shape[0], shape[1], math_ops.reduce_prod(shape[2:])]
        ids = sparse_ops.sparse_reshape(ids, wanted)
        return IdWeightPair(ids, None if weights is None else sparse_ops.sparse_reshape(weights, wanted))


class _SequenceNumeric(NamedTuple):
    key: str
    shape: tuple
    default_value: float
    dtype: Any
    normalizer_fn: Any


class SequenceNumericColumn(_SequenceNumeric, SequenceDenseColumn):
    """Sequences of numbers. Follows SequenceNumericColumn of sequence_feature_column.py of TF 1.15."""

    @property
    def name(self):
        """The feature's name."""
        return self.key

    @property
    def parse_example_spec(self):
        """How tf.parse_example reads it."""
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def variable_shape(self):
        """The shape of one time."""
        return TensorShape(self.shape)

    def transform(self, cache):
        """The feature, normalized."""
        tensor = cache.get(self.key)
        return tensor if self.normalizer_fn is None else self.normalizer_fn(tensor)

    def get_sequence_dense_tensor(self, transformation_cache, state_manager):
        """The numbers, `default_value` where there are none, and the lengths."""
        sparse = transformation_cache.get(self, state_manager)
        dense = sparse_ops.sparse_tensor_to_dense(sparse, default_value=self.default_value)
        dense = array_ops.reshape(dense, shape=array_ops.concat([array_ops.shape(dense)[:1], [-1], self.variable_shape], axis=0))
        numbers = self.variable_shape.num_elements() if sparse.shape.ndims == 2 else 1
        return TensorSequenceLengthPair(dense, sequence_length_from_sparse_tensor(sparse, num_elements=numbers))


def sequence_length_from_sparse_tensor(sp_tensor, num_elements=1):
    """How many times each example has: of `num_elements` values each. Follows tensorflow/python/feature_column/utils.py of TF 1.15."""
    with name_scope(None, "sequence_length") as scope:
        rows, columns = sp_tensor.indices[:, 0], sp_tensor.indices[:, 1]
        columns += array_ops.ones_like(columns)
        lengths = segment_max(columns, segment_ids=rows)
        lengths = math_ops.cast(math_ops.ceil(lengths / num_elements), dtypes.int64)
        missing = array_ops.shape(sp_tensor)[:1] - array_ops.shape(lengths)[:1]  # the last examples may hold nothing
        padding = array_ops.zeros(missing, dtype=lengths.dtype)
        return array_ops.concat([lengths, padding], axis=0, name=scope)


def sequence_dense_tensor(column, transformation_cache, state_manager) -> TensorSequenceLengthPair:
    """What an embedding or indicator column gives for sequences; ValueError where its categorical column is of no sequence."""
    kind = "indicator_column" if isinstance(column, IndicatorColumn) else "embedding_column"
    if not getattr(column.categorical_column, "is_sequence", False):
        raise ValueError(
            "In {}: {}. categorical_column must be of type SequenceCategoricalColumn to use SequenceFeatures. Suggested fix: Use one of "
            "sequence_categorical_column_with_*. Given (type {}): {}".format(
                kind, column.name, type(column.categorical_column), column.categorical_column
            )
        )
    if isinstance(column, IndicatorColumn):
        dense = transformation_cache.get(column, state_manager)
        ids, _ = column.categorical_column.sparse_tensors(transformation_cache)
    else:
        pair = column.categorical_column.sparse_tensors(transformation_cache)
        dense = column.looked_up(pair, lambda c: state_manager.get_variable(c, name="embedding_weights"))
        ids = pair.id_tensor
    return TensorSequenceLengthPair(dense, sequence_length_from_sparse_tensor(ids))


SEQUENCE_KINDS = (SequenceDenseColumn, EmbeddingColumn, SharedEmbeddingColumn, IndicatorColumn)


def concatenate_context_input(context_input, sequence_input):
    """[batch, time, numbers of both]: what holds of a whole example, beside each of its times. Follows TF 1.15."""
    checks = [
        check_ops.assert_rank(sequence_input, 3, message="sequence_input must have rank 3", data=[array_ops.shape(sequence_input)]),
        check_ops.assert_type(
            sequence_input, dtypes.float32, message="sequence_input must have dtype float32; got {}.".format(sequence_input.dtype)
        ),
        check_ops.assert_rank(context_input, 2, message="context_input must have rank 2", data=[array_ops.shape(context_input)]),
        check_ops.assert_type(
            context_input, dtypes.float32, message="context_input must have dtype float32; got {}.".format(context_input.dtype)
        ),
    ]
    with control_dependencies(checks):
        times = array_ops.shape(sequence_input)[1]
        tiled = array_ops.tile(array_ops.expand_dims(context_input, 1), array_ops.concat([[1], [times], [1]], 0))
    return array_ops.concat([sequence_input, tiled], 2)


def sequence_categorical_column_with_identity(key, num_buckets, default_value=None):
    """Sequences of ids. Follows tf.feature_column.sequence_categorical_column_with_identity of TF 1.15."""
    return SequenceCategoricalColumn(make.categorical_column_with_identity(key, num_buckets, default_value))


def sequence_categorical_column_with_hash_bucket(key, hash_bucket_size, dtype=dtypes.string):
    """Sequences of hashes. Follows tf.feature_column.sequence_categorical_column_with_hash_bucket of TF 1.15."""
    return SequenceCategoricalColumn(make.categorical_column_with_hash_bucket(key, hash_bucket_size, dtype))


def sequence_categorical_column_with_vocabulary_file(
    key, vocabulary_file, vocabulary_size=None, num_oov_buckets=0, default_value=None, dtype=dtypes.string
):
    """Sequences of line numbers. Follows tf.feature_column.sequence_categorical_column_with_vocabulary_file of TF 1.15."""
    column = make.categorical_column_with_vocabulary_file(
        key=key, vocabulary_file=vocabulary_file, vocabulary_size=vocabulary_size, num_oov_buckets=num_oov_buckets,
        default_value=default_value, dtype=dtype,
    )  # fmt: skip
    return SequenceCategoricalColumn(column)


def sequence_categorical_column_with_vocabulary_list(key, vocabulary_list, dtype=None, default_value=-1, num_oov_buckets=0):
    """Sequences of places in a list. Follows tf.feature_column.sequence_categorical_column_with_vocabulary_list of TF 1.15."""
    column = make.categorical_column_with_vocabulary_list(
        key=key, vocabulary_list=vocabulary_list, dtype=dtype, default_value=default_value, num_oov_buckets=num_oov_buckets
    )
    return SequenceCategoricalColumn(column)


def sequence_numeric_column(key, shape=(1,), default_value=0.0, dtype=dtypes.float32, normalizer_fn=None):
    """Sequences of numbers of a shape. Follows tf.feature_column.sequence_numeric_column of TF 1.15."""
    like = make.numeric_column(key, shape=shape, dtype=dtype, normalizer_fn=normalizer_fn)  # checks them
    return SequenceNumericColumn(key, like.shape, default_value, dtype, normalizer_fn)
