"""tf.keras.regularizers: losses of weights and outputs."""

from __future__ import annotations

from tinytf.keras import names
from tinytf.ops.math import math_ops


class Regularizer:
    """What all regularizers share."""

    def __call__(self, x):
        return 0.0

    @classmethod
    def from_config(cls, config):
        """A regularizer from what get_config gave."""
        return cls(**config)


class L1L2(Regularizer):
    """l1 * sum |x| + l2 * sum x². Follows tf.keras.regularizers.L1L2 of TF 1.15."""

    def __init__(self, l1=0.0, l2=0.0):
        self.l1, self.l2 = float(l1), float(l2)

    def __call__(self, x):
        if not self.l1 and not self.l2:
            return math_ops.cast(0.0, x.dtype)
        total = 0.0
        if self.l1:
            total += self.l1 * math_ops.reduce_sum(math_ops.abs(x))
        if self.l2:
            total += self.l2 * math_ops.reduce_sum(math_ops.square(x))
        return total

    def get_config(self) -> dict:
        """Its arguments."""
        return {"l1": self.l1, "l2": self.l2}


def l1(l=0.01):  # noqa: E741
    """L1L2 with l1 only."""
    return L1L2(l1=l)


def l2(l=0.01):  # noqa: E741
    """L1L2 with l2 only."""
    return L1L2(l2=l)


def l1_l2(l1=0.01, l2=0.01):
    """L1L2 with both."""
    return L1L2(l1=l1, l2=l2)


def get(identifier):
    """A regularizer given by name, or as it is; None stays."""
    return None if identifier is None else _by_name(identifier)


def serialize(regularizer) -> dict:
    """{"class_name", "config"} of a regularizer."""
    return {"class_name": type(regularizer).__name__, "config": regularizer.get_config()}


deserialize = names.deserializer(get)


def _by_name(identifier):
    functions = {"l1": l1, "l2": l2, "l1_l2": l1_l2}
    if isinstance(identifier, str) and identifier in functions:
        return functions[identifier]()
    return names.made("regularizer", identifier, {"L1L2": L1L2})
