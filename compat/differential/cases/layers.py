"""tf.layers: names, variables, collections; and small networks trained for some steps."""

from __future__ import annotations

import numpy as np


def _fed(tf, *s):
    return tf.placeholder(tf.float32, list(s))


def case_dense(tf):
    x = _fed(tf, None, 8)
    y = tf.layers.dense(x, 4, tf.nn.relu)
    y = tf.layers.dense(y, 3, name="out")
    tf.layers.dense(x, 2, use_bias=False, kernel_initializer=tf.zeros_initializer())
    tf.layers.dense(x, 3, name="out2")
    tf.gradients(y, tf.trainable_variables())
    return []


def case_dense_reuse(tf):
    x = _fed(tf, None, 8)
    tf.layers.dense(x, 4, name="a")
    tf.layers.dense(x, 4, name="a", reuse=True)
    with tf.variable_scope("s"):
        tf.layers.dense(x, 4)
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        tf.layers.dense(x, 4, name="dense")
        tf.layers.dense(x, 4, name="z")
    return []


def case_dense_class(tf):
    l = tf.layers.Dense(4)
    x = _fed(tf, None, 8)
    l(x)
    l(x)
    l.apply(x)
    l2 = tf.layers.Dense(4, name="foo")
    l2(x)
    l2(x)
    with tf.name_scope("ns"):
        l(x)
        tf.layers.dense(x, 2)
    return []


def case_dense_reg(tf):
    x = _fed(tf, None, 8)
    tf.layers.dense(x, 4, kernel_regularizer=tf.contrib.layers.l2_regularizer(0.1))
    tf.layers.dense(
        x,
        4,
        kernel_regularizer=tf.contrib.layers.l1_regularizer(0.1),
        bias_regularizer=tf.contrib.layers.l2_regularizer(0.2),
        name="q",
    )
    tf.layers.dense(x, 4, activity_regularizer=tf.contrib.layers.l2_regularizer(0.1))
    return []


def case_dense_reg2(tf):
    x = _fed(tf, None, 8)
    tf.layers.dense(x, 4, kernel_regularizer=tf.nn.l2_loss, activity_regularizer=tf.nn.l2_loss)
    return []


def case_dense3(tf):
    x = _fed(tf, None, 5, 8)
    tf.layers.dense(x, 4)
    tf.layers.dense(_fed(tf, 2, 5, 8), 4)
    return []


def case_conv(tf):
    x = _fed(tf, None, 28, 28, 1)
    y = tf.layers.conv2d(x, 32, 5, padding="same", activation=tf.nn.relu)
    y = tf.layers.max_pooling2d(y, 2, 2)
    y = tf.layers.conv2d(y, 8, [3, 3], strides=2, name="c2")
    y = tf.layers.flatten(y)
    tf.layers.dropout(y, 0.4, training=True)
    tf.layers.average_pooling2d(x, 2, 2, padding="same")
    tf.layers.conv2d(x, 4, 3, dilation_rate=2, padding="same")
    tf.layers.conv2d(x, 4, 3, dilation_rate=2)
    return []


def case_conv13(tf):
    x = _fed(tf, None, 28, 3)
    tf.layers.conv1d(x, 4, 5)
    tf.layers.conv1d(x, 4, 5, padding="same", dilation_rate=2)
    tf.layers.max_pooling1d(x, 2, 2)
    tf.layers.average_pooling1d(x, 2, 2)
    x = _fed(tf, None, 8, 8, 8, 3)
    tf.layers.conv3d(x, 4, 3)
    tf.layers.max_pooling3d(x, 2, 2)
    tf.layers.average_pooling3d(x, 2, 2)
    tf.layers.conv3d_transpose(x, 4, 3, 2)
    return []


def case_convT(tf):
    x = _fed(tf, None, 8, 8, 3)
    tf.layers.conv2d_transpose(x, 4, 5, 2, padding="same")
    tf.layers.conv2d_transpose(x, 4, 5, 2, activation=tf.nn.relu)
    tf.layers.separable_conv2d(x, 4, 3)
    tf.layers.separable_conv1d(_fed(tf, None, 8, 3), 4, 3, padding="same")
    return []


def case_convfirst(tf):
    x = _fed(tf, None, 3, 8, 8)
    tf.layers.conv2d(x, 4, 5, 2, data_format="channels_first")
    tf.layers.max_pooling2d(x, 2, 2, data_format="channels_first")
    tf.layers.flatten(x, data_format="channels_first")
    tf.layers.max_pooling3d(_fed(tf, None, 3, 8, 8, 8), 2, 2, data_format="channels_first")
    return []


def case_dropout(tf):
    x = _fed(tf, None, 8)
    t = tf.placeholder(tf.bool)
    tf.layers.dropout(x, 0.4, training=t)
    tf.layers.dropout(x)
    tf.layers.dropout(x, 0.3, noise_shape=[None, 1], training=True, seed=4, name="do")
    return []


def case_bn(tf):
    x = _fed(tf, None, 8)
    t = tf.placeholder(tf.bool)
    tf.layers.batch_normalization(x, training=t)
    tf.layers.batch_normalization(x, training=True)
    tf.layers.batch_normalization(x)
    return []


def case_bn4(tf):
    x = _fed(tf, None, 8, 8, 3)
    t = tf.placeholder(tf.bool)
    y = tf.layers.batch_normalization(x, training=t)
    tf.layers.batch_normalization(x, training=True, momentum=0.9, name="b")
    tf.layers.batch_normalization(x, fused=False, training=t)
    tf.layers.batch_normalization(x, center=False, scale=False)
    tf.layers.batch_normalization(x, axis=1, training=True)
    tf.gradients(y, tf.trainable_variables()[:2])
    return []


def case_bn_renorm(tf):
    x = _fed(tf, None, 8)
    tf.layers.batch_normalization(x, training=True, renorm=True, renorm_clipping={"rmax": 3.0})
    tf.layers.batch_normalization(_fed(tf, 8, 8, 8, 3), virtual_batch_size=2, training=True)
    tf.layers.batch_normalization(_fed(tf, 8, 8, 8, 3), axis=[1, 3], training=True)
    return []


def case_bn_reuse(tf):
    x = _fed(tf, None, 8)
    tf.layers.batch_normalization(x, name="bn", training=True)
    tf.layers.batch_normalization(x, name="bn", reuse=True)
    l = tf.layers.BatchNormalization()
    l(x, training=True)
    l(x, training=False)
    return []


def case_err1(tf):
    tf.layers.dense(_fed(tf, None), 3)
    return []


def case_err2(tf):
    tf.layers.conv2d(_fed(tf, None, 3), 3, 3)
    return []


def case_err3(tf):
    tf.layers.dense(_fed(tf, None, None), 3)
    return []


def case_err4(tf):
    tf.layers.dense(_fed(tf, None, 3), 3, name="a")
    tf.layers.dense(_fed(tf, None, 3), 3, name="a")
    return []


def case_vsreg(tf):
    with tf.variable_scope("v", regularizer=tf.nn.l2_loss, initializer=tf.zeros_initializer()):
        tf.layers.dense(_fed(tf, None, 3), 3)
    with tf.variable_scope("v2", use_resource=True):
        tf.layers.dense(_fed(tf, None, 3), 3)
    return []


# Trained: the numbers too -------------------------------------------------------------------------


def case_trained_network(tf):
    tf.set_random_seed(2)
    random = np.random.RandomState(0)
    x, labels = tf.placeholder(tf.float32, [None, 8, 8, 1]), tf.placeholder(tf.int64, [None])
    training = tf.placeholder(tf.bool)
    net = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.batch_normalization(net, training=training)
    net = tf.layers.dropout(tf.layers.flatten(net), 0.3, training=training)
    logits = tf.layers.dense(net, 3)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    accuracy, update = tf.metrics.accuracy(labels, tf.argmax(logits, 1))

    def run(session):
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        values = []
        for _ in range(4):
            feed = {x: random.rand(6, 8, 8, 1), labels: random.randint(0, 3, 6), training: True}
            values.append(session.run([loss, train], feed)[0])
            feed[training] = False
            values.append(session.run(update, feed))
        return values + session.run([accuracy] + tf.global_variables()[:8])

    return run


case_trained_network.ulps = 500


def case_trained_convolutions(tf):
    """Every kind of convolution, pool and activation under one loss."""
    tf.set_random_seed(3)
    random = np.random.RandomState(1)
    x = tf.placeholder(tf.float32, [None, 8, 8, 2])
    net = tf.layers.separable_conv2d(x, 4, 3, activation=tf.nn.elu)
    net = tf.layers.conv2d_transpose(net, 3, 3, 2, activation=tf.nn.leaky_relu)
    net = tf.layers.conv2d(net, 4, 3, dilation_rate=2, activation=tf.nn.softplus)
    net = tf.layers.average_pooling2d(net, 3, 2, padding="same")
    rows = tf.layers.conv1d(tf.reshape(net, [-1, 5, 20]), 3, 2, activation=tf.nn.selu)
    out = tf.layers.dense(tf.layers.max_pooling1d(rows, 2, 1), 2, activation=tf.nn.softsign)
    loss = tf.losses.huber_loss(tf.ones_like(out), out)
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)

    def run(session):
        session.run(tf.global_variables_initializer())
        return [session.run([loss, train], {x: random.rand(3, 8, 8, 2)})[0] for _ in range(4)]

    return run


case_trained_convolutions.ulps = 500
