"""tf.losses and tf.metrics: TensorFlow 1.15.5's numbers and collections."""

import numpy as np
import pytest

import tinytf as tf

LABELS, PREDICTIONS = [[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.7], [0.6, 0.1]]


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def close(tensor, expected):
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(tensor), expected, rtol=2e-6)


@pytest.mark.parametrize(
    "name, plain, weighted",
    [
        ("mean_squared_error", 0.075, 0.065),
        ("absolute_difference", 0.25, 0.25),
        ("huber_loss", 0.0375, 0.0325),
        ("hinge_loss", 0.75, 0.75),
        ("log_loss", 0.299001008272171, 0.28990909457206726),
    ],
)
def test_losses(name, plain, weighted):
    loss = getattr(tf.losses, name)
    close(loss(tf.constant(LABELS), tf.constant(PREDICTIONS)), plain)
    close(loss(tf.constant(LABELS), tf.constant(PREDICTIONS), tf.constant([[1.0], [0.0]])), weighted)


def test_cross_entropy_losses_and_their_sum():
    logits, labels = tf.constant([[1.0, 2.0, -1.0], [0.0, 5.0, 3.0]]), tf.constant([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    losses = [
        (tf.losses.softmax_cross_entropy(labels, logits, label_smoothing=0.1), 3.43926239),
        (tf.losses.sparse_softmax_cross_entropy([2, 0], logits), 4.24092865),
        (tf.losses.sigmoid_cross_entropy(labels, logits), 2.0336504),
        (tf.losses.mean_pairwise_squared_error(tf.constant(LABELS), tf.constant(PREDICTIONS)), 0.5),
        (tf.losses.cosine_distance(tf.constant(LABELS), tf.constant(PREDICTIONS), axis=1), 0.35),
    ]
    for loss, expected in losses:
        close(loss, expected)
    assert tf.losses.get_losses() == [loss for loss, _ in losses]
    close(tf.losses.get_total_loss(), sum(expected for _, expected in losses))
    close(tf.losses.get_regularization_loss(), 0.0)


@pytest.mark.parametrize("reduction, expected", [("weighted_sum", 7.0), ("weighted_mean", 7 / 3), ("weighted_sum_over_batch_size", 3.5),
                                                 ("weighted_sum_by_nonzero_weights", 3.5), ("none", [3.0, 4.0])])  # fmt: skip
def test_reductions(reduction, expected):
    close(tf.losses.compute_weighted_loss(tf.constant([3.0, 2.0]), tf.constant([1.0, 2.0]), reduction=reduction), expected)


def test_weights_that_do_not_broadcast_are_refused():
    with pytest.raises(ValueError, match="weights can not be broadcast to values"):
        tf.losses.mean_squared_error(tf.ones([2, 3]), tf.ones([2, 3]), weights=tf.ones([3]))
    shape = tf.placeholder(tf.float32, [None, 3])
    loss = tf.losses.mean_squared_error(shape, shape, weights=tf.placeholder_with_default(np.ones([2, 2], "float32"), [None, None]))
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="weights can not be broadcast to values"):
        session.run(loss, {shape: np.ones([2, 3])})


def metric_cases():
    labels, scores = tf.constant([1, 0, 1, 1, 0]), tf.constant([0.9, 0.4, 0.35, 0.8, 0.6])
    decided = scores > 0.5
    return {
        "accuracy": (lambda m: m.accuracy(labels, tf.cast(decided, tf.int32)), 0.6, 0.6),
        "precision": (lambda m: m.precision(labels, decided), 2 / 3, 2 / 3),
        "recall": (lambda m: m.recall(labels, decided), 2 / 3, 2 / 3),
        "auc": (lambda m: m.auc(labels, scores), 0.66666657, 0.66666657),
        "mean_squared_error": (lambda m: m.mean_squared_error(tf.cast(labels, tf.float32), scores), 0.1985, 0.1985),
        "precision_at_thresholds": (lambda m: m.precision_at_thresholds(labels, scores, [0.3, 0.7]), [0.6, 1], [0.6, 1]),
        "sensitivity_at_specificity": (lambda m: m.sensitivity_at_specificity(labels, scores, 0.5), 2 / 3, 2 / 3),
        "mean": (lambda m: m.mean(scores, weights=[1.0, 0, 1, 0, 1]), 0.61666667, 0.61666667),
        "mean_per_class_accuracy": (lambda m: m.mean_per_class_accuracy(labels, tf.cast(decided, tf.int32), 2), [0.5, 2 / 3], 0.58333334),
    }


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "auc", "mean_squared_error", "precision_at_thresholds",
                                  "sensitivity_at_specificity", "mean", "mean_per_class_accuracy"])  # fmt: skip
def test_metrics(name):
    build, updated, final = metric_cases()[name]
    value, update = build(tf.metrics)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        session.run(update)
        np.testing.assert_allclose(session.run(update), updated, rtol=1e-6)
        np.testing.assert_allclose(session.run(value), final, rtol=1e-6)
    assert tf.global_variables() == []
    assert tf.get_collection(tf.GraphKeys.METRIC_VARIABLES) == tf.local_variables() != []
