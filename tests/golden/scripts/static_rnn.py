"""Two stacked tanh cells unrolled in the graph, with an embedding before them."""
import numpy as np
import tensorflow as tf

words = tf.placeholder(tf.int32, [4, 3])
embeddings = tf.get_variable("embeddings", [10, 5], initializer=tf.random_uniform_initializer(-1, 1))
inputs = tf.unstack(tf.nn.embedding_lookup(embeddings, words), axis=1)
cell = tf.contrib.rnn.MultiRNNCell([tf.contrib.rnn.BasicRNNCell(5) for _ in range(2)])
outputs, final = tf.contrib.rnn.static_rnn(cell, inputs, dtype=tf.float32)
W = tf.Variable(tf.random_normal([5, 10]))
logits = tf.matmul(outputs[-1], W)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.one_hot(words[:, 0], 10), logits=logits))
train = tf.train.AdagradOptimizer(0.2).minimize(loss)
feed = {words: np.arange(12).reshape(4, 3) % 10}
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(6):
        print("%.5f" % sess.run([train, loss], feed)[1])
