"""How the ops on tensor lists run."""

from __future__ import annotations

import numpy as np

from tinytf.ops.lists import tensor_lists as lists
from tinytf.ops.lists.tensor_lists import TensorList


def dtype(op):
    return op.attr("element_dtype")


def empty_kernel(op):
    return lambda shape, limit: TensorList(dtype(op), lists.dims_of(shape), [], int(limit))


def reserve_kernel(op):
    def reserve(shape, count):
        if int(count) < 0:
            raise lists.invalid(op, "The num_elements to reserve must be a non negative number, but got %d" % int(count))
        return TensorList(dtype(op), lists.dims_of(shape), [None] * int(count))

    return reserve


def push(op, tensors, item):
    lists.check_dtype(op, tensors, dtype(op))
    if not lists.fits(item.shape, tensors.dims):
        raise lists.invalid(
            op,
            "Tried to append a tensor with incompatible shape to a list. Op element shape: %s list shape: %s"
            % (lists.brackets(item.shape), lists.brackets(tensors.dims)),
        )
    if 0 <= tensors.limit <= len(tensors.items):
        raise lists.invalid(op, "Tried to push item into a full list list size: %d max_num_elements: %d" % (len(tensors.items), tensors.limit))
    return tensors.like([*tensors.items, lists.own(item)])


def push_batch_kernel(op):
    def push_batch(handles, rows):
        pushed = np.empty(np.shape(handles), dtype=object)
        for at, row in zip(np.ndindex(*pushed.shape), map(lists.own, rows)):
            pushed[at] = push(op, handles[at], row)
        return pushed

    return push_batch


def pop_kernel(op):
    def pop(tensors, shape):
        lists.check_dtype(op, tensors, dtype(op))
        if not tensors.items:
            raise lists.invalid(op, "Trying to pop from an empty list.")
        return tensors.like(tensors.items[:-1]), lists.read(op, tensors, len(tensors.items) - 1, shape)

    return pop


def get_kernel(op):
    def get(tensors, index, shape):
        lists.check_dtype(op, tensors, dtype(op))
        if not 0 <= int(index) < len(tensors.items):
            raise lists.invalid(op, "Trying to access element %d in a list with %d elements." % (int(index), len(tensors.items)))
        return lists.read(op, tensors, int(index), shape)

    return get


def set_kernel(op):
    def set_item(tensors, index, item):
        lists.check_dtype(op, tensors, dtype(op))
        return lists.written(op, tensors, int(index), item)

    return set_item


def stack_kernel(op):
    count = op.attr("num_elements")

    def stack(tensors, shape):
        lists.check_dtype(op, tensors, dtype(op))
        if count not in (-1, len(tensors.items)):
            raise lists.invalid(op, "Operation expected a list with %d elements but got a list with %d elements." % (count, len(tensors.items)))
        return lists.stack(op, tensors, range(len(tensors.items)), shape)

    return stack


def gather_kernel(op):
    def gather(tensors, indices, shape):
        lists.check_dtype(op, tensors, dtype(op))
        for i in indices.tolist():
            if not 0 <= i < len(tensors.items):
                raise lists.invalid(op, "Index %d out o range; list only has %d elements." % (i, len(tensors.items)))
        return lists.stack(op, tensors, indices.tolist(), shape)

    return gather


def from_tensor_kernel(op):
    def from_tensor(tensor, shape):
        if tensor.ndim < 1:
            raise lists.invalid(op, "Tensor must be at least a vector, but saw shape: []")
        if not lists.fits(tensor.shape[1:], lists.dims_of(shape)):
            raise lists.invalid(
                op, "Specified a list with shape %s from a tensor with shape %s" % (lists.brackets(lists.dims_of(shape)), lists.brackets(tensor.shape[1:]))
            )
        return TensorList(dtype(op), lists.dims_of(shape), [lists.own(row) for row in tensor])

    return from_tensor


def scatter_kernel(op):
    def scatter(tensor, indices, shape, count=-1):
        dims = lists.dims_of(shape)
        if not lists.fits(tensor.shape[1:], dims):
            raise lists.invalid(
                op, "Specified a list with shape %s from a tensor with shape %s" % (lists.brackets(dims), lists.brackets(tensor.shape[1:]))
            )
        if int(count) < -1:
            raise lists.invalid(op, "TensorListScatter expects num_elements >= -1, found: %d" % int(count))
        items = [None] * max(0, int(count))
        indices = indices.tolist()
        if int(count) >= 0 and max(indices, default=-1) >= int(count):
            raise lists.invalid(op, "TensorListScatter: Trying to scatter element %d in list with size %d" % (max(indices), int(count)))
        return lists.scattered(op, TensorList(dtype(op), dims, items), tensor, indices)

    return scatter


def scatter_into_kernel(op):
    def scatter(tensors, rows, indices):
        lists.check_dtype(op, tensors, dtype(op))
        return lists.scattered(op, tensors, rows, indices.tolist())

    return scatter


def resize_kernel(op):
    def resize(tensors, size):
        if int(size) < 0:
            raise lists.invalid(op, "TensorListSlice expects size to be non-negative. Got: %d" % int(size))
        return tensors.like([*tensors.items[: int(size)], *[None] * (int(size) - len(tensors.items))])

    return resize


def shape_kernel(op):
    np_type = op.attr("shape_type").as_numpy_dtype

    def element_shape(tensors):
        return np_type(-1) if tensors.dims is None else np.array([-1 if d is None else d for d in tensors.dims], np_type)

    return element_shape


def concat_lists_kernel(op):
    def concat(a, b):
        for tensors in (a, b):
            lists.check_dtype(op, tensors, dtype(op))
        if not lists.fits(a.dims, b.dims):
            raise lists.invalid(op, "input_a and input_b TensorList element shapes are not identical at index 0")
        return TensorList(a.dtype, lists.merged(op, a.dims, b.dims), [*a.items, *b.items], a.limit)

    return concat


def split_kernel(op):
    def split(tensor, shape, lengths):
        dims = lists.dims_of(shape)
        if tensor.ndim < 1:
            raise lists.invalid(op, "Tensor must be at least a vector, but saw shape: []")
        if dims is not None and not lists.fits(tensor.shape[1:], dims[1:]):
            raise lists.invalid(
                op, "tensor shape %s is not compatible with element_shape %s" % (lists.brackets(tensor.shape), lists.brackets(dims))
            )
        if any(n < 0 for n in lengths.tolist()):
            raise lists.invalid(op, "Invalid value in lengths: %d" % min(lengths.tolist()))
        for n, end in zip(lengths.tolist(), np.cumsum(lengths).tolist()):
            if end > len(tensor):
                raise lists.invalid(op, "Attempting to slice [%d, %d] from tensor with length %d" % (end - n, end, len(tensor)))
        if int(lengths.sum()) != len(tensor):
            raise lists.invalid(op, "Unused values in tensor. Length of tensor: %d Values used: %d" % (len(tensor), int(lengths.sum())))
        ends = np.cumsum(lengths)
        return TensorList(dtype(op), dims, [np.array(tensor[end - n : end]) for n, end in zip(lengths, ends)])

    return split


def concat_kernel(op):
    def concat(tensors, shape=None, leading_dims=()):
        lists.check_dtype(op, tensors, dtype(op))
        dims = lists.dims_of(shape) if shape is not None else op.attr("element_shape")._dims
        dims = lists.merged(op, dims, tensors.dims)
        if dims == ():
            raise lists.invalid(op, "Concat requires elements to be at least vectors, found scalars instead.")
        parts = []
        for i, item in enumerate(tensors.items):
            if item is None:
                first = leading_dims[i] if i < len(leading_dims) else None if dims is None else dims[0]
                rest = next((x.shape[1:] for x in tensors.items if x is not None), None) if dims is None else dims[1:]
                if first is None or rest is None or None in rest:
                    raise lists.invalid(op, "Concat saw an uninitialized element of which the shape is not known: at index %d" % i)
                item = np.zeros((int(first), *rest), tensors.dtype.as_numpy_dtype)
            if not item.ndim:
                raise lists.invalid(op, "Concat saw a scalar shape at index %d but requires at least vectors." % i)
            parts.append(item)
        for part in parts[1:]:
            if part.shape[1:] != parts[0].shape[1:]:
                raise lists.invalid(
                    op, "Tried to concat tensors with unequal shapes: %s vs %s" % (lists.brackets(parts[0].shape[1:]), lists.brackets(part.shape[1:]))
                )
        lengths = np.array([len(part) for part in parts], np.int64)
        if not parts:
            if dims is None or None in dims[1:]:
                raise lists.invalid(op, "All except the first dimension must be fully defined when concating an empty tensor list. element_shape: %s" % lists.brackets(dims))
            return np.zeros((0, *dims[1:]), tensors.dtype.as_numpy_dtype), lengths
        return np.concatenate(parts), lengths

    return concat
