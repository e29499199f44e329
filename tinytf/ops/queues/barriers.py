"""The barriers themselves: what the handle of a barrier refers to while a session runs.

The components of an element come one by one, under its key; an element is ready once all are there.  Follows the kernel of TF 1.15.
"""

from __future__ import annotations

import heapq
import threading

import numpy as np

from tinytf import deadline, errors
from tinytf.dtypes import as_dtype
from tinytf.graph.op_summary import type_name
from tinytf.shapes import in_brackets

_FIRST_INDEX = -(2**63)


class Barrier:
    """Elements of several components, by key, given out in the order in which their keys came first."""

    maker = None  # the operation that made it: another that shares it by name must describe the same

    def __init__(self, name, np_types, shapes):
        self.name, self.np_types, self.shapes = name, np_types, shapes
        self.changed = threading.Condition()
        self.closed = self.cancelled = False
        self.incomplete: dict = {}  # key -> (number of the insertion that brought it, components)
        self.ready: list = []  # a heap of (number, when it became complete, key, components)
        self.count = self.arrived = 0

    value = property(lambda self: np.array([b"", self.name.encode()], object))  # a fetched handle

    def insert(self, component: int, keys, values) -> None:
        """Adds a component to the elements of these keys."""
        with self.changed:
            if not 0 <= component < len(self.np_types):
                raise self._invalid("The component ID is out of range %d > num_components (= %d)" % (component, len(self.np_types)))
            if len(keys) != len(values):
                raise self._invalid("The number of keys and of values differ: %d and %d" % (len(keys), len(values)))
            if 0 in values.shape[1:]:
                raise self._invalid("Tensors with no elements are not supported %s: received shape %s" % (self.name, in_brackets(values.shape)))
            if values.dtype != self.np_types[component]:
                have, expected = (type_name(as_dtype(t)) for t in (values.dtype, self.np_types[component]))
                raise self._invalid("Signature mismatch, have: string_ref, string, %s-> expected: string_ref, string, %s->" % (have, expected))
            values = [values[i, ...] for i in range(len(values))]  # strings stay arrays
            self._check(component, keys, values)
            number = _FIRST_INDEX + self.count
            self.count += 1
            for key, value in zip(keys, values):
                first, components = self.incomplete.setdefault(key, (number, [None] * len(self.np_types)))
                components[component] = np.array(value)
                if all(c is not None for c in components):
                    del self.incomplete[key]
                    self.arrived += 1
                    heapq.heappush(self.ready, (first, self.arrived, key, components))
            self.changed.notify_all()

    def _check(self, component, keys, values):
        """Raises where a component cannot be taken: then none is."""
        dims = self.shapes[component] if self.shapes else None
        seen = set()
        for i, (key, value) in enumerate(zip(keys, values)):
            if self.cancelled or self.closed and key not in self.incomplete:
                why = "." if self.cancelled else ", but attempted to insert a brand new key: %s." % key.decode()
                count = "Number of new insertions: 1" if self.cancelled else "Insertion index: %d" % i
                raise errors.CancelledError(
                    None, None,
                    "Barrier %s is closed%s  Pending enqueues cancelled: %d.  %s.  Number of incomplete keys: %d."
                    % (self.name, why, self.cancelled, count, len(self.incomplete)),
                )  # fmt: skip
            if dims is not None and value.shape != tuple(dims):
                raise self._invalid(
                    "Shape mismatch in tuple component %d. Expected [%s], got [%s]"
                    % (component + 2, ",".join(map(str, dims)), ",".join(map(str, value.shape)))
                )
            if key in seen or key in self.incomplete and self.incomplete[key][1][component] is not None:
                raise self._invalid("Key %s already has a value for component %d in barrier %s" % (key.decode(), component, self.name))
            seen.add(key)

    def take(self, count: int, allow_small_batch: bool) -> tuple:
        """(numbers, keys, components …) of the next ready elements, waiting for them."""
        with self.changed:
            while len(self.ready) < count:
                if self.closed and (self.cancelled or not self.incomplete):
                    if allow_small_batch and self.ready:
                        break
                    raise errors.OutOfRangeError(
                        None, None,
                        "Barrier '%s' is closed and has insufficient elements (requested %d, total size %d)" % (self.name, 0 if allow_small_batch else count, len(self.ready)),
                    )  # fmt: skip
                if self.cancelled and not self.closed:
                    raise errors.CancelledError(None, None, "Dequeue operation was cancelled: barrier '%s'" % self.name)
                deadline.wait(self.changed)
            taken = [heapq.heappop(self.ready) for _ in range(min(count, len(self.ready)))]
        keys = np.empty(len(taken), dtype=object)
        keys[:] = [key for _, _, key, _ in taken]
        numbers = np.array([number for number, *_ in taken], np.int64)
        return (numbers, keys, *[self._batch(i, [c[i] for *_, c in taken]) for i in range(len(self.np_types))])

    def _batch(self, component, arrays):
        if arrays:
            return np.stack(arrays)
        return np.zeros((0, *(self.shapes[component] or () if self.shapes else ())), self.np_types[component])

    def close(self, cancel_pending: bool) -> None:
        """No new keys may come; with `cancel_pending`, no more components either."""
        with self.changed:
            self.closed, self.cancelled = True, self.cancelled or cancel_pending
            if cancel_pending:
                self.incomplete.clear()
            self.changed.notify_all()

    def cancel(self) -> None:
        """The session closes: whoever waits stops waiting."""
        with self.changed:
            self.cancelled = True
            self.changed.notify_all()

    def _invalid(self, message):
        return errors.InvalidArgumentError(None, None, message)
