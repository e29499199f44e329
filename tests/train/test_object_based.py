"""A Saver restores, by variable names, what tf.train.Checkpoint of TensorFlow 2 wrote (a golden file)."""

import os

import numpy as np
import pytest

import tinytf as tf

_PATH = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden", "checkpoints", "tf2_objects")


@pytest.fixture(autouse=True)
def _fresh():
    with tf.Graph().as_default():
        yield


def test_variables_by_their_names(caplog):
    saved = tf.train.load_variable(_PATH, "layers/3/.ATTRIBUTES/VARIABLE_VALUE")
    layer = tf.get_variable("layer3", saved.shape, dtype=saved.dtype)
    saver = tf.train.Saver()
    with tf.Session() as sess:
        saver.restore(sess, _PATH)
        assert np.array_equal(sess.run(layer), saved)
        count = len(tf.get_default_graph().get_operations())
        saver.restore(sess, _PATH)
        assert len(tf.get_default_graph().get_operations()) == count
    assert "Restoring an object-based checkpoint using a name-based saver" in caplog.text


def test_variables_that_it_lacks():
    tf.get_variable("layer3", [2, 3])
    tf.get_variable("other", [2, 3])
    with tf.Session() as sess, pytest.raises(tf.errors.NotFoundError, match="not in the checkpoint: other"):
        tf.train.Saver().restore(sess, _PATH)


def test_variables_by_their_keys():
    v = tf.get_variable("v", [2, 3])
    with tf.Session() as sess:
        tf.train.Saver({"layers/3/.ATTRIBUTES/VARIABLE_VALUE": v}).restore(sess, _PATH)
        assert sess.run(v).shape == (2, 3)
