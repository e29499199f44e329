"""The queues themselves: what a queue op's handle refers to while a session runs.

Threads wait on one condition a queue.  Closing a session, or closing a queue with
`cancel_pending_enqueues`, wakes them with CancelledError.  An element is a tuple of arrays.
Follows the queue kernels of TF 1.15, random order included.
"""

from __future__ import annotations

import heapq
import threading
from collections import deque

import numpy as np

from tinytf import deadline, errors
from tinytf.ops.random import philox
from tinytf.shapes import in_brackets


class Queue:
    """First in, first out, with room for `capacity` elements.

    Args:
      kind: the name that messages use, e.g. 'FIFOQueue'.
      name: the queue's name in the session.
      np_types: the NumPy dtype of each component.
      shapes: dims of each component, or an empty list where they are not constrained.
      capacity: the number of elements that fit; below 0: any number.
    """

    maker = None  # the operation that made the queue: another that shares it by name must describe the same
    needs_left = 0  # elements that a dequeue leaves behind as long as the queue is open

    def __init__(self, kind, name, np_types, shapes, capacity):
        self.kind, self.name, self.np_types, self.shapes = kind, name, np_types, shapes
        self.capacity = capacity if capacity >= 0 else float("inf")
        self.changed = threading.Condition()
        self.closed = self.cancelled = False
        self.waiting_enqueues = 0
        self.elements = self.make_store()

    # How elements are kept: the other kinds of queue differ in these three.

    def make_store(self):
        """The empty container of elements."""
        return deque()

    def put(self, element) -> None:
        """Takes an element in."""
        self.elements.append(element)

    def take(self):
        """Gives the next element out."""
        return self.elements.popleft()

    # Operations -----------------------------------------------------------------------------------

    def enqueue(self, elements: list) -> None:
        """Adds elements one by one, waiting for room.  Raises CancelledError where the queue is or gets closed."""
        with self.changed:
            if self.closed:
                raise errors.CancelledError(None, None, f"{self.kind} '{self.name}' is closed.")
            self.waiting_enqueues += 1
            try:
                for element in elements:
                    while len(self.elements) >= self.capacity and not self.cancelled:
                        deadline.wait(self.changed)
                    if self.cancelled:
                        raise errors.CancelledError(None, None, f"Enqueue operation was cancelled: {self.kind} '{self.name}'")
                    self.put(element)
                    self.changed.notify_all()
            finally:
                self.waiting_enqueues -= 1
                self.changed.notify_all()

    def dequeue(self, count: int, allow_fewer: bool = False) -> list:
        """Takes `count` elements out, waiting for them.

        Raises OutOfRangeError where the queue is closed and holds fewer (unless `allow_fewer` and it
        holds any), CancelledError where the session is closed.
        """
        taken: list = []
        with self.changed:
            while len(taken) < count:
                if self.cancelled and not self.closed:
                    raise errors.CancelledError(None, None, f"Dequeue operation was cancelled: {self.kind} '{self.name}'")
                left = 0 if self.closed else self.needs_left
                if len(self.elements) > left:
                    taken.append(self.take())
                    self.changed.notify_all()
                elif self.closed and not self.waiting_enqueues:
                    if allow_fewer and taken:
                        break
                    self.give_back(taken)
                    raise errors.OutOfRangeError(
                        None,
                        None,
                        f"{self.kind} '{self.name}' is closed and has insufficient elements (requested {count}, current size {len(self.elements)})",
                    )
                else:
                    deadline.wait(self.changed)
        return taken

    def give_back(self, taken) -> None:
        """Undoes a dequeue that could not be completed."""
        self.elements.extendleft(reversed(taken))

    def close(self, cancel_pending: bool) -> None:
        """No more elements may come; those that wait to come are let in, or cancelled.  CancelledError where that is so already."""
        with self.changed:
            if self.closed and not cancel_pending:
                raise errors.CancelledError(None, None, f"Queue '{self.name}' is already closed.")
            self.closed = True
            if cancel_pending:
                self.cancelled = True
            self.changed.notify_all()

    def cancel(self) -> None:
        """The session closes: whoever waits stops waiting."""
        with self.changed:
            self.cancelled = True
            self.changed.notify_all()

    def size(self) -> int:
        """The number of elements."""
        return len(self.elements)

    def check(self, components, batch: tuple = ()) -> None:
        """Raises InvalidArgumentError where a component has another shape than the queue's, after the dims `batch`."""
        for i, (array, dims) in enumerate(zip(components, self.shapes)):
            dims = (*batch, *dims)
            if len(dims) != array.ndim or any(d is not None and d != s for d, s in zip(dims, array.shape)):
                raise errors.InvalidArgumentError(
                    None, None, f"Shape mismatch in tuple component {i}. Expected {in_brackets(dims)}, got {in_brackets(array.shape)}"
                )

    def check_many(self, components) -> None:
        """As `check`, for components with as many elements as the first one has."""
        count = components[0].shape[0] if components[0].ndim else None
        self.check(components, (count,))
        for i, array in enumerate(components):
            if not array.ndim or array.shape[0] != count:
                given = array.shape[0] if array.ndim else "none"
                raise errors.InvalidArgumentError(
                    None, None,
                    f"All input tensors must have the same size in the 0th dimension. Component {i} has {given}, and should have {count}",
                )  # fmt: skip

    def batch(self, elements: list) -> tuple:
        """Components stacked along a new first dimension."""
        if not elements:
            return tuple([np.zeros((0, *dims), t) for dims, t in zip(self.shapes, self.np_types)])
        return tuple([np.stack(component) for component in zip(*elements)])


class PaddingQueue(Queue):
    """A queue whose batches are padded with zeros to the largest element."""

    def batch(self, elements: list) -> tuple:
        """Components padded to one shape and stacked."""
        if not elements:
            return super().batch(elements)
        result = []
        for arrays, dtype in zip(zip(*elements), self.np_types):
            shape = tuple(np.max([a.shape for a in arrays], axis=0).tolist()) if arrays[0].ndim else ()
            padded = np.full((len(arrays), *shape), b"", object) if dtype == object else np.zeros((len(arrays), *shape), dtype)
            for i, a in enumerate(arrays):
                padded[(i, *[slice(n) for n in a.shape])] = a
            result.append(padded)
        return tuple(result)


class RandomShuffleQueue(Queue):
    """Gives out a random element, in the order that TensorFlow's generator draws for the same seeds."""

    def __init__(self, kind, name, np_types, shapes, capacity, min_after_dequeue, seeds):
        super().__init__(kind, name, np_types, shapes, capacity)
        self.needs_left = min_after_dequeue
        self.draws = _draws(*seeds)

    def make_store(self):
        return []

    def take(self):
        elements = self.elements
        index = next(self.draws) % len(elements)
        element = elements[index]
        elements[index] = elements[-1]
        elements.pop()
        return element

    def give_back(self, taken) -> None:
        self.elements.extend(taken)


def _draws(seed: int, seed2: int):
    """The generator's words, one after the other."""
    generator = philox.Philox(seed, seed2)
    while True:
        for word in philox.words(generator.reserve(64), 64).ravel().tolist():
            yield word


class PriorityQueue(Queue):
    """Gives out the element whose first component, an int64, is lowest; of equals the one that came first."""

    def make_store(self):
        self.arrivals = 0
        return []

    def put(self, element) -> None:
        self.arrivals += 1
        heapq.heappush(self.elements, (int(element[0]), self.arrivals, element))

    def take(self):
        return heapq.heappop(self.elements)[2]

    def give_back(self, taken) -> None:
        for element in taken:
            self.put(element)
