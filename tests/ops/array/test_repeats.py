"""Repeated indices, found in a table: whatever needs them gives what adding one by one gives."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.array.repeats import first_places
from tinytf.ops.math.segment import scatter_reduce
from tinytf.ops.state.scatter_rows import rounds

INDICES = [[3], [0, 1, 2], [5, 5, 5, 5], [2, 9, 2, 0, 9, 2, 7], list(range(40)) + [3, 3, 39]]


@pytest.mark.parametrize("values", INDICES)
def test_first_places_are_where_the_first_of_its_like_stands(values):
    assert first_places(np.array(values, np.int32)).tolist() == [values.index(v) for v in values]


@pytest.mark.parametrize("values", [[], [-1, 2], [1 << 40, 0]])
def test_there_is_no_table_for_what_does_not_fit_in_one(values):
    assert first_places(np.array(values, np.int64)) is None


@pytest.mark.parametrize("values", [*INDICES, [-1, 4, -1], [1 << 40, 0, 1 << 40]])
def test_unique_keeps_the_order_of_first_coming(values):
    with tf.Session() as sess:
        y, index, count = sess.run(tf.unique_with_counts(tf.constant(values, tf.int64)))
    distinct = list(dict.fromkeys(values))
    assert y.tolist() == distinct
    assert index.tolist() == [distinct.index(v) for v in values]
    assert count.tolist() == [values.count(v) for v in distinct]


@pytest.mark.parametrize("ids", INDICES)
@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.maximum])
def test_rows_are_gathered_in_order(ids, ufunc):
    rows = np.random.RandomState(0).randn(len(ids), 3).astype(np.float32)
    expected = np.ones((max(ids) + 1, 3), np.float32)
    for i, row in zip(ids, rows):
        expected[i] = ufunc(expected[i], row)
    found = scatter_reduce(ufunc, np.ones_like(expected), np.array(ids), rows)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("ids", INDICES)
def test_rounds_take_each_index_once(ids):
    ids = np.array(ids)
    seen = []
    for chosen in rounds(ids):
        chosen = np.arange(len(ids)) if chosen is None else chosen
        assert len(set(ids[chosen].tolist())) == len(chosen)
        seen += chosen.tolist()
    assert sorted(seen) == list(range(len(ids)))
