"""Skip-gram word vectors with noise-contrastive estimation."""

import numpy as np
import tensorflow as tf

tf.set_random_seed(8)
vocabulary, dimension, sampled = 50, 16, 8
inputs = tf.placeholder(tf.int32, shape=[None])
labels = tf.placeholder(tf.int32, shape=[None, 1])
embeddings = tf.Variable(tf.random_uniform([vocabulary, dimension], -1.0, 1.0))
embed = tf.nn.embedding_lookup(embeddings, inputs)
nce_weights = tf.Variable(tf.truncated_normal([vocabulary, dimension], stddev=1.0 / np.sqrt(dimension)))
nce_biases = tf.Variable(tf.zeros([vocabulary]))
loss = tf.reduce_mean(
    tf.nn.nce_loss(weights=nce_weights, biases=nce_biases, labels=labels, inputs=embed, num_sampled=sampled, num_classes=vocabulary)
)
train = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keepdims=True))
similarity = tf.matmul(tf.nn.embedding_lookup(embeddings / norm, [0, 1]), embeddings / norm, transpose_b=True)

rng = np.random.RandomState(0)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    total = 0.0
    for step in range(1, 61):
        words = rng.randint(0, vocabulary, 32)
        near = (words + rng.choice([-1, 1], 32)) % vocabulary
        total += sess.run([train, loss], {inputs: words, labels: near[:, None]})[1]
        if step % 20 == 0:
            print("step %d average loss %.4f" % (step, total / 20))
            total = 0.0
    print("nearest to 0:", (-sess.run(similarity)[0]).argsort()[1:4])
