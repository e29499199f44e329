"""Softmax regression: one matrix from pixels to classes."""

import tensorflow as tf
from digits import batches

tf.set_random_seed(2)
x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
W = tf.Variable(tf.zeros([784, 10]))
b = tf.Variable(tf.zeros([10]))
y = tf.nn.softmax(tf.matmul(x, W) + b)
cross_entropy = tf.reduce_mean(-tf.reduce_sum(y_ * tf.log(y), reduction_indices=[1]))
train_step = tf.train.GradientDescentOptimizer(0.1).minimize(cross_entropy)
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1)), tf.float32))
saver = tf.train.Saver()

with tf.Session() as sess:
    tf.global_variables_initializer().run()
    for step, (images, labels) in enumerate(batches(100, 60)):
        _, loss = sess.run([train_step, cross_entropy], feed_dict={x: images, y_: labels})
        if step % 20 == 19:
            print("step %d loss %.4f accuracy %.2f" % (step + 1, loss, accuracy.eval({x: images, y_: labels})))
    print("saved in", saver.save(sess, "softmax/model.ckpt", global_step=60))
