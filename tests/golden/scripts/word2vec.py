"""Skip-gram with noise-contrastive estimation and cosine neighbours."""
import math

import numpy as np
import tensorflow as tf

vocabulary, size, batch = 12, 4, 8
inputs = tf.placeholder(tf.int32, shape=[batch])
labels = tf.placeholder(tf.int32, shape=[batch, 1])
embeddings = tf.Variable(tf.random_uniform([vocabulary, size], -1.0, 1.0))
embed = tf.nn.embedding_lookup(embeddings, inputs)
nce_weights = tf.Variable(tf.truncated_normal([vocabulary, size], stddev=1.0 / math.sqrt(size)))
nce_biases = tf.Variable(tf.zeros([vocabulary]))
nce = tf.nn.nce_loss(
    weights=nce_weights, biases=nce_biases, labels=labels, inputs=embed, num_sampled=5, num_classes=vocabulary
)
loss = tf.reduce_mean(nce)
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keep_dims=True))
similarity = tf.matmul(tf.nn.embedding_lookup(embeddings / norm, tf.constant([0, 1])), embeddings / norm, transpose_b=True)
feed = {inputs: np.arange(batch), labels: (np.arange(batch) + 1).reshape(batch, 1)}
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(4):
        print(sess.run([loss, train], feed)[0])
    print(similarity.eval()[0, :3])
