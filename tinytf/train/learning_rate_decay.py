"""Learning rates that change with the global step: functions that give a scalar tensor.

In each, `learning_rate` sets the dtype, `global_step` is a tensor, a variable or a number.
"""

from __future__ import annotations

import math

from tinytf import dtypes
from tinytf.graph.convert import convert_n_to_tensor, convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import constant
from tinytf.ops.control_flow.cond import case, cond
from tinytf.ops.math import math_ops
from tinytf.ops.random import random_ops


def _start(learning_rate):
    rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
    return rate, lambda value: math_ops.cast(value, rate.dtype)


def _pi_cosine(fraction):
    return math_ops.cos(constant.constant(math.pi) * fraction)


def exponential_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """learning_rate * decay_rate ** (global_step / decay_steps); whole powers only with `staircase`.

    Follows tf.train.exponential_decay of TF 1.15.
    """
    with name_scope(name or "ExponentialDecay") as scope:
        rate, cast = _start(learning_rate)
        decay_steps, decay_rate, step = cast(decay_steps), cast(decay_rate), cast(global_step)
        p = step / decay_steps
        if staircase:
            p = math_ops.floor(p)
        return math_ops.multiply(rate, math_ops.pow(decay_rate, p), name=scope)


def natural_exp_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """learning_rate * exp(-decay_rate * global_step / decay_steps).  Follows tf.train.natural_exp_decay of TF 1.15."""
    natural_rate = math_ops.exp(math_ops.negative(decay_rate))
    return exponential_decay(learning_rate, global_step, decay_steps, natural_rate, staircase=staircase, name=name)


def inverse_time_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """learning_rate / (1 + decay_rate * global_step / decay_steps).  Follows tf.train.inverse_time_decay of TF 1.15."""
    with name_scope(name or "InverseTimeDecay") as scope:
        rate, cast = _start(learning_rate)
        decay_steps, decay_rate, step = cast(decay_steps), cast(decay_rate), cast(global_step)
        p = step / decay_steps
        if staircase:
            p = math_ops.floor(p)
        one = cast(constant.constant(1))
        return math_ops.divide(rate, math_ops.add(one, math_ops.multiply(decay_rate, p)), name=scope)


def polynomial_decay(
    learning_rate, global_step, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, name=None
):
    """From learning_rate to end_learning_rate in decay_steps, as (1 - step / decay_steps) ** power.

    With `cycle`, decay_steps grows to the next multiple of itself that the step has not passed.
    Follows tf.train.polynomial_decay of TF 1.15.
    """
    with name_scope(name or "PolynomialDecay") as scope:
        rate, cast = _start(learning_rate)
        end, power = cast(end_learning_rate), cast(power)
        step, steps = cast(global_step), cast(decay_steps)
        if cycle:
            at_start = math_ops.equal(step, 0)
            current = step
            multiplier = cond(
                at_start, lambda: 1.0, lambda: math_ops.ceil(current / decay_steps)
            )
            steps = math_ops.multiply(steps, multiplier)
        else:
            step = math_ops.minimum(step, decay_steps)
        p = math_ops.divide(step, steps)
        return math_ops.add(math_ops.multiply(rate - end, math_ops.pow(1 - p, power)), end, name=scope)


def piecewise_constant(x, boundaries, values, name=None):
    """values[i] while x lies between boundaries[i-1] (exclusive) and boundaries[i] (inclusive).

    Raises ValueError where the dtypes differ or there is not one value more than boundaries.
    Follows tf.train.piecewise_constant of TF 1.15.
    """
    boundaries, values = convert_n_to_tensor(boundaries), convert_n_to_tensor(values)
    x_first = convert_to_tensor(x)
    for i, boundary in enumerate(boundaries):
        has, wanted = boundary.dtype.base_dtype, x_first.dtype.base_dtype
        if has != wanted:
            if not (has == dtypes.int32 and wanted == dtypes.int64):
                raise ValueError("Boundaries (%s) must have the same dtype as x (%s)." % (has, wanted))
            boundaries[i] = math_ops.cast(boundary, wanted)
    for value in values[1:]:
        if value.dtype.base_dtype != values[0].dtype.base_dtype:
            raise ValueError(
                "Values must have elements all with the same dtype (%s vs %s)."
                % (values[0].dtype.base_dtype, value.dtype.base_dtype)
            )
    if len(boundaries) != len(values) - 1:
        raise ValueError("The length of boundaries should be 1 less than the length of values")
    with name_scope(name or "PiecewiseConstant"):
        x = convert_to_tensor(x)
        pairs = [(x <= boundaries[0], lambda: values[0]), (x > boundaries[-1], lambda: values[-1])]
        for low, high, value in zip(boundaries[:-1], boundaries[1:], values[1:-1]):
            inside = (x > low) & (x <= high)
            pairs.append((inside, lambda value=value: value))
        return case(pairs, lambda: values[0], exclusive=True)


piecewise_constant_decay = piecewise_constant


def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """From learning_rate to alpha * learning_rate along half a cosine.  Follows tf.train.cosine_decay of TF 1.15."""
    with name_scope(name or "CosineDecay"):
        rate, cast = _start(learning_rate)
        decay_steps, step = cast(decay_steps), cast(global_step)
        step = math_ops.minimum(step, decay_steps)
        fraction = step / decay_steps
        cosine = 0.5 * (1.0 + _pi_cosine(fraction))
        return math_ops.multiply(rate, (1 - alpha) * cosine + alpha)


def cosine_decay_restarts(
    learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None
):
    """Cosine decay with warm restarts; each period is t_mul times as long and m_mul times as high.

    Follows tf.train.cosine_decay_restarts of TF 1.15.
    """
    with name_scope(name or "SGDRDecay") as scope:
        rate, cast = _start(learning_rate)
        first, alpha, t_mul, m_mul = cast(first_decay_steps), cast(alpha), cast(t_mul), cast(m_mul)
        completed = cast(global_step) / first

        def even():
            restarts = math_ops.floor(completed)
            return restarts, completed - restarts

        def geometric():
            restarts = math_ops.floor(math_ops.log(1.0 - completed * (1.0 - t_mul)) / math_ops.log(t_mul))
            passed = (1.0 - t_mul**restarts) / (1.0 - t_mul)
            return restarts, (completed - passed) / t_mul**restarts

        restarts, fraction = cond(math_ops.equal(t_mul, 1.0), even, geometric)
        height = m_mul**restarts
        cosine = 0.5 * height * (1.0 + _pi_cosine(fraction))
        return math_ops.multiply(rate, (1 - alpha) * cosine + alpha, name=scope)


def linear_cosine_decay(
    learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001, name=None
):
    """(alpha + linear decay) * cosine + beta, times learning_rate.  Follows tf.train.linear_cosine_decay of TF 1.15."""
    with name_scope(name or "LinearCosineDecay") as scope:
        rate, cast = _start(learning_rate)
        decay_steps, num_periods, alpha, beta = cast(decay_steps), cast(num_periods), cast(alpha), cast(beta)
        step = math_ops.minimum(cast(global_step), decay_steps)
        linear = (decay_steps - step) / decay_steps
        completed = step / decay_steps
        fraction = 2.0 * num_periods * completed
        cosine = 0.5 * (1.0 + _pi_cosine(fraction))
        return math_ops.multiply(rate, (alpha + linear) * cosine + beta, name=scope)


def noisy_linear_cosine_decay(
    learning_rate,
    global_step,
    decay_steps,
    initial_variance=1.0,
    variance_decay=0.55,
    num_periods=0.5,
    alpha=0.0,
    beta=0.001,
    name=None,
):
    """`linear_cosine_decay` with normal noise on the linear part.

    Follows tf.train.noisy_linear_cosine_decay of TF 1.15.
    """
    with name_scope(name or "NoisyLinearCosineDecay") as scope:
        rate, cast = _start(learning_rate)
        decay_steps, initial_variance = cast(decay_steps), cast(initial_variance)
        variance_decay, num_periods = cast(variance_decay), cast(num_periods)
        alpha, beta = cast(alpha), cast(beta)
        step = math_ops.minimum(cast(global_step), decay_steps)
        linear = (decay_steps - step) / decay_steps
        variance = initial_variance / math_ops.pow(1.0 + step, variance_decay)
        deviation = math_ops.sqrt(variance)
        noisy = linear + random_ops.random_normal(linear.get_shape(), stddev=deviation)
        completed = step / decay_steps
        fraction = 2.0 * num_periods * completed
        cosine = 0.5 * (1.0 + _pi_cosine(fraction))
        return math_ops.multiply(rate, (alpha + noisy) * cosine + beta, name=scope)
