"""What parse_example, parse_single_example and parse_single_sequence_example say of features that are not as they should be."""

import pytest

import tinytf as tf


def example():
    message = tf.train.Example()
    message.features.feature["a"].int64_list.value.append(1)
    return message.SerializeToString()


def sequence():
    message = tf.train.SequenceExample()
    message.context.feature["a"].int64_list.value.append(1)
    message.feature_lists.feature_list["f"].feature.add().int64_list.value.append(1)
    return message.SerializeToString()


FLOAT, FLOATS, TWO = tf.FixedLenFeature([1], tf.float32), tf.VarLenFeature(tf.float32), tf.FixedLenFeature([2], tf.int64)
STEPS = tf.FixedLenSequenceFeature
BATCH, ONE = "Name: <unknown>, Key: a, Index: 0.  ", "Key: a.  "


@pytest.mark.parametrize(
    "features, of_batch, of_one",
    [
        ({"a": FLOATS}, BATCH + "Data types don't match. Expected type: float, Actual type: int64", None),
        ({"a": FLOAT}, BATCH + "Data types don't match. Data type: int64 but expected type: float", None),
        ({"a": TWO}, BATCH + "Number of int64 values != expected.  Values size: 1 but output shape: [2]", ONE + "Can't parse serialized Example."),
        (
            {"q": FLOAT},
            "Name: <unknown>, Feature: q (data type: float) is required but could not be found.",
            "Feature: q (data type: float) is required but could not be found.",
        ),
    ],
)
def test_examples(features, of_batch, of_one):
    with tf.Graph().as_default(), tf.Session() as sess:
        for parsed, message in (
            (tf.parse_example([example()], features), of_batch),
            (tf.parse_single_example(example(), features), of_one or of_batch.replace(BATCH, ONE)),
        ):
            with pytest.raises(tf.errors.InvalidArgumentError) as caught:
                sess.run(parsed)
            assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    "context, lists, message",
    [
        ({"a": FLOATS}, None, "Name: , Context feature: a.  Data types don't match. Expected type: float  Feature is: int64_list {"),
        ({"a": TWO}, None, "Name: , Key: a, Index: 0.  Number of int64 values != expected.  values size: 1 but output shape: [2]"),
        ({"q": FLOAT}, None, "Name: , Context feature 'q' is required but could not be found."),
        (None, {"f": FLOATS}, "Name: , Feature List: f, Index: 0.  Data types don't match. Expected type: float  Feature is: int64_list {"),
        (None, {"f": STEPS([3], tf.int64)}, "Name: , Key: f, Index: 0.  Number of int64 values != expected.  values size: 1 but output shape: [3]"),
    ],
)
def test_sequences(context, lists, message):
    with tf.Graph().as_default(), tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            sess.run(tf.parse_single_sequence_example(sequence(), context, lists))
        assert caught.value.message.startswith(message)


def test_features_of_any_length_of_no_examples_and_of_some():
    with tf.Graph().as_default(), tf.Session() as sess:
        serialized = tf.placeholder(tf.string, [None])
        a = tf.parse_example(serialized, {"a": tf.VarLenFeature(tf.int64)})["a"]
        none = sess.run(a, {serialized: []})
        assert none.indices.shape == (0, 2) and none.dense_shape.tolist() == [0, 0]
        some = sess.run(a, {serialized: [b"", example(), example()]})
        assert (some.indices.tolist(), some.values.tolist(), some.dense_shape.tolist()) == ([[1, 0], [2, 0]], [1, 1], [3, 1])
