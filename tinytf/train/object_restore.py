"""Restoring an object graph: objects in the program are matched with those in the checkpoint by the names of edges.

A `CheckpointPosition` is one node of the saved graph. Binding it to an object adds the ops that restore that object, and leads
on to the nodes below. A node whose object is not there yet waits at its parent: as soon as the dependency is added,
it is restored too. What `restore` returns, a status, runs the ops and says what did not match.
"""

from __future__ import annotations

import itertools
from collections import deque
from typing import NamedTuple

from tinytf import logging
from tinytf.graph.default_session import get_default_session
from tinytf.graph.trackable_structures import TrackableDataStructure
from tinytf.ops.state.variables import init_scope
from tinytf.train.functional_saver import MultiDeviceSaver
from tinytf.train.object_graph import PythonStateSaveable, named_saveables
from tinytf.train.saveable import SaveableObject, validate_and_slice_inputs

_uids = itertools.count()


def next_restore_uid() -> int:
    """A number greater than those of all restores before."""
    return next(_uids)


def session_or_default(session):
    """`session`, or the default session; ValueError where there is none."""
    session = session or get_default_session()
    if session is None:
        raise ValueError("No session: pass one, or call this inside of `with tf.Session():`")
    return session


class _Slot(NamedTuple):
    """A saved slot of an optimizer that waits for its variable or for the optimizer."""

    optimizer_id: int
    variable: object  # None until it is known
    slot_variable_id: int
    slot_name: str


class Restoration:
    """One call of `restore`: the saved graph, and which of its nodes are bound to which objects."""

    def __init__(self, proto, save_path_tensor, graph_view, reader, ops_by_key: dict):
        self.proto, self.save_path_tensor, self.graph_view, self.reader = proto, save_path_tensor, graph_view, reader
        self.uid = next_restore_uid()
        self.restore_ops: list = []
        self.ops_by_key = ops_by_key  # of this restore and those before, so that the next one adds none
        self.bound: dict = {}  # number of a node -> object
        self.unused_attributes: list = []  # (object, name of an attribute that it does not have)
        self.slots_of_variable: dict = {}  # number of the variable's node -> slots
        self.slots_of_optimizer: dict = {}  # number of the optimizer's node -> slots whose variables are bound
        for number, node in enumerate(proto.nodes):
            for slot in node.slot_variables:
                self.slots_of_variable.setdefault(slot.original_variable_node_id, []).append(
                    _Slot(number, None, slot.slot_variable_node_id, slot.slot_name)
                )

    def add_restore_ops(self, saveables: dict) -> list:
        """Adds and returns the ops that restore {key: SaveableObject or variable}."""
        graph_saveables = {k: s for k, s in saveables.items() if not isinstance(s, PythonStateSaveable)}
        for saveable in saveables.values():
            if isinstance(saveable, PythonStateSaveable):
                saveable.python_restore([self.reader.get_tensor(spec.name) for spec in saveable.specs])
        if not graph_saveables:
            return []
        made = MultiDeviceSaver(validate_and_slice_inputs(graph_saveables)).restore(self.save_path_tensor)
        self.ops_by_key.update(made)
        return list(made.values())


class CheckpointPosition:
    """One node of a saved object graph.  Follows `tracking.base.CheckpointPosition` of TF 1.15."""

    def __init__(self, checkpoint: Restoration, proto_id: int):
        self.checkpoint, self.proto_id = checkpoint, proto_id

    @property
    def restore_uid(self) -> int:
        """Which restore this belongs to."""
        return self.checkpoint.uid

    @property
    def object_proto(self):
        """The node."""
        return self.checkpoint.proto.nodes[self.proto_id]

    def restore(self, trackable) -> None:
        """Restores an object, and all below it."""
        with init_scope():
            if self._bind(trackable):
                self.checkpoint.restore_ops.extend(self._restore_below(trackable))

    def _bind(self, trackable) -> bool:
        """Matches the node with an object; False where it was matched before."""
        checkpoint = self.checkpoint
        known = checkpoint.bound.get(self.proto_id)
        if known is trackable:
            return False
        if known is not None:
            logging.warning(
                "Inconsistent references when loading the checkpoint into this object graph. Either the Trackable object "
                "references in the Python program have changed in an incompatible way, or the checkpoint was generated in an "
                "incompatible program.\n\nTwo checkpoint references resolved to different objects (%s and %s).",
                known,
                trackable,
            )
            return False
        checkpoint.bound[self.proto_id] = trackable
        for slot in checkpoint.slots_of_optimizer.pop(self.proto_id, ()):
            self._restore_slot(trackable, slot)
        for slot in checkpoint.slots_of_variable.pop(self.proto_id, ()):
            slot = slot._replace(variable=trackable)
            optimizer = checkpoint.bound.get(slot.optimizer_id)
            if optimizer is None:
                checkpoint.slots_of_optimizer.setdefault(slot.optimizer_id, []).append(slot)
            else:
                self._restore_slot(optimizer, slot)
        return True

    def _restore_slot(self, optimizer, slot: _Slot) -> None:
        if hasattr(optimizer, "_create_or_restore_slot_variable"):
            position = CheckpointPosition(self.checkpoint, slot.slot_variable_id)
            optimizer._create_or_restore_slot_variable(position, slot.slot_name, slot.variable)

    def _restore_below(self, trackable) -> list:
        """The ops that restore this object and those below: the saved values in one op for each device."""
        done: list = []
        saveables: dict = {}
        waiting = deque([(self, trackable)])
        while waiting:
            position, obj = waiting.popleft()
            obj._maybe_initialize_trackable()
            if obj._update_uid < self.checkpoint.uid:
                obj._update_uid = self.checkpoint.uid
                position._gather(obj, done, saveables)
            for child in position.object_proto.children:
                below = CheckpointPosition(self.checkpoint, child.node_id)
                dependency = obj._lookup_dependency(child.local_name)
                if dependency is None:
                    obj._deferred_dependencies.setdefault(child.local_name, []).append(below)
                elif below._bind(dependency):
                    waiting.append((below, dependency))
        return done + self.checkpoint.add_restore_ops(saveables)

    def _gather(self, obj, done: list, saveables: dict) -> None:
        """What restores the object itself: ops that are there already, or saveables to make them of."""
        offered = obj._gather_saveables_for_checkpoint()
        for attribute in self.object_proto.attributes:
            key = attribute.checkpoint_key
            known = self.checkpoint.ops_by_key.get(key)
            if known is not None:
                done.append(known)
            elif attribute.name not in offered:
                if not attribute.optional_restore:
                    self.checkpoint.unused_attributes.append((obj, attribute.name))
            else:
                factory = offered[attribute.name]
                for saveable in self.checkpoint.graph_view.saveables_of(obj, attribute.name, factory, key)[0]:
                    saveables[saveable.name] = saveable


class LoadStatus:
    """What `Checkpoint.restore` returns."""

    def assert_consumed(self) -> LoadStatus:
        """AssertionError unless everything in the program and everything in the checkpoint was matched."""
        raise NotImplementedError("LoadStatus is a base")

    assert_existing_objects_matched = assert_nontrivial_match = assert_consumed

    def expect_partial(self) -> LoadStatus:
        """Says that a part of the checkpoint is enough."""
        return self


class CheckpointLoadStatus(LoadStatus):
    """Of an object-based checkpoint.  Follows `CheckpointLoadStatus` of TF 1.15."""

    def __init__(self, checkpoint: Restoration, graph_view, feed_dict):
        self._checkpoint, self._graph_view, self._feed_dict = checkpoint, graph_view, feed_dict

    def _existing_objects(self) -> list:
        return [
            obj
            for obj in self._graph_view.list_objects()
            if not (isinstance(obj, TrackableDataStructure) and not obj._checkpoint_dependencies)
        ]

    def _unmatched(self) -> list:
        bound = set(map(id, self._checkpoint.bound.values()))
        return [obj for obj in self._existing_objects() if id(obj) not in bound]

    def assert_consumed(self) -> CheckpointLoadStatus:
        """AssertionError unless everything in the program and everything in the checkpoint was matched."""
        checkpoint = self._checkpoint
        for number, node in enumerate(checkpoint.proto.nodes):
            if node.attributes and number not in checkpoint.bound:
                raise AssertionError(f"Unresolved object in checkpoint {_path_of(checkpoint.proto, number)}: {node}")
        left = [slot for slots in checkpoint.slots_of_variable.values() for slot in slots]
        if left:
            raise AssertionError(f"Unresolved slot restorations: {left}")
        if checkpoint.unused_attributes:
            raise AssertionError(
                "Unused attributes in these objects (the attributes exist in the checkpoint but were not restored): "
                + ", ".join(f"{obj}: {name}" for obj, name in checkpoint.unused_attributes)
            )
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> CheckpointLoadStatus:
        """AssertionError unless everything in the program was matched."""
        checkpoint = self._checkpoint
        for number, node in enumerate(checkpoint.proto.nodes):
            obj = checkpoint.bound.get(number)
            if obj is not None and obj._update_uid < checkpoint.uid:
                raise AssertionError(f"Object not assigned a value from checkpoint: {node}")
        unmatched = self._unmatched()
        if unmatched:
            raise AssertionError(
                "Some Python objects were not bound to checkpointed values, likely due to changes in the Python program: "
                f"{unmatched}"
            )
        return self

    def assert_nontrivial_match(self) -> CheckpointLoadStatus:
        """AssertionError where nothing but the root was matched."""
        if len(self._checkpoint.bound) <= 1:
            root = self._graph_view.root
            unmatched = [obj for obj in self._existing_objects() if obj is not root]
            if unmatched:
                raise AssertionError(
                    "Nothing except the root object matched a checkpointed value. Typically this means that the checkpoint does "
                    f"not match the Python program. The following objects have no matching checkpointed value: {unmatched}"
                )
            raise AssertionError(f"Nothing to load. No dependencies have been added to {root} yet.")
        return self

    def run_restore_ops(self, session=None) -> None:
        """Restores what was matched, in `session` or the default one."""
        session_or_default(session).run(self._checkpoint.restore_ops, feed_dict=self._feed_dict)

    def initialize_or_restore(self, session=None) -> None:
        """Restores what was matched and initializes the rest."""
        session = session_or_default(session)
        bound = set(map(id, self._checkpoint.bound.values()))
        rest = [obj for obj in self._graph_view.list_objects() if id(obj) not in bound]
        self.run_restore_ops(session)
        session.run(_initializers(rest, self._checkpoint.uid))


class InitializationOnlyStatus(LoadStatus):
    """Of `restore(None)`: nothing to restore.  Follows `InitializationOnlyStatus` of TF 1.15."""

    def __init__(self, graph_view, restore_uid: int):
        self._graph_view, self._restore_uid = graph_view, restore_uid

    def assert_consumed(self):
        """AssertionError: nothing was restored."""
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    assert_existing_objects_matched = assert_nontrivial_match = assert_consumed

    def run_restore_ops(self, session=None):
        """AssertionError: there are none."""
        raise AssertionError("No checkpoint specified, so no restore ops are available (save_path=None to Saver.restore).")

    def initialize_or_restore(self, session=None) -> None:
        """Initializes all variables that have no value from an earlier restore."""
        initializers = _initializers(self._graph_view.list_objects(), self._restore_uid)
        session_or_default(session).run(initializers)


class NameBasedSaverStatus(LoadStatus):
    """Of a checkpoint that a Saver wrote, by names of variables.  Follows `NameBasedSaverStatus` of TF 1.15."""

    def __init__(self, save_path: str, reader, graph_view):
        self._save_path, self._reader, self._graph_view = save_path, reader, graph_view

    def assert_consumed(self) -> NameBasedSaverStatus:
        """AssertionError unless everything in the program and everything in the checkpoint was matched."""
        used = {spec.name for saveable in self._saveables() for spec in saveable.specs}
        unused = sorted(set(self._reader.get_variable_to_shape_map()) - used)
        if unused:
            raise AssertionError(f"Some values in the checkpoint were not used: {unused}")
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> NameBasedSaverStatus:
        """AssertionError for an object whose values the checkpoint lacks."""
        for obj in self._graph_view.list_objects():
            for saveable in named_saveables(obj):
                if not all(self._reader.has_tensor(spec.name) for spec in saveable.specs):
                    raise AssertionError(f"Object not restored: {obj}")
        return self

    def assert_nontrivial_match(self) -> NameBasedSaverStatus:
        """AssertionError where no value was matched."""
        if not any(self._reader.has_tensor(spec.name) for saveable in self._saveables() for spec in saveable.specs):
            raise AssertionError("None of the names in the checkpoint is the name of a variable here.")
        return self

    def _saveables(self) -> list[SaveableObject]:
        return [saveable for obj in self._graph_view.list_objects() for saveable in named_saveables(obj)]

    def run_restore_ops(self, session=None) -> None:
        """Restores by names."""
        from tinytf.train.saver import Saver

        session = session_or_default(session)
        with session.graph.as_default():
            saver = Saver(self._saveables())
        saver.restore(session, self._save_path)

    initialize_or_restore = run_restore_ops


def _initializers(objects, restore_uid: int) -> list:
    found = [getattr(obj, "initializer", None) for obj in objects if getattr(obj, "_update_uid", -1) < restore_uid]
    return [initializer for initializer in found if initializer is not None]


def _path_of(proto, wanted: int) -> str:
    """How to reach a node from the root, for messages."""
    reached, waiting = {0: (0, "(root)")}, deque([0])  # number of a node -> that of its parent, and its name there
    while waiting:
        number = waiting.popleft()
        for child in proto.nodes[number].children:
            if child.node_id not in reached:
                reached[child.node_id] = number, child.local_name
                waiting.append(child.node_id)
    slots = [(slot, f"slot {slot.slot_name} of ") for node in proto.nodes for slot in node.slot_variables]
    start, wanted = next(((text, s.original_variable_node_id) for s, text in slots if s.slot_variable_node_id == wanted), ("", wanted))
    if wanted not in reached:
        return f"{start}(node {wanted})"
    names = []
    while wanted:
        wanted, name = reached[wanted]
        names.append(name)
    return start + ".".join(["(root)", *reversed(names)])
