"""The convolutional network of the experts' MNIST tutorial, on 8x8 images."""
import numpy as np
import tensorflow as tf


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME")


def max_pool_2x2(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


random = np.random.RandomState(2)
images = random.rand(10, 64).astype(np.float32)
labels = np.eye(3, dtype=np.float32)[random.randint(0, 3, 10)]
x = tf.placeholder(tf.float32, [None, 64])
y_ = tf.placeholder(tf.float32, [None, 3])
x_image = tf.reshape(x, [-1, 8, 8, 1])
h_conv1 = tf.nn.relu(conv2d(x_image, weight_variable([3, 3, 1, 4])) + bias_variable([4]))
h_pool1 = max_pool_2x2(h_conv1)
h_conv2 = tf.nn.relu(conv2d(h_pool1, weight_variable([3, 3, 4, 6])) + bias_variable([6]))
h_pool2 = max_pool_2x2(h_conv2)
flat = tf.reshape(h_pool2, [-1, 2 * 2 * 6])
h_fc1 = tf.nn.relu(tf.matmul(flat, weight_variable([24, 12])) + bias_variable([12]))
keep_prob = tf.placeholder(tf.float32)
h_drop = tf.nn.dropout(h_fc1, keep_prob)
y = tf.matmul(h_drop, weight_variable([12, 3])) + bias_variable([3])
cross_entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=y))
train_step = tf.train.AdamOptimizer(1e-2).minimize(cross_entropy)
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1)), tf.float32))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(12):
        if i % 4 == 0:
            print("step %d, loss %g" % (i, cross_entropy.eval(feed_dict={x: images, y_: labels, keep_prob: 1.0})))
        train_step.run(feed_dict={x: images, y_: labels, keep_prob: 0.5})
    print("accuracy %g" % accuracy.eval(feed_dict={x: images, y_: labels, keep_prob: 1.0}))
