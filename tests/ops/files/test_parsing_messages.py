"""What parsing says of Examples that are not as the features tell."""

import pytest

import tinytf as tf
from tinytf import protos


def example(values, kind="float_list"):
    cls = {"float_list": protos.FloatList, "int64_list": protos.Int64List}[kind]
    feature = protos.Feature(**{kind: cls(value=values)})
    return protos.Example(features=protos.Features(feature={"a": feature})).SerializeToString()


FIXED, OPEN = tf.FixedLenFeature([2], tf.float32), tf.FixedLenSequenceFeature([2], tf.float32, allow_missing=True)
BATCH = [
    (example([1.0]), FIXED, r"Name: mine, Key: a, Index: 0\.  Number of float values != expected\.  Values size: 1 but output shape: \[2\]"),
    (example([1], "int64_list"), FIXED, "Data type: int64 but expected type: float"),
    (example([1.0]), OPEN, r"not a multiple of stride length\. Saw 1 values but output shape is: \[\?,2\]"),
    (protos.Example().SerializeToString(), FIXED, r"Name: mine, Feature: a \(data type: float\) is required"),
]
SINGLE = [
    (example([1.0]), FIXED, r"Key: a\.  Can't parse serialized Example"),
    (example([1.0]), OPEN, r"Key: a\.  Can't parse serialized Example"),
    (example([1], "int64_list"), FIXED, "Data type: int64 but expected type: float"),
]


@pytest.mark.parametrize("serialized, feature, words", BATCH)
def test_a_batch(serialized, feature, words):
    parsed = tf.parse_example([serialized], {"a": feature}, example_names=["mine"])
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match=words):
        sess.run(parsed)


@pytest.mark.parametrize("serialized, feature, words", SINGLE)
def test_a_single_one(serialized, feature, words):
    parsed = tf.parse_single_example(serialized, {"a": feature})
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match=words):
        sess.run(parsed)


def test_a_single_one_may_have_a_name():
    parsed = tf.parse_single_example(protos.Example().SerializeToString(), {"a": FIXED}, example_names="mine")
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match="Name: mine, Feature: a"):
        sess.run(parsed)
    with pytest.raises(ValueError, match="must be a scalar"):
        tf.parse_single_example([b""], {"a": FIXED}, example_names="mine")
