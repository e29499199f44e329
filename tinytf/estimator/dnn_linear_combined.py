"""DNNLinearCombinedClassifier and DNNLinearCombinedRegressor: wide and deep models."""

from __future__ import annotations

from tinytf import losses
from tinytf.estimator.dnn import check_features, dnn_logits
from tinytf.estimator.estimator import Estimator
from tinytf.estimator.heads import RegressionHead, classifier_head
from tinytf.estimator.linear import linear_logits
from tinytf.estimator.optimizers import optimizer_of
from tinytf.graph.default_graph import control_dependencies, get_collection
from tinytf.graph.graph import GraphKeys
from tinytf.ops.control_flow.control_flow_ops import group
from tinytf.ops.files import summary_ops
from tinytf.ops.nn.activations import relu
from tinytf.ops.nn.normalization import zero_fraction
from tinytf.ops.state import state_ops
from tinytf.ops.state.partitioned_variables import min_max_variable_partitioner
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.train.training_util import get_global_step

_SUM = losses.Reduction.SUM


def _model_fn(
    head, linear_columns, linear_optimizer, dnn_columns, dnn_optimizer, hidden_units, activation_fn, dropout, partitioner,
    batch_norm, sparse_combiner,
):  # fmt: skip
    linear_columns, dnn_columns = tuple(linear_columns or ()), tuple(dnn_columns or ())
    if not linear_columns and not dnn_columns:
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")
    if dnn_columns and not hidden_units:
        raise ValueError("dnn_hidden_units must be defined when dnn_feature_columns is specified.")

    def model_fn(features, labels, mode, config):
        check_features(features)
        parts = config.num_ps_replicas if config else 0
        of_input = partitioner or min_max_variable_partitioner(max_partitions=parts, min_slice_size=64 << 20)
        values, units = tuple(features.values()), head.logits_dimension
        both, trained = [], []  # logits; (optimizer, scope) in the same order
        if dnn_columns:
            optimizer = optimizer_of(dnn_optimizer, learning_rate=0.001)
            whole = min_max_variable_partitioner(max_partitions=parts)
            with variable_scope("dnn", values=values, partitioner=whole) as scope:
                trained.append((optimizer, scope.name))
                both.append(
                    dnn_logits(features, mode, units, hidden_units, dnn_columns, activation_fn, dropout, of_input, batch_norm)
                )
        if linear_columns:
            optimizer = optimizer_of(linear_optimizer, learning_rate=min(0.005, 1.0 / len(linear_columns) ** 0.5))
            with variable_scope("linear", values=values, partitioner=of_input) as scope:
                trained.append((optimizer, scope.name))
                both.append(linear_logits(features, units, linear_columns, sparse_combiner))
                summary_ops.scalar(f"{scope.name}/fraction_of_zero_values", zero_fraction(both[-1]))
                summary_ops.histogram(f"{scope.name}/activation", both[-1])
        logits = both[0] + both[1] if len(both) == 2 else both[0]

        def train(loss):
            step = get_global_step()
            ops = [o.minimize(loss, var_list=get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=s)) for o, s in trained]
            with control_dependencies([group(*ops)]):
                return state_ops.assign_add(step, 1).op

        return head.create_estimator_spec(features=features, mode=mode, labels=labels, train_op_fn=train, logits=logits)

    return model_fn


class DNNLinearCombinedClassifier(Estimator):
    """A classifier whose logits are a linear model's and a DNN's, each with its own columns and optimizer.

    Follows `tf.estimator.DNNLinearCombinedClassifier` of TF 1.15.
    """

    def __init__(
        self, model_dir=None, linear_feature_columns=None, linear_optimizer="Ftrl", dnn_feature_columns=None,
        dnn_optimizer="Adagrad", dnn_hidden_units=None, dnn_activation_fn=relu, dnn_dropout=None, n_classes=2,
        weight_column=None, label_vocabulary=None, input_layer_partitioner=None, config=None, warm_start_from=None,
        loss_reduction=_SUM, batch_norm=False, linear_sparse_combiner="sum",
    ):  # fmt: skip
        fn = _model_fn(
            classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction), linear_feature_columns,
            linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout,
            input_layer_partitioner, batch_norm, linear_sparse_combiner,
        )  # fmt: skip
        super().__init__(fn, model_dir=model_dir, config=config, warm_start_from=warm_start_from)


class DNNLinearCombinedEstimator(Estimator):
    """The same for a head of one's own.  Follows `tf.estimator.DNNLinearCombinedEstimator` of TF 1.15."""

    def __init__(
        self, head, model_dir=None, linear_feature_columns=None, linear_optimizer="Ftrl", dnn_feature_columns=None,
        dnn_optimizer="Adagrad", dnn_hidden_units=None, dnn_activation_fn=relu, dnn_dropout=None, input_layer_partitioner=None,
        config=None, linear_sparse_combiner="sum",
    ):  # fmt: skip
        fn = _model_fn(
            head, linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
            dnn_activation_fn, dnn_dropout, input_layer_partitioner, False, linear_sparse_combiner,
        )  # fmt: skip
        super().__init__(fn, model_dir=model_dir, config=config)


class DNNLinearCombinedRegressor(Estimator):
    """The same for `label_dimension` numbers.  Follows `tf.estimator.DNNLinearCombinedRegressor` of TF 1.15."""

    def __init__(
        self, model_dir=None, linear_feature_columns=None, linear_optimizer="Ftrl", dnn_feature_columns=None,
        dnn_optimizer="Adagrad", dnn_hidden_units=None, dnn_activation_fn=relu, dnn_dropout=None, label_dimension=1,
        weight_column=None, input_layer_partitioner=None, config=None, warm_start_from=None, loss_reduction=_SUM,
        batch_norm=False, linear_sparse_combiner="sum",
    ):  # fmt: skip
        fn = _model_fn(
            RegressionHead(label_dimension, weight_column, loss_reduction), linear_feature_columns, linear_optimizer,
            dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout, input_layer_partitioner,
            batch_norm, linear_sparse_combiner,
        )  # fmt: skip
        super().__init__(fn, model_dir=model_dir, config=config, warm_start_from=warm_start_from)
