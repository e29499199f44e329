"""Metrics that only tf.contrib.metrics has: correlations, agreement, rates, the best classes.  They follow TF 1.15."""

from __future__ import annotations

from tinytf import dtypes, metrics, nn
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.metrics import confusion
from tinytf.metrics.parts import aligned, as_bools, collect, metric_variable
from tinytf.ops.array import array_ops
from tinytf.ops.linalg.matrix_diag import diag_part
from tinytf.ops.math import math_ops
from tinytf.ops.math.confusion_matrix import confusion_matrix
from tinytf.ops.nn import weights_broadcast_ops
from tinytf.ops.state import state_ops
from tinytf.ops.state.variable_scope import variable_scope

_EPSILON = 1e-7


def streaming_recall_at_k(predictions, labels, k, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """(share of the labels that were among the k best predictions, update op)."""
    found = math_ops.cast(nn.in_top_k(predictions, labels, k), dtypes.float32)
    return metrics.mean(found, weights, metrics_collections, updates_collections, name or "recall_at_%d" % k)


def streaming_sparse_recall_at_k(
    predictions, labels, k, class_id=None, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """tf.metrics.recall_at_k, predictions first."""
    return metrics.recall_at_k(labels, predictions, k, class_id, weights, metrics_collections, updates_collections, name)


def streaming_sparse_precision_at_k(
    predictions, labels, k, class_id=None, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """tf.metrics.precision_at_k, predictions first."""
    return metrics.precision_at_k(labels, predictions, k, class_id, weights, metrics_collections, updates_collections, name)


def streaming_sparse_average_precision_at_k(
    predictions, labels, k, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """tf.metrics.average_precision_at_k, predictions first."""
    return metrics.average_precision_at_k(labels, predictions, k, weights, metrics_collections, updates_collections, name)


def _of_best(metric, what):
    def at_top_k(labels, top_k_predictions, class_id=None, weights=None, metrics_collections=None, updates_collections=None, name=None):
        default = what + ("_at_k" if class_id is None else "_at_k_class%d" % class_id)
        with name_scope(name, default, (top_k_predictions, labels, weights)) as scope:
            return metric(labels, top_k_predictions, None, class_id, weights, metrics_collections, updates_collections, scope)

    return at_top_k


sparse_recall_at_top_k = _of_best(metrics.recall_at_top_k, "recall")  # of the best classes' numbers, given as they are


def streaming_sparse_precision_at_top_k(
    top_k_predictions, labels, class_id=None, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """tf.metrics.precision_at_top_k, predictions first."""
    precision = _of_best(metrics.precision_at_top_k, "precision")
    return precision(labels, top_k_predictions, class_id, weights, metrics_collections, updates_collections, name)


def _rate(scope, wrong, right):
    """The share of one kind of error among the labels that can have it."""

    def metric(predictions, labels, weights=None, metrics_collections=None, updates_collections=None, name=None):
        with variable_scope(name, scope, (predictions, labels, weights)):
            predictions, labels, weights = as_bools(predictions, labels, weights)
            errors, new_errors = wrong(labels, predictions, weights)
            others, new_others = right(labels, predictions, weights)
            value = confusion._share(errors, others, "value")
            update = confusion._share(new_errors, new_others, "update_op")
            collect(metrics_collections, value)
            collect(updates_collections, update)
            return value, update

    metric.__name__ = metric.__qualname__ = "streaming_" + scope
    metric.__doc__ = "(the %s so far, update op)." % scope.replace("_", " ")
    return metric


streaming_false_positive_rate = _rate("false_positive_rate", metrics.false_positives, metrics.true_negatives)
streaming_false_negative_rate = _rate("false_negative_rate", metrics.false_negatives, metrics.true_positives)


def _moving_mean(variable, batch_mean, batch_count, total_count):
    """(the mean before this batch, which is in it by now)."""
    step = math_ops.div_no_nan((batch_mean - variable) * batch_count, total_count)
    return state_ops.assign_add(variable, step) - step


def streaming_covariance(predictions, labels, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """(the unbiased sample covariance, update op)."""
    with variable_scope(name, "covariance", (predictions, labels, weights)):
        predictions, labels, weights = aligned(predictions, labels, weights)
        predictions.get_shape().assert_is_compatible_with(labels.get_shape())
        count = metric_variable([], dtypes.float32, name="count")
        mean_prediction = metric_variable([], dtypes.float32, name="mean_prediction")
        mean_label = metric_variable([], dtypes.float32, name="mean_label")
        comoment = metric_variable([], dtypes.float32, name="comoment")
        if weights is None:
            batch_count = math_ops.cast(array_ops.size(labels), dtypes.float32)
            weighted_predictions, weighted_labels = predictions, labels
        else:
            weights = weights_broadcast_ops.broadcast_weights(weights, labels)
            batch_count = math_ops.reduce_sum(weights)
            weighted_predictions, weighted_labels = math_ops.multiply(predictions, weights), math_ops.multiply(labels, weights)
        new_count = state_ops.assign_add(count, batch_count)
        old_count = new_count - batch_count
        batch_prediction = math_ops.div_no_nan(math_ops.reduce_sum(weighted_predictions), batch_count)
        old_prediction = _moving_mean(mean_prediction, batch_prediction, batch_count, new_count)
        batch_label = math_ops.div_no_nan(math_ops.reduce_sum(weighted_labels), batch_count)
        old_label = _moving_mean(mean_label, batch_label, batch_count, new_count)
        products = (predictions - batch_prediction) * (labels - batch_label)
        batch_comoment = math_ops.reduce_sum(products if weights is None else products * weights)
        moved = (old_prediction - batch_prediction) * (old_label - batch_label) * (old_count * batch_count / new_count)
        new_comoment = state_ops.assign_add(comoment, batch_comoment + moved)

        def covariance(name):
            few = math_ops.less_equal(count, 1.0)
            return array_ops.where(few, float("nan"), math_ops.truediv(comoment, count - 1), name=name)

        value = covariance("covariance")
        with control_dependencies([new_comoment]):
            update = covariance("update_op")
    collect(metrics_collections, value)
    collect(updates_collections, update)
    return value, update


def streaming_pearson_correlation(predictions, labels, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """(Pearson's correlation, update op)."""
    with variable_scope(name, "pearson_r", (predictions, labels, weights)):
        predictions, labels, weights = aligned(predictions, labels, weights)
        predictions.get_shape().assert_is_compatible_with(labels.get_shape())
        if weights is not None:
            weights = weights_broadcast_ops.broadcast_weights(weights, labels)
        both = streaming_covariance(predictions, labels, weights=weights, name="covariance")
        of_predictions = streaming_covariance(predictions, predictions, weights=weights, name="variance_predictions")
        of_labels = streaming_covariance(labels, labels, weights=weights, name="variance_labels")
        value, update = (
            math_ops.truediv(cov, math_ops.multiply(math_ops.sqrt(a), math_ops.sqrt(b)), name=name)
            for cov, a, b, name in zip(both, of_predictions, of_labels, ("pearson_r", "update_op"))
        )
    collect(metrics_collections, value)
    collect(updates_collections, update)
    return value, update


def count(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """(how many values there were, or the sum of their weights, update op)."""
    with variable_scope(name, "count", (values, weights)):
        total = metric_variable([], dtypes.float32, name="count")
        if weights is None:
            number = math_ops.cast(array_ops.size(values), dtypes.float32)
        else:
            values = math_ops.cast(values, dtypes.float32)
            values, _, weights = aligned(values, None, weights)
            weights = weights_broadcast_ops.broadcast_weights(math_ops.cast(weights, dtypes.float32), values)
            number = math_ops.reduce_sum(weights)
        with control_dependencies([values]):
            update = state_ops.assign_add(total, number)
        value = array_ops.identity(total)
        collect(metrics_collections, value)
        collect(updates_collections, update)
        return value, update


def cohen_kappa(labels, predictions_idx, num_classes, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """(Cohen's kappa: the agreement beyond what chance gives, update op)."""
    if num_classes < 2:
        raise ValueError("`num_classes` must be >= 2.Found: {}".format(num_classes))
    with variable_scope(name, "cohen_kappa", (labels, predictions_idx, weights)):
        if labels.get_shape().with_rank_at_most(2).ndims == 2:
            labels = array_ops.squeeze(labels, axis=[-1])
        predictions_idx, labels, weights = aligned(predictions_idx, labels, weights)
        dtype = dtypes.int64 if weights is None or weights.dtype.is_integer else dtypes.float32
        sums = [metric_variable((num_classes,), dtype, name=part) for part in ("po", "pe_row", "pe_col")]
        table = confusion_matrix(labels, predictions_idx, num_classes=num_classes, weights=weights, dtype=dtype, name="counts_in_table")
        new = [diag_part(table), math_ops.reduce_sum(table, axis=0), math_ops.reduce_sum(table, axis=1)]
        updated = [state_ops.assign_add(variable, part) for variable, part in zip(sums, new)]
        value, update = _kappa(*sums, name="value"), _kappa(*updated, name="update_op")
        collect(metrics_collections, value)
        collect(updates_collections, update)
        return value, update


def _kappa(po, pe_row, pe_col, name):
    agreed, total = math_ops.reduce_sum(po), math_ops.reduce_sum(pe_row)
    chance = math_ops.div_no_nan(math_ops.cast(pe_row * pe_col, dtypes.float64), math_ops.cast(total, dtypes.float64))
    chance = math_ops.reduce_sum(chance)
    agreed, chance, total = (math_ops.cast(part, dtypes.float64) for part in (agreed, chance, total))
    share, possible = agreed - chance, total - chance
    return math_ops.div_no_nan(share, possible, name=name)


def f1_score(labels, predictions, weights=None, num_thresholds=200, metrics_collections=None, updates_collections=None, name=None):
    """(the best F1 score over thresholds, update op)."""
    with variable_scope(name, "f1", (labels, predictions, weights)):
        predictions, labels, weights = aligned(predictions, labels, weights)
        thresholds = [(i + 1) * 1.0 / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        thresholds = [0.0 - _EPSILON] + thresholds + [1.0 + _EPSILON]
        values, updates = confusion._at_thresholds(labels, predictions, thresholds, weights, includes=("tp", "fp", "fn"))

        def best(counts, name):
            precision = math_ops.div(counts["tp"], _EPSILON + counts["tp"] + counts["fp"], name="precision_" + name)
            recall = math_ops.div(counts["tp"], _EPSILON + counts["tp"] + counts["fn"], name="recall_" + name)
            return math_ops.reduce_max(2.0 * precision * recall / (precision + recall + _EPSILON))

        value, update = best(values, "value"), best(updates, "update")
        collect(metrics_collections, value)
        collect(updates_collections, update)
        return value, update
