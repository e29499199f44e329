"""`tf.GradientTape` in graph mode: gradients of what the graph got while the tape ran.

Unlike `tf.gradients` it looks only at those operations, and adds its own without a name scope.  Follows TF 1.15.
"""

from __future__ import annotations

import collections
import contextlib

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import constant
from tinytf.ops.autodiff import gradient_registry
from tinytf.ops.autodiff.gradients import UnconnectedGradients, is_trainable
from tinytf.ops.math.arithmetic import add_n


class GradientTape:
    """A context; resource variables that are trained are watched by themselves, tensors by `watch`.

    Args:
      persistent: `gradient` may be called more than once.
      watch_accessed_variables: whether variables are watched by themselves.
    """

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self._persistent, self._watch_variables = persistent, watch_accessed_variables
        self._recording = False
        self._graph, self._begun = None, 0
        self._pieces: list = []  # (first, last + 1) operation of the graph, by number
        self._watched: dict = {}  # tensor by id
        self._used = False

    def __enter__(self):
        """Begins recording.  ValueError where it does already."""
        self._start()
        return self

    def __exit__(self, *error):
        if self._recording:
            self._stop()

    def _start(self) -> None:
        if self._recording:
            raise ValueError("Tape is already recording.")
        self._recording, self._graph = True, get_default_graph()
        self._begun = len(self._graph._operations)

    def _stop(self) -> None:
        if not self._recording:
            raise ValueError("Tape is not recording.")
        self._pieces.append((self._begun, len(self._graph._operations)))
        self._recording = False

    def _recorded(self) -> list:
        pieces = [*self._pieces, (self._begun, len(self._graph._operations))] if self._recording else self._pieces
        return [op for first, last in pieces for op in self._graph._operations[first:last]]

    def watch(self, tensor) -> None:
        """Watches a tensor or variable, or those of a structure."""
        if self._graph is None:
            raise ValueError("Tape is not recording.")
        for t in nest.flatten(tensor):
            source = _source(t)
            self._watched[id(source)] = source

    @contextlib.contextmanager
    def stop_recording(self):
        """A context whose operations are not recorded.  ValueError where the tape does not record."""
        if not self._recording:
            raise ValueError("Tape is not recording.")
        self._stop()
        try:
            yield
        finally:
            self._start()

    def reset(self) -> None:
        """Forgets what was recorded and watched."""
        self._stop()
        self._pieces, self._watched = [], {}
        self._start()

    def watched_variables(self) -> tuple:
        """The variables that are watched, in the order in which they were made."""
        variables = _variables(self._graph)
        found = {id(v): v for v in variables if id(v._handle) in self._watched}
        if self._watch_variables:
            used = {id(t) for op in self._recorded() for t in op._inputs if t.dtype == dtypes.resource}
            found.update({id(v): v for v in variables if v.trainable and id(v._handle) in used})
        return tuple(found.values())

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients=UnconnectedGradients.NONE):
        """The gradients of `target` (the sum of its parts) in the structure of `sources`; None where it does not depend on one.

        RuntimeError where a tape that is not persistent was asked before.
        """
        if self._used or self._graph is None:
            raise RuntimeError("GradientTape.gradient can only be called once on non-persistent tapes.")
        recorded = self._recorded()
        watched = {*self._watched, *(id(v._handle) for v in self.watched_variables())}
        if self._recording and not self._persistent:
            self._stop()
        self._used = not self._persistent
        targets = [convert_to_tensor(t) for t in nest.flatten(target)]
        given = [None] * len(targets) if output_gradients is None else nest.flatten(output_gradients)
        found = _gradients(recorded, watched, targets, given, [_source(s) for s in nest.flatten(sources)])
        if UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO:
            flat = nest.flatten(sources)
            found = [_zeros(convert_to_tensor(s)) if g is None else g for g, s in zip(found, flat)]
        return nest.pack_sequence_as(sources, found)

    def jacobian(
        self, target, sources, unconnected_gradients=UnconnectedGradients.NONE, parallel_iterations=None, experimental_use_pfor=True
    ):  # fmt: skip
        """NotImplementedError: take `tf.gradients` of each element."""
        raise NotImplementedError("tf.GradientTape.jacobian: take tf.gradients of each element of the target")

    def batch_jacobian(
        self, target, source, unconnected_gradients=UnconnectedGradients.NONE, parallel_iterations=None, experimental_use_pfor=True
    ):  # fmt: skip
        """NotImplementedError: take `tf.gradients` of each column."""
        raise NotImplementedError("tf.GradientTape.batch_jacobian: take tf.gradients of each column of the target")


def _source(value) -> Tensor:
    return value._handle if getattr(value, "_handle", None) is not None else convert_to_tensor(value)


def _variables(graph) -> list:
    from tinytf.graph.keys import GraphKeys

    every = [v for key in GraphKeys._VARIABLE_COLLECTIONS for v in graph.get_collection(key)]
    return list({id(v): v for v in every if getattr(v, "_handle", None) is not None}.values())


def _gradients(recorded, watched: set, targets, given, sources) -> list:
    """The gradients of the sources: from the targets back, an operation once all that use its results are done."""
    reached, on_path = set(watched), []
    for op in recorded:
        if any(id(t) in reached for t in op._inputs) and any(is_trainable(t) or t.dtype == dtypes.variant for t in op.outputs):
            reached.update(id(t) for t in op.outputs)
            on_path.append(op)
    needed, stack = set(), [t.op for t in targets]
    members = set(on_path)
    while stack:
        op = stack.pop()
        if op in members and op not in needed:
            needed.add(op)
            stack += [t.op for t in op._inputs]
    waiting = collections.Counter(t.op for op in needed for t in op._inputs if t.op in needed)
    grads: dict = {}
    for target, grad in zip(targets, given):
        if id(target) in reached:
            ones = constant.ones_like(target) if target.dims is None or None in target.dims else constant.ones(target.dims, target.dtype)
            grads.setdefault(target, []).append(ones if grad is None else convert_to_tensor(grad))
    ready = collections.deque(op for op in dict.fromkeys(t.op for t in targets) if op in needed and not waiting[op])
    while ready:
        op = ready.popleft()
        for tensor, grad in zip(op._inputs, _of_inputs(op, grads)):
            if grad is not None and id(tensor) in reached:
                grads.setdefault(tensor, []).append(grad)
            if tensor.op in needed:
                waiting[tensor.op] -= 1
                if not waiting[tensor.op]:
                    ready.append(tensor.op)
    return [_sum(grads[s]) if s in grads and id(s) in reached else None for s in sources]


def _of_inputs(op, grads) -> list:
    outgoing = [_sum(grads[t]) if t in grads else None for t in op.outputs]
    function = gradient_registry.gradient_function(op) if any(g is not None for g in outgoing) else None
    if function is None:
        return [None] * len(op._inputs)
    outgoing = [constant.zeros_like(t) if g is None and is_trainable(t) else g for g, t in zip(outgoing, op.outputs)]
    found = function(op, *outgoing)
    return list(found) if isinstance(found, (list, tuple)) and not isinstance(found, IndexedSlices) else [found]


def _zeros(tensor):
    known = tensor.dims is not None and None not in tensor.dims
    return constant.zeros(tensor.dims, tensor.dtype) if known else constant.zeros_like(tensor)


def _sum(grads: list):
    return grads[0] if len(grads) == 1 else add_n(grads)
