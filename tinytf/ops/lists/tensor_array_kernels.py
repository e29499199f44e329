"""How the TensorArray ops run. A handle is an ArrayList, new in each step."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.ops.array.shape_ops import show
from tinytf.ops.lists.tensor_array_state import ArrayList


def dims_of(shape):
    return None if shape.ndims is None else tuple(shape.as_list())


FLOW = np.float32(0)


def new_kernel(op):
    np_dtype, dims = op.attr("dtype").as_numpy_dtype, dims_of(op.attr("element_shape"))
    options = dict(
        dynamic=op.attr("dynamic_size"), clear_after_read=op.attr("clear_after_read"), same_shapes=op.attrs.get("identical_element_shapes", False)
    )
    name = op.attr("tensor_array_name").decode() or op.name

    def new(size):
        if size < 0:
            raise errors.InvalidArgumentError(op.node_def, op, "Size should be >= 0.")
        return ArrayList(name, np_dtype, dims, int(size), **options), FLOW

    return new


def grad_kernel(op):
    source = op.attr("source").decode()
    return lambda array, flow, *prefix: (array.grad(op, source, *[tuple(p.tolist()) for p in prefix]), flow)


def _type_name(np_dtype) -> str:
    dtype = dtypes.as_dtype(np_dtype)
    return next((name for name, known in dtypes.SIGNATURE_NAMES.items() if known is dtype), dtype.name)


def write_kernel(op):
    wanted = np.dtype(op.attr("T").as_numpy_dtype)

    def write(array, index, value, flow):
        array.check_open(op)
        if wanted != array.np_dtype:
            array.fail(op, "TensorArray dtype is %s but Op is trying to write dtype %s." % (_type_name(array.np_dtype), _type_name(wanted)))
        array.write(op, int(index), value)
        return flow

    return write


def read_kernel(op):
    wanted = np.dtype(op.attr("dtype").as_numpy_dtype)

    def read(array, index, flow):
        array.check_open(op)
        if wanted != array.np_dtype:
            array.fail(op, "TensorArray dtype is %s but Op requested dtype %s." % (_type_name(array.np_dtype), _type_name(wanted)))
        return array.read(op, int(index))

    return read


def gather_kernel(op):
    np_dtype = op.attr("dtype").as_numpy_dtype
    dims = dims_of(op.attr("element_shape"))

    def gather(array, indices, flow):
        array.check_open(op)
        if not len(indices):
            shape = dims if array.dims is None else array.dims
            if shape is None or None in shape:
                shown = "<unknown>" if shape is None else show(shape)
                raise errors.UnimplementedError(
                    op.node_def, op, f"TensorArray has size zero, but element shape {shown} is not fully defined. Currently only "
                    "static shapes are supported when packing zero-size TensorArrays."
                )  # fmt: skip
            return np.empty((0, *shape), np_dtype)
        parts = [array.read(op, i) for i in indices.tolist()]
        first = parts[0].shape
        for i, part in enumerate(parts):
            if part.shape != first:
                array.fail(
                    op,
                    "TensorArray has inconsistent shapes.  Index 0 has shape: %s but index %d has shape: %s"
                    % (show(first), i, show(part.shape)),
                )
        result = np.empty((len(parts), *first), np_dtype)
        for i, part in enumerate(parts):
            result[i, ...] = part  # its elements: without the dots a string's array would become the element
        return result

    return gather


def scatter_kernel(op):
    def scatter(array, indices, value, flow):
        array.check_open(op)
        if value.ndim < 1 or len(indices) != len(value):
            array.fail(op, "Expected len(indices) == values.shape[0], but saw: %d vs. %s" % (len(indices), list(value.shape)))
        size = len(array.values)
        if indices.size and indices.max() >= size and not array.dynamic:
            message = "Max scatter index must be < array size (%d vs. %d)" % (indices.max(), size)
            raise errors.InvalidArgumentError(op.node_def, op, message)
        for place, i in enumerate(indices.tolist()):
            array.write(op, i, value[place, ...])  # an array, of strings, too: iterating would give bytes
        return flow

    return scatter


def concat_kernel(op):
    np_dtype = op.attr("dtype").as_numpy_dtype
    rest = dims_of(op.attr("element_shape_except0"))

    def concat(array, flow):
        array.check_open(op)
        if not array.values:
            if rest is None or None in rest:
                array.fail(op, "TensorArray has size zero, but element_shape_except0 is not fully defined: %s" % (rest,))
            return np.empty((0, *rest), np_dtype), np.empty((0,), np.int64)
        parts = [array.read(op, i) for i in range(len(array.values))]
        for i, part in enumerate(parts):
            if part.ndim < 1:
                array.fail(op, "Concat saw a scalar shape at index %d but requires at least vectors.  Did you mean to call pack?" % i)
            if part.shape[1:] != parts[0].shape[1:]:
                array.fail(
                    op,
                    "TensorArray has inconsistent shapes.  Index 0 has (excepting dimension 0) shape: %s but index %d has "
                    "(excepting dimension 0) shape: %s" % (list(parts[0].shape[1:]), i, list(part.shape[1:])),
                )
        return np.concatenate(parts), np.array([len(p) for p in parts], np.int64)

    return concat


def split_kernel(op):
    def split(array, value, lengths, flow):
        array.check_open(op)
        if lengths.ndim != 1:
            array.fail(op, "Expected lengths to be a vector, received shape: %s" % list(lengths.shape))
        if value.ndim < 1:
            array.fail(op, "Expected value to be at least a vector, but received shape: %s" % list(value.shape))
        if lengths.sum() != len(value):
            array.fail(
                op,
                "Expected sum of lengths to be equal to values.shape[0], but sum of lengths is %d and value's shape is: "
                "%s" % (lengths.sum(), list(value.shape)),
            )
        if len(array.values) != len(lengths) and not array.dynamic:
            array.fail(
                op,
                "TensorArray's size is not equal to the size of lengths (%d vs. %d), and the TensorArray is not marked as "
                "dynamically resizeable" % (len(array.values), len(lengths)),
            )
        start = 0
        for i, length in enumerate(lengths.tolist()):
            array.write(op, i, value[start : start + length])
            start += length
        return flow

    return split


def close_kernel(op):
    def close(array):
        array.values, array.closed = [], True

    return close
