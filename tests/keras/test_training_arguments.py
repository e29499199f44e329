"""What fit is given, and what it refuses; weights and masks of time steps; metrics of layers."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import keras

pytestmark = pytest.mark.usefixtures("own_graph")

X, Y = np.ones((8, 3), np.float32), np.zeros((8, 2), np.float32)


def model(**compiled):
    made = keras.Sequential([keras.layers.Dense(2, kernel_initializer="ones", input_shape=(3,))])
    made.compile("sgd", "mse", **compiled)
    return made


def endless():
    while True:
        yield X, Y


def data():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(4)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda m: m.fit(endless(), verbose=0), "specify the number of steps via the `steps_per_epoch`"),
        (lambda m: m.fit(data(), Y, verbose=0), "you should not specify a target"),
        (lambda m: m.fit(data(), batch_size=4, verbose=0), "`batch_size` argument"),
        (lambda m: m.fit(data(), validation_split=0.5, verbose=0), "`validation_split` argument"),
        (lambda m: m.fit(data(), sample_weight=np.ones(8), verbose=0), "`sample_weight` argument"),
        (lambda m: m.fit(tf.ones((4, 3)), tf.ones((4, 2)), verbose=0), "you should specify the `steps_per_epoch` argument"),
        (lambda m: m.fit(X, Y[:4], verbose=0), "8 input samples and 4 target samples"),
        (lambda m: m.fit(X, Y, sample_weight=np.ones((8, 2)), verbose=0), 'sample_weight_mode="temporal"'),
    ],
)
def test_what_does_not_go_together_is_a_named_error(call, message):
    with pytest.raises(ValueError, match=message):
        call(model())


def test_tensors_are_read_anew_each_step():
    assert model().fit(tf.ones((4, 3)), tf.zeros((4, 2)), steps_per_epoch=2, verbose=0).history["loss"][0] > 0


def test_steps_of_time_have_weights_and_masks():
    made = keras.Sequential()
    made.add(keras.layers.Masking(0.0, input_shape=(2, 1)))
    made.add(keras.layers.TimeDistributed(keras.layers.Dense(1, kernel_initializer="ones")))
    made.compile("sgd", "mse", sample_weight_mode="temporal")
    x = np.array([[[1.0], [3.0]], [[0.0], [0.0]]])
    assert made.test_on_batch(x, np.ones((2, 2, 1)), sample_weight=np.array([[1.0, 0.0], [1.0, 1.0]])) == 0.0
    assert made.test_on_batch(x, np.ones((2, 2, 1))) == pytest.approx(1.0)  # 4 over the 4 steps


def test_a_layer_reports_metrics():
    class Sums(keras.layers.Layer):
        def call(self, x):
            self.add_metric(tf.reduce_sum(x), name="s", aggregation="mean")
            return x

    made = keras.Sequential([Sums(input_shape=(3,)), keras.layers.Dense(2)])
    made.compile("sgd", "mse")
    assert made.metrics_names == ["loss", "s"]
    assert made.fit(X, Y, batch_size=4, verbose=0).history["s"] == [12.0]


def test_precision_of_a_class_among_the_best():
    metric = keras.metrics.Precision(top_k=1, class_id=1)
    op = metric.update_state([[0.0, 1.0], [0.0, 0.0]], [[0.2, 0.8], [0.3, 0.7]])
    with tf.Session() as sess:
        sess.run([v.initializer for v in metric.variables])
        sess.run(op)
        assert sess.run(metric.result()) == 0.5
    with pytest.raises(ValueError, match="Threshold values must be in"):
        keras.metrics.TruePositives(thresholds=[-1, 0.5])
