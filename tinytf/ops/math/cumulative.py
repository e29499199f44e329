"""Running totals along an axis: Cumsum, Cumprod, CumulativeLogsumexp."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import select


def _scan_kernel(scan, start):
    """A kernel of `scan(x, axis)`; exclusive scans begin with `start(dtype)` and leave the last element out."""

    def kernel(op):
        exclusive, reverse = op.attr("exclusive"), op.attr("reverse")
        dtype = np.dtype(op.outputs[0].dtype.base_dtype.as_numpy_dtype)

        def run(x, axis):
            if np.ndim(axis):
                raise errors.InvalidArgumentError(op.node_def, op, f"ScanOp: axis must be a scalar, not {list(np.shape(axis))}")
            axis, rank = int(axis), np.ndim(x)
            if not -rank <= axis < rank:
                message = f"ScanOp: Expected scan axis in the range [{-rank}, {rank}), but got {axis + rank if axis < 0 else axis}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
            if reverse:
                x = np.flip(x, axis)
            if exclusive:
                sizes = [1 if i == axis % rank else d for i, d in enumerate(x.shape)]
                first = np.full(sizes, start(dtype), dtype)
                whole = [slice(None)] * rank
                whole[axis] = slice(None, -1)
                x = np.concatenate([first, x[tuple(whole)]], axis) if x.shape[axis] else x
            result = scan(x, axis, dtype)
            return np.flip(result, axis) if reverse else result

        return run

    return kernel


def _cumsum_grad(op, grad):
    return [cumsum(grad, op.inputs[1], exclusive=op.attr("exclusive"), reverse=not op.attr("reverse")), None]


def _cumprod_grad(op, grad):
    x, axis = op.inputs
    exclusive, reverse = op.attr("exclusive"), op.attr("reverse")
    product = cumprod(x, axis, exclusive=exclusive, reverse=reverse)
    return [cumsum(product * grad, axis, exclusive=exclusive, reverse=not reverse) / x, None]


def _cumulative_logsumexp_grad(op, grad):
    """In logarithms again, the positive and the negative part of `grad` each by itself."""
    x, axis = op.inputs
    exclusive, reverse = op.attr("exclusive"), op.attr("reverse")
    lowest = grad.dtype.min
    positive = select.where_v2(make("Greater", grad, 0), make("Log", grad), lowest)
    negative = select.where_v2(make("Less", grad, 0), make("Log", -grad), lowest)

    def part(logarithm):
        relative = logarithm - op.outputs[0]
        scanned = cumulative_logsumexp(relative, axis=axis, reverse=not reverse, exclusive=exclusive)
        return make("Exp", scanned + x)

    positive = part(positive)
    return [positive - part(negative), None]


op(
    "Cumsum(x: T, axis: Tidx) -> (out: T); exclusive: bool = false; reverse: bool = false; T: {float, double, int32, "
    "uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, "
    "uint64}; Tidx: {int32, int64} = int32",
    shape=same_as_input,
    kernel=_scan_kernel(lambda x, axis, dtype: np.add.accumulate(x, axis, dtype), lambda dtype: 0),
    gradient=_cumsum_grad,
)
op(
    "Cumprod(x: T, axis: Tidx) -> (out: T); exclusive: bool = false; reverse: bool = false; T: {float, double, "
    "int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, "
    "uint64}; Tidx: {int32, int64} = int32",
    shape=same_as_input,
    kernel=_scan_kernel(lambda x, axis, dtype: np.multiply.accumulate(x, axis, dtype), lambda dtype: 1),
    gradient=_cumprod_grad,
)
op(
    "CumulativeLogsumexp(x: T, axis: Tidx) -> (out: T); exclusive: bool = false; reverse: bool = false; T: {half, "
    "float, double}; Tidx: {int32, int64} = int32",
    shape=same_as_input,
    kernel=_scan_kernel(
        lambda x, axis, dtype: np.logaddexp.accumulate(x, axis, dtype), lambda dtype: np.finfo(dtype).min
    ),
    gradient=_cumulative_logsumexp_grad,
)


def _scan(op_type, x, axis, exclusive, reverse, name):
    with name_scope(name, op_type, [x]) as name:
        x = convert_to_tensor(x, name="x")
        return make(op_type, x, axis, exclusive=exclusive, reverse=reverse, name=name)


def cumsum(x, axis=0, exclusive=False, reverse=False, name=None) -> Tensor:
    """Each element plus all before it along `axis`; without itself if `exclusive`, from the end if `reverse`.

    Follows `tf.cumsum` of TF 1.15.
    """
    return _scan("Cumsum", x, axis, exclusive, reverse, name)


def cumprod(x, axis=0, exclusive=False, reverse=False, name=None) -> Tensor:
    """Each element times all before it along `axis`.  Follows `tf.math.cumprod` of TF 1.15."""
    return _scan("Cumprod", x, axis, exclusive, reverse, name)


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None) -> Tensor:
    """log of the running sum of exp(x) along `axis`.  Follows `tf.math.cumulative_logsumexp` of TF 1.15."""
    return _scan("CumulativeLogsumexp", x, axis, exclusive, reverse, name)
