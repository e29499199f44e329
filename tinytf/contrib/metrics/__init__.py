"""tf.contrib.metrics, which is also tf.contrib.slim.metrics: the metrics of 2016, with predictions before labels.

A streaming metric gives (value, update op), as those of tf.metrics, which took their place.
"""

from __future__ import annotations

import functools

from tinytf import dtypes, metrics
from tinytf.contrib.metrics.streaming import (  # noqa: F401
    cohen_kappa,
    count,
    f1_score,
    sparse_recall_at_top_k,
    streaming_covariance,
    streaming_false_negative_rate,
    streaming_false_positive_rate,
    streaming_pearson_correlation,
    streaming_recall_at_k,
    streaming_sparse_average_precision_at_k,
    streaming_sparse_precision_at_k,
    streaming_sparse_precision_at_top_k,
    streaming_sparse_recall_at_k,
)
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array.array_ops import ones_like
from tinytf.ops.array.sets import set_difference, set_intersection, set_size, set_union  # noqa: F401
from tinytf.ops.math import math_ops
from tinytf.ops.math.confusion_matrix import confusion_matrix  # noqa: F401


def _predictions_first(metric):
    """A metric of tf.metrics under its older name: `predictions` come before `labels`, the rest is the same."""

    @functools.wraps(metric)
    def streaming(predictions, labels, *arguments, **named):
        return metric(labels, predictions, *arguments, **named)

    return streaming


streaming_accuracy = _predictions_first(metrics.accuracy)
streaming_auc = _predictions_first(metrics.auc)
streaming_false_negatives = _predictions_first(metrics.false_negatives)
streaming_false_negatives_at_thresholds = _predictions_first(metrics.false_negatives_at_thresholds)
streaming_false_positives = _predictions_first(metrics.false_positives)
streaming_false_positives_at_thresholds = _predictions_first(metrics.false_positives_at_thresholds)
streaming_mean = metrics.mean
streaming_mean_absolute_error = _predictions_first(metrics.mean_absolute_error)
streaming_mean_cosine_distance = _predictions_first(metrics.mean_cosine_distance)
streaming_mean_iou = _predictions_first(metrics.mean_iou)
streaming_mean_relative_error = _predictions_first(metrics.mean_relative_error)
streaming_mean_squared_error = _predictions_first(metrics.mean_squared_error)
streaming_mean_tensor = metrics.mean_tensor
streaming_percentage_less = metrics.percentage_below
streaming_precision = _predictions_first(metrics.precision)
streaming_precision_at_thresholds = _predictions_first(metrics.precision_at_thresholds)
streaming_recall = _predictions_first(metrics.recall)
streaming_recall_at_thresholds = _predictions_first(metrics.recall_at_thresholds)
streaming_root_mean_squared_error = _predictions_first(metrics.root_mean_squared_error)
streaming_sensitivity_at_specificity = _predictions_first(metrics.sensitivity_at_specificity)
streaming_specificity_at_sensitivity = _predictions_first(metrics.specificity_at_sensitivity)
streaming_true_negatives = _predictions_first(metrics.true_negatives)
streaming_true_negatives_at_thresholds = _predictions_first(metrics.true_negatives_at_thresholds)
streaming_true_positives = _predictions_first(metrics.true_positives)
streaming_true_positives_at_thresholds = _predictions_first(metrics.true_positives_at_thresholds)


def accuracy(predictions, labels, weights=None, name=None):
    """The share of predictions that are right, in this batch.  Follows tf.contrib.metrics.accuracy of TF 1.15."""
    if not (labels.dtype.is_integer or labels.dtype in (dtypes.bool, dtypes.string)):
        raise ValueError("Labels should have bool, integer, or string dtype, not %r" % labels.dtype)
    if not labels.dtype.is_compatible_with(predictions.dtype):
        raise ValueError(
            "Dtypes of predictions and labels should match. Given: predictions (%r) and labels (%r)" % (predictions.dtype, labels.dtype)
        )
    with name_scope(name, "accuracy", [predictions, labels]):
        right = math_ops.cast(math_ops.equal(predictions, labels), dtypes.float32)
        if weights is None:
            return math_ops.reduce_mean(right)
        right = math_ops.multiply(right, weights)
        count = math_ops.multiply(weights, ones_like(right))
        return math_ops.div(math_ops.reduce_sum(right), math_ops.reduce_sum(count))


def aggregate_metrics(*value_update_tuples):
    """([values], [updates]) of several streaming metrics."""
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair")
    values, updates = zip(*value_update_tuples)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples):
    """({name: value}, {name: update}) of {name: streaming metric}."""
    values = {name: value for name, (value, _) in names_to_tuples.items()}
    return values, {name: update for name, (_, update) in names_to_tuples.items()}
