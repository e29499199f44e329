"""Metrics that count right and wrong predictions above thresholds.  They follow tf.keras.metrics and keras.utils.metrics_utils of TF 1.15."""

from __future__ import annotations

import enum

import numpy as np

from tinytf.graph.default_graph import control_dependencies
from tinytf.keras import backend, metrics
from tinytf.ops.array import array_ops
from tinytf.ops.array.masks import one_hot
from tinytf.ops.control_flow.control_flow_ops import group
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn import loss_weights, nn_basic, weights_broadcast_ops

NEG_INF = -1e10  # what is not among the k best predictions


class ConfusionMatrix(str, enum.Enum):
    """The four outcomes."""

    TRUE_POSITIVES = "tp"
    FALSE_POSITIVES = "fp"
    TRUE_NEGATIVES = "tn"
    FALSE_NEGATIVES = "fn"


class Reduction(enum.Enum):
    """How a metric adds values up."""

    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"
    WEIGHTED_MEAN = "weighted_mean"


def _listed(value) -> list:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def assert_thresholds_range(thresholds) -> None:
    """ValueError where a threshold is not in [0, 1]."""
    invalid = [t for t in thresholds or () if t is None or t < 0 or t > 1]
    if invalid:
        raise ValueError("Threshold values must be in [0, 1]. Invalid values: {}".format(invalid))


def parse_init_thresholds(thresholds, default_threshold=0.5) -> list:
    """The thresholds as a list, checked; the default where None was given."""
    if thresholds is not None:
        assert_thresholds_range(_listed(thresholds))
    return _listed(default_threshold if thresholds is None else thresholds)


def _only_best(x, k):
    """x with NEG_INF for all but its k largest values."""
    best = nn_basic.top_k(x, k, sorted=False)[1]
    mask = math_ops.reduce_sum(one_hot(best, array_ops.shape(x)[-1], axis=-1), axis=-2)
    return x * mask + NEG_INF * (1 - mask)


def update_confusion_matrix_variables(variables_to_update, y_true, y_pred, thresholds, top_k=None, class_id=None, sample_weight=None):
    """The op that adds a batch's counts at each threshold to `variables_to_update`, {"tp", "fp", "tn", "fn": variable}.

    With `class_id` only that column counts, with `top_k` only the k largest predictions of a row.
    """
    dtype = next(iter(variables_to_update.values())).dtype.base_dtype
    y_true, y_pred = math_ops.cast(y_true, dtype), math_ops.cast(y_pred, dtype)
    thresholds = _listed(thresholds)
    checks = [
        check_ops.assert_greater_equal(y_pred, math_ops.cast(0.0, dtype), message="predictions must be >= 0"),
        check_ops.assert_less_equal(y_pred, math_ops.cast(1.0, dtype), message="predictions must be <= 1"),
    ]
    with control_dependencies(checks):
        if sample_weight is None:
            y_pred, y_true = loss_weights.squeeze_or_expand_dimensions(y_pred, y_true)
        else:
            sample_weight = math_ops.cast(sample_weight, dtype)
            y_pred, y_true, sample_weight = loss_weights.squeeze_or_expand_dimensions(y_pred, y_true, sample_weight)
    y_pred.shape.assert_is_compatible_with(y_true.shape)
    if top_k is not None:
        y_pred = _only_best(y_pred, top_k)
    if class_id is not None:
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]

    label = array_ops.reshape(math_ops.cast(y_true, "bool"), [1, -1])
    limits = array_ops.expand_dims(backend.constant(thresholds, dtype), 1)
    positive = math_ops.greater(array_ops.reshape(y_pred, [1, -1]), limits)
    weights = None
    if sample_weight is not None:
        weights = array_ops.reshape(weights_broadcast_ops.broadcast_weights(sample_weight, y_pred), [1, -1])
    updates = []
    for outcome, variable in variables_to_update.items():
        predicted = positive if outcome in ("tp", "fp") else math_ops.logical_not(positive)
        actual = label if outcome in ("tp", "fn") else math_ops.logical_not(label)
        found = math_ops.cast(math_ops.logical_and(predicted, actual), dtype)
        updates.append(variable.assign_add(math_ops.reduce_sum(found if weights is None else found * weights, 1)))
    return group(*updates)


class _Counted(metrics.Metric):
    """Some of the four outcomes at each of some thresholds."""

    def __init__(self, thresholds, default_threshold, outcomes, name, dtype):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = parse_init_thresholds(thresholds, default_threshold)
        self._sums = {}
        for outcome, attribute in outcomes.items():
            self._sums[outcome] = self.add_weight(attribute, shape=(len(self.thresholds),), initializer="zeros")
            setattr(self, attribute, self._sums[outcome])

    def reset_states(self) -> None:
        """Forgets all."""
        backend.batch_set_value([(v, np.zeros((len(self.thresholds),))) for v in self.variables])

    def _each(self, result):
        """The figure of the one threshold, or those of all."""
        return result[0] if len(self.thresholds) == 1 else result

    def get_config(self):
        """Its arguments."""
        return dict(super().get_config(), thresholds=self.init_thresholds)


class _Count(_Counted):
    """How often one outcome was."""

    _outcome = ""

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(thresholds, 0.5, {self._outcome: "accumulator"}, name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Counts a batch."""
        return update_confusion_matrix_variables(self._sums, y_true, y_pred, self.thresholds, sample_weight=sample_weight)

    def result(self):
        """The count."""
        return self._each(self.accumulator) if len(self.thresholds) == 1 else array_ops.identity(self.accumulator)


class TruePositives(_Count):
    """Follows tf.keras.metrics.TruePositives of TF 1.15."""

    _outcome = ConfusionMatrix.TRUE_POSITIVES


class FalsePositives(_Count):
    """Follows tf.keras.metrics.FalsePositives of TF 1.15."""

    _outcome = ConfusionMatrix.FALSE_POSITIVES


class TrueNegatives(_Count):
    """Follows tf.keras.metrics.TrueNegatives of TF 1.15."""

    _outcome = ConfusionMatrix.TRUE_NEGATIVES


class FalseNegatives(_Count):
    """Follows tf.keras.metrics.FalseNegatives of TF 1.15."""

    _outcome = ConfusionMatrix.FALSE_NEGATIVES


class _Share(_Counted):
    """True positives, of all that was predicted or of all there is."""

    _others: dict = {}

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(thresholds, 0.5 if top_k is None else NEG_INF, {"tp": "true_positives", **self._others}, name, dtype)
        self.top_k, self.class_id = top_k, class_id

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Counts a batch."""
        return update_confusion_matrix_variables(
            self._sums, y_true, y_pred, self.thresholds, top_k=self.top_k, class_id=self.class_id, sample_weight=sample_weight
        )

    def result(self):
        """The share."""
        right, wrong = self._sums.values()
        return self._each(math_ops.div_no_nan(right, right + wrong))

    def get_config(self):
        """Its arguments."""
        return dict(super().get_config(), top_k=self.top_k, class_id=self.class_id)


class Precision(_Share):
    """True positives over predicted positives. Follows tf.keras.metrics.Precision of TF 1.15."""

    _others = {"fp": "false_positives"}


class Recall(_Share):
    """True positives over positives. Follows tf.keras.metrics.Recall of TF 1.15."""

    _others = {"fn": "false_negatives"}
