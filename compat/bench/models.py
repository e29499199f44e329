"""The models that the training benchmark steps: each builds a graph in `tf` and gives a function that runs one step.

Run by `training_bench.py` once under TensorFlow 1.15 and once under tinytf, in processes of their own.
"""

import resource
import sys
import time

import numpy as np
import wider_models


def tiny(tf, sess, rng):
    a, b, c = (tf.placeholder(tf.float32, []) for _ in range(3))
    y = (a + b) * c
    feed = {a: 1.0, b: 2.0, c: 3.0}
    return lambda: sess.run(y, feed)


def constant(tf, sess, rng):
    y = tf.constant(1.0)
    return lambda: sess.run(y)


def chain(tf, sess, rng):
    y = x = tf.placeholder(tf.float32, [8])
    for i in range(100):
        y = tf.tanh(y) if i % 2 else tf.negative(y)
    feed = {x: np.ones(8, np.float32)}
    return lambda: sess.run(y, feed)


def _train(tf, sess, loss, optimizer, feed):
    step = optimizer.minimize(loss)
    sess.run(tf.global_variables_initializer())
    return lambda: sess.run([step, loss], feed)


def softmax(tf, sess, rng):
    x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
    w, b = tf.Variable(tf.zeros([784, 10])), tf.Variable(tf.zeros([10]))
    p = tf.nn.softmax(tf.matmul(x, w) + b)
    loss = tf.reduce_mean(-tf.reduce_sum(y * tf.log(p), reduction_indices=[1]))
    feed = {x: rng.rand(100, 784).astype(np.float32), y: np.eye(10, dtype=np.float32)[rng.randint(0, 10, 100)]}
    return _train(tf, sess, loss, tf.train.GradientDescentOptimizer(0.5), feed)


def _dense(tf, x, n, activation=None):
    w = tf.Variable(tf.truncated_normal([int(x.shape[-1]), n], stddev=0.1, seed=1))
    y = tf.matmul(x, w) + tf.Variable(tf.constant(0.1, shape=[n]))
    return activation(y) if activation else y


def mlp(tf, sess, rng):
    x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
    h = _dense(tf, _dense(tf, x, 256, tf.nn.relu), 256, tf.nn.relu)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=_dense(tf, h, 10), labels=y))
    feed = {x: rng.rand(128, 784).astype(np.float32), y: np.eye(10, dtype=np.float32)[rng.randint(0, 10, 128)]}
    return _train(tf, sess, loss, tf.train.AdamOptimizer(0.001), feed)


def _cnn(tf):
    x, y, keep = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10]), tf.placeholder(tf.float32)
    h = tf.reshape(x, [-1, 28, 28, 1])
    for channels in (32, 64):
        w = tf.Variable(tf.truncated_normal([5, 5, int(h.shape[-1]), channels], stddev=0.1, seed=1))
        h = tf.nn.relu(tf.nn.conv2d(h, w, strides=[1, 1, 1, 1], padding="SAME") + tf.Variable(tf.constant(0.1, shape=[channels])))
        h = tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
    h = _dense(tf, tf.reshape(h, [-1, 7 * 7 * 64]), 1024, tf.nn.relu)
    return x, y, keep, _dense(tf, tf.nn.dropout(h, keep), 10)


def cnn(tf, sess, rng):
    x, y, keep, logits = _cnn(tf)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y))
    feed = {x: rng.rand(50, 784).astype(np.float32), y: np.eye(10, dtype=np.float32)[rng.randint(0, 10, 50)], keep: 0.5}
    return _train(tf, sess, loss, tf.train.AdamOptimizer(1e-4), feed)


def cnn_inference(tf, sess, rng):
    x, _, keep, logits = _cnn(tf)
    sess.run(tf.global_variables_initializer())
    feed = {x: rng.rand(200, 784).astype(np.float32), keep: 1.0}
    return lambda: sess.run(logits, feed)


def rnn(tf, sess, rng):
    x, y = tf.placeholder(tf.float32, [None, 28, 28]), tf.placeholder(tf.float32, [None, 10])
    cell = tf.nn.rnn_cell.BasicRNNCell(128)
    outputs, _ = tf.nn.static_rnn(cell, tf.unstack(x, 28, 1), dtype=tf.float32)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=_dense(tf, outputs[-1], 10), labels=y))
    feed = {x: rng.rand(128, 28, 28).astype(np.float32), y: np.eye(10, dtype=np.float32)[rng.randint(0, 10, 128)]}
    return _train(tf, sess, loss, tf.train.AdamOptimizer(0.001), feed)


def dynamic_lstm(tf, sess, rng):
    x, y = tf.placeholder(tf.float32, [None, 28, 28]), tf.placeholder(tf.float32, [None, 10])
    cell = tf.nn.rnn_cell.BasicLSTMCell(128)
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=_dense(tf, outputs[:, -1, :], 10), labels=y))
    feed = {x: rng.rand(128, 28, 28).astype(np.float32), y: np.eye(10, dtype=np.float32)[rng.randint(0, 10, 128)]}
    return _train(tf, sess, loss, tf.train.AdamOptimizer(0.001), feed)


def word2vec(tf, sess, rng):
    words, labels = tf.placeholder(tf.int32, [128]), tf.placeholder(tf.int32, [128, 1])
    embeddings = tf.Variable(tf.random_uniform([5000, 128], -1.0, 1.0, seed=1))
    nce_w = tf.Variable(tf.truncated_normal([5000, 128], stddev=0.1, seed=1))
    nce_b = tf.Variable(tf.zeros([5000]))
    embed = tf.nn.embedding_lookup(embeddings, words)
    loss = tf.reduce_mean(tf.nn.nce_loss(weights=nce_w, biases=nce_b, labels=labels, inputs=embed, num_sampled=64, num_classes=5000))
    feed = {words: rng.randint(0, 5000, 128), labels: rng.randint(0, 5000, (128, 1))}
    return _train(tf, sess, loss, tf.train.GradientDescentOptimizer(1.0), feed)


def build_50_layers(tf, sess, rng):
    """Not a step: building the graph of 50 dense layers with gradients."""

    def build():
        with tf.Graph().as_default():
            h = tf.placeholder(tf.float32, [None, 64])
            for _ in range(50):
                h = _dense(tf, h, 64, tf.nn.relu)
            tf.gradients(tf.reduce_sum(h), tf.trainable_variables())

    return build


# name: the ratio to TensorFlow's time that must not be passed (None: not set)
CASES = {
    "tiny": 0.05, "constant": None, "chain": 0.5, "softmax": 0.35, "mlp": 0.7, "cnn": 1.0, "cnn_inference": None, "rnn": 0.5,
    "dynamic_lstm": None, "word2vec": None, "build_50_layers": 0.3,
}  # fmt: skip
WIDER = {case.__name__: case for case in wider_models.CASES}


def measure(tf, name: str, seconds: float) -> tuple:
    """The median time of a step and its mean processor time, in seconds."""
    tf.reset_default_graph()
    with tf.Session() as sess:
        model = WIDER[name] if name in WIDER else globals()[name]
        step = model(tf, sess, np.random.RandomState(0))
        step()
        step()
        times, processor = [], time.process_time()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or len(times) < 3:
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        processor = (time.process_time() - processor) / len(times)
    return float(np.median(times)), processor


if __name__ == "__main__":
    import tensorflow  # real, or tinytf under `python -m tinytf`

    for case in sys.argv[2:]:
        print(case, *measure(tensorflow, case, float(sys.argv[1])), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
