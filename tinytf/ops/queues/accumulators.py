"""The accumulators themselves: what the handle of a conditional accumulator refers to while a session runs.

Gradients come with the global step that they were computed at; those that are older than the accumulator's are dropped.
`take` waits until enough have come.  Follows the accumulator kernels of TF 1.15.
"""

from __future__ import annotations

import logging
import threading

import numpy as np

from tinytf import deadline, errors

_log = logging.getLogger("tensorflow")


class Accumulator:
    """Sums up gradients of one shape, and gives their sum or mean.

    Args:
      name: what messages call it.
      dims: the static shape of the gradients, a tuple of int or None, or None.
      mean: whether the mean is given.
    """

    def __init__(self, name, dims, mean):
        self.name, self.dims, self.mean = name, dims, mean
        self.changed = threading.Condition()
        self.cancelled = False
        self.global_step = 0
        self.count = 0
        self.total = None

    value = property(lambda self: np.array([b"", self.name.encode()], object))  # a fetched handle

    def apply(self, local_step, *gradient) -> None:
        """Takes a gradient in, unless it is stale."""
        with self.changed:
            if int(local_step) < self.global_step:
                return
            self.check(*gradient)
            self.add(*gradient)
            self.count += 1
            self.changed.notify_all()

    def take(self, num_required):
        """The sum or mean of at least `num_required` gradients; the accumulator is empty then and one step on."""
        if int(num_required) <= 0:
            raise errors.InvalidArgumentError(None, None, f"Argument num_required must be positive, but was {int(num_required)}")
        with self.changed:
            while self.count < int(num_required):
                if self.cancelled:
                    raise errors.CancelledError(None, None, "TakeGrad operation was cancelled")
                deadline.wait(self.changed)
            result = self.result()
            self.total, self.count = None, 0
            self.global_step += 1
            return result

    def set_global_step(self, step) -> None:
        """Drops gradients that are older from now on."""
        with self.changed:
            if int(step) < self.global_step:
                _log.warning("Attempt to set current_global_step_ to smaller value: current_global_step_ = %d >= %d = new_global_step.", self.global_step, step)
            self.global_step = max(self.global_step, int(step))

    def cancel(self) -> None:
        """The session closes: whoever waits stops waiting."""
        with self.changed:
            self.cancelled = True
            self.changed.notify_all()

    # How dense gradients are kept: sparse ones differ in these three.

    def check(self, gradient) -> None:
        """InvalidArgumentError where a gradient has another shape than the accumulator's or the others'."""
        if self.dims is not None and not _fits(gradient.shape, self.dims):
            raise _mismatch(self.dims, gradient.shape)
        if self.total is not None and self.total.shape != gradient.shape:
            raise _mismatch(self.total.shape, gradient.shape)

    def add(self, gradient) -> None:
        """Adds a gradient to the sum."""
        self.total = np.array(gradient) if self.total is None else self.total + gradient

    def result(self):
        """The sum or mean."""
        return self.total / np.asarray(self.count, self.total.dtype) if self.mean else self.total


class SparseAccumulator(Accumulator):
    """Sums up rows: each row's mean is taken over the gradients that have it."""

    def check(self, indices, values, shape, has_known_shape):
        if indices.ndim != 1:
            raise errors.InvalidArgumentError(None, None, "Input indices should be vector but received shape: [%s]" % ",".join(map(str, indices.shape)))
        if values.ndim == 0:
            raise errors.InvalidArgumentError(None, None, "Values cannot be 0-dimensional.")
        if len(indices) == 0:
            raise errors.InvalidArgumentError(None, None, "Empty indices or values: at least one row is needed.")
        if len(indices) != len(values):
            raise errors.InvalidArgumentError(
                None, None, "Expected %d non-empty input values, got %d" % (len(indices), len(values))
            )
        if has_known_shape:
            self._check_dims(tuple(int(d) for d in shape), indices, values)
        elif self.dims and not _fits(values.shape[1:], self.dims[1:]):
            i = next((i for i, (s, d) in enumerate(zip(values.shape, self.dims)) if i and d is not None and d != s), len(self.dims) - 1)
            raise errors.InvalidArgumentError(
                None, None, "Shape mismatch: expected values dim %d to be %s, got %s" % (i, self.dims[i], values.shape[i])
            )
        if self.total is not None and next(iter(self.total.values()))[0].shape != values.shape[1:]:
            raise _mismatch(next(iter(self.total.values()))[0].shape, values.shape[1:])

    def _check_dims(self, dims, indices, values):
        for i, (got, wanted) in enumerate(zip(dims, self.dims or ())):
            if wanted is not None and got != wanted:
                raise errors.InvalidArgumentError(None, None, "Shape mismatch: expected shape dim %d to be %d, got %d" % (i, wanted, got))
        if len(dims) != values.ndim or values.shape[1:] != dims[1:]:
            raise errors.InvalidArgumentError(None, None, "Shape mismatch: values have shape %s, the whole %s" % (list(values.shape), list(dims)))
        if len(indices) and int(indices.max()) >= dims[0]:
            at = int(np.argmax(indices >= dims[0]))
            raise errors.InvalidArgumentError(
                None, None,
                "Shape mismatch: index of slice %d exceeded limits of shape; index is %d exceeded %d" % (at, indices[at], dims[0]),
            )  # fmt: skip
        known = getattr(self, "whole", None)
        if self.total is not None and known is not None and known != dims:
            raise _mismatch(known, dims)

    def add(self, indices, values, shape, has_known_shape):
        if self.total is None:
            self.total, self.whole = {}, None
        if has_known_shape:
            self.whole = tuple(int(d) for d in shape)
        for index, row in zip(indices.tolist(), values):
            known = self.total.get(index)
            self.total[index] = (np.array(row), 1) if known is None else (known[0] + row, known[1] + 1)

    def result(self):
        order = sorted(self.total)
        rows = [row / np.asarray(n, row.dtype) if self.mean else row for row, n in (self.total[i] for i in order)]
        values = np.stack(rows)
        shape = self.whole
        if shape is None:
            shape = (-1, *values.shape[1:]) if not self.dims else [-1 if d is None else d for d in self.dims]
        return np.array(order, np.int64), values, np.array(shape, np.int64)


def _fits(shape, dims) -> bool:
    return len(shape) == len(dims) and all(d is None or d == s for s, d in zip(shape, dims))


def _mismatch(expected, got):
    shown = ["?" if d is None else d for d in expected]
    return errors.InvalidArgumentError(None, None, "Shape mismatch: expected [%s], got [%s]" % (",".join(map(str, shown)), ",".join(map(str, got))))
