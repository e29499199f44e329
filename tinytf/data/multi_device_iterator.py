"""MultiDeviceIterator: the elements of one dataset dealt out among devices.  Follows data.ops.multi_device_iterator_ops of TF 1.15."""

from __future__ import annotations

from tinytf.data import structure
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, device, get_default_graph
from tinytf.ops.control_flow.control_flow_ops import group


class MultiDeviceIterator:
    """Gives each device its own elements, in turn."""

    def __init__(self, dataset, devices, max_buffer_size=1, prefetch_buffer_size=1, source_device="/cpu:0"):
        dataset = dataset._optimized()
        self._specs, self._devices = dataset._specs, list(devices)
        names = "MultiDeviceIterator_%d" % len(get_default_graph().get_operations())  # an iterator of its own
        with device(source_device):
            self._resource = make(
                "MultiDeviceIterator", devices=self._devices, shared_name=names, container="", **structure.attributes(self._specs)
            )
            buffer_size = convert_to_tensor(max_buffer_size, dtype="int64")
            self._incarnation_id = make("MultiDeviceIteratorInit", dataset._variant_tensor, self._resource, buffer_size)
        with control_dependencies([self._incarnation_id]):
            self._initializer = group(self._incarnation_id, name="multi_device_iterator_init")

    def get_next(self, device=None):
        """The next element of a device; a list, one a device, where None."""
        if device is not None:
            return self._next_of(self._devices.index(device))
        return [self._next_of(shard) for shard in range(len(self._devices))]

    def _next_of(self, shard):
        with device(self._devices[shard]):
            wires = make(
                "MultiDeviceIteratorGetNextFromShard", self._resource, convert_to_tensor(shard, dtype="int32"), _any_incarnation(),
                **structure.attributes(self._specs),
            )  # fmt: skip
        return structure.from_wire(self._specs, wires)

    @property
    def initializer(self):
        """The operation that starts the iterator."""
        return self._initializer

    @property
    def element_spec(self):
        """The specs of an element."""
        return self._specs


def _any_incarnation():
    return convert_to_tensor(-1, dtype="int64")
