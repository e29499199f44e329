"""TensorFlow 2's spellings of the assertions: the message comes before the summary, and there is no `data`.

TF 1.15 keeps them in check_ops (`assert_less_v2` …).  Those of static facts alone give nothing back.
"""

from __future__ import annotations

from tinytf.ops.math import check_ops


def assert_negative_v2(x, message=None, summarize=None, name=None):
    """`debugging.assert_negative` of TF 2."""
    return check_ops.assert_negative(x, message=message, summarize=summarize, name=name)


def assert_positive_v2(x, message=None, summarize=None, name=None):
    """`debugging.assert_positive` of TF 2."""
    return check_ops.assert_positive(x, message=message, summarize=summarize, name=name)


def assert_non_negative_v2(x, message=None, summarize=None, name=None):
    """`debugging.assert_non_negative` of TF 2."""
    return check_ops.assert_non_negative(x, message=message, summarize=summarize, name=name)


def assert_non_positive_v2(x, message=None, summarize=None, name=None):
    """`debugging.assert_non_positive` of TF 2."""
    return check_ops.assert_non_positive(x, message=message, summarize=summarize, name=name)


def assert_equal_v2(x, y, message=None, summarize=None, name=None):
    """`debugging.assert_equal` of TF 2."""
    return check_ops.assert_equal(x, y, message=message, summarize=summarize, name=name)


def assert_none_equal_v2(x, y, summarize=None, message=None, name=None):
    """`debugging.assert_none_equal` of TF 2."""
    return check_ops.assert_none_equal(x, y, message=message, summarize=summarize, name=name)


def assert_near_v2(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """`debugging.assert_near` of TF 2."""
    return check_ops.assert_near(x, y, rtol, atol, message=message, summarize=summarize, name=name)


def assert_less_v2(x, y, message=None, summarize=None, name=None):
    """`debugging.assert_less` of TF 2."""
    return check_ops.assert_less(x, y, message=message, summarize=summarize, name=name)


def assert_less_equal_v2(x, y, message=None, summarize=None, name=None):
    """`debugging.assert_less_equal` of TF 2."""
    return check_ops.assert_less_equal(x, y, message=message, summarize=summarize, name=name)


def assert_greater_v2(x, y, message=None, summarize=None, name=None):
    """`debugging.assert_greater` of TF 2."""
    return check_ops.assert_greater(x, y, message=message, summarize=summarize, name=name)


def assert_greater_equal_v2(x, y, message=None, summarize=None, name=None):
    """`debugging.assert_greater_equal` of TF 2."""
    return check_ops.assert_greater_equal(x, y, message=message, summarize=summarize, name=name)


def assert_rank_v2(x, rank, message=None, name=None):
    """`debugging.assert_rank` of TF 2."""
    return check_ops.assert_rank(x, rank, message=message, name=name)


def assert_rank_at_least_v2(x, rank, message=None, name=None):
    """`debugging.assert_rank_at_least` of TF 2."""
    return check_ops.assert_rank_at_least(x, rank, message=message, name=name)


def assert_rank_in_v2(x, ranks, message=None, name=None):
    """`debugging.assert_rank_in` of TF 2."""
    return check_ops.assert_rank_in(x, ranks, message=message, name=name)


def assert_shapes_v2(shapes, data=None, summarize=None, message=None, name=None):
    """`debugging.assert_shapes` of TF 2."""
    return check_ops.assert_shapes(shapes, data, summarize, message, name)


def assert_integer_v2(x, message=None, name=None) -> None:
    """`debugging.assert_integer` of TF 2."""
    check_ops.assert_integer(x, message, name)


def assert_type_v2(tensor, tf_type, message=None, name=None) -> None:
    """`debugging.assert_type` of TF 2."""
    check_ops.assert_type(tensor, tf_type, message, name)


def assert_scalar_v2(tensor, message=None, name=None) -> None:
    """`debugging.assert_scalar` of TF 2."""
    check_ops.assert_scalar(tensor, name=name, message=message)
