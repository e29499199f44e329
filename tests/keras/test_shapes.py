"""Shapes of layers that have not been called, and layers in other data formats."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import keras
from tinytf.test import keras_testing_utils

L = keras.layers


@pytest.mark.parametrize(
    "layer, given, found",
    [
        (lambda: L.Embedding(10, 4), (None, 3), [None, 3, 4]),
        (lambda: L.LSTM(5, return_sequences=True), (2, 3, 4), [2, 3, 5]),
        (lambda: L.Conv1D(2, 3, padding="causal"), (2, 7, 3), [2, 7, 2]),
        (lambda: L.ZeroPadding1D((1, 2)), (2, 5, 3), [2, 8, 3]),
        (lambda: L.Cropping2D(((1, 2), (0, 1)), data_format="channels_first"), (2, 3, 9, 9), [2, 3, 6, 8]),
        (lambda: L.Lambda(lambda x: x[:, 0]), (2, 5, 3), [2, 3]),
    ],
)
def test_the_shape_of_the_output(layer, given, found):
    with tf.Graph().as_default():
        made = layer()
        assert tf.TensorShape(made.compute_output_shape(tf.TensorShape(given))).as_list() == found
        assert made.compute_output_signature(tf.TensorSpec(given, tf.float32)).dtype == tf.float32


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("implementation", [1, 2, 3])
def test_locally_connected_layers_agree_with_their_sum(implementation, data_format):
    with tf.Graph().as_default():
        layer = L.LocallyConnected1D(2, 3, implementation=implementation, data_format=data_format, kernel_initializer="ones")
        x = np.arange(10.0).reshape(1, 5, 2)
        y = layer(tf.constant(x if data_format == "channels_last" else x.transpose(0, 2, 1), tf.float32))
        value = keras.backend.eval(y)
    value = value if data_format == "channels_last" else value.transpose(0, 2, 1)
    np.testing.assert_allclose(value[0], [[sum(range(2 * i, 2 * i + 6))] * 2 for i in range(3)])


def test_layer_test_finds_what_is_wrong():
    with tf.Graph().as_default(), tf.Session():
        keras_testing_utils.layer_test(L.Dense, kwargs={"units": 3}, input_shape=(None, None, 2))

        class Wrong(L.Layer):
            def compute_output_shape(self, input_shape):
                return tf.TensorShape([1, 99])

        with pytest.raises(AssertionError, match="output_shape"):
            keras_testing_utils.layer_test(Wrong, input_shape=(3, 2))
