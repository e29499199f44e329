"""tf.examples.tutorials.mnist.mnist: two ReLU layers and a linear one, its loss, a training op, an evaluation op."""

from __future__ import annotations

import math

import tinytf as tf

NUM_CLASSES = 10
IMAGE_SIZE = 28
IMAGE_PIXELS = IMAGE_SIZE * IMAGE_SIZE


def inference(images, hidden1_units: int, hidden2_units: int):
    """Logits [batch, 10] for images [batch, 784]."""
    hidden1 = _layer("hidden1", images, IMAGE_PIXELS, hidden1_units, tf.nn.relu)
    hidden2 = _layer("hidden2", hidden1, hidden1_units, hidden2_units, tf.nn.relu)
    return _layer("softmax_linear", hidden2, hidden2_units, NUM_CLASSES, lambda logits: logits)


def _layer(name, inputs, units_in, units_out, activation):
    with tf.name_scope(name):
        start = tf.truncated_normal([units_in, units_out], stddev=1.0 / math.sqrt(float(units_in)))
        weights = tf.Variable(start, name="weights")
        biases = tf.Variable(tf.zeros([units_out]), name="biases")
        return activation(tf.matmul(inputs, weights) + biases)


def loss(logits, labels):
    """The mean cross entropy of logits [batch, 10] and labels int32 [batch]."""
    return tf.losses.sparse_softmax_cross_entropy(labels=tf.cast(labels, tf.int64), logits=logits)


def training(loss, learning_rate: float):
    """A step of gradient descent that counts itself in `global_step` and reports `loss` to a summary."""
    tf.summary.scalar("loss", loss)
    global_step = tf.Variable(0, name="global_step", trainable=False)
    return tf.train.GradientDescentOptimizer(learning_rate).minimize(loss, global_step=global_step)


def evaluation(logits, labels):
    """How many of the batch are right: int32 scalar."""
    return tf.reduce_sum(tf.cast(tf.nn.in_top_k(logits, labels, 1), tf.int32))
