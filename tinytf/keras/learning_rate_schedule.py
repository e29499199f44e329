"""tf.keras.optimizers.schedules: learning rates that depend on the step."""

from __future__ import annotations

from tinytf.graph.default_graph import name_scope
from tinytf.keras import names
from tinytf.ops.math import math_ops
from tinytf.train import learning_rate_decay


class LearningRateSchedule:
    """A learning rate that depends on the step: `schedule(step)`. Follows tf.keras.optimizers.schedules of TF 1.15."""

    _arguments: tuple = ()  # of the constructor, in the order of get_config

    def __call__(self, step):
        raise NotImplementedError("Learning rate schedule must override __call__")

    def get_config(self) -> dict:
        """Its arguments."""
        return {name: getattr(self, name) for name in self._arguments}

    @classmethod
    def from_config(cls, config):
        """A schedule from what get_config gave."""
        return cls(**config)


class ExponentialDecay(LearningRateSchedule):
    """rate * decay_rate ** (step / decay_steps)."""

    _arguments = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate, self.decay_steps, self.decay_rate = initial_learning_rate, decay_steps, decay_rate
        self.staircase, self.name = staircase, name

    def __call__(self, step):
        with name_scope(self.name or "ExponentialDecay"):
            part = step / math_ops.cast(self.decay_steps, step.dtype)
            part = math_ops.floor(part) if self.staircase else part
            return math_ops.multiply(self.initial_learning_rate, math_ops.pow(math_ops.cast(self.decay_rate, part.dtype), part))


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[i] up to boundaries[i]."""

    _arguments = ("boundaries", "values", "name")

    def __init__(self, boundaries, values, name=None):
        if len(boundaries) != len(values) - 1:
            raise ValueError("The length of boundaries should be 1 less than the length of values")
        self.boundaries, self.values, self.name = boundaries, values, name

    def __call__(self, step):
        step = math_ops.cast(step, step.dtype) if hasattr(step, "dtype") else math_ops.cast(step, "int32")
        boundaries = [math_ops.cast(b, step.dtype) for b in self.boundaries]
        return learning_rate_decay.piecewise_constant(step, boundaries, self.values, name=self.name or "PiecewiseConstant")


class PolynomialDecay(LearningRateSchedule):
    """From the first rate to the last by a power of the share of steps that are left."""

    _arguments = ("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle", "name")

    def __init__(self, initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, name=None):
        self.initial_learning_rate, self.decay_steps, self.end_learning_rate = initial_learning_rate, decay_steps, end_learning_rate
        self.power, self.cycle, self.name = power, cycle, name

    def __call__(self, step):
        return learning_rate_decay.polynomial_decay(
            self.initial_learning_rate, step, self.decay_steps, self.end_learning_rate, self.power, self.cycle, name=self.name or "PolynomialDecay"
        )


class InverseTimeDecay(LearningRateSchedule):
    """rate / (1 + decay_rate * step / decay_steps)."""

    _arguments = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate, self.decay_steps, self.decay_rate = initial_learning_rate, decay_steps, decay_rate
        self.staircase, self.name = staircase, name

    def __call__(self, step):
        return learning_rate_decay.inverse_time_decay(
            self.initial_learning_rate, step, self.decay_steps, self.decay_rate, self.staircase, name=self.name or "InverseTimeDecay"
        )


class CosineDecay(LearningRateSchedule):
    """Half a cosine, from the rate down to `alpha` of it."""

    _arguments = ("initial_learning_rate", "decay_steps", "alpha", "name")

    def __init__(self, initial_learning_rate, decay_steps, alpha=0.0, name=None):
        self.initial_learning_rate, self.decay_steps, self.alpha, self.name = initial_learning_rate, decay_steps, alpha, name

    def __call__(self, step):
        return learning_rate_decay.cosine_decay(self.initial_learning_rate, step, self.decay_steps, self.alpha, self.name or "CosineDecay")


class CosineDecayRestarts(LearningRateSchedule):
    """As CosineDecay, begun again and again, each time `t_mul` times as long and from `m_mul` times the rate."""

    _arguments = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name")

    def __init__(self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None):
        self.initial_learning_rate, self.first_decay_steps = initial_learning_rate, first_decay_steps
        self.t_mul, self.m_mul, self.alpha, self.name = t_mul, m_mul, alpha, name

    def __call__(self, step):
        return learning_rate_decay.cosine_decay_restarts(
            self.initial_learning_rate, step, self.first_decay_steps, self.t_mul, self.m_mul, self.alpha, self.name or "SGDRDecay"
        )


class LinearCosineDecay(LearningRateSchedule):
    """A line times a cosine."""

    _arguments = ("initial_learning_rate", "decay_steps", "num_periods", "alpha", "beta", "name")

    def __init__(self, initial_learning_rate, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001, name=None):
        self.initial_learning_rate, self.decay_steps, self.num_periods = initial_learning_rate, decay_steps, num_periods
        self.alpha, self.beta, self.name = alpha, beta, name

    def __call__(self, step):
        return learning_rate_decay.linear_cosine_decay(
            self.initial_learning_rate, step, self.decay_steps, self.num_periods, self.alpha, self.beta, self.name or "LinearCosineDecay"
        )


class NoisyLinearCosineDecay(LearningRateSchedule):
    """As LinearCosineDecay, with noise that fades."""

    _arguments = ("initial_learning_rate", "decay_steps", "initial_variance", "variance_decay", "num_periods", "alpha", "beta", "name")

    def __init__(
        self, initial_learning_rate, decay_steps, initial_variance=1.0, variance_decay=0.55, num_periods=0.5, alpha=0.0, beta=0.001, name=None
    ):
        self.initial_learning_rate, self.decay_steps, self.initial_variance = initial_learning_rate, decay_steps, initial_variance
        self.variance_decay, self.num_periods, self.alpha, self.beta, self.name = variance_decay, num_periods, alpha, beta, name

    def __call__(self, step):
        return learning_rate_decay.noisy_linear_cosine_decay(
            self.initial_learning_rate, step, self.decay_steps, self.initial_variance, self.variance_decay, self.num_periods, self.alpha,
            self.beta, self.name or "NoisyLinearCosineDecay",
        )  # fmt: skip


def serialize(learning_rate_schedule) -> dict:
    """{"class_name", "config"} of a schedule."""
    return names.serialize_keras_object(learning_rate_schedule)


def deserialize(config, custom_objects=None) -> LearningRateSchedule:
    """A schedule from what serialize gave."""
    known = {name: value for name, value in globals().items() if isinstance(value, type)}
    return names.deserialize_keras_object(config, known, custom_objects, "decay")
