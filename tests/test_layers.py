"""tf.layers: the variables, names and numbers of TensorFlow 1.15.5."""

import numpy as np
import pytest

import tinytf as tf

X = (np.arange(6) / 5).reshape(2, 3).astype("float32")


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def names(collection=tf.GraphKeys.GLOBAL_VARIABLES):
    return [v.name for v in tf.get_collection(collection)]


def test_a_network_gives_tensorflows_numbers():
    tf.set_random_seed(3)
    x = tf.constant(X)
    dense = tf.layers.dense(x, 2, tf.nn.tanh, name="d")
    image = tf.constant(np.arange(50, dtype="float32").reshape(2, 5, 5, 1) / 50)
    features = tf.layers.flatten(tf.layers.max_pooling2d(tf.layers.conv2d(image, 2, 3), 2, 2))
    normalized = tf.layers.batch_normalization(x, training=True)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(dense), [[0.2270367, 0.49353015], [0.89151478, 0.88296217]], rtol=1e-5)
        np.testing.assert_allclose(session.run(features), [[0.37424427, 0.02674353], [1.06947374, 0.3050282]], rtol=1e-5)
        np.testing.assert_allclose(session.run(normalized), [[-0.99449039] * 3, [0.99449039] * 3], rtol=1e-5)
        session.run(tf.get_collection(tf.GraphKeys.UPDATE_OPS))
        mean, variance = session.run(tf.global_variables()[-2:])
        np.testing.assert_allclose(mean, [0.003, 0.005, 0.007], rtol=1e-5)
        np.testing.assert_allclose(variance, [0.9909] * 3, rtol=1e-5)


def test_names_of_variables_and_ops():
    x = tf.placeholder(tf.float32, [None, 4])
    assert tf.layers.dense(x, 3).name == "dense/BiasAdd:0"
    assert tf.layers.dense(x, 3, tf.nn.relu).name == "dense_1/Relu:0"
    assert tf.layers.dense(x, 3, name="out", use_bias=False).name == "out/MatMul:0"
    assert names() == ["dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0", "out/kernel:0"]


def test_layers_share_variables_by_scope_and_by_object():
    x = tf.placeholder(tf.float32, [None, 4])
    tf.layers.dense(x, 3, name="a")
    tf.layers.dense(x, 3, name="a", reuse=True)
    with pytest.raises(ValueError, match="Variable a/kernel already exists"):
        tf.layers.dense(x, 3, name="a")
    layer = tf.layers.Dense(2)
    layer(x)
    layer(x)
    assert names() == ["a/kernel:0", "a/bias:0", "dense/kernel:0", "dense/bias:0"]
    assert [v.name for v in layer.trainable_weights] == ["dense/kernel:0", "dense/bias:0"]
    assert layer.count_params() == 10


def test_regularizers_fill_their_collection():
    x = tf.placeholder(tf.float32, [None, 4])
    tf.layers.dense(x, 3, kernel_regularizer=tf.nn.l2_loss, activity_regularizer=tf.nn.l2_loss)
    assert names(tf.GraphKeys.REGULARIZATION_LOSSES) == ["dense/kernel/Regularizer/L2Loss:0", "dense/ActivityRegularizer/truediv:0"]


def test_batch_normalization_follows_a_placeholder():
    training = tf.placeholder(tf.bool)
    y = tf.layers.batch_normalization(tf.constant(X), training=training)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        assert len(updates) == 2
        np.testing.assert_allclose(session.run(y, {training: False}), X / np.sqrt(1.001), rtol=1e-5)
        np.testing.assert_allclose(session.run(y, {training: True})[0], [-0.99449039] * 3, rtol=1e-5)
        session.run(updates, {training: False})
        np.testing.assert_allclose(session.run(tf.global_variables()[2]), [0, 0, 0])
        session.run(updates, {training: True})
        np.testing.assert_allclose(session.run(tf.global_variables()[2]), [0.003, 0.005, 0.007], rtol=1e-5)


@pytest.mark.parametrize(
    "build, words",
    [
        (lambda: tf.layers.dense(tf.placeholder(tf.float32, [None]), 3), "expected min_ndim=2, found ndim=1"),
        (lambda: tf.layers.dense(tf.placeholder(tf.float32, [None, None]), 3), "last dimension of the inputs to `Dense`"),
        (lambda: tf.layers.conv2d(tf.placeholder(tf.float32, [None, 4]), 3, 3), "expected ndim=4, found ndim=2"),
        (lambda: tf.layers.conv2d(tf.ones([1, 4, 4, 1]), 3, 3, padding="full"), "padding"),
        (lambda: tf.layers.dense(tf.constant([[1]]), 3), "non-floating"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(build, words):
    with pytest.raises((ValueError, TypeError), match=words):
        build()


def test_own_layers():
    class Scale(tf.layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight("factor", [int(input_shape[-1])], initializer=tf.ones_initializer())
            super().build(input_shape)

        def call(self, inputs):
            return inputs * self.factor

    y = Scale()(tf.constant(X))
    assert names() == ["scale/factor:0"]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(y), X)
