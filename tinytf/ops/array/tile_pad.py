"""Tensors repeated and bordered: Tile, Pad, PadV2, MirrorPad."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims, constant_value, public_constant_value
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import concat_split, shape_ops
from tinytf.ops.array.shape_ops import show
from tinytf.util.dispatch import add_dispatch_support

# ---- Tile


def _tile_shape(op):
    dims, multiples = op.inputs[0].dims, constant_dims(op.inputs[1])
    if dims is None and multiples is None:
        return [None]
    if dims is not None and multiples is not None:
        with_rank(multiples, len(dims))
    dims = dims if dims is not None else (None,) * len(multiples)
    if multiples is None:
        return [(None,) * len(dims)]
    return [tuple([None if d is None or m is None else d * m for d, m in zip(dims, multiples)])]


def _tile_kernel(op):
    def tile(x, multiples):
        if multiples.ndim != 1:
            raise errors.InvalidArgumentError(op.node_def, op, f"Expected multiples to be 1-D, but got shape {show(multiples.shape)}")
        multiples, dims = multiples.tolist(), x.shape
        if len(multiples) != len(dims):
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Expected multiples argument to be a vector of length {len(dims)} but got length {len(multiples)}"
            )  # fmt: skip
        if multiples and min(multiples) < 0:
            i, bad = next((i, m) for i, m in enumerate(multiples) if m < 0)
            raise errors.InvalidArgumentError(op.node_def, op, f"Expected multiples[{i}] >= 0, but got {bad}")
        apart, wide = [], []
        for d, m in zip(dims, multiples):
            apart += [1, d]
            wide += [m, d]
        return np.broadcast_to(x.reshape(apart), wide).reshape([d * m for d, m in zip(dims, multiples)])

    return tile


def _tile_grad(op, grad):
    from tinytf.ops.array import transpose
    from tinytf.ops.math import math_ops

    x, multiples = op.inputs
    shape = shape_ops.shape(x, out_type=multiples.dtype)
    # Interleaved: the repeats are every second dimension of the gradient, to be summed.
    split_shape = shape_ops.reshape(transpose.transpose(concat_split.stack([multiples, shape])), [-1])
    axes = math_ops.range(0, shape_ops.size(split_shape), 2)
    if isinstance(grad, IndexedSlices):
        rows = math_ops.cast(shape[0], grad.indices.dtype)
        grad = math_ops.unsorted_segment_sum(grad.values, math_ops.mod(grad.indices, rows), rows)
        split_shape = concat_split.concat([[1], split_shape[1:]], axis=0)
    result = math_ops.reduce_sum(shape_ops.reshape(grad, split_shape), axes)
    result.set_shape(x.get_shape())
    return [result, None]


op("Tile(input: T, multiples: Tmultiples) -> (output: T); T: type; Tmultiples: {int32, int64} = int32",
   shape=_tile_shape, kernel=_tile_kernel, gradient=_tile_grad, view=True)  # fmt: skip


# ---- Pad


def _pad_shape(op):
    dims, pads = op.inputs[0].dims, with_rank(op.inputs[1].dims, 2)
    if pads[1] not in (None, 2):
        raise ValueError(f"Dimension must be 2 but is {pads[1]}")
    value = constant_value(op.inputs[1])
    if value is None:
        rank = pads[0] if pads[0] is not None else None if dims is None else len(dims)
        if rank is not None:
            with_rank(dims, rank)
        return [None if rank is None else (None,) * rank]
    if value.size and value.min() < 0:
        raise ValueError("Paddings must be non-negative")
    dims = with_rank(dims, len(value))
    return [tuple([None if d is None else d + a + b for d, (a, b) in zip(dims, value.tolist())])]


def _checked_paddings(op, x, paddings):
    if paddings.ndim != 2 or paddings.shape[1] != 2:
        raise errors.InvalidArgumentError(
            op.node_def, op, f"paddings must be a matrix with 2 columns: {show(paddings.shape)}"
        )
    if len(paddings) != x.ndim:
        raise errors.InvalidArgumentError(
            op.node_def, op, "The first dimension of paddings must be the rank of inputs"
            f"{show(paddings.shape)} {show(x.shape)}"
        )  # fmt: skip
    paddings = paddings.tolist()
    for a, b in paddings:
        if a < 0 or b < 0:
            raise errors.InvalidArgumentError(op.node_def, op, f"Paddings must be non-negative: {a} {b}")
    return paddings


def _pad_kernel(op):
    np_type = np.dtype(op.attr("T").as_numpy_dtype)
    nothing = b"" if np_type == object else np.zeros((), np_type)

    def pad(x, paddings, value=nothing):
        pads = _checked_paddings(op, x, paddings)
        if value is not nothing and np.ndim(value):
            raise errors.InvalidArgumentError(op.node_def, op, f"constant_values must be a scalar. Found: {show(value.shape)}")
        dims = [a + d + b for d, (a, b) in zip(x.shape, pads)]
        out = np.zeros(dims, np_type) if value is nothing and np_type != object else np.full(dims, value, np_type)
        out[tuple([slice(a, a + d) for d, (a, _) in zip(x.shape, pads)])] = x
        return out

    return pad


def _pad_grad(op, grad):
    from tinytf.ops.array import slicing

    x, paddings = op.inputs[0], op.inputs[1]
    before = slicing.slice(paddings, [0, 0], concat_split.stack([shape_ops.rank(x), 1]))
    begin = shape_ops.reshape(before, [-1])
    result = slicing.slice(grad, begin, shape_ops.shape(x))
    return [result] + [None] * (len(op.inputs) - 1)


op("Pad(input: T, paddings: Tpaddings) -> (output: T); T: type; Tpaddings: {int32, int64} = int32",
   shape=_pad_shape, kernel=_pad_kernel, gradient=_pad_grad)  # fmt: skip
op("PadV2(input: T, paddings: Tpaddings, constant_values: T) -> (output: T); T: type; Tpaddings: {int32, int64} = int32",
   shape=_pad_shape, kernel=_pad_kernel, gradient=_pad_grad)  # fmt: skip


# ---- MirrorPad


def mirror_kernel(op):
    """The kernel of an op with the attribute `mode`: a function of an array and its paddings."""
    reflect = op.attr("mode") == b"REFLECT"

    def mirror_pad(x, paddings):
        pads = _checked_paddings(op, x, paddings)
        for d, (a, b) in zip(x.shape, pads):
            most = d - 1 if reflect else d
            if a > most or b > most:
                relation = "less than" if reflect else "no greater than"
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"paddings must be {relation} the dimension size: {a}, {b} {'not less' if reflect else 'greater'} than {d}"
                )  # fmt: skip
        return np.pad(x, pads, "reflect" if reflect else "symmetric")

    return mirror_pad


def _mirror_grad_shape(op):
    dims, value = op.inputs[0].dims, constant_value(op.inputs[1])
    if value is None:
        return [None if dims is None else (None,) * len(dims)]
    dims = with_rank(dims, len(value))
    return [tuple([None if d is None else d - a - b for d, (a, b) in zip(dims, value.tolist())])]


def _mirror_grad_kernel(op):
    skip = 1 if op.attr("mode") == b"REFLECT" else 0

    def mirror_pad_grad(grad, paddings):
        for axis, (a, b) in enumerate(_checked_paddings(op, grad, paddings)):
            grad = np.moveaxis(grad, axis, 0)
            n = len(grad) - a - b
            inside = np.array(grad[a : a + n])
            inside[skip : skip + a] += grad[:a][::-1]
            inside[n - skip - b : n - skip] += grad[a + n :][::-1]
            grad = np.moveaxis(inside, 0, axis)
        return grad

    return mirror_pad_grad


_MIRROR = "(input: T, paddings: Tpaddings) -> (output: T); T: type; Tpaddings: {int32, int64} = int32; mode: {'REFLECT', 'SYMMETRIC'}"
op("MirrorPad" + _MIRROR, shape=_pad_shape, kernel=mirror_kernel,
   gradient=lambda op, grad: [make("MirrorPadGrad", grad, op.inputs[1], mode=op.attr("mode")), None])  # fmt: skip
op("MirrorPadGrad" + _MIRROR, shape=_mirror_grad_shape, kernel=_mirror_grad_kernel, view=True,
   gradient=lambda op, grad: [make("MirrorPad", grad, op.inputs[1], mode=op.attr("mode")), None])  # fmt: skip


# ---- public functions


@add_dispatch_support
def tile(input, multiples, name=None) -> Tensor:
    """`input` repeated `multiples[i]` times along dimension i.  Follows `tf.tile` of TF 1.15."""
    return make("Tile", input, multiples, name=name)


def pad(tensor, paddings, mode="CONSTANT", name=None, constant_values=0) -> Tensor:
    """`tensor` with `paddings[i] = [before, after]` elements added to dimension i.

    Mode CONSTANT adds `constant_values`, REFLECT and SYMMETRIC mirror the tensor without or with its
    border.  Follows `tf.pad` of TF 1.15.
    """
    mode = mode.upper()
    if mode == "CONSTANT":
        if not concat_split.is_tensor_like(constant_values) and constant_values == 0:
            result = make("Pad", tensor, paddings, name=name)
        else:
            result = make("PadV2", tensor, paddings, constant_values, name=name)
    elif mode in ("REFLECT", "SYMMETRIC"):
        result = make("MirrorPad", tensor, paddings, mode=mode, name=name)
    else:
        raise ValueError(f"Unknown padding mode: {mode}")
    _refine_shape(result)
    return result


def _refine_shape(result) -> None:
    """Adds the dimensions that partly known paddings give."""
    dims = result.op.inputs[0].dims
    if dims is None or (result.dims is not None and None not in result.dims):
        return
    paddings = public_constant_value(result.op.inputs[1], partial=True)
    if paddings is None:
        return
    new = []
    for pads, d in zip(paddings, dims):
        new.append(None if d is None or pads is None or any(p is None for p in pads) else int(sum(pads)) + d)
    result.set_shape(new)
