"""Models in HDF5 files; h5py is optional, and so are the tests that need it."""

import sys

import numpy as np
import pytest

from tinytf import keras
from tinytf.keras import function_dump

pytestmark = pytest.mark.usefixtures("own_graph")

X = np.arange(12, dtype=np.float32).reshape(4, 3) / 10
Y = np.ones((4, 2), np.float32)


def trained():
    inputs = keras.Input((3,), name="i")
    hidden = keras.layers.BatchNormalization(name="bn")(keras.layers.Dense(4, kernel_regularizer="l2", name="d1")(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2, name="d2")(keras.layers.Concatenate(name="cat")([hidden, inputs])))
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae", keras.metrics.Precision(thresholds=[0.2, 0.5])])
    model.fit(X, Y, epochs=2, verbose=0)
    return model


def test_a_loaded_model_goes_on_where_it_was_saved(tmp_path):
    pytest.importorskip("h5py")
    model = trained()
    model.save(str(tmp_path / "m.h5"))
    loaded = keras.models.load_model(str(tmp_path / "m.h5"))
    np.testing.assert_allclose(loaded.predict(X), model.predict(X))
    assert loaded.train_on_batch(X, Y)[0] == pytest.approx(model.train_on_batch(X, Y)[0])


def test_weights_go_by_order_or_by_name(tmp_path):
    pytest.importorskip("h5py")
    path, model, other = str(tmp_path / "w.h5"), trained(), trained()
    model.save_weights(path)
    for by_name in (False, True):
        other.load_weights(path, by_name=by_name)
        for a, b in zip(model.get_weights(), other.get_weights()):
            np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="containing 3 layers into a model with 1 layers"):
        keras.Sequential([keras.layers.Dense(2, input_shape=(3,))]).load_weights(path)


@pytest.mark.parametrize(
    "call",
    [lambda m, path: m.save(path), lambda m, path: m.save_weights(path), lambda m, path: m.load_weights(path)],
)
def test_without_h5py_the_error_names_it(call, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    (tmp_path / "w.h5").write_bytes(b"")
    with pytest.raises(ImportError, match="requires h5py"):
        call(trained(), str(tmp_path / "w.h5"))


def test_bytecode_of_another_program_is_not_run():
    double = function_dump.func_load(function_dump.func_dump(lambda x, k=2: x * k))
    assert double(3) == 6
    with pytest.raises(NotImplementedError, match="does not run"):
        function_dump.func_load("4wEAAAAAAAAA\n", None, None)


def test_a_lambda_layer_is_made_again_from_its_config():
    layer = keras.layers.Lambda(lambda x, k: x + k, arguments={"k": 1.0}, name="l")
    again = keras.layers.Lambda.from_config(layer.get_config())
    assert keras.backend.eval(again(keras.backend.constant([1.0]))).tolist() == [2.0]
    assert layer.get_config()["function_type"] == "lambda"
