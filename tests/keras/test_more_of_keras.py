"""Layers, metrics, optimizers and backend functions that are less often used: the numbers are TensorFlow 1.15's."""

import numpy as np
import pytest

import tinytf as tf

K, L, metrics = tf.keras.backend, tf.keras.layers, tf.keras.metrics


@pytest.fixture(autouse=True)
def fresh():
    K.clear_session()


def value_of(layer, *inputs):
    """The output with weights from one generator."""
    tensors = [K.constant(x) for x in inputs]
    output = layer(tensors if len(tensors) > 1 else tensors[0])
    random = np.random.RandomState(3)
    layer.set_weights([random.rand(*w.shape) - 0.5 for w in layer.get_weights()])
    return K.eval(output)


QUERY, VALUE = np.linspace(0, 1, 24).reshape(2, 3, 4), np.linspace(1, 0, 40).reshape(2, 5, 4)
IMAGES = np.linspace(0, 1, 2 * 5 * 6 * 3).reshape(2, 5, 6, 3)


def test_attention_is_a_weighted_mean_of_the_values():
    scores = np.einsum("bqd,bkd->bqk", QUERY, VALUE)
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    np.testing.assert_allclose(value_of(L.Attention(), QUERY, VALUE), weights @ VALUE, rtol=1e-5)
    assert value_of(L.AdditiveAttention(), QUERY, VALUE).shape == (2, 3, 4)
    causal = value_of(L.Attention(causal=True), QUERY, VALUE)
    np.testing.assert_allclose(causal[:, 0], VALUE[:, 0], rtol=1e-5)


def test_locally_connected_layers_have_a_kernel_for_each_place():
    layer = L.LocallyConnected2D(2, (2, 3), strides=(2, 1))
    found = value_of(layer, IMAGES)
    kernel, bias = layer.get_weights()
    assert kernel.shape == (8, 18, 2) and bias.shape == (2, 4, 2) and found.shape == (2, 2, 4, 2)
    np.testing.assert_allclose(found[1, 1, 2], IMAGES[1, 2:4, 2:5].ravel() @ kernel[6] + bias[1, 2], rtol=1e-5)
    assert value_of(L.LocallyConnected1D(2, 3), QUERY).shape == (2, 1, 2)


def test_a_convolutional_lstm_keeps_images_as_states():
    frames = np.linspace(0, 1, 2 * 3 * 4 * 5 * 2).reshape(2, 3, 4, 5, 2)
    assert value_of(L.ConvLSTM2D(2, 2), frames).shape == (2, 3, 4, 2)
    layer = L.ConvLSTM2D(3, 3, padding="same", return_sequences=True)
    assert value_of(layer, frames).shape == (2, 3, 4, 5, 3)
    assert [w.shape for w in layer.get_weights()] == [(3, 3, 2, 12), (3, 3, 3, 12), (12,)]
    assert L.ConvLSTM2D.from_config(layer.get_config()).get_config() == layer.get_config()


LABELS = np.array([0, 1, 1, 0, 1, 0, 0, 1.0])
SCORES = np.array([0.1, 0.4, 0.35, 0.8, 0.9, 0.2, 0.5, 0.7])


@pytest.mark.parametrize(
    "metric, batches, expected",
    [
        (lambda: metrics.AUC(), [(LABELS, SCORES), (LABELS[:4], SCORES[4:], [1.0, 2, 1, 0.5])], 0.46104),
        (lambda: metrics.AUC(curve="PR"), [(LABELS, SCORES), (LABELS[:4], SCORES[4:], [1.0, 2, 1, 0.5])], 0.51578),
        (lambda: metrics.AUC(10, summation_method="minoring"), [(LABELS, SCORES), (LABELS[:4], SCORES[4:], [1.0, 2, 1, 0.5])], 0.4026),
        (lambda: metrics.SensitivityAtSpecificity(0.4), [(LABELS, SCORES)], 1.0),
        (lambda: metrics.SpecificityAtSensitivity(0.4), [(LABELS, SCORES)], 0.5),
        (lambda: metrics.MeanIoU(3), [([0, 1, 2, 1], [0, 2, 2, 1])], 0.66667),
        (lambda: metrics.MeanTensor(), [([1.0, 2.0],), ([3.0, 5.0],)], [2.0, 3.5]),
        (lambda: metrics.MeanRelativeError([1.0, 3, 2, 3]), [([1.0, 3, 2, 3], [2.0, 4, 6, 8])], 1.25),
        (lambda: metrics.CosineSimilarity(), [([[0, 1.0], [1, 1]], [[1.0, 0], [1, 1]])], 0.5),
    ],
)
def test_metrics_of_many_thresholds_and_classes(metric, batches, expected):
    metric = metric()
    updates = [metric.update_state(*map(np.asarray, batch)) for batch in batches]
    result, session = metric.result(), K.get_session()
    for update in updates:
        session.run(update)
    np.testing.assert_allclose(session.run(result), expected, atol=2e-5)


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda: tf.keras.optimizers.Nadam(0.01), [1.0, -1.97431, 2.97432]),
        (lambda: tf.keras.optimizers.Ftrl(0.1, l1_regularization_strength=0.01), [0.16479, -1.67125, 2.54748]),
        (lambda: tf.keras.optimizers.get("ftrl"), [0.00169, -1.89247, 2.76136]),
    ],
)
def test_nadam_and_ftrl_step_as_tensorflow_does(make, expected):
    w = K.variable(np.array([1.0, -2.0, 3.0]))
    step = make().get_updates(K.sum(K.square(w - 1.0)), [w])
    for _ in range(3):
        K.get_session().run(step)
    np.testing.assert_allclose(K.get_value(w), expected, atol=2e-5)


@pytest.mark.parametrize(
    "found, expected",
    [
        (lambda: K.batch_dot(K.constant(QUERY), K.constant(VALUE), axes=(2, 2)), np.einsum("bqd,bkd->bqk", QUERY, VALUE)),
        (lambda: K.batch_dot(K.constant(QUERY[:, 0]), K.constant(QUERY[:, 1]), axes=1), (QUERY[:, 0] * QUERY[:, 1]).sum(1, keepdims=True)),
        (lambda: K.repeat_elements(K.constant(QUERY), 2, 1), np.repeat(QUERY, 2, 1)),
        (lambda: K.cumsum(K.constant(QUERY), 1), QUERY.cumsum(1)),
        (lambda: K.reverse(K.constant(QUERY), 2), QUERY[..., ::-1]),
        (lambda: K.hard_sigmoid(K.constant([-9.0, 0.5, 9.0])), [0, 0.6, 1]),
        (lambda: K.temporal_padding(K.constant(QUERY)), np.pad(QUERY, ((0, 0), (1, 1), (0, 0)))),
        (lambda: K.bias_add(K.constant(IMAGES), K.constant([1.0, 2.0, 3.0])), IMAGES + [1, 2, 3]),
        (lambda: K.foldl(lambda a, b: a - b, K.constant([5.0, 2.0, 1.0])), 2.0),
        (lambda: K.resize_volumes(K.constant(np.ones((1, 1, 2, 2, 1))), 2, 1, 1, "channels_last"), np.ones((1, 2, 2, 2, 1))),
    ],
)
def test_functions_of_the_backend(found, expected):
    np.testing.assert_allclose(K.eval(found()), expected, rtol=1e-5)


def test_the_progress_bar_averages_its_values(capsys):
    bar = tf.keras.utils.Progbar(3, width=6, verbose=1, interval=0, stateful_metrics=["now"])
    for i in range(1, 4):
        bar.update(i, [("loss", float(i)), ("now", i)])
    last = capsys.readouterr().out.split("\r")[-1]
    assert last.startswith("3/3 [======] - ") and last.endswith("loss: 2.0000 - now: 3.0000\n")
