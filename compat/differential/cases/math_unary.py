"""Functions of one tensor: types × domains, forward, gradient and second gradient."""

from __future__ import annotations

import numpy as np
from table import numbers, op_case

FLOATS = ["float32", "float64", "float16"]
ALL = FLOATS + ["complex64", "complex128"]

# name, types, low, high, ulps
UNARY = [
    ("abs", FLOATS + ["complex64", "int32", "int64"], -3, 3, 4),
    ("negative", ALL + ["int32"], -3, 3, 2),
    ("sign", ALL + ["int32"], -3, 3, 4),
    ("reciprocal", ALL, 0.3, 3, 4),
    ("square", ALL + ["int32"], -3, 3, 4),
    ("sqrt", ALL, 0.1, 4, 4),
    ("rsqrt", ALL, 0.1, 4, 8),
    ("exp", ALL, -3, 3, 8),
    ("expm1", ["float32", "float64"], -1, 1, 8),
    ("log", ALL, 0.2, 4, 8),
    ("log1p", ["float32", "float64"], -0.5, 2, 8),
    ("sinh", ["float32", "float64"], -2, 2, 8),
    ("cosh", ["float32", "float64"], -2, 2, 8),
    ("tanh", ALL, -3, 3, 8),
    ("asinh", ["float32", "float64"], -2, 2, 16),
    ("acosh", ["float32", "float64"], 1.1, 4, 16),
    ("atanh", ["float32", "float64"], -0.9, 0.9, 16),
    ("sin", ["float32", "float64", "complex64"], -3, 3, 8),
    ("cos", ["float32", "float64", "complex64"], -3, 3, 8),
    ("tan", ["float32", "float64"], -1.2, 1.2, 16),
    ("asin", ["float32", "float64"], -0.9, 0.9, 8),
    ("acos", ["float32", "float64"], -0.9, 0.9, 8),
    ("atan", ["float32", "float64"], -3, 3, 8),
    ("sigmoid", ALL, -4, 4, 8),
    ("log_sigmoid", ["float32", "float64"], -4, 4, 8),
    ("floor", FLOATS, -3, 3, 0),
    ("ceil", FLOATS, -3, 3, 0),
    ("round", FLOATS + ["int32"], -3, 3, 0),
    ("rint", ["float32", "float64"], -3, 3, 0),
    ("is_nan", ["float32"], -3, 3, 0),
    ("is_inf", ["float32"], -3, 3, 0),
    ("is_finite", ["float32"], -3, 3, 0),
    ("real", ["complex64", "float32"], -3, 3, 2),
    ("imag", ["complex64", "float32"], -3, 3, 2),
    ("conj", ["complex64", "float32"], -3, 3, 2),
    ("angle", ["complex64", "float32"], 0.5, 3, 8),
]


def cases():
    """All of the table, on constants and on fed placeholders."""
    for name, types, low, high, ulps in UNARY:

        def build(tf, x, name=name):
            return getattr(tf, name)(x)

        for dtype in types:
            x = numbers((3, 4), dtype, low, high)
            marks = dict(ulps=ulps)
            if dtype == "float16":
                yield "%s_%s" % (name, dtype), op_case(build, [x], False, **marks)
                continue
            if dtype.startswith("complex"):
                marks["ulps"] = 4 * ulps
            yield "%s_%s" % (name, dtype), op_case(build, [x], **marks)
            if dtype in ("float32", "complex64"):
                yield "%s_%s_second" % (name, dtype), op_case(build, [x], second=True, ulps=64)
                yield "%s_%s_fed" % (name, dtype), op_case(build, [x], placeholders=True, **marks)
                yield "%s_%s_scalar" % (name, dtype), op_case(build, [x[0, 0]], ulps=4 * ulps)
                yield "%s_%s_empty" % (name, dtype), op_case(build, [x[:0]], **marks)
                yield "%s_%s_value" % (name, dtype), op_case(lambda tf, x, b=build, v=x[0, 0]: b(tf, v), [x], False, **marks)


def case_sigmoid_tail(tf):
    x = np.array([-100, -50, -30, -20, -18.5, -10, -9, -8, 8, 10, 16, 20, 100], np.float32)
    return [tf.sigmoid(x), tf.sigmoid(x.astype(np.float64)), tf.tanh(x)]


def case_round_half(tf):
    x = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5]
    return [tf.round(x), tf.rint(x)]


def case_special_values(tf):
    x = np.array([np.inf, -np.inf, np.nan, 0.0], np.float32)
    return [tf.exp(x), tf.log(x), tf.sqrt(x), tf.tanh(x), tf.sigmoid(x), tf.is_nan(x), tf.is_inf(x), tf.is_finite(x)]


def case_complex(tf):
    a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, -4.0])
    c = tf.complex(a, b)
    return [c, tf.complex(1.0, [2.0]), abs(c)] + tf.gradients([tf.real(c * c), tf.imag(c)], [a, b])


def case_complex_types(tf):
    return tf.complex(tf.constant(1.0), tf.constant(1.0, tf.float64))


def case_integers_have_no_exp(tf):
    return tf.exp(tf.constant([1, 2]))


def case_names(tf):
    x = tf.constant([1.0])
    tf.exp(x, name="e"), tf.abs(x), tf.abs([1.0]), tf.sigmoid([1.0], name="s"), tf.round([1.0]), tf.log([2.0])
    return [], {}
