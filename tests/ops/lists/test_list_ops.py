"""Tensor lists: lists of tensors as values, with gradients, also through loops."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import errors
from tinytf.ops.lists import list_ops


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def of(*values, shape=()):
    made = list_ops.empty_tensor_list(list(shape), tf.float32)
    for value in values:
        made = list_ops.tensor_list_push_back(made, tf.constant(value, tf.float32))
    return made


def stacked(made, **kwargs):
    return list_ops.tensor_list_stack(made, tf.float32, **kwargs)


@pytest.mark.parametrize(
    "build, expected",
    [
        (lambda: stacked(of(1, 2)), [1, 2]),
        (lambda: list_ops.tensor_list_pop_back(of(1, 2), tf.float32)[1], 2),
        (lambda: stacked(list_ops.tensor_list_set_item(of(1, 2), 0, 5.0)), [5, 2]),
        (lambda: stacked(list_ops.tensor_list_reserve([2], 2, tf.float32)), [[0, 0], [0, 0]]),
        (lambda: list_ops.tensor_list_gather(of(1, 2, 3), [2, 0], tf.float32), [3, 1]),
        (lambda: stacked(list_ops.tensor_list_scatter([1.0, 2.0], [2, 0], [])), [2, 0, 1]),
        (lambda: stacked(list_ops.tensor_list_concat_lists(of(1), of(2), tf.float32)), [1, 2]),
        (lambda: list_ops.tensor_list_length(list_ops.tensor_list_resize(of(1), 4)), 4),
        (lambda: list_ops.tensor_list_concat(list_ops.tensor_list_split([1.0, 2.0, 3.0], [None], [1, 2]), tf.float32), [1, 2, 3]),
        (lambda: list_ops.tensor_list_element_shape(of(), tf.int32), []),
    ],
)
def test_values(session, build, expected):
    assert np.array_equal(session.run(build()), expected)


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: list_ops.tensor_list_get_item(of(1), 2, tf.float32), "Trying to access element 2 in a list with 1 elements"),
        (lambda: list_ops.tensor_list_pop_back(of(), tf.float32)[1], "Trying to pop from an empty list"),
        (lambda: stacked(of(1), num_elements=3), "expected a list with 3 elements but got a list with 1 elements"),
        (lambda: stacked(list_ops.empty_tensor_list(None, tf.float32)), "empty list with non-fully-defined element_shape: <unknown>"),
        (lambda: list_ops.tensor_list_length(of(1, shape=[2])), r"Op element shape: \[\] list shape: \[2\]"),
        (lambda: list_ops.tensor_list_length(list_ops.tensor_list_set_item(of(1), 5, 1.0)), "Trying to modify element 5"),
        (lambda: list_ops.tensor_list_length(list_ops.tensor_list_resize(of(1), -1)), "expects size to be non-negative"),
    ],
)
def test_what_does_not_fit(session, build, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        session.run(build())


def test_the_dtype_is_held_against_that_of_the_list():
    with tf.Graph().as_default(), pytest.raises(ValueError, match="Expected list with element dtype int32 but got list with element dtype float"):
        list_ops.tensor_list_get_item(of(1), 0, tf.int32)


def test_gradients(session):
    x, c = tf.constant([1.0, 2.0, 3.0]), tf.constant(3.0)
    rows = list_ops.tensor_list_from_tensor(x, [])
    weights = [1.0, 2.0, 3.0]
    for y, expected in (
        (stacked(rows) * weights, [1, 2, 3]),
        (list_ops.tensor_list_get_item(rows, 1, tf.float32), [0, 1, 0]),
        (stacked(list_ops.tensor_list_set_item(rows, 0, 9.0)), [0, 1, 1]),
        (stacked(list_ops.tensor_list_scatter(x, [2, 0, 1], [])) * weights, [3, 1, 2]),
    ):
        assert session.run(tf.gradients(y, x)[0]).tolist() == expected
    _, made = tf.while_loop(
        lambda i, made: i < 3, lambda i, made: (i + 1, list_ops.tensor_list_push_back(made, tf.cast(i, tf.float32) * c)), [0, of()]
    )
    assert session.run(stacked(made)).tolist() == [0, 3, 6] and session.run(tf.gradients(stacked(made), c)[0]) == 3
