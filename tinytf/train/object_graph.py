"""The object graph below a root: what to save, and under which keys.

A key is the shortest path of names from the root: `model/layer/kernel/.ATTRIBUTES/VARIABLE_VALUE`. An optimizer's slot hangs
under its variable: `model/layer/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE`. Since a name may hold
any character, '.' in it is written '..' and '/' is written '.S'. The graph itself is saved as a TrackableObjectGraph under
`_CHECKPOINTABLE_OBJECT_GRAPH`: nodes in breadth-first order, then the slots.
"""

from __future__ import annotations

from collections import deque

from tinytf import dtypes, protos
from tinytf.graph.default_graph import device
from tinytf.graph.trackable import OBJECT_GRAPH_PROTO_KEY, Trackable
from tinytf.ops.array import constant as constant_op
from tinytf.ops.control_flow import control_flow_ops
from tinytf.train.saveable import SaveableObject, SaveSpec, op_list_to_dict, saveable_objects_for_op


def escape_name(name: str) -> str:
    """A name as part of a path."""
    return name.replace(".", "..").replace("/", ".S")


def attribute_key(path: str, attribute: str) -> str:
    """The key of an attribute of the object at `path`."""
    return f"{path}/.ATTRIBUTES/{escape_name(attribute)}"


def slot_path(variable_path: str, optimizer_path: str, slot_name: str) -> str:
    """The path of an optimizer's slot of the variable at `variable_path`."""
    return f"{variable_path}/.OPTIMIZER_SLOT/{optimizer_path}/{escape_name(slot_name)}"


class NoRestoreSaveable(SaveableObject):
    """A tensor that is saved, and left alone by a restore."""

    def __init__(self, tensor, name):
        spec = SaveSpec(tensor, "", name, dtype=tensor.dtype, device=tensor.device)
        super().__init__(tensor, [spec], name)

    def restore(self, restored_tensors, restored_shapes):
        """Nothing to do."""
        return control_flow_ops.no_op()


class PythonStateSaveable(SaveableObject):
    """State that is no tensor: fed as a string when it is saved, set by Python when it is restored.

    Follows `tracking.base.PythonStringStateSaveable` of TF 1.15.
    """

    def __init__(self, name, state_callback, restore_callback=None):
        self._callback, self._restore_callback = state_callback, restore_callback
        with device("/cpu:0"):
            self._string = constant_op.constant("", dtype=dtypes.string)
        super().__init__(self._string, [SaveSpec(self._string, "", name, dtype=dtypes.string)], name)

    @property
    def optional_restore(self) -> bool:
        """It may be missing where nothing restores it."""
        return self._restore_callback is None

    def feed_dict_additions(self) -> dict:
        """What to feed while saving."""
        return {self._string: self._callback()}

    def python_restore(self, restored_strings) -> None:
        """Hands the saved string to the object."""
        if self._restore_callback:
            (value,) = restored_strings
            self._restore_callback(value)

    def restore(self, restored_tensors, restored_shapes):
        """Nothing for the graph to do."""
        return control_flow_ops.no_op()


class Serialized:
    """A walked object graph: its proto, the SaveableObjects, and what to feed beside the proto."""

    def __init__(self):
        self.proto = protos.TrackableObjectGraph()
        self.saveables: list = []
        self.feeds: dict = {}


class ObjectGraphView:
    """The graph of Trackables below `root`.  Follows `graph_view.ObjectGraphView` of TF 1.15."""

    def __init__(self, root):
        self.root = root
        self._cache: dict = {}  # id of an object -> (the object, {attribute: its SaveableObjects})

    def list_dependencies(self, obj) -> list:
        """The named edges of one object."""
        obj._maybe_initialize_trackable()
        return obj._checkpoint_dependencies

    def _walk(self):
        """(objects breadth first, {id: path}) ."""
        objects, paths, waiting = [], {id(self.root): ""}, deque([self.root])
        while waiting:
            current = waiting.popleft()
            objects.append(current)
            path = paths[id(current)]
            for name, dependency in self.list_dependencies(current):
                if id(dependency) not in paths:
                    paths[id(dependency)] = f"{path}/{escape_name(name)}" if path else escape_name(name)
                    waiting.append(dependency)
        return objects, paths

    def list_objects(self) -> list:
        """All objects, slots of optimizers included."""
        objects, paths = self._walk()
        _add_slots(objects, paths)
        return objects

    def serialize(self) -> Serialized:
        """Names everything.

        Raises ValueError where an object cannot be saved, NotImplementedError for a slot that is a dependency as well.
        """
        result = Serialized()
        objects, paths = self._walk()
        slots = _add_slots(objects, paths)
        ids = {id(obj): number for number, obj in enumerate(objects)}
        for obj in objects:
            node = result.proto.nodes.add()
            for variable, name, slot in slots.get(id(obj), ()):
                node.slot_variables.add(
                    original_variable_node_id=ids[id(variable)], slot_name=name, slot_variable_node_id=ids[id(slot)]
                )
            for name, dependency in self.list_dependencies(obj):
                node.children.add(node_id=ids[id(dependency)], local_name=name)
        for obj, node in zip(objects, result.proto.nodes):
            self._add_attributes(obj, node, paths[id(obj)], result)
        return result

    def _add_attributes(self, obj, node, path: str, result: Serialized) -> None:
        for name, factory in obj._gather_saveables_for_checkpoint().items():
            key = attribute_key(path, name)
            saveables, full_name = self.saveables_of(obj, name, factory, key)
            node.attributes.add(
                name=name,
                full_name=full_name,
                checkpoint_key=key,
                optional_restore=bool(saveables) and all(s.optional_restore for s in saveables),
            )
            for saveable in saveables:
                if isinstance(saveable, PythonStateSaveable):
                    result.feeds.update(saveable.feed_dict_additions())
                result.saveables.append(saveable)

    def saveables_of(self, obj, name: str, factory, key: str):
        """(the SaveableObjects of an attribute, what a Saver by names would call it); made once."""
        held = self._cache.setdefault(id(obj), (obj, {}))[1]
        if name not in held or any(key not in s.name for s in held[name][0]):
            held[name] = _make_saveables(obj, factory, key)
        return held[name]


def _make_saveables(obj, factory, key: str):
    made = factory(name=key) if callable(factory) else factory
    if isinstance(made, SaveableObject):
        saveables, full_name = [made], ""
    else:
        (full_name,) = op_list_to_dict([made], convert_variable_to_tensor=False)
        saveables = list(saveable_objects_for_op(made, key))
    for saveable in saveables:
        if key not in saveable.name:
            raise AssertionError(
                f"The object {obj} produced a SaveableObject with name '{saveable.name}'. Expected a name containing '{key}'."
            )
    return saveables, full_name


def _add_slots(objects: list, paths: dict) -> dict:
    """Adds the optimizers' slots to objects and paths; {id of the optimizer: [(variable, slot name, slot)]}."""
    found: dict = {}
    walked = list(objects)
    for optimizer in walked:
        if not hasattr(optimizer, "get_slot_names"):  # neither an optimizer of tf.train nor one of tf.keras
            continue
        for slot_name in optimizer.get_slot_names():
            for variable in walked:
                slot = optimizer.get_slot(variable, slot_name) if hasattr(variable, "op") else None
                if slot is None:
                    continue
                if id(slot) in paths:
                    raise NotImplementedError(
                        "A slot variable was re-used as a dependency of a Trackable object. This is not currently allowed."
                    )
                paths[id(slot)] = slot_path(paths[id(variable)], paths[id(optimizer)], slot_name)
                objects.append(slot)
                found.setdefault(id(optimizer), []).append((variable, slot_name, slot))
    return found


def named_saveables(obj: Trackable) -> list:
    """What of one object a Saver saves under names of its own: for checkpoints that a Saver wrote."""
    found = []
    for factory in obj._gather_saveables_for_checkpoint().values():
        part = factory() if callable(factory) else factory
        if isinstance(part, SaveableObject):
            found.append(part)
        else:
            for name, op in op_list_to_dict([part], convert_variable_to_tensor=False).items():
                found.extend(saveable_objects_for_op(op, name))
    return found


__all__ = ["OBJECT_GRAPH_PROTO_KEY", "NoRestoreSaveable", "ObjectGraphView", "PythonStateSaveable", "named_saveables"]
