"""cond, while_loop, case, map and their gradients."""
import tensorflow as tf

x = tf.placeholder(tf.float32, [])
branch = tf.cond(x > 1.0, lambda: x * 2.0, lambda: tf.square(x) + 1.0)
i, power = tf.while_loop(lambda i, p: i < 5, lambda i, p: (i + 1, p * x), [tf.constant(0), tf.constant(1.0)])
chosen = tf.case([(x < 0.0, lambda: tf.constant(-1.0)), (x > 10.0, lambda: tf.constant(10.0))], default=lambda: x)
squares = tf.map_fn(lambda v: v * v, tf.constant([1.0, 2.0, 3.0]))
total = tf.foldl(lambda a, b: a + b, squares)
gradient_cond, = tf.gradients(branch, x)
gradient_while, = tf.gradients(power, x)
with tf.control_dependencies([tf.Assert(x > -100.0, [x])]):
    checked = tf.identity(x)
with tf.Session() as sess:
    for value in (0.5, 3.0, 11.0, -2.0):
        print(value, sess.run([branch, i, power, chosen, gradient_cond, gradient_while, checked], {x: value}))
    print(sess.run([squares, total]))
