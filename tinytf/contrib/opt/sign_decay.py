"""How the weight of the sign decays in AddSign and PowerSign: functions of the global step.  Follows tf.contrib.opt of TF 1.15."""

from __future__ import annotations

import math

from tinytf import dtypes
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import math_ops


def _needed(global_step, kind: str):
    if global_step is None:
        raise ValueError("global_step is required for %s_decay." % kind)


def _float(x):
    return math_ops.cast(x, dtypes.float32)


def _half_cosine(fraction):
    return 0.5 * (1.0 + math_ops.cos(constant(math.pi) * fraction))


def get_linear_decay_fn(decay_steps):
    """From 1 at the first step straight down to 0 at `decay_steps`."""

    def linear_decay_fn(global_step):
        _needed(global_step, "linear")
        global_step = math_ops.minimum(global_step, decay_steps)
        remaining = math_ops.cast(decay_steps, dtypes.int32) - math_ops.cast(global_step, dtypes.int32)
        return math_ops.maximum(0.0, _float(remaining) / _float(decay_steps))

    return linear_decay_fn


def get_cosine_decay_fn(decay_steps, num_periods=0.5, zero_after=None):
    """A cosine between 1 and 0 of so many periods, and 0 from the period `zero_after` on."""

    def cosine_decay_fn(global_step):
        _needed(global_step, "cosine")
        global_step = math_ops.minimum(global_step, decay_steps)
        fraction = 2.0 * num_periods * (_float(global_step) / _float(decay_steps))
        decayed = _half_cosine(fraction)
        if zero_after is not None:
            decayed = array_ops.where(math_ops.greater_equal(fraction, 2 * zero_after), 0.0, decayed)
        return decayed

    return cosine_decay_fn


def get_restart_decay_fn(decay_steps, num_periods=1, zero_after=None):
    """Half a cosine from 1 to 0, `num_periods` times anew, and 0 from the period `zero_after` on."""

    def restart_decay_fn(global_step):
        _needed(global_step, "cosine")
        global_step = math_ops.minimum(global_step, decay_steps)
        within = math_ops.mod(num_periods * _float(global_step), decay_steps)
        decayed = _half_cosine(within / _float(decay_steps))
        if zero_after is not None:
            periods = _float(num_periods * global_step) / _float(decay_steps)
            decayed = array_ops.where(math_ops.greater_equal(periods, zero_after), 0.0, decayed)
        return decayed

    return restart_decay_fn
