"""`tf.CriticalSection` of TF 1.15: parts of a graph that run one after the other, whatever threads run them."""

from __future__ import annotations

import collections
import threading

from tinytf import nest
from tinytf.graph.build import make
from tinytf.graph.default_graph import (
    add_to_collections,
    colocate_with,
    control_dependencies,
    get_collection,
    get_default_graph,
    name_scope,
)
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.operation import Operation
from tinytf.graph.shape_rules import no_outputs, scalar

CRITICAL_SECTIONS = "critical_sections"
CRITICAL_SECTION_EXECUTIONS = "critical_section_executions"

_ExecutionSignature = collections.namedtuple("_ExecutionSignature", ("op", "handle", "resources", "exclusive_resource_access"))


class _Held:
    """A lock that is held: let go by `release`, or when a step that failed drops it."""

    def __init__(self, lock):
        self._lock = lock
        lock.acquire()

    def release(self) -> None:
        """Lets go; a second call does nothing."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def __del__(self):
        try:
            self.release()
        except RuntimeError:  # dropped by another thread
            pass


def _mutex_kernel(op, resources):
    name = (op.attr("shared_name") or op.name.encode()).decode()
    # a step runs its own sections one after the other: only other threads wait
    lock = resources.setdefault((op.attr("container"), name), threading.RLock())
    return lambda: lock


op("MutexV2() -> (resource: resource); container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_mutex_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("MutexLock(mutex: resource) -> (mutex_lock: variant); is_stateful",
   shape=scalar, kernel=lambda op: _Held, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ConsumeMutexLock(mutex_lock: variant) -> (); is_stateful",
   shape=no_outputs, kernel=lambda op: lambda held: held.release(), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _identity(x):
    from tinytf.ops.array import shape_ops
    from tinytf.ops.control_flow import control_flow_ops

    if isinstance(x, Operation):
        return control_flow_ops.group(x)
    return x.identity() if hasattr(x, "flow") else shape_ops.identity(x)


class CriticalSection:
    """What `execute` makes of several functions runs one after the other.

    Args:
      name, shared_name: critical sections of one shared name exclude each other.
    """

    def __init__(self, name=None, shared_name=None, critical_section_def=None, import_scope=None):
        if critical_section_def:
            raise NotImplementedError("CriticalSection of a CriticalSectionDef: make it by its name")
        with name_scope(name, "CriticalSection", []) as scope:
            if shared_name is None:
                shared_name = scope
            container = get_default_graph()._container
            self._handle = make("MutexV2", shared_name=shared_name, container=container or "", name=scope)
        add_to_collections(CRITICAL_SECTIONS, self)

    @property
    def name(self) -> str:
        """The name of the mutex's op."""
        return self._handle.op.name

    def execute(self, fn, exclusive_resource_access=True, name=None):
        """The tensors that `fn()` gives, computed while nobody else is in this section.

        ValueError where `fn` locks this section itself, or, with exclusive access, uses a resource that another section's
        function uses.
        """
        with name_scope(name, "critical_section_execute", []):
            lock = make("MutexLock", self._handle)
            graph = get_default_graph()
            with graph._lock:
                before = len(graph._operations)
                with control_dependencies([lock]):
                    result = fn()
                made = [*graph._operations[before:], lock.op]
            resources = list(dict.fromkeys(t for o in made for t in o.inputs if t.dtype.name == "resource" and t is not self._handle))
            if any(self._is_self_handle(t) for o in made if o is not lock.op for t in o.inputs):
                raise ValueError(
                    "The function fn attempts to directly access the CriticalSection in which it would be running.  "
                    "This is illegal and would cause deadlocks."
                )
            self._check_multiple_access_to_resources(resources, exclusive_resource_access)
            return self._left(lock, result, resources, exclusive_resource_access)

    def _left(self, lock, result, resources, exclusive):
        """The results, there once the lock is released."""
        from tinytf.ops.control_flow import control_flow_ops

        with control_dependencies([_identity(x) for x in nest.flatten(result)]):
            with colocate_with(self._handle):
                released = make("ConsumeMutexLock", lock)
            result = nest.pack_sequence_as(result, control_flow_ops.tuple(nest.flatten(result)))
        with control_dependencies([released]):
            outputs = nest.map_structure(_identity, result)
        signature = _ExecutionSignature(lock.op, self._handle, resources, exclusive)
        add_to_collections(CRITICAL_SECTION_EXECUTIONS, signature)
        return outputs

    def _is_self_handle(self, x) -> bool:
        """Whether a tensor is this section's mutex, or one that shares its name."""
        if x.op.type != "MutexV2":
            return False
        return x is self._handle or x.op.attr("shared_name") == self._handle.op.attr("shared_name") != b""

    def _check_multiple_access_to_resources(self, captured_resources, exclusive_resource_access) -> None:
        for other in get_collection(CRITICAL_SECTION_EXECUTIONS):
            if self._is_self_handle(other.handle) or not (exclusive_resource_access or other.exclusive_resource_access):
                continue
            shared = set(captured_resources) & set(other.resources)
            if shared:
                raise ValueError(
                    "This execution would access resources: %s.  Either this lock (CriticalSection: %s) or lock '%s' "
                    "(CriticalSection: %s) requested exclusive resource access of this resource.  Did you mean to call execute "
                    "with keyword argument exclusive_resource_access=False?"
                    % (list(shared), self._handle, other.op.name, other.handle)
                )
