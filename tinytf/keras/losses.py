"""tf.keras.losses: functions (y_true, y_pred) -> loss of each example, and classes that weigh and reduce them."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.keras import backend, names
from tinytf.layers.smart_cond import smart_cond
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import loss_weights, weights_broadcast_ops
from tinytf.ops.nn.activations import softplus
from tinytf.ops.nn.normalization import l2_normalize


class Reduction:
    """How the losses of the examples become one number."""

    AUTO, NONE, SUM, SUM_OVER_BATCH_SIZE = "auto", "none", "sum", "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple:
        """All of them."""
        return cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE

    @classmethod
    def validate(cls, key) -> None:
        """ValueError for what is no reduction."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


def reduce_weighted_loss(losses, reduction=Reduction.SUM_OVER_BATCH_SIZE):
    """The weighted losses as one number."""
    if reduction == Reduction.NONE:
        return losses
    total = math_ops.reduce_sum(losses)
    if reduction == Reduction.SUM:
        return total
    with name_scope("num_elements") as scope:
        number = math_ops.cast(array_ops.size(losses, name=scope), dtype=losses.dtype)
    return math_ops.div_no_nan(math_ops.reduce_sum(total), number, name="value")


def compute_weighted_loss(losses, sample_weight=None, reduction=Reduction.SUM_OVER_BATCH_SIZE, name=None):
    """losses * weights, reduced."""
    Reduction.validate(reduction)
    sample_weight = 1.0 if sample_weight is None else sample_weight
    with name_scope(name, "weighted_loss", (losses, sample_weight)):
        losses = convert_to_tensor(losses)
        dtype = losses.dtype
        losses = math_ops.cast(losses, dtypes.float32)
        sample_weight = math_ops.cast(sample_weight, dtypes.float32)
        losses, _, sample_weight = loss_weights.squeeze_or_expand_dimensions(losses, None, sample_weight)
        sample_weight = weights_broadcast_ops.broadcast_weights(sample_weight, losses)
        loss = reduce_weighted_loss(math_ops.multiply(losses, sample_weight), reduction)
        return math_ops.cast(loss, dtype)


def _both(y_true, y_pred):
    y_pred = convert_to_tensor(y_pred)
    return math_ops.cast(y_true, y_pred.dtype), y_pred


def mean_squared_error(y_true, y_pred):
    """The mean of (y_pred - y_true)² over the last axis."""
    y_true, y_pred = _both(y_true, y_pred)
    return backend.mean(math_ops.squared_difference(y_pred, y_true), axis=-1)


def mean_absolute_error(y_true, y_pred):
    """The mean of |y_pred - y_true| over the last axis."""
    y_true, y_pred = _both(y_true, y_pred)
    return backend.mean(math_ops.abs(y_pred - y_true), axis=-1)


def mean_absolute_percentage_error(y_true, y_pred):
    """100 times the mean of |y_true - y_pred| / |y_true|."""
    y_true, y_pred = _both(y_true, y_pred)
    difference = y_true - y_pred
    share = math_ops.abs(difference / backend.clip(math_ops.abs(y_true), backend.epsilon(), None))
    return 100.0 * backend.mean(share, axis=-1)


def mean_squared_logarithmic_error(y_true, y_pred):
    """The mean of (log(y_pred + 1) - log(y_true + 1))²."""
    y_true, y_pred = _both(y_true, y_pred)

    def log1(x):
        return math_ops.log(backend.clip(x, backend.epsilon(), None) + 1.0)

    return backend.mean(math_ops.squared_difference(log1(y_pred), log1(y_true)), axis=-1)


def _signs(y_true):
    """Labels 0, 1 as -1, 1."""
    zeros, ones = math_ops.equal(y_true, 0), math_ops.equal(y_true, 1)
    binary = math_ops.reduce_all(math_ops.logical_or(zeros, ones))
    return smart_cond(binary, lambda: 2.0 * y_true - 1.0, lambda: y_true)


def squared_hinge(y_true, y_pred):
    """The mean of max(1 - y_true * y_pred, 0)²."""
    y_true, y_pred = _both(y_true, y_pred)
    return backend.mean(math_ops.square(math_ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0)), axis=-1)


def hinge(y_true, y_pred):
    """The mean of max(1 - y_true * y_pred, 0)."""
    y_true, y_pred = _both(y_true, y_pred)
    return backend.mean(math_ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0), axis=-1)


def categorical_hinge(y_true, y_pred):
    """max(the best wrong score - the right one + 1, 0)."""
    y_true, y_pred = _both(y_true, y_pred)
    right = math_ops.reduce_sum(y_true * y_pred, axis=-1)
    wrong = math_ops.reduce_max((1.0 - y_true) * y_pred, axis=-1)
    return math_ops.maximum(0.0, wrong - right + 1.0)


def huber_loss(y_true, y_pred, delta=1.0):
    """Quadratic up to delta, linear beyond."""
    y_pred, y_true = math_ops.cast(y_pred, dtype=backend.floatx()), math_ops.cast(y_true, dtype=backend.floatx())
    error = math_ops.subtract(y_pred, y_true)
    size = math_ops.abs(error)
    quadratic = math_ops.minimum(size, delta)
    linear = math_ops.subtract(size, quadratic)
    half = convert_to_tensor(0.5, dtype=quadratic.dtype)
    return math_ops.add(math_ops.multiply(half, math_ops.multiply(quadratic, quadratic)), math_ops.multiply(delta, linear))


def logcosh(y_true, y_pred):
    """The mean of log(cosh(y_pred - y_true))."""
    y_true, y_pred = _both(y_true, y_pred)
    x = y_pred - y_true
    return backend.mean(x + softplus(-2.0 * x) - math_ops.log(2.0), axis=-1)


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0):
    """The cross entropy of distributions. Follows tf.keras.losses.categorical_crossentropy of TF 1.15."""
    y_true, y_pred = _both(y_true, y_pred)
    label_smoothing = convert_to_tensor(label_smoothing, dtype=backend.floatx())

    def smoothed():
        classes = math_ops.cast(array_ops.shape(y_true)[1], y_pred.dtype)
        return y_true * (1.0 - label_smoothing) + label_smoothing / classes

    return backend.categorical_crossentropy(smart_cond(label_smoothing, smoothed, lambda: y_true), y_pred, from_logits=from_logits)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, axis=-1):
    """The cross entropy of class numbers. Follows tf.keras.losses.sparse_categorical_crossentropy of TF 1.15."""
    return backend.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0):
    """The mean cross entropy of independent probabilities. Follows tf.keras.losses.binary_crossentropy of TF 1.15."""
    y_true, y_pred = _both(y_true, y_pred)
    label_smoothing = convert_to_tensor(label_smoothing, dtype=backend.floatx())
    labels = smart_cond(label_smoothing, lambda: y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing, lambda: y_true)
    return backend.mean(backend.binary_crossentropy(labels, y_pred, from_logits=from_logits), axis=-1)


def kullback_leibler_divergence(y_true, y_pred):
    """sum y_true log(y_true / y_pred)."""
    y_true, y_pred = _both(y_true, y_pred)
    y_true, y_pred = backend.clip(y_true, backend.epsilon(), 1), backend.clip(y_pred, backend.epsilon(), 1)
    return math_ops.reduce_sum(y_true * math_ops.log(y_true / y_pred), axis=-1)


def poisson(y_true, y_pred):
    """The mean of y_pred - y_true log(y_pred)."""
    y_true, y_pred = _both(y_true, y_pred)
    return backend.mean(y_pred - y_true * math_ops.log(y_pred + backend.epsilon()), axis=-1)


def cosine_similarity(y_true, y_pred, axis=-1):
    """The cosine of the angle between the vectors."""
    return math_ops.reduce_sum(l2_normalize(y_true, axis=axis) * l2_normalize(y_pred, axis=axis), axis=axis)


cosine_proximity = cosine = cosine_similarity
mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence


class Loss:
    """A loss as an object: `call(y_true, y_pred)` gives those of the examples. Follows tf.keras.losses.Loss of TF 1.15."""

    def __init__(self, reduction=Reduction.AUTO, name=None):
        Reduction.validate(reduction)
        self.reduction, self.name = reduction, name

    def call(self, y_true, y_pred):
        """The loss of each example."""
        raise NotImplementedError("Must be implemented in subclasses.")

    def __call__(self, y_true, y_pred, sample_weight=None):
        with name_scope(self.name or type(self).__name__, format(type(self).__name__), (y_pred, y_true, sample_weight)):
            return compute_weighted_loss(self.call(y_true, y_pred), sample_weight, reduction=self.used_reduction())

    def used_reduction(self) -> str:
        """What AUTO means: the mean over the batch."""
        return Reduction.SUM_OVER_BATCH_SIZE if self.reduction == Reduction.AUTO else self.reduction

    def get_config(self) -> dict:
        """Its arguments."""
        return {"reduction": self.reduction, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """A loss from what get_config gave."""
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A function as a Loss."""

    def __init__(self, fn, reduction=Reduction.AUTO, name=None, **kwargs):
        super().__init__(reduction=reduction, name=name)
        self.fn, self._fn_kwargs = fn, kwargs

    def call(self, y_true, y_pred):
        """The function's losses, after ranks that differ by one are brought into line."""
        y_pred, y_true = convert_to_tensor(y_pred), convert_to_tensor(y_true)
        y_pred, y_true = loss_weights.squeeze_or_expand_dimensions(y_pred, y_true)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict:
        """Its name, its reduction and the function's arguments."""
        return dict(super().get_config(), **self._fn_kwargs)


def _loss_class(class_name, function, default_name, **defaults):
    def __init__(self, *args, reduction=Reduction.AUTO, name=default_name, **kwargs):
        given = dict(zip([*defaults, "reduction", "name"], args))
        reduction, name = given.pop("reduction", reduction), given.pop("name", name)
        unknown = set(kwargs) - set(defaults)
        if unknown:
            raise TypeError(f"{class_name}() got an unexpected keyword argument {sorted(unknown)[0]!r}")
        LossFunctionWrapper.__init__(self, function, reduction=reduction, name=name, **{**defaults, **given, **kwargs})

    doc = f"{function.__name__} as an object. Follows tf.keras.losses.{class_name} of TF 1.15."
    return type(class_name, (LossFunctionWrapper,), {"__init__": __init__, "__doc__": doc, "__module__": __name__})


MeanSquaredError = _loss_class("MeanSquaredError", mean_squared_error, "mean_squared_error")
MeanAbsoluteError = _loss_class("MeanAbsoluteError", mean_absolute_error, "mean_absolute_error")
MeanAbsolutePercentageError = _loss_class("MeanAbsolutePercentageError", mean_absolute_percentage_error, "mean_absolute_percentage_error")
MeanSquaredLogarithmicError = _loss_class("MeanSquaredLogarithmicError", mean_squared_logarithmic_error, "mean_squared_logarithmic_error")
BinaryCrossentropy = _loss_class("BinaryCrossentropy", binary_crossentropy, "binary_crossentropy", from_logits=False, label_smoothing=0)
CategoricalCrossentropy = _loss_class("CategoricalCrossentropy", categorical_crossentropy, "categorical_crossentropy", from_logits=False, label_smoothing=0)  # noqa: E501
SparseCategoricalCrossentropy = _loss_class("SparseCategoricalCrossentropy", sparse_categorical_crossentropy, None, from_logits=False)
Hinge = _loss_class("Hinge", hinge, None)
SquaredHinge = _loss_class("SquaredHinge", squared_hinge, "squared_hinge")
CategoricalHinge = _loss_class("CategoricalHinge", categorical_hinge, "categorical_hinge")
Poisson = _loss_class("Poisson", poisson, "poisson")
LogCosh = _loss_class("LogCosh", logcosh, "logcosh")
KLDivergence = _loss_class("KLDivergence", kullback_leibler_divergence, "kullback_leibler_divergence")
Huber = _loss_class("Huber", huber_loss, "huber_loss", delta=1.0)
CosineSimilarity = _loss_class("CosineSimilarity", cosine_similarity, "cosine_similarity", axis=-1)

_TABLE = {
    name: found
    for name, found in list(globals().items())
    if callable(found) and not name.startswith("_") and name not in ("LossFunctionWrapper", "Loss", "Reduction", "convert_to_tensor")
}


def get(identifier):
    """A loss given by name, or as it is; None stays."""
    if identifier is None:
        return None
    if isinstance(identifier, str):
        return names.find("loss function", identifier, _TABLE)
    if isinstance(identifier, dict):
        return names.made("loss function", identifier, _TABLE)
    if callable(identifier):
        return identifier
    raise ValueError("Could not interpret loss function identifier:", identifier)


def serialize(loss):
    """Its name, or the class's and its config."""
    return loss.__name__ if hasattr(loss, "__name__") else {"class_name": type(loss).__name__, "config": loss.get_config()}


deserialize = names.deserializer(get)
