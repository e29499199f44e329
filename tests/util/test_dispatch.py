"""Functions of tf hand over to others where arguments are of a type of one's own."""

import pytest

import tinytf as tf
from tinytf import generated_ops
from tinytf.util import dispatch, tf_inspect


class Scored:
    """A tensor with a score."""

    def __init__(self, tensor, score):
        self.tensor, self.score = tf.convert_to_tensor(tensor), score


@pytest.fixture
def scored_add():
    before = tf.add._tf_dispatchers[:]

    @dispatch.dispatch_for_types(tf.add, Scored)
    def add(x, y, name=None):
        return Scored(tf.add(x.tensor, y.tensor, name), x.score + y.score)

    yield add
    tf.add._tf_dispatchers[:] = before


def test_a_registered_function_is_called_for_its_types(scored_add):
    total = tf.add(Scored([1, 2], 0.5), Scored([3, 4], 0.25))
    assert total.score == 0.75
    with tf.Session() as sess:
        assert sess.run(total.tensor).tolist() == [4, 6]
        assert sess.run(tf.add(1, 2)) == 3


def test_others_still_fail_as_before(scored_add):
    with pytest.raises(TypeError):
        tf.add(object(), 1)


def test_the_generated_wrapper_of_a_plain_op_is_the_public_function():
    assert generated_ops.add is tf.add
    assert tf_inspect.getargspec(generated_ops.mat_mul).args == ["a", "b", "transpose_a", "transpose_b", "name"]
    assert tf_inspect.getfullargspec(tf.gather).args[:2] == ["params", "indices"]


def test_the_signature_must_be_the_same():
    with pytest.raises(AssertionError, match="signature must exactly match"):
        dispatch.dispatch_for_types(tf.add, Scored)(lambda a, b: a)
    with pytest.raises(AssertionError, match="Dispatching not enabled"):
        dispatch.dispatch_for_types(lambda a, b: a, Scored)(lambda a, b: a)
