"""tf.keras.estimator: a Keras model trains as an Estimator, from the weights it has; the numbers are TensorFlow 1.15's."""

import numpy as np
import pytest

import tinytf as tf

keras = tf.keras


@pytest.fixture(autouse=True)
def fresh():
    keras.backend.clear_session()


def test_a_graph_of_layers_trains_evaluates_and_predicts(tmp_path):
    random = np.random.RandomState(3)
    a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
    model = keras.Model([a, b], keras.layers.Dense(1, name="o")(keras.layers.concatenate([a, b])))
    model.set_weights([random.rand(*w.shape) - 0.5 for w in model.get_weights()])
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    x, y = random.rand(12, 3).astype("float32"), random.rand(12, 1).astype("float32")
    first = np.mean((model.predict([x, x[:, :2]]) - y) ** 2)
    estimator = keras.estimator.model_to_estimator(model, model_dir=str(tmp_path))

    def data():
        return {"a": tf.constant(x), "b": tf.constant(x[:, :2])}, tf.constant(y)

    estimator.train(data, steps=10)
    found = estimator.evaluate(data, steps=1)
    assert set(found) == {"loss", "mean_absolute_error", "global_step"} and found["global_step"] == 10
    assert found["loss"] < first
    assert estimator.get_variable_value("o/kernel").shape == (5, 1)
    features = {"a": x, "b": x[:, :2]}
    predicted = next(estimator.predict(lambda: tf.data.Dataset.from_tensors(features)))
    assert list(predicted) == ["o"]


def test_a_sequential_model_keeps_its_weights(tmp_path):
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,), name="d"), keras.layers.Dropout(0.5)])
    model.compile("adam", "mse")
    estimator = keras.estimator.model_to_estimator(model, model_dir=str(tmp_path))
    x = np.ones((4, 3), np.float32)
    kernel = model.get_weights()[0]
    estimator.train(lambda: (tf.constant(x), tf.constant(x[:, :2])), steps=1)
    np.testing.assert_allclose(estimator.get_variable_value("d/kernel"), kernel, atol=2e-3)  # one step of Adam away


def test_what_cannot_become_an_estimator():
    with pytest.raises(ValueError, match="Either `keras_model` or `keras_model_path`"):
        keras.estimator.model_to_estimator()
    with pytest.raises(ValueError, match="has not been compiled yet"):
        keras.estimator.model_to_estimator(keras.Sequential([keras.layers.Dense(2, input_shape=(3,))]))
