"""The first program: a line through points, one point a step."""
import numpy as np
import tensorflow as tf

xs = np.linspace(-1, 1, 16).astype(np.float32)
ys = 3 * xs + 2
X = tf.placeholder("float")
Y = tf.placeholder("float")
W = tf.Variable(0.5, name="weight")
b = tf.Variable(-0.5, name="bias")
prediction = tf.add(tf.multiply(X, W), b)
cost = tf.reduce_sum(tf.pow(prediction - Y, 2)) / (2 * 16)
optimizer = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(20):
        for x, y in zip(xs, ys):
            sess.run(optimizer, feed_dict={X: x, Y: y})
        if epoch % 5 == 4:
            print("epoch", epoch, "cost", sess.run(cost, {X: xs, Y: ys}), "W", sess.run(W), "b", sess.run(b))
