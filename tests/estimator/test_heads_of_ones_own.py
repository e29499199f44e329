"""Models that take a head, and what is built around models; the numbers are TensorFlow 1.15.5's, for the same seed."""

import numpy as np
import pytest

import tinytf as tf

COLUMNS = [tf.feature_column.numeric_column("x")]
FEATURES = {"x": np.array([[1.0], [2.0], [3.0], [4.0]], np.float32)}
LABELS = np.array([[1.0], [2.0], [3.0], [5.0]], np.float32)


def inputs(epochs):
    return tf.estimator.inputs.numpy_input_fn(FEATURES, LABELS, shuffle=False, num_epochs=epochs, batch_size=4)


def config():
    return tf.estimator.RunConfig(tf_random_seed=3)


@pytest.mark.parametrize(
    "kind, arguments, loss, mean",
    [
        ("LinearEstimator", {"feature_columns": COLUMNS}, 1.595, 1.861),
        ("DNNEstimator", {"feature_columns": COLUMNS, "hidden_units": [3]}, 0.221, 2.737),
        ("BaselineEstimator", {}, 5.611, 0.9),
        (
            "DNNLinearCombinedEstimator",
            {"linear_feature_columns": COLUMNS, "dnn_feature_columns": COLUMNS, "dnn_hidden_units": [2]},
            0.671,
            2.161,
        ),
    ],
)
def test_a_model_takes_a_head(kind, arguments, loss, mean, tmp_path):
    model = getattr(tf.estimator, kind)(tf.contrib.estimator.regression_head(), model_dir=str(tmp_path), config=config(), **arguments)
    metrics = model.train(inputs(None), steps=5).evaluate(inputs(1))
    assert metrics["loss"] == pytest.approx(loss, abs=2e-3)
    assert metrics["prediction/mean"] == pytest.approx(mean, abs=2e-3)


def test_metrics_are_added(tmp_path):
    def more(features, predictions):
        return {"x": tf.metrics.mean(features["x"]), "loss/seven": tf.metrics.mean(predictions["predictions"] * 0 + 7)}

    model = tf.estimator.add_metrics(tf.estimator.LinearRegressor(COLUMNS, str(tmp_path), config=config()), more)
    metrics = model.train(inputs(None), steps=1).evaluate(inputs(1))
    assert metrics["x"] == 2.5 and metrics["loss/seven"] == 7 and "average_loss" in metrics
    with pytest.raises(ValueError, match="not expected args: .'nonsense'"):
        tf.estimator.add_metrics(model, lambda nonsense: {})


def test_logits_of_the_canned_models():
    with tf.Graph().as_default():
        experimental, features = tf.estimator.experimental, {"x": tf.ones([2, 1])}
        dnn = experimental.dnn_logit_fn_builder(2, [3], COLUMNS, tf.nn.relu, None, None, False)(features, "train")
        linear = experimental.linear_logit_fn_builder(2, COLUMNS)(features=features)
        assert dnn.shape == linear.shape == (2, 2)
        assert [v.op.name for v in tf.trainable_variables()] == [
            "hiddenlayer_0/kernel", "hiddenlayer_0/bias", "logits/kernel", "logits/bias",
            "linear_model/x/weights", "linear_model/bias_weights",
        ]  # fmt: skip
        with pytest.raises(ValueError, match="units must be an int"):
            experimental.dnn_logit_fn_builder([2], [3], COLUMNS, tf.nn.relu, None, None, False)


def test_what_is_parsed_for_a_model():
    spec = tf.estimator.classifier_parse_example_spec(COLUMNS, "y", weight_column="w")
    assert spec == {
        "x": tf.FixedLenFeature((1,), tf.float32),
        "y": tf.FixedLenFeature((1,), tf.int64),
        "w": tf.FixedLenFeature((1,), tf.float32),
    }
    assert tf.estimator.regressor_parse_example_spec(COLUMNS, "y", label_dimension=3)["y"] == tf.FixedLenFeature((3,), tf.float32)
    for label, weight, message in (("x", None, "label should not be"), ("y", "x", "weight_column should not"), ("y", 3, "an instance of")):
        with pytest.raises(ValueError, match=message):
            tf.estimator.classifier_parse_example_spec(COLUMNS, label, weight_column=weight)
