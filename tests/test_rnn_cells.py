"""Cells of recurrent networks tell their arguments, and are made again of them."""

import pytest

import tinytf as tf

cells = tf.nn.rnn_cell
_BASE = {"name": "cell", "trainable": True, "dtype": "float32", "reuse": None}


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize(
    "make, own",
    [
        (lambda **k: cells.BasicRNNCell(2, **k), {"num_units": 2, "activation": "tanh"}),
        (
            lambda **k: cells.GRUCell(2, activation=tf.nn.relu, **k),
            {"num_units": 2, "activation": "relu", "kernel_initializer": None, "bias_initializer": None},
        ),
        (
            lambda **k: cells.BasicLSTMCell(2, activation="linear", **k),
            {"num_units": 2, "activation": "linear", "forget_bias": 1.0, "state_is_tuple": True},
        ),
    ],
)
def test_config_of_a_cell(make, own):
    cell = make(name="cell", dtype=tf.float32)
    assert cell.get_config() == {**_BASE, **own}
    assert type(cell).from_config(cell.get_config()).get_config() == cell.get_config()


def test_an_initializer_comes_back():
    config = cells.GRUCell(2, kernel_initializer=tf.constant_initializer(3.0)).get_config()
    cell = cells.GRUCell.from_config(config)
    cell(tf.ones([1, 2]), tf.ones([1, 2]))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert (session.run(cell.weights[0]) == 3).all()


def test_config_of_a_wrapper():
    cell = cells.GRUCell(2)
    wrapper = cells.DropoutWrapper(cell, 0.5, dropout_state_filter_visitor=lambda state: False)
    config = wrapper.get_config()
    assert config["input_keep_prob"] == 0.5 and config["cell"] == {"class_name": "GRUCell", "config": cell.get_config()}
    with pytest.raises(ValueError, match="cannot reconstruct the wrapped cell"):
        cells.DropoutWrapper.from_config(config)
    again = cells.DropoutWrapper.from_config({**config, "cell": cell})
    assert again._dropout_state_filter(None) is False
    residual = cells.ResidualWrapper(cell, lambda inputs, outputs: inputs - outputs)
    assert cells.ResidualWrapper.from_config({**residual.get_config(), "cell": cell})._residual_fn(3, 1) == 2
    assert cells.DeviceWrapper(cell, "/cpu:0").get_config()["device"] == "/cpu:0"
