"""`tensorflow.python.training.tracking`: the base of objects that own what a Saver saves."""

from __future__ import annotations

VARIABLE_VALUE_KEY = "VARIABLE_VALUE"
OBJECT_GRAPH_PROTO_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"


class Trackable:
    """Derive from it, and say by `_gather_saveables_for_checkpoint` what a Saver is to save in the object's place."""

    def _gather_saveables_for_checkpoint(self) -> dict:
        """{VARIABLE_VALUE_KEY or a suffix of the name: a variable, a SaveableObject or a function of the name}."""
        return {}


class AutoTrackable(Trackable):
    """A Trackable."""
