"""tensorflow.python.client.timeline: the steps of a traced run as a picture for chrome://tracing.

    metadata = tf.RunMetadata()
    sess.run(fetches, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), run_metadata=metadata)
    open("timeline.json", "w").write(timeline.Timeline(metadata.step_stats).generate_chrome_trace_format())
"""

from __future__ import annotations

import collections
import json
import re

AllocationMaximum = collections.namedtuple("AllocationMaximum", ["timestamp", "num_bytes", "tensors"])
StepStatsAnalysis = collections.namedtuple("StepStatsAnalysis", ["chrome_trace", "allocator_maximums"])
_LABEL = re.compile(r"(.*) = (.*)\((.*)\)")  # "node = Op(input, input)"


class ChromeTrace:
    """Events in the order in which they are to be shown."""

    def __init__(self):
        self.metadata: list = []
        self.events: list = []
        self.flows = 0

    def add_process(self, name):
        """A new process, which is what the picture calls a group of lanes. Returns its number."""
        pid = len(self.metadata)
        self.metadata.append({"name": "process_name", "ph": "M", "pid": pid, "args": {"name": name}})
        return pid

    def add(self, ph, category, name, pid, tid, ts, **more):
        """An event of the kind `ph` at `ts` microseconds."""
        self.events.append(dict({"ph": ph, "cat": category, "name": name, "pid": pid, "tid": tid, "ts": ts}, **more))

    def format_to_string(self, pretty=False) -> str:
        """The JSON text."""
        trace = {"traceEvents": self.metadata + self.events}
        return json.dumps(trace, indent=4) if pretty else json.dumps(trace, separators=(",", ":"))


class _Produced:
    """A tensor of the run: who made it when, where it is shown, until when it was used."""

    def __init__(self, number, node, device, output):
        allocation = output.tensor_description.allocation_description
        self.number, self.lane, self.device = number, node.thread_id, device
        self.created, self.ready = node.all_start_micros, _end(node)
        self.last_use = self.ready
        self.allocator, self.bytes = allocation.allocator_name, allocation.requested_bytes


def _end(node):
    return node.all_start_micros + node.all_end_rel_micros


class Timeline:
    """What a StepStats message tells, for chrome://tracing. Follows timeline.Timeline of TF 1.15."""

    def __init__(self, step_stats, graph=None):
        self._stats = step_stats

    def generate_chrome_trace_format(self, show_dataflow: bool = True, show_memory: bool = False) -> str:
        """The JSON text; with arrows from who makes a tensor to who uses it, and with the tensors' lives and memory."""
        return self.analyze_step_stats(show_dataflow, show_memory).chrome_trace.format_to_string(pretty=True)

    def analyze_step_stats(self, show_dataflow: bool = True, show_memory: bool = True) -> StepStatsAnalysis:
        """(chrome_trace, allocator_maximums): the events, and when each allocator had given out most."""
        trace = ChromeTrace()
        allocators = trace.add_process("Allocators")
        processes = {}
        for device in self._stats.dev_stats:
            compute = trace.add_process(device.device + " Compute")
            processes[device.device] = compute, trace.add_process(device.device + " Tensors")
            _assign_lanes(device.node_stats)
        produced = self._tensors(trace, processes, show_memory)
        for device in self._stats.dev_stats:
            on_gpu = "/stream:" in device.device or "/memcpy" in device.device
            for node in device.node_stats:
                inputs = _add_op(trace, node, processes[device.device][0], on_gpu)
                _use(trace, node, inputs, produced, processes, device.device, show_dataflow)
        maxima = _add_memory(trace, allocators, processes, produced) if show_memory else {}
        return StepStatsAnalysis(trace, maxima)

    def _tensors(self, trace, processes, show_memory):
        produced: dict = {}
        for device in self._stats.dev_stats:
            pid = processes[device.device][1]
            for node in device.node_stats:
                for i, output in enumerate(node.output):
                    name = "%s:%d" % (node.node_name, i) if i else node.node_name
                    tensor = produced[name] = _Produced(len(produced), node, device.device, output)
                    if show_memory:
                        shown = dict(pid=pid, tid=tensor.lane, id=tensor.number)
                        description = str(output.tensor_description).replace('"', "")
                        snapshot = {"snapshot": {"tensor_description": description}}
                        trace.add("N", "Tensor", name, ts=tensor.created, **shown)
                        trace.add("O", "Tensor", name, ts=tensor.ready - 1, args=snapshot, **shown)
        return produced


def _assign_lanes(nodes):
    """Each op into the first lane that is free when it starts."""
    free_from = [0]
    for node in nodes:
        free = [lane for lane, until in enumerate(free_from) if node.all_start_micros > until]
        lane = free[0] if free else len(free_from)
        if not free:
            free_from.append(0)
        free_from[lane] = _end(node)
        node.thread_id = lane


def _add_op(trace, node, pid, on_gpu):
    """Adds the op's box; returns the names of its inputs."""
    name, op, inputs = node.node_name, "unknown", []
    label = _LABEL.match(node.timeline_label)
    if on_gpu:
        name, op = (name.split(":") + ["unknown"])[:2]
    elif name == "RecvTensor":
        op = "RecvTensor"
    elif label:
        op = label.group(2)
        inputs = label.group(3).split(", ") if label.group(3) else []
    args = dict({"name": name, "op": op}, **{"input%d" % i: text for i, text in enumerate(inputs)})
    trace.add("X", "Op", op, pid, node.thread_id, node.all_start_micros, dur=node.all_end_rel_micros, args=args)
    return inputs


def _use(trace, node, inputs, produced, processes, device, show_dataflow):
    for name in inputs:
        if name not in produced and name.rfind("/_") > 0:  # a copy that was sent between devices
            name = name[: name.rfind("/_")]
        tensor = produced.get(name)
        if tensor is None:
            continue
        tensor.last_use = max(tensor.last_use, _end(node) - 1)
        here, there = (processes[device][0], node.thread_id), (processes[tensor.device][0], tensor.lane)
        if show_dataflow and here != there:
            trace.add("s", "DataFlow", name, *there, ts=tensor.ready, id=trace.flows)
            trace.add("t", "DataFlow", name, *here, ts=node.all_start_micros, id=trace.flows)
            trace.flows += 1


def _add_memory(trace, allocators, processes, produced):
    """Adds the ends of tensors and a curve an allocator; returns when each was highest, with the tensors of that time."""
    changes = collections.defaultdict(list)
    for name, tensor in produced.items():
        trace.add("D", "Tensor", name, processes[tensor.device][1], 0, tensor.last_use, id=tensor.number)
        changes[tensor.allocator] += [(tensor.created, tensor.bytes, name), (tensor.last_use, -tensor.bytes, name)]
    maxima = {}
    for allocator, steps in changes.items():
        total, alive = 0, set()
        maxima[allocator] = AllocationMaximum(timestamp=0, num_bytes=0, tensors=set())
        for ts, size, name in sorted(steps):
            total += size
            alive.discard(name) if size < 0 else alive.add(name)
            if total > maxima[allocator].num_bytes:
                maxima[allocator] = AllocationMaximum(ts, total, set(alive))
            trace.add("C", "Memory", allocator, allocators, 0, ts, args={allocator: total})
    return maxima
