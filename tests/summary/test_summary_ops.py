"""Summaries are TensorFlow 1.15's, byte for byte (images: pixel for pixel; PNG has many spellings)."""

import json
import os

import numpy as np
import pytest

import summary_cases as cases
import tinytf as tf

with open(os.path.join(os.path.dirname(__file__), "..", "golden", "summaries.json")) as stream:
    GOLDEN = json.load(stream)


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


@pytest.mark.parametrize("name, build", list(cases.cases(tf)), ids=[name for name, _ in cases.cases(tf)])
def test_bytes(name, build):
    with tf.name_scope("sc"), tf.Session() as session:
        assert session.run(build()).hex() == GOLDEN["summaries"][name]


@pytest.mark.parametrize("name", sorted(cases.images()))
def test_images_are_the_pngs_that_libpng_writes(name):
    array, most = cases.images()[name]
    with tf.Session() as session:
        assert session.run(tf.summary.image("im", array, max_outputs=most)).hex() == GOLDEN["images"][name]


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: tf.summary.histogram("h", [np.nan]), "Nan in summary histogram for: h"),
        (lambda: tf.summary.histogram("h", [np.inf]), "Infinity in summary histogram for: h"),
        (lambda: tf.summary.image("i", np.zeros((2, 2), np.float32)), r"Tensor must be 4-D with last dim 1, 3, or 4, not \[2,2\]"),
        (lambda: tf.summary.scalar("s", [1.0, 2.0]), r"tags and values not the same shape: \[\] != \[2\] \(tag 's'\)"),
        (lambda: tf.summary.merge([tf.summary.scalar("m", 1.0)] * 2), "Duplicate tag m found in summary inputs"),
        (lambda: tf.summary.merge([tf.constant(b"\xff\xff")]), "Could not parse one of the summary inputs"),
    ],
)
def test_what_goes_wrong_when_it_runs(build, message):
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=message):
        session.run(build())


def test_what_goes_wrong_before():
    with pytest.raises(ValueError, match="to have dtype string"):
        tf.summary.text("t", tf.constant(3))
    with pytest.raises(TypeError):
        tf.summary.scalar("s", "text")


def test_collections_and_names():
    with tf.name_scope("a"):
        first, second = tf.summary.scalar("s", 1.0), tf.summary.histogram("s", [1.0])
    assert (first.op.name, second.op.name) == ("a/s", "a/s_1")
    tf.summary.scalar("elsewhere", 1.0, collections=["mine"])
    assert tf.get_collection(tf.GraphKeys.SUMMARIES) == [first, second]
    merged = tf.summary.merge_all()
    assert merged.op.name == "Merge/MergeSummary" and list(merged.op.inputs) == [first, second]
    assert tf.summary.merge_all("nothing") is None
    assert list(tf.summary.merge_all(scope="a/s_1").op.inputs) == [second]
    assert first.shape.as_list() == []


def test_names_from_before_1_0():
    summary = tf.scalar_summary(["a", "b"], [1.0, 2.0])
    tf.histogram_summary("h", [1.0])
    with tf.Session() as session:
        both = tf.Summary.FromString(session.run(tf.merge_all_summaries()))
        assert [value.tag for value in tf.Summary.FromString(session.run(summary)).value] == ["a", "b"]
    assert [value.tag for value in both.value] == ["a", "b", "h"]
    assert tf.train.SummaryWriter is tf.summary.FileWriter
