"""Layers and models as configs and JSON, and back; what recurrent layers keep and drop."""

import json

import numpy as np
import pytest

import tinytf as tf

keras = tf.keras
L = keras.layers
X = np.random.RandomState(1).rand(4, 5, 3).astype("float32")


@pytest.fixture(autouse=True)
def fresh():
    keras.backend.clear_session()
    np.random.seed(0)


def with_weights(model):
    random = np.random.RandomState(3)
    model.set_weights([random.uniform(-0.5, 0.5, w.shape) for w in model.get_weights()])
    return model


@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.Dense(2, activation="relu", kernel_regularizer=keras.regularizers.l2(0.1), kernel_constraint="max_norm"),
        lambda: L.GRU(2, reset_after=True),
        lambda: L.LSTM(2, dropout=0.1, return_sequences=True, unit_forget_bias=False),
        lambda: L.Bidirectional(L.SimpleRNN(2), merge_mode="sum"),
        lambda: L.RNN([L.LSTMCell(2), L.GRUCell(3)]),
        lambda: L.TimeDistributed(L.Dense(2)),
        lambda: L.Conv1D(2, 2, padding="same"),
    ],
)
def test_a_layer_made_of_its_config_is_the_same(layer):
    first = layer()
    second = L.deserialize(json.loads(json.dumps(L.serialize(first))))
    assert type(second) is type(first)
    assert json.dumps(second.get_config(), sort_keys=True) == json.dumps(first.get_config(), sort_keys=True)


def test_what_the_config_of_a_dense_layer_holds():
    config = L.Dense(3, activation="tanh", name="d", input_shape=(4,)).get_config()
    assert config["batch_input_shape"] == (None, 4) and config["activation"] == "tanh"
    assert config["kernel_initializer"] == {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}


def test_a_graph_of_layers_comes_back_from_json():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    shared = L.Dense(3, activation="tanh", name="shared")
    joined = L.Concatenate(name="joined")([shared(a), L.Dropout(0.5, name="dropped")(shared(b))])
    model = with_weights(keras.Model([a, b], [joined, L.Dense(2, name="last")(joined)], name="m"))
    described = json.loads(model.to_json())
    assert described["class_name"] == "Model"
    assert described["config"]["output_layers"] == [["joined", 0, 0], ["last", 0, 0]]
    assert [["b", 0, 0, {}]] in [v for v in described["config"]["layers"] if v["name"] == "shared"][0]["inbound_nodes"]
    data = [np.ones((2, 3)), np.full((2, 3), 2.0)]
    for copy in (keras.models.model_from_json(model.to_json()), keras.models.clone_model(model)):
        copy.set_weights(model.get_weights())
        for got, expected in zip(copy.predict(data), model.predict(data)):
            np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_custom_layers_are_found_by_name():
    class Scaled(L.Layer):
        def __init__(self, by=2, **kwargs):
            super().__init__(**kwargs)
            self.by = by

        def call(self, inputs):
            return inputs * self.by

        def get_config(self):
            return dict(super().get_config(), by=self.by)

    model = keras.Sequential([L.Dense(2, input_shape=(3,)), Scaled(3)])
    with pytest.raises(ValueError, match="Unknown layer: Scaled"):
        keras.models.model_from_json(model.to_json())
    assert keras.models.model_from_json(model.to_json(), {"Scaled": Scaled}).layers[1].by == 3
    with keras.utils.custom_object_scope({"Scaled": Scaled}):
        assert isinstance(keras.models.model_from_json(model.to_json()).layers[1], Scaled)


def test_the_states_of_a_stateful_layer_last_until_they_are_reset():
    model = with_weights(keras.Sequential([L.LSTM(3, stateful=True, batch_input_shape=(4, 5, 3))]))
    first, second = model.predict(X, batch_size=4), model.predict(X, batch_size=4)
    assert not np.allclose(first, second)
    model.reset_states()
    np.testing.assert_allclose(model.predict(X, batch_size=4), first, rtol=1e-6)
    with pytest.raises(ValueError, match="it needs to know its batch size"):
        keras.Sequential([L.LSTM(3, stateful=True, input_shape=(5, 3))])


def test_a_gru_that_resets_after_the_product_is_tensorflows():
    model = with_weights(keras.Sequential([L.GRU(3, reset_after=True, input_shape=(5, 3))]))
    assert [w.shape for w in model.get_weights()] == [(3, 9), (3, 9), (2, 9)]
    whole = with_weights(keras.Sequential([L.GRU(3, reset_after=True, return_sequences=True, input_shape=(5, 3))]))
    np.testing.assert_allclose(whole.predict(X)[0, :2], [[-0.16474, -0.12297, -0.09776], [-0.24827, 0.03254, -0.11546]], atol=1e-5)


def test_dropout_of_a_recurrent_layer_is_for_training_only():
    model = with_weights(keras.Sequential([L.LSTM(3, dropout=0.3, recurrent_dropout=0.2, input_shape=(5, 3))]))
    np.testing.assert_allclose(model.predict(X)[0], [-0.18420, -0.11196, -0.28103], atol=1e-5)
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(X, np.zeros((4, 3)), epochs=2, verbose=0).history["loss"]).all()
