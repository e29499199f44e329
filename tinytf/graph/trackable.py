"""Objects that own what `tf.train.Checkpoint` saves: each knows its parts by name.

A `Trackable` has named dependencies on other Trackables (an optimizer on its variables, a model on its layers). The
path of names from a root object to a variable is the variable's key in an object-based checkpoint. What is saved of
the object itself says `_gather_saveables_for_checkpoint`. A dependency that is added after a restore takes its value
from that checkpoint: positions in it wait under the name until then.

The names with an underscore are TensorFlow 1.15's own, which subclasses in programs override.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from tinytf import dtypes

VARIABLE_VALUE_KEY = "VARIABLE_VALUE"
OBJECT_GRAPH_PROTO_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"


class TrackableReference(NamedTuple):
    """A named edge of the object graph."""

    name: str
    ref: object


class Trackable:
    """The base of what `tf.train.Checkpoint` saves.  Follows `tracking.base.Trackable` of TF 1.15."""

    _update_uid = -1  # the restore that last gave this object a value

    def _maybe_initialize_trackable(self) -> None:
        """Makes room for dependencies, also where a subclass did not call this class's constructor."""
        if "_unconditional_checkpoint_dependencies" not in self.__dict__:
            self.__dict__["_unconditional_checkpoint_dependencies"] = []
            self.__dict__["_unconditional_deferred_dependencies"] = {}

    @property
    def _checkpoint_dependencies(self) -> list:
        """The TrackableReferences to save; an override may add those that it computes."""
        self._maybe_initialize_trackable()
        return self._unconditional_checkpoint_dependencies

    @property
    def _deferred_dependencies(self) -> dict:
        """{name: positions in checkpoints that wait for the dependency of that name}."""
        self._maybe_initialize_trackable()
        return self._unconditional_deferred_dependencies

    def _lookup_dependency(self, name):
        """The dependency of that name, or None."""
        return next((ref for known, ref in self._checkpoint_dependencies if known == name), None)

    def _track_trackable(self, trackable, name, overwrite=False):
        """Adds a dependency and returns it.

        TypeError where it is no Trackable, ValueError for a name in use unless `overwrite`.
        """
        if not isinstance(trackable, Trackable):
            raise TypeError(f"Trackable._track_trackable() passed type {type(trackable)}, not a Trackable.")
        self._maybe_initialize_trackable()
        known = self._unconditional_checkpoint_dependencies
        place = next((i for i, reference in enumerate(known) if reference.name == name), None)
        if place is None:
            known.append(TrackableReference(name, trackable))
        elif known[place].ref is not trackable:
            if not overwrite:
                raise ValueError(
                    f"Called Trackable._track_trackable() with name='{name}', but a Trackable with this name is already "
                    "declared as a dependency. Names must be unique (or overwrite=True)."
                )
            known[place] = TrackableReference(name, trackable)
        self._handle_deferred_dependencies(name, trackable)
        return trackable

    def _add_variable_with_custom_getter(
        self, name, shape=None, dtype=dtypes.float32, initializer=None, getter=None, overwrite=False, **kwargs_for_getter
    ):
        """Makes a variable by `getter(name=…, shape=…, dtype=…, initializer=…)` and adds it to the dependencies."""
        variable = getter(name=name, shape=shape, dtype=dtype, initializer=initializer, **kwargs_for_getter)
        if overwrite and not isinstance(variable, Trackable):
            return variable  # a partitioned one, which is saved by nobody
        return self._track_trackable(variable, name, overwrite=overwrite)

    def _handle_deferred_dependencies(self, name, trackable) -> None:
        """Restores a new dependency from the checkpoints that hold it, the latest restore last to be overtaken."""
        waiting = self._deferred_dependencies.pop(name, ())
        for position in sorted(waiting, key=lambda p: p.restore_uid, reverse=True):
            position.restore(trackable)

    def _gather_saveables_for_checkpoint(self) -> dict:
        """{VARIABLE_VALUE_KEY or another name: a variable, a SaveableObject or a function of its key that makes one}."""
        return {}

    def _no_dependency(self, value):
        """Marks an attribute's value as none to save."""
        return value


class NoDependency:
    """Around a value, when it is assigned to an attribute: no dependency comes of it.  It is unwrapped."""

    def __init__(self, value):
        self.value = value


def no_automatic_dependency_tracking(method):
    """Decorates a method in which the assignment of an attribute adds no dependency."""

    @functools.wraps(method)
    def untracked(self, *args, **kwargs):
        before = getattr(self, "_setattr_tracking", True)
        self.__dict__["_setattr_tracking"] = False
        try:
            return method(self, *args, **kwargs)
        finally:
            self.__dict__["_setattr_tracking"] = before

    return untracked


class AutoTrackable(Trackable):
    """A Trackable whose attributes are its dependencies: `self.layer = …`; lists and dicts in them, too.

    Follows `tracking.AutoTrackable` of TF 1.15.
    """

    def __setattr__(self, name, value):
        if getattr(self, "_setattr_tracking", True):
            value = track_attribute(self, name, value)
        super().__setattr__(name, value)

    def __delattr__(self, name):
        self._maybe_initialize_trackable()
        known = self._unconditional_checkpoint_dependencies
        known[:] = [reference for reference in known if reference.name != name]
        super().__delattr__(name)

    def _no_dependency(self, value):
        return NoDependency(value)


def track_attribute(owner, name, value):
    """What an attribute of `owner` is to hold: `value`, wrapped where it is a list or dict, tracked under `name`."""
    from tinytf.graph.trackable_structures import wrap

    if isinstance(value, NoDependency):
        return value.value
    value = wrap(value)
    if isinstance(value, Trackable):
        owner._track_trackable(value, name=name, overwrite=True)
    return value
