"""A line through noisy points, by gradient descent."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(0)
train_x = rng.uniform(-1, 1, 100).astype(np.float32)
train_y = 3.0 * train_x + 2.0 + 0.1 * rng.randn(100).astype(np.float32)

tf.set_random_seed(1)
x = tf.placeholder(tf.float32, name="x")
y = tf.placeholder(tf.float32, name="y")
w = tf.Variable(tf.random_normal([]), name="weight")
b = tf.Variable(0.0, name="bias")
cost = tf.reduce_sum(tf.pow(tf.add(tf.multiply(x, w), b) - y, 2)) / (2 * 100)
train = tf.train.GradientDescentOptimizer(0.5).minimize(cost)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(50):
        sess.run(train, feed_dict={x: train_x, y: train_y})
        if epoch % 10 == 9:
            print("epoch %d cost %.4f w %.4f b %.4f" % (epoch + 1, sess.run(cost, {x: train_x, y: train_y}), sess.run(w), sess.run(b)))
