"""tf.feature_column.input_layer and linear_model, whose variables are found by variable scope."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.feature_column.cache import Cache
from tinytf.feature_column.columns import CategoricalColumn, DenseColumn, FeatureColumn
from tinytf.feature_column.embedding_columns import SharedEmbeddingColumn
from tinytf.feature_column.normalize import check_batch_sizes, normalized
from tinytf.graph.default_graph import add_to_collection, get_collection, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.layers.base import Layer
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import embedding, nn_basic
from tinytf.ops.sparse import sparse_ops
from tinytf.ops.state import init_ops, variable_scope

DENSE = "_DenseColumn. You can wrap a categorical column with an embedding_column or indicator_column"


def collections_of(given) -> list:
    """The collections of a layer's variables: those given, and those that all are in."""
    collections = list(given or [])
    return collections + [k for k in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES) if k not in collections]


def input_layer(
    features, feature_columns, weight_collections=None, trainable=True, cols_to_vars=None, cols_to_output_tensors=None
):
    """A [batch, numbers] tensor: what the dense columns, sorted by name, give for these features, side by side.

    Args:
      features: {name: tensor}.
      weight_collections: collections for the embeddings' variables.
      trainable: whether they are to be trained.
      cols_to_vars, cols_to_output_tensors: dicts that get each column's variables and part.

    Follows `tf.feature_column.input_layer` of TF 1.15.
    """
    with variable_scope.variable_scope(None, default_name="input_layer", values=features.values()):
        return concatenated(features, feature_columns, weight_collections, trainable, cols_to_vars, cols_to_output_tensors)


def concatenated(
    features, feature_columns, weight_collections=None, trainable=True, cols_to_vars=None, cols_to_output_tensors=None
):
    """What input_layer does, in the current scope."""
    columns = normalized(feature_columns, DenseColumn, DENSE)
    cache, parts = Cache(features), []
    weights = found_by_scope(collections_of(weight_collections), trainable)
    for column in columns:
        with variable_scope.variable_scope(None, default_name=column.var_scope_name):
            tensor = column.dense_tensor(cache, weights)
            parts.append(as_rows(tensor, column))
            if cols_to_vars is not None:
                scope = variable_scope.get_variable_scope().name
                cols_to_vars[column] = get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope)
            if cols_to_output_tensors is not None:
                cols_to_output_tensors[column] = parts[-1]
    check_batch_sizes(parts, columns)
    return array_ops.concat(parts, 1)


def transform_features(features, feature_columns, state_manager=None) -> dict:
    """{column: the transformed feature}. Follows _transform_features of feature_column.py and _v2.py of TF 1.15."""
    columns, outputs = normalized(feature_columns, FeatureColumn, "FeatureColumn"), {}
    with name_scope(None, default_name="transform_features", values=features.values()):
        cache = Cache(features)
        for column in columns:
            with name_scope(None, default_name=column.name):
                outputs[column] = cache.get(column, state_manager)
    return outputs


def as_rows(tensor, column):
    """[batch, numbers of the column]."""
    size = column.variable_shape.num_elements()
    batch = array_ops.shape(tensor)[0]
    return array_ops.reshape(tensor, shape=(batch, size))


def found_by_scope(collections, trainable):
    """column -> its variable in the current variable scope, or in the collection that it shares one by."""

    def weights(column):
        shared = isinstance(column, SharedEmbeddingColumn) and column.shared_embedding_collection_name
        found = get_collection(shared) if shared else []
        if len(found) > 1:
            raise ValueError(f"Collection {found} can only contain one variable. Choose a unique name for this collection.")
        if found:
            if tuple(found[0].shape.as_list()) != column.weights_shape:
                raise ValueError(
                    f"Shared embedding collection {shared} contains variable {found[0].name} of unexpected shape "
                    f"{found[0].shape}. Expected shape is {column.weights_shape}. Choose a unique name for this collection."
                )
            return found[0]
        variable = variable_scope.get_variable(
            name="embedding_weights",
            shape=column.weights_shape,
            dtype=dtypes.float32,
            initializer=column.initializer,
            trainable=column.trainable and trainable,
            collections=collections,
        )
        if shared:
            add_to_collection(shared, variable)
        return variable

    return weights


def weighted_sum(column, cache, variable, combiner, weights):
    """[batch, units]: a column's part of a linear model whose weights are `variable`."""
    if not isinstance(column, CategoricalColumn):
        return math_ops.matmul(as_rows(column.dense_tensor(cache, weights), column), variable, name="weighted_sum")
    ids, id_weights = column.sparse_tensors(cache)
    ids = sparse_ops.sparse_reshape(ids, [array_ops.shape(ids)[0], -1])
    if id_weights is not None:
        id_weights = sparse_ops.sparse_reshape(id_weights, [array_ops.shape(id_weights)[0], -1])
    return embedding.safe_embedding_lookup_sparse(
        variable, ids, sparse_weights=id_weights, combiner=combiner, name="weighted_sum"
    )


def weights_rows(column) -> int:
    """How many rows a linear model's weights have for a column."""
    return column.num_buckets if isinstance(column, CategoricalColumn) else column.variable_shape.num_elements()


class _Weights(Layer):
    """The part of one column; or, without a column, the bias."""

    def __init__(self, column, units, combiner, collections, trainable, name):
        super().__init__(trainable=trainable, name=name)
        self._use_resource_variables = True  # as every layer inside of a model of Keras, which linear_model is there
        self.column, self._units, self._combiner, self._collections = column, units, combiner, collections

    def build(self, input_shape):
        """Makes the variable."""
        column = self.column
        self.variable = self.add_variable(
            "bias_weights" if column is None else "weights",
            shape=[self._units] if column is None else [weights_rows(column), self._units],
            initializer=init_ops.zeros_initializer(),
            trainable=self.trainable,
        )
        for key in self._collections:
            if key != GraphKeys.GLOBAL_VARIABLES:
                add_to_collection(key, self.variable)
        self.built = True

    def call(self, inputs):
        """The weighted sum, or the bias."""
        if self.column is None:
            return self.variable
        weights = found_by_scope(self._collections, self.trainable)
        return weighted_sum(self.column, inputs, self.variable, self._combiner, weights)


def linear_model(
    features, feature_columns, units=1, sparse_combiner="sum", weight_collections=None, trainable=True, cols_to_vars=None
):
    """[batch, units]: the sum of weights of all columns, and a bias.

    `sparse_combiner` (sum, mean, sqrtn) joins the weights of a categorical column's ids; `cols_to_vars`, a dict, gets the
    variables of each column and of "bias".  Follows `tf.feature_column.linear_model` of TF 1.15.
    """
    with variable_scope.variable_scope(None, "linear_model") as scope:
        name = scope.name.rsplit("/", 1)[-1]
    columns = normalized(feature_columns, (DenseColumn, CategoricalColumn), "_DenseColumn or _CategoricalColumn")
    collections, layers = collections_of(weight_collections), []
    for column in columns:
        with variable_scope.variable_scope(None, default_name=column.var_scope_name) as scope:
            column_name = scope.name.rsplit("/", 1)[-1]
        layers.append(_Weights(column, units, sparse_combiner, collections, trainable, column_name))
    bias_layer = _Weights(None, units, sparse_combiner, collections, trainable, "bias_layer")
    with name_scope(name), variable_scope.variable_scope(name):
        cache, sums, ordered = Cache(features), [], []
        for layer in sorted(layers, key=lambda layer: layer.name):
            ordered.append(layer.column)
            sums.append(layer(cache))
            if cols_to_vars is not None:
                cols_to_vars[layer.column] = get_collection(GraphKeys.GLOBAL_VARIABLES, scope=layer.scope_name)
        check_batch_sizes(sums, ordered)
        total = math_ops.add_n(sums, name="weighted_sum_no_bias")
        bias = bias_layer(cache, scope=variable_scope.get_variable_scope())
        total = nn_basic.bias_add(total, bias, name="weighted_sum")
        if cols_to_vars is not None:
            cols_to_vars["bias"] = [bias_layer.variable]
        return total
