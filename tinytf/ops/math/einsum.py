"""`tf.einsum`: sums of products written as an equation, lowered to transposes, reshapes and products of matrices."""

from __future__ import annotations

import re
import string

from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.linalg.matrix_diag import trace
from tinytf.ops.math import reductions
from tinytf.ops.math.matmul import matmul


def einsum(equation, *inputs, **kwargs):
    """The sum of products that `equation` describes, e.g. 'ij,jk->ik'.

    Raises ValueError for an equation that does not fit the inputs.  Follows `tf.einsum` of TF 1.15.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise TypeError("invalid keyword arguments for this function: " + ", ".join(sorted(kwargs)))
    with name_scope(name, "einsum", [equation, inputs]):
        inputs = list(inputs)
        labels, result_labels = _parse(equation, [x.get_shape() for x in inputs])
        axes = set("".join(labels) + result_labels)
        for axis in axes:
            for own in labels:
                if len(labels) == 1 and own.count(axis) == 2 and own == own[::-1] and "->" not in equation:
                    return trace(inputs[0])
                if own.count(axis) > 1:
                    raise ValueError(f"Subscript not supported: an axis appears more than once: {own}")
        if any(sum(a in own for own in labels) > 2 and a not in result_labels for a in axes):
            return _by_broadcasting(equation, *inputs)
        result, at = inputs[0], labels[0]
        for x, own in zip(inputs[1:], labels[1:]):
            result, at = _pair(result, at, x, own, set(at) & set(own) - set(result_labels))
        if set(at) - set(result_labels):
            axis = [i for i, a in enumerate(at) if a not in result_labels]
            result = reductions.reduce_sum(result, axis=axis)
            at = "".join(a for a in at if a in result_labels)
        if sorted(at) != sorted(result_labels):
            raise ValueError(f"Invalid equation: {equation}")
        return _transposed(result, [at.index(a) for a in result_labels])


def _parse(equation, shapes):
    """(the labels of each input, the labels of the result), with `...` written out."""
    equation = equation.replace(" ", "")
    match = re.match("^([a-zA-Z,.]+)(->[a-zA-Z.]*)?$", equation)
    if not match:
        raise ValueError(f"Indices have incorrect format: {equation}")
    labels = match.group(1).split(",")
    result = match.group(2)[2:] if match.group(2) else None
    if len(shapes) != len(labels):
        raise ValueError(f'Got {len(shapes)} arguments for equation "{equation}", expecting {len(labels)}')
    ellipsis = ""
    if "..." in equation:
        unused = "".join(c for c in string.ascii_letters if c not in "".join(labels))
        for i, own in enumerate(labels):
            if "..." in own:
                labels[i], replaced = _without_ellipsis(own, shapes[i].ndims, unused)
                ellipsis = max(ellipsis, replaced, key=len)
        if any("." in own for own in labels):
            raise ValueError('period "." found outside of ellipsis')
        if result is not None:
            result = result.replace("...", ellipsis)
            if "." in result:
                raise ValueError('period "." found outside of ellipsis')
    if result is None:
        every = "".join(labels)
        once = sorted(a for a in set(every) - set(ellipsis) if every.count(a) == 1)
        result = ellipsis + "".join(once)
    return labels, result


def _without_ellipsis(own, rank, unused):
    parts = own.split("...")
    if len(parts) != 2:
        raise ValueError("Unable to resolve ellipsis. Excess number found.")
    if rank is None:
        raise ValueError("Unable to statically infer ellipsis axes.")
    n = rank - len("".join(parts))
    if n < 0:
        raise ValueError("Ellipses lengths do not match.")
    if len(unused) < n:
        raise ValueError("Unable to resolve ellipsis, too many distinct labels.")
    replaced = unused[-n:] if n > 0 else ""
    return own.replace("...", replaced), replaced


def _pair(t0, labels0, t1, labels1, summed):
    """(the product of two tensors summed over `summed`, its labels)"""
    for i, (t, own) in enumerate(((t0, labels0), (t1, labels1))):
        if len(own) != len(t.get_shape()):
            rank = len(t.get_shape())
            raise ValueError(f"Tensor t{i} of rank {rank} does not match einsum reduction of length {len(own)}")
    kept = (set(labels0) & set(labels1)) - summed
    only0, only1 = set(labels0) - kept - summed, set(labels1) - kept - summed
    # Kept axes first; then t0 ends with the summed ones and t1 begins with them.
    order0 = sorted(labels0, key=lambda a: (-1 if a in kept else 0 if a in only0 else 1, a))
    order1 = sorted(labels1, key=lambda a: (-1 if a in kept else 0 if a in summed else 1, a))
    t0 = _transposed(t0, [labels0.find(a) for a in order0])
    t1 = _transposed(t1, [labels1.find(a) for a in order1])
    k = len(kept)
    if not summed:
        for _ in only1:
            t0 = array_ops.expand_dims(t0, -1)
        for _ in only0:
            t1 = array_ops.expand_dims(t1, k)
        from tinytf.ops.math.arithmetic import multiply

        return multiply(t0, t1), "".join(order0 + order1[k:])
    s = len(summed)
    shape0 = _sizes(t0)
    free0, inner = _product(shape0[k:-s]), _product(shape0[-s:])
    t0 = _reshaped(t0, shape0[:k] + [free0, inner])
    shape1 = _sizes(t1)
    free1 = _product(shape1[k + s :])
    t1 = _reshaped(t1, shape1[:k] + [inner, free1])
    product = matmul(t0, t1)
    product = _reshaped(product, shape0[: k + len(only0)] + shape1[len(shape1) - len(only1) :])
    return product, "".join(order0[: k + len(only0)] + order1[len(order1) - len(only1) :])


def _transposed(tensor, perm):
    return array_ops.transpose(tensor, perm=perm) if perm != list(range(len(perm))) else tensor


def _reshaped(tensor, shape):
    shape = tuple(-1 if d is None else d for d in shape)
    now = tensor.dims
    if len(shape) == len(now) and all(not isinstance(d, Tensor) and (c == d or d == -1) for c, d in zip(now, shape)):
        return tensor
    return array_ops.reshape(tensor, shape)


def _sizes(tensor):
    """Sizes as ints where they are known, else as scalar tensors."""
    sizes = list(tensor.dims)
    unknown = [i for i, d in enumerate(sizes) if d is None]
    if unknown:
        shape = array_ops.shape(tensor)
        for i in unknown:
            sizes[i] = shape[i]
    return sizes


def _product(sizes):
    result = 1
    for size in sizes:
        result *= size
    return result


def _by_broadcasting(equation, *inputs):
    """For an axis summed over more than two inputs: all are broadcast and multiplied, then summed."""
    inputs = list(inputs)
    labels, result_labels = _parse(equation, [x.get_shape() for x in inputs])
    every = set("".join(labels) + result_labels)
    order = {a: i for i, a in enumerate(sorted(a for a in every if a not in result_labels))}
    for a in result_labels:
        order[a] = len(order)
    for i, (x, own) in enumerate(zip(inputs, labels)):
        if len(x.get_shape()) != len(own):
            counts = f"(expected {len(own)}, got {len(x.get_shape())})"
            raise ValueError(f"Input {i} with axes {own} has incorrect number of dimensions {counts}")
        ordered = sorted(own, key=order.get)
        if list(own) != ordered:
            inputs[i] = array_ops.transpose(x, [own.find(a) for a in ordered])
            labels[i] = ordered
    summed = []
    shapes = [[d if d else -1 for d in x.dims] for x in inputs]
    for j, axis in enumerate(sorted(every, key=order.get)):
        sizes = set()
        for i, own in enumerate(labels):
            if axis not in own:
                shapes[i].insert(j, 1)
            elif shapes[i][j] > 1:
                sizes.add(shapes[i][j])
        if len(sizes) > 1:
            raise ValueError(f"Dimension mismatch on axis: {axis}")
        if axis not in result_labels:
            summed.append(j)
    result = 1
    for x in [array_ops.reshape(x, shape) for x, shape in zip(inputs, shapes)]:
        result *= x
    return reductions.reduce_sum(result, summed)
