"""The shape of tensors and tensors in other shapes: Shape, Reshape, ExpandDims, Squeeze, Transpose, Reverse, broadcasting."""

from __future__ import annotations

import numpy as np
from table import numbers, op_case

SHAPES = [[2, 3], [None, 3], None]


def case_questions(tf):
    made, feed = [], {}
    for shape in SHAPES:
        t = tf.placeholder(tf.float32, shape)
        feed[t] = numbers([2, 3])
        made += [tf.shape(t), tf.shape(t, name="s", out_type=tf.int64), tf.size(t), tf.rank(t), tf.identity(t)]
        made += [tf.identity_n([t, t]), tf.shape_n([t, t]), tf.stop_gradient(t), tf.size(t, out_type=tf.int64)]
    return made, feed


def case_reshapes(tf):
    made, feed = [], {}
    for shape in SHAPES:
        t = tf.placeholder(tf.float32, shape)
        feed[t] = numbers([2, 3])
        made += [tf.expand_dims(t, 0), tf.expand_dims(t, -1), tf.expand_dims(t, dim=1), tf.squeeze(tf.expand_dims(t, 0))]
        made += [tf.reshape(t, [-1]), tf.reshape(t, [-1, 3]), tf.reshape(t, [3, -1]), tf.reshape(t, tf.shape(t)), tf.reshape(t, [6])]
    x = tf.placeholder(tf.float32, [None, None])
    made += [tf.reshape(x, [-1, 4]), tf.reshape(x, [4, 2]), tf.reshape(tf.placeholder_with_default(np.zeros([2, 0]), [None, 0]), [-1])]
    made += [tf.reshape(tf.zeros([0, 3]), [-1, 3]), tf.ensure_shape(x, [2, None])]
    feed[x] = numbers([2, 4])
    return made, feed


def case_squeeze(tf):
    x = tf.ones([1, 2, 1])
    return [tf.squeeze(x), tf.squeeze(x, axis=0), tf.squeeze(x, [0, -1]), tf.squeeze(x, squeeze_dims=[2], name="q")]


def case_bitcast(tf):
    x = tf.constant(numbers([2, 3]))
    return [tf.bitcast(x, tf.int32), tf.bitcast(x, tf.uint8), tf.bitcast(tf.zeros([3, 4], tf.uint8), tf.float32)]


def case_broadcast(tf):
    x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [2, 3])
    made = [tf.broadcast_to(y, [4, 2, 3]), tf.broadcast_dynamic_shape(tf.shape(x), tf.shape(y)), tf.broadcast_to(x, tf.shape(y))]
    assert tf.broadcast_static_shape(tf.TensorShape([2, 1]), tf.TensorShape([3])).as_list() == [2, 3]
    return made, {x: numbers([1, 3]), y: numbers([2, 3])}


def case_shapes_from_shapes(tf):
    x, s = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.int32, [1])
    shape = tf.shape(x)
    cast = tf.cast(tf.shape(x, out_type=tf.int64), tf.int32)
    shapes = [shape[1:], cast[1:], cast, tf.concat([s, shape[1:]], 0), tf.concat([s, cast[1:]], 0), shape[0:1], shape[:-1], shape[-1:]]
    shapes += [tf.stack([5, s[0]]), tf.stack([s[0], shape[1]]), tf.concat([[2], s, [3]], 0), tf.reverse(shape, [0])]
    shapes += [tf.slice(shape, [0], [1]), shape * 2, tf.concat([shape[:1], [4]], 0), tf.gather(shape, [1, 0]), tf.identity(shape)]
    unknown = tf.placeholder(tf.float32)
    for t in shapes:
        tf.reshape(unknown, t)
    return []


def case_transpose(tf):
    x, y, u = (tf.placeholder(tf.float32, s) for s in ([None, 3], [2, 3, 4], None))
    p, c = tf.placeholder(tf.int32, [3]), tf.placeholder(tf.complex64, [2, 2])
    made = [tf.transpose(x), tf.transpose(y), tf.transpose(y, [2, 0, 1]), tf.transpose(u), tf.transpose(y, p), tf.transpose(u, [1, 0])]
    made += [tf.transpose(c, conjugate=True), tf.matrix_transpose(y), tf.matrix_transpose(u), tf.transpose(tf.constant(3)), tf.transpose([1, 2])]
    made += [tf.invert_permutation(p), tf.reverse(y, [0, -1]), tf.reverse(y, p[:1]), tf.transpose(y, name="tt")]
    made += [tf.reverse_sequence(y, [1, 2], seq_axis=1, batch_axis=0), tf.reverse_sequence(y, [1, 2], seq_dim=2, batch_dim=0)]
    made += [tf.roll(y, 1, 0), tf.roll(y, [1, 2], [0, 1]), tf.roll(x, shift=-1, axis=1)]
    feed = {x: numbers([2, 3]), y: numbers([2, 3, 4]), u: numbers([2, 3]), p: [2, 0, 1], c: numbers([2, 2], "complex64")}
    return made, feed


def case_gradients(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    ys = [tf.reshape(x, [-1]), tf.expand_dims(x, 1), tf.squeeze(tf.expand_dims(x, 1), 1), tf.identity(x), tf.stop_gradient(x) * x]
    ys += [tf.broadcast_to(x, [4, 2, 3]), tf.transpose(x), tf.transpose(x, [1, 0]), tf.fill([2], x[0, 0]), tf.ensure_shape(x, [2, 3])]
    ys += [tf.identity_n([x, x])[1], tf.placeholder_with_default(x, [None, 3]), tf.roll(x, 1, 0), tf.matrix_transpose(x)]
    ys += [tf.reverse(x, [0]), tf.reverse_sequence(x, [1, 2], 1, 0)]
    return [tf.gradients(y, x) for y in ys], {x: numbers([2, 3])}


WRONG = {
    "reshape_size": lambda tf: tf.reshape(tf.zeros([2, 3]), [4]),
    "reshape_divide": lambda tf: tf.reshape(tf.zeros([2, 3]), [-1, 4]),
    "reshape_known_part": lambda tf: tf.reshape(tf.placeholder(tf.float32, [None, 3]), [4]),
    "expand_dims": lambda tf: tf.expand_dims(tf.zeros([2, 3]), 4),
    "expand_dims_without_axis": lambda tf: tf.expand_dims(tf.zeros([2])),
    "squeeze": lambda tf: tf.squeeze(tf.zeros([2, 3]), 0),
    "squeeze_twice_named": lambda tf: tf.squeeze(tf.zeros([2]), 0, squeeze_dims=0),
    "perm_rank": lambda tf: tf.transpose(tf.zeros([2, 3]), [0]),
    "perm_range": lambda tf: tf.transpose(tf.zeros([2, 3]), [0, 2]),
    "reverse_axis": lambda tf: tf.reverse(tf.zeros([2]), [1]),
    "invert_matrix": lambda tf: tf.invert_permutation([[1]]),
    "broadcast_to": lambda tf: tf.broadcast_to(tf.zeros([2, 3]), [3]),
    "broadcast_static": lambda tf: tf.broadcast_static_shape(tf.TensorShape([2]), tf.TensorShape([3])),
}
X = np.float32([1, 2, 3])
WRONG_RUN = {
    "reshape": lambda tf, x: tf.reshape(x, [2, 2]),
    "reshape_divide": lambda tf, x: tf.reshape(x, [2, -1]),
    "squeeze": lambda tf, x: tf.squeeze(x, 0),
    "expand_dims": lambda tf, x: tf.expand_dims(x, tf.placeholder_with_default(4, [])),
    "perm": lambda tf, x: tf.transpose(x, tf.placeholder_with_default([0, 0], [None])),
    "reverse": lambda tf, x: tf.reverse(x, [3]),
    "ensure_shape": lambda tf, x: tf.ensure_shape(x, [2]),
}


def cases():
    for name, build in WRONG.items():
        yield "wrong_" + name, build
    for name, build in WRONG_RUN.items():
        yield "wrong_run_" + name, op_case(build, [X], gradient=False, placeholders=True)
