"""XOR, which no single layer can learn."""

import numpy as np
import tensorflow as tf

tf.set_random_seed(9)
x = tf.placeholder(tf.float32, [4, 2])
y = tf.placeholder(tf.float32, [4, 1])
hidden = tf.layers.dense(x, 4, activation=tf.nn.tanh, name="hidden")
logits = tf.layers.dense(hidden, 1, name="output")
loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))
train = tf.train.MomentumOptimizer(0.5, 0.9, use_nesterov=True).minimize(loss)
truth = {x: np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), y: np.array([[0], [1], [1], [0]])}

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(101):
        _, value = sess.run([train, loss], truth)
        if step % 25 == 0:
            print("step %d loss %.4f" % (step, value))
    print(np.round(sess.run(tf.sigmoid(logits), truth).ravel()))
