"""What Keras training leaves behind beside the weights: names in the graph, and the state of np.random."""

import numpy as np

import tinytf as tf


def compiled(metrics=("mae",)):
    model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])
    model.compile("sgd", "mse", metrics=list(metrics))
    return model


def test_each_model_takes_two_scopes_for_metrics():
    with tf.Graph().as_default() as graph:
        for _ in range(2):
            compiled()
        scopes = {op.name.partition("/")[0] for op in graph.get_operations()}
    assert {"metrics", "metrics_2"} <= scopes and "metrics_1" not in scopes


def test_validation_in_fit_shuffles_even_where_training_does_not():
    x, y = np.ones([20, 3]), np.ones([20, 2])
    with tf.Graph().as_default():
        model = compiled()
        np.random.seed(0)
        model.fit(x, y, verbose=0, shuffle=False)
        untouched = np.random.get_state()[2]
        model.fit(x, y, verbose=0, shuffle=False, validation_data=(x, y))
        drawn = np.random.get_state()[2]
        model.evaluate(x, y, verbose=0)
        assert np.random.get_state()[2] == drawn
    np.random.seed(0)
    assert untouched == np.random.get_state()[2]
    np.random.shuffle(np.arange(20))
    assert drawn == np.random.get_state()[2]
