"""Static shapes inside of loops, as TensorFlow 1.15 infers them."""

import tinytf as tf


def test_static_shapes_from_numbers_outside_of_the_loop():
    with tf.Graph().as_default():
        n, x, fed = tf.constant(3), tf.zeros([2, 6]), tf.placeholder(tf.int32, [])
        shapes = {}

        def body(i):
            shapes["fill"] = tf.fill([n, 2], 1.0)
            shapes["reshape"] = tf.reshape(x, [n, -1])
            shapes["tile"] = tf.tile(tf.ones([1, 2]), [n, 1])
            shapes["joined"] = tf.fill(tf.concat([[n], [2]], 0), 1.0)
            shapes["computed"] = tf.fill([n + 1], 1.0)
            shapes["fed"] = tf.fill([fed], 1.0)
            tf.while_loop(lambda j: j < 2, inner, [0])
            return i + 1

        def inner(j):
            shapes["inside"] = tf.fill([n, 2], 1.0)
            return j + 1

        tf.while_loop(lambda i: i < 3, body, [0])
    assert {key: t.shape.as_list() for key, t in shapes.items()} == {
        "fill": [3, 2],
        "reshape": [3, 4],
        "tile": [3, 2],
        "joined": [3, 2],
        "computed": [None],  # TensorFlow looks no further than to the loop's edge
        "fed": [None],
        "inside": [None, 2],
    }
