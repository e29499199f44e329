"""Where a sliding window lands: output sizes and padding of convolutions and pools.

A window of `size` cells with holes of `dilation - 1` between them covers
`(size - 1) * dilation + 1` cells.  SAME pads so that there are `ceil(in / stride)` positions
(the odd cell of padding goes behind), VALID pads nothing, EXPLICIT pads what it is told.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

# Bytes of patches that are gathered at a time: they stay in the cache until the matrix product has read them.
PIECE_BYTES = 3 << 19


def extent(size: int, dilation: int) -> int:
    """Cells that a window covers, holes included."""
    return (size - 1) * dilation + 1


def place(length: int, size: int, stride: int, dilation: int = 1, padding: str = "VALID", explicit=(0, 0)):
    """(positions, cells padded before, cells padded behind) of a window along one dimension.

    Raises ValueError where the window does not fit once.
    """
    window = extent(size, dilation)
    if padding == "SAME":
        positions = -(-length // stride)
        total = max(0, (positions - 1) * stride + window - length)
        return positions, total // 2, total - total // 2
    before, behind = explicit if padding == "EXPLICIT" else (0, 0)
    positions = (length + before + behind - window + stride) // stride
    if positions < 0:
        raise ValueError(
            f"Computed output size would be negative: {positions} [input_size: {length}, "
            f"effective_filter_size: {window}, stride: {stride}]"
        )
    return positions, before, behind


def static_place(length, size, stride, dilation=1, padding="VALID", explicit=(0, 0)):
    """Positions of a window whose sizes may be unknown (None); ValueError where it cannot fit."""
    if length is None or (size is None and padding != "SAME"):
        return None
    if stride <= 0:
        raise ValueError(f"Stride must be > 0, but got {stride}")
    if dilation < 1:
        raise ValueError(f"Dilation rate must be >= 1, but got {dilation}")
    if padding == "SAME":
        return -(-length // stride)
    window = extent(size, dilation)
    total = length + sum(explicit) if padding == "EXPLICIT" else length
    if total - window + stride < 0 or total < window:
        raise ValueError(f"Negative dimension size caused by subtracting {window} from {total}")
    return (total - window) // stride + 1


def pad(x: np.ndarray, pads, fill=0) -> np.ndarray:
    """`x` with `pads` = ((before, behind), …) cells of `fill` around it; negative counts cut. No copy where there is nothing to do."""
    if all(b == 0 and a == 0 for b, a in pads):
        return x
    out = np.empty([n + b + a for n, (b, a) in zip(x.shape, pads)], x.dtype)
    inside = []
    for axis, (n, (before, behind)) in enumerate(zip(x.shape, pads)):
        lead = (slice(None),) * axis
        if before > 0:
            out[lead + (slice(0, before),)] = fill
        if behind > 0:
            out[lead + (slice(out.shape[axis] - behind, None),)] = fill
        inside.append((slice(max(before, 0), max(before, 0) + n + min(before, 0) + min(behind, 0)), slice(max(-before, 0), n - max(-behind, 0))))
    out[tuple(i for i, _ in inside)] = x[tuple(o for _, o in inside)]
    return out


def patches(x: np.ndarray, positions, size, strides, dilations) -> np.ndarray:
    """A view of the padded `x` [N, spatial…, C] as [N, positions…, size…, C]: nothing is copied."""
    n = len(size)
    steps = x.strides[1 : n + 1]
    return as_strided(
        x,
        (x.shape[0],) + tuple(positions) + tuple(size) + x.shape[n + 1 :],
        (x.strides[0],)
        + tuple(s * t for s, t in zip(steps, strides))
        + tuple(s * d for s, d in zip(steps, dilations))
        + x.strides[n + 1 :],
        writeable=False,
    )


def pieces(batch: int, rows: int, bytes_per_row: int):
    """[(first image, last image, first row, last row)]: pieces of the output whose patches fit in the cache."""
    per_image = rows * bytes_per_row
    if per_image <= PIECE_BYTES or rows <= 1:
        count = max(1, PIECE_BYTES // max(per_image, 1))
        parts = -(-batch // count) if batch else 0
        count = -(-batch // parts) if parts else 1  # equal pieces rather than a small last one
        return [(i, min(i + count, batch), 0, rows) for i in range(0, batch, count)]
    count = max(1, PIECE_BYTES // max(bytes_per_row, 1))
    return [(i, i + 1, r, min(r + count, rows)) for i in range(batch) for r in range(0, rows, count)]
