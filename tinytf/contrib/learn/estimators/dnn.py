"""Deep models of tf.contrib.learn: fully connected layers on columns.  Follows TF 1.15."""

from __future__ import annotations

from tinytf import nn, summary
from tinytf.contrib import layers
from tinytf.contrib.layers.dense_columns import _EmbeddingColumn
from tinytf.contrib.layers.sparse_columns import _FeatureColumn
from tinytf.contrib.learn.estimator import Estimator
from tinytf.contrib.learn.estimators import canned
from tinytf.contrib.learn.estimators.head import multi_class_head, regression_head
from tinytf.contrib.learn.model_fn import ModeKeys
from tinytf.feature_column import input_layer
from tinytf.graph.default_graph import get_collection
from tinytf.ops.state.partitioned_variables import min_max_variable_partitioner
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.train.training_util import get_global_step

_LEARNING_RATE = 0.05
_ACTIVATIONS = {"relu": nn.relu, "tanh": nn.tanh, "sigmoid": nn.sigmoid}


def activation_of(activation):
    """The function of a name, or the function that is given."""
    if not isinstance(activation, str):
        return activation
    if activation not in _ACTIVATIONS:
        raise ValueError("Activation name should be one of [%s], you provided %s." % (", ".join(_ACTIVATIONS), activation))
    return _ACTIVATIONS[activation]


def hidden_layers(features, columns, mode, units, logits_dimension, partitioner, activation, dropout, tag):
    """(logits, scope of the input); `tag` is between a layer's name and its summaries'. To be called in the scope `dnn`."""

    def summarized(value, scope):
        summary.scalar(scope.name + tag + "fraction_of_zero_values", nn.zero_fraction(value))
        summary.histogram(scope.name + tag + "activation", value)

    with variable_scope("input_from_feature_columns", values=tuple(features.values()), partitioner=partitioner) as input_scope:
        if all(isinstance(column, _FeatureColumn) for column in columns):
            net = layers.input_from_feature_columns(
                columns_to_tensors=features, feature_columns=columns, weight_collections=["dnn"], scope=input_scope
            )
        else:
            net = input_layer(features=features, feature_columns=columns, weight_collections=["dnn"])
    for i, count in enumerate(units):
        with variable_scope("hiddenlayer_%d" % i, values=(net,)) as scope:
            net = layers.fully_connected(net, count, activation_fn=activation, variables_collections=["dnn"], scope=scope)
            if dropout is not None and mode == ModeKeys.TRAIN:
                net = layers.dropout(net, keep_prob=(1.0 - dropout))
        summarized(net, scope)
    with variable_scope("logits", values=(net,)) as scope:
        logits = layers.fully_connected(net, logits_dimension, activation_fn=None, variables_collections=["dnn"], scope=scope)
    summarized(logits, scope)
    return logits, input_scope


def embedding_multipliers(multipliers, input_scope):
    """{variable: factor of its gradient}, of a dict by embedding column; None where there is none."""
    if not multipliers:
        return None
    result = {}
    for column, factor in multipliers.items():
        if not isinstance(column, _EmbeddingColumn):
            raise ValueError("learning rate multipler can only be defined for embedding columns. It is defined for {}".format(column))
        variables = get_collection("dnn", input_scope.name + "/" + column.name)
        if not variables:
            raise ValueError("Couldn't find a variable for column {}".format(column))
        result.update((variable, factor) for variable in variables)
    return result


def _dnn_model_fn(features, labels, mode, params, config=None):
    """Params: head, hidden_units, feature_columns, optimizer, activation_fn, dropout, gradient_clip_norm …"""
    head, replicas = params["head"], canned.ps_replicas(config)
    features = canned.feature_dict(features)
    with variable_scope("dnn", values=tuple(features.values()), partitioner=min_max_variable_partitioner(max_partitions=replicas)):
        logits, input_scope = hidden_layers(
            features, params["feature_columns"], mode, params["hidden_units"], head.logits_dimension,
            min_max_variable_partitioner(replicas, min_slice_size=params.get("input_layer_min_slice_size") or 64 << 20),
            activation_of(params.get("activation_fn")), params.get("dropout"), tag="_",
        )  # fmt: skip

        def train_op_fn(loss):
            return layers.optimize_loss(
                loss=loss, global_step=get_global_step(), learning_rate=_LEARNING_RATE,
                optimizer=canned.optimizer_of(params.get("optimizer") or "Adagrad"),
                gradient_multipliers=embedding_multipliers(params.get("embedding_lr_multipliers"), input_scope),
                clip_gradients=params.get("gradient_clip_norm"), name="dnn", summaries=[],
            )  # fmt: skip

        return head.create_model_fn_ops(features, mode, labels, train_op_fn, logits=logits)


def _params(
    head, hidden_units, feature_columns, optimizer, activation_fn, dropout, gradient_clip_norm, embedding_lr_multipliers,
    input_layer_min_slice_size,
):  # fmt: skip
    return {
        "head": head, "hidden_units": hidden_units, "feature_columns": feature_columns, "optimizer": optimizer,
        "activation_fn": activation_fn, "dropout": dropout, "gradient_clip_norm": gradient_clip_norm,
        "embedding_lr_multipliers": embedding_lr_multipliers, "input_layer_min_slice_size": input_layer_min_slice_size,
    }  # fmt: skip


class DNNClassifier(canned.Classifier):
    """A deep model of `n_classes` classes."""

    def __init__(
        self, hidden_units, feature_columns, model_dir=None, n_classes=2, weight_column_name=None, optimizer=None, activation_fn=nn.relu,
        dropout=None, gradient_clip_norm=None, enable_centered_bias=False, config=None, feature_engineering_fn=None,
        embedding_lr_multipliers=None, input_layer_min_slice_size=None, label_keys=None,
    ):  # fmt: skip
        head = multi_class_head(
            n_classes, weight_column_name=weight_column_name, enable_centered_bias=enable_centered_bias, label_keys=label_keys
        )
        self._feature_columns = tuple(feature_columns or [])
        params = _params(
            head, hidden_units, self._feature_columns, optimizer, activation_fn, dropout, gradient_clip_norm, embedding_lr_multipliers,
            input_layer_min_slice_size,
        )  # fmt: skip
        super().__init__(_dnn_model_fn, model_dir, config, params, feature_engineering_fn)


class DNNRegressor(canned.Regressor):
    """A deep model of numbers."""

    def __init__(
        self, hidden_units, feature_columns, model_dir=None, weight_column_name=None, optimizer=None, activation_fn=nn.relu, dropout=None,
        gradient_clip_norm=None, enable_centered_bias=False, config=None, feature_engineering_fn=None, label_dimension=1,
        embedding_lr_multipliers=None, input_layer_min_slice_size=None,
    ):  # fmt: skip
        head = regression_head(
            label_dimension=label_dimension, weight_column_name=weight_column_name, enable_centered_bias=enable_centered_bias
        )
        self._feature_columns = tuple(feature_columns or [])
        params = _params(
            head, hidden_units, self._feature_columns, optimizer, activation_fn, dropout, gradient_clip_norm, embedding_lr_multipliers,
            input_layer_min_slice_size,
        )  # fmt: skip
        super().__init__(_dnn_model_fn, model_dir, config, params, feature_engineering_fn)


class DNNEstimator(Estimator):
    """A deep model with any head."""

    def __init__(
        self, head, hidden_units, feature_columns, model_dir=None, optimizer=None, activation_fn=nn.relu, dropout=None,
        gradient_clip_norm=None, config=None, feature_engineering_fn=None, embedding_lr_multipliers=None, input_layer_min_slice_size=None,
    ):  # fmt: skip
        params = _params(
            head, hidden_units, feature_columns, optimizer, activation_fn, dropout, gradient_clip_norm, embedding_lr_multipliers,
            input_layer_min_slice_size,
        )  # fmt: skip
        super().__init__(_dnn_model_fn, model_dir, config, params, feature_engineering_fn)
