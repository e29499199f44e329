"""LSTMBlockCell and BlockLSTM: a step, and a whole sequence, of an LSTM as one op; and their gradients.

The gates stand in the order input, cell, forget, output (the op's "icfo"); each op hands them all out, because
its gradient starts from them.  With peepholes the gates see the memory, too, each through a diagonal.
"""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops

# ---- one step, on arrays


def sigmoid(x):
    """1 / (1 + exp(-x)), in place."""
    np.negative(x, x)
    np.exp(x, x)
    x += 1
    return np.reciprocal(x, x)


def _step(x, cs_prev, h_prev, w, peepholes, b, forget_bias, cell_clip):
    """(i, cs, f, o, ci, co, h); `peepholes` is (wci, wcf, wco) or None."""
    gates = np.concatenate([x, h_prev], 1) @ w
    gates += b
    i, ci, f, o = (np.ascontiguousarray(part) for part in np.split(gates, 4, 1))
    f += f.dtype.type(forget_bias)
    if peepholes is not None:
        i += cs_prev * peepholes[0]
        f += cs_prev * peepholes[1]
    i, ci, f = sigmoid(i), np.tanh(ci, ci), sigmoid(f)
    cs = ci * i
    cs += f * cs_prev
    if cell_clip > 0:
        np.clip(cs, -cell_clip, cell_clip, cs)
    if peepholes is not None:
        o += cs * peepholes[2]
    o = sigmoid(o)
    co = np.tanh(cs)
    return i, cs, f, o, ci, co, o * co


def _step_back(cs_prev, peepholes, i, cs, f, o, ci, co, cs_grad, h_grad):
    """(gradient of cs_prev, of the four gates side by side, of wci, wcf and wco)."""
    d_o = o * (1 - o) * h_grad * co
    d_cs = (1 - co * co) * h_grad * o + cs_grad
    if peepholes is not None:
        d_cs += d_o * peepholes[2]
    d_ci = (1 - ci * ci) * d_cs * i
    d_f = f * (1 - f) * d_cs * cs_prev
    d_i = i * (1 - i) * d_cs * ci
    d_prev = d_cs * f
    d_diagonals = (np.zeros_like(cs[0]),) * 3 if len(cs) else (np.zeros(cs.shape[1:], cs.dtype),) * 3
    if peepholes is not None:
        d_prev += d_i * peepholes[0] + d_f * peepholes[1]
        d_diagonals = (d_i * cs_prev).sum(0), (d_f * cs_prev).sum(0), (d_o * cs).sum(0)
    return (d_prev, np.concatenate([d_i, d_ci, d_f, d_o], 1), *d_diagonals)


def _check(op, x, cs_prev, h_prev, w, b):
    """The sizes of one step; InvalidArgumentError where they do not fit together."""
    batch, size = x.shape
    cell = cs_prev.shape[1]
    for name, got, wanted in (
        ("cs_prev", cs_prev.shape, (batch, cell)), ("h_prev", h_prev.shape, (batch, cell)),
        ("w", w.shape, (size + cell, 4 * cell)), ("b", b.shape, (4 * cell,)),
    ):  # fmt: skip
        if got != wanted:
            raise errors.InvalidArgumentError(op.node_def, op, f"{name} has shape {list(got)}, expected {list(wanted)}")


def _cell_kernel(op):
    forget_bias, clip, peephole = op.attr("forget_bias"), op.attr("cell_clip"), op.attr("use_peephole")

    def run(x, cs_prev, h_prev, w, wci, wcf, wco, b):
        _check(op, x, cs_prev, h_prev, w, b)
        return _step(x, cs_prev, h_prev, w, (wci, wcf, wco) if peephole else None, b, forget_bias, clip)

    return run


def _cell_grad_kernel(op):
    peephole = op.attr("use_peephole")

    def run(x, cs_prev, h_prev, w, wci, wcf, wco, b, i, cs, f, o, ci, co, cs_grad, h_grad):
        _check(op, x, cs_prev, h_prev, w, b)
        return _step_back(cs_prev, (wci, wcf, wco) if peephole else None, i, cs, f, o, ci, co, cs_grad, h_grad)

    return run


# ---- a sequence; what lies past its longest example is zero


def _sequence_kernel(op):
    forget_bias, clip, peephole = op.attr("forget_bias"), op.attr("cell_clip"), op.attr("use_peephole")

    def run(length, x, cs_prev, h_prev, w, wci, wcf, wco, b):
        time, batch, _ = x.shape
        if length > time:
            raise errors.InvalidArgumentError(op.node_def, op, f"seq_len_max is {length}, x has only {time} steps")
        out = [np.zeros((time, batch, cs_prev.shape[1]), x.dtype) for _ in range(7)]
        if time:
            _check(op, x[0], cs_prev, h_prev, w, b)
        for t in range(int(length)):
            step = _step(x[t], cs_prev, h_prev, w, (wci, wcf, wco) if peephole else None, b, forget_bias, clip)
            for whole, part in zip(out, step):
                whole[t] = part
            cs_prev, h_prev = step[1], step[6]
        return tuple(out)

    return run


def _sequence_grad_kernel(op):
    peephole = op.attr("use_peephole")

    def run(length, x, cs_prev, h_prev, w, wci, wcf, wco, b, i, cs, f, o, ci, co, h, cs_grads, h_grads):
        peepholes = (wci, wcf, wco) if peephole else None
        size = x.shape[2]
        dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
        d_cs, d_h = np.zeros_like(cs_prev), np.zeros_like(h_prev)
        d_diagonals = [np.zeros_like(v) for v in (wci, wcf, wco)]
        for t in range(int(length) - 1, -1, -1):
            before_cs, before_h = (cs[t - 1], h[t - 1]) if t else (cs_prev, h_prev)
            d_cs, gates, *parts = _step_back(
                before_cs, peepholes, i[t], cs[t], f[t], o[t], ci[t], co[t], cs_grads[t] + d_cs, h_grads[t] + d_h
            )
            d_in = gates @ w.T
            dx[t], d_h = d_in[:, :size], d_in[:, size:]
            dw += np.concatenate([x[t], before_h], 1).T @ gates
            db += gates.sum(0)
            for whole, part in zip(d_diagonals, parts):
                whole += part
        return (dx, d_cs, np.ascontiguousarray(d_h), dw, *d_diagonals, db)

    return run


# ---- shapes


def _cell_shape(op):
    dims = with_rank(op.inputs[0].dims, 2)[0], with_rank(op.inputs[1].dims, 2)[1]
    return [dims] * 7


def _cell_grad_shape(op):
    (batch, _), (_, cell) = with_rank(op.inputs[0].dims, 2), with_rank(op.inputs[1].dims, 2)
    return [(batch, cell), (batch, None if cell is None else 4 * cell)] + [(cell,)] * 3


def _sequence_shape(op):
    time, batch, _ = with_rank(op.inputs[1].dims, 3)
    (gates,) = with_rank(op.inputs[8].dims, 1)
    return [(time, batch, None if gates is None else gates // 4)] * 7


def _sequence_grad_shape(op):
    return [with_rank(t.dims, rank) for t, rank in zip(op.inputs[1:9], (3, 2, 2, 2, 1, 1, 1, 1))]


# ---- gradients


def _cell_gradient(op, *grads):
    x, cs_prev, h_prev, w, *rest = op.inputs
    i, cs, f, o, ci, co, _ = op.outputs
    batch, size = x.get_shape().with_rank(2).as_list()
    cell = cs_prev.get_shape().with_rank(2).as_list()[1]
    if size is None:
        raise ValueError("input_size from `x` must not be None.")
    if cell is None:
        raise ValueError("cell_size from `cs_prev` must not be None.")
    batch = -1 if batch is None else batch
    d_cs_prev, gates, *d_diagonals = make(
        "LSTMBlockCellGrad", *op.inputs, i, cs, f, o, ci, co, grads[1], grads[6], use_peephole=op.attr("use_peephole")
    )
    d_in = math_ops.matmul(gates, w, transpose_b=True)
    d_x = array_ops.slice(d_in, (0, 0), (batch, size))
    d_h = array_ops.slice(d_in, (0, size), (batch, cell))
    d_w = math_ops.matmul(array_ops.concat([x, h_prev], 1), gates, transpose_a=True)
    return [d_x, d_cs_prev, d_h, d_w, *d_diagonals, make("BiasAddGrad", gates)]


def _sequence_gradient(op, *grads):
    given = make("BlockLSTMGrad", *op.inputs, *op.outputs, grads[1], grads[6], use_peephole=op.attr("use_peephole"))
    return [None, *given]


_T = "T: {half, float}"
_ATTRS = "forget_bias: float = 1.0; cell_clip: float = 3.0; use_peephole: bool = false"

op(f"LSTMBlockCell(x: T, cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T) -> (i: T, cs: T, f: T, o: T, ci: T, co: T, h: T); {_ATTRS}; {_T}",
   shape=_cell_shape, kernel=_cell_kernel, gradient=_cell_gradient)  # fmt: skip
op(f"LSTMBlockCellGrad(x: T, cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T, i: T, cs: T, f: T, o: T, ci: T, co: T, cs_grad: T, h_grad: T) -> (cs_prev_grad: T, dicfo: T, wci_grad: T, wcf_grad: T, wco_grad: T); use_peephole: bool; {_T}",
   shape=_cell_grad_shape, kernel=_cell_grad_kernel)  # fmt: skip
op(f"BlockLSTM(seq_len_max: int64, x: T, cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T) -> (i: T, cs: T, f: T, o: T, ci: T, co: T, h: T); {_ATTRS}; {_T}",
   shape=_sequence_shape, kernel=_sequence_kernel, gradient=_sequence_gradient)  # fmt: skip
op(f"BlockLSTMGrad(seq_len_max: int64, x: T, cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T, i: T, cs: T, f: T, o: T, ci: T, co: T, h: T, cs_grad: T, h_grad: T) -> (x_grad: T, cs_prev_grad: T, h_prev_grad: T, w_grad: T, wci_grad: T, wcf_grad: T, wco_grad: T, b_grad: T); use_peephole: bool; {_T}",
   shape=_sequence_grad_shape, kernel=_sequence_grad_kernel)  # fmt: skip
