"""DNNClassifier and DNNRegressor."""

from __future__ import annotations

from tinytf import losses
from tinytf.estimator.estimator import Estimator
from tinytf.estimator.heads import RegressionHead, classifier_head
from tinytf.estimator.mode_keys import ModeKeys
from tinytf.estimator.optimizers import optimizer_of
from tinytf.feature_column.models import dense_features
from tinytf.graph.default_graph import get_default_graph, name_scope
from tinytf.layers.core import Dense, Dropout
from tinytf.layers.normalization import BatchNormalization
from tinytf.ops.files import summary_ops
from tinytf.ops.nn.activations import relu
from tinytf.ops.nn.normalization import zero_fraction
from tinytf.ops.state import init_ops
from tinytf.ops.state.partitioned_variables import min_max_variable_partitioner
from tinytf.ops.state.variable_scope import variable_scope

_SUM = losses.Reduction.SUM


def check_features(features) -> None:
    """ValueError for features that are no dict."""
    if not isinstance(features, dict):
        raise ValueError(f"features should be a dictionary of `Tensor`s. Given type: {type(features)}")


def _summarize(value, tag) -> None:
    summary_ops.scalar(f"{tag}/fraction_of_zero_values", zero_fraction(value))
    summary_ops.histogram(f"{tag}/activation", value)


def _as_in_keras(layer):
    """In TensorFlow the layers are parts of a model of Keras, which makes their variables resources."""
    layer._use_resource_variables = True
    return layer


def _dense(units, activation, scope):
    initializer = init_ops.glorot_uniform_initializer()
    return _as_in_keras(Dense(units, activation=activation, kernel_initializer=initializer, name=scope, _scope=scope))


def dnn_logits(features, mode, units, hidden_units, columns, activation_fn, dropout, partitioner, batch_norm):
    """The logits, in the current variable scope."""
    hidden = []
    for i, size in enumerate(hidden_units):
        with variable_scope(f"hiddenlayer_{i}") as scope:
            layer = _dense(size, activation_fn, scope)
            drop = _as_in_keras(Dropout(rate=dropout)) if dropout is not None else None
            batch, name = None, f"batchnorm_{i}"
            if batch_norm:
                batch = _as_in_keras(BatchNormalization(momentum=0.999, trainable=True, name=name, _scope=name))
            hidden.append((layer, drop, batch, scope.name))
    with variable_scope("logits") as scope:
        logits_layer, logits_name = _dense(units, None, scope), scope.name
    outer = get_default_graph().get_name_scope()
    training = mode == ModeKeys.TRAIN
    with name_scope("dnn") as own, name_scope(outer + "/" if outer else own):
        with variable_scope("input_from_feature_columns", partitioner=partitioner):
            net = dense_features(features, columns)
        for layer, drop, batch, name in hidden:
            net = layer(net)
            if drop is not None and training:
                net = drop(net, training=True)
            if batch is not None:
                net = batch(net, training=training)
            _summarize(net, name)
        logits = logits_layer(net)
        _summarize(logits, logits_name)
        return logits


def dnn_logit_fn_builder(units, hidden_units, feature_columns, activation_fn, dropout, input_layer_partitioner, batch_norm):
    """f(features, mode) -> the logits of a DNN, for models of one's own.  Follows tf.estimator.experimental.dnn_logit_fn_builder of TF 1.15."""
    if not isinstance(units, int):
        raise ValueError(f"units must be an int.  Given type: {type(units)}")
    return lambda features, mode: dnn_logits(
        features, mode, units, hidden_units, feature_columns, activation_fn, dropout, input_layer_partitioner, batch_norm
    )


def _model_fn(head, hidden_units, columns, optimizer, activation_fn, dropout, partitioner, batch_norm):
    def model_fn(features, labels, mode, config):
        chosen = optimizer_of(optimizer, learning_rate=0.05)
        check_features(features)
        parts = config.num_ps_replicas if config else 0
        whole = min_max_variable_partitioner(max_partitions=parts)
        with variable_scope("dnn", values=tuple(features.values()), partitioner=whole):
            of_input = partitioner or min_max_variable_partitioner(max_partitions=parts, min_slice_size=64 << 20)
            logits = dnn_logits(
                features, mode, head.logits_dimension, hidden_units, columns, activation_fn, dropout, of_input, batch_norm
            )
            return head.create_estimator_spec(features=features, mode=mode, labels=labels, optimizer=chosen, logits=logits)

    return model_fn


class DNNClassifier(Estimator):
    """A classifier of dense layers over dense feature columns.

    Args:
      hidden_units: the layers' sizes.
      feature_columns: DenseColumns.
      n_classes: classes; labels are whole numbers below it, or of `label_vocabulary`.
      weight_column: the feature that holds the examples' weights.
      optimizer: an Optimizer, a function that makes one, or a name.
      dropout: the share of each layer's outputs that is dropped in training.
      batch_norm: whether each layer is followed by batch normalization.

    Follows `tf.estimator.DNNClassifier` of TF 1.15.
    """

    def __init__(
        self, hidden_units, feature_columns, model_dir=None, n_classes=2, weight_column=None, label_vocabulary=None,
        optimizer="Adagrad", activation_fn=relu, dropout=None, input_layer_partitioner=None, config=None,
        warm_start_from=None, loss_reduction=_SUM, batch_norm=False,
    ):  # fmt: skip
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        columns = tuple(feature_columns or [])
        fn = _model_fn(head, hidden_units, columns, optimizer, activation_fn, dropout, input_layer_partitioner, batch_norm)
        super().__init__(fn, model_dir=model_dir, config=config, warm_start_from=warm_start_from)


class DNNEstimator(Estimator):
    """The same for a head of one's own.  Follows `tf.estimator.DNNEstimator` of TF 1.15."""

    def __init__(
        self, head, hidden_units, feature_columns, model_dir=None, optimizer="Adagrad", activation_fn=relu, dropout=None,
        input_layer_partitioner=None, config=None, warm_start_from=None, batch_norm=False,
    ):  # fmt: skip
        columns = tuple(feature_columns or [])
        fn = _model_fn(head, hidden_units, columns, optimizer, activation_fn, dropout, input_layer_partitioner, batch_norm)
        super().__init__(fn, model_dir=model_dir, config=config, warm_start_from=warm_start_from)


class DNNRegressor(Estimator):
    """The same for `label_dimension` numbers.  Follows `tf.estimator.DNNRegressor` of TF 1.15."""

    def __init__(
        self, hidden_units, feature_columns, model_dir=None, label_dimension=1, weight_column=None, optimizer="Adagrad",
        activation_fn=relu, dropout=None, input_layer_partitioner=None, config=None, warm_start_from=None,
        loss_reduction=_SUM, batch_norm=False,
    ):  # fmt: skip
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        columns = tuple(feature_columns or [])
        fn = _model_fn(head, hidden_units, columns, optimizer, activation_fn, dropout, input_layer_partitioner, batch_norm)
        super().__init__(fn, model_dir=model_dir, config=config, warm_start_from=warm_start_from)
