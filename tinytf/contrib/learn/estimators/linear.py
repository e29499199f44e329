"""Linear models of tf.contrib.learn: classes or numbers from the weighted sum of columns.  Follows TF 1.15."""

from __future__ import annotations

import math

from tinytf.contrib import layers
from tinytf.contrib.layers.sparse_columns import _FeatureColumn
from tinytf.contrib.learn.estimator import Estimator
from tinytf.contrib.learn.estimators import canned
from tinytf.contrib.learn.estimators.head import multi_class_head, regression_head
from tinytf.feature_column import linear_model
from tinytf.graph.default_graph import get_collection
from tinytf.ops.autodiff.gradients import gradients
from tinytf.ops.math.clip import clip_by_global_norm
from tinytf.ops.state.partitioned_variables import min_max_variable_partitioner
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.train.ftrl import FtrlOptimizer
from tinytf.train.training_util import get_global_step

_LEARNING_RATE = 0.2


def weighted_sum(features, feature_columns, units, scope, joint=False):
    """The logits of a linear model of columns of tf.contrib.layers or of tf.feature_column."""
    if not all(isinstance(column, _FeatureColumn) for column in feature_columns):
        return linear_model(features=features, feature_columns=feature_columns, units=units, weight_collections=[scope.name])
    layer = layers.joint_weighted_sum_from_feature_columns if joint else layers.weighted_sum_from_feature_columns
    logits, _, _ = layer(
        columns_to_tensors=features, feature_columns=feature_columns, num_outputs=units, weight_collections=[scope.name], scope=scope
    )
    return logits


def _linear_model_fn(features, labels, mode, params, config=None):
    """Params: head, feature_columns, optimizer, gradient_clip_norm, joint_weights."""
    head, columns = params["head"], params["feature_columns"]
    optimizer = params.get("optimizer") or FtrlOptimizer(min(_LEARNING_RATE, 1.0 / math.sqrt(len(columns))))
    features = canned.feature_dict(features)
    partitioner = min_max_variable_partitioner(max_partitions=canned.ps_replicas(config), min_slice_size=64 << 20)
    with variable_scope("linear", values=tuple(features.values()), partitioner=partitioner) as scope:
        logits = weighted_sum(features, columns, head.logits_dimension, scope, params.get("joint_weights", False))

        def train_op_fn(loss):
            step = get_global_step()
            variables = get_collection("linear")
            grads = gradients(loss, variables)
            if params.get("gradient_clip_norm"):
                grads, _ = clip_by_global_norm(grads, params["gradient_clip_norm"])
            return _optimizer(optimizer).apply_gradients(list(zip(grads, variables)), global_step=step)

        return head.create_model_fn_ops(features, mode, labels, train_op_fn, logits=logits)


def _optimizer(spec):
    if isinstance(spec, str):
        return layers.OPTIMIZER_CLS_NAMES[spec](learning_rate=_LEARNING_RATE)
    return canned.optimizer_of(spec)


class LinearClassifier(canned.Classifier):
    """A linear model of `n_classes` classes."""

    def __init__(
        self, feature_columns, model_dir=None, n_classes=2, weight_column_name=None, optimizer=None, gradient_clip_norm=None,
        enable_centered_bias=False, _joint_weight=False, config=None, feature_engineering_fn=None, label_keys=None,
    ):  # fmt: skip
        self._feature_columns = tuple(feature_columns or [])
        assert self._feature_columns
        head = multi_class_head(
            n_classes, weight_column_name=weight_column_name, enable_centered_bias=enable_centered_bias, label_keys=label_keys
        )
        params = {
            "head": head, "feature_columns": feature_columns, "optimizer": optimizer, "gradient_clip_norm": gradient_clip_norm,
            "joint_weights": _joint_weight,
        }  # fmt: skip
        super().__init__(_linear_model_fn, model_dir, config, params, feature_engineering_fn)


class LinearRegressor(canned.Regressor):
    """A linear model of numbers."""

    def __init__(
        self, feature_columns, model_dir=None, weight_column_name=None, optimizer=None, gradient_clip_norm=None, enable_centered_bias=False,
        label_dimension=1, _joint_weights=False, config=None, feature_engineering_fn=None,
    ):  # fmt: skip
        self._feature_columns = tuple(feature_columns or [])
        assert self._feature_columns
        head = regression_head(
            weight_column_name=weight_column_name, label_dimension=label_dimension, enable_centered_bias=enable_centered_bias
        )
        params = {
            "head": head, "feature_columns": feature_columns, "optimizer": optimizer, "gradient_clip_norm": gradient_clip_norm,
            "joint_weights": _joint_weights,
        }  # fmt: skip
        super().__init__(_linear_model_fn, model_dir, config, params, feature_engineering_fn)


class LinearEstimator(Estimator):
    """A linear model with any head."""

    def __init__(
        self, feature_columns, head, model_dir=None, weight_column_name=None, optimizer=None, gradient_clip_norm=None, _joint_weights=False,
        config=None, feature_engineering_fn=None,
    ):  # fmt: skip
        assert feature_columns
        params = {
            "head": head, "feature_columns": feature_columns, "optimizer": optimizer, "gradient_clip_norm": gradient_clip_norm,
            "joint_weights": _joint_weights,
        }  # fmt: skip
        super().__init__(_linear_model_fn, model_dir, config, params, feature_engineering_fn)
