"""Wide and deep models of tf.contrib.learn.  Follows TF 1.15."""

from __future__ import annotations

import math

from tinytf import logging, nn, summary
from tinytf.contrib import layers
from tinytf.contrib.learn.estimator import Estimator
from tinytf.contrib.learn.estimators import canned
from tinytf.contrib.learn.estimators.dnn import embedding_multipliers, hidden_layers
from tinytf.contrib.learn.estimators.head import multi_class_head, regression_head
from tinytf.contrib.learn.estimators.linear import weighted_sum
from tinytf.graph.default_graph import colocate_with, control_dependencies, get_collection
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.state.partitioned_variables import min_max_variable_partitioner
from tinytf.ops.state.state_ops import assign_add
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.train.training_util import get_global_step

_DNN_LEARNING_RATE, _LINEAR_LEARNING_RATE = 0.05, 0.2


def _dnn_linear_combined_model_fn(features, labels, mode, params, config=None):
    """Params: head, and the arguments of DNNLinearCombinedEstimator."""
    head, replicas = params["head"], canned.ps_replicas(config)
    linear_columns, dnn_columns = params.get("linear_feature_columns"), params.get("dnn_feature_columns")
    if not linear_columns and not dnn_columns:
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")
    input_partitioner = params.get("input_layer_partitioner") or min_max_variable_partitioner(replicas, min_slice_size=64 << 20)
    features = canned.feature_dict(features)
    linear_optimizer = canned.optimizer_of(params.get("linear_optimizer") or "Ftrl")
    dnn_optimizer = canned.optimizer_of(params.get("dnn_optimizer") or "Adagrad")
    dnn_logits = linear_logits = None
    if dnn_columns:
        if not params.get("dnn_hidden_units"):
            raise ValueError("dnn_hidden_units must be defined when dnn_feature_columns is specified.")
        with variable_scope("dnn", values=tuple(features.values()), partitioner=min_max_variable_partitioner(max_partitions=replicas)):
            dnn_logits, input_scope = hidden_layers(
                features, dnn_columns, mode, params["dnn_hidden_units"], head.logits_dimension, input_partitioner,
                params.get("dnn_activation_fn") or nn.relu, params.get("dnn_dropout"), tag="/",
            )  # fmt: skip
    if linear_columns:
        partitioner = min_max_variable_partitioner(max_partitions=replicas, min_slice_size=64 << 20)
        with variable_scope("linear", values=tuple(features.values()), partitioner=partitioner) as scope:
            linear_logits = weighted_sum(features, linear_columns, head.logits_dimension, scope, params.get("joint_linear_weights"))
            summary.scalar(scope.name + "/fraction_of_zero_values", nn.zero_fraction(linear_logits))
            summary.histogram(scope.name + "/activation", linear_logits)
    logits = dnn_logits + linear_logits if dnn_columns and linear_columns else dnn_logits if dnn_columns else linear_logits
    one_step = params.get("fix_global_step_increment_bug", True)

    def train_op_fn(loss):
        step, ops = get_global_step(), []
        common = {
            "loss": loss, "global_step": step, "clip_gradients": params.get("gradient_clip_norm"), "summaries": [],
            "increment_global_step": not one_step,
        }  # fmt: skip
        if dnn_columns:
            multipliers = embedding_multipliers(params.get("embedding_lr_multipliers"), input_scope)
            ops.append(
                layers.optimize_loss(
                    learning_rate=_DNN_LEARNING_RATE, optimizer=dnn_optimizer, gradient_multipliers=multipliers,
                    variables=get_collection("dnn"), name="dnn", **common,
                )  # fmt: skip
            )
        if linear_columns:
            rate = min(_LINEAR_LEARNING_RATE, 1.0 / math.sqrt(len(linear_columns)))
            ops.append(
                layers.optimize_loss(
                    learning_rate=rate, optimizer=linear_optimizer, variables=get_collection("linear"), name="linear", **common
                )
            )
        train_op = control_flow_ops.group(*ops)
        if not one_step:
            return train_op
        with control_dependencies([train_op]), colocate_with(step):
            return assign_add(step, 1).op

    return head.create_model_fn_ops(features, mode, labels, train_op_fn, logits=logits)


def _params(
    head, linear_feature_columns, linear_optimizer, joint, dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn,
    dnn_dropout, gradient_clip_norm, embedding_lr_multipliers, fix_global_step_increment_bug, input_layer_partitioner,
):  # fmt: skip
    linear_feature_columns, dnn_feature_columns = tuple(linear_feature_columns or ()), tuple(dnn_feature_columns or ())
    if not linear_feature_columns + dnn_feature_columns:
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")
    if not fix_global_step_increment_bug:
        logging.warning("Please set fix_global_step_increment_bug=True and update training steps in your pipeline: each step counts twice.")
    return {
        "head": head, "linear_feature_columns": linear_feature_columns, "linear_optimizer": linear_optimizer, "joint_linear_weights": joint,
        "dnn_feature_columns": dnn_feature_columns, "dnn_optimizer": dnn_optimizer, "dnn_hidden_units": dnn_hidden_units,
        "dnn_activation_fn": dnn_activation_fn, "dnn_dropout": dnn_dropout, "gradient_clip_norm": gradient_clip_norm,
        "embedding_lr_multipliers": embedding_lr_multipliers, "fix_global_step_increment_bug": fix_global_step_increment_bug,
        "input_layer_partitioner": input_layer_partitioner,
    }  # fmt: skip


def _input_partitioner(config, min_slice_size):
    if min_slice_size is None:
        return None
    return min_max_variable_partitioner(max_partitions=canned.ps_replicas(config), min_slice_size=min_slice_size)


class DNNLinearCombinedEstimator(Estimator):
    """A wide and deep model with any head."""

    def __init__(
        self, head, model_dir=None, linear_feature_columns=None, linear_optimizer=None, _joint_linear_weights=False,
        dnn_feature_columns=None, dnn_optimizer=None, dnn_hidden_units=None, dnn_activation_fn=None, dnn_dropout=None,
        gradient_clip_norm=None, config=None, feature_engineering_fn=None, embedding_lr_multipliers=None,
        fix_global_step_increment_bug=False, input_layer_partitioner=None,
    ):  # fmt: skip
        params = _params(
            head, linear_feature_columns, linear_optimizer, _joint_linear_weights, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
            dnn_activation_fn, dnn_dropout, gradient_clip_norm, embedding_lr_multipliers, fix_global_step_increment_bug,
            input_layer_partitioner,
        )  # fmt: skip
        super().__init__(_dnn_linear_combined_model_fn, model_dir, config, params, feature_engineering_fn)


class DNNLinearCombinedClassifier(canned.Classifier):
    """A wide and deep model of `n_classes` classes."""

    def __init__(
        self, model_dir=None, n_classes=2, weight_column_name=None, linear_feature_columns=None, linear_optimizer=None,
        _joint_linear_weights=False, dnn_feature_columns=None, dnn_optimizer=None, dnn_hidden_units=None, dnn_activation_fn=nn.relu,
        dnn_dropout=None, gradient_clip_norm=None, enable_centered_bias=False, config=None, feature_engineering_fn=None,
        embedding_lr_multipliers=None, input_layer_min_slice_size=None, label_keys=None, fix_global_step_increment_bug=False,
    ):  # fmt: skip
        head = multi_class_head(
            n_classes=n_classes, weight_column_name=weight_column_name, enable_centered_bias=enable_centered_bias, label_keys=label_keys
        )
        params = _params(
            head, linear_feature_columns, linear_optimizer, _joint_linear_weights, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
            dnn_activation_fn, dnn_dropout, gradient_clip_norm, embedding_lr_multipliers, fix_global_step_increment_bug,
            _input_partitioner(config, input_layer_min_slice_size),
        )  # fmt: skip
        super().__init__(_dnn_linear_combined_model_fn, model_dir, config, params, feature_engineering_fn)


class DNNLinearCombinedRegressor(canned.Regressor):
    """A wide and deep model of numbers."""

    def __init__(
        self, model_dir=None, weight_column_name=None, linear_feature_columns=None, linear_optimizer=None, _joint_linear_weights=False,
        dnn_feature_columns=None, dnn_optimizer=None, dnn_hidden_units=None, dnn_activation_fn=nn.relu, dnn_dropout=None,
        gradient_clip_norm=None, enable_centered_bias=False, label_dimension=1, config=None, feature_engineering_fn=None,
        embedding_lr_multipliers=None, input_layer_min_slice_size=None, fix_global_step_increment_bug=False,
    ):  # fmt: skip
        head = regression_head(
            weight_column_name=weight_column_name, label_dimension=label_dimension, enable_centered_bias=enable_centered_bias
        )
        params = _params(
            head, linear_feature_columns, linear_optimizer, _joint_linear_weights, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
            dnn_activation_fn, dnn_dropout, gradient_clip_norm, embedding_lr_multipliers, fix_global_step_increment_bug,
            _input_partitioner(config, input_layer_min_slice_size),
        )  # fmt: skip
        super().__init__(_dnn_linear_combined_model_fn, model_dir, config, params, feature_engineering_fn)
