"""Grayscale morphology: Dilation2D (the maximum of image + filter over a window) and its gradients; erosion2d."""

from __future__ import annotations

import itertools

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dim, with_rank
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import deprecated_argument, show
from tinytf.ops.math import math_ops
from tinytf.ops.nn import windows


def _spatial(op):
    strides, rates = op.attr("strides"), op.attr("rates")
    return strides[1:3], rates[1:3], op.attr("padding").decode()


def _shape(op):
    strides, rates, padding = _spatial(op)
    x, w = with_rank(op.inputs[0].dims, 4), with_rank(op.inputs[1].dims, 3)
    places = [windows.static_place(n, k, s, r, padding) for n, k, s, r in zip(x[1:3], w[:2], strides, rates)]
    return [(x[0],) + tuple(places) + (merge_dim(x[3], w[2]),)]


def _cells(op, x, w):
    """(output size, pads, [(cell, what it sees at every position with the filter added)])."""
    strides, rates, padding = _spatial(op)
    if x.ndim != 4 or w.ndim != 3 or x.shape[3] != w.shape[2]:
        raise errors.InvalidArgumentError(op.node_def, op, f"input and filter must have the same depth: {show(x.shape)} vs {show(w.shape)}")
    try:
        places = [windows.place(n, k, s, r, padding) for n, k, s, r in zip(x.shape[1:3], w.shape[:2], strides, rates)]
    except ValueError as error:
        raise errors.InvalidArgumentError(op.node_def, op, str(error)) from None
    positions, pads = [p[0] for p in places], [p[1:] for p in places]
    least = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    padded = windows.pad(x, ((0, 0), *pads, (0, 0)), least)
    real = windows.pad(np.ones((1,) + x.shape[1:3] + (1,), bool), ((0, 0), *pads, (0, 0)), False)

    def see(array, i, j):
        (sh, sw), (rh, rw), (oh, ow) = strides, rates, positions
        return array[:, i * rh : i * rh + (oh - 1) * sh + 1 : sh, j * rw : j * rw + (ow - 1) * sw + 1 : sw]

    cells = []
    for i, j in itertools.product(range(w.shape[0]), range(w.shape[1])):
        cells.append(((i, j), np.where(see(real, i, j), see(padded, i, j) + w[i, j], np.asarray(least, x.dtype))))
    return positions, pads, padded.shape, see, cells


def _kernel(op):
    def run(x, w):
        positions, _, _, _, cells = _cells(op, x, w)
        out = cells[0][1]
        for _, value in cells[1:]:
            out = np.maximum(out, value)
        return out

    return run


def _first_largest(cells):
    """Yields (cell, mask of the positions whose first largest value it is)."""
    best = cells[0][1]
    for _, value in cells[1:]:
        best = np.maximum(best, value)
    left = np.ones(best.shape, bool)
    for cell, value in cells:
        here = (value == best) & left
        left &= ~here
        yield cell, here


def _to_input_kernel(op):
    def run(x, w, g):
        _, pads, shape, see, cells = _cells(op, x, w)
        out = np.zeros(shape, x.dtype)
        for (i, j), here in _first_largest(cells):
            target = see(out, i, j)
            target += g * here
        (top, _), (left, _) = pads
        return np.ascontiguousarray(out[:, top : top + x.shape[1], left : left + x.shape[2]])

    return run


def _to_filter_kernel(op):
    def run(x, w, g):
        out = np.zeros_like(w)
        for cell, here in _first_largest(_cells(op, x, w)[4]):
            out[cell] = (g * here).sum(axis=(0, 1, 2))
        return out

    return run


def _grad(op, grad):
    attrs = {n: op.attr(n) for n in ("strides", "rates", "padding")}
    return [make("Dilation2DBackprop" + to, op.inputs[0], op.inputs[1], grad, **attrs) for to in ("Input", "Filter")]


_ATTRS = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; strides: list(int) >= 4; rates: list(int) >= 4; padding: {'SAME', 'VALID'}"
op(f"Dilation2D(input: T, filter: T) -> (output: T); {_ATTRS}", shape=_shape, kernel=_kernel, gradient=_grad)
op(f"Dilation2DBackpropInput(input: T, filter: T, out_backprop: T) -> (in_backprop: T); {_ATTRS}",
   shape=lambda op: [op.inputs[0].dims], kernel=_to_input_kernel)  # fmt: skip
op(f"Dilation2DBackpropFilter(input: T, filter: T, out_backprop: T) -> (filter_backprop: T); {_ATTRS}",
   shape=lambda op: [op.inputs[1].dims], kernel=_to_filter_kernel)  # fmt: skip


def dilation2d(input, filter=None, strides=None, rates=None, padding=None, name=None, filters=None, dilations=None):
    """The maximum of input + filter over each window, channel by channel. Follows tf.nn.dilation2d of TF 1.15."""
    filter = deprecated_argument("filters", filters, "filter", filter)
    rates = deprecated_argument("dilations", dilations, "rates", rates)
    return make("Dilation2D", input, filter, strides=strides, rates=rates, padding=padding, name=name)


def erosion2d(value, kernel, strides, rates, padding, name=None):
    """The minimum of value - kernel over each window. Follows tf.nn.erosion2d of TF 1.15."""
    with name_scope(name, "erosion2d", [value, kernel]) as name:
        minus = math_ops.negative(value)
        turned = array_ops.reverse(kernel, [0, 1])
        return math_ops.negative(make("Dilation2D", minus, turned, strides=strides, rates=rates, padding=padding, name=name))
