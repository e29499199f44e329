"""A small LeNet: two convolutions, two pools, dropout."""

import tensorflow as tf
from digits import batches

tf.set_random_seed(7)


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv2d(inputs, weights):
    return tf.nn.conv2d(inputs, weights, strides=[1, 1, 1, 1], padding="SAME")


def max_pool_2x2(inputs):
    return tf.nn.max_pool(inputs, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)
h_pool1 = max_pool_2x2(tf.nn.relu(conv2d(tf.reshape(x, [-1, 28, 28, 1]), weight_variable([5, 5, 1, 8])) + bias_variable([8])))
h_pool2 = max_pool_2x2(tf.nn.relu(conv2d(h_pool1, weight_variable([5, 5, 8, 16])) + bias_variable([16])))
h_fc1 = tf.nn.relu(tf.matmul(tf.reshape(h_pool2, [-1, 7 * 7 * 16]), weight_variable([7 * 7 * 16, 64])) + bias_variable([64]))
y_conv = tf.matmul(tf.nn.dropout(h_fc1, keep_prob), weight_variable([64, 10])) + bias_variable([10])
cross_entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=y_conv))
train_step = tf.train.AdamOptimizer(1e-3).minimize(cross_entropy)
correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i, (images, labels) in enumerate(batches(50, 21)):
        if i % 10 == 0:
            feed = {x: images, y_: labels, keep_prob: 1.0}
            print("step %d loss %.4f accuracy %.2f" % (i, cross_entropy.eval(feed), accuracy.eval(feed)))
        train_step.run({x: images, y_: labels, keep_prob: 0.5})
