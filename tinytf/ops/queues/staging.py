"""What the Stage and MapStage ops keep between runs: tuples of arrays, in the order in which they came, or by key.

Follows the kernels `stage_op` and `map_stage_op` of TF 1.15.  Who asks for what is not there yet waits for it.
"""

from __future__ import annotations

import threading

import numpy as np

from tinytf import deadline, errors


def _size(values) -> int:
    return sum(v.nbytes for v in values if v is not None)


class _Area:
    """Room for `capacity` tuples and `memory_limit` bytes; 0 is no limit."""

    def __init__(self, capacity: int, memory_limit: int):
        self.capacity, self.memory_limit, self.used = capacity, memory_limit, 0
        self.changed = threading.Condition()

    def _wait_until(self, holds):
        while not holds():
            deadline.wait(self.changed)

    def _make_room(self, size: int, count, what: str) -> None:
        """Waits until `size` more bytes may be kept; ResourceExhaustedError where they never may."""
        if 0 < self.memory_limit < size:
            raise errors.ResourceExhaustedError(
                None, None, f"Attempted to insert tensors with combined size of '{size}' bytes into {what} with a memory limit of '{self.memory_limit}'."
            )
        self._wait_until(
            lambda: not (0 < self.capacity <= count()) and not (self.memory_limit > 0 and self.used + size > self.memory_limit)
        )
        self.used += size


class Stage(_Area):
    """Tuples, first in, first out."""

    def __init__(self, capacity, memory_limit):
        super().__init__(capacity, memory_limit)
        self.tuples: list = []

    def put(self, values) -> None:
        """Appends a tuple."""
        with self.changed:
            self._make_room(_size(values), lambda: len(self.tuples), "Staging Area")
            self.tuples.append(values)
            self.changed.notify_all()

    def get(self):
        """Takes the oldest tuple."""
        with self.changed:
            self._wait_until(lambda: self.tuples)
            values = self.tuples.pop(0)
            self.used -= _size(values)
            self.changed.notify_all()
            return values

    def peek(self, index: int):
        """The tuple at `index`, which stays."""
        with self.changed:
            self._wait_until(lambda: len(self.tuples) > index)
            return self.tuples[index]

    def clear(self) -> None:
        """Drops all."""
        with self.changed:
            self.tuples.clear()
            self.used = 0
            self.changed.notify_all()


class MapStage(_Area):
    """Tuples by key, which may come in parts; `ordered` gives out the smallest key first."""

    def __init__(self, capacity, memory_limit, count: int, ordered: bool):
        super().__init__(capacity, memory_limit)
        self.count, self.ordered = count, ordered
        self.complete: dict = {}
        self.incomplete: dict = {}

    def put(self, key: int, indices, values) -> None:
        """Adds values at `indices` of the tuple of `key`."""
        if len(set(indices)) != len(indices) or any(not 0 <= i < self.count for i in indices) or len(indices) != len(values):
            raise errors.InvalidArgumentError(None, None, f"Indices {list(indices)} are not in the range of {self.count} tensors, or not distinct")
        with self.changed:
            if key in self.complete:
                raise errors.InvalidArgumentError(None, None, f"Duplicate key '{key}'")
            self._make_room(_size(values), lambda: len(self.complete) if key not in self.incomplete else -1, "Map Staging Area")
            parts = self.incomplete.setdefault(key, [None] * self.count)
            for i, value in zip(indices, values):
                if parts[i] is not None:
                    raise errors.InvalidArgumentError(None, None, f"The tensor for index '{i}' for key '{key}' was already initialized")
                parts[i] = value
            if all(p is not None for p in parts):
                self.complete[key] = self.incomplete.pop(key)
            self.changed.notify_all()

    def _values(self, key, indices, take: bool):
        parts = self.complete[key]
        for i in indices:
            if not 0 <= i < self.count:
                raise errors.InvalidArgumentError(None, None, f"Index '{i}' for key '{key}' was out of bounds '{self.count}'.")
            if parts[i] is None:
                raise errors.InvalidArgumentError(None, None, f"Tensor at index '{i}' for key '{key}' has already been removed.")
        values = tuple(parts[i] for i in indices)
        if take:
            for i in indices:
                parts[i] = None
            self.used -= _size(values)
            if all(p is None for p in parts):
                del self.complete[key]
            self.changed.notify_all()
        return values

    def get(self, key: int, indices):
        """Takes values of the tuple of `key`."""
        with self.changed:
            self._wait_until(lambda: key in self.complete)
            return self._values(key, indices, take=True)

    def get_any(self, indices):
        """(key, values) of some tuple, which are taken."""
        with self.changed:
            self._wait_until(lambda: self.complete)
            key = min(self.complete) if self.ordered else next(iter(self.complete))
            return (np.int64(key), *self._values(key, indices, take=True))

    def peek(self, key: int, indices):
        """Values of the tuple of `key`, which stay."""
        with self.changed:
            self._wait_until(lambda: key in self.complete)
            return self._values(key, indices, take=False)

    def clear(self) -> None:
        """Drops all."""
        with self.changed:
            self.complete.clear()
            self.incomplete.clear()
            self.used = 0
            self.changed.notify_all()
