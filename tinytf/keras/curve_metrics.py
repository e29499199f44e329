"""Metrics over many thresholds or classes: AUC, MeanIoU …  They follow tf.keras.metrics of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.default_graph import control_dependencies
from tinytf.keras import backend, metrics
from tinytf.ops.array import array_ops
from tinytf.ops.array.select import where_v2
from tinytf.ops.control_flow.control_flow_ops import group
from tinytf.ops.linalg.matrix_diag import matrix_diag_part
from tinytf.ops.math import math_ops
from tinytf.ops.math.confusion_matrix import confusion_matrix
from tinytf.ops.nn import loss_weights, weights_broadcast_ops

_OUTCOMES = ("true_positives", "true_negatives", "false_positives", "false_negatives")


class _Thresholds(metrics.Metric):
    """The four outcomes at each of some thresholds."""

    def __init__(self, thresholds, name, dtype):
        super().__init__(name=name, dtype=dtype)
        self.thresholds = list(thresholds)
        for outcome in _OUTCOMES:
            setattr(self, outcome, self.add_weight(outcome, shape=(len(self.thresholds),), initializer="zeros"))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Counts a batch."""
        y_true, y_pred = math_ops.cast(y_true, self.dtype), math_ops.cast(y_pred, self.dtype)
        y_pred, y_true = loss_weights.squeeze_or_expand_dimensions(y_pred, y_true)
        if sample_weight is None:
            weights = array_ops.ones_like(y_pred)
        else:
            weights = math_ops.cast(sample_weight, self.dtype)
            y_pred, _, weights = loss_weights.squeeze_or_expand_dimensions(y_pred, sample_weight=weights)
            weights = weights_broadcast_ops.broadcast_weights(weights, y_pred)
        flat = [array_ops.reshape(values, [1, -1]) for values in (y_true, y_pred, weights)]
        label = math_ops.cast(flat[0], "bool")
        positive = math_ops.greater(flat[1], array_ops.expand_dims(backend.constant(self.thresholds, self.dtype), 1))
        updates = []
        for outcome in _OUTCOMES:
            predicted = positive if outcome.endswith("positives") else math_ops.logical_not(positive)
            is_true = label if outcome in ("true_positives", "false_negatives") else math_ops.logical_not(label)
            found = math_ops.cast(math_ops.logical_and(predicted, is_true), self.dtype) * flat[2]
            updates.append(getattr(self, outcome).assign_add(math_ops.reduce_sum(found, 1)))
        return group(*updates)

    def _counts(self) -> list:
        return [array_ops.identity(getattr(self, outcome)) for outcome in _OUTCOMES]


class AUC(_Thresholds):
    """The area under the ROC or the PR curve, by a sum over thresholds.

    `summation_method`: "interpolation" (trapezoids; for PR by Davis and Goadrich), "minoring" or "majoring".
    """

    def __init__(self, num_thresholds=200, curve="ROC", summation_method="interpolation", name=None, dtype=None, thresholds=None):
        if curve not in ("ROC", "PR"):
            raise ValueError('Invalid AUC curve value "%s".' % curve)
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise ValueError('Invalid AUC summation method value "%s".' % summation_method)
        if thresholds is None and num_thresholds <= 1:
            raise ValueError("`num_thresholds` must be > 1.")
        inner = sorted(thresholds) if thresholds is not None else [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        super().__init__([-backend.epsilon()] + list(inner) + [1.0 + backend.epsilon()], name or "auc", dtype)
        self.num_thresholds, self.curve, self.summation_method = len(self.thresholds), curve, summation_method

    def result(self):
        """The area."""
        tp, tn, fp, fn = self._counts()
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._interpolated(tp, fp, fn)
        recall = math_ops.div_no_nan(tp, tp + fn)
        x = math_ops.div_no_nan(fp, fp + tn) if self.curve == "ROC" else recall
        y = recall if self.curve == "ROC" else math_ops.div_no_nan(tp, tp + fp)
        heights = {
            "interpolation": lambda a, b: (a + b) / 2.0, "minoring": math_ops.minimum, "majoring": math_ops.maximum,
        }[self.summation_method](y[:-1], y[1:])  # fmt: skip
        return math_ops.reduce_sum(math_ops.multiply(x[:-1] - x[1:], heights))

    @staticmethod
    def _interpolated(tp, fp, fn):
        positives = tp + fp
        slope = math_ops.div_no_nan(tp[:-1] - tp[1:], math_ops.maximum(positives[:-1] - positives[1:], 0))
        intercept = tp[1:] - slope * positives[1:]
        both = math_ops.logical_and(positives[:-1] > 0, positives[1:] > 0)
        ratio = where_v2(both, math_ops.div_no_nan(positives[:-1], math_ops.maximum(positives[1:], 0)), array_ops.ones_like(positives[1:]))
        area = slope * (tp[:-1] - tp[1:] + intercept * math_ops.log(ratio))
        return math_ops.reduce_sum(math_ops.div_no_nan(area, math_ops.maximum(tp[1:] + fn[1:], 0)))

    def get_config(self):
        """Its arguments."""
        config = {"num_thresholds": self.num_thresholds, "curve": self.curve, "summation_method": self.summation_method}
        return dict(super().get_config(), **config, thresholds=self.thresholds[1:-1])


class _AtConstraint(_Thresholds):
    def __init__(self, value, num_thresholds, name, dtype):
        if num_thresholds <= 0:
            raise ValueError("`num_thresholds` must be > 0.")
        if not 0 <= value <= 1:
            raise ValueError("`sensitivity` and `specificity` must be in the range [0, 1].")
        self.value = value
        inner = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        super().__init__([0.5] if num_thresholds == 1 else [0.0] + inner + [1.0], name, dtype)

    def _best(self, wanted, constrained):
        return wanted[math_ops.argmin(math_ops.abs(constrained - self.value), axis=0)]


class SensitivityAtSpecificity(_AtConstraint):
    """The sensitivity at the threshold whose specificity is nearest to a given one."""

    def __init__(self, specificity, num_thresholds=200, name=None, dtype=None):
        self.specificity, self.num_thresholds = specificity, num_thresholds
        super().__init__(specificity, num_thresholds, name, dtype)

    def result(self):
        """The sensitivity."""
        tp, tn, fp, fn = self._counts()
        return self._best(math_ops.div_no_nan(tp, tp + fn), math_ops.div_no_nan(tn, tn + fp))

    def get_config(self):
        """Its arguments."""
        return dict(super().get_config(), num_thresholds=self.num_thresholds, specificity=self.specificity)


class SpecificityAtSensitivity(_AtConstraint):
    """The specificity at the threshold whose sensitivity is nearest to a given one."""

    def __init__(self, sensitivity, num_thresholds=200, name=None, dtype=None):
        self.sensitivity, self.num_thresholds = sensitivity, num_thresholds
        super().__init__(sensitivity, num_thresholds, name, dtype)

    def result(self):
        """The specificity."""
        tp, tn, fp, fn = self._counts()
        return self._best(math_ops.div_no_nan(tn, tn + fp), math_ops.div_no_nan(tp, tp + fn))

    def get_config(self):
        """Its arguments."""
        return dict(super().get_config(), num_thresholds=self.num_thresholds, sensitivity=self.sensitivity)


class MeanIoU(metrics.Metric):
    """The mean over classes of how much predicted and true places have in common, of all that is either."""

    def __init__(self, num_classes, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.num_classes = num_classes
        self.total_cm = self.add_weight("total_confusion_matrix", shape=(num_classes, num_classes), initializer="zeros", dtype=dtypes.float64)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds the confusion matrix of a batch."""
        flat = [array_ops.reshape(math_ops.cast(values, dtypes.int64), [-1]) for values in (y_true, y_pred)]
        weights = None if sample_weight is None else array_ops.reshape(math_ops.cast(sample_weight, self.dtype), [-1])
        return self.total_cm.assign_add(confusion_matrix(*flat, self.num_classes, weights=weights, dtype=dtypes.float64))

    def result(self):
        """The mean of the classes that there are."""
        total = math_ops.cast(self.total_cm, self.dtype)
        common = matrix_diag_part(total)
        either = math_ops.reduce_sum(total, 0) + math_ops.reduce_sum(total, 1) - common
        there = math_ops.reduce_sum(math_ops.cast(math_ops.not_equal(either, 0), self.dtype))
        return math_ops.div_no_nan(math_ops.reduce_sum(math_ops.div_no_nan(common, either)), there)

    def reset_states(self) -> None:
        """Forgets all."""
        backend.set_value(self.total_cm, np.zeros((self.num_classes, self.num_classes)))

    def get_config(self):
        """Its arguments."""
        return dict(super().get_config(), num_classes=self.num_classes)


class MeanTensor(metrics.Metric):
    """The mean of each element of the values."""

    def __init__(self, name="mean_tensor", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.count = None

    def update_state(self, values, sample_weight=None):
        """Adds values, each times its weight; the first ones say what shape they have."""
        values = math_ops.cast(values, self.dtype)
        if self.total is None:
            self.total = self.add_weight("total", shape=values.shape, initializer="zeros")
            self.count = self.add_weight("count", shape=values.shape, initializer="zeros")
        elif values.shape.as_list() != self.total.shape.as_list():
            raise ValueError(
                "MeanTensor input values must always have the same shape. Expected shape (set during the first call): {}. Got: {}".format(
                    self.total.shape, values.shape
                )
            )
        weights = array_ops.ones_like(values)
        if sample_weight is not None:
            weights = math_ops.cast(sample_weight, self.dtype)
            values, _, weights = loss_weights.squeeze_or_expand_dimensions(values, sample_weight=weights)
            weights = weights_broadcast_ops.broadcast_weights(weights, values)
            values = math_ops.multiply(values, weights)
        with control_dependencies([self.total.assign_add(values)]):
            return self.count.assign_add(weights)

    def result(self):
        """The means."""
        if self.total is None:
            raise ValueError("MeanTensor does not have any result yet. Please call the MeanTensor instance or use `.update_state(value)` first.")
        return math_ops.div_no_nan(self.total, self.count)


class MeanRelativeError(metrics.Mean):
    """The mean of |label - prediction| / normalizer."""

    def __init__(self, normalizer, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.normalizer = math_ops.cast(normalizer, self.dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch."""
        y_true, y_pred = math_ops.cast(y_true, self.dtype), math_ops.cast(y_pred, self.dtype)
        y_pred, y_true = loss_weights.squeeze_or_expand_dimensions(y_pred, y_true)
        relative = math_ops.div_no_nan(math_ops.abs(y_true - y_pred), self.normalizer)
        return super().update_state(relative, sample_weight=sample_weight)

    def get_config(self):
        """Its arguments."""
        return dict(super().get_config(), normalizer=backend.eval(self.normalizer))
