"""What can be known of a tensor's value before any session runs.

- `constant_value(t)` computes any stateless subgraph of constants with its kernels: what shape rules
  and library code ask.
- `public_constant_value(t)` is TensorFlow's Python function: it sees through a few op types only, and
  what it answered must not be fed any more.
- `constant_dims(t)` reads a tensor that holds a shape, entry by entry, unknown entries as None.
"""

from __future__ import annotations

import contextlib
import threading

import numpy as np

from tinytf import dtypes
from tinytf.graph.number_variant import decode_variant
from tinytf.shapes import MOST_DIMS

_DEPTH_OF_VALUES = 24  # steps that are gone for the shape of a tensor that is unknown until its value is
_FOLD_LIMIT = 100_000  # elements: shape arithmetic is small, folding a model's constants is not wanted
_MISSING = object()


def public_constant_value(tensor, partial: bool = False):
    """The value of `tensor` as an array where it is a constant, else None.

    Sees through Const, Shape, Size, Rank, Range, Cast, Concat(V2), ConcatOffset, Pack, Fill, Equal,
    NotEqual, as `tf.contrib.util.constant_value` of TF 1.15 does.  With `partial`, a Pack of scalars
    some of which are unknown gives an object array with None for those.
    """
    op = tensor.op
    rule = _RULES.get(op.type)
    value = rule(tensor, partial) if rule else None
    if value is not None and not (partial and getattr(value, "dtype", None) == object):
        # Feeding something else later would contradict what was built on this value.
        tensor.graph.prevent_feeding(tensor)
    return value


def _const(tensor, partial):
    return None if tensor.dtype == dtypes.variant else const_array(tensor.op)


def const_array(op) -> np.ndarray:
    """The array of a Const operation, decoded once (what a constant of dtype variant holds is a `NumberVariant`)."""
    value = op.__dict__.get("_array")
    if value is None and op.attr("dtype") == dtypes.variant:
        value = op._array = decode_variant(op.attrs["value"])
    elif value is None:
        from tinytf.graph.tensor_proto import decode, make_ndarray

        value = decode(op.attrs["value"])
        if value.flags.writeable or any(value.strides) or not value.ndim:  # not the many of one value
            value = make_ndarray(op.attrs["value"])
            value.flags.writeable = False
        op._array = value
    return value


def _shape(tensor, partial):
    dims = tensor.op.inputs[0].dims
    if dims is None or None in dims:
        return None
    return np.array(dims, tensor.dtype.as_numpy_dtype)


def _size(tensor, partial):
    dims = tensor.op.inputs[0].dims
    if dims is None or None in dims:
        return None
    return np.prod(dims, dtype=np.int32)


def _rank(tensor, partial):
    dims = tensor.op.inputs[0].dims
    return None if dims is None else np.ndarray((), np.int32, np.array([len(dims)], np.int32))


def _range(tensor, partial):
    values = [public_constant_value(t) for t in tensor.op.inputs]
    if any(v is None for v in values):
        return None
    return np.arange(*values, dtype=tensor.dtype.as_numpy_dtype)


def _cast(tensor, partial):
    value = public_constant_value(tensor.op.inputs[0])
    return None if value is None else value.astype(tensor.op.attr("DstT").as_numpy_dtype)


def _concat(tensor, partial, axis_first=False):
    inputs = tensor.op.inputs
    axis = public_constant_value(inputs[0] if axis_first else inputs[-1])
    values = [public_constant_value(t) for t in (inputs[1:] if axis_first else inputs[:-1])] if axis is not None else [None]
    if any(v is None for v in values):
        return None
    return np.concatenate(values, axis=int(axis))


def _pack(tensor, partial):
    if not tensor.op.inputs or tensor.op.attr("axis") != 0:
        return None
    values = [public_constant_value(t, partial) for t in tensor.op.inputs]
    if all(v is not None for v in values):
        return np.array(values)
    if not partial:
        return None
    result = np.empty(len(values), dtype=object)  # filled one by one: a None among rows makes no matrix
    for i, v in enumerate(values):
        result[i] = v.item() if v is not None and v.ndim == 0 else v
    return result


def _fill(tensor, partial):
    dims = tensor.dims
    value = public_constant_value(tensor.op.inputs[1])
    if dims is None or None in dims or value is None:
        return None
    return np.full(dims, value, dtype=value.dtype)


def _equal(tensor, partial):
    a, b = (public_constant_value(t) for t in tensor.op.inputs)
    return None if a is None or b is None else np.equal(a, b)


def _not_equal(tensor, partial):
    a, b = (public_constant_value(t) for t in tensor.op.inputs)
    return None if a is None or b is None else np.not_equal(a, b)


_RULES = {
    "Const": _const,
    "Shape": _shape,
    "Size": _size,
    "Rank": _rank,
    "Range": _range,
    "Cast": _cast,
    "Concat": lambda t, p: _concat(t, p, axis_first=True),
    "ConcatV2": _concat,
    "Pack": _pack,
    "Fill": _fill,
    "Equal": _equal,
    "NotEqual": _not_equal,
}


def constant_value(tensor):
    """The value of `tensor` where it can be computed from constants and static shapes alone, else None.

    Static shapes only: an op whose kernel keeps state, or that reads a file, is never run.
    """
    if _unknown.asked is not None:
        _unknown.asked.setdefault(tensor, "value")
    memo = dict(_unknown.known)
    memo.update(dict.fromkeys(_unknown.tensors))
    return _fold(tensor, memo)


class _Unknown(threading.local):
    tensors: tuple = ()
    known: dict = {}
    asked: dict | None = None  # {tensor: "value" or "dims"} while somebody wants to know what a shape rule looks at


class ShapeValueError(ValueError):
    """A tensor that is to be a shape holds what no shape has; no fault of the op that reads it."""


@contextlib.contextmanager
def recording():
    """A context that gives a dict of the tensors whose value, or whose value as a shape, was asked for in it."""
    old, _unknown.asked = _unknown.asked, {}
    try:
        yield _unknown.asked
    finally:
        _unknown.asked = old


_unknown = _Unknown()


@contextlib.contextmanager
def treating_as_unknown(tensors):
    """A context in which these tensors have no constant value: a step feeds them."""
    old, _unknown.tensors = _unknown.tensors, tuple(tensors)
    try:
        yield
    finally:
        _unknown.tensors = old


@contextlib.contextmanager
def knowing(values: dict):
    """A context in which the tensors that are keys of `values` have these values."""
    old, _unknown.known = _unknown.known, values
    try:
        yield
    finally:
        _unknown.known = old


def known_value(tensor):
    """The value that `knowing` gives a tensor, or None."""
    return _unknown.known.get(tensor)


def _fold(tensor, memo: dict):
    # An explicit stack: a chain of shape arithmetic may be long.
    stack = [tensor]
    deepest = None
    while stack:
        t = stack[-1]
        if t in memo:
            stack.pop()
            continue
        op = t.op
        value = _MISSING
        if op.type == "Const":
            value = const_array(op) if op.attrs["value"].ByteSize() < 8 * _FOLD_LIMIT else None
        elif op.type in ("Shape", "Size", "Rank"):
            value = _RULES[op.type](t, False)
            if value is not None:
                value = np.asarray(value, t.dtype.as_numpy_dtype)
            elif op._inputs[0] in memo:
                value = None if memo[op._inputs[0]] is None else _run_kernel(op, [memo[op._inputs[0]]], t.value_index)
            else:  # not known without the value itself, which a few steps may show
                deepest = len(stack) + _DEPTH_OF_VALUES if deepest is None else deepest
                if len(stack) < deepest:
                    stack.append(op._inputs[0])
                    continue
        elif op.type == "ShapeN":
            dims = op._inputs[t.value_index].dims
            if dims is not None and None not in dims:
                value = np.array(dims, t.dtype.as_numpy_dtype)
            else:
                value = None
        elif not _foldable(op):
            value = None
        else:
            arguments = [memo.get(i, _MISSING) for i in op._inputs]
            if any(a is None for a in arguments):
                value = None
            elif any(a is _MISSING for a in arguments):
                if deepest is not None and len(stack) >= deepest:
                    memo[t] = None
                    stack.pop()
                    continue
                # One after the other: with the first that has no value, the others are of no interest.
                stack.append(next(i for i, a in zip(op._inputs, arguments) if a is _MISSING))
                continue
            else:
                value = _run_kernel(op, arguments, t.value_index)
        memo[t] = value
        stack.pop()
    return memo[tensor]


def _foldable(op) -> bool:
    entry = op.entry
    if entry is None or entry.kernel is None or entry.op_def.is_stateful or not op._inputs or len(op._inputs) > 64:
        return False
    if op.type in _NEVER_FOLDED or op.outputs[0].dtype.name == "bfloat16":  # the arithmetic of which is known in tinytf.run
        return False
    dims = op.outputs[0].dims
    if dims is not None and None not in dims:
        size = 1
        for d in dims:
            size *= d
        return size <= _FOLD_LIMIT
    return True


_NEVER_FOLDED = frozenset(["PlaceholderWithDefault", "Switch", "Merge", "Enter", "Exit", "NextIteration"])


def _run_kernel(op, arguments, index):
    try:
        function = op.entry.kernel if isinstance(op.entry.kernel, np.ufunc) else op.entry.kernel(op)
        with np.errstate(all="ignore"):
            result = function(*arguments)
    except Exception:  # noqa: BLE001  a failing fold is no error: the op will fail, by name, when it runs
        return None
    value = np.asarray(result[index] if isinstance(result, (tuple, list)) else result)
    return value if value.size <= _FOLD_LIMIT else None


def constant_dims(tensor):
    """The dims that a shape-holding tensor describes: unknown entries (or -1) as None; None where not even their number is known."""
    if _unknown.asked is not None:
        _unknown.asked.setdefault(tensor, "dims")
    op = tensor.op
    if op.type in ("Shape", "ShapeN"):
        return op.inputs[tensor.value_index].dims
    if op.type == "Pack" and tensor.dims is not None and len(tensor.dims) == 1:
        return tuple([_entry(constant_value(_outside(t))) for t in op.inputs])
    if op.type == "ConcatV2":
        parts = [constant_dims(t) for t in op.inputs[:-1]]
        return None if any(p is None for p in parts) else sum(parts, ())
    if op.type == "StridedSlice":
        sliced = _sliced_dims(op, constant_dims)
        if sliced is not None:
            return sliced
    value = constant_value(tensor)
    if value is not None:
        if value.ndim == 0:  # a scalar -1 stands for "any shape"
            return None if value.item() == -1 else (_entry(value),)
        if value.size and value.min() < -1:
            raise ShapeValueError(f"Invalid value in tensor used for shape: {value[value < -1][0]}")
        return tuple([_entry(v) for v in value.ravel()])
    if tensor.dims is not None and len(tensor.dims) == 1 and tensor.dims[0] is not None:
        return _unknown_dims(tensor.dims[0])
    return None


def _outside(tensor):
    """What a loop takes from outside, as it is there; any other tensor itself. TensorFlow looks out of one loop only."""
    return tensor.op.inputs[0] if tensor.op.type == "Enter" else tensor


def _unknown_dims(rank: int) -> tuple:
    if rank > MOST_DIMS:
        raise ValueError(f"A shape of {rank} dimensions: at most {MOST_DIMS} are possible")
    return (None,) * rank


def public_constant_dims(tensor):
    """As `constant_dims`, seeing only what TensorFlow's Python code sees (`public_constant_value`)."""
    op = tensor.op
    if tensor.dims == (0,):
        return ()
    if op.type == "Shape":
        return op.inputs[0].dims
    if op.type == "Pack":
        return tuple([_entry(public_constant_value(t)) for t in op.inputs])
    if op.type == "ConcatV2":
        parts = [public_constant_dims(t) for t in op.inputs[:-1]]
        return None if any(p is None for p in parts) else sum(parts, ())
    if op.type == "StridedSlice":
        sliced = _sliced_dims(op, public_constant_dims)
        if sliced is not None:
            return sliced
    value = public_constant_value(tensor)
    if value is not None:
        return tuple([_entry(v) for v in value.ravel()])
    return _unknown_dims(tensor.dims[0]) if tensor.dims and tensor.dims[0] is not None else None


def _entry(value):
    if value is None:
        return None
    value = int(value)
    return None if value < 0 else value


def _sliced_dims(op, dims_of):
    """`shape[a:b:c]` of a partly known shape, as far as `dims_of` sees it."""
    begin, end, strides = (constant_value(t) for t in op.inputs[1:])
    if begin is None or end is None or strides is None or begin.size != 1:
        return None
    if op.attr("shrink_axis_mask") or op.attr("ellipsis_mask") or op.attr("new_axis_mask"):
        return None
    whole = dims_of(op.inputs[0])
    if whole is None:
        return None
    start = None if op.attr("begin_mask") & 1 else int(begin[0])
    stop = None if op.attr("end_mask") & 1 else int(end[0])
    return tuple(whole[start : stop : int(strides[0])])


def constant_size(op, index: int):
    """The size that a scalar input gives a dimension; None where it is not known, ValueError where it is none."""
    value = constant_value(op.inputs[index])
    if value is None:
        return None
    if value.ndim:
        raise ValueError(f"Input must be scalar but has rank {value.ndim}")
    if value < 0:
        raise ValueError(f"Dimension size, given by scalar input {index}, must be non-negative but is {int(value)}")
    return int(value)
