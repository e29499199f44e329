"""Random small graphs over the op registry: chains and diamonds of ops, fed or constant, forward and gradient.

A seed makes the same graph on both sides.  What is checked is what scripts rely on: names, order, numbers,
static shapes and the graph of the gradients of compositions that nobody thought of.
"""

from __future__ import annotations

import random

from table import numbers

UNARY = [
    lambda tf, r, x: tf.tanh(x),
    lambda tf, r, x: tf.sigmoid(x),
    lambda tf, r, x: tf.exp(x * 0.3),
    lambda tf, r, x: tf.square(x),
    lambda tf, r, x: tf.sqrt(tf.abs(x) + 0.5),
    lambda tf, r, x: tf.log(tf.abs(x) + 1.5),
    lambda tf, r, x: -x,
    lambda tf, r, x: tf.nn.relu(x),
    lambda tf, r, x: tf.nn.softmax(x),
    lambda tf, r, x: tf.nn.log_softmax(x),
    lambda tf, r, x: tf.sin(x),
    lambda tf, r, x: tf.clip_by_value(x, -1.0, 1.0),
    lambda tf, r, x: tf.identity(x),
    lambda tf, r, x: tf.stop_gradient(x) + x,
    lambda tf, r, x: tf.cast(tf.cast(x, tf.float64) * 2, tf.float32),
    lambda tf, r, x: x + r.choice([1, 2.5, -3]),
    lambda tf, r, x: r.choice([2, 0.5]) * x,
    lambda tf, r, x: x / r.choice([2.0, 3.0]),
    lambda tf, r, x: tf.transpose(tf.transpose(x)),
    lambda tf, r, x: tf.reshape(x, [-1, 4]) if r.random() < 0.5 else tf.reshape(x, tf.shape(x)),
    lambda tf, r, x: x - tf.reduce_mean(x, r.choice([0, 1, -1]), keepdims=True),
    lambda tf, r, x: x / (1.0 + tf.reduce_sum(tf.abs(x), axis=r.choice([0, 1]), keep_dims=True)),
    lambda tf, r, x: x - tf.reduce_max(x, reduction_indices=[r.choice([0, 1])], keepdims=True),
    lambda tf, r, x: tf.concat([x[:, 2:], x[:, :2]], 1),
    lambda tf, r, x: tf.pad(x[:, :-1], [[0, 0], [1, 0]]),
    lambda tf, r, x: tf.cumsum(x, axis=1) * 0.5,
    lambda tf, r, x: tf.gather(x, [1, 0, 1], axis=1)[:, :1] + x,
    lambda tf, r, x: tf.matmul(x, tf.constant(numbers((4, 4), seed=r.randrange(9)))),
    lambda tf, r, x: tf.where(x > 0, x, 0.1 * x),
    lambda tf, r, x: tf.reverse(x, [1]),
    lambda tf, r, x: tf.add_n(tf.unstack(x, axis=1))[:, None] + x if x.shape[1].value else x,
    lambda tf, r, x: tf.concat(tf.split(x, 2, axis=1)[::-1], 1),
]  # fmt: skip
BINARY = [
    lambda tf, r, x, y: x + y,
    lambda tf, r, x, y: x - y,
    lambda tf, r, x, y: x * y,
    lambda tf, r, x, y: x / (tf.abs(y) + 1.0),
    lambda tf, r, x, y: tf.maximum(x, y),
    lambda tf, r, x, y: tf.minimum(x, y),
    lambda tf, r, x, y: tf.squared_difference(x, y),
    lambda tf, r, x, y: tf.add_n([x, y, x]),
    lambda tf, r, x, y: tf.add(x, y[:1]),
    lambda tf, r, x, y: x + tf.matmul(y, tf.constant(numbers((4, 4), seed=1))),
    lambda tf, r, x, y: tf.where(tf.less(x, y), x, y),
    lambda tf, r, x, y: tf.matmul(x, y, transpose_b=True)[:, :1] * x,
]


def _graph(seed):
    def case(tf):
        r = random.Random(seed)
        feed = {}
        made = []
        for i in range(r.choice([1, 2, 3])):
            value = numbers((3, 4), low=-1, high=1, seed=seed + i)
            kind = r.choice(["constant", "known", "rows", "unknown", "variable"])
            if kind == "constant":
                made.append(tf.constant(value))
            elif kind == "variable":
                made.append(tf.Variable(value))
            else:
                shape = {"known": [3, 4], "rows": [None, 4], "unknown": None}[kind]
                x = tf.placeholder(tf.float32, shape)
                if shape is None:
                    x = tf.reshape(x, [3, 4])
                    feed[x.op.inputs[0]] = value
                else:
                    feed[x] = value
                made.append(x)
        inputs = list(made)
        made = [x + 0.0 for x in made]
        for _ in range(r.randrange(3, 9)):
            if r.random() < 0.2:
                with tf.name_scope(r.choice(["a", "layer"])):
                    made.append(r.choice(UNARY)(tf, r, r.choice(made)))
            elif r.random() < 0.4:
                made.append(r.choice(BINARY)(tf, r, r.choice(made), r.choice(made)))
            else:
                made.append(r.choice(UNARY)(tf, r, made[-1]))
        loss = tf.reduce_mean(tf.tanh(made[-1])) + 0.1 * tf.reduce_sum(tf.sin(made[-2]))
        grads = tf.gradients(loss, inputs)

        def run(sess):
            sess.run(tf.global_variables_initializer())
            return sess.run([loss] + [g for g in grads if g is not None], feed)

        return run

    case.ulps = 2000  # losses near 0 and long chains: what is compared here is the graph
    return case


def cases():
    """Two hundred of them."""
    for seed in range(200):
        yield "seed_%d" % seed, _graph(seed)
