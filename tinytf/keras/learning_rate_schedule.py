"""tf.keras.optimizers.schedules: learning rates that depend on the step."""

from __future__ import annotations

from tinytf.graph.default_graph import name_scope
from tinytf.ops.math import math_ops
from tinytf.train import learning_rate_decay


class LearningRateSchedule:
    """A learning rate that depends on the step: `schedule(step)`. Follows tf.keras.optimizers.schedules of TF 1.15."""

    def __call__(self, step):
        raise NotImplementedError("Learning rate schedule must override __call__")


class ExponentialDecay(LearningRateSchedule):
    """rate * decay_rate ** (step / decay_steps)."""

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.arguments = initial_learning_rate, decay_steps, decay_rate, staircase, name

    def __call__(self, step):
        rate, steps, decay, staircase, name = self.arguments
        with name_scope(name or "ExponentialDecay"):
            part = step / math_ops.cast(steps, step.dtype)
            part = math_ops.floor(part) if staircase else part
            return math_ops.multiply(rate, math_ops.pow(math_ops.cast(decay, part.dtype), part))


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[i] up to boundaries[i]."""

    def __init__(self, boundaries, values, name=None):
        self.arguments = boundaries, values, name

    def __call__(self, step):
        boundaries, values, name = self.arguments
        boundaries = [math_ops.cast(b, step.dtype) for b in boundaries]
        return learning_rate_decay.piecewise_constant(step, boundaries, values, name=name or "PiecewiseConstant")


class PolynomialDecay(LearningRateSchedule):
    """From the first rate to the last by a power of the share of steps that are left."""

    def __init__(self, initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, name=None):
        self.arguments = initial_learning_rate, decay_steps, end_learning_rate, power, cycle, name

    def __call__(self, step):
        rate, steps, end, power, cycle, name = self.arguments
        return learning_rate_decay.polynomial_decay(rate, step, steps, end, power, cycle, name=name or "PolynomialDecay")


class InverseTimeDecay(LearningRateSchedule):
    """rate / (1 + decay_rate * step / decay_steps)."""

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.arguments = initial_learning_rate, decay_steps, decay_rate, staircase, name

    def __call__(self, step):
        rate, steps, decay, staircase, name = self.arguments
        return learning_rate_decay.inverse_time_decay(rate, step, steps, decay, staircase, name=name or "InverseTimeDecay")
