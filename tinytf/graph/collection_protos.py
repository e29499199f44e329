"""How the items of a collection are written into a `.meta` file and read back.

A collection of variables, savers, queue runners or control flow contexts is stored as one message
an item.  Whoever defines such a class registers it here, per collection name; all others are
stored as node names, bytes or numbers.

The two name functions move a name out of a scope and into one; they know the marks that stand
before a name: `^` (a control edge) and `loc:@` (a colocation group).
"""

from __future__ import annotations

import importlib
from typing import Any, Callable, NamedTuple, Optional


class CollectionProto(NamedTuple):
    """The message class of a collection, and the two ways between message and item."""

    proto_type: Any
    to_proto: Optional[Callable]
    from_proto: Optional[Callable]


_registered: dict = {}


def register_proto_function(collection_name: str, proto_type=None, to_proto=None, from_proto=None) -> None:
    """Says how the items of a collection become messages and back.

    `to_proto(item, export_scope=None)` returns a message, or None to leave the item out;
    `from_proto(message, import_scope=None)` returns the item.  TypeError where one is not callable.
    Follows `ops.register_proto_function` of TF 1.15.
    """
    if to_proto and not callable(to_proto):
        raise TypeError("to_proto must be callable.")
    if from_proto and not callable(from_proto):
        raise TypeError("from_proto must be callable.")
    _registered[collection_name] = CollectionProto(proto_type, to_proto, from_proto)


# Rooms that register a collection and may not be imported yet when a file holds one.
_REGISTERED_BY = {"cond_context": "tinytf.ops.control_flow.cond", "while_context": "tinytf.ops.control_flow.while_loop"}


def registered(collection_name: str) -> CollectionProto:
    """What is registered for a collection; a triple of None where nothing is."""
    if collection_name not in _registered and collection_name in _REGISTERED_BY:
        importlib.import_module(_REGISTERED_BY[collection_name])
    return _registered.get(collection_name, CollectionProto(None, None, None))


def get_collection_proto_type(collection_name: str):
    """The message class of a collection, or None."""
    return registered(collection_name).proto_type


def get_to_proto_function(collection_name: str):
    """What turns an item of a collection into its message, or None."""
    return registered(collection_name).to_proto


def get_from_proto_function(collection_name: str):
    """What turns a message into an item of its collection, or None."""
    return registered(collection_name).from_proto


_MARKS = ("^", "loc:@")


def _split_mark(name) -> tuple:
    name = name.decode() if isinstance(name, bytes) else name
    for mark in _MARKS:
        if name.startswith(mark):
            return mark, name[len(mark) :]
    return "", name


def strip_name_scope(name, export_scope):
    """`name` without the leading scope; as it is where there is no scope or the name lies outside."""
    if not export_scope:
        return name
    scope = export_scope[:-1] if export_scope.endswith("/") else export_scope
    mark, rest = _split_mark(name)
    if rest.startswith(scope + "/"):
        return mark + rest[len(scope) + 1 :].lstrip("/")
    return mark + rest


def prepend_name_scope(name, import_scope):
    """`name` inside a scope; as it is where there is no scope."""
    if not import_scope:
        return name
    scope = import_scope[:-1] if import_scope.endswith("/") else import_scope
    mark, rest = _split_mark(name)
    return f"{mark}{scope}/{rest}"
