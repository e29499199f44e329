"""An LSTM over the rows of a picture, unrolled, as tf.nn.static_rnn builds it."""

import tensorflow as tf
from digits import batches

tf.set_random_seed(5)
x = tf.placeholder(tf.float32, [None, 28, 28])
y = tf.placeholder(tf.float32, [None, 10])
weights = tf.Variable(tf.random_normal([32, 10]))
biases = tf.Variable(tf.random_normal([10]))
cell = tf.nn.rnn_cell.BasicLSTMCell(32, forget_bias=1.0)
outputs, states = tf.nn.static_rnn(cell, tf.unstack(x, 28, 1), dtype=tf.float32)
logits = tf.matmul(outputs[-1], weights) + biases
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y))
train = tf.train.GradientDescentOptimizer(0.05).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step, (images, labels) in enumerate(batches(32, 11)):
        _, value = sess.run([train, loss], {x: images.reshape(-1, 28, 28), y: labels})
        if step % 5 == 0:
            print("step %d loss %.4f" % (step, value))
