"""The order of elements: Transpose, InvertPermutation, ReverseV2, ReverseSequence, Roll."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims, constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dims, same_as_input, with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import concat_split, shape_ops
from tinytf.ops.array.shape_ops import deprecated_argument, show


def _transpose_shape(op):
    dims, perm = op.inputs[0].dims, constant_value(op.inputs[1])
    if perm is None:
        if dims is not None:
            return [dims if len(dims) <= 1 else (None,) * len(dims)]
        known = constant_dims(op.inputs[1])
        return [None if known is None else (None,) * len(known)]
    with_rank(perm.shape, 1)
    perm = perm.tolist()
    if len(perm) < 2 and dims is None:
        return [None]
    if dims is not None and len(dims) != len(perm):
        raise ValueError(f"Dimension must be {len(dims)} but is {len(perm)}")
    dims = with_rank(dims, len(perm))
    for p in perm:
        if not -len(perm) <= p < len(perm):
            raise ValueError(f"perm dim {p} is out of range of input rank {len(perm)}")
    return [tuple([dims[p] for p in perm])]


def _bad_perm(op, x, perm):
    if len(perm) != x.ndim:
        message = f"transpose expects a vector of size {x.ndim}. But input(1) is a vector of size {len(perm)}"
    elif any(not 0 <= p < x.ndim for p in perm):
        p = next(p for p in perm if not 0 <= p < x.ndim)
        message = f"{p} is out of range [0 .. {x.ndim})"
    else:
        missing = next(i for i in range(x.ndim) if i not in [p % x.ndim for p in perm])
        message = f"{missing} is missing from {{{','.join(map(str, perm))}}}."
    return errors.InvalidArgumentError(op.node_def, op, message)


def _transpose_kernel(op):
    def transpose(x, perm):
        if perm.ndim != 1:
            raise errors.InvalidArgumentError(op.node_def, op, f"perm must be a vector, not {show(perm.shape)}")
        perm = perm.tolist()
        if perm and min(perm) < 0:
            raise _bad_perm(op, x, perm)
        try:
            return x.transpose(perm)
        except ValueError:
            raise _bad_perm(op, x, perm) from None

    return transpose


def _conjugate_transpose_kernel(op):
    turn = _transpose_kernel(op)
    return lambda x, perm: np.conj(turn(x, perm))


op("Transpose(x: T, perm: Tperm) -> (y: T); T: type; Tperm: {int32, int64} = int32",
   shape=_transpose_shape, kernel=_transpose_kernel,
   gradient=lambda op, grad: [transpose(grad, invert_permutation(op.inputs[1])), None], view=True)  # fmt: skip
op("ConjugateTranspose(x: T, perm: Tperm) -> (y: T); T: type; Tperm: {int32, int64} = int32",
   shape=_transpose_shape, kernel=_conjugate_transpose_kernel,
   gradient=lambda op, grad: [transpose(grad, invert_permutation(op.inputs[1]), conjugate=True), None],
   view=True)  # fmt: skip


def _invert_kernel(op):
    def invert_permutation(x):
        if x.ndim != 1:
            raise errors.InvalidArgumentError(op.node_def, op, "invert_permutation expects a 1D vector.")
        out = np.full(x.shape, -1, x.dtype)
        if x.size and not (0 <= x.min() and x.max() < x.size):
            bad = next(v for v in x.tolist() if not 0 <= v < x.size)
            raise errors.InvalidArgumentError(op.node_def, op, f"{bad} is not between 0 and {x.size}")
        out[x] = np.arange(x.size, dtype=x.dtype)
        if x.size and out.min() < 0:
            twice = next(v for i, v in enumerate(x.tolist()) if v in x[:i])
            raise errors.InvalidArgumentError(op.node_def, op, f"{twice} is duplicated in the input.")
        return out

    return invert_permutation


op("InvertPermutation(x: T) -> (y: T); T: {int32, int64} = int32",
   shape=lambda op: [with_rank(op.inputs[0].dims, 1)], kernel=_invert_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# ---- Reverse


def _reverse_v2_shape(op):
    dims, axes = op.inputs[0].dims, constant_value(op.inputs[1])
    if dims is not None and len(dims) > 8:
        raise ValueError("reverse does not work on tensors with more than 8 dimensions")
    if dims is not None and axes is not None:
        seen = set()
        for i, a in enumerate(axes.ravel().tolist()):
            if not -len(dims) <= a < len(dims):
                raise ValueError(f"'axis'[{i}] = {a} is out of valid range [0, {len(dims) - 1}")
            if a % len(dims) in seen:
                raise ValueError(f"axis {a % len(dims)} specified more than once.")
            seen.add(a % len(dims))
    return [dims]


def _reverse_v2_kernel(op):
    def reverse(x, axes):
        if axes.ndim != 1:
            raise errors.InvalidArgumentError(op.node_def, op, f"'dims' must be 1-dimension, not {axes.ndim}")
        index = [slice(None)] * x.ndim
        for i, a in enumerate(axes.tolist()):
            if not -x.ndim <= a < x.ndim:
                raise errors.InvalidArgumentError(op.node_def, op, f"'axis'[{i}] = {a} is out of valid range [0, {x.ndim - 1}")
            if index[a] != slice(None):
                raise errors.InvalidArgumentError(op.node_def, op, f"axis {a % x.ndim} specified more than once.")
            index[a] = slice(None, None, -1)
        return x[tuple(index)] if index else x

    return reverse


op("ReverseV2(tensor: T, axis: Tidx) -> (output: T); Tidx: {int32, int64} = int32; T: {uint8, int8, uint16, int16, "
   "int32, int64, bool, bfloat16, half, float, double, complex64, complex128, string}",
   shape=_reverse_v2_shape, kernel=_reverse_v2_kernel,
   gradient=lambda op, grad: [reverse(grad, op.inputs[1]), None], view=True)  # fmt: skip


def _reverse_kernel(op):
    return lambda x, flags: x[tuple([slice(None, None, -1) if f else slice(None) for f in flags.tolist()])]


op("Reverse(tensor: T, dims: bool) -> (output: T); T: {uint8, int8, uint16, int16, int32, int64, bool, half, float, "
   "double, complex64, complex128, string}",
   shape=same_as_input, kernel=_reverse_kernel,
   gradient=lambda op, grad: [make("Reverse", grad, op.inputs[1]), None], view=True)  # fmt: skip


def _reverse_sequence_shape(op):
    dims, lengths = op.inputs[0].dims, with_rank(op.inputs[1].dims, 1)
    batch, seq = op.attr("batch_dim"), op.attr("seq_dim")
    if dims is None:
        return [None]
    if batch >= len(dims):
        raise ValueError(f"batch_dim must be < input rank: {batch} vs. {len(dims)}")
    if seq >= len(dims):
        raise ValueError(f"seq_dim must be < input rank: {seq} vs. {len(dims)}")
    size = dims[batch]
    if size is not None and lengths[0] is not None and size != lengths[0]:
        raise ValueError(f"Dimensions must be equal, but are {size} and {lengths[0]}")
    return [dims[:batch] + (lengths[0] if size is None else size,) + dims[batch + 1 :]]


def _reverse_sequence_kernel(op):
    batch, seq = op.attr("batch_dim"), op.attr("seq_dim")

    def reverse_sequence(x, lengths):
        if batch == seq:
            raise errors.InvalidArgumentError(op.node_def, op, f"batch_dim == seq_dim == {seq}")
        for name, at in (("seq_dim", seq), ("batch_dim", batch)):
            if at >= x.ndim:
                raise errors.InvalidArgumentError(op.node_def, op, f"{name} must be < input.dims()( {at} vs. {x.ndim})")
        if lengths.ndim != 1:
            raise errors.InvalidArgumentError(op.node_def, op, f"seq_lens input must be 1-dim, not {lengths.ndim}")
        if len(lengths) != x.shape[batch]:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"len(seq_lens) != input.dims({batch}), ({len(lengths)} vs. {x.shape[batch]})"
            )
        out = np.array(x)
        source, target = np.moveaxis(x, (batch, seq), (0, 1)), np.moveaxis(out, (batch, seq), (0, 1))
        for i, n in enumerate(lengths.tolist()):
            if not 0 <= n <= x.shape[seq]:
                what = "< 0" if n < 0 else f"> input.dims({seq})"
                raise errors.InvalidArgumentError(op.node_def, op, f"seq_lens({i}) {what}")
            target[i, :n] = source[i, :n][::-1]
        return out

    return reverse_sequence


def _reverse_sequence_grad(op, grad):
    back = reverse_sequence(
        grad, batch_axis=op.attr("batch_dim"), seq_axis=op.attr("seq_dim"), seq_lengths=op.inputs[1]
    )
    return [back, None]


op("ReverseSequence(input: T, seq_lengths: Tlen) -> (output: T); seq_dim: int; batch_dim: int = 0; T: type; "
   "Tlen: {int32, int64} = int64",
   shape=_reverse_sequence_shape, kernel=_reverse_sequence_kernel, gradient=_reverse_sequence_grad)  # fmt: skip


# ---- Roll


def _roll_kernel(op):
    def roll(x, shift, axis):
        message = None
        if x.ndim < 1:
            message = "input must be 1-D or higher"
        for name, given in (("shift", shift), ("axis", axis)):
            if given.ndim > 1:
                message = message or f"{name} must be a scalar or a 1-D vector. Found: {show(given.shape)}"
        if message is None and shift.shape != axis.shape:
            message = "shift and axis must have the same size"
        if message:
            raise errors.InvalidArgumentError(op.node_def, op, message)
        shifts, axes = shift.reshape(-1).tolist(), axis.reshape(-1).tolist()
        for a in axes:
            if not -x.ndim <= a < x.ndim:
                raise errors.InvalidArgumentError(op.node_def, op, f"axis {a + x.ndim if a < 0 else a} is out of range")
        return np.roll(x, tuple(shifts), tuple(axes))

    return roll


def _roll_shape(op):
    x, shift, axis = op.inputs
    merge_dims(shift.dims, axis.dims)
    return [x.dims]


def _roll_grad(op, grad):
    return [roll(grad, -op.inputs[1], op.inputs[2]), None, None]


op("Roll(input: T, shift: Tshift, axis: Taxis) -> (output: T); T: type; Tshift: {int32, int64}; Taxis: {int32, int64}",
   shape=_roll_shape, kernel=_roll_kernel, gradient=_roll_grad)  # fmt: skip


# ---- public functions


def transpose(a, perm=None, name="transpose", conjugate=False) -> Tensor:
    """`a` with its dimensions in the order `perm`; reversed where None.  Follows `tf.transpose` of TF 1.15."""
    with name_scope(name, "transpose", [a]) as name:
        kind = "ConjugateTranspose" if conjugate and dtypes.as_dtype(a.dtype).is_complex else "Transpose"
        if perm is not None:
            return make(kind, a, perm, name=name)
        a = convert_to_tensor(a, name="a")
        if not a.dims:
            rank = make("Rank", a)
            perm = (rank - 1) - make("Range", 0, rank, 1)
        else:
            perm = np.arange(len(a.dims))[::-1]
        result = make(kind, a, perm, name=name)
        if a.dims is not None:
            result.set_shape(a.dims[::-1])
        return result


def matrix_transpose(a, name="matrix_transpose", conjugate=False) -> Tensor:
    """The last two dimensions swapped.  Follows `tf.matrix_transpose` of TF 1.15."""
    with name_scope(name, values=[a]):
        a = convert_to_tensor(a, name="a")
        if a.dims is not None:
            rank = len(a.dims)
            if rank < 2:
                raise ValueError(f"Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: {a.get_shape()}")
            perm = [*range(rank - 2), rank - 1, rank - 2]
        else:
            rank = shape_ops.rank(a)
            perm = concat_split.concat((make("Range", 0, rank - 2, 1), [rank - 1, rank - 2]), 0)
        return transpose(a, perm=perm, conjugate=conjugate)


def invert_permutation(x, name=None) -> Tensor:
    """The permutation that undoes `x`.  Follows `tf.invert_permutation` of TF 1.15."""
    return make("InvertPermutation", x, name=name)


def reverse(tensor, axis, name=None) -> Tensor:
    """`tensor` backwards along the dimensions `axis`.  Follows `tf.reverse` of TF 1.15."""
    return make("ReverseV2", tensor, axis, name=name)


def reverse_sequence(
    input, seq_lengths, seq_axis=None, batch_axis=None, name=None, seq_dim=None, batch_dim=None
) -> Tensor:
    """The first `seq_lengths[i]` elements along `seq_axis` backwards, for each i along `batch_axis`.

    Follows `tf.reverse_sequence` of TF 1.15.
    """
    seq_axis = deprecated_argument("seq_axis", seq_axis, "seq_dim", seq_dim)
    batch_axis = deprecated_argument("batch_axis", batch_axis, "batch_dim", batch_dim)
    attrs = {} if batch_axis is None else {"batch_dim": batch_axis}
    return make("ReverseSequence", input, seq_lengths, seq_dim=seq_axis, name=name, **attrs)


def roll(input, shift, axis, name=None) -> Tensor:
    """The elements shifted along `axis`, round the end.  Follows `tf.roll` of TF 1.15."""
    return make("Roll", input, shift, axis, name=name)
