"""Metrics of yes/no decisions: true and false positives and negatives, precision, recall, AUC."""

from __future__ import annotations

from tinytf import dtypes, logging
from tinytf.graph.default_graph import control_dependencies
from tinytf.metrics.parts import aligned, as_bools, collect, metric_variable
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import math_ops
from tinytf.ops.nn import weights_broadcast_ops
from tinytf.ops.state import state_ops
from tinytf.ops.state.variable_scope import variable_scope

_EPSILON = 1e-7

# One decision: the predictions are bool ---------------------------------------------------------


def _counted(values, weights, metrics_collections, updates_collections):
    """(how many of the bool `values` were true so far, update op)."""
    from tinytf.ops.math import check_ops

    check_ops.assert_type(values, dtypes.bool)
    count = metric_variable([], dtypes.float32, name="count")
    values = math_ops.cast(values, dtypes.float32)
    if weights is not None:
        with control_dependencies((check_ops.assert_rank_in(weights, (0, array_ops.rank(values))),)):
            weights = math_ops.cast(weights, dtypes.float32)
            values = math_ops.multiply(values, weights)
    value = array_ops.identity(count)
    collect(metrics_collections, value)
    update = state_ops.assign_add(count, math_ops.reduce_sum(values))
    collect(updates_collections, update)
    return value, update


def _counter(scope, label, prediction, doc):
    """The metric that counts where labels are `label` and predictions `prediction`."""

    def metric(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
        with variable_scope(name, scope, (predictions, labels, weights)):
            predictions, labels, weights = as_bools(predictions, labels, weights)
            found = math_ops.logical_and(math_ops.equal(labels, label), math_ops.equal(predictions, prediction))
            return _counted(found, weights, metrics_collections, updates_collections)

    metric.__name__ = metric.__qualname__ = scope
    metric.__doc__ = f"{doc} Follows tf.metrics.{scope} of TF 1.15."
    return metric


true_positives = _counter("true_positives", True, True, "(number of true labels that were predicted true, update op).")
false_positives = _counter("false_positives", False, True, "(number of false labels that were predicted true, update op).")
true_negatives = _counter("true_negatives", False, False, "(number of false labels that were predicted false, update op).")
false_negatives = _counter("false_negatives", True, False, "(number of true labels that were predicted false, update op).")


def _share(part, other, name):
    """part / (part + other), 0 where both are 0."""
    some = math_ops.greater(part + other, 0)
    return array_ops.where(some, math_ops.div(part, part + other), 0, name)


def _of_positives(scope, other, labels, predictions, weights, metrics_collections, updates_collections, name):
    with variable_scope(name, scope, (predictions, labels, weights)):
        predictions, labels, weights = as_bools(predictions, labels, weights)
        true, new_true = true_positives(labels, predictions, weights)
        wrong, new_wrong = other(labels, predictions, weights)
        value = _share(true, wrong, "value")
        collect(metrics_collections, value)
        update = _share(new_true, new_wrong, "update_op")
        collect(updates_collections, update)
        return value, update


def precision(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The share of positive predictions that are right. Follows tf.metrics.precision of TF 1.15."""
    return _of_positives("precision", false_positives, labels, predictions, weights, metrics_collections, updates_collections, name)


def recall(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The share of positive labels that are found. Follows tf.metrics.recall of TF 1.15."""
    return _of_positives("recall", false_negatives, labels, predictions, weights, metrics_collections, updates_collections, name)


# Many thresholds: the predictions are numbers in [0, 1] -------------------------------------------

_KINDS = {"tp": "true_positives", "fn": "false_negatives", "tn": "true_negatives", "fp": "false_positives"}


def _at_thresholds(labels, predictions, thresholds, weights=None, includes=("tp", "fn", "tn", "fp")):
    """({kind: variable}, {kind: update op}), each a vector over the thresholds."""
    from tinytf.ops.math import check_ops

    message = "predictions must be in [0, 1]"
    with control_dependencies([
        check_ops.assert_greater_equal(predictions, math_ops.cast(0.0, dtype=predictions.dtype), message=message),
        check_ops.assert_less_equal(predictions, math_ops.cast(1.0, dtype=predictions.dtype), message=message),
    ]):  # fmt: skip
        predictions, labels, weights = aligned(
            math_ops.cast(predictions, dtypes.float32), math_ops.cast(labels, dtype=dtypes.bool), weights
        )
    count = len(thresholds)
    column = array_ops.reshape(predictions, [-1, 1])
    row = array_ops.reshape(math_ops.cast(labels, dtype=dtypes.bool), [1, -1])
    number = column.dims[0]
    if number is None:
        number = array_ops.shape(column)[0]
    tiled = array_ops.tile(array_ops.expand_dims(constant(thresholds), [1]), array_ops.stack([1, number]))
    positive = math_ops.greater(array_ops.tile(array_ops.transpose(column), [count, 1]), tiled)
    negative = math_ops.logical_not(positive) if "fn" in includes or "tn" in includes else None
    is_true = array_ops.tile(row, [count, 1])
    is_false = math_ops.logical_not(is_true) if "fp" in includes or "tn" in includes else None
    if weights is not None:
        weights = weights_broadcast_ops.broadcast_weights(math_ops.cast(weights, dtypes.float32), predictions)
        weights = array_ops.tile(array_ops.reshape(weights, [1, -1]), [count, 1])
        tiled.shape.assert_is_compatible_with(weights.shape)
    pairs = {"tp": (is_true, positive), "fn": (is_true, negative), "tn": (is_false, negative), "fp": (is_false, positive)}
    values, updates = {}, {}
    for kind, scope in _KINDS.items():
        if kind in includes:
            values[kind] = metric_variable([count], dtypes.float32, name=scope)
            found = math_ops.cast(math_ops.logical_and(*pairs[kind]), dtypes.float32)
            if weights is not None:
                found *= weights
            updates[kind] = state_ops.assign_add(values[kind], math_ops.reduce_sum(found, 1))
    return values, updates


def _counter_at_thresholds(kind):
    scope = _KINDS[kind]

    def metric(labels, predictions, thresholds, weights=None, metrics_collections=None, updates_collections=None, name=None):
        with variable_scope(name, scope, (predictions, labels, weights)):
            values, updates = _at_thresholds(labels, predictions, thresholds, weights=weights, includes=(kind,))
            value = array_ops.identity(values[kind])
            collect(metrics_collections, value)
            collect(updates_collections, updates[kind])
            return value, updates[kind]

    metric.__name__ = metric.__qualname__ = scope + "_at_thresholds"
    metric.__doc__ = f"(number of {scope.replace('_', ' ')} at each threshold, update op). Follows tf.metrics.{scope}_at_thresholds of TF 1.15."  # noqa: E501
    return metric


true_positives_at_thresholds = _counter_at_thresholds("tp")
false_positives_at_thresholds = _counter_at_thresholds("fp")
true_negatives_at_thresholds = _counter_at_thresholds("tn")
false_negatives_at_thresholds = _counter_at_thresholds("fn")


def _finished(compute, values, updates, metrics_collections, updates_collections):
    value = compute(values, "value")
    collect(metrics_collections, value)
    update = compute(updates, "update_op")
    collect(updates_collections, update)
    return value, update


def _share_at_thresholds(kind, other, labels, predictions, thresholds, weights, metrics_collections, updates_collections, name):
    with variable_scope(name, kind + "_at_thresholds", (predictions, labels, weights)):
        values, updates = _at_thresholds(labels, predictions, thresholds, weights, includes=("tp", other))

        def compute(v, name):
            return math_ops.div(v["tp"], _EPSILON + v["tp"] + v[other], name=kind + "_" + name)

        return _finished(compute, values, updates, metrics_collections, updates_collections)


def precision_at_thresholds(labels, predictions, thresholds, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The precision at each threshold. Follows tf.metrics.precision_at_thresholds of TF 1.15."""
    return _share_at_thresholds("precision", "fp", labels, predictions, thresholds, weights, metrics_collections, updates_collections, name)


def recall_at_thresholds(labels, predictions, thresholds, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The recall at each threshold. Follows tf.metrics.recall_at_thresholds of TF 1.15."""
    return _share_at_thresholds("recall", "fn", labels, predictions, thresholds, weights, metrics_collections, updates_collections, name)


def _even_thresholds(count: int, last=1.0 + _EPSILON) -> list:
    return [0.0 - _EPSILON] + [(i + 1) * 1.0 / (count - 1) for i in range(count - 2)] + [last]


def sensitivity_at_specificity(
    labels, predictions, specificity, weights=None, num_thresholds=200, metrics_collections=None, updates_collections=None, name=None
):
    """The recall where the specificity is nearest to the one asked for. Follows tf.metrics.sensitivity_at_specificity of TF 1.15."""
    if specificity < 0 or specificity > 1:
        raise ValueError("`specificity` must be in the range [0, 1].")
    with variable_scope(name, "sensitivity_at_specificity", (predictions, labels, weights)):
        values, updates = _at_thresholds(labels, predictions, _even_thresholds(num_thresholds), weights)

        def compute(v, name):
            specificities = math_ops.div(v["tn"], v["tn"] + v["fp"] + _EPSILON)
            at = math_ops.cast(math_ops.argmin(math_ops.abs(specificities - specificity), 0), dtypes.int32)
            return math_ops.div(v["tp"][at], v["tp"][at] + v["fn"][at] + _EPSILON, name)

        return _finished(compute, values, updates, metrics_collections, updates_collections)


def specificity_at_sensitivity(
    labels, predictions, sensitivity, weights=None, num_thresholds=200, metrics_collections=None, updates_collections=None, name=None
):
    """The specificity where the recall is nearest to the one asked for. Follows tf.metrics.specificity_at_sensitivity of TF 1.15."""
    if sensitivity < 0 or sensitivity > 1:
        raise ValueError("`sensitivity` must be in the range [0, 1].")
    with variable_scope(name, "specificity_at_sensitivity", (predictions, labels, weights)):
        values, updates = _at_thresholds(labels, predictions, _even_thresholds(num_thresholds, 1.0 - _EPSILON), weights)

        def compute(v, name):
            sensitivities = math_ops.div(v["tp"], v["tp"] + v["fn"] + _EPSILON)
            least = math_ops.reduce_min(math_ops.abs(sensitivities - sensitivity))
            nearest = math_ops.equal(math_ops.abs(sensitivities - sensitivity), least)
            nearest = math_ops.cumsum(math_ops.cast(nearest, dtypes.int64))
            at = math_ops.cast(math_ops.argmax(nearest, 0), dtypes.int32)
            return math_ops.div(v["tn"][at], v["tn"][at] + v["fp"][at] + _EPSILON, name)

        return _finished(compute, values, updates, metrics_collections, updates_collections)


def auc(
    labels, predictions, weights=None, num_thresholds=200, metrics_collections=None, updates_collections=None, curve="ROC", name=None,
    summation_method="trapezoidal", thresholds=None,
):  # fmt: skip
    """(area under the ROC or PR curve, update op), by a Riemann sum over thresholds. Follows tf.metrics.auc of TF 1.15."""
    with variable_scope(name, "auc", (labels, predictions, weights)):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
        if thresholds is not None:
            thresholds = [0.0 - _EPSILON] + sorted(thresholds) + [1.0 + _EPSILON]
            num_thresholds = len(thresholds)
        else:
            thresholds = _even_thresholds(num_thresholds)
        values, updates = _at_thresholds(labels, predictions, thresholds, weights)

        def compute(v, name):
            return _area(v["tp"], v["fn"], v["tn"], v["fp"], curve, summation_method, num_thresholds - 1, name)

        return _finished(compute, values, updates, metrics_collections, updates_collections)


def _area(tp, fn, tn, fp, curve, method, last, name):
    epsilon = 1.0e-6
    if curve == "PR" and method == "trapezoidal":
        logging.warning('Trapezoidal rule is known to produce incorrect PR-AUCs; please switch to "careful_interpolation" instead.')
    elif curve == "PR" and method == "careful_interpolation":
        return _careful_area(tp, fp, fn, last)
    rec = math_ops.div(tp + epsilon, tp + fn + epsilon)
    if curve == "ROC":
        x, y = math_ops.div(fp, fp + tn + epsilon), rec
    else:
        x, y = rec, math_ops.div(tp + epsilon, tp + fp + epsilon)
    if method in ("trapezoidal", "careful_interpolation"):
        return math_ops.reduce_sum(math_ops.multiply(x[:last] - x[1:], (y[:last] + y[1:]) / 2.0), name=name)
    if method not in ("minoring", "majoring"):
        raise ValueError(f"Invalid summation_method: {method}")
    bound = math_ops.minimum if method == "minoring" else math_ops.maximum
    return math_ops.reduce_sum(math_ops.multiply(x[:last] - x[1:], bound(y[:last], y[1:])), name=name)


def _careful_area(tp, fp, fn, last):
    """The PR curve's area with precision interpolated as Davis and Goadrich do."""
    dtp = tp[:last] - tp[1:]
    p = tp + fp
    slope = math_ops.div_no_nan(dtp, math_ops.maximum(p[:last] - p[1:], 0), name="prec_slope")
    intercept = tp[1:] - math_ops.multiply(slope, p[1:])
    both = math_ops.logical_and(p[:last] > 0, p[1:] > 0)
    ratio = math_ops.div_no_nan(p[:last], math_ops.maximum(p[1:], 0), name="recall_relative_ratio")
    safe = array_ops.where(both, ratio, array_ops.ones_like(p[1:]))
    area = slope * (dtp + intercept * math_ops.log(safe))
    increments = math_ops.div_no_nan(area, math_ops.maximum(tp[1:] + fn[1:], 0), name="pr_auc_increment")
    return math_ops.reduce_sum(increments, name="interpolate_pr_auc")
