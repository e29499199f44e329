"""The streaming metrics of the heads of tf.contrib.learn: (value, update) of predictions, labels and weights."""

from __future__ import annotations

from tinytf import dtypes, logging, metrics
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn.weights_broadcast_ops import broadcast_weights


def _floats(weights):
    if weights is None:
        return None
    with name_scope(None, "float_weights", (weights,)) as name:
        return math_ops.cast(weights, dtypes.float32, name=name)


def mean(values, weights=None, class_id=None):
    """The mean of predictions or of flags, of one class where it is given."""
    values, weights = math_ops.cast(values, dtypes.float32), _floats(weights)
    if weights is not None:
        weights = broadcast_weights(weights, values)
    if class_id is not None:
        if weights is not None:
            weights = weights[:, class_id]
        values = values[:, class_id]
    return metrics.mean(values, weights)


def share_of_class(classes, weights, class_id):
    """How many of these are of the class."""
    is_class = math_ops.equal(math_ops.cast(class_id, dtypes.int32), math_ops.cast(classes, dtypes.int32))
    return metrics.mean(array_ops.where(is_class, array_ops.ones_like(classes), array_ops.zeros_like(classes)), weights=weights)


def auc(predictions, labels, weights=None, class_id=None, curve="ROC"):
    """The area under a curve."""
    predictions = math_ops.cast(predictions, dtypes.float32)
    if labels.dtype.base_dtype != dtypes.bool:
        logging.warning("Casting %s labels to bool.", labels.dtype)
        labels = math_ops.cast(labels, dtypes.bool)
    weights = _floats(weights)
    if weights is not None:
        weights = broadcast_weights(weights, predictions)
    if class_id is not None:
        if weights is not None:
            weights = weights[:, class_id]
        predictions, labels = predictions[:, class_id], labels[:, class_id]
    return metrics.auc(labels, predictions, weights, curve=curve)


def accuracy_at(predictions, labels, weights, threshold):
    """The accuracy of what is `threshold` or more."""
    return metrics.accuracy(labels, math_ops.cast(math_ops.greater_equal(predictions, threshold), dtypes.float32), weights)


def precision_at(predictions, labels, weights, threshold):
    """The precision of what is above `threshold`."""
    value, update = metrics.precision_at_thresholds(labels, predictions, (threshold,), _floats(weights))
    return array_ops.squeeze(value), array_ops.squeeze(update)


def recall_at(predictions, labels, weights, threshold):
    """The recall of what is above `threshold`."""
    value, update = metrics.recall_at_thresholds(labels, predictions, (threshold,), _floats(weights))
    return array_ops.squeeze(value), array_ops.squeeze(update)
