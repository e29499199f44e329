"""What layers and models know of their calls; callbacks of every mode; copies of models on other inputs."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import keras

pytestmark = pytest.mark.usefixtures("own_graph")

L = keras.layers


def test_a_layer_knows_each_of_its_calls():
    a, b, dense = keras.Input((32,)), keras.Input((32,)), L.Dense(16)
    with pytest.raises(RuntimeError, match="never been called"):
        dense.get_input_at(0)
    y, _ = dense(a), dense(b)
    assert dense.get_input_at(1) is b and dense.get_output_at(0) is y
    assert (dense.get_input_shape_at(0), dense.get_output_shape_at(1)) == ((None, 32), (None, 16))
    node = dense._inbound_nodes[0]
    assert node.inbound_layers is a._keras_history[0] and node.outbound_layer is dense
    assert a._keras_history[0]._outbound_nodes == [node]
    with pytest.raises(ValueError, match="only 2 inbound nodes"):
        dense.get_input_at(2)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: keras.Sequential([L.Dense(1, input_shape=(3,), name="a"), L.Dense(1, name="a")]), "should be unique"),
        (lambda: keras.Sequential([L.Dense(1)]).weights, "have not yet been created"),
        (lambda: (lambda a: keras.Model([a, a], L.Dense(1)(a)))(keras.Input((3,))), "redundant"),
    ],
)
def test_what_is_no_model_is_a_named_error(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_sequential_can_be_emptied():
    model = keras.Sequential([L.Dense(3, input_shape=(4,))])
    model.pop()
    assert model.layers == [] and model.outputs is None
    with pytest.raises(TypeError):
        model.pop()


@pytest.mark.parametrize("functional", [True, False])
def test_a_copy_takes_other_inputs(functional):
    if functional:
        x = keras.Input((4,))
        model = keras.Model(x, L.Dense(2)(x))
    else:
        model = keras.Sequential([L.Dense(2, input_shape=(4,)), L.BatchNormalization()])
    copy = keras.models.clone_model(model, input_tensors=tf.ones((3, 4)))
    copy.compile("sgd", "mse")
    copy.train_on_batch(None, np.zeros((3, 2)))
    assert len(copy.get_updates_for(copy.inputs)) == (0 if functional else 2)


def test_callbacks_are_called_in_every_mode():
    calls = []

    class Noted(keras.callbacks.Callback):
        def __getattribute__(self, name):
            if name.startswith("on_"):
                calls.append(name)
            return super().__getattribute__(name)

    model = keras.Sequential([L.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    x, y = np.ones((2, 3)), np.ones((2, 1))
    model.evaluate(x, y, verbose=0, callbacks=[Noted()])
    model.predict(x, callbacks=[Noted()])
    expected = ["on_%s_begin", "on_%s_batch_begin", "on_%s_batch_end", "on_%s_end"]
    assert calls == [name % mode for mode in ("test", "predict") for name in expected]
    calls.clear()
    model.fit(x, y, verbose=0, validation_data=(x, y), callbacks=[Noted()])
    assert calls[-6:] == [name % "test" for name in expected] + ["on_epoch_end", "on_train_end"]


def test_outputs_of_a_subclass_have_numbers():
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = L.Dense(2), L.Dense(3)

        def call(self, x):
            return [self.a(x[0]), self.b(x[1])]

    model = Two()
    model.compile("sgd", "mse")
    data = [np.ones((4, 2)), np.ones((4, 3))]
    model.fit(data, data, verbose=0)
    assert model.metrics_names == ["loss", "output_1_loss", "output_2_loss"]
