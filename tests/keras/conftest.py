"""What tests of Keras share."""

import pytest

import tinytf as tf
from tinytf import keras


@pytest.fixture
def own_graph():
    """A graph and a session of Keras for each test alone."""
    keras.backend.clear_session()
    with tf.Graph().as_default():
        yield
    keras.backend.clear_session()
