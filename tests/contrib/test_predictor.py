"""tf.contrib.predictor: models as functions."""

import numpy as np
import pytest

import tinytf as tf

predictor = tf.contrib.predictor


@pytest.fixture
def saved(tmp_path):
    path = str(tmp_path / "model")
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None], name="x")
        y = tf.multiply(x, tf.Variable(3.0), name="y")
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, path, inputs={"a": x}, outputs={"b": y})
    return path


@pytest.mark.parametrize(
    "options, given, result",
    [
        ({}, "a", "b"),
        ({"signature_def_key": "serving_default", "tags": "serve"}, "a", "b"),
        ({"input_names": {"in": "x:0"}, "output_names": {"out": "y:0"}}, "in", "out"),
    ],
)
def test_a_saved_model_predicts(saved, options, given, result):
    model = predictor.from_saved_model(saved, **options)
    np.testing.assert_array_equal(model({given: [1.0, 2.0]})[result], [3.0, 6.0])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda path: predictor.from_saved_model(path)({"z": 1}), "Got unexpected keys"),
        (lambda path: predictor.from_saved_model(path, "other"), 'Got signature_def_key "other"'),
        (lambda path: predictor.from_saved_model(path, input_names={}), "must both be specified"),
    ],
)
def test_mistakes_are_named(saved, call, message):
    with pytest.raises(ValueError, match=message):
        call(saved)


def test_an_estimator_predicts(tmp_path):
    def model(features, labels, mode):
        y = tf.layers.dense(features["x"], 1, use_bias=False, kernel_initializer=tf.constant_initializer(2.0))
        train = tf.assign_add(tf.train.get_global_step(), 1) if mode == tf.estimator.ModeKeys.TRAIN else None
        outputs = {"serving_default": tf.estimator.export.PredictOutput({"y": y})}
        return tf.estimator.EstimatorSpec(mode, {"y": y}, tf.constant(0.0), train, export_outputs=outputs)

    def receiver():
        x = tf.placeholder(tf.float32, [None, 1])
        return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})

    estimator = tf.estimator.Estimator(model, str(tmp_path))
    estimator.train(lambda: ({"x": tf.ones([1, 1])}, None), steps=1)
    np.testing.assert_array_equal(predictor.from_estimator(estimator, receiver)({"x": [[4.0]]})["y"], [[8.0]])
