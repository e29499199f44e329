"""Depthwise convolutions on NumPy arrays: every channel has its own filters.

No matrix product is in them.  For each cell of the window, what it sees at every position is multiplied by the cell's
weights and added up, a few images at a time, so that they stay in the cache from one cell to the next.

Where a channel has one filter and the windows lie side by side, what a cell sees of a line of the image is *one run*
of pixels and channels; the weights are repeated for each pixel, and NumPy goes through long runs instead of
`channels` numbers at a time.
"""

from __future__ import annotations

import itertools

import numpy as np

from tinytf.ops import parallel
from tinytf.ops.math import row_sums
from tinytf.ops.nn import windows

_FEW = 32_768  # numbers at a time


class _Window:
    """The cells of a depthwise window with weights of `shape` [h, w, C, M], and what they see of an image."""

    def __init__(self, shape, strides, dilations, positions):
        self.shape, self.strides, self.dilations, self.positions = shape, strides, dilations, tuple(positions)
        self.cells = list(itertools.product(range(shape[0]), range(shape[1])))
        self.in_runs = shape[3] == 1 and strides[1] == 1

    def seen(self, x, i: int, j: int):
        """What cell (i, j) sees of `x` [N, H, W, C] at every position: a view that lines up with `output` and `weights`."""
        (sh, sw), (dh, dw), (oh, ow), channels = self.strides, self.dilations, self.positions, self.shape[2]
        rows = slice(i * dh, i * dh + (oh - 1) * sh + 1, sh)
        if self.in_runs:
            return x.reshape(x.shape[:2] + (-1,))[:, rows, j * dw * channels : (j * dw + ow) * channels]
        return x[:, rows, j * dw : j * dw + (ow - 1) * sw + 1 : sw, :, None]

    def output(self, y):
        """The results [N, positions…, C * M] in the form of `seen`."""
        n, (oh, ow), (channels, multiplier) = y.shape[0], self.positions, self.shape[2:]
        return y.reshape((n, oh, ow * channels) if self.in_runs else (n, oh, ow, channels, multiplier))

    def weights(self, w) -> dict:
        """The weights of each cell in the form of `seen`."""
        if self.in_runs:
            return {(i, j): np.tile(w[i, j, :, 0], self.positions[1]) for i, j in self.cells}
        return {(i, j): w[i, j] for i, j in self.cells}

    def divide(self, work, outputs) -> None:
        """Calls `work(slice of images)` for a few images at a time, by all cores where that pays."""
        if not outputs.size:
            return
        size = outputs.size // outputs.shape[0]
        step = max(1, _FEW // size)

        def images(begin, end):
            for first in range(begin, end, step):
                work(slice(first, min(first + step, end)))

        parallel.divide(images, outputs.shape[0], max(1, parallel.LARGE // (size * len(self.cells))))


def _padded(x, pads):
    return np.ascontiguousarray(windows.pad(x, ((0, 0),) + tuple(map(tuple, pads)) + ((0, 0),)))


def convolve(x, w, strides, dilations, pads, positions) -> np.ndarray:
    """[N, H, W, C] by [h, w, C, M] -> [N, positions…, C * M], each channel by its own M filters."""
    window = _Window(w.shape, strides, dilations, positions)
    x, weights = _padded(x, pads), window.weights(w)
    out = np.zeros((x.shape[0],) + tuple(positions) + (w.shape[2] * w.shape[3],), x.dtype)

    def images(few):
        image, target = x[few], window.output(out[few])
        for cell in window.cells:
            target += window.seen(image, *cell) * weights[cell]

    window.divide(images, out)
    return out


def to_input(w, g, spatial, strides, dilations, pads) -> np.ndarray:
    """Gradient of `convolve` to its input [N, spatial…, C]."""
    window = _Window(w.shape, strides, dilations, g.shape[1:3])
    g, weights = np.ascontiguousarray(g), window.weights(w)
    padded = [
        max(n + b + a, (o - 1) * s + windows.extent(k, d))
        for n, (b, a), o, s, k, d in zip(spatial, pads, window.positions, strides, w.shape, dilations)
    ]
    out = np.zeros((g.shape[0],) + tuple(padded) + w.shape[2:3], g.dtype)

    def images(few):
        image, part = out[few], window.output(g[few])
        for cell in window.cells:
            target = window.seen(image, *cell)
            product = part * weights[cell]
            target += product if window.in_runs or w.shape[3] == 1 else product.sum(-1, keepdims=True)

    window.divide(images, g)
    (top, _), (left, _) = pads
    return np.ascontiguousarray(out[:, top : top + spatial[0], left : left + spatial[1]])


def to_filter(x, g, shape, strides, dilations, pads) -> np.ndarray:
    """Gradient of `convolve` to its filter of `shape` [h, w, C, M]."""
    window = _Window(tuple(map(int, shape)), strides, dilations, g.shape[1:3])
    filters = window.shape[2:]
    x, g = _padded(x, pads), np.ascontiguousarray(g)
    totals: dict = {}  # added up in the order of the images, whichever thread is ready first

    def images(few):
        image, part = x[few], window.output(g[few])
        total = totals[few.start] = np.empty(window.shape, x.dtype)
        for cell in window.cells:
            product = window.seen(image, *cell) * part
            total[cell] = row_sums.row_sums(product.reshape(-1, filters[0] * filters[1])).reshape(filters)

    window.divide(images, g)
    out = np.zeros(window.shape, x.dtype)
    for begin in sorted(totals):
        out += totals[begin]
    return out
