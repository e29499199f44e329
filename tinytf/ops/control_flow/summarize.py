"""An array in a few words, as TF 1.15's runtime prints it in assertions and by `tf.Print`: `[1 2][3...]...`."""

from __future__ import annotations

import numpy as np


def summarize(array, limit: int = 3) -> str:
    """The first `limit` elements (all, if negative), each row of a matrix in brackets, and `...` where some are left out."""
    array = np.asarray(array)
    total = array.size
    limit = total if limit < 0 else min(limit, total)
    element = _element_printer(array.dtype)
    flat = array.reshape(-1)[:limit].tolist() if array.dtype != np.float32 else list(array.reshape(-1)[:limit])
    if array.ndim <= 1:
        text = " ".join(map(element, flat))
    else:
        text = _rows(array.shape, iter(map(element, flat)), [limit])
    return text + "..." if total > limit else text


def _rows(shape, elements, left):
    if len(shape) == 1:
        count = min(shape[0], left[0])
        left[0] -= count
        return " ".join(next(elements) for _ in range(count)) + ("..." if count < shape[0] else "")
    parts = []
    for _ in range(shape[0]):
        if not left[0]:
            break
        parts.append("[%s]" % _rows(shape[1:], elements, left))
    return "".join(parts)


def _element_printer(dtype):
    if dtype == object or dtype.kind in "SU":
        return escaped
    if dtype == bool:
        return lambda b: "1" if b else "0"
    if dtype == np.float64:
        return lambda x: _shortest(x, float, "%.15g", "%.17g")
    if dtype.kind == "f":
        return lambda x: _shortest(np.float32(x), np.float32, "%.6g", "%.9g")
    if dtype.kind == "c":
        return lambda x: "?"  # TF prints no complex numbers
    return str


_ESCAPES = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}


def escaped(text) -> str:
    """A string as C writes it: what is not printable ASCII as `\\303`."""
    data = text if isinstance(text, bytes) else str(text).encode()
    return "".join(_ESCAPES.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in data)


def _shortest(x, parse, short, long):
    text = short % x
    return text if x != x or parse(text) == x else long % x
