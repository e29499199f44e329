"""tf.contrib.layers and slim: names, collections, arg_scope, as TensorFlow 1.15.5 has them."""

import numpy as np
import pytest

import tinytf as tf

layers, slim = tf.contrib.layers, tf.contrib.slim


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def names(collection=tf.GraphKeys.GLOBAL_VARIABLES):
    return [v.name for v in tf.get_collection(collection)]


def test_variables_are_called_weights_and_biases():
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])
    net = layers.conv2d(x, 4, 3)
    net = layers.fully_connected(layers.flatten(layers.max_pool2d(net, 2)), 5, scope="out")
    assert net.name == "out/Relu:0" and net.shape.as_list() == [None, 5]
    assert names() == names(tf.GraphKeys.MODEL_VARIABLES) == ["Conv/weights:0", "Conv/biases:0", "out/weights:0", "out/biases:0"]


def test_a_normalizer_replaces_the_biases():
    layers.conv2d(tf.ones([2, 8, 8, 3]), 4, 3, normalizer_fn=layers.batch_norm)
    assert names() == ["Conv/weights:0", "Conv/BatchNorm/beta:0", "Conv/BatchNorm/moving_mean:0", "Conv/BatchNorm/moving_variance:0"]


def test_arg_scope_gives_arguments_and_can_be_stored():
    with slim.arg_scope([slim.conv2d, slim.fully_connected], weights_regularizer=slim.l2_regularizer(0.1), activation_fn=None) as scope:
        with slim.arg_scope([slim.conv2d], padding="VALID"):
            assert slim.conv2d(tf.ones([1, 5, 5, 1]), 2, 3).shape.as_list() == [1, 3, 3, 2]
        assert slim.conv2d(tf.ones([1, 5, 5, 1]), 2, 3).name == "Conv_1/BiasAdd:0"
    with slim.arg_scope(scope):
        slim.fully_connected(tf.ones([1, 2]), 2, weights_regularizer=None)
    assert len(tf.losses.get_regularization_losses()) == 2
    with pytest.raises(ValueError, match="not decorated"):
        with slim.arg_scope([tf.layers.conv2d], padding="VALID"):
            pass


def test_regularizers():
    w = tf.constant([3.0, -4.0])
    total = layers.apply_regularization(layers.l2_regularizer(0.5), [w])
    with tf.Session() as session:
        values = session.run([layers.l1_regularizer(0.1)(w), layers.l2_regularizer(0.1)(w), layers.l1_l2_regularizer(0.1, 0.2)(w), total])
    np.testing.assert_allclose(values, [0.7, 1.25, 3.2, 6.25], rtol=1e-6)
    with pytest.raises(ValueError, match="cannot be an integer"):
        layers.l2_regularizer(1)
    with pytest.raises(ValueError, match="less than 0"):
        layers.l2_regularizer(-0.1)


def test_forced_updates_run_with_the_output():
    y = layers.batch_norm(tf.constant([[1.0], [3.0]]), decay=0.5, updates_collections=None)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(y), [[-0.9995], [0.9995]], rtol=1e-4)
        np.testing.assert_allclose(session.run(tf.global_variables()[1]), [1.0])


def test_optimize_loss_trains():
    w = tf.get_variable("w", initializer=5.0)
    step = tf.train.get_or_create_global_step()
    train = layers.optimize_loss(tf.square(w), step, 0.1, "SGD", summaries=[])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        losses = [session.run(train) for _ in range(3)]
        np.testing.assert_allclose(losses, [25.0, 16.0, 10.24], rtol=1e-6)
        assert session.run(step) == 3
