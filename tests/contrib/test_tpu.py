"""TPUEstimator without a TPU: an Estimator whose functions are told the batch size."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.contrib import tpu


def input_fn(params):
    x = np.arange(12, dtype=np.float32).reshape(4, 3)
    return tf.data.Dataset.from_tensor_slices((x, x[:, :1])).repeat(3).batch(params["batch_size"])


def model_fn(features, labels, mode, params):
    model_fn.told = dict(params)
    y = tf.matmul(features, tf.get_variable("w", [3, 1], initializer=tf.ones_initializer()))
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tpu.TPUEstimatorSpec(mode, predictions={"y": y})
    loss = tf.reduce_mean(tf.square(y - labels))
    train_op = tf.train.GradientDescentOptimizer(0.001).minimize(loss, tf.train.get_global_step())
    metrics = (lambda y, labels: {"error": tf.metrics.mean_absolute_error(labels, y)}, [y, labels])
    return tpu.TPUEstimatorSpec(mode, loss=loss, train_op=train_op, eval_metrics=metrics)


def test_the_functions_are_told_the_batch_size_of_the_mode(tmp_path):
    config = tpu.RunConfig(model_dir=str(tmp_path), tpu_config=tpu.TPUConfig(iterations_per_loop=10))
    sizes = {"train_batch_size": 2, "eval_batch_size": 3, "predict_batch_size": 4}
    estimator = tpu.TPUEstimator(model_fn, config=config, params={"q": 1}, use_tpu=False, **sizes)
    estimator.train(input_fn, steps=3)
    assert model_fn.told == {"batch_size": 2, "q": 1, "use_tpu": False}
    found = estimator.evaluate(input_fn, steps=1)
    assert model_fn.told["batch_size"] == 3 and found["global_step"] == 3 and found["error"] > 0
    assert len(list(estimator.predict(input_fn))) == 12 and model_fn.told["batch_size"] == 4
    reader = tf.train.load_checkpoint(str(tmp_path))
    assert sorted(reader.get_variable_to_shape_map()) == ["global_step", "w"]


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: tpu.TPUEstimator(model_fn, config=tf.estimator.RunConfig(), use_tpu=False), ValueError, "type `tpu_config.RunConfig`"),
        (lambda: tpu.TPUEstimator(model_fn, config=tpu.RunConfig(), params={"batch_size": 2}), ValueError, "are reserved keys"),
        (lambda: tpu.TPUEstimator(model_fn, config=tpu.RunConfig()).train(input_fn, steps=1), NotImplementedError, "use_tpu=False"),
        (lambda: tpu.TPUConfig(num_cores_per_replica=3), ValueError, "num_cores_per_replica must be 1, 2"),
        (lambda: tpu.RunConfig(master="a", cluster="b"), ValueError, "Both master and cluster are set"),
        (lambda: tpu.RunConfig(master="grpc://a"), NotImplementedError, "one process"),
        (lambda: tpu.TPUEstimatorSpec("train", eval_metrics=3), ValueError, "eval_metrics should be tuple or list"),
    ],
)
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
