"""Helpers for table-driven cases: one op on many arrays, forward and gradient.

Runs on both sides, so: no TensorFlow import, Python 3.7 syntax.
"""

from __future__ import annotations

import importlib
import zlib

import numpy as np


def numbers(shape, dtype="float32", low=-2.0, high=2.0, seed=0):
    """Reproducible test data: uniform in [low, high), or whole numbers of that range for integer types."""
    random = np.random.RandomState(zlib.crc32(repr((tuple(shape), dtype, seed)).encode()) % 2**31)
    values = random.uniform(low, high, size=shape)
    if dtype == "bool":
        return np.asarray(values > (low + high) / 2)
    if dtype.startswith("complex"):
        return (values + 1j * random.uniform(low, high, size=shape)).astype(dtype)
    if dtype.startswith(("int", "uint")):
        values = np.round(np.abs(values) if dtype[0] == "u" else values)
    return np.asarray(values).astype(dtype)


def inner(tf, path):
    """The module `tensorflow.python.<path>` of the side that runs."""
    if tf.__name__ != "tinytf":
        return importlib.import_module("tensorflow.python." + path)
    tf.install()
    try:
        return importlib.import_module("tensorflow.python." + path)
    finally:
        tf.uninstall()


def op_case(build, arrays, gradient=True, placeholders=False, second=False, **marks):
    """A case: `build(tf, *tensors)` on constants (or unknown-shape placeholders) of `arrays`.

    Fetches the result(s) and, for floating types, the gradients with a non-trivial grad_ys
    (and with `second` the gradients of those).  `marks` become attributes (ulps=…, why_different=…).
    """

    def case(tf):
        feed = {}
        inputs = []
        for i, a in enumerate(arrays):
            if placeholders:
                shape = placeholders[i] if isinstance(placeholders, (list, tuple)) else None
                t = tf.placeholder(tf.as_dtype(a.dtype), shape, name="in%d" % i)
                feed[t] = a
            else:
                t = tf.constant(a, name="in%d" % i)
            inputs.append(t)
        made = build(tf, *inputs)
        outputs = list(made) if isinstance(made, (list, tuple)) else [made]
        fetches = list(outputs)
        if gradient:
            flows = [t for t in inputs if t.dtype.is_floating or t.dtype.is_complex]
            ys = [y for y in outputs if y.dtype.is_floating or y.dtype.is_complex]
            if flows and ys:
                first = tf.gradients(ys, flows, [tf.ones_like(y) * 2 for y in ys])
                fetches += first
                if second:
                    fetches += tf.gradients([g for g in first if g is not None], flows)
        return (fetches, feed) if feed else fetches

    for key, value in marks.items():
        setattr(case, key, value)
    return case
