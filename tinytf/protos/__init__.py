"""The wire schema: `protos.GraphDef`, `protos.MetaGraphDef`, `protos.Event` and all others of TensorFlow 1.15.

The schema is the `.proto` files beside this one. A file is read when one of its messages is first asked for, into a
descriptor pool of our own: nothing is generated, so it works on every protobuf from 3.20 on, and an installed
TensorFlow, which fills the default pool, is not disturbed.

Enums are wrappers (`protos.DataType.Name(1)`), and the values of top-level enums are names here too (`protos.DT_FLOAT`).
"""
from __future__ import annotations

import os
import re

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.internal import enum_type_wrapper
from google.protobuf.message import DecodeError

from tinytf.protos.schema_parser import enum_names, parse

# What `FromString` raises. The latter two: protobuf in plain Python, of groups in groups and of strings that are no UTF-8.
PARSE_ERRORS = (DecodeError, RecursionError, UnicodeDecodeError)

_HERE = os.path.dirname(os.path.abspath(__file__))
_POOL = descriptor_pool.DescriptorPool()
_TOP_LEVEL = re.compile(r"^(?:message|enum) (\w+)", re.MULTILINE)
_ENUM = re.compile(r"^enum (\w+) \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_PACKAGE = re.compile(r"^package ([\w.]+);", re.MULTILINE)

_texts: dict = {}  # file name -> its text
_file_of: dict = {}  # top-level name, or value of a top-level enum -> (file name, full name of the message or enum)
_enums: set = set()
_loaded: set = set()

if hasattr(message_factory, "GetMessageClass"):  # protobuf >= 4.22
    _message_class = message_factory.GetMessageClass
else:
    _message_class = message_factory.MessageFactory(_POOL).GetPrototype  # type: ignore[attr-defined]


def _index():
    for file in sorted(os.listdir(_HERE)):
        if file.endswith(".proto"):
            with open(os.path.join(_HERE, file), encoding="utf-8") as stream:
                text = _texts[file] = stream.read()
            _enums.update(enum_names(text))
            package = _PACKAGE.search(text).group(1) + "."
            for name in _TOP_LEVEL.findall(text):
                _file_of.setdefault(name, (file, package + name))  # Leaf and Vector are those of boosted trees
            for name, body in _ENUM.findall(text):
                for value in re.findall(r"(\w+) = -?\d", body):
                    _file_of[value] = file, package + name


def _load(file):
    if file in _loaded:
        return
    _loaded.add(file)
    if file.startswith("google/"):
        from google.protobuf import any_pb2, wrappers_pb2

        well_known = {module.DESCRIPTOR.name: module.DESCRIPTOR for module in (any_pb2, wrappers_pb2)}
        _POOL.AddSerializedFile(well_known[file].serialized_pb)
        return
    descriptor = parse(file, _texts[file], _enums)
    for dependency in descriptor.dependency:
        _load(dependency)
    _POOL.AddSerializedFile(descriptor.SerializeToString())


def _class_of(descriptor):
    made = _message_class(descriptor)
    for nested in descriptor.nested_types:
        if not hasattr(made, nested.name):  # protobuf 3.20 leaves this to generated code
            setattr(made, nested.name, _class_of(nested))
    return made


def find_message(full_name: str):
    """The descriptor of one of TensorFlow's messages ("tensorflow.Example"); KeyError where there is none."""
    if not _file_of:
        _index()
    file, found = _file_of.get(full_name.rpartition(".")[2], (None, None))
    if found != full_name:
        raise KeyError(full_name)
    _load(file)
    return _POOL.FindMessageTypeByName(full_name)


def message_class(descriptor):
    """The class of the messages that a descriptor, of whatever pool, describes."""
    return _message_class(descriptor)


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError("module %r has no attribute %r" % (__name__, name))
    if not _file_of:
        _index()
    if name not in _file_of:
        raise AttributeError("TensorFlow 1.15 has no message %r, or tinytf does not carry its schema" % name)
    file, full_name = _file_of[name]
    _load(file)
    try:
        found = _class_of(_POOL.FindMessageTypeByName(full_name))
        found.__module__ = __name__  # so that messages can be pickled
    except KeyError:
        enum = enum_type_wrapper.EnumTypeWrapper(_POOL.FindEnumTypeByName(full_name))
        found = enum if full_name.endswith("." + name) else enum.Value(name)
    globals()[name] = found
    return found


def __dir__():
    if not _file_of:
        _index()
    return sorted(set(globals()) | set(_file_of))
