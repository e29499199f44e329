"""Names are TensorFlow's: uniquified without regard to case, scoped, re-entered by a trailing slash."""

import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default() as graph:
        yield graph


def names(count, name):
    return [tf.constant(1, name=name).name for _ in range(count)]


def test_a_taken_name_gets_a_number():
    assert names(3, "x") == ["x:0", "x_1:0", "x_2:0"]


def test_a_name_made_by_hand_is_skipped():
    tf.constant(1, name="x_1")
    assert names(3, "x") == ["x:0", "x_2:0", "x_3:0"]


def test_case_does_not_distinguish_names():
    tf.constant(1, name="Foo")
    assert tf.constant(1, name="foo").name == "foo_1:0"


def test_scopes_nest_and_are_made_unique():
    with tf.name_scope("a") as outer:
        assert outer == "a/"
        with tf.name_scope("b") as inner:
            assert inner == "a/b/"
            assert tf.constant(1).name == "a/b/Const:0"
    with tf.name_scope("a") as again:
        assert again == "a_1/"
    with tf.name_scope(outer):
        assert tf.constant(1, name="c").name == "a/c:0"
    with tf.name_scope(None):
        assert tf.constant(1, name="top").name == "top:0"


def test_unique_name_can_be_asked_without_taking_it(fresh_graph):
    assert fresh_graph.unique_name("q", mark_as_used=False) == "q"
    assert fresh_graph.unique_name("q") == "q"
    assert fresh_graph.unique_name("q") == "q_1"


@pytest.mark.parametrize("bad", ["_x", "a b", "a:0", "-a"])
def test_what_is_no_scope_name_is_refused(bad):
    with pytest.raises(ValueError, match="is not a valid scope name"), tf.name_scope(bad):
        pass


def test_inputs_given_as_python_values_are_named_after_their_argument():
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.add(x, 1.0, name="sum")
    assert [t.name for t in y.op.inputs] == ["x:0", "sum/y:0"]
