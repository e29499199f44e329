"""A recurrent network written out by hand: the parity of the bits so far."""

import numpy as np
import tensorflow as tf

tf.set_random_seed(6)
steps, hidden = 8, 16
bits = tf.placeholder(tf.float32, [None, steps])
parity = tf.placeholder(tf.int32, [None, steps])
w_x = tf.Variable(tf.random_uniform([1, hidden], -0.5, 0.5))
w_h = tf.Variable(tf.random_uniform([hidden, hidden], -0.5, 0.5))
b = tf.Variable(tf.zeros([hidden]))
w_o = tf.Variable(tf.random_uniform([hidden, 2], -0.5, 0.5))
b_o = tf.Variable(tf.zeros([2]))

state = tf.zeros([tf.shape(bits)[0], hidden])
losses = []
for t in range(steps):
    state = tf.tanh(tf.matmul(tf.slice(bits, [0, t], [-1, 1]), w_x) + tf.matmul(state, w_h) + b)
    logits = tf.matmul(state, w_o) + b_o
    losses.append(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=parity[:, t]))
loss = tf.reduce_mean(tf.add_n(losses) / steps)
optimizer = tf.train.AdagradOptimizer(0.3)
gradients, variables = zip(*optimizer.compute_gradients(loss))
gradients, norm = tf.clip_by_global_norm(gradients, 5.0)
train = optimizer.apply_gradients(zip(gradients, variables))

rng = np.random.RandomState(0)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(31):
        data = rng.randint(0, 2, [32, steps])
        _, value, size = sess.run([train, loss, norm], {bits: data, parity: np.cumsum(data, axis=1) % 2})
        if step % 10 == 0:
            print("step %d loss %.4f norm %.4f" % (step, value, size))
