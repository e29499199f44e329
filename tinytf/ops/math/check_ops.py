"""Checks that a graph makes of its values: tf.assert_equal, tf.assert_rank and the like.

Each gives an operation to depend on; what is known already when the graph is built is checked at once.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import shape_ops, slicing
from tinytf.ops.control_flow import cond, control_flow_ops
from tinytf.ops.math import comparison, reductions

_NUMERIC = frozenset(
    [
        dtypes.float32, dtypes.float64, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64, dtypes.uint8,
        dtypes.qint8, dtypes.qint32, dtypes.quint8, dtypes.complex64,
    ]
)  # fmt: skip


def _show(item) -> str:
    if not isinstance(item, Tensor):
        return str(item)
    value = public_constant_value(item)
    return str(item if value is None else value)


def _compare(symbol, kind, function, static, x, y, data, summarize, message, name):
    with name_scope(name, kind, [x, y, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        if data is None:
            data = [f"Condition x {symbol} y did not hold element-wise:", f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
        if message is not None:
            data = [message] + list(data)
        condition = reductions.reduce_all(function(x, y))
        x_value, y_value = public_constant_value(x), public_constant_value(y)
        if x_value is not None and y_value is not None and not np.all(static(x_value, y_value)):
            raise errors.InvalidArgumentError(None, None, "\n".join(_show(d) for d in data))
        return control_flow_ops.Assert(condition, data, summarize=summarize)


def assert_equal(x, y, data=None, summarize=None, message=None, name=None):
    """An op that fails unless all elements are equal (broadcasting).

    Raises InvalidArgumentError at once where both are constants.  Follows `tf.assert_equal` of TF 1.15.
    """
    with name_scope(name, "assert_equal", [x, y, data]):
        if x is y:
            return control_flow_ops.no_op()
    return _compare("==", "assert_equal", comparison.equal, np.equal, x, y, data, summarize, message, name)


def assert_none_equal(x, y, data=None, summarize=None, message=None, name=None):
    """An op that fails if any two elements are equal.  Follows `tf.assert_none_equal` of TF 1.15."""
    return _compare("!=", "assert_none_equal", comparison.not_equal, np.not_equal, x, y, data, summarize, message, name)


def assert_less(x, y, data=None, summarize=None, message=None, name=None):
    """An op that fails unless x < y everywhere.  Follows `tf.assert_less` of TF 1.15."""
    return _compare("<", "assert_less", comparison.less, np.less, x, y, data, summarize, message, name)


def assert_less_equal(x, y, data=None, summarize=None, message=None, name=None):
    """An op that fails unless x <= y everywhere.  Follows `tf.assert_less_equal` of TF 1.15."""
    return _compare("<=", "assert_less_equal", comparison.less_equal, np.less_equal, x, y, data, summarize, message, name)


def assert_greater(x, y, data=None, summarize=None, message=None, name=None):
    """An op that fails unless x > y everywhere.  Follows `tf.assert_greater` of TF 1.15."""
    return _compare(">", "assert_greater", comparison.greater, np.greater, x, y, data, summarize, message, name)


def assert_greater_equal(x, y, data=None, summarize=None, message=None, name=None):
    """An op that fails unless x >= y everywhere.  Follows `tf.assert_greater_equal` of TF 1.15."""
    return _compare(
        ">=", "assert_greater_equal", comparison.greater_equal, np.greater_equal, x, y, data, summarize, message, name
    )


def _against_zero(kind, relation, zero_first, compare, x, data, summarize, message, name):
    with name_scope(name, kind, [x, data]):
        x = convert_to_tensor(x, name="x")
        if data is None:
            lines = [f"Condition x {relation} did not hold element-wise:", f"x ({x.name}) = "]
            if relation == "<= 0":
                lines = ["".join(lines)]  # TensorFlow lost a comma there
            data = [message or "", *lines, x]
        zero = convert_to_tensor(0, dtype=x.dtype)
        pair = (zero, x) if zero_first else (x, zero)
        return compare(*pair, data=data, summarize=summarize)


def assert_negative(x, data=None, summarize=None, message=None, name=None):
    """An op that fails unless x < 0 everywhere.  Follows `tf.assert_negative` of TF 1.15."""
    return _against_zero("assert_negative", "< 0", False, assert_less, x, data, summarize, message, name)


def assert_positive(x, data=None, summarize=None, message=None, name=None):
    """An op that fails unless x > 0 everywhere.  Follows `tf.assert_positive` of TF 1.15."""
    return _against_zero("assert_positive", "> 0", True, assert_less, x, data, summarize, message, name)


def assert_non_negative(x, data=None, summarize=None, message=None, name=None):
    """An op that fails unless x >= 0 everywhere.  Follows `tf.assert_non_negative` of TF 1.15."""
    return _against_zero("assert_non_negative", ">= 0", True, assert_less_equal, x, data, summarize, message, name)


def assert_non_positive(x, data=None, summarize=None, message=None, name=None):
    """An op that fails unless x <= 0 everywhere.  Follows `tf.assert_non_positive` of TF 1.15."""
    return _against_zero("assert_non_positive", "<= 0", False, assert_less_equal, x, data, summarize, message, name)


def assert_near(x, y, rtol=None, atol=None, data=None, summarize=None, message=None, name=None):
    """An op that fails unless |x - y| < atol + rtol·|y| (10 epsilons each if None).

    Follows `tf.assert_near` of TF 1.15.
    """
    from tinytf.ops.math import math_ops

    with name_scope(name, "assert_near", [x, y, rtol, atol, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype)
        small = 10 * np.finfo(x.dtype.as_numpy_dtype).eps
        rtol = convert_to_tensor(small if rtol is None else rtol, name="rtol", dtype=x.dtype)
        atol = convert_to_tensor(small if atol is None else atol, name="atol", dtype=x.dtype)
        if data is None:
            words = f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}"
            data = [message or "", words, f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
        tolerance = atol + rtol * math_ops.abs(y)
        difference = math_ops.abs(x - y)
        condition = reductions.reduce_all(comparison.less(difference, tolerance))
        return control_flow_ops.Assert(condition, data, summarize=summarize)


# ---- ranks and shapes


def _assert_ranks(x, ranks, static, dynamic, describe, data, summarize):
    """The rank check itself: at once where all ranks are known, else an Assert."""
    for r in ranks:
        assert_type(r, dtypes.int32)
    values = [public_constant_value(r) for r in ranks]
    if all(v is not None for v in values):
        if any(v.ndim != 0 for v in values):
            raise ValueError("Rank must be a scalar.")
        if x.dims is not None:
            if not static(len(x.dims), values):
                raise ValueError(describe(values, len(x.dims)))
            return control_flow_ops.no_op(name="static_checks_determined_all_ok")
    condition = dynamic(shape_ops.rank(x))
    for r, v in zip(ranks, values):
        if v is None:
            check = assert_rank(r, 0, data=["Rank must be a scalar. Received rank: ", r])
            condition = control_flow_ops.with_dependencies([check], condition)
    return control_flow_ops.Assert(condition, data, summarize=summarize)


def _assert_one_rank(kind, words, static, dynamic, x, rank, data, summarize, message, name):
    with name_scope(name, kind, (x, rank) + tuple(data or [])):
        x = convert_to_tensor(x, name="x")
        rank = convert_to_tensor(rank, name="rank")
        message = message or ""
        if data is None:
            data = [message, f"Tensor {x.name} must have {words}", rank, "Received shape: ", shape_ops.shape(x)]

        def describe(values, actual):
            return f"{message}.  Tensor {x.name} must have {words} {int(values[0])}.  Received rank {actual}, shape {x.get_shape()}"

        return _assert_ranks(
            x, [rank], lambda actual, values: static(actual, int(values[0])), lambda actual: dynamic(actual, rank),
            describe, data, summarize,
        )  # fmt: skip


def assert_rank(x, rank, data=None, summarize=None, message=None, name=None):
    """An op that fails unless `x` has rank `rank`; ValueError at once where both are known.

    Follows `tf.assert_rank` of TF 1.15.
    """
    return _assert_one_rank(
        "assert_rank", "rank", lambda a, r: a == r, comparison.equal, x, rank, data, summarize, message, name
    )


def assert_rank_at_least(x, rank, data=None, summarize=None, message=None, name=None):
    """An op that fails unless `x` has at least rank `rank`.  Follows `tf.assert_rank_at_least` of TF 1.15."""
    return _assert_one_rank(
        "assert_rank_at_least", "rank at least", lambda a, r: a >= r, comparison.greater_equal, x, rank, data, summarize,
        message, name,
    )  # fmt: skip


def assert_rank_in(x, ranks, data=None, summarize=None, message=None, name=None):
    """An op that fails unless the rank of `x` is one of `ranks`.  Follows `tf.assert_rank_in` of TF 1.15."""
    from tinytf.ops.math import math_ops

    with name_scope(name, "assert_rank_in", (x,) + tuple(ranks) + tuple(data or [])):
        x = convert_to_tensor(x, name="x")
        ranks = tuple([convert_to_tensor(r, name="rank") for r in ranks])
        message = message or ""
        if data is None:
            data = [message, f"Tensor {x.name} must have rank in", *ranks, "Received shape: ", shape_ops.shape(x)]

        def describe(values, actual):
            shown = tuple(int(v) for v in values)
            return f"{message}.  Tensor {x.name} must have rank in {shown}.  Received rank {actual}, shape {x.get_shape()}"

        def dynamic(actual):
            if not ranks:
                return convert_to_tensor(False)
            result = comparison.equal(ranks[0], actual)
            for r in ranks[1:]:
                result = math_ops.logical_or(result, comparison.equal(r, actual))
            return result

        return _assert_ranks(
            x, ranks, lambda actual, values: actual in [int(v) for v in values], dynamic, describe, data, summarize
        )


def assert_integer(x, message=None, name=None):
    """TypeError unless `x` has an integer dtype; gives a NoOp.  Follows `tf.assert_integer` of TF 1.15."""
    with name_scope(name, "assert_integer", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_integer:
            raise TypeError(f'{message or ""}  Expected "x" to be integer type.  Found: {x.name} of dtype {x.dtype}')
        return control_flow_ops.no_op("statically_determined_was_integer")


def assert_type(tensor, tf_type, message=None, name=None):
    """TypeError unless `tensor` has dtype `tf_type`; gives a NoOp.  Follows `tf.assert_type` of TF 1.15."""
    with name_scope(name, "assert_type", [tensor]):
        tensor = convert_to_tensor(tensor, name="tensor")
        if tensor.dtype != tf_type:
            raise TypeError(f"{message or ''}  {tensor.name} must be of type {tf_type}")
        return control_flow_ops.no_op("statically_determined_correct_type")


def assert_scalar(tensor, name=None, message=None):
    """ValueError unless `tensor` is a scalar; gives it back.  Follows `tf.assert_scalar` of TF 1.15."""
    with name_scope(name, "assert_scalar", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name=scope)
        if tensor.dims != ():
            raise ValueError(f"{message or ''}Expected scalar shape for {tensor.name}, saw shape: {tensor.get_shape()}.")
        return tensor


def assert_proper_iterable(values) -> None:
    """TypeError unless `values` is a list, tuple, set or the like; tensors, arrays and strings are not.

    Follows `tf.assert_proper_iterable` of TF 1.15.
    """
    if isinstance(values, (Tensor, SparseTensor, np.ndarray, str, bytes)):
        raise TypeError(f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}')
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


def assert_same_float_dtype(tensors=None, dtype=None):
    """The one floating dtype that all `tensors` have (float32 if there are none); else ValueError.

    Follows `tf.assert_same_float_dtype` of TF 1.15.
    """
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
    first = None
    for t in tensors or []:
        if t is None:
            continue
        base = t.dtype.base_dtype
        name = getattr(t, "name", None) or str(t)
        if dtype is None:
            dtype, first = base, name
        elif base != dtype:
            raise ValueError(f"{name}, type={base}, must be of the same type ({dtype}){' as ' + first if first else ''}.")
    if dtype is None:
        return dtypes.float32
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype}.")
    return dtype


# ---- assert_shapes


def _sizes_of(x):
    dynamic = shape_ops.shape(x)
    if x.dims == ():
        return (1,)
    if x.dims is not None:
        return [dynamic[i] if d is None else d for i, d in enumerate(x.dims)]
    is_scalar = comparison.equal(shape_ops.rank(x), 0)
    return cond.cond(is_scalar, lambda: convert_to_tensor([1]), lambda: dynamic)


def _as_int(size):
    """`size` as an int where it is one (or the text of one), else None."""
    try:
        return None if size is None else int(size)
    except (ValueError, TypeError):
        return None


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """Checks the shapes of several tensors against symbolic ones: {x: ('N', 3), y: ('N',)}.

    Entries are ints, names that must agree throughout, None or '.' for any size; a first entry `...`
    or '*' stands for any number of dimensions.  Follows `tf.debugging.assert_shapes` of TF 1.15.
    """
    from tinytf.ops.math import math_ops

    if isinstance(shapes, dict):
        shapes = shapes.items()
    message = message or ""
    with name_scope(name, "assert_shapes", [shapes, data]):
        wanted = []
        for x, symbols in [(convert_to_tensor(x), s) for x, s in shapes if s is not None]:
            if not hasattr(symbols, "__iter__"):
                raise ValueError(f"{message}.  Tensor {x.name}.  Specified shape must be an iterable.  Received specified shape: {symbols}")
            symbols = tuple(symbols)
            inner = bool(symbols) and symbols[0] in (Ellipsis, "*")
            for i, s in enumerate(symbols):
                if i and s in (Ellipsis, "*"):
                    raise ValueError(
                        f"{message}.  Tensor {x.name} specified shape index {i}.  Symbol `...` or `*` for a variable number "
                        "of unspecified dimensions is only allowed as the first entry"
                    )
            rest = symbols[1:] if inner else symbols
            wanted.append((x, inner, _sizes_of(x), rest or (1,)))
        options = dict(data=data, summarize=summarize, message=message, name=name)
        rank_checks = []
        for x, inner, _, symbols in wanted:
            short = len(symbols) <= 1
            if inner and short:
                continue
            if inner:
                rank_checks.append(assert_rank_at_least(x, len(symbols), **options))
            elif short:
                rank_checks.append(assert_rank_in(x, [0, 1], **options))
            else:
                rank_checks.append(assert_rank(x, len(symbols), **options))
        checks, known = [], {}
        for x, inner, sizes, symbols in wanted:
            for i, symbol in enumerate(symbols):
                if symbol in (None, "."):
                    continue
                at = i - len(symbols) if inner else i
                if symbol not in known and _as_int(symbol) is None:
                    known[symbol] = (sizes[at], x, at)
                    continue
                if _as_int(symbol) is not None:
                    size, why = _as_int(symbol), "Specified explicitly"
                else:
                    size, by, by_dim = known[symbol]
                    why = f"Specified by tensor {by.name} dimension {by_dim}"
                actual = sizes[at]
                if _as_int(actual) is not None and _as_int(size) is not None:
                    if int(actual) != int(size):
                        raise ValueError(
                            f"{message}.  {why}.  Tensor {x.name} dimension {at} must have size {size}.  "
                            f"Received size {actual}, shape {x.get_shape()}"
                        )
                    continue
                condition = math_ops.equal(convert_to_tensor(actual), convert_to_tensor(size))
                shown = data
                if shown is None:
                    shown = [message, why, f"Tensor {x.name} dimension", at, "must have size", size, "Received shape: ", shape_ops.shape(x)]
                checks.append(control_flow_ops.Assert(condition, shown, summarize=summarize))
        with control_dependencies(rank_checks):
            return control_flow_ops.group(checks)


# ---- questions


def is_numeric_tensor(tensor) -> bool:
    """Whether this is a tensor of numbers.  Follows `tf.is_numeric_tensor` of TF 1.15."""
    return isinstance(tensor, Tensor) and tensor.dtype in _NUMERIC


def _steps(x):
    """The differences of neighbours in the flattened `x`; empty where it has fewer than two elements."""
    x = shape_ops.reshape(x, [-1])
    if not is_numeric_tensor(x):
        raise TypeError(f"Expected x to be numeric, instead found: {x}")
    short = comparison.less(shape_ops.size(x), 2)
    count = shape_ops.shape(x) - 1

    def differences():
        return slicing.strided_slice(x, [1], [1] + count) - slicing.strided_slice(x, [0], count)

    return cond.cond(short, lambda: convert_to_tensor([], dtype=x.dtype), differences)


def is_non_decreasing(x, name=None) -> Tensor:
    """Whether each element is at least the one before.  Follows `tf.is_non_decreasing` of TF 1.15."""
    with name_scope(name, "is_non_decreasing", [x]):
        steps = _steps(x)
        zero = convert_to_tensor(0, dtype=steps.dtype)
        return reductions.reduce_all(comparison.less_equal(zero, steps))


def is_strictly_increasing(x, name=None) -> Tensor:
    """Whether each element is more than the one before.  Follows `tf.is_strictly_increasing` of TF 1.15."""
    with name_scope(name, "is_strictly_increasing", [x]):
        steps = _steps(x)
        zero = convert_to_tensor(0, dtype=steps.dtype)
        return reductions.reduce_all(comparison.less(zero, steps))
