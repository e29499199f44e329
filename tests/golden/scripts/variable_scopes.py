"""get_variable, reuse, initializers, regularizers, collections."""
import tensorflow as tf


def network(x):
    w = tf.get_variable("w", [2, 3], initializer=tf.random_normal_initializer(stddev=0.5), regularizer=lambda v: tf.nn.l2_loss(v))
    b = tf.get_variable("b", [3], initializer=tf.constant_initializer(0.25))
    return tf.sigmoid(tf.matmul(x, w) + b)


with tf.variable_scope("net"):
    first = network(tf.ones([1, 2]))
with tf.variable_scope("net", reuse=True) as scope:
    second = network(tf.ones([2, 2]))
    print(scope.name, scope.reuse, scope.original_name_scope)
with tf.variable_scope("other", initializer=tf.zeros_initializer(), reuse=tf.AUTO_REUSE):
    third = network(first[:, :2])
    tf.get_variable("count", [], tf.int32, trainable=False, initializer=tf.ones_initializer())
try:
    with tf.variable_scope("net"):
        tf.get_variable("w", [2, 3])
except ValueError as error:
    print(str(error).split(".")[0])
total = tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES), name="total")
tf.add_to_collection("outputs", third)
for v in tf.global_variables():
    print(v.op.name, v.get_shape().as_list(), v.dtype.base_dtype.name, v in tf.trainable_variables())
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run([first, second, third, total]))
