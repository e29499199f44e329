"""An LSTM over sequences with dynamic_rnn: the last output classifies."""
import numpy as np
import tensorflow as tf

random = np.random.RandomState(3)
sequences = random.randn(8, 5, 3).astype(np.float32)
labels = (sequences.sum((1, 2)) > 0).astype(np.int32)
x = tf.placeholder(tf.float32, [None, 5, 3])
y = tf.placeholder(tf.int32, [None])
cell = tf.nn.rnn_cell.BasicLSTMCell(6, forget_bias=1.0)
outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
logits = tf.layers.dense(outputs[:, -1, :], 2)
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
variables = tf.trainable_variables()
gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, variables), 1.0)
train = tf.train.GradientDescentOptimizer(0.5).apply_gradients(zip(gradients, variables))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(9):
        value, size, _ = sess.run([loss, norm, train], {x: sequences, y: labels})
        if step % 4 == 0:
            print(step, value, size)
    print(sess.run(state, {x: sequences}).h[0])
for v in variables:
    print(v.name, v.get_shape(), v.dtype)
