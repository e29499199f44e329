"""Estimators train, evaluate, predict and export. The numbers are TensorFlow 1.15.5's, for the same seed."""

import os

import numpy as np
import pytest

import tinytf as tf

X = np.random.RandomState(0).rand(150, 4).astype(np.float32)
Y = (X.sum(1) * 1.2).astype(np.int64) % 3
C = np.array(["a", "b", "c"])[(X[:, 0] * 3).astype(int)]
DATA = {"x": X, "a": X[:, 1], "c": C, "w": np.random.RandomState(1).rand(150).astype(np.float32)}


def inputs(labels=Y, epochs=None):
    return tf.estimator.inputs.numpy_input_fn(DATA, labels, batch_size=32, num_epochs=epochs, shuffle=False)


def config():
    return tf.estimator.RunConfig(tf_random_seed=7)


def model_fn(features, labels, mode, params):
    logits = tf.layers.dense(tf.layers.dense(features["x"], params["hidden"], tf.nn.relu), 3)
    best = tf.argmax(logits, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"best": best, "logits": logits})
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss, global_step=tf.train.get_global_step())
    metrics = {"accuracy": tf.metrics.accuracy(labels, best)}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


@pytest.fixture
def estimator(tmp_path):
    return tf.estimator.Estimator(model_fn, str(tmp_path / "model"), config(), params={"hidden": 8})


def test_steps_add_up_and_max_steps_do_not(estimator):
    for kwargs, step in (({"steps": 3}, 3), ({"steps": 2}, 5), ({"max_steps": 6}, 6), ({"max_steps": 6}, 6)):
        assert estimator.train(inputs(), **kwargs) is estimator
        assert estimator.get_variable_value("global_step") == step
    assert os.path.basename(estimator.latest_checkpoint()) == "model.ckpt-6"
    assert "dense/kernel/Adam_1" in estimator.get_variable_names()


def test_training_ends_with_the_input(estimator):
    estimator.train(inputs(epochs=1))
    assert estimator.get_variable_value("global_step") == 5  # 150 examples in batches of 32


def test_datasets_are_inputs(estimator):
    estimator.train(lambda: tf.data.Dataset.from_tensor_slices(({"x": X}, Y)).repeat().batch(10), steps=4)
    assert estimator.evaluate(inputs(epochs=1))["global_step"] == 4


def test_predictions_come_one_by_one_or_in_batches(estimator):
    estimator.train(inputs(), steps=1)
    each = list(estimator.predict(inputs(None, 1)))
    assert len(each) == 150 and each[0]["logits"].shape == (3,)
    batches = list(estimator.predict(inputs(None, 1), predict_keys=["best"], yield_single_examples=False))
    assert [list(b) for b in batches] == [["best"]] * 5 and batches[4]["best"].shape == (22,)


def test_an_export_serves(estimator, tmp_path):
    estimator.train(inputs(), steps=1)
    with tf.Graph().as_default():
        receiver = tf.estimator.export.build_raw_serving_input_receiver_fn({"x": tf.placeholder(tf.float32, [None, 4], "x")})
    path = estimator.export_savedmodel(str(tmp_path / "export"), receiver).decode()
    with tf.Session(graph=tf.Graph()) as sess:
        signature = tf.saved_model.loader.load(sess, ["serve"], path).signature_def["serving_default"]
        logits = sess.run(signature.outputs["logits"].name, {signature.inputs["x"].name: X[:2]})
    expected = [p["logits"] for p, _ in zip(estimator.predict(inputs(None, 1)), range(2))]
    np.testing.assert_allclose(logits, expected, rtol=1e-5)


def test_train_and_evaluate(estimator):
    spec = tf.estimator.EvalSpec(inputs(epochs=1), steps=None)
    metrics, _ = tf.estimator.train_and_evaluate(estimator, tf.estimator.TrainSpec(inputs(), max_steps=8), spec)
    assert metrics["global_step"] == 8 and set(metrics) == {"accuracy", "loss", "global_step"}


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda e: e.train(inputs(), steps=1, max_steps=1), ValueError, "both steps and max_steps"),
        (lambda e: e.train(inputs(), steps=0), ValueError, "steps > 0"),
        (lambda e: e.train(inputs(), hooks=["hook"]), TypeError, "SessionRunHook"),
        (lambda e: e.get_variable_value("w"), ValueError, "Could not find trained model"),
        (lambda e: e.export_savedmodel("x", lambda: None), ValueError, "Couldn't find trained model"),
        (lambda e: tf.estimator.Estimator(lambda labels: None), ValueError, "must include features"),
        (lambda e: tf.estimator.Estimator(lambda features: None, params={}), ValueError, "params"),
        (lambda e: tf.estimator.inputs.numpy_input_fn(X), ValueError, "shuffle must be provided"),
        (lambda e: tf.estimator.EstimatorSpec("train"), ValueError, "Missing"),
        (lambda e: tf.estimator.RunConfig(save_checkpoints_steps=1, save_checkpoints_secs=1), ValueError, "cannot be both"),
    ],
)
def test_mistakes_are_named(estimator, call, error, words):
    with pytest.raises(error, match=words):
        call(estimator)
