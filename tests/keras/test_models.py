"""tf.keras in graph mode: models learn, are evaluated, called again, saved and loaded; what is left out says so."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import keras

X = np.random.RandomState(0).rand(40, 4).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5], [3.0]], "float32")
CLASSES = (X[:, 0] > 0.5).astype(int)


@pytest.fixture(autouse=True)
def fresh():
    keras.backend.clear_session()
    tf.set_random_seed(1)
    np.random.seed(1)


def line():
    return keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])


def test_a_line_is_learned():
    model = line()
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse", metrics=["mae"])
    history = model.fit(X, Y, epochs=60, batch_size=10, verbose=0).history
    assert history["loss"][-1] < 0.01 < history["loss"][0] and set(history) == {"loss", "mean_absolute_error"}
    loss, mae = model.evaluate(X, Y, verbose=0)
    assert loss < 0.01 and mae < 0.1
    np.testing.assert_allclose(model.predict(X), Y, atol=0.3)


def test_the_variables_are_ordinary_and_the_default_session_is_used():
    model = line()
    assert [v.name for v in tf.trainable_variables()] == ["dense/kernel:0", "dense/bias:0"] == [w.name for w in model.weights]
    with tf.Session() as session:
        model.set_weights([np.ones((4, 1)), np.zeros(1)])
        np.testing.assert_allclose(session.run(model.output, {model.input: X}), X.sum(1, keepdims=True), rtol=1e-6)


def test_accuracy_means_what_the_loss_asks_for():
    for units, loss, labels in ((1, "binary_crossentropy", CLASSES), (2, "sparse_categorical_crossentropy", CLASSES),
                                (2, "categorical_crossentropy", keras.utils.to_categorical(CLASSES))):  # fmt: skip
        keras.backend.clear_session()
        tf.set_random_seed(1)
        model = keras.Sequential([keras.layers.Dense(units, activation="sigmoid" if units == 1 else "softmax", input_dim=4)])
        model.compile(keras.optimizers.Adam(0.1), loss, metrics=["accuracy"])
        history = model.fit(X, labels, epochs=30, verbose=0).history
        assert history["acc"][-1] > 0.8 and model.metrics_names == ["loss", "acc"]


def test_shared_layers_nested_models_and_several_outputs():
    a, b = keras.Input((4,)), keras.Input((4,))
    shared = keras.Sequential([keras.layers.Dense(3, activation="relu", input_dim=4)])
    both = keras.layers.concatenate([shared(a), shared(b)])
    model = keras.Model([a, b], [keras.layers.Dense(1, name="one")(both), keras.layers.Dense(2, name="two")(both)])
    model.compile("sgd", {"one": "mse", "two": "mae"}, loss_weights=[1.0, 0.5])
    history = model.fit([X, X], [Y, X[:, :2]], epochs=1, verbose=0).history
    assert set(history) == {"loss", "one_loss", "two_loss"} and len(model.trainable_weights) == 6
    again = model([tf.constant(X), tf.constant(X)])
    np.testing.assert_allclose(keras.backend.get_value(again[0]), model.predict([X, X])[0], rtol=1e-5)


def test_a_subclass_is_built_by_its_first_data():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.drop, self.out = keras.layers.Dense(3, activation="tanh"), keras.layers.Dropout(0.5), keras.layers.Dense(1)

        def call(self, inputs, training=None):
            return self.out(self.drop(self.hidden(inputs), training=training))

    model = Net()
    model.compile("adam", "mse")
    model.fit(X, Y, epochs=1, verbose=0)
    assert len(model.trainable_weights) == 4
    np.testing.assert_array_equal(model.predict(X), model.predict(X))  # nothing is dropped


def test_masked_steps_leave_the_state_alone():
    steps = np.random.RandomState(1).rand(2, 5, 3).astype("float32")
    padded = np.concatenate([steps, np.zeros((2, 2, 3), "float32")], axis=1)
    x = keras.Input((None, 3))
    lstm = keras.layers.LSTM(4)
    plain, masked = keras.Model(x, lstm(x)), keras.Model(x, lstm(keras.layers.Masking()(x)))
    np.testing.assert_allclose(masked.predict(padded), plain.predict(steps), rtol=1e-6)
    assert not np.allclose(plain.predict(padded), plain.predict(steps))


@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
def test_unrolled_and_looped_are_the_same(name):
    steps = np.random.RandomState(1).rand(2, 5, 3).astype("float32")
    looped, unrolled = (keras.Sequential([getattr(keras.layers, name)(4, unroll=u, input_shape=(5, 3))]) for u in (False, True))
    unrolled.set_weights(looped.get_weights())
    np.testing.assert_allclose(looped.predict(steps), unrolled.predict(steps), rtol=1e-5)


def test_callbacks():
    model, seen = line(), []
    model.compile("sgd", "mse")
    model.fit(
        X, Y, epochs=9, verbose=0, validation_split=0.25,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(sorted(logs))),
            keras.callbacks.EarlyStopping(min_delta=100.0, patience=2),
            keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1)),
        ],
    )  # fmt: skip
    assert seen == [["loss", "lr", "val_loss"]] * 3 or seen == [["loss", "val_loss"]] * 3
    assert abs(keras.backend.get_value(model.optimizer.lr) - 0.1 / 3) < 1e-6


def test_weights_are_a_checkpoint_with_tensorflows_keys(tmp_path):
    model = keras.Sequential([keras.layers.Dense(3, input_dim=4), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=1, verbose=0)
    before = model.predict(X)
    model.save_weights(str(tmp_path / "w"))
    keys = {key.replace("/.ATTRIBUTES/VARIABLE_VALUE", "") for key, _ in tf.train.list_variables(str(tmp_path / "w"))}
    of_layers = {f"layer_with_weights-{i}/{name}" for i in (0, 1) for name in ("bias", "kernel")}
    of_optimizer = {"optimizer/" + name for name in ("iter", "learning_rate", "decay", "momentum")}
    assert keys == of_layers | of_optimizer | {"_CHECKPOINTABLE_OBJECT_GRAPH"}
    model.set_weights([w * 0 for w in model.get_weights()])
    model.load_weights(str(tmp_path / "w"))
    np.testing.assert_array_equal(model.predict(X), before)


def test_slots_go_on_where_they_were(tmp_path):
    def trained(model, epochs):
        model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
        return model.fit(X, Y, epochs=epochs, shuffle=False, verbose=0).history["loss"]

    model = line()
    trained(model, 2)
    tf.train.Checkpoint(model=model, optimizer=model.optimizer).save(str(tmp_path / "c"), session=keras.backend.get_session())
    expected = model.fit(X, Y, epochs=2, shuffle=False, verbose=0).history["loss"]
    keras.backend.clear_session()
    model = line()
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    model._training_updates()
    status = tf.train.Checkpoint(model=model, optimizer=model.optimizer).restore(tf.train.latest_checkpoint(str(tmp_path)))
    status.run_restore_ops(session=keras.backend.get_session())
    np.testing.assert_allclose(model.fit(X, Y, epochs=2, shuffle=False, verbose=0).history["loss"], expected, rtol=1e-5)


def test_generators_and_data_sets():
    model = line()
    model.compile("sgd", "mse")
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(10).repeat()
    assert len(model.fit(data, epochs=2, steps_per_epoch=4, verbose=0).history["loss"]) == 2
    batches = ((X[i : i + 10], Y[i : i + 10]) for i in range(0, 40, 10))
    model.fit_generator(batches, steps_per_epoch=4, verbose=0)


def test_the_summary(capsys):
    line().summary()
    assert capsys.readouterr().out.splitlines()[4] == "dense (Dense)                (None, 1)                 5         "


@pytest.mark.parametrize(
    "call, what",
    [
        (lambda m: m.save("m", save_format="tf"), "save_weights"),
    ],
)
def test_what_is_left_out_says_what_to_do(call, what):
    with pytest.raises(NotImplementedError, match=what):
        call(line())


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda m: m.compile("nope", "mse"), "Unknown optimizer: nope"),
        (lambda m: m.compile("sgd", "nope"), "Unknown loss function:nope"),
        (lambda m: (m.compile("sgd", "mse"), m.fit(X[:, :2], Y, verbose=0)), "expected dense_input to have shape"),
        (lambda m: (m.compile("sgd", "mse"), m.fit(X, Y[:5], verbose=0)), "same number of samples"),
        (lambda m: keras.layers.Add()([m.input]), "at least 2 inputs"),
    ],
)
def test_errors_in_tensorflows_words(call, message):
    with pytest.raises(ValueError, match=message):
        call(line())


def test_a_model_with_an_optimizer_of_tf_train_names_its_nodes_as_tensorflow_does():
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
    model.compile(tf.train.GradientDescentOptimizer(0.1), "mse")
    model.train_on_batch([[1.0, 2.0]], [[3.0]])
    names = {op.name for op in tf.get_default_graph().get_operations()}
    assert {"TFOptimizer/iterations", "training/GradientDescent"} <= names
