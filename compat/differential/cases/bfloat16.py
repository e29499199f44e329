"""Arithmetic in bfloat16: each op rounds its result to 8 bits."""

from __future__ import annotations


def _both(tf):
    return tf.cast([[1.0, 2.0], [3.0, -4.0]], tf.bfloat16), tf.cast([[0.5, 2.0], [1.0, 4.0]], tf.bfloat16)


def _wide(tf, tensors):
    return [tf.cast(t, tf.float32) for t in tensors]


def case_elementwise(tf):
    x, y = _both(tf)
    made = [x + y, x - y, x * y, x / y, tf.maximum(x, y), -x, tf.square(x), tf.sqrt(y), tf.nn.relu(x), tf.exp(y), tf.add_n([x, y])]
    return _wide(tf, made) + [x > y, tf.is_finite(x)]


def case_sums_and_products(tf):
    x, y = _both(tf)
    return _wide(tf, [tf.matmul(x, y), tf.reduce_sum(x), tf.reduce_max(x, 1), tf.reduce_mean(x, 0), tf.nn.bias_add(x, y[0]), tf.argmax(x)])


def case_moved(tf):
    x, y = _both(tf)
    return _wide(tf, [tf.concat([x, y], 0), tf.transpose(x), x[1], tf.gather(x, [1]), tf.zeros_like(x), tf.fill([2], x[0, 0]), tf.where([True, False], x, y)])


def case_gradients(tf):
    x, y = _both(tf)
    return _wide(tf, tf.gradients(tf.reduce_sum(tf.square(x) * y), [x, y]) + tf.gradients(tf.matmul(x, y), x))


def case_convolution_and_pool(tf):
    ones = tf.ones([1, 3, 3, 1], tf.bfloat16)
    return _wide(tf, [tf.nn.conv2d(ones, tf.fill([2, 2, 1, 1], ones[0, 0, 0, 0] * 0.5), [1] * 4, "VALID"), tf.nn.max_pool(ones, [1, 2, 2, 1], [1] * 4, "VALID")])


def case_random_normal(tf):
    tf.set_random_seed(1)
    return _wide(tf, [tf.random_normal([5], dtype=tf.bfloat16, seed=2)])
