"""Helpers of tf.contrib that programs take from its inner modules; the numbers are TensorFlow 1.15.5's, for the same seed."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.contrib import lookup
from tinytf.contrib.layers import bucketization_op, sparse_ops


@pytest.fixture(autouse=True)
def sess():
    with tf.Graph().as_default(), tf.Session() as sess:
        yield sess


def test_linear_makes_its_variables_in_the_current_scope(sess):
    with tf.variable_scope("root", initializer=tf.constant_initializer(1.0)):
        product = tf.contrib.rnn._linear([tf.constant([[1.0, 2.0]])] * 2, 2, True)
    sess.run(tf.global_variables_initializer())
    assert [v.op.name for v in tf.trainable_variables()] == ["root/kernel", "root/bias"]
    np.testing.assert_array_equal(sess.run(product), [[6, 6]])
    for arguments in (None, [], [tf.zeros([2])]):
        with pytest.raises(ValueError):
            tf.contrib.rnn._linear(arguments, 2, True)


def test_words_are_numbers_and_numbers_words(sess):
    words = tf.constant(["a", "b"])
    looked_up = [
        lookup.string_to_index(tf.constant(["b", "?"]), words),
        lookup.index_to_string(tf.constant([1, 7], tf.int64), words),
        lookup.string_to_index_table_from_tensor(words, num_oov_buckets=1).lookup(tf.constant(["b", "?"])),
    ]
    sess.run(tf.tables_initializer())
    assert [found.tolist() for found in sess.run(looked_up)] == [[1, -1], [b"b", b"UNK"], [1, 2]]
    with pytest.raises(ValueError, match="requires string"):
        lookup.string_to_index_table_from_tensor([1])


def test_indicators_and_buckets(sess):
    ids = sess.run(sparse_ops.indicators_to_sparse_ids([[0, 0, 1, 0], [1, 0, 0, 1]]))
    assert [part.tolist() for part in ids] == [[[0, 0], [1, 0], [1, 1]], [2, 0, 3], [2, 2]]
    assert sess.run(bucketization_op.bucketize([-5, 100, 10, 5], boundaries=[0, 10, 100])).tolist() == [0, 3, 2, 1]


def test_alpha_dropout(sess):
    tf.set_random_seed(1)
    dropped = tf.contrib.nn.alpha_dropout(tf.fill([4, 3], 0.5), 0.7, seed=3)
    a, b = 0.8846, -1.0595
    np.testing.assert_allclose(sess.run(dropped), [[a, a, a], [b, a, b], [a, a, a], [a, b, a]], atol=1e-4)
    with pytest.raises(ValueError, match="range"):
        tf.contrib.nn.alpha_dropout(dropped, 2.0)


def test_adaptive_clipping_bounds_a_gradient_out_of_the_ordinary(sess):
    scale, weight = tf.placeholder(tf.float32, []), tf.get_variable("w", initializer=10.0)
    step = tf.contrib.framework.create_global_step()
    clip = tf.contrib.layers.adaptive_clipping_fn(decay=0.9, global_step=step)
    train = tf.contrib.layers.optimize_loss(scale * weight, step, 0.1, "SGD", clip_gradients=clip)
    sess.run(tf.global_variables_initializer())
    for value in (5.0,) * 8 + (500.0,):
        before = sess.run(weight)
        sess.run(train, {scale: value})
    assert 0 < before - sess.run(weight) < 5  # not the 50 that the gradient asks for


@pytest.mark.parametrize("class_id, precision, recall", [(None, 0.25, 0.5), (2, 0.5, 1.0)])
def test_precision_and_recall_of_given_best_classes(class_id, precision, recall, sess):
    best, labels = tf.constant([[1, 2], [3, 2]], tf.int64), tf.constant([[3], [2]], tf.int64)
    metrics = [
        tf.contrib.metrics.streaming_sparse_precision_at_top_k(best, labels, class_id=class_id),
        tf.contrib.metrics.sparse_recall_at_top_k(labels, best, class_id=class_id),
    ]
    sess.run(tf.local_variables_initializer())
    assert sess.run([update for _, update in metrics]) == [precision, recall]


def test_summaries_are_named_after_their_tensors():
    hidden = tf.constant([1.0, 0.0], name="hidden")
    summaries = tf.contrib.slim.summaries
    added = [
        summaries.add_histogram_summary(hidden, prefix="p"),
        summaries.add_zero_fraction_summary(hidden),
        *summaries.add_scalar_summaries([tf.constant(1.0, name="loss")], prefix="q", print_summary=True),
    ]
    assert [op.op.name for op in added[:2]] == ["p/hidden", "hidden/Fraction_of_Zero_Values"]
    assert added[2].op.type == "Print" and tf.get_collection(tf.GraphKeys.SUMMARIES) == added
