"""Assertions about ragged tensors, for tf.test.TestCase: compared as nested lists."""

from __future__ import annotations

import numpy as np

from tinytf.graph.composite_tensor import CompositeTensor
from tinytf.graph.tensor import Tensor


def is_ragged(value) -> bool:
    """Whether `value` is a RaggedTensor or a RaggedTensorValue; asked without importing what they are."""
    return hasattr(type(value), "nested_row_splits")


def _as_list(test, value):
    if isinstance(value, (Tensor, CompositeTensor)):
        value = test.evaluate(value)
    if is_ragged(value):
        return value.to_list()
    if isinstance(value, (list, tuple)):
        return [_as_list(test, v) for v in value]
    return np.asarray(value).tolist()


def _assert_same_rank(test, a, b, msg) -> None:
    if not (isinstance(a, (list, tuple)) or isinstance(b, (list, tuple))):
        test.assertEqual(*(x.ragged_rank if is_ragged(x) else 0 for x in (a, b)), msg)


def assert_equal(test, a, b, msg=None) -> None:
    """AssertionError unless both have the same rows, and the same ragged rank if neither is a list."""
    test.assertEqual(_as_list(test, a), _as_list(test, b), msg)
    _assert_same_rank(test, a, b, msg)


def assert_close(test, a, b, rtol, atol, msg=None) -> None:
    """As `assert_equal`, for values that are nearly the same."""
    _assert_lists_close(test, _as_list(test, a), _as_list(test, b), rtol, atol, msg, "value")
    _assert_same_rank(test, a, b, msg)


def _assert_lists_close(test, a, b, rtol, atol, msg, path) -> None:
    test.assertEqual(type(a), type(b))
    if not isinstance(a, (list, tuple)):
        test._arrays_close(np.array(a), np.array(b), rtol, atol, "Mismatched value: %s. %s" % (path, msg or ""))
        return
    test.assertEqual(len(a), len(b), "Length differs for %s" % path)
    for i, (x, y) in enumerate(zip(a, b)):
        _assert_lists_close(test, x, y, rtol, atol, msg, "%s[%d]" % (path, i))
