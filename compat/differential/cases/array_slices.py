"""Concat, stack, split and slices: forward, static shapes, gradients, what is refused."""

from __future__ import annotations

import numpy as np
from table import numbers, op_case

Y = np.arange(24).reshape(2, 3, 4)


def case_concat(tf):
    x, y, u = (tf.placeholder(tf.float32, s) for s in ([None, 3], [2, 3], None))
    a, c = tf.placeholder(tf.int32, []), tf.constant(numbers([2, 3]))
    made = [tf.concat([c, c], 0), tf.concat([c, c], 1), tf.concat([c, x], 0), tf.concat([c, y], -1, name="cc"), tf.concat([c], 0)]
    made += [tf.concat(c, 1), tf.concat([c, u], 0), tf.concat([c, y], a), tf.concat([u, u], 0), tf.concat([c, [[1.0, 2.0, 3.0]]], 0)]
    made += [tf.concat([[1, 2], [3]], 0), tf.concat([["a"], ["b", "c"]], 0)]
    return made, {x: numbers([1, 3]), y: numbers([2, 3]), u: numbers([2, 3]), a: 1}


def case_stack(tf):
    x, y, s = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [2, 3]), tf.placeholder(tf.int32, [])
    made = [tf.stack([x, y]), tf.stack([x, y], axis=1), tf.stack([x, y], axis=-1, name="q"), tf.stack([s, 2, 3]), tf.stack([1, 2])]
    made += [tf.stack([1.0, 2.0], axis=-1), tf.stack([np.ones(2), np.zeros(2)], 1), tf.parallel_stack([y, y]), tf.stack([tf.constant("a"), "b"])]
    made += [tf.reshape(x, [s, -1]), tf.fill([s, 2], 1.5)]
    made += [tf.unstack(y), tf.unstack(y, axis=1), tf.unstack(x, num=2), tf.unstack(y, axis=-1, name="us"), tf.unstack(["a", "b"]), tf.unstack([1, 2])]
    return made, {x: numbers([2, 3]), y: numbers([2, 3]), s: 3}


def case_split(tf):
    x, y = tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.float32, [2, 4])
    s, z = tf.placeholder(tf.int32, []), tf.placeholder(tf.int32, [2])
    made = [tf.split(y, 2), tf.split(y, 2, 1), tf.split(y, [1, 3], axis=1), tf.split(y, [1, -1], axis=-1), tf.split(x, 2, axis=s)]
    made += [tf.split(y, z, axis=1), tf.split(x, 1), tf.split(x, 2, name="sp"), tf.split(x, [-1, 1], 1)]
    return made, {x: numbers([2, 4]), y: numbers([2, 4]), s: 1, z: [1, 3]}


def case_getitem(tf):
    y, s = tf.constant(Y), tf.placeholder(tf.int32, [])
    long = tf.placeholder(tf.int64, [])
    made = [y[0], y[-1], y[0, 1], y[0, 1, 2], y[:, 1], y[..., 0], y[..., None], y[None], y[:, None, 1:], y[::-1], y[:, ::-1, ::2]]
    made += [y[1:, ..., 1:3], y[s - 2], y[: s - 2], y[:, s - 2 :], y[long - 2], y[long - 2 :, 1], y[0:100], y[5:], y[-100:1], y[:, -2:]]
    made += [y[::-2], y[1:0:-1], y[np.int64(0)], y[tf.Dimension(1)], y[(0, 1)], y[[0, 1]], tf.constant(3)[...], y[1:1], tf.constant(["a", "b"])[1]]
    return made, {s: 3, long: 3}


def case_getitem_unknown(tf):
    x, u = tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.float32)
    made = [x[0], x[:, 0], x[1:2], x[:, 1:3], x[..., ::2], x[-1:], u[0], u[..., 1], tf.shape(x)[0], tf.shape(x)[1:], tf.zeros(tf.shape(x)[:1])]
    return made, {x: numbers([2, 4]), u: numbers([2, 2])}


def case_slice(tf):
    y, x, s = tf.constant(Y), tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.int32, [])
    made = [tf.slice(y, [0, 1, 1], [1, 2, -1]), tf.slice(x, [0, 1], [-1, 2]), tf.slice(y, [0, 0, s - 3], [1, 1, 1])]
    made += [tf.strided_slice(y, [0, 0], [1, 2]), tf.strided_slice(y, [0, 0], [1, 2], [1, 1], shrink_axis_mask=1, name="zz")]
    return made, {x: numbers([2, 4]), s: 3}


def case_assign_slice(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    made = v[0].assign([7.0, 8.0])

    def run(sess):
        sess.run(tf.global_variables_initializer())
        return [sess.run(made), sess.run(v[:, 1])]

    return run


def _gradients(tf, ys, xs):
    return [[g for g in tf.gradients(y, xs) if g is not None] for y in ys]


def case_concat_gradients(tf):
    x, y, z = (tf.placeholder(tf.float32, s) for s in ([None, 3], [2, 3], [2, 3]))
    ys = [tf.concat([x, y], 0), tf.concat([y, z], 1), tf.concat([y, x], -1), tf.stack([x, y], 1), tf.stack([y, z]), tf.concat([y] * 17, 0)]
    ys += [tf.split(y, 3, 1)[1], tf.split(x, [1, 2], 1)[1], tf.unstack(y)[0], tf.unstack(y, axis=1)[1], tf.concat([y], 0)]
    return _gradients(tf, ys, [x, y, z]), {x: numbers([2, 3]), y: numbers([2, 3]), z: numbers([2, 3])}


def case_slice_gradients(tf):
    x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [2, 3])
    ys = [x[0], x[:, 1], y[..., ::-1], tf.slice(x, [0, 1], [1, 2]), tf.slice(y, [0, 1], [1, -1]), tf.strided_slice(y, [0, 0], [2, 2])]
    second = tf.gradients(tf.gradients(y[0] ** 2, y)[0], y)
    return _gradients(tf, ys, [x, y]) + second, {x: numbers([2, 3]), y: numbers([2, 3])}


ONE_TWO = [1, 2]
WRONG = {
    "too_many_indices": lambda tf: tf.constant(ONE_TWO)[0, 1],
    "out_of_bounds": lambda tf: tf.constant(ONE_TWO)[2],
    "text_index": lambda tf: tf.constant(ONE_TWO)["a"],
    "zero_stride": lambda tf: tf.constant(ONE_TWO)[::0],
    "two_ellipses": lambda tf: tf.constant(ONE_TWO)[..., ...],
    "float_index": lambda tf: tf.constant(ONE_TWO)[1.5],
    "vector_index": lambda tf: tf.constant(ONE_TWO)[tf.constant(ONE_TWO)],
    "concat_shapes": lambda tf: tf.concat([tf.zeros([2, 3]), tf.zeros([3, 3])], 1),
    "concat_ranks": lambda tf: tf.concat([tf.zeros([2, 3]), tf.zeros([3, 3, 1])], 0),
    "concat_types": lambda tf: tf.concat([tf.zeros([2]), tf.zeros([2], tf.int32)], 0),
    "concat_nothing": lambda tf: tf.concat([], 0),
    "split_uneven": lambda tf: tf.split(tf.zeros([5]), 2),
    "split_sizes": lambda tf: tf.split(tf.zeros([5]), [2, 2]),
    "stack_shapes": lambda tf: tf.stack([tf.zeros([2]), tf.zeros([3])]),
    "stack_axis": lambda tf: tf.stack([tf.zeros([2]), tf.zeros([2])], axis=3),
    "unstack_unknown": lambda tf: tf.unstack(tf.placeholder(tf.float32, [None])),
    "unstack_axis": lambda tf: tf.unstack(tf.zeros([2]), axis=1),
    "unstack_number": lambda tf: tf.unstack(tf.zeros([2]), num=3),
    "assign_no_variable": lambda tf: tf.constant(ONE_TWO)[0].assign(1),
}
X = np.float32([1, 2, 3])
WRONG_RUN = {
    "index": lambda tf, x: x[5],
    "indices": lambda tf, x: x[0, 0],
    "slice": lambda tf, x: tf.slice(x, [0], [5]),
    "split": lambda tf, x: tf.split(x, 2, 0),
    "split_sizes": lambda tf, x: tf.split(x, [1, 1]),
    "concat_ranks": lambda tf, x: tf.concat([x, [[1.0]]], 0),
    "concat_axis": lambda tf, x: tf.concat([x, x], 1),
    "stack": lambda tf, x: tf.stack([x, [1.0]]),
    "unstack": lambda tf, x: tf.unstack(x, 2),
}


def cases():
    for name, build in WRONG.items():
        yield "wrong_" + name, build
    for name, build in WRONG_RUN.items():
        yield "wrong_run_" + name, op_case(build, [X], gradient=False, placeholders=True)
