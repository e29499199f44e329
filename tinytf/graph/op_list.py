"""The op types that a GraphDef uses: `stripped_op_list`, and the attributes that have their default value."""

from __future__ import annotations

import functools

from tinytf import protos
from tinytf.graph import op_entry
from tinytf.graph.op_def import to_proto

_NOT_REGISTERED_EVER = ("_Arg", "_Retval", "_ListToArray", "_ArrayToList")


@functools.lru_cache(maxsize=None)
def op_def_proto(op_type: str):
    """The OpDef of an op type that tinytf has, or None.  The message is shared: do not change it."""
    entry = op_entry.lookup(op_type)
    return None if entry is None else to_proto(entry.op_def)


def ops_used_by_graph_def(graph_def) -> set:
    """The op types of the nodes, and of the functions that they call, functions themselves left out."""
    functions = {f.signature.name: f for f in graph_def.library.function}
    used = {node.op for node in graph_def.node}
    waiting = [name for name in used if name in functions]
    while waiting:
        for node in functions[waiting.pop()].node_def:
            if node.op not in used:
                used.add(node.op)
                if node.op in functions:
                    waiting.append(node.op)
    return used - set(functions)


def stripped_op_list_for_graph(graph_def, foreign: dict | None = None):
    """The OpList of the ops that a GraphDef uses, sorted by name.

    `foreign`: OpDefs of ops that tinytf does not have, by name; an op without any OpDef is left out.
    """
    used = ops_used_by_graph_def(graph_def)
    result = protos.OpList()
    for name in sorted(used):
        found = op_def_proto(name) or (foreign or {}).get(name)
        if found is not None and name not in _NOT_REGISTERED_EVER:
            result.op.add().CopyFrom(found)
    return result


def strip_default_attrs(graph_def) -> None:
    """Removes the attributes that have their default value, in nodes and in functions."""
    functions = {f.signature.name for f in graph_def.library.function}
    for node in graph_def.node:
        _strip_node(node, functions)
    for function in graph_def.library.function:
        for node in function.node_def:
            _strip_node(node, functions)


@functools.lru_cache(maxsize=None)
def _defaults(op_type: str) -> dict:
    found = op_def_proto(op_type)
    if found is None:
        return {}
    return {a.name: a.default_value.SerializeToString(deterministic=True) for a in found.attr if a.HasField("default_value")}


def _strip_node(node, functions) -> None:
    if node.op in functions:
        return
    for name, default in _defaults(node.op).items():
        if name in node.attr and node.attr[name].SerializeToString(deterministic=True) == default:
            del node.attr[name]
