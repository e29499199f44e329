"""MultiDeviceIterator and its ops: elements dealt out among shards, each of which is read by itself."""

from __future__ import annotations

from collections import deque

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar


class _Dealer:
    """A stream whose elements go to the shards in turn; one that is read ahead leaves the others' elements waiting."""

    def __init__(self, shards: int):
        self._shards, self._place, self._waiting, self._next, self._incarnation = shards, None, [], 0, -1

    def start(self, stream) -> np.int64:
        """From the beginning of a stream: the number of the start."""
        self._place, self._next = iter(stream), 0
        self._waiting = [deque() for _ in range(self._shards)]
        self._incarnation += 1
        return np.int64(self._incarnation)

    def next_of(self, shard: int) -> tuple:
        """The next element of a shard; OutOfRangeError where there are no more."""
        if self._place is None:
            raise errors.FailedPreconditionError(None, None, "The MultiDeviceIterator has not been initialized: run its initializer first.")
        while not self._waiting[shard]:
            for element in self._place:
                self._waiting[self._next].append(element)
                self._next = (self._next + 1) % self._shards
                break
            else:
                raise errors.OutOfRangeError(None, None, "End of sequence")
        return self._waiting[shard].popleft()


def _dealer_kernel(op, resources):
    key = op.attr("container"), op.attr("shared_name").decode() or op.name
    return lambda: resources.setdefault(key, _Dealer(len(op.attr("devices"))))


def _next_kernel(op):
    single = len(op.outputs) == 1

    def following(dealer, shard, incarnation):
        element = dealer.next_of(int(shard))
        return element[0] if single else element

    return following


op("MultiDeviceIterator() -> (handle: resource); devices: list(string) >= 1; shared_name: string; container: string; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, stateful_kernel=_dealer_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("MultiDeviceIteratorInit(dataset: variant, multi_device_iterator: resource, max_buffer_size: int64) -> (incarnation_id: int64); is_stateful",
   shape=scalar, kernel=lambda op: lambda stream, dealer, size: dealer.start(stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("MultiDeviceIteratorGetNextFromShard(multi_device_iterator: resource, shard_num: int32, incarnation_id: int64) -> (components: output_types); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=lambda op: [s._dims for s in op.attr("output_shapes")], kernel=_next_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
