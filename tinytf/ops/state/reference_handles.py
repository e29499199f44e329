"""Queues, tables, readers and stacks of before TensorFlow 1.0, whose handles are references and not resources.

Graphs of that time hold them (`FIFOQueue`, `QueueEnqueue`, `HashTable`, `ReaderRead` …).  They do what the ops of today do
(`FIFOQueueV2` …), with the same kernels.
"""

from __future__ import annotations

from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, lookup, op
from tinytf.graph.shape_rules import no_outputs, scalar

_MAKERS = """
    FIFOQueue PaddingFIFOQueue RandomShuffleQueue PriorityQueue HashTable MutableHashTable MutableHashTableOfTensors
    TextLineReader WholeFileReader FixedLengthRecordReader TFRecordReader IdentityReader""".split()
_USERS = """
    QueueEnqueue QueueEnqueueMany QueueDequeue QueueDequeueMany QueueDequeueUpTo QueueClose QueueIsClosed QueueSize
    InitializeTable InitializeTableFromTextFile LookupTableFind LookupTableInsert LookupTableImport LookupTableExport LookupTableSize
    ReaderRead ReaderReadUpTo ReaderNumRecordsProduced ReaderNumWorkUnitsCompleted ReaderReset ReaderSerializeState ReaderRestoreState
    StackPush StackPop StackClose""".split()
_RULES = {"QueueSize": scalar, "LookupTableImport": no_outputs}  # where that of today looks at the handle, or is stricter
_DEPRECATED = ("TextLineReader", "FixedLengthRecordReader", "TFRecordReader", "IdentityReader")


def _signature(name: str, now: str) -> str:
    text = now.replace(name + "V2(", name + "(", 1).replace("handle: resource", "handle: Ref(string)").replace("; encoding: string = ''", "")
    if name in _DEPRECATED:
        text += f"; deprecated 26 'Use {name}V2'"
    return text


for _name in _MAKERS:
    _now = lookup(_name + "V2")
    op(_signature(_name, _now.signature), shape=lambda op_: [(2,)], stateful_kernel=_now.stateful_kernel, gradient=NOT_DIFFERENTIABLE)
for _name in _USERS:
    _now = lookup(_name + "V2")
    op(
        _signature(_name, _now.signature).replace("; is_stateful", ""),
        shape=_RULES.get(_name, _now.shape),
        kernel=_now.kernel, stateful_kernel=_now.stateful_kernel, gradient=NOT_DIFFERENTIABLE, view=_now.view,
    )  # fmt: skip
op("Stack() -> (handle: Ref(string)); elem_type: type; stack_name: string = ''; is_stateful",
   shape=lambda op_: [(2,)], kernel=lookup("StackV2").kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
