"""Pooling on NumPy arrays, over any of the dimensions.

A pool looks at its input through `taps`: for each cell of the window a strided view of what that cell
sees at every position.  Maximum and sum over the taps are then a few passes of plain NumPy; where a
window covers several dimensions, one dimension after the other (3 + 3 passes for 3 x 3, not 9).

A maximum's gradient goes to the *first* largest cell of a window in row-major order, as in TensorFlow.
"""

from __future__ import annotations

import copy
import itertools

import numpy as np

from tinytf.ops import parallel
from tinytf.ops.nn import windows


class Pool:
    """Where the windows of one pool lie in an input of a given shape: positions, padding, taps."""

    def __init__(self, shape, ksize, strides, padding):
        self.shape, self.ksize, self.strides = tuple(shape), tuple(ksize), tuple(strides)
        places = [windows.place(n, k, s, 1, padding) for n, k, s in zip(shape, ksize, strides)]
        self.positions = tuple(p[0] for p in places)
        # What lies behind the last window is of no use; only what the windows reach is padded.
        self.reach = tuple((o - 1) * s + k if o else 0 for o, s, k in zip(self.positions, strides, ksize))
        self.pads = tuple((before, max(0, r - n - before)) for n, r, (_, before, _) in zip(shape, self.reach, places))
        self.padded = any(b or a for b, a in self.pads)
        self.cells = list(itertools.product(*map(range, self.ksize)))

    def part(self, count: int) -> Pool:
        """The same windows in a batch of `count` images."""
        part = copy.copy(self)
        for name in ("shape", "positions", "reach"):
            setattr(part, name, (count,) + getattr(self, name)[1:])
        return part

    def tap(self, x, cell):
        """What `cell` of the window sees at every position of the (padded) `x`."""
        return x[tuple(slice(c, c + (o - 1) * s + 1, s) for c, o, s in zip(cell, self.positions, self.strides))]

    def fold(self, x, function, out) -> None:
        """Writes to `out` what `function` (np.maximum, np.add) makes of the cells of every window, one dimension at a time.

        The leading dimension comes first: the others are then still in one run, and the rest has less to do.
        """
        axes = [a for a, (k, s, o) in enumerate(zip(self.ksize, self.strides, self.positions)) if k > 1 or s > 1 or o != x.shape[a]]
        for axis in axes:
            k, s, o = self.ksize[axis], self.strides[axis], self.positions[axis]
            lead = (slice(None),) * axis
            taps = [x[lead + (slice(c, c + (o - 1) * s + 1, s),)] for c in range(k)]
            x = function(taps[0], taps[1], out=out if axis == axes[-1] else None) if k > 1 else taps[0]
            for t in taps[2:]:
                function(x, t, out=x)
        if x is not out:
            out[...] = x

    def crop(self, x):
        """The part of a padded array that is the input."""
        if not self.padded:
            return x
        return np.ascontiguousarray(x[tuple(slice(b, b + n) for n, (b, _) in zip(self.shape, self.pads))])

    @property
    def padded_shape(self):
        """Of the input with its padding."""
        return tuple(n + b + a for n, (b, a) in zip(self.shape, self.pads))

    @property
    def tiles(self) -> bool:
        """Whether each cell of the input lies in exactly one window."""
        return not self.padded and self.ksize == self.strides and all(o * s == n for o, s, n in zip(self.positions, self.strides, self.shape))


_SHARE = 400_000  # elements that are worth a thread
_CHUNK = 1 << 20  # bytes of the input at a time: what a pass writes the next one finds in the cache


def _by_images(work, x) -> None:
    """Calls `work(first, last)` for a few images of `x` at a time, by all cores where that pays."""
    count, size = x.shape[0], x.size // x.shape[0]
    step = max(1, _CHUNK // (size * x.itemsize))

    def some(first, last):
        for begin in range(first, last, step):
            work(begin, min(begin + step, last))

    parallel.divide(some, count, max(1, _SHARE // size))


def _folded(x, pool: Pool, function, fill) -> np.ndarray:
    out = np.empty(pool.positions, x.dtype)

    def images(first, last):
        pool.part(last - first).fold(windows.pad(x[first:last], pool.pads, fill), function, out[first:last])

    _by_images(images, x)
    return out


def lowest(dtype):
    """What padding holds where a maximum is taken: nothing is less."""
    return -np.inf if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).min


def max_pool(x, pool: Pool) -> np.ndarray:
    """The largest of every window."""
    if 0 in pool.positions or not x.size:
        return np.zeros(pool.positions, x.dtype)
    return _folded(x, pool, np.maximum, lowest(x.dtype))


def _first_largest(x, y, pool: Pool):
    """Yields (cell, mask of the positions whose first largest value lies there)."""
    left = np.ones(y.shape, bool)
    nan = np.isnan(y) if y.dtype.kind == "f" else None
    nan = nan if nan is not None and nan.any() else None
    for cell in pool.cells:
        seen = pool.tap(x, cell)
        here = seen == y
        if nan is not None:
            here |= nan & np.isnan(seen)
        here &= left
        left ^= here
        yield cell, here


def max_pool_grad(x, y, g, pool: Pool) -> np.ndarray:
    """`g` brought back to where each window had its largest value."""
    if 0 in pool.positions or not x.size:
        return np.zeros(pool.shape, x.dtype)
    x = windows.pad(x, pool.pads, lowest(x.dtype))
    tiles = pool.tiles
    out = np.empty(x.shape, g.dtype) if tiles else np.zeros(x.shape, g.dtype)

    def images(first, last):
        part, piece = pool.part(last - first), g[first:last]
        for cell, here in _first_largest(x[first:last], y[first:last], part):
            target = part.tap(out[first:last], cell)
            if tiles:
                np.multiply(piece, here, out=target)
            else:
                target += piece * here

    _by_images(images, x)
    return pool.crop(out)


def max_pool_grad_grad(x, y, g, pool: Pool) -> np.ndarray:
    """What `g` (of the input's shape) holds where each window had its largest value."""
    if 0 in pool.positions or not x.size:
        return np.zeros(pool.positions, g.dtype)
    x, g = windows.pad(x, pool.pads, lowest(x.dtype)), windows.pad(g, pool.pads)
    out = np.zeros(y.shape, g.dtype)
    for cell, here in _first_largest(x, y, pool):
        np.copyto(out, pool.tap(g, cell), where=here)
    return out


def max_pool_argmax(x, pool: Pool, with_batch: bool):
    """(largest, its index in the flattened image, or in the flattened batch) of every window of [N, H, W, C]."""
    padded = windows.pad(x, pool.pads, lowest(x.dtype))
    best = max_pool(x, pool)
    _, height, width, channels = pool.shape
    n, row, column, channel = np.ogrid[tuple(map(slice, pool.positions))]
    index = np.zeros(best.shape, np.int64)
    for cell, here in _first_largest(padded, best, pool):
        y = row * pool.strides[1] + cell[1] - pool.pads[1][0]
        z = column * pool.strides[2] + cell[2] - pool.pads[2][0]
        at = (y * width + z) * channels + channel
        if with_batch:
            at = at + n * (height * width * channels)
        np.copyto(index, np.broadcast_to(at, index.shape), where=here)
    return best, index


def counts(pool: Pool) -> np.ndarray:
    """How many cells of every window lie in the input, as float64 that broadcasts against the output."""
    total = np.ones((1,) * len(pool.shape))
    for axis, (n, k, s, o, (before, _)) in enumerate(zip(pool.shape, pool.ksize, pool.strides, pool.positions, pool.pads)):
        start = np.arange(o) * s - before
        inside = np.minimum(start + k, n) - np.maximum(start, 0)
        shape = [1] * len(pool.shape)
        shape[axis] = o
        total = total * inside.reshape(shape)
    return total


def avg_pool(x, pool: Pool) -> np.ndarray:
    """The mean of every window; padding does not count."""
    if 0 in pool.positions or not x.size:
        return np.zeros(pool.positions, x.dtype)
    total = _folded(x, pool, np.add, 0)
    number = counts(pool).astype(x.dtype)
    return np.divide(total, number, out=total)


def avg_pool_grad(g, pool: Pool) -> np.ndarray:
    """`g` shared out evenly over the cells of its window."""
    if 0 in pool.positions or not g.size:
        return np.zeros(pool.shape, g.dtype)
    share = g / counts(pool).astype(g.dtype)
    if pool.tiles:
        out = np.empty(pool.shape, g.dtype)
        for cell in pool.cells:
            pool.tap(out, cell)[...] = share
        return out
    out = np.zeros(pool.padded_shape, g.dtype)
    for cell in pool.cells:
        target = pool.tap(out, cell)
        target += share
    return pool.crop(out)
