"""`tf.train.experimental`: state of Python objects in object-based checkpoints."""

from __future__ import annotations

import functools

from tinytf.graph.trackable import Trackable
from tinytf.train.object_graph import PythonStateSaveable


class PythonState(Trackable):
    """An object whose state is a string: derive from it, and `tf.train.Checkpoint` saves what `serialize` returns.

    It is saved when `save` is called, and handed to `deserialize` when `restore` is.
    Follows `tf.train.experimental.PythonState` of TF 1.15.
    """

    def serialize(self):
        """The state as a string; subclasses say what."""
        raise NotImplementedError("a PythonState says its state by serialize()")

    def deserialize(self, string_value) -> None:
        """Takes the state back from a string; subclasses say how."""
        raise NotImplementedError("a PythonState takes its state by deserialize(string_value)")

    def _gather_saveables_for_checkpoint(self) -> dict:
        make = functools.partial(PythonStateSaveable, state_callback=self.serialize, restore_callback=self.deserialize)
        return {"py_state": make}
