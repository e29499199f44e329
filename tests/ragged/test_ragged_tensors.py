"""Ragged tensors: rows of different lengths, made, read, fed and fetched."""

import subprocess
import sys

import numpy as np
import pytest

import tinytf as tf


def run(fetches, feed_dict=None):
    with tf.Session() as sess:
        return sess.run(fetches, feed_dict)


def rows():
    return tf.ragged.constant([[3, 1, 4], [], [5, 9]])


MADE = [
    (lambda make: make.from_row_splits([3, 1, 4], [0, 2, 2, 3]), [[3, 1], [], [4]]),
    (lambda make: make.from_row_lengths([3, 1, 4], [2, 0, 1]), [[3, 1], [], [4]]),
    (lambda make: make.from_row_starts([3, 1, 4], [0, 2, 2]), [[3, 1], [], [4]]),
    (lambda make: make.from_row_limits([3, 1, 4], [2, 2, 3]), [[3, 1], [], [4]]),
    (lambda make: make.from_value_rowids([3, 1, 4], [0, 0, 2], nrows=4), [[3, 1], [], [4], []]),
    (lambda make: make.from_nested_row_splits([3, 1], [[0, 1, 1], [0, 2]]), [[[3, 1]], []]),
    (lambda make: make.from_tensor([[1, 0], [2, 3]], padding=0), [[1], [2, 3]]),
    (lambda make: make.from_sparse(tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [1, 2, 3], [3, 5])), [[1, 2], [], [3]]),
]


@pytest.mark.parametrize("make, expected", MADE)
def test_each_way_to_partition_values_gives_their_rows(make, expected):
    assert run(make(tf.RaggedTensor)).to_list() == expected


@pytest.mark.parametrize("splits", [[0, 2, 5], [1, 2, 3], [0, 3, 1]])
def test_splits_that_do_not_fit_the_values_stop_the_run(splits):
    splits = tf.placeholder_with_default(np.int64(splits), [None])
    ragged = tf.RaggedTensor.from_row_splits([3, 1, 4], splits)
    with pytest.raises(tf.errors.InvalidArgumentError, match="do not form a valid RaggedTensor"):
        run(ragged)


@pytest.mark.parametrize("pylist, words", [([[1], 2], "same nesting depth"), ([[[]], 1], "nesting"), ([[1]], "ragged_rank=2")])
def test_a_constant_needs_values_at_one_depth(pylist, words):
    with pytest.raises(ValueError, match=words):
        tf.ragged.constant(pylist, ragged_rank=2 if pylist == [[1]] else None)


def test_the_static_shape_has_none_for_ragged_dimensions():
    assert rows().shape.as_list() == [3, None]
    assert tf.ragged.constant([[[1, 2], [3, 4]], [[5, 6]]], ragged_rank=1).shape.as_list() == [2, None, 2]


def test_what_a_ragged_tensor_was_made_from_is_kept():
    ids = tf.constant([0, 0, 2], tf.int64)
    assert tf.RaggedTensor.from_value_rowids([1, 2, 3], ids, nrows=3, validate=False).value_rowids() is ids


def test_it_is_fed_and_fetched_as_a_ragged_tensor_value():
    x = tf.ragged.placeholder(tf.int32, ragged_rank=1, value_shape=[])
    value = tf.ragged.constant_value([[1, 2], [], [3]], dtype=np.int32)
    doubled, sums = run([x * 2, tf.reduce_sum(x, axis=1)], {x: value})
    assert isinstance(doubled, tf.ragged.RaggedTensorValue)
    assert doubled.to_list() == [[2, 4], [], [6]]
    assert sums.tolist() == [3, 0, 3]


ITEMS = [
    (lambda x: x[2], [5, 9]),
    (lambda x: x[0, 1], 1),
    (lambda x: x[1:], [[], [5, 9]]),
    (lambda x: x[::-1], [[5, 9], [], [3, 1, 4]]),
    (lambda x: x[:, 1:], [[1, 4], [], [9]]),
    (lambda x: x[:, -1:], [[4], [], [9]]),
    (lambda x: x[..., :1], [[3], [], [5]]),
    (lambda x: x[tf.newaxis], [[[3, 1, 4], [], [5, 9]]]),
]


@pytest.mark.parametrize("item, expected", ITEMS)
def test_rows_and_slices_are_those_of_lists(item, expected):
    value = run(item(rows()))
    assert (value.to_list() if hasattr(value, "to_list") else value.tolist()) == expected


def test_a_column_cannot_be_taken_as_rows_may_not_have_it():
    with pytest.raises(ValueError, match="inner ragged dimension"):
        rows()[:, 1]


FUNCTIONS = [
    (lambda x: x + 1, [[4, 2, 5], [], [6, 10]]),
    (lambda x: 10 - x, [[7, 9, 6], [], [5, 1]]),
    (lambda x: x + [[10], [20], [30]], [[13, 11, 14], [], [35, 39]]),
    (lambda x: tf.concat([x, x], axis=1), [[3, 1, 4, 3, 1, 4], [], [5, 9, 5, 9]]),
    (lambda x: tf.gather(x, [2, 0]), [[5, 9], [3, 1, 4]]),
    (lambda x: tf.where(x > 3, x, tf.zeros_like(x)), [[0, 0, 4], [], [5, 9]]),
    (lambda x: tf.reduce_max(tf.cast(x, tf.float32), axis=0), [5, 9, 4]),
    (lambda x: tf.ragged.boolean_mask(x, x > 3), [[4], [], [5, 9]]),
    (lambda x: tf.tile(x, [1, 2]), [[3, 1, 4, 3, 1, 4], [], [5, 9, 5, 9]]),
    (lambda x: x.to_tensor(default_value=-1), [[3, 1, 4], [-1, -1, -1], [5, 9, -1]]),
    (lambda x: tf.size(x), 5),
]


@pytest.mark.parametrize("function, expected", FUNCTIONS)
def test_the_functions_of_tf_take_ragged_tensors(function, expected):
    value = run(function(rows()))
    assert (value.to_list() if hasattr(value, "to_list") else value.tolist()) == expected


def test_operands_with_different_rows_are_an_error():
    with pytest.raises(tf.errors.InvalidArgumentError):
        run(rows() + tf.ragged.constant([[1], [2, 3], [4]]))


def test_gradients_flow_through_gathered_rows():
    x = tf.ragged.constant([[1.0, 2.0], [3.0]])
    (gradient,) = tf.gradients((tf.gather(x, [1, 0, 1]) * 2.0).flat_values, x.flat_values)
    assert run(tf.convert_to_tensor(gradient)).tolist() == [2.0, 2.0, 4.0]


def test_a_loop_and_a_condition_carry_ragged_tensors():
    _, x = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (tf.constant(0), rows()))
    y = tf.cond(tf.placeholder_with_default(False, []), lambda: x, lambda: -x)
    assert run(y).to_list() == [[-24, -8, -32], [], [-40, -72]]


def test_a_dataset_batches_rows_of_rows():
    data = tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[[1], [2, 3]], [], [[4]]])).batch(2)
    assert tf.compat.v1.data.get_output_types(data) == tf.int32
    element = tf.compat.v1.data.make_one_shot_iterator(data).get_next()
    with tf.Session() as sess:
        assert sess.run(element).to_list() == [[[1], [2, 3]], []]
        assert sess.run(element).to_list() == [[[4]]]


def test_specs_describe_ragged_tensors():
    spec = tf.RaggedTensorSpec([None, None], tf.int32)
    assert spec.is_compatible_with(rows())
    assert spec == tf.RaggedTensorSpec([None, None], tf.int32, ragged_rank=1)
    with pytest.raises(ValueError, match="ragged_rank"):
        tf.RaggedTensorSpec()


def test_tests_compare_ragged_tensors_as_lists():
    case = tf.test.TestCase()
    case.assertAllEqual(rows(), [[3, 1, 4], [], [5, 9]])
    case.assertAllClose(tf.ragged.constant([[0.1], []]) * 3.0, [[0.3], []])
    with pytest.raises(AssertionError):
        case.assertAllEqual(rows(), [[3, 1], [4], [5, 9]])


def test_a_program_without_ragged_tensors_does_not_import_them():
    program = "import sys, tinytf as tf; x = tf.string_split(['a b']); y = tf.add(1, 2); print('tinytf.ragged' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_callable_takes_a_ragged_tensor_value():
    x = tf.ragged.placeholder(tf.int32, ragged_rank=1, value_shape=[])
    with tf.Session() as sess:
        double = sess.make_callable(x * 2, feed_list=[x])
        assert double(tf.ragged.constant_value([[1], [2, 3]], dtype=np.int32)).to_list() == [[2], [4, 6]]


def test_tests_compare_lists_of_different_lengths():
    tf.test.TestCase().assertAllEqual([[1, 2], [3]], [[1, 2], [3]])
    with pytest.raises(AssertionError):
        tf.test.TestCase().assertAllEqual([[1, 2], [3]], [[1, 2], [4]])
