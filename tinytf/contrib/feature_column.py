"""tf.contrib.feature_column: columns of sequences, before they were in TensorFlow's core."""

from __future__ import annotations

from tinytf.feature_column.cache import Cache
from tinytf.feature_column.dense_features import all_equal
from tinytf.feature_column.face import StateManager
from tinytf.feature_column.layers import found_by_scope
from tinytf.feature_column.normalize import check_batch_sizes, normalized
from tinytf.feature_column.sequence_columns import (  # noqa: F401
    SEQUENCE_KINDS,
    SequenceDenseColumn,
    concatenate_context_input,
    sequence_categorical_column_with_hash_bucket,
    sequence_categorical_column_with_identity,
    sequence_categorical_column_with_vocabulary_file,
    sequence_categorical_column_with_vocabulary_list,
    sequence_numeric_column,
)
from tinytf.ops.array import array_ops
from tinytf.ops.state.variable_scope import variable_scope


class _ByScope(StateManager):
    """Finds, or makes, the variable of a column in the current variable scope."""

    def __init__(self, weight_collections, trainable):
        self._weights = found_by_scope(weight_collections, trainable)

    def get_variable(self, feature_column, name):
        """The embedding of a column."""
        return self._weights(feature_column)


def sequence_input_layer(features, feature_columns, weight_collections=None, trainable=True):
    """([batch, time, numbers], lengths) of columns of sequences. Follows tf.contrib.feature_column.sequence_input_layer of TF 1.15."""
    columns = normalized(feature_columns, SEQUENCE_KINDS, "{}".format(SequenceDenseColumn))
    with variable_scope(None, default_name="sequence_input_layer", values=features.values()):
        cache, variables = Cache(features), _ByScope(weight_collections, trainable)
        parts, lengths = [], []
        for column in columns:
            with variable_scope(None, default_name=column.var_scope_name):
                tensor, length = column.get_sequence_dense_tensor(cache, variables)
                shape = array_ops.shape(tensor)
                parts.append(array_ops.reshape(tensor, shape=[shape[0], shape[1], column.variable_shape.num_elements()]))
                lengths.append(length)
        check_batch_sizes(parts, columns)
        check_batch_sizes(lengths, columns)
        length = all_equal(lengths)
        return array_ops.concat(parts, -1), length
