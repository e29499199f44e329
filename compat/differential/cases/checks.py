"""tf.assert_*: what is decided while the graph is built, what when it runs."""

from __future__ import annotations

import numpy as np

DATA = np.ones([2, 3])


def case_comparisons(tf):
    x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.int32, [2])
    made = [tf.assert_equal(y, [1, 2]), tf.assert_less(x, 2.0, message="hey"), tf.assert_positive(y), tf.assert_negative(x - 5)]
    made += [tf.assert_non_negative(y, name="nn"), tf.assert_non_positive(x - 5), tf.assert_near(x, x), tf.assert_greater(y, 0), tf.assert_equal(x, x)]
    made += [tf.assert_greater_equal(y, 0, data=["a", y]), tf.assert_none_equal(y, 9), tf.assert_less_equal(y, y)]
    with tf.control_dependencies(made[:2]):
        made.append(tf.identity(x))
    return made, {x: DATA, y: [1, 2]}


def case_ranks(tf):
    x, u, r = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32), tf.placeholder(tf.int32, [])
    made = [tf.assert_rank(x, 2), tf.assert_rank(u, r), tf.assert_rank_at_least(u, 1), tf.assert_rank_in(x, [1, 2]), tf.assert_rank_in(u, [1, 2])]
    made += [tf.assert_integer(r), tf.assert_type(x, tf.float32), tf.assert_scalar(r)]
    tf.debugging.assert_shapes({x: ("N", 3), tf.placeholder(tf.int32, [2], name="y"): ("N",)})
    return made, {x: DATA, u: DATA, r: 2}


def case_order(tf):
    y = tf.placeholder(tf.int32, [None])
    return [tf.is_non_decreasing(y), tf.is_strictly_increasing(y), tf.is_strictly_increasing([1.0, 2.0])], {y: [1, 2, 2]}


case_order.same_graph = False  # static shapes inside the conditional: TensorFlow folds through its Switch


WRONG = {
    "equal": lambda tf: tf.assert_equal(1, 2),
    "rank": lambda tf: tf.assert_rank(tf.zeros([2]), 2),
    "rank_in": lambda tf: tf.assert_rank_in(tf.zeros([2]), [2, 3]),
    "integer": lambda tf: tf.assert_integer(1.0),
    "positive": lambda tf: tf.assert_positive([-1]),
    "scalar": lambda tf: tf.assert_scalar([1]),
    "iterable": lambda tf: tf.assert_proper_iterable("abc"),
    "equal_fed": lambda tf: tf.assert_equal(tf.placeholder_with_default([3.0], [None]), [1.0]),
    "less_fed": lambda tf: tf.assert_less(tf.placeholder_with_default([3.0], [None]), 0.0),
}


def cases():
    for name, build in WRONG.items():
        yield "wrong_" + name, build


def case_a_fact_and_the_time(tf):
    fact, time = tf.user_ops.my_fact(), tf.timestamp()
    return lambda session: [session.run(fact), bool(session.run(time) > 1.5e9)]
