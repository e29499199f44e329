"""tf.compat: bytes and text, kinds of numbers, and the two API versions."""

from __future__ import annotations

import datetime
import numbers
import os
from contextlib import contextmanager

import numpy as np

import tinytf as v1  # noqa: F401  (tf.compat.v1 is tf)
from tinytf.shapes import dimension_at_index, dimension_value  # noqa: F401

integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)
bytes_or_text_types = (bytes, str)


def as_bytes(bytes_or_text, encoding: str = "utf-8") -> bytes:
    """Text encoded; bytes as they are. TypeError for anything else. Follows tf.compat.as_bytes of TF 1.15."""
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text
    raise TypeError("Expected binary or unicode string, got %r" % (bytes_or_text,))


def as_text(bytes_or_text, encoding: str = "utf-8") -> str:
    """Bytes decoded; text as it is. TypeError for anything else. Follows tf.compat.as_text of TF 1.15."""
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    raise TypeError("Expected binary or unicode string, got %r" % (bytes_or_text,))


as_str = as_text


def as_str_any(value) -> str:
    """`str(value)`, with bytes decoded. Follows tf.compat.as_str_any of TF 1.15."""
    return as_text(value) if isinstance(value, bytes) else str(value)


def path_to_str(path):
    """A path object as a string; anything else as it is. Follows tf.compat.path_to_str of TF 1.15."""
    return as_str_any(os.fspath(path)) if hasattr(path, "__fspath__") else path


_HORIZON = datetime.date(2019, 8, 21)  # TensorFlow 1.15.5 writes graphs that could be read at this date
_horizon = _HORIZON


def forward_compatible(year: int, month: int, day: int) -> bool:
    """Whether graphs may use what was added on this date. Follows tf.compat.forward_compatible of TF 1.15."""
    return _horizon > datetime.date(year, month, day)


@contextmanager
def forward_compatibility_horizon(year: int, month: int, day: int):
    """Within the context, forward_compatible() answers for this date. Follows TF 1.15."""
    global _horizon
    before, _horizon = _horizon, datetime.date(year, month, day)
    try:
        yield
    finally:
        _horizon = before
