"""tf.keras.constraints: functions that bring weights back into bounds after a step."""

from __future__ import annotations

import numpy as np

from tinytf.keras import names
from tinytf.ops.array import array_ops
from tinytf.ops.math import clip, math_ops

_EPSILON = 1e-7


class Constraint:
    """What all constraints share."""

    def __call__(self, w):
        return w

    def get_config(self) -> dict:
        """Its arguments."""
        return {}


def _norms(w, axis):
    return math_ops.sqrt(math_ops.reduce_sum(math_ops.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Norms along `axis` are at most `max_value`. Follows tf.keras.constraints.MaxNorm of TF 1.15."""

    def __init__(self, max_value=2, axis=0):
        self.max_value, self.axis = max_value, axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        return w * (clip.clip_by_value(norms, 0.0, float(self.max_value)) / (_EPSILON + norms))

    def get_config(self) -> dict:
        """Its arguments."""
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """No weight is below 0. Follows tf.keras.constraints.NonNeg of TF 1.15."""

    def __call__(self, w):
        return w * math_ops.cast(math_ops.greater_equal(w, 0.0), w.dtype)


class UnitNorm(Constraint):
    """Norms along `axis` are 1. Follows tf.keras.constraints.UnitNorm of TF 1.15."""

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        return w / (_EPSILON + _norms(w, self.axis))

    def get_config(self) -> dict:
        """Its arguments."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Norms along `axis` are pulled between two values. Follows tf.keras.constraints.MinMaxNorm of TF 1.15."""

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        wanted = self.rate * clip.clip_by_value(norms, float(self.min_value), float(self.max_value)) + (1 - self.rate) * norms
        return w * (wanted / (_EPSILON + norms))

    def get_config(self) -> dict:
        """Its arguments."""
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


class RadialConstraint(Constraint):
    """Each kernel is the same on every ring around its middle: as on its diagonal.

    Follows tf.keras.constraints.RadialConstraint of TF 1.15, which takes the middle of a kernel of odd size from one place before it.
    """

    def __call__(self, w):
        if w.shape.ndims != 4:
            raise ValueError("The weight tensor must be of rank 4, but is of shape: %s" % w.shape)
        size = w.shape.as_list()[0]
        middle, odd = size // 2, size % 2
        row, column = np.indices((size, size))
        before = middle if odd else middle - 1  # the ring number 0 is one place, or two by two
        ring = np.maximum.reduce([before - row, row - middle, before - column, column - middle])
        on_diagonal = np.where(ring == 0, middle - 1, middle + ring - odd)
        return array_ops.gather_nd(w, np.stack([on_diagonal, on_diagonal], axis=-1).astype(np.int32))


max_norm, non_neg, unit_norm, min_max_norm, radial_constraint = MaxNorm, NonNeg, UnitNorm, MinMaxNorm, RadialConstraint
maxnorm, nonneg, unitnorm = MaxNorm, NonNeg, UnitNorm  # as they were called before
_TABLE = {
    "MaxNorm": MaxNorm, "max_norm": MaxNorm, "NonNeg": NonNeg, "non_neg": NonNeg, "UnitNorm": UnitNorm, "unit_norm": UnitNorm,
    "MinMaxNorm": MinMaxNorm, "min_max_norm": MinMaxNorm, "RadialConstraint": RadialConstraint, "radial_constraint": RadialConstraint,
    "maxnorm": MaxNorm, "nonneg": NonNeg, "unitnorm": UnitNorm,
}  # fmt: skip


def get(identifier):
    """A constraint given by name, or as it is; None stays."""
    return None if identifier is None else names.made("constraint", identifier, _TABLE)


def serialize(constraint) -> dict:
    """{"class_name", "config"} of a constraint."""
    return {"class_name": type(constraint).__name__, "config": constraint.get_config()}


deserialize = names.deserializer(get)
