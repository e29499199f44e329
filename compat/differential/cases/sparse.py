"""Sparse tensors: made, changed, reduced, multiplied; their gradients."""

from __future__ import annotations

import numpy as np
from table import numbers


def _flat(made):
    out = []
    for m in made:
        out += [m.indices, m.values, m.dense_shape] if hasattr(m, "indices") else [m]
    return out


def _pair(tf):
    first = tf.SparseTensor([[0, 1], [1, 0], [1, 2]], [1.0, 2.0, 3.0], [2, 3])
    return first, tf.SparseTensor([[0, 0], [1, 2]], [5.0, -3.0], [2, 3])


VALUE = (np.int64([[0, 1], [1, 2]]), np.float32([4, 5]), np.int64([2, 3]))


def case_dense(tf):
    a, b = _pair(tf)
    p = tf.sparse_placeholder(tf.float32, [None, 3])
    made = [tf.sparse_to_dense([[0, 1], [1, 0]], [2, 2], [1, 2]), tf.sparse_to_dense([1, 2], [4], 9), tf.sparse_to_dense(2, [4], 7, -1)]
    made += [tf.sparse_tensor_to_dense(a), tf.sparse_tensor_to_dense(p, -1.0), tf.sparse_add(a, tf.ones([2, 3])), tf.sparse_add(tf.ones([2, 3]), p)]
    made += [tf.sparse.from_dense([[1, 0], [0, 2]]), tf.sparse.eye(3)]
    return _flat(made), {p: VALUE}


def case_matmul(tf):
    a, _ = _pair(tf)
    p, d = tf.sparse_placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [3, 2])
    made = [tf.sparse_tensor_dense_matmul(a, d), tf.sparse_tensor_dense_matmul(a, tf.ones([2, 2]), adjoint_a=True)]
    return made + [tf.sparse_tensor_dense_matmul(p, tf.ones([2, 3]), adjoint_b=True)], {p: VALUE, d: numbers([3, 2])}


def case_reductions(tf):
    a, _ = _pair(tf)
    made = [tf.sparse_reduce_sum(a), tf.sparse_reduce_sum(a, 1), tf.sparse_reduce_sum(a, 0, keepdims=True), tf.sparse_reduce_sum_sparse(a, 1)]
    return _flat(made + [tf.sparse_reduce_max(a, -1), tf.sparse_softmax(a)])


def case_two(tf):
    a, b = _pair(tf)
    p = tf.sparse_placeholder(tf.float32, [None, 3])
    made = [tf.sparse_add(a, b), tf.sparse_add(a, b, thresh=0.5), tf.sparse_concat(0, [a, b]), tf.sparse_concat(1, [a, b]), tf.sparse_concat(0, [p, b])]
    return _flat(made + [tf.sparse_maximum(a, b), tf.sparse_minimum(a, b)]), {p: VALUE}


def case_order_and_shape(tf):
    a, _ = _pair(tf)
    p = tf.sparse_placeholder(tf.float32, [None, 3])
    mixed = tf.SparseTensor([[1, 2], [0, 1]], [1.0, 2.0], [2, 3])
    made = [tf.sparse_reorder(mixed), tf.sparse_reorder(p), tf.sparse_transpose(a), tf.sparse_transpose(p, [1, 0]), tf.sparse_reshape(a, [3, 2])]
    made += [tf.sparse_reshape(a, [-1]), tf.sparse_reshape(p, [-1]), tf.sparse.expand_dims(a, 0), tf.sparse_reset_shape(a), tf.sparse_reset_shape(a, [4, 5])]
    return _flat(made + [tf.sparse_reset_shape(p, [4, 5]), tf.shape(a), tf.rank(a), tf.size(a)]), {p: VALUE}


def case_parts(tf):
    a, _ = _pair(tf)
    p = tf.sparse_placeholder(tf.float32, [None, 3])
    ids = tf.SparseTensor([[0, 0], [1, 0]], np.int64([2, 4]), [2, 1])
    made = [tf.sparse_slice(a, [0, 1], [2, 2]), tf.sparse_retain(a, [True, False, True]), tf.sparse_split(sp_input=a, num_split=2, axis=1)[0]]
    made += [tf.sparse_fill_empty_rows(tf.SparseTensor([[1, 0]], [7], [3, 2]), -1)[0], tf.sparse_fill_empty_rows(p, 0.0)[1], tf.sparse_to_indicator(ids, 6)]
    return _flat(made + [tf.sparse_merge(ids, tf.SparseTensor([[0, 0], [1, 0]], [1.0, 2.0], [2, 1]), 5)]), {p: VALUE}


def case_fetched(tf):
    a, _ = _pair(tf)
    p = tf.sparse_placeholder(tf.float32)

    def run(sess):
        return [list(sess.run(a)), list(sess.run(p, {p: VALUE}))]

    return run


def case_gradients(tf):
    v, w, d, e = (tf.placeholder(tf.float32, s) for s in ([3], [2], [3, 2], [2, 3]))
    a = tf.SparseTensor([[0, 1], [1, 0], [1, 2]], v, [2, 3])
    b = tf.SparseTensor([[0, 0], [1, 2]], w, [2, 3])
    mixed = tf.SparseTensor([[1, 2], [0, 1], [0, 0]], v, [2, 3])
    ys = [tf.sparse_tensor_to_dense(a), tf.sparse_tensor_dense_matmul(a, d), tf.sparse_reduce_sum(a, 1), tf.sparse_add(a, b).values, tf.sparse_add(a, e)]
    ys += [tf.sparse_slice(a, [0, 1], [2, 2]).values, tf.sparse_softmax(a).values ** 2, tf.sparse_reorder(mixed).values * [1.0, 2.0, 3.0]]
    ys += [tf.sparse_fill_empty_rows(tf.SparseTensor([[0, 1], [0, 0], [2, 2]], v, [4, 3]), 1.0)[0].values]
    flows = [g for y in ys for g in tf.gradients(y, [v, w, d, e]) if g is not None]
    return flows, {v: [1, 2, 3], w: [4, 5], d: numbers([3, 2]), e: np.ones([2, 3])}


WRONG = {
    "out_of_order": lambda tf: tf.sparse_to_dense([[1], [0]], [3], [1, 2]),
    "repeated": lambda tf: tf.sparse_to_dense([[0], [0]], [3], [1, 2]),
    "out_of_bounds": lambda tf: tf.sparse_to_dense([5], [3], 1),
    "shapes": lambda tf: tf.SparseTensor([[0, 1]], [1.0, 2.0], [2, 3]),
    "rank": lambda tf: tf.SparseTensor([[0, 1]], [1.0], [2, 3, 4]),
    "not_sparse": lambda tf: tf.sparse_tensor_to_dense(tf.constant(1)),
    "matmul": lambda tf: tf.sparse_tensor_dense_matmul(_pair(tf)[0], tf.ones([2, 2])),
    "reshape": lambda tf: tf.sparse_reshape(_pair(tf)[0], [4]),
}


def cases():
    for name, build in WRONG.items():
        build.same_graph = False
        yield "wrong_" + name, build
