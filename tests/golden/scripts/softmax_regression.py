"""Softmax regression with the cross entropy written out, as the beginners' MNIST tutorial has it."""
import numpy as np
import tensorflow as tf

random = np.random.RandomState(0)
images = random.rand(64, 20).astype(np.float32)
labels = np.eye(4, dtype=np.float32)[images[:, :4].argmax(1)]
x = tf.placeholder(tf.float32, [None, 20])
W = tf.Variable(tf.zeros([20, 4]))
b = tf.Variable(tf.zeros([4]))
y = tf.nn.softmax(tf.matmul(x, W) + b)
y_ = tf.placeholder(tf.float32, [None, 4])
cross_entropy = tf.reduce_mean(-tf.reduce_sum(y_ * tf.log(y), reduction_indices=[1]))
train_step = tf.train.GradientDescentOptimizer(0.5).minimize(cross_entropy)
correct_prediction = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))
sess = tf.InteractiveSession()
tf.global_variables_initializer().run()
for i in range(50):
    batch = slice(16 * (i % 4), 16 * (i % 4) + 16)
    sess.run(train_step, feed_dict={x: images[batch], y_: labels[batch]})
print(sess.run([cross_entropy, accuracy], feed_dict={x: images, y_: labels}))
print(accuracy.eval({x: images, y_: labels}), W.eval()[0])
