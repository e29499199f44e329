"""Ops by name: `apply_op("Add", x=1, y=2, name="sum")`, the layer on which TensorFlow's generated wrappers stood.

Follows `tensorflow.python.framework.op_def_library` and `op_def_registry` of TF 1.15.
"""

from __future__ import annotations

import collections.abc

from tinytf import protos
from tinytf.graph import op_entry
from tinytf.graph.build import make, make_op
from tinytf.graph.op_def import to_proto


class OpDefLibrary:
    """The ops of tinytf, and signatures that were added to them."""

    def __init__(self):
        self._added: dict = {}

    def add_op(self, op_def) -> None:
        """Takes in an OpDef; TypeError where it contradicts itself, RuntimeError for a name that is known."""
        if not isinstance(op_def, protos.OpDef):
            raise TypeError(f"{op_def} is {type(op_def)}, not an op_def_pb2.OpDef")
        if not op_def.name:
            raise ValueError(f"{op_def} missing name.")
        if op_def.name in self._added or op_entry.lookup(op_def.name) is not None:
            raise RuntimeError(f"Op name {op_def.name} registered twice.")
        _check_op_def(op_def)
        self._added[op_def.name] = op_def

    def add_op_list(self, op_list) -> None:
        """Takes in each OpDef of an OpList."""
        if not isinstance(op_list, protos.OpList):
            raise TypeError(f"{op_list} is {type(op_list)}, not an op_def_pb2.OpList")
        for op_def in op_list.op:
            self.add_op(op_def)

    def apply_op(self, op_type_name: str, name=None, **keywords):
        """Adds a node; inputs and attributes are given by their names (or the name and `_`).

        Returns its results as `make` does, in a tuple where there are several.  Raises RuntimeError for an op that is
        not known, TypeError and ValueError where arguments do not fit.
        """
        inputs, attrs = _arguments(op_type_name, keywords)
        made = make(op_type_name, *inputs, name=name, **attrs)
        return tuple(made) if len(op_entry.lookup(op_type_name).op_def.outputs) > 1 else made

    def _apply_op_helper(self, op_type_name: str, name=None, **keywords):
        """(structure of the outputs, whether the op has state, the Operation)."""
        inputs, attrs = _arguments(op_type_name, keywords)
        op = make_op(op_type_name, *inputs, name=name, **attrs)
        structure = [arg.length(op.attrs) for arg in op.entry.op_def.outputs]
        return structure, op.entry.op_def.is_stateful, op


_op_def_lib = OpDefLibrary()


def _arguments(op_type: str, keywords: dict) -> tuple:
    """The inputs in the signature's order, and the attributes."""
    entry = op_entry.lookup(op_type)
    if entry is None:
        raise RuntimeError("Unrecognized Op name " + op_type)
    op_def, given = entry.op_def, dict(keywords)

    def take(kind, name):
        for key in (name, name + "_"):
            if key in given:
                return given.pop(key)
        raise TypeError(f"No argument for {kind} {name}")

    inputs = [take("input", arg.name) for arg in op_def.inputs]
    for name in op_def.inferred:
        if name in given:
            raise TypeError(f"Should not specify value for inferred attr '{name}'.")
    attrs = {attr.name: take("attr", attr.name) for attr in op_def.attrs if attr.name not in op_def.inferred}
    if given:
        raise TypeError("apply_op() got unexpected keyword arguments: " + ", ".join(sorted(given)))
    return inputs, attrs


def _check_op_def(op_def) -> None:
    types = {attr.name: attr.type for attr in op_def.attr}
    for arg in [*op_def.input_arg, *op_def.output_arg]:
        count = bool(arg.type) + bool(arg.type_attr) + bool(arg.type_list_attr)
        if count != 1:
            raise TypeError(f"Arg '{arg.name}' of '{op_def.name}' must have one type field not {count}")
        for field, wanted in (("type_attr", "type"), ("type_list_attr", "list(type)"), ("number_attr", "int")):
            name = getattr(arg, field)
            if name and name not in types:
                raise TypeError(f"Inconsistent OpDef for '{op_def.name}', missing attr '{name}'")
            if name and types[name] != wanted:
                raise TypeError(f"Attr '{name}' of '{op_def.name}' used as a {field} but has type {types[name]}")


class _RegisteredOps(collections.abc.Mapping):
    """{op type: OpDef} of the ops of tinytf, and of those that a program registered."""

    def __init__(self):
        self._listed: dict = {}

    def __getitem__(self, name):
        if name in self._listed:
            return self._listed[name]
        entry = op_entry.lookup(name)
        if entry is None:
            raise KeyError(name)
        return to_proto(entry.op_def)

    def __iter__(self):
        yield from op_entry.all_entries()
        yield from (name for name in self._listed if op_entry.lookup(name) is None)

    def __len__(self):
        return sum(1 for _ in self)

    def __contains__(self, name):
        return name in self._listed or op_entry.lookup(name) is not None


_registered_ops = _RegisteredOps()


def get_registered_ops():
    """A mapping of op types to OpDef messages."""
    return _registered_ops


def register_op_list(op_list) -> None:
    """Takes in the OpDefs of an OpList; ValueError where one contradicts what is known."""
    if not isinstance(op_list, protos.OpList):
        raise TypeError(f"{op_list} is {type(op_list)}, not an op_def_pb2.OpList")
    for op_def in op_list.op:
        known = _registered_ops.get(op_def.name)
        if known is not None and known != op_def:
            raise ValueError(f"Registered op_def for {op_def.name} ({known}) not equal to op_def to register ({op_def})")
        if known is None:
            _registered_ops._listed[op_def.name] = op_def
