"""Hooks that end a training for what the evaluations found."""

import os

import pytest

import tinytf as tf
from tinytf.estimator.early_stopping import read_eval_metrics

hooks = tf.estimator.experimental


def input_fn():
    return tf.data.Dataset.from_tensors(({"x": [[1.0]]}, [[2.0]])).repeat()


def model_fn(features, labels, mode):
    loss = tf.losses.mean_squared_error(labels, tf.layers.dense(features["x"], 1))
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tf.assign_add(tf.train.get_global_step(), 1))


@pytest.fixture
def estimator(tmp_path):
    made = tf.estimator.Estimator(model_fn, str(tmp_path))
    os.makedirs(made.eval_dir())
    with tf.Graph().as_default(), tf.summary.FileWriter(made.eval_dir()) as writer:
        for step, value in ((1, 0.5), (3, 0.75), (6, 0.7), (9, 0.6)):
            writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="acc", simple_value=value)]), step)
    return made


def test_metrics_are_read_in_the_order_of_steps(estimator):
    assert read_eval_metrics(estimator.eval_dir())[3] == {"acc": 0.75}
    assert list(read_eval_metrics(estimator.eval_dir())) == [1, 3, 6, 9]
    assert read_eval_metrics(estimator.eval_dir() + "/none") == {}


@pytest.mark.parametrize(
    "make, stops",
    [
        (lambda e, **every: hooks.stop_if_higher_hook(e, "acc", 0.7, **every), True),
        (lambda e, **every: hooks.stop_if_higher_hook(e, "acc", 0.7, min_steps=7, **every), False),
        (lambda e, **every: hooks.stop_if_lower_hook(e, "acc", 0.6, **every), True),
        (lambda e, **every: hooks.stop_if_lower_hook(e, "acc", 0.6, min_steps=3, **every), False),
        (lambda e, **every: hooks.stop_if_no_increase_hook(e, "acc", 6, **every), True),
        (lambda e, **every: hooks.stop_if_no_increase_hook(e, "acc", 7, **every), False),
        (lambda e, **every: hooks.stop_if_no_decrease_hook(e, "acc", 8, **every), True),
        (lambda e, **every: hooks.make_early_stopping_hook(e, lambda: False, **every), False),
    ],
)
def test_training_stops_when_the_metric_says_so(estimator, make, stops):
    estimator.train(input_fn, hooks=[make(estimator, run_every_secs=None, run_every_steps=2)], max_steps=5)
    assert estimator.get_variable_value("global_step") == (1 if stops else 5)
    assert estimator.get_variable_value("signal_early_stopping/STOP") == stops


def test_arguments_are_checked(estimator):
    with pytest.raises(TypeError, match="must have type"):
        hooks.make_early_stopping_hook("model", lambda: True)
    with pytest.raises(ValueError, match="Only one of"):
        hooks.make_early_stopping_hook(estimator, lambda: True, 60, 100)
    with pytest.raises(TypeError, match="callable"):
        hooks.make_early_stopping_hook(estimator, True)
