"""Means over all batches seen: tf.metrics.mean and the metrics made of it."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.default_graph import control_dependencies
from tinytf.metrics.parts import aligned, collect, flat, metric_variable
from tinytf.ops.array import array_ops
from tinytf.ops.linalg import matrix_diag
from tinytf.ops.math import math_ops
from tinytf.ops.nn import weights_broadcast_ops
from tinytf.ops.nn.squeezable import remove_squeezable_dimensions
from tinytf.ops.state import state_ops
from tinytf.ops.state.variable_scope import variable_scope


def _ratio(total, count, name=None):
    return math_ops.div_no_nan(total, math_ops.maximum(count, 0), name=name)


def _weighted(values, weights):
    values, _, weights = aligned(values, None, weights)
    weights = weights_broadcast_ops.broadcast_weights(math_ops.cast(weights, dtypes.float32), values)
    return math_ops.multiply(values, weights), weights


def mean(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """(mean so far, op that takes the values in and returns it). Follows tf.metrics.mean of TF 1.15."""
    with variable_scope(name, "mean", (values, weights)):
        values = math_ops.cast(values, dtypes.float32)
        total = metric_variable([], dtypes.float32, name="total")
        count = metric_variable([], dtypes.float32, name="count")
        if weights is None:
            number = math_ops.cast(array_ops.size(values), dtypes.float32)
        else:
            values, weights = _weighted(values, weights)
            number = math_ops.reduce_sum(weights)
        new_total = state_ops.assign_add(total, math_ops.reduce_sum(values))
        with control_dependencies([values]):
            new_count = state_ops.assign_add(count, number)
        value = _ratio(total, count, "value")
        collect(metrics_collections, value)
        update = _ratio(new_total, new_count, "update_op")
        collect(updates_collections, update)
        return value, update


def mean_tensor(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """As `mean`, for each element apart. Follows tf.metrics.mean_tensor of TF 1.15."""
    with variable_scope(name, "mean", (values, weights)):
        values = math_ops.cast(values, dtypes.float32)
        total = metric_variable(values.shape, dtypes.float32, name="total_tensor")
        count = metric_variable(values.shape, dtypes.float32, name="count_tensor")
        number = array_ops.ones_like(values)
        if weights is not None:
            values, weights = _weighted(values, weights)
            number = math_ops.multiply(number, weights)
        new_total = state_ops.assign_add(total, values)
        with control_dependencies([values]):
            new_count = state_ops.assign_add(count, number)
        value = _ratio(total, count, "value")
        collect(metrics_collections, value)
        update = _ratio(new_total, new_count, "update_op")
        collect(updates_collections, update)
        return value, update


def accuracy(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """How often predictions equal labels: (accuracy, update op). Follows tf.metrics.accuracy of TF 1.15."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    predictions.shape.assert_is_compatible_with(labels.shape)
    if labels.dtype != predictions.dtype:
        predictions = math_ops.cast(predictions, labels.dtype)
    correct = math_ops.cast(math_ops.equal(predictions, labels), dtypes.float32)
    return mean(correct, weights, metrics_collections, updates_collections, name or "accuracy")


def mean_absolute_error(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The mean of |predictions - labels|. Follows tf.metrics.mean_absolute_error of TF 1.15."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    errors = math_ops.abs(predictions - labels)
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_absolute_error")


def mean_squared_error(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The mean of (labels - predictions) ** 2. Follows tf.metrics.mean_squared_error of TF 1.15."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    errors = math_ops.squared_difference(labels, predictions)
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_squared_error")


def root_mean_squared_error(labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The root of the mean squared error. Follows tf.metrics.root_mean_squared_error of TF 1.15."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    mse, update = mean_squared_error(labels, predictions, weights, None, None, name or "root_mean_squared_error")
    value = math_ops.sqrt(mse)
    collect(metrics_collections, value)
    update = math_ops.sqrt(update)
    collect(updates_collections, update)
    return value, update


def mean_relative_error(labels, predictions, normalizer, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The mean of |labels - predictions| / normalizer. Follows tf.metrics.mean_relative_error of TF 1.15."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    predictions, normalizer = remove_squeezable_dimensions(predictions, normalizer)
    predictions.shape.assert_is_compatible_with(normalizer.shape)
    is_zero, zeros = math_ops.equal(normalizer, 0.0), array_ops.zeros_like(labels)
    errors = array_ops.where(is_zero, zeros, math_ops.div(math_ops.abs(labels - predictions), normalizer))
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_relative_error")


def mean_cosine_distance(labels, predictions, dim, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """1 minus the mean of the products of unit vectors. Follows tf.metrics.mean_cosine_distance of TF 1.15."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    products = math_ops.reduce_sum(math_ops.multiply(predictions, labels), axis=[dim], keepdims=True)
    value, update = mean(products, weights, None, None, name or "mean_cosine_distance")
    value = math_ops.subtract(1.0, value)
    update = math_ops.subtract(1.0, update)
    collect(metrics_collections, value)
    collect(updates_collections, update)
    return value, update


def percentage_below(values, threshold, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The share of values below a threshold. Follows tf.metrics.percentage_below of TF 1.15."""
    below = math_ops.cast(math_ops.less(values, threshold), dtypes.float32)
    return mean(below, weights, metrics_collections, updates_collections, name or "percentage_below_threshold")


def mean_per_class_accuracy(labels, predictions, num_classes, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The mean of the accuracies of each class. Follows tf.metrics.mean_per_class_accuracy of TF 1.15."""
    with variable_scope(name, "mean_accuracy", (predictions, labels, weights)):
        labels = flat(math_ops.cast(labels, dtypes.int64))
        predictions = flat(predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
        total = metric_variable([num_classes], dtypes.float32, name="total")
        count = metric_variable([num_classes], dtypes.float32, name="count")
        ones = array_ops.ones([array_ops.size(labels)], dtypes.float32)
        if labels.dtype != predictions.dtype:
            predictions = math_ops.cast(predictions, labels.dtype)
        correct = math_ops.cast(math_ops.equal(predictions, labels), dtypes.float32)
        if weights is not None:
            weights = math_ops.cast(flat(weights), dtypes.float32)
            correct *= weights
            ones *= weights
        new_total = state_ops.scatter_add(total, labels, ones)
        new_count = state_ops.scatter_add(count, labels, correct)
        value = math_ops.reduce_mean(_ratio(count, total), name="mean_accuracy")
        collect(metrics_collections, value)
        update = _ratio(new_count, new_total, "update_op")
        collect(updates_collections, update)
        return value, update


def mean_iou(labels, predictions, num_classes, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The mean over classes of intersection over union. Follows tf.metrics.mean_iou of TF 1.15."""
    from tinytf.ops.math.confusion_matrix import confusion_matrix_v2

    with variable_scope(name, "mean_iou", (predictions, labels, weights)):
        predictions.shape.assert_is_compatible_with(labels.shape)
        matrix = metric_variable([num_classes, num_classes], dtypes.float64, name="total_confusion_matrix")
        predictions = math_ops.cast(predictions, dtypes.int64)
        labels = math_ops.cast(labels, dtypes.int64)
        classes = math_ops.cast(num_classes, dtypes.int64)
        predictions, labels = flat(predictions), flat(labels)
        weights = weights if weights is None else flat(weights)
        update = state_ops.assign_add(matrix, confusion_matrix_v2(labels, predictions, classes, weights=weights, dtype=dtypes.float64))
        rows = math_ops.cast(math_ops.reduce_sum(matrix, 0), dtypes.float32)
        columns = math_ops.cast(math_ops.reduce_sum(matrix, 1), dtypes.float32)
        both = math_ops.cast(matrix_diag.diag_part(matrix), dtypes.float32)
        union = rows + columns - both
        valid = math_ops.reduce_sum(math_ops.cast(math_ops.not_equal(union, 0), dtype=dtypes.float32))
        union = array_ops.where(math_ops.greater(union, 0), union, array_ops.ones_like(union))
        iou = math_ops.div(both, union)
        some = math_ops.greater(valid, 0)
        value = array_ops.where(some, math_ops.reduce_sum(iou, name="mean_iou") / valid, 0)
        collect(metrics_collections, value)
        collect(updates_collections, update)
        return value, update
