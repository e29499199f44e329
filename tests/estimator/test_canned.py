"""The canned estimators reach TensorFlow 1.15.5's metrics after 30 steps with the same seed."""

import numpy as np
import pytest
from test_estimator import DATA, X, Y, config, inputs

import tinytf as tf

fc = tf.feature_column
DENSE = [fc.numeric_column("x", shape=[4]), fc.numeric_column("a")]
WORD = fc.categorical_column_with_vocabulary_list("c", ["a", "b", "c"])
RANGE = fc.bucketized_column(DENSE[1], [0.2, 0.5])
NAMES = np.array(["n", "y"])[Y % 2]
NUMBERS = X[:, 2]

MODELS = {
    "DNNClassifier": (
        {"hidden_units": [8, 4], "feature_columns": DENSE, "n_classes": 3}, Y,
        {"accuracy": 0.56, "average_loss": 0.9414856, "loss": 28.24457},
    ),
    "LinearClassifier": (
        {"feature_columns": [*DENSE, WORD, RANGE], "n_classes": 3}, Y,
        {"accuracy": 0.6866667, "average_loss": 0.77734, "loss": 23.3202},
    ),
    "LinearRegressor": (
        {"feature_columns": DENSE}, NUMBERS,
        {"average_loss": 0.00633212, "label/mean": 0.5052301, "loss": 0.1899636, "prediction/mean": 0.4961112},
    ),
    "DNNLinearCombinedClassifier": (
        {"linear_feature_columns": [WORD, RANGE], "dnn_feature_columns": DENSE, "dnn_hidden_units": [4], "n_classes": 3}, Y,
        {"accuracy": 0.3866667, "average_loss": 1.0803478, "loss": 32.410435},
    ),
    "DNNLinearCombinedRegressor": (
        {"linear_feature_columns": [WORD, RANGE], "dnn_feature_columns": DENSE, "dnn_hidden_units": [4]}, NUMBERS,
        {"average_loss": 0.1714925, "label/mean": 0.5052301, "loss": 5.144774, "prediction/mean": 0.7983595},
    ),
    "BaselineClassifier": ({"n_classes": 3}, Y, {"accuracy": 0.46, "average_loss": 1.0642335, "loss": 31.927006}),
    "BaselineRegressor": (
        {}, NUMBERS, {"average_loss": 0.083628, "label/mean": 0.5052301, "loss": 2.50884, "prediction/mean": 0.4878154},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MODELS)
def test_metrics_are_tensorflows(kind, tmp_path):
    kwargs, labels, expected = MODELS[kind]
    estimator = getattr(tf.estimator, kind)(model_dir=str(tmp_path), config=config(), **kwargs)
    estimator.train(inputs(labels), steps=30)
    metrics = estimator.evaluate(inputs(labels, 1))
    assert metrics.pop("global_step") == 30 and set(metrics) == set(expected)
    for name, value in expected.items():
        assert metrics[name] == pytest.approx(value, rel=1e-3), name


def test_two_classes_with_names(tmp_path):
    estimator = tf.estimator.LinearClassifier(
        [DENSE[0], WORD], str(tmp_path), config=config(), label_vocabulary=["n", "y"]
    )
    metrics = estimator.train(inputs(NAMES), steps=30).evaluate(inputs(NAMES, 1))
    expected = {
        "accuracy": 0.7666667, "accuracy_baseline": 0.7133333, "auc": 0.9121929, "auc_precision_recall": 0.7024677,
        "average_loss": 0.4395881, "label/mean": 0.2866667, "loss": 13.187643, "precision": 0.75,
        "prediction/mean": 0.2757303, "recall": 0.2790698, "global_step": 30,
    }  # fmt: skip
    assert metrics == pytest.approx(expected, rel=1e-3)
    first = next(estimator.predict(inputs(None, 1)))
    assert first["classes"] == [b"n"] and first["logistic"] == pytest.approx([0.2315149], rel=1e-3)
    assert estimator.get_variable_names()[:4] == [
        "global_step", "linear/linear_model/bias_weights", "linear/linear_model/bias_weights/part_0/Ftrl",
        "linear/linear_model/bias_weights/part_0/Ftrl_1",
    ]  # fmt: skip


def test_a_parsing_export_classifies_examples(tmp_path):
    estimator = tf.estimator.DNNClassifier([3], DENSE, str(tmp_path / "model"), n_classes=3, config=config())
    estimator.train(inputs(), steps=1)
    receiver = tf.estimator.export.build_parsing_serving_input_receiver_fn(fc.make_parse_example_spec(DENSE))
    path = estimator.export_savedmodel(str(tmp_path / "export"), receiver).decode()
    example = tf.train.Example()
    example.features.feature["x"].float_list.value.extend(DATA["x"][0].tolist())
    example.features.feature["a"].float_list.value.append(float(DATA["a"][0]))
    with tf.Session(graph=tf.Graph()) as sess:
        signatures = tf.saved_model.loader.load(sess, ["serve"], path).signature_def
        scores = signatures["classification"].outputs["scores"].name
        result = sess.run(scores, {"input_example_tensor:0": [example.SerializeToString()]})
    expected = next(estimator.predict(inputs(None, 1)))["probabilities"]
    np.testing.assert_allclose(result[0], expected, rtol=1e-5)
