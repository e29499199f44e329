"""An autoencoder: 784 numbers through 32 and back."""

import tensorflow as tf
from digits import batches

tf.set_random_seed(7)
x = tf.placeholder("float", [None, 784])
sizes = [784, 128, 32, 128, 784]
layer = x
for n_in, n_out in zip(sizes, sizes[1:]):
    weights = tf.Variable(tf.random_normal([n_in, n_out], stddev=0.1))
    layer = tf.nn.sigmoid(tf.add(tf.matmul(layer, weights), tf.Variable(tf.random_normal([n_out], stddev=0.1))))
loss = tf.reduce_mean(tf.pow(x - layer, 2))
optimizer = tf.train.RMSPropOptimizer(0.01).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i, (images, _) in enumerate(batches(64, 21)):
        _, value = sess.run([optimizer, loss], feed_dict={x: images})
        if i % 10 == 0:
            print("step %d loss %.4f" % (i, value))
