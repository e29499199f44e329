"""Values of sparse and ragged tensors are appended row after row."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ragged.composite_values import append_composite_tensor, get_shape, is_composite_or_composite_value


def sparse(indices, values, shape):
    return tf.SparseTensorValue(np.array(indices), np.array(values), shape)


def test_ragged_rows():
    whole = append_composite_tensor(tf.ragged.constant_value([[[1, 2]], []]), tf.ragged.constant_value([[[3], [4]]]))
    assert whole.to_list() == [[[1, 2]], [], [[3], [4]]]


def test_sparse_rows_take_as_many_as_the_last_entry_needs():
    whole = append_composite_tensor(sparse([[0, 0]], [1], (2, 2)), sparse([[1, 1]], [2], (5, 2)))
    assert whole.indices.tolist() == [[0, 0], [3, 1]]
    assert get_shape(whole) == (4, 2)


def test_what_does_not_fit_is_an_error():
    row = tf.ragged.constant_value([[1]])
    for other in (sparse([[0, 0]], [1], (1, 1)), tf.ragged.constant_value([[[1]]]), row.to_list()):
        with pytest.raises(RuntimeError):
            append_composite_tensor(row, other)
    assert is_composite_or_composite_value(row)
    assert not is_composite_or_composite_value(row.to_list())
