"""Metrics of forests by name, and the predictions that they look at.

Follows `tf.contrib.tensor_forest.client.eval_metrics` of TF 1.15.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, losses, metrics, nn
from tinytf.contrib.learn.estimators.prediction_key import PredictionKey
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops

INFERENCE_PROB_NAME = PredictionKey.PROBABILITIES
INFERENCE_PRED_NAME = PredictionKey.CLASSES
FEATURE_IMPORTANCE_NAME = "global_feature_importance"


def _top_5(probabilities, targets):
    targets = math_ops.cast(targets, dtypes.int32)
    if targets.get_shape().ndims > 1:
        targets = array_ops.squeeze(targets, axis=[1])
    return metrics.mean(nn.in_top_k(probabilities, targets, 5))


def _accuracy(predictions, targets, weights=None):
    return metrics.accuracy(labels=targets, predictions=predictions, weights=weights)


def _r2(probabilities, targets, weights=None):
    targets = math_ops.cast(targets, dtypes.float32)
    mean = math_ops.reduce_mean(targets, 0)
    total = math_ops.reduce_sum(math_ops.squared_difference(targets, mean), 0)
    residuals = math_ops.reduce_sum(math_ops.squared_difference(targets, probabilities), 0)
    return metrics.mean(1 - math_ops.reduce_sum(residuals / total), weights=weights)


def _onehot(targets, probabilities):
    targets = array_ops.squeeze(targets, axis=[1])
    return array_ops.one_hot(math_ops.cast(targets, dtypes.int32), array_ops.shape(probabilities)[1])


def _sigmoid_entropy(probabilities, targets, weights=None):
    return metrics.mean(losses.sigmoid_cross_entropy(probabilities, _onehot(targets, probabilities)), weights=weights)


def _softmax_entropy(probabilities, targets, weights=None):
    return metrics.mean(losses.sparse_softmax_cross_entropy(probabilities, math_ops.cast(targets, dtypes.int32)), weights=weights)


def _predictions(predictions, unused_targets, **unused_kwargs):
    return predictions


def _class_log_loss(probabilities, targets, weights=None):
    return metrics.mean(losses.log_loss(probabilities, _onehot(targets, probabilities)), weights=weights)


def _precision(predictions, targets, weights=None):
    return metrics.precision(labels=targets, predictions=predictions, weights=weights)


def _recall(predictions, targets, weights=None):
    return metrics.recall(labels=targets, predictions=predictions, weights=weights)


def _of_second_class(metric, **settings):
    def measured(predictions, targets, weights=None):
        second = array_ops.slice(predictions, [0, 1], [-1, 1])
        return metric(labels=targets, predictions=second, weights=weights, **settings)

    return measured


_THRESHOLDS = {"thresholds": np.arange(0, 1, 0.01, dtype=np.float32)}
_METRICS = {
    "auc": (_of_second_class(metrics.auc), INFERENCE_PROB_NAME),
    "sigmoid_entropy": (_sigmoid_entropy, INFERENCE_PROB_NAME),
    "softmax_entropy": (_softmax_entropy, INFERENCE_PROB_NAME),
    "accuracy": (_accuracy, INFERENCE_PRED_NAME),
    "r2": (_r2, PredictionKey.SCORES),
    "predictions": (_predictions, INFERENCE_PRED_NAME),
    "classification_log_loss": (_class_log_loss, INFERENCE_PROB_NAME),
    "precision": (_precision, INFERENCE_PRED_NAME),
    "precision_at_thresholds": (_of_second_class(metrics.precision_at_thresholds, **_THRESHOLDS), INFERENCE_PROB_NAME),
    "recall": (_recall, INFERENCE_PRED_NAME),
    "recall_at_thresholds": (_of_second_class(metrics.recall_at_thresholds, **_THRESHOLDS), INFERENCE_PROB_NAME),
    "top_5": (_top_5, INFERENCE_PROB_NAME),
}


def get_metric(metric_name):
    """The metric's function (KeyError where there is none)."""
    return _METRICS[metric_name][0]


def get_prediction_key(metric_name) -> str:
    """The key of the predictions that the metric looks at."""
    return _METRICS[metric_name][1]
