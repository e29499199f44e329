"""SerializeIterator and DeserializeIterator: an iterator's place as a value that a checkpoint holds.

A place is how many elements the iterator has given, and whether it came to the end: the same dataset, begun anew, comes to the
same place by giving as many elements.  TensorFlow writes what each transformation holds instead (buffers, seeds); so iterators are
restored by the program that saved them, here, and not across the two.
"""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs

_FORMAT = "tinytf iterator: %d elements given, ended: %d"


class IteratorState:
    """How far an iterator has come."""

    def __init__(self, given: int, ended: bool):
        self.given, self.ended = given, ended

    def to_string(self) -> np.ndarray:
        """The string scalar that a checkpoint holds."""
        return np.array((_FORMAT % (self.given, self.ended)).encode(), dtype=object)

    @classmethod
    def from_string(cls, text) -> IteratorState:
        """What to_string gave.  DataLossError where it is something else."""
        words = np.asarray(text, dtype=object).item().decode("utf-8", "replace").split(" ")
        try:
            state = cls(int(words[2]), bool(int(words[6])))
        except (IndexError, ValueError):
            state = None
        if state is None or (_FORMAT % (state.given, state.ended)).split(" ") != words or state.given < 0:
            raise errors.DataLossError(None, None, "This is no state of an iterator that tinytf saved: %r" % " ".join(words)[:80])
        return state


def _serialize_kernel(op):
    return lambda cursor: IteratorState(*cursor.progress())


def _deserialize_kernel(op):
    return lambda cursor, state: cursor.go_to(state.given, state.ended)


op("SerializeIterator(resource_handle: resource) -> (serialized: variant); is_stateful",
   shape=lambda op: [None], kernel=_serialize_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("DeserializeIterator(resource_handle: resource, serialized: variant) -> (); is_stateful",
   shape=no_outputs, kernel=_deserialize_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
