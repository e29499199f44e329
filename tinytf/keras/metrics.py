"""tf.keras.metrics: functions (y_true, y_pred) -> value of each example, and objects that add up over batches."""

from __future__ import annotations

import numpy as np

from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies
from tinytf.keras import backend, losses, names
from tinytf.keras.base_layer import Layer
from tinytf.keras.losses import (  # noqa: F401
    KLD,
    MAE,
    MAPE,
    MSE,
    MSLE,
    binary_crossentropy,
    categorical_crossentropy,
    cosine,
    cosine_proximity,
    hinge,
    kld,
    kullback_leibler_divergence,
    mae,
    mape,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    mse,
    msle,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import loss_weights, nn_basic, weights_broadcast_ops
from tinytf.ops.state.variables import VariableAggregation, VariableSynchronization

# Functions --------------------------------------------------------------------------------------


def accuracy(y_true, y_pred):
    """Where the prediction is the label."""
    y_pred.shape.assert_is_compatible_with(y_true.shape)
    if y_true.dtype != y_pred.dtype:
        y_pred = math_ops.cast(y_pred, y_true.dtype)
    return math_ops.cast(math_ops.equal(y_true, y_pred), backend.floatx())


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """The share of outputs on the right side of the threshold."""
    threshold = math_ops.cast(threshold, y_pred.dtype)
    y_pred = math_ops.cast(y_pred > threshold, y_pred.dtype)
    return backend.mean(math_ops.equal(y_true, y_pred), axis=-1)


def categorical_accuracy(y_true, y_pred):
    """Where the best class is that of the one-hot label."""
    best = math_ops.equal(math_ops.argmax(y_true, axis=-1), math_ops.argmax(y_pred, axis=-1))
    return math_ops.cast(best, backend.floatx())


def sparse_categorical_accuracy(y_true, y_pred):
    """Where the best class is the label."""
    y_true, y_pred = convert_to_tensor(y_true), convert_to_tensor(y_pred)
    if y_true.shape.ndims is not None and y_pred.shape.ndims is not None and y_true.shape.ndims == y_pred.shape.ndims:
        y_true = array_ops.squeeze(y_true, [-1])
    best = math_ops.argmax(y_pred, axis=-1)
    if best.dtype.base_dtype.name != y_true.dtype.base_dtype.name:
        best = math_ops.cast(best, y_true.dtype)
    return math_ops.cast(math_ops.equal(y_true, best), backend.floatx())


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """Where the class of the one-hot label is among the k best."""
    return math_ops.cast(nn_basic.in_top_k(y_pred, math_ops.argmax(y_true, axis=-1), k), backend.floatx())


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5):
    """Where the label is among the k best."""
    if y_true.shape.ndims == y_pred.shape.ndims:
        y_true = array_ops.squeeze(y_true, [-1])
    return math_ops.cast(nn_basic.in_top_k(y_pred, math_ops.cast(y_true, "int32"), k), backend.floatx())


# Objects ----------------------------------------------------------------------------------------


class Metric(Layer):
    """A figure of merit that adds up: `update_state`, `result`, `reset_states`. Follows tf.keras.metrics.Metric of TF 1.15."""

    _is_part = False

    def __init__(self, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype or backend.floatx(), **kwargs)
        self.stateful = True
        self.built = True

    def __call__(self, *args, **kwargs):
        with control_dependencies([self.update_state(*args, **kwargs)]):
            result = array_ops.identity(self.result())
        result._metric_obj = self  # for add_metric
        return result

    def add_weight(self, name, shape=(), aggregation=VariableAggregation.SUM, synchronization=VariableSynchronization.ON_READ,  # noqa: D417
                   initializer=None, dtype=None):  # fmt: skip
        """A variable of this metric, not trainable."""
        return super().add_weight(
            name=name, shape=shape, dtype=dtype or self.dtype, trainable=False, initializer=initializer, aggregation=aggregation,
            synchronization=synchronization,
        )  # fmt: skip

    def update_state(self, *args, **kwargs):
        """The op that takes values in; subclasses have theirs."""
        raise NotImplementedError("Must be implemented in subclasses.")

    def result(self):
        """The value so far; subclasses have theirs."""
        raise NotImplementedError("Must be implemented in subclasses.")

    def get_config(self) -> dict:
        """Its name and dtype; subclasses add their arguments."""
        return {"name": self.name, "dtype": self.dtype}

    def reset_states(self) -> None:
        """Sets all variables to 0."""
        backend.batch_set_value([(v, np.zeros(v.shape.as_list())) for v in self.variables])


class _Reduce(Metric):
    """A total, and for a mean the number of what was added."""

    counts = True

    def __init__(self, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight("total", initializer="zeros")
        self.count = self.add_weight("count", initializer="zeros") if self.counts else None

    def update_state(self, values, sample_weight=None):
        """Adds the values, each times its weight."""
        values = math_ops.cast(values, self.dtype)
        if sample_weight is not None:
            sample_weight = math_ops.cast(sample_weight, self.dtype)
            values, _, sample_weight = loss_weights.squeeze_or_expand_dimensions(values, sample_weight=sample_weight)
            sample_weight = weights_broadcast_ops.broadcast_weights(sample_weight, values)
            values = math_ops.multiply(values, sample_weight)
        value_sum = math_ops.reduce_sum(values)
        with control_dependencies([value_sum]):
            update_total = self.total.assign_add(value_sum)
        if not self.counts:
            return update_total
        if sample_weight is None:
            number = math_ops.cast(array_ops.size(values), self.dtype)
        else:
            number = math_ops.reduce_sum(sample_weight)
        with control_dependencies([update_total]):
            return self.count.assign_add(number)

    def result(self):
        """The total, or the mean."""
        return math_ops.div_no_nan(self.total, self.count) if self.counts else array_ops.identity(self.total)


class Mean(_Reduce):
    """The mean of the values. Follows tf.keras.metrics.Mean of TF 1.15."""

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)


class Sum(_Reduce):
    """The sum of the values. Follows tf.keras.metrics.Sum of TF 1.15."""

    counts = False

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)


class MeanMetricWrapper(Mean):
    """The mean of a function of labels and predictions."""

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn, self._fn_kwargs = fn, kwargs

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds the function's values of a batch."""
        y_true, y_pred = math_ops.cast(y_true, self.dtype), math_ops.cast(y_pred, self.dtype)
        y_pred, y_true = loss_weights.squeeze_or_expand_dimensions(y_pred, y_true)
        return super().update_state(self._fn(y_true, y_pred, **self._fn_kwargs), sample_weight=sample_weight)

    def get_config(self) -> dict:
        """Its name, its dtype and the function's arguments."""
        return dict(super().get_config(), **self._fn_kwargs)


class RootMeanSquaredError(Mean):
    """The root of the mean squared error. Follows tf.keras.metrics.RootMeanSquaredError of TF 1.15."""

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds the squared errors of a batch."""
        y_true, y_pred = math_ops.cast(y_true, self.dtype), math_ops.cast(y_pred, self.dtype)
        y_pred, y_true = loss_weights.squeeze_or_expand_dimensions(y_pred, y_true)
        return super().update_state(math_ops.squared_difference(y_pred, y_true), sample_weight=sample_weight)

    def result(self):
        """The root of the mean."""
        return math_ops.sqrt(math_ops.div_no_nan(self.total, self.count))


def _mean_class(class_name, function, default_name, **defaults):
    def __init__(self, name=default_name, dtype=None, **kwargs):
        unknown = set(kwargs) - set(defaults)
        if unknown:
            raise TypeError(f"{class_name}() got an unexpected keyword argument {sorted(unknown)[0]!r}")
        MeanMetricWrapper.__init__(self, function, name, dtype=dtype, **{**defaults, **kwargs})

    doc = f"The mean of {function.__name__}. Follows tf.keras.metrics.{class_name} of TF 1.15."
    return type(class_name, (MeanMetricWrapper,), {"__init__": __init__, "__doc__": doc, "__module__": __name__})


Accuracy = _mean_class("Accuracy", accuracy, "accuracy")
BinaryAccuracy = _mean_class("BinaryAccuracy", binary_accuracy, "binary_accuracy", threshold=0.5)
CategoricalAccuracy = _mean_class("CategoricalAccuracy", categorical_accuracy, "categorical_accuracy")
SparseCategoricalAccuracy = _mean_class("SparseCategoricalAccuracy", sparse_categorical_accuracy, "sparse_categorical_accuracy")
TopKCategoricalAccuracy = _mean_class("TopKCategoricalAccuracy", top_k_categorical_accuracy, "top_k_categorical_accuracy", k=5)
SparseTopKCategoricalAccuracy = _mean_class("SparseTopKCategoricalAccuracy", sparse_top_k_categorical_accuracy, "sparse_top_k_categorical_accuracy", k=5)  # noqa: E501
MeanSquaredError = _mean_class("MeanSquaredError", mean_squared_error, "mean_squared_error")
MeanAbsoluteError = _mean_class("MeanAbsoluteError", mean_absolute_error, "mean_absolute_error")
MeanAbsolutePercentageError = _mean_class("MeanAbsolutePercentageError", mean_absolute_percentage_error, "mean_absolute_percentage_error")
MeanSquaredLogarithmicError = _mean_class("MeanSquaredLogarithmicError", mean_squared_logarithmic_error, "mean_squared_logarithmic_error")
BinaryCrossentropy = _mean_class("BinaryCrossentropy", binary_crossentropy, "binary_crossentropy", from_logits=False, label_smoothing=0)
CategoricalCrossentropy = _mean_class("CategoricalCrossentropy", categorical_crossentropy, "categorical_crossentropy", from_logits=False, label_smoothing=0)  # noqa: E501
SparseCategoricalCrossentropy = _mean_class("SparseCategoricalCrossentropy", sparse_categorical_crossentropy, "sparse_categorical_crossentropy", from_logits=False, axis=-1)  # noqa: E501
Hinge = _mean_class("Hinge", hinge, "hinge")
SquaredHinge = _mean_class("SquaredHinge", squared_hinge, "squared_hinge")
CategoricalHinge = _mean_class("CategoricalHinge", losses.categorical_hinge, "categorical_hinge")
Poisson = _mean_class("Poisson", poisson, "poisson")
LogCoshError = _mean_class("LogCoshError", losses.logcosh, "logcosh")
KLDivergence = _mean_class("KLDivergence", kullback_leibler_divergence, "kullback_leibler_divergence")

CosineSimilarity = _mean_class("CosineSimilarity", cosine_proximity, "cosine_similarity", axis=-1)

from tinytf.keras.confusion_metrics import (  # noqa: E402, F401
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from tinytf.keras.curve_metrics import (  # noqa: E402, F401  (they are metrics: what this module has is there by now)
    AUC,
    MeanIoU,
    MeanRelativeError,
    MeanTensor,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)

_TABLE = {
    name: found
    for name, found in list(globals().items())
    if callable(found) and not name.startswith("_") and name not in ("Layer", "Metric", "convert_to_tensor", "control_dependencies")
}


def get(identifier):
    """A metric given by name, or as it is."""
    if isinstance(identifier, str):
        return names.find("metric function", identifier, _TABLE)
    if isinstance(identifier, dict):
        return names.deserialize_keras_object(identifier, _TABLE, None, "metric function")
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret metric function identifier: {identifier}")


def serialize(metric):
    """Its name, or the class's and its config."""
    return metric.__name__ if hasattr(metric, "__name__") else {"class_name": type(metric).__name__, "config": metric.get_config()}


deserialize = names.deserializer(get)
