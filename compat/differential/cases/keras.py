"""tf.keras: the graph that compile makes, and the losses, predictions and weights of training."""

from __future__ import annotations

import numpy as np

_X = np.random.RandomState(0).rand(20, 6).astype("float32")
_Y = np.random.RandomState(1).rand(20, 1).astype("float32")
_CLASSES = np.random.RandomState(2).randint(0, 3, 20)
_IMAGES = np.random.RandomState(3).rand(12, 8, 8, 2).astype("float32")
_STEPS = np.random.RandomState(4).rand(12, 5, 4).astype("float32")


def _trained(tf, model, x, y, optimizer="sgd", loss="mse", weights=True, **arguments):
    """Builds now; trains, predicts and evaluates in the session."""
    np.random.seed(0)
    model.compile(optimizer, loss, **arguments)

    def run(sess):
        history = model.fit(x, y, batch_size=8, epochs=2, verbose=0, shuffle=False).history
        values = [np.array(history[key], "float32") for key in sorted(history)]
        return [model.predict(x)] + values + [np.array(model.evaluate(x, y, verbose=0), "float32")] + (model.get_weights() if weights else [])

    return run


def _dense(tf, *layers):
    layers = layers or (tf.keras.layers.Dense(4, activation="relu", input_shape=(6,)), tf.keras.layers.Dense(1))
    tf.set_random_seed(1)
    return tf.keras.Sequential(list(layers))


def _optimizer_case(make):
    def case(tf):
        tf.set_random_seed(1)
        return _trained(tf, _dense(tf), _X, _Y, make(tf.keras.optimizers))

    case.ulps = 256
    return case


def cases():
    """(name, function) of the optimizers and losses."""
    optimizers = {
        "sgd": lambda o: "sgd", "adam": lambda o: "adam", "rmsprop": lambda o: "rmsprop", "adagrad": lambda o: "adagrad",
        "adadelta": lambda o: "adadelta", "adamax": lambda o: "adamax", "momentum": lambda o: o.SGD(lr=0.01, momentum=0.9, nesterov=True),
        "decay": lambda o: o.Adam(0.01, decay=0.1, clipvalue=0.5), "amsgrad": lambda o: o.Adam(0.01, amsgrad=True, clipnorm=0.1),
        "centered": lambda o: o.RMSprop(0.01, centered=True), "rms_momentum": lambda o: o.RMSprop(0.01, momentum=0.5),
        "schedule": lambda o: o.SGD(o.schedules.ExponentialDecay(0.1, 2, 0.5)),
    }  # fmt: skip
    for name, make in optimizers.items():
        yield "optimizer_" + name, _optimizer_case(make)
    for loss in ("mse", "mae", "mape", "msle", "hinge", "squared_hinge", "logcosh", "poisson", "kullback_leibler_divergence",
                 "categorical_hinge", "binary_crossentropy", "categorical_crossentropy"):  # fmt: skip

        def case(tf, loss=loss):
            tf.set_random_seed(1)
            model = _dense(tf, tf.keras.layers.Dense(3, input_dim=6, activation="sigmoid"))
            return _trained(tf, model, _X, np.eye(3, dtype="float32")[_CLASSES], "sgd", loss, metrics=["mae", "accuracy"])

        case.ulps = 256
        yield "loss_" + loss, case


def case_convolutions(tf):
    L = tf.keras.layers
    tf.set_random_seed(1)
    model = tf.keras.Sequential([
        L.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 2)), L.MaxPooling2D(), L.Conv2D(3, (2, 2), padding="same", strides=2),
        L.BatchNormalization(), L.Activation("tanh"), L.Flatten(), L.Dropout(0.5, seed=3), L.Dense(3, activation="softmax"),
    ])  # fmt: skip
    return _trained(tf, model, _IMAGES, _CLASSES[:12], "adam", "sparse_categorical_crossentropy", False, metrics=["accuracy"])


case_convolutions.ulps = 4096


def _recurrent(name):
    def case(tf):
        L = tf.keras.layers
        tf.set_random_seed(1)
        layer = getattr(L, name)(3, input_shape=(5, 4), kernel_initializer="ones", recurrent_initializer="ones", return_sequences=True)
        model = tf.keras.Sequential([layer, L.Flatten(), L.Dense(1)])
        model.compile("sgd", "mse")
        return lambda sess: [model.predict(_STEPS), model.train_on_batch(_STEPS, _Y[:12]), model.predict(_STEPS)]

    case.ulps, case.same_graph = 256, False
    return case


case_simple_rnn, case_gru, case_lstm = _recurrent("SimpleRNN"), _recurrent("GRU"), _recurrent("LSTM")
for _case in (case_simple_rnn, case_gru, case_lstm):
    _case.why_different = "The loop over the steps is a while loop of its own shape; the values agree"


def case_functional_regularized(tf):
    K, L = tf.keras, tf.keras.layers
    tf.set_random_seed(1)
    a, b = K.Input((6,)), K.Input((6,), name="second")
    h = L.Dense(5, activation="elu", kernel_regularizer=K.regularizers.l2(0.1))(a)
    z = L.Concatenate()([L.add([h, L.Dense(5, kernel_constraint=K.constraints.MaxNorm(1.0))(b)]), h])
    model = K.Model([a, b], L.Dense(1)(z))
    model.compile("rmsprop", "mae")
    return lambda sess: [model.train_on_batch([_X, _X], _Y), model.predict([_X, _X])] + model.get_weights()


case_functional_regularized.ulps = 256


def case_layers_one_by_one(tf):
    K, L = tf.keras, tf.keras.layers
    x = K.Input((8, 8, 2))
    made = [
        L.ZeroPadding2D(1), L.Cropping2D(1), L.UpSampling2D(2), L.GlobalMaxPooling2D(), L.GlobalAveragePooling2D(), L.Permute((3, 1, 2)),
        L.AveragePooling2D(3, 2, padding="same"), L.Reshape((-1, 4)), L.LeakyReLU(), L.ReLU(0.5), L.ELU(0.3), L.ThresholdedReLU(0.5),
        L.Lambda(lambda t: t * 2), L.Activation("hard_sigmoid"),
    ]  # fmt: skip
    return [layer(x) for layer in made], {x: _IMAGES}


def case_target_of_another_shape(tf):
    model = _dense(tf)
    model.compile("sgd", "mse")
    return lambda sess: model.fit(_X[:, :3], _Y, verbose=0)


def case_unknown_loss(tf):
    return _dense(tf).compile("sgd", "nope")
