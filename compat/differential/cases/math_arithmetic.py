"""Binary arithmetic, comparisons, logic, bits, casts, Python operators: types × shapes, forward and gradient."""

from __future__ import annotations

import operator

import numpy as np
from table import numbers, op_case

FLOATS = ["float32", "float64", "float16"]
COMPLEX = ["complex64", "complex128"]
INTS = ["int32", "int64", "uint8", "int8", "int16"]
SHAPES = [((), ()), ((3,), ()), ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 1, 3), (4, 1)), ((0, 3), (1, 3))]

# name, function, types, data of x, data of y, tolerance
BINARY = [
    ("add", lambda tf, x, y: tf.add(x, y), FLOATS + COMPLEX + INTS, {}, {}, 2),
    ("subtract", lambda tf, x, y: tf.subtract(x, y), FLOATS + COMPLEX + ["int32", "int64"], {}, {}, 2),
    ("multiply", lambda tf, x, y: tf.multiply(x, y), FLOATS + COMPLEX + INTS, {}, {}, 2),
    ("div", lambda tf, x, y: tf.div(x, y), FLOATS + COMPLEX, {}, dict(low=0.5), 8),
    ("div_int", lambda tf, x, y: tf.div(x, y), ["int32", "int64"], dict(low=-9, high=9), dict(low=1, high=5), 0),
    ("truediv", lambda tf, x, y: tf.truediv(x, y), FLOATS + INTS, {}, dict(low=0.6), 8),
    ("divide_named", lambda tf, x, y: tf.divide(x, y, name="q"), ["float32", "int32"], {}, dict(low=0.6), 8),
    ("realdiv", lambda tf, x, y: tf.realdiv(x, y), ["float32"], {}, dict(low=0.5), 8),
    ("floordiv", lambda tf, x, y: tf.floordiv(x, y), ["float32", "int32"], dict(low=-9, high=9), dict(low=1, high=5), 2),
    ("truncatediv", lambda tf, x, y: tf.truncatediv(x, y), ["int32", "int8"], dict(low=-9, high=9), dict(low=1, high=5), 0),
    ("mod", lambda tf, x, y: tf.mod(x, y), FLOATS[:2] + ["int32"], dict(low=-9, high=9), dict(low=1, high=5), 4),
    ("mod_negative", lambda tf, x, y: tf.mod(x, y), ["float32", "int32"], dict(low=-9, high=9), dict(low=-5, high=-1), 4),
    ("truncatemod", lambda tf, x, y: tf.truncatemod(x, y), ["float32", "int32"], dict(low=-9, high=9), dict(low=1, high=5), 4),
    ("pow", lambda tf, x, y: tf.pow(x, y), ["float32", "float64"], dict(low=0.1), {}, 16),
    ("pow_complex", lambda tf, x, y: tf.pow(x, y), ["complex64"], dict(low=0.1), {}, 32),
    ("pow_int", lambda tf, x, y: tf.pow(x, y), ["int32", "int64"], dict(low=-5, high=5), dict(low=0, high=6), 0),
    ("maximum", lambda tf, x, y: tf.maximum(x, y), FLOATS + ["int32", "int64"], {}, {}, 2),
    ("minimum", lambda tf, x, y: tf.minimum(x, y), FLOATS + ["int32", "int64"], {}, {}, 2),
    ("squared_difference", lambda tf, x, y: tf.squared_difference(x, y), FLOATS[:2] + ["int32"], {}, {}, 4),
    ("div_no_nan", lambda tf, x, y: tf.div_no_nan(x, tf.round(y)), ["float32", "float64"], {}, {}, 8),
    ("multiply_no_nan", lambda tf, x, y: tf.math.multiply_no_nan(x, tf.round(y)), ["float32"], {}, {}, 4),
    ("xlogy", lambda tf, x, y: tf.math.xlogy(tf.round(x), y), ["float32", "float64"], {}, dict(low=0.1), 8),
    ("xdivy", lambda tf, x, y: tf.math.xdivy(x, y), ["float32", "float64"], {}, dict(low=0.5), 8),
    ("atan2", lambda tf, x, y: tf.atan2(x, y), ["float32", "float64"], {}, {}, 8),
    ("nextafter", lambda tf, x, y: tf.math.nextafter(x, y), ["float32", "float64"], {}, {}, 2),
    ("equal", lambda tf, x, y: tf.equal(x, y), ["float32", "int32", "int64", "bool", "complex64"], {}, {}, 0),
    ("not_equal", lambda tf, x, y: tf.not_equal(x, y), ["float32", "int32", "bool"], {}, {}, 0),
    ("less", lambda tf, x, y: tf.less(x, y), ["float32", "int32"], {}, {}, 0),
    ("less_equal", lambda tf, x, y: tf.less_equal(x, y), ["float32", "int32"], {}, {}, 0),
    ("greater", lambda tf, x, y: tf.greater(x, y), ["float32", "int64"], {}, {}, 0),
    ("greater_equal", lambda tf, x, y: tf.greater_equal(x, y), ["float32", "int64"], {}, {}, 0),
    ("logical_and", lambda tf, x, y: tf.logical_and(x, y), ["bool"], {}, {}, 0),
    ("logical_or", lambda tf, x, y: tf.logical_or(x, y), ["bool"], {}, {}, 0),
    ("logical_xor", lambda tf, x, y: tf.logical_xor(x, y), ["bool"], {}, {}, 0),
    ("bitwise_and", lambda tf, x, y: tf.bitwise.bitwise_and(x, y), ["int32", "uint8"], {}, {}, 0),
    ("bitwise_or", lambda tf, x, y: tf.bitwise.bitwise_or(x, y), ["int32", "uint8"], {}, {}, 0),
    ("bitwise_xor", lambda tf, x, y: tf.bitwise.bitwise_xor(x, y), ["int64"], {}, {}, 0),
    ("left_shift", lambda tf, x, y: tf.bitwise.left_shift(x, y), ["int32", "int8"], dict(low=-9, high=9), dict(low=-1, high=12), 0),
    ("right_shift", lambda tf, x, y: tf.bitwise.right_shift(x, y), ["int32", "int8"], dict(low=-99, high=99), dict(low=-1, high=12), 0),
]  # fmt: skip

OPERATORS = [
    ("add", operator.add),
    ("sub", operator.sub),
    ("mul", operator.mul),
    ("truediv", operator.truediv),
    ("floordiv", operator.floordiv),
    ("mod", operator.mod),
    ("pow", operator.pow),
    ("lt", operator.lt),
    ("le", operator.le),
    ("gt", operator.gt),
    ("ge", operator.ge),
]

CASTS = ["float32", "float64", "float16", "int32", "int64", "uint8", "int8", "int16", "uint16", "bool", "complex64"]


def _cast(a, b):
    def build(tf, x):
        return tf.cast(x, b)

    return build


def cases():
    """All combinations."""
    for name, build, types, of_x, of_y, ulps in BINARY:
        for dtype in types:
            for i, (a, b) in enumerate(SHAPES if dtype in ("float32", "int32") else SHAPES[1:4]):
                arrays = [numbers(a, dtype, seed=1, **of_x), numbers(b, dtype, seed=2, **of_y)]
                gradient = dtype != "float16" or name in ("add", "multiply")
                marks = dict(ulps=ulps if dtype != "float16" else 8)
                yield "%s_%s_%d" % (name, dtype, i), op_case(build, arrays, gradient, **marks)
            if dtype == "float32":
                arrays = [numbers((2, 3), dtype, seed=3, **of_x), numbers((3,), dtype, seed=4, **of_y)]
                for shapes in (None, [(None, 3), (3,)], [(2, 3), None], [(2, None), (None,)]):
                    marks = dict(ulps=ulps, placeholders=shapes or True)
                    yield "%s_fed_%s" % (name, shapes), op_case(build, arrays, **marks)
                arrays = [numbers((2, 3), dtype, seed=3, **of_x), numbers((2, 3), dtype, seed=4, **of_y)]
                yield name + "_second", op_case(build, arrays, second=True, ulps=4 * ulps)
                yield name + "_mismatch", op_case(build, [arrays[0], arrays[1].T.copy()])
                yield name + "_mismatch_fed", op_case(build, [arrays[0], arrays[1].T.copy()], placeholders=True)
    for name, function in OPERATORS:
        for dtype in ("float32", "int32"):
            x = numbers((2, 3), dtype, low=1, high=9)
            yield "operator_%s_%s" % (name, dtype), op_case(lambda tf, x, f=function: f(x, x + 1), [x])
            yield "operator_%s_%s_right" % (name, dtype), op_case(lambda tf, x, f=function: f(x, 2), [x])
            yield "operator_%s_%s_left" % (name, dtype), op_case(lambda tf, x, f=function: f(2, x), [x])
            yield "operator_%s_%s_array" % (name, dtype), op_case(lambda tf, x, f=function: f(x, [1, 2, 3]), [x])
            yield "operator_%s_%s_float" % (name, dtype), op_case(lambda tf, x, f=function: f(x, 2.5), [x])
    for a in CASTS:
        for b in CASTS:
            yield "cast_%s_%s" % (a, b), op_case(_cast(a, b), [numbers((2, 3), a, low=-40, high=90)])


def case_neg(tf):
    return [-tf.constant([1.0, -2.0]), abs(tf.constant([-1, 2])), ~tf.constant([True, False])]


def case_matmul_operator(tf):
    return tf.constant([[1.0, 2.0]]) @ [[3.0], [4.0]]


def case_logic_operators(tf):
    a, b = tf.constant([True, False, True]), tf.constant([True, True, False])
    return [a & b, a | b, a ^ b, True & a, a | [False, False, True]]


def case_string_add(tf):
    return [tf.constant("a") + tf.constant(["b", "c"]), tf.constant("a") + "b", tf.add(["x"], "y")]


def case_string_equal(tf):
    return [tf.equal(["a", "b"], "a"), tf.not_equal(["a", "b"], ["a", "c"])]


def case_types_differ(tf):
    return tf.constant(1) + tf.constant(1.0)


def case_types_differ_truediv(tf):
    return tf.truediv(tf.constant(1), tf.constant(1.0))


def case_division_by_zero(tf):
    return tf.constant([1, 2]) // tf.constant([0, 1])


def case_mod_by_zero(tf):
    return tf.constant([1, 2]) % tf.constant([0, 1])


def case_negative_power(tf):
    return tf.pow(tf.constant([2, 3]), tf.constant([-1, 2]))


def case_as_bool(tf):
    if tf.constant(True):
        return tf.constant(1)


def case_iterate(tf):
    return [x for x in tf.constant([1, 2])]


def case_names(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = x + 1 - 2 * x / 3.0
    with tf.name_scope("s"):
        z = (y + y) ** 2
        z = tf.add(z, 1, name="named")
    tf.multiply(z, y, name="m")
    tf.subtract(1.0, z)
    return [], {}


def case_scalar_mul(tf):
    x = tf.constant([1.0, 2.0])
    slices = tf.IndexedSlices(x, tf.constant([0, 1]), tf.constant([4]))
    return [tf.scalar_mul(3.0, x), tf.scalar_mul(2.0, slices).values]


def case_scalar_mul_vector(tf):
    return tf.scalar_mul([3.0], tf.constant([1.0]))


def case_add_n(tf):
    x = [tf.constant([1.0, 2.0]) * i for i in range(1, 5)]
    y = tf.add_n(x)
    return [y, tf.add_n(x[:1]), tf.add_n(x[:1], name="one"), tf.add_n(x[:2])] + tf.gradients(y, x)


def case_add_n_nothing(tf):
    return tf.add_n([])


def case_add_n_shapes(tf):
    return tf.add_n([tf.ones([2]), tf.ones([3])])


def case_add_n_shapes_fed(tf):
    return tf.add_n([tf.placeholder_with_default([1.0, 2.0], None), tf.placeholder_with_default([1.0], None)])


def case_accumulate_n(tf):
    x = [tf.constant([1.0, 2.0]) * i for i in range(1, 4)]
    y = tf.accumulate_n(x)
    return [y, tf.accumulate_n(x, shape=[2], tensor_dtype=tf.float32)] + tf.gradients(y, x)


def case_to_types(tf):
    x = tf.constant([1, 2])
    made = [tf.to_float(x), tf.to_double(x), tf.to_int64(x), tf.to_int32(x), tf.to_complex64(x), tf.to_float([1, 2])]
    return made + [tf.cast(tf.constant(2.5), tf.int32), tf.cast([1.5], tf.float32, name="c")]


def case_cast_limits(tf):
    x = tf.constant([1.5, -1.5, 300.0, -300.0, np.nan, np.inf, 3e9, -3e9])
    return [tf.cast(x, t) for t in (tf.int32, tf.int64, tf.uint8, tf.int8, tf.uint16, tf.bool)]


def case_cast_bfloat16(tf):
    x = tf.constant([1.0 + 2.0**-8 + 2.0**-9, 1.0 + 2.0**-8, 3.14, -1e10, 1e-3])
    return tf.cast(tf.cast(x, tf.bfloat16), tf.float32)


def case_saturate_cast(tf):
    return [tf.saturate_cast([300.0, -3.0], tf.uint8), tf.saturate_cast([300, -300], tf.int8)]


def case_cast_slices(tf):
    x = tf.IndexedSlices(tf.constant([1.0, 2.0]), tf.constant([0, 1]))
    return [tf.cast(x, tf.float64).values]


def case_where(tf):
    c, x, y = tf.constant([True, False]), tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    z = tf.where(c, x, y)
    rows = tf.where(c, m, -m)
    return [z, rows, tf.where(True, x, y), tf.where([True, False, True])] + tf.gradients([z, rows], [x, y, m])


def case_where_v2(tf):
    x, y = tf.constant([[1.0], [2.0]]), tf.constant([3.0, 4.0, 5.0])
    z = tf.where_v2(x > 1.0, x, y)
    return [z] + tf.gradients(z, [x, y])


def case_where_mismatch(tf):
    return tf.where([True, False], tf.ones([3, 2]), tf.ones([3, 2]))


def case_where_mismatch_fed(tf):
    return tf.where(tf.placeholder_with_default([True, False], None), tf.ones([3, 2]), tf.zeros([3, 2]))


def case_where_one(tf):
    return tf.where([True], tf.ones([1]))


def case_incompatible_equal(tf):
    return tf.equal([1, 2], [1, 2, 3])


# TensorFlow tries other kinds of tensors after the error and leaves a Const behind.
case_where_mismatch.same_graph = False
case_where_one.same_graph = False


def case_broadcast_gradient_args(tf):
    x = tf.placeholder_with_default(np.ones([1, 1, 3], np.float32), None)
    y = tf.placeholder_with_default(np.ones([2, 1, 1], np.float32), None)
    return tf.gradients(x * y, [x, y])


def case_graph_of_a_layer(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    w, b = tf.constant(numbers((3, 2))), tf.constant([0.1, -0.2])
    y = tf.tanh(tf.matmul(x, w) + b)
    loss = tf.reduce_mean(tf.square(y - 0.5)) + 0.01 * tf.reduce_sum(w * w)
    return [loss] + tf.gradients(loss, [w, b, x]), {x: numbers((4, 3))}
