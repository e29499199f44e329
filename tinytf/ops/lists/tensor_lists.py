"""What a tensor list's handle stands for while a step runs: a list of arrays that no op changes in place.

Messages follow the list kernels of TF 1.15.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.shapes import in_brackets


class TensorList:
    """`items` (None: not written yet) of one dtype, each of a shape that `dims` takes; at most `limit`, if it is not negative."""

    __slots__ = ("dtype", "dims", "items", "limit")
    shape, ndim = (), 0  # of the handle, which may be an item of another list

    def __init__(self, dtype, dims, items, limit=-1):
        self.dtype, self.dims, self.items, self.limit = dtype, dims, items, limit

    def like(self, items) -> TensorList:
        """A list of the same kind with other items."""
        return TensorList(self.dtype, self.dims, items, self.limit)

    def __add__(self, other: TensorList) -> TensorList:
        """Item by item: the sum of gradients."""
        if len(self.items) != len(other.items):
            raise invalid(None, "Trying to add two lists of tensors of different lengths: %d and %d" % (len(self.items), len(other.items)))
        return self.like([b if a is None else a if b is None else a + b for a, b in zip(self.items, other.items)])

    def zeros_like(self) -> TensorList:
        """The list of zeros."""
        return self.like([None if item is None else zeros_of(item) for item in self.items])


def zeros_of(item):
    """Zeros like an array, a list or an optional."""
    return item.zeros_like() if hasattr(item, "zeros_like") else np.zeros_like(item)


def own(item):
    """An item of a list for itself: arrays are copied, for what made them may write to them; lists and optionals never change."""
    if isinstance(item, bytes):  # a row of a vector of strings
        return np.array(item, object)
    return item if hasattr(item, "zeros_like") else np.array(item)


def invalid(op, message):
    """The error of an op on lists."""
    return errors.InvalidArgumentError(op and op.node_def, op, message)


def dims_of(shape):
    """The dims that a shape given as an array means: -1 is unknown, a scalar -1 all of it."""
    shape = np.asarray(shape)
    return None if shape.ndim == 0 else tuple(None if d < 0 else int(d) for d in shape)


def brackets(dims) -> str:
    """Dims as messages show them."""
    return in_brackets(dims, "<unknown>")


def fits(shape, dims) -> bool:
    """Whether an array of this shape, or all arrays of these dims, may be of `dims`."""
    if dims is None or shape is None:
        return True
    return len(shape) == len(dims) and all(a is None or b is None or a == b for a, b in zip(shape, dims))


def merged(op, a, b):
    """The dims that both describe."""
    if a is None or b is None:
        return b if a is None else a
    if not fits(a, b):
        raise invalid(op, "Incompatible shapes during merge: %s vs. %s" % (brackets(a), brackets(b)))
    return tuple(y if x is None else x for x, y in zip(a, b))


def check_dtype(op, tensors: TensorList, dtype) -> None:
    """InvalidArgumentError where the op is for another dtype than the list's."""
    if tensors.dtype is not dtype:
        names = {d: name for name, d in dtypes.SIGNATURE_NAMES.items()}
        raise invalid(op, "Invalid data types; op elements %s but list elements %s" % (names[dtype], names[tensors.dtype]))


def item_dims(op, tensors: TensorList, given):
    """The shape of items that are not written yet, from the op's, the list's and the other items'."""
    dims = merged(op, dims_of(given), tensors.dims)
    if dims is None or None in dims:
        for item in tensors.items:
            if item is not None:
                dims = merged(op, dims, item.shape)
    return dims


def read(op, tensors: TensorList, index: int, given):
    """An item; zeros where it was not written yet."""
    item = tensors.items[index]
    if item is not None:
        if not fits(item.shape, dims_of(given)):
            raise invalid(op, "Expected element_shape %s but got an element of shape %s" % (brackets(dims_of(given)), brackets(item.shape)))
        return item
    return zeros(op, tensors, given)


def zeros(op, tensors: TensorList, given):
    """What an item that was not written yet reads as."""
    dims = item_dims(op, tensors, given)
    if dims is None or None in dims:
        raise invalid(
            op,
            "Trying to read an uninitialized tensor but element_shape is not fully defined: %s%s"
            % (brackets(dims), " and no list element is set." if all(item is None for item in tensors.items) else ""),
        )
    return np.full(dims, b"", object) if tensors.dtype == dtypes.string else np.zeros(dims, tensors.dtype.as_numpy_dtype)


def stack(op, tensors: TensorList, indices, given):
    """The items at `indices` along a new first dimension."""
    dims = merged(op, dims_of(given), tensors.dims)
    if not indices:
        if dims is None or None in dims:
            raise invalid(op, "Tried to stack elements of an empty list with non-fully-defined element_shape: %s" % brackets(dims))
        return np.zeros((0, *dims), tensors.dtype.as_numpy_dtype)
    parts = [read(op, tensors, i, given) for i in indices]
    for part in parts:
        if part.shape != parts[0].shape:
            raise invalid(
                op, "Tried to stack list which contains tensors of different shapes: %s and %s" % (brackets(parts[0].shape), brackets(part.shape))
            )
    result = np.empty((len(parts), *parts[0].shape), tensors.dtype.as_numpy_dtype)
    for i, part in enumerate(parts):
        result[i, ...] = part  # its elements: without the dots a string's array would become the element
    return result


def written(op, tensors: TensorList, index: int, item) -> TensorList:
    """The list with another item at `index`."""
    if not 0 <= index < len(tensors.items):
        raise invalid(op, "Trying to modify element %d in a list with %d elements." % (index, len(tensors.items)))
    if not fits(item.shape, tensors.dims):
        raise invalid(
            op,
            "Tried to set a tensor with incompatible shape at a list index. Item element shape: %s list shape: %s"
            % (brackets(item.shape), brackets(tensors.dims)),
        )
    items = list(tensors.items)
    items[index] = own(item)
    return tensors.like(items)


def scattered(op, tensors: TensorList, rows, indices) -> TensorList:
    """The list with rows of a tensor at `indices`; longer where one of them asks for it."""
    if any(i < 0 for i in indices):
        raise invalid(op, "Indices in TensorListScatter must all be non-negative.")
    items = list(tensors.items)
    items += [None] * (max(indices, default=-1) + 1 - len(items))
    for i, row in zip(indices, rows):
        items[i] = own(row)
    return tensors.like(items)
