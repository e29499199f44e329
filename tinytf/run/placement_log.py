"""What `log_device_placement=True` prints: where each operation runs. Tutorials on devices are about these lines."""

from __future__ import annotations

import heapq
import sys

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
# TensorFlow 1.15.5 names the devices beside the CPU; on a machine without GPU that is its compiler's, which runs nothing.
MAPPING = "Device mapping:\n/job:localhost/replica:0/task:0/device:XLA_CPU:0 -> device: XLA_CPU device\n"
METADATA = ("Shape", "Size", "Rank")


class PlacementLog:
    """Prints the placement of a session's graph each time that it has grown."""

    def __init__(self, graph):
        self._graph = graph
        self._version = None
        sys.stdout.write(MAPPING)

    def update(self) -> None:
        """To be called before a run: prints every operation if there are new ones."""
        if self._version != self._graph.version:
            self._version = self._graph.version
            lines = ["%s: (%s): %s\n" % (op.name, op.type, CPU) for op in _in_placing_order(self._graph.get_operations())]
            sys.stdout.write("".join(lines))


def _in_placing_order(operations):
    """TensorFlow places last what may go to wherever its reader is: sources of one value, and questions about shapes."""
    operations = _inputs_first(operations)
    last = [op for op in operations if _follows_its_reader(op)]
    return [op for op in operations if not _follows_its_reader(op)] + last


def _inputs_first(operations):
    """The operations as TensorFlow adds them to the graph that it runs: of those whose inputs are there, the first made."""
    number = {op: i for i, op in enumerate(operations)}
    readers: dict = {op: [] for op in operations}
    waiting = {}
    for op in operations:
        sources = [t.op for t in op.inputs] + list(op.control_inputs)
        in_loop = op.type in ("Merge", "RefMerge") and any(source.type in ("NextIteration", "RefNextIteration") for source in sources)
        waiting[op] = len(op.control_inputs) + 1 if in_loop else len(sources)  # one input is enough to enter a loop
        for source in sources:
            readers[source].append(op)
    ready = [number[op] for op in operations if not waiting[op]]
    ordered = []
    while ready:
        op = operations[heapq.heappop(ready)]
        ordered.append(op)
        for reader in readers[op]:
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, number[reader])
    return ordered


def _follows_its_reader(op):
    if op.type in METADATA:
        return True
    return not op.inputs and len(op.outputs) == 1 and not op.outputs[0].dtype._is_ref_dtype


def of_session(graph, target: bytes, config):
    """The PlacementLog of a session with this ConfigProto; None where it asks for none (or another process would print it)."""
    if target or not getattr(config, "log_device_placement", False):
        return None
    return PlacementLog(graph)
