"""The input layer and the linear model of tf.estimator's own models: their variables are resources, made before they are used."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.feature_column import layers
from tinytf.feature_column.cache import Cache
from tinytf.feature_column.columns import CategoricalColumn, DenseColumn
from tinytf.feature_column.embedding_columns import SharedEmbeddingColumn
from tinytf.feature_column.normalize import check_batch_sizes, normalized
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import nn_basic
from tinytf.ops.state import init_ops, template
from tinytf.ops.state.variable_scope import _PureVariableScope, get_variable


def _create(columns, linear_units=None) -> tuple:
    """({column: its embedding}, {column: its linear weights}), in the scope of each column."""
    embeddings, weights = {}, {}
    for column in columns:
        with _PureVariableScope(column.name):
            if hasattr(column, "weights_shape"):
                embeddings[column] = get_variable(
                    "embedding_weights", shape=column.weights_shape, dtype=dtypes.float32, initializer=column.initializer,
                    trainable=column.trainable, use_resource=True,
                )  # fmt: skip
            if linear_units is not None:
                weights[column] = _zeros("weights", (layers.weights_rows(column), linear_units))
    return embeddings, weights


def _zeros(name, shape):
    return get_variable(name, shape=shape, dtype=dtypes.float32, initializer=init_ops.zeros_initializer(), use_resource=True)


def _shares(columns) -> bool:
    return any(isinstance(column, SharedEmbeddingColumn) for column in columns)


def dense_features(features, feature_columns, name="input_layer"):
    """[batch, numbers]: the dense columns side by side."""
    if _shares(feature_columns):
        layer = template.make_template(name, layers.concatenated)
        return layer(features=features, feature_columns=feature_columns)
    columns = normalized(feature_columns, DenseColumn, layers.DENSE)
    with name_scope(name):
        with _PureVariableScope(name):
            embeddings, _ = _create(columns)
        cache, parts = Cache(features), []
        for column in columns:
            with name_scope(column.name):
                tensor = column.dense_tensor(cache, embeddings.get)
                parts.append(layers.as_rows(tensor, column))
        check_batch_sizes(parts, columns)
        return array_ops.concat(parts, -1)


def linear_model(features, feature_columns, units, sparse_combiner="sum", name="linear_model") -> tuple:
    """(logits, weights of all columns, bias)."""
    columns = normalized(feature_columns, (DenseColumn, CategoricalColumn), "DenseColumn or CategoricalColumn")
    if _shares(columns):
        found: dict = {}
        logits = layers.linear_model(features, columns, units, sparse_combiner, cols_to_vars=found)
        bias = found.pop("bias")
        return logits, [v for part in found.values() for v in part], bias
    with name_scope(name), name_scope(name):
        with _PureVariableScope(name):
            embeddings, weights = _create(columns, units)
            bias = _zeros("bias_weights", [units])
        with name_scope(name):
            cache, sums = Cache(features), []
            for column in columns:
                with name_scope(column.name):
                    sums.append(layers.weighted_sum(column, cache, weights[column], sparse_combiner, embeddings.get))
            check_batch_sizes(sums, columns)
            total = math_ops.add_n(sums, name="weighted_sum_no_bias")
            return nn_basic.bias_add(total, bias, name="weighted_sum"), _expanded(weights.values()), _expanded([bias])


def _expanded(variables) -> list:
    """Variables, parts of partitioned ones each for itself."""
    from tinytf.ops.state.partitioned_variables import PartitionedVariable

    return [part for v in variables for part in (list(v) if isinstance(v, PartitionedVariable) else [v])]
