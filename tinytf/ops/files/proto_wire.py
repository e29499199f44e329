"""Protobuf's wire format, as far as the fields of one message go: read by number, written one field at a time.

    message := (tag value)*      tag = number << 3 | wire type, a varint
    wire types: 0 varint, 1 eight bytes, 2 a varint length and as many bytes, 3 and 4 begin and end a group, 5 four bytes
"""

from __future__ import annotations

import struct

from google.protobuf import descriptor_pb2

# By FieldDescriptor.type: the names of types, the dtypes that take their values, how a value of fixed size is packed.
TYPE_NAMES = {
    1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32", 8: "bool", 9: "string", 10: "group",
    11: "message", 12: "bytes", 13: "uint32", 14: "enum", 15: "sfixed32", 16: "sfixed64", 17: "sint32", 18: "sint64",
}  # fmt: skip
OUTPUT_TYPES = {
    1: ("float64",), 2: ("float32", "float64"), 3: ("int64",), 4: ("uint64",), 5: ("int32", "int64"), 6: ("uint64",),
    7: ("uint32", "uint64"), 8: ("bool",), 9: ("string",), 10: ("string",), 11: ("string",), 12: ("string",),
    13: ("uint32", "uint64"), 14: ("int32",), 15: ("int32", "int64"), 16: ("int64",), 17: ("int32", "int64"), 18: ("int64",),
}  # fmt: skip
_PACKED = {1: "<d", 2: "<f", 6: "<Q", 7: "<I", 15: "<i", 16: "<q"}
_BYTES = frozenset([9, 11, 12])
_GROUP = 10
_MOST_DEPTH = 100  # groups in groups


def is_repeated(field) -> bool:
    """Whether a field (a FieldDescriptor) may have many values."""
    if hasattr(field, "is_repeated"):  # protobuf >= 6.31, which has no `label` any more
        return field.is_repeated
    return field.label == field.LABEL_REPEATED


class Malformed(ValueError):
    """The bytes are no message."""


def _varint(data: bytes, at: int):
    """(value, where it ends)."""
    value = shift = 0
    while True:
        if at >= len(data) or shift >= 70:
            raise Malformed
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1, at
        shift += 7


def _end_of(data: bytes, at: int, wire: int, number: int, depth: int = 0) -> int:
    """Where the value at `at` ends."""
    if wire == 0:
        return _varint(data, at)[1]
    if wire == 2:
        length, at = _varint(data, at)
        end = at + length
    elif wire in (1, 5):
        end = at + (8 if wire == 1 else 4)
    elif wire == 3 and depth < _MOST_DEPTH:
        while True:
            tag, at = _varint(data, at)
            if tag & 7 == 4:
                if tag >> 3 != number:
                    raise Malformed
                return at
            at = _end_of(data, at, tag & 7, tag >> 3, depth + 1)
    else:
        raise Malformed
    if end > len(data):
        raise Malformed
    return end


def _of_varint(value: int, kind: int):
    """The value of a field of type `kind` that a varint stands for."""
    if kind in (17, 18):
        return (value >> 1) ^ -(value & 1)
    if kind == 8:
        return bool(value)
    if kind in (5, 14):
        value &= 0xFFFFFFFF
        return value - (1 << 32) if value >> 31 else value
    if kind == 13:
        return value & 0xFFFFFFFF
    return value - (1 << 64) if kind == 3 and value >> 63 else value


def read(data: bytes, fields: dict) -> dict:
    """{number: [values]} of those of `fields` (number: FieldDescriptor); of a field that is not repeated the last value.

    Raises Malformed.
    """
    found: dict = {number: [] for number in fields}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if not number:
            raise Malformed
        end = _end_of(data, at, wire, number)
        field = fields.get(number)
        if field is not None:
            values = _values(data, at, end, wire, field.type, tag)
            found[number] = found[number] + values if is_repeated(field) else values[-1:] or found[number]
        at = end
    return found


def _values(data, at, end, wire, kind, tag) -> list:
    """The values of a field between two places; none where the wire type is not that of the field."""
    if kind == _GROUP:
        return [data[at : end - len(_written_varint(tag + 1))]] if wire == 3 else []
    if kind in _BYTES:
        return [data[_varint(data, at)[1] : end]] if wire == 2 else []
    form = _PACKED.get(kind)
    if wire == 2:  # packed
        at = _varint(data, at)[1]
        if form is not None:
            if (end - at) % struct.calcsize(form):
                raise Malformed
            return [value for (value,) in struct.iter_unpack(form, data[at:end])]
        values, part = [], data[at:end]
        at = 0
        while at < len(part):
            value, at = _varint(part, at)
            values.append(_of_varint(value, kind))
        return values
    if form is not None:
        return list(struct.unpack(form, data[at:end])) if struct.calcsize(form) == end - at and wire in (1, 5) else []
    return [_of_varint(_varint(data, at)[0], kind)] if wire == 0 else []


def _written_varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _written_value(kind: int, value) -> bytes:
    form = _PACKED.get(kind)
    if form is not None:
        return struct.pack(form, value)
    if kind in (17, 18):
        value = (value << 1) ^ (value >> 63)
    return _written_varint(int(value))


def written(field, values) -> bytes:
    """The values of a field (a FieldDescriptor) as they stand in a message."""
    kind, start = field.type, field.number << 3
    if kind == _GROUP:
        return b"".join(_written_varint(start | 3) + value + _written_varint(start | 4) for value in values)
    if kind in _BYTES:
        return b"".join(_written_varint(start | 2) + _written_varint(len(value)) + value for value in values)
    if values and _is_packed(field):
        content = b"".join(_written_value(kind, value) for value in values)
        return _written_varint(start | 2) + _written_varint(len(content)) + content
    form = _PACKED.get(kind)
    tag = _written_varint(start | (0 if form is None else 1 if struct.calcsize(form) == 8 else 5))
    return b"".join(tag + _written_value(kind, value) for value in values)


def _is_packed(field) -> bool:
    options = field.GetOptions()
    if options.HasField("packed"):
        return options.packed
    return is_repeated(field) and _syntax(field.file) == "proto3"


def _syntax(file) -> str:
    description = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(description)
    return description.syntax
