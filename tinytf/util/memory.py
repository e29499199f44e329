"""`tensorflow.python.util.memory`: breaking cycles of references."""

from __future__ import annotations


def dismantle_ordered_dict(ordered_dict) -> None:
    """Nothing: the cycle inside of an OrderedDict that TensorFlow breaks is one of Python 2."""
