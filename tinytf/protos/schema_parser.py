"""Reads a `.proto` text into a FileDescriptorProto, without protoc.

Only the part of the language that our own files use: package, import, message,
enum, oneof, map<,>, repeated, reserved, and the options packed, deprecated,
allow_alias. Type names are handed on as written: protobuf resolves them by
scope. Whether one means a message or an enum must be said, so `parse` is told
the names of all enums.
"""
from __future__ import annotations

import re

from google.protobuf import descriptor_pb2

_TOKEN = re.compile(r'//[^\n]*|"([^"]*)"|([-\w.]+|[{}=;<>,\[\]])')
_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    name: getattr(_Field, "TYPE_" + name.upper())
    for name in "double float int64 uint64 int32 fixed64 fixed32 bool string bytes uint32 sint32 sint64".split()
}


def enum_names(text: str) -> set:
    """The names of all enums that `text` defines, nested ones included."""
    return set(re.findall(r"^ *enum (\w+)", text, re.MULTILINE))


def parse(name: str, text: str, enums: set) -> descriptor_pb2.FileDescriptorProto:
    """The descriptor of the file `name` whose content is `text`; `enums`: the names of enums, here and in imports."""
    tokens = _Tokens(text, enums)
    file = descriptor_pb2.FileDescriptorProto(name=name)
    for word in tokens:
        if word == "syntax":
            tokens.expect("=")
            file.syntax = tokens.next_then(";")
        elif word == "package":
            file.package = tokens.next_then(";")
        elif word == "import":
            file.dependency.append(tokens.next_then(";"))
        elif word == "message":
            _message(tokens, file.message_type.add())
        elif word == "enum":
            _enum(tokens, file.enum_type.add())
        else:
            raise ValueError("%s: unexpected %r" % (name, word))
    return file


class _Tokens:
    def __init__(self, text, enums):
        self._enums = enums
        self._words = iter([word or string for string, word in _TOKEN.findall(text) if word or string])

    def __iter__(self):
        return self._words

    def next(self):
        return next(self._words)

    def expect(self, *wanted):
        for want in wanted:
            word = self.next()
            if word != want:
                raise ValueError("expected %r, found %r" % (want, word))

    def next_then(self, *wanted):
        word = self.next()
        self.expect(*wanted)
        return word

    def set_type(self, field, word):
        if word in _SCALARS:
            field.type = _SCALARS[word]
        else:
            field.type_name = word
            field.type = _Field.TYPE_ENUM if word.split(".")[-1] in self._enums else _Field.TYPE_MESSAGE


def _message(tokens, message):
    message.name = tokens.next_then("{")
    for word in tokens:
        if word == "}":
            return
        if word == "message":
            _message(tokens, message.nested_type.add())
        elif word == "enum":
            _enum(tokens, message.enum_type.add())
        elif word == "oneof":
            message.oneof_decl.add(name=tokens.next_then("{"))
            for word in tokens:
                if word == "}":
                    break
                _field(tokens, message, word).oneof_index = len(message.oneof_decl) - 1
        elif word == "reserved":
            while word != ";":
                number = int(tokens.next())
                message.reserved_range.add(start=number, end=number + 1)
                word = tokens.next()
        else:
            _field(tokens, message, word)


def _field(tokens, message, word):
    field = message.field.add(label=_Field.LABEL_OPTIONAL)
    if word == "repeated":
        field.label = _Field.LABEL_REPEATED
        word = tokens.next()
    if word == "map":
        tokens.expect("<")
        key, value = tokens.next_then(","), tokens.next_then(">")
        field.name = tokens.next()
        field.label = _Field.LABEL_REPEATED
        word = "".join(part.capitalize() for part in field.name.split("_")) + "Entry"
        entry = message.nested_type.add(name=word)
        entry.options.map_entry = True
        tokens.set_type(entry.field.add(name="key", number=1, label=_Field.LABEL_OPTIONAL), key)
        tokens.set_type(entry.field.add(name="value", number=2, label=_Field.LABEL_OPTIONAL), value)
    else:
        field.name = tokens.next()
    tokens.set_type(field, word)
    tokens.expect("=")
    field.number = int(tokens.next())
    word = tokens.next()
    while word != ";":  # [packed = true, deprecated = true]
        option = tokens.next_then("=")
        setattr(field.options, option, tokens.next() == "true")
        word = tokens.next()
        if word == "]":
            word = tokens.next()
    return field


def _enum(tokens, enum):
    enum.name = tokens.next_then("{")
    for word in tokens:
        if word == "}":
            return
        if word == "option":
            tokens.expect("allow_alias", "=", "true", ";")
            enum.options.allow_alias = True
        else:
            tokens.expect("=")
            enum.value.add(name=word, number=int(tokens.next_then(";")))
