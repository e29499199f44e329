"""What the scatter ops do to an array: rows are written, or combined with what is there, where an index comes again one after the other."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.ops.array import scatter_nd_checks
from tinytf.ops.array.repeats import first_places
from tinytf.shapes import in_brackets as shape_text


def check_rows(op_, indices, limit) -> None:
    """InvalidArgumentError unless every index lies in [0, limit)."""
    # As an unsigned number a negative one is too large.
    if indices.size and int(indices.view("u%d" % indices.itemsize).max()) >= limit:
        flat = indices.reshape(-1)
        at = int(np.argmax((flat < 0) | (flat >= limit)))
        place = ",".join(str(i) for i in np.unravel_index(at, indices.shape)) if indices.ndim else "0"
        raise errors.InvalidArgumentError(
            op_.node_def, op_, "indices[%s] = %d is not in [0, %d)" % (place, flat[at], limit)
        )


def rounds(indices):
    """Splits positions so that no index repeats within a round: first occurrences, second ones, ….

    Yields arrays of positions, or None for "all of them".  Fancy indexing handles each row once, so this is
    how repeated indices take effect in order.
    """
    count = indices.shape[0]
    if count <= 1:
        if count:
            yield None
        return
    places = first_places(indices)
    if places is not None and (places == np.arange(count)).all():
        yield None
        return
    order = np.argsort(indices, kind="stable")
    ordered = indices[order]
    fresh = np.empty(count, bool)
    fresh[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    if fresh.all():
        yield None
        return
    starts = np.flatnonzero(fresh)
    runs = np.diff(np.append(starts, count))
    rank = np.arange(count) - np.repeat(starts, runs)
    by_rank = np.argsort(rank, kind="stable")
    bounds = np.cumsum(np.bincount(rank))[:-1]
    for chosen in np.split(by_rank, bounds):
        yield order[chosen]


def scatter_rows(target, indices, updates, ufunc) -> None:
    """target[i] = ufunc(target[i], update) for each index in turn; repeated indices accumulate in order.

    `ufunc` None assigns (the last occurrence wins).
    """
    count = indices.shape[0]
    if count == 1:
        row = int(indices[0])
        target[row] = updates[0] if ufunc is None else ufunc(target[row], updates[0])
    elif ufunc is None:
        target[indices] = updates
    elif not isinstance(ufunc, np.ufunc):
        for chosen in rounds(indices):
            rows, part = (indices, updates) if chosen is None else (indices[chosen], updates[chosen])
            target[rows] = ufunc(target[rows], part)
    elif count:
        _accumulate_rows(target, indices, updates, ufunc)


_FEW = 64  # rows that Python adds one by one as fast as NumPy sorts them


def _accumulate_rows(target, indices, updates, ufunc):
    if target.ndim == 1 and len(indices) < 4096:
        ufunc.at(target, indices, updates)
        return
    count = len(indices)
    # Of equal indices the last one written stays: writing from behind, the first.
    backwards = np.arange(count - 1, -1, -1)
    first = np.empty(target.shape[0], np.intp)
    first[indices[::-1]] = backwards
    fresh = first[indices] == backwards[::-1]
    if fresh.all():
        target[indices] = ufunc(target.take(indices, 0), updates)
        return
    again = np.flatnonzero(~fresh)
    if len(again) > _FEW:
        _accumulate_sorted(target, indices, updates, ufunc)
        return
    once = indices[fresh]
    target[once] = ufunc(target.take(once, 0), updates[fresh])
    for row, at in zip(indices[again].tolist(), again.tolist()):
        part = target[row]
        ufunc(part, updates[at], out=part)


def _accumulate_sorted(target, indices, updates, ufunc):
    """The same for many repeated indices."""
    order = np.argsort(indices, kind="stable")
    ordered = indices[order]
    fresh = np.empty(len(ordered), bool)
    fresh[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    starts = np.flatnonzero(fresh)
    alone = np.diff(np.append(starts, len(ordered))) == 1
    once = order[starts[alone]]
    target[indices[once]] = ufunc(target[indices[once]], updates[once])
    repeated = order[np.repeat(~alone, np.diff(np.append(starts, len(ordered))))]
    # Each repeated row and its updates stand one after the other, so that one call folds them all.
    rows = indices[repeated]
    first = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    places = first + np.arange(len(first))
    mixed = np.empty((len(rows) + len(first),) + target.shape[1:], target.dtype)
    is_update = np.ones(len(mixed), bool)
    is_update[places] = False
    mixed[places] = target[rows[first]]
    if ufunc is np.add:  # NumPy adds in pairs; it subtracts in order, as TensorFlow adds
        mixed[is_update] = np.negative(updates[repeated])
        ufunc = np.subtract
    else:
        mixed[is_update] = updates[repeated]
    target[rows[first]] = ufunc.reduceat(mixed, places, axis=0)


def scatter_into(op_, target, indices, updates, ufunc) -> None:
    """The scatter ops' work on an array: `updates` has shape indices.shape + target.shape[1:], or is a scalar."""
    if target.ndim < 1:
        raise errors.InvalidArgumentError(op_.node_def, op_, "params must be at least 1-D, got shape []")
    check_rows(op_, indices, target.shape[0])
    if updates.ndim == 0 and indices.shape + target.shape[1:] != ():
        updates = np.broadcast_to(updates, indices.shape + target.shape[1:])
    elif updates.shape != indices.shape + target.shape[1:]:
        raise errors.InvalidArgumentError(
            op_.node_def,
            op_,
            "Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], got updates.shape %s, "
            "indices.shape %s, params.shape %s"
            % (shape_text(updates.shape), shape_text(indices.shape), shape_text(target.shape)),
        )
    if indices.size:
        scatter_rows(target, indices.reshape(-1), updates.reshape((-1,) + target.shape[1:]), ufunc)


def _divide(a, b):
    """Division as C++ does it: integers towards zero."""
    if a.dtype.kind in "iu":
        return np.trunc(np.true_divide(a, b)).astype(a.dtype) if a.dtype.itemsize < 8 else _int_divide(a, b)
    return np.divide(a, b)


def _int_divide(a, b):
    quotient = a // b
    return quotient + ((quotient < 0) & (quotient * b != a)).astype(a.dtype)


SCATTERS = {
    "Update": None,
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Div": _divide,
    "Min": np.minimum,
    "Max": np.maximum,
}


def scatter_nd_into(op_, target, indices, updates, ufunc) -> None:
    """The ScatterNd ops' work on an array: the last axis of `indices` points into the first axes of `target`."""
    depth, batch = scatter_nd_checks.check_shapes(op_, target.shape, indices, updates)
    outer = target.shape[:depth]
    points = indices.reshape(-1, depth).astype(np.int64)
    bad = ((points < 0) | (points >= np.array(outer, np.int64))).any(axis=1)
    if bad.any():
        at = int(np.argmax(bad))
        place = ",".join(str(i) for i in np.unravel_index(at, indices.shape[:batch]))
        raise errors.InvalidArgumentError(
            op_.node_def,
            op_,
            "indices[%s] = [%s] does not index into shape %s" % (place, ", ".join(map(str, points[at])), shape_text(target.shape)),
        )
    if not points.size and depth:
        return
    rows = np.zeros(len(points), np.int64)
    for axis in range(depth):
        rows = rows * outer[axis] + points[:, axis]
    inner = target.shape[depth:]
    flat = target.reshape((-1,) + inner)  # the box's arrays are contiguous: this is a view
    if len(rows):
        scatter_rows(flat, rows, updates.reshape((-1,) + inner), ufunc)
