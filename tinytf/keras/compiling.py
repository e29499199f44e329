"""What compile makes of its arguments: for each output a target, a loss, weights, metrics."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.keras import backend, losses
from tinytf.keras import metrics as metrics_module
from tinytf.ops.array import placeholder as placeholder_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import loss_weights


def per_output(given, names, what):
    """What was given as one, a list or a dict by output name, as a list."""
    if isinstance(given, dict):
        unknown = set(given) - set(names)
        if unknown:
            raise ValueError(f"Unknown entries in {what} dictionary: {sorted(unknown)}. Only expected following keys: {names}")
        return [given.get(name) for name in names]
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(f"When passing a list as {what}, it should have one entry per model output. The model has {len(names)} outputs, but you passed {what}={given}")  # noqa: E501
        return list(given)
    return [given] * len(names)


def loss_object(loss):
    loss = losses.get(loss)
    return loss if loss is None or isinstance(loss, losses.Loss) else losses.LossFunctionWrapper(loss, name=loss.__name__)


def metric_function(metric, output, loss):
    """What 'accuracy' means for this output and loss; other metrics as they are."""
    if metric not in ("accuracy", "acc", "crossentropy", "ce"):
        return metrics_module.get(metric)
    sparse = loss is not None and getattr(loss, "fn", None) is losses.sparse_categorical_crossentropy
    binary = output.dims[-1] == 1 or (loss is not None and getattr(loss, "fn", None) is losses.binary_crossentropy)
    if metric in ("accuracy", "acc"):
        return metrics_module.binary_accuracy if binary else metrics_module.sparse_categorical_accuracy if sparse else metrics_module.categorical_accuracy
    return metrics_module.binary_crossentropy if binary else metrics_module.sparse_categorical_crossentropy if sparse else metrics_module.categorical_crossentropy


class Output:
    """One output in training: its name, prediction, target, loss, metrics, and the placeholder of sample weights if there is one."""

    def __init__(self, name, prediction, loss, weight, sample_weight_mode=None):
        self.name, self.prediction, self.loss, self.loss_weight = name, prediction, loss, weight
        self.sample_weight_mode = sample_weight_mode
        self.target = self.sample_weight = self.loss_metric = self.loss_tensor = None
        self.metrics: list = []  # (name, Metric or tensor's Metric, weighted)

    def take_weights(self) -> None:
        """Makes the placeholder of sample weights: one a sample, or one a time step."""
        shape = [None, None] if self.sample_weight_mode == "temporal" else [None]
        self.sample_weight = placeholder_ops.placeholder(dtypes.as_dtype(backend.floatx()), shape, self.name + "_sample_weights")

    def weights(self, given):
        """`given` weights (or None), 0 where the prediction is masked."""
        mask = getattr(self.prediction, "_keras_mask", None)
        if mask is None:
            return given
        mask = math_ops.cast(mask, self.prediction.dtype)
        if given is None:
            return mask
        mask, _, given = loss_weights.squeeze_or_expand_dimensions(mask, sample_weight=given)
        return given * mask
