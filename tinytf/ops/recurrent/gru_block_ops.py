"""GRUBlockCell: a step of a gated recurrent unit as one op, and its gradient."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.recurrent.lstm_block_ops import sigmoid


def _check(op, x, h_prev, w_ru, w_c, b_ru, b_c):
    batch, size = x.shape
    cell = h_prev.shape[1]
    for name, got, wanted in (
        ("h_prev", h_prev.shape, (batch, cell)), ("w_ru", w_ru.shape, (size + cell, 2 * cell)),
        ("w_c", w_c.shape, (size + cell, cell)), ("b_ru", b_ru.shape, (2 * cell,)), ("b_c", b_c.shape, (cell,)),
    ):  # fmt: skip
        if got != wanted:
            raise errors.InvalidArgumentError(op.node_def, op, f"{name} has shape {list(got)}, expected {list(wanted)}")


def _kernel(op):
    def run(x, h_prev, w_ru, w_c, b_ru, b_c):
        _check(op, x, h_prev, w_ru, w_c, b_ru, b_c)
        gates = np.concatenate([x, h_prev], 1) @ w_ru
        gates += b_ru
        r, u = (np.ascontiguousarray(part) for part in np.split(sigmoid(gates), 2, 1))
        c = np.concatenate([x, h_prev * r], 1) @ w_c
        c += b_c
        np.tanh(c, c)
        return r, u, c, u * h_prev + (1 - u) * c

    return run


def _grad_kernel(op):
    def run(x, h_prev, w_ru, w_c, b_ru, b_c, r, u, c, d_h):
        _check(op, x, h_prev, w_ru, w_c, b_ru, b_c)
        size = x.shape[1]
        d_c_bar = d_h * (1 - u) * (1 - c * c)
        d_u_bar = d_h * (h_prev - c) * u * (1 - u)
        by_candidate = d_c_bar @ w_c.T
        d_r_bar = by_candidate[:, size:] * h_prev * r * (1 - r)
        gates = np.concatenate([d_r_bar, d_u_bar], 1)
        by_gates = gates @ w_ru.T
        d_h_prev = by_gates[:, size:] + by_candidate[:, size:] * r + d_h * u
        return by_gates[:, :size] + by_candidate[:, :size], d_h_prev, d_c_bar, gates

    return run


def _shape(op):
    return [(with_rank(op.inputs[0].dims, 2)[0], with_rank(op.inputs[1].dims, 2)[1])] * 4


def _grad_shape(op):
    x, h, w = (with_rank(t.dims, 2) for t in op.inputs[:3])
    cell = (x[0], h[1])
    return [x, cell, cell, (x[0], w[1])]


def _gradient(op, *grads):
    x, h_prev = op.inputs[:2]
    r, u, c, _ = op.outputs
    d_x, d_h_prev, d_c, gates = make("GRUBlockCellGrad", *op.inputs, r, u, c, grads[3])
    d_w_ru = math_ops.matmul(array_ops.concat([x, h_prev], 1), gates, transpose_a=True)
    d_b_ru = make("BiasAddGrad", gates)
    d_w_c = math_ops.matmul(array_ops.concat([x, h_prev * r], 1), d_c, transpose_a=True)
    return [d_x, d_h_prev, d_w_ru, d_w_c, d_b_ru, make("BiasAddGrad", d_c)]


op("GRUBlockCell(x: T, h_prev: T, w_ru: T, w_c: T, b_ru: T, b_c: T) -> (r: T, u: T, c: T, h: T); T: {float}",
   shape=_shape, kernel=_kernel, gradient=_gradient)  # fmt: skip
op("GRUBlockCellGrad(x: T, h_prev: T, w_ru: T, w_c: T, b_ru: T, b_c: T, r: T, u: T, c: T, d_h: T) -> (d_x: T, d_h_prev: T, d_c_bar: T, d_r_bar_u_bar: T); T: {float}",
   shape=_grad_shape, kernel=_grad_kernel)  # fmt: skip
