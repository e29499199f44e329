"""`tensorflow.python.util.protobuf.compare`: equality of messages, for tests."""

from __future__ import annotations

import collections.abc
import difflib

from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

_INTEGERS = {
    FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_SINT64, FieldDescriptor.TYPE_INT32,
    FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_ENUM,
}  # fmt: skip


def assertProtoEqual(self, a, b, check_initialized=True, normalize_numbers=False, msg=None):
    """Fails the test `self` unless two messages are equal; `a` may be in text format."""
    if isinstance(a, (str, bytes)):
        a = text_format.Merge(a, type(b)())
    for message in (a, b):
        if check_initialized:
            errors = message.FindInitializationErrors()
            if errors:
                self.fail("Initialization errors: %s\n%s" % (errors, message))
        if normalize_numbers:
            NormalizeNumberFields(message)
    a, b = text_format.MessageToString(a), text_format.MessageToString(b)
    if len(a) < 2**16 and len(b) < 2**16:
        self.assertMultiLineEqual(a, b, msg=msg)
    elif a != b:
        self.fail("%s : %s" % (msg, "\n" + "".join(difflib.unified_diff(a.splitlines(True), b.splitlines(True)))))


def _normal_form(field):
    """The function that brings a number of this field into normal form; None for what is no number."""
    if field.type in _INTEGERS:
        return int
    if field.type == FieldDescriptor.TYPE_FLOAT:
        return lambda x: round(x, 6)
    if field.type == FieldDescriptor.TYPE_DOUBLE:
        return lambda x: round(float(x), 7)
    return None


def NormalizeNumberFields(pb):
    """The message, its floats rounded to the digits that are meant."""
    for field, value in pb.ListFields():
        kept = getattr(pb, field.name)
        normal_form = _normal_form(field)
        if _IsMap(kept):
            for part in value.values():
                if isinstance(part, Message):
                    NormalizeNumberFields(part)
        elif normal_form is not None and _IsRepeatedContainer(kept):
            numbers = [normal_form(x) for x in value]
            pb.ClearField(field.name)
            getattr(pb, field.name).extend(numbers)
        elif normal_form is not None:
            setattr(pb, field.name, normal_form(value))
        elif field.type in (FieldDescriptor.TYPE_MESSAGE, FieldDescriptor.TYPE_GROUP):
            for part in value if _IsRepeatedContainer(kept) else [value]:
                NormalizeNumberFields(part)
    return pb


def _IsMap(value) -> bool:
    return isinstance(value, collections.abc.Mapping)


def _IsRepeatedContainer(value) -> bool:
    if isinstance(value, (str, bytes, Message)):
        return False
    try:
        iter(value)  # a list of messages has no __iter__ to see
    except TypeError:
        return False
    return True


def _parts(value):
    """The parts of a message, map or list by their keys; anything else itself."""
    if isinstance(value, Message):
        return {field.number: part for field, part in value.ListFields()}
    if _IsMap(value):
        return dict(value.items())
    return dict(enumerate(value)) if _IsRepeatedContainer(value) else value


def ProtoEq(a, b) -> bool:
    """Whether two messages hold the same: fields that are not set, and NaN, are no matter of equality of bytes."""
    a, b = _parts(a), _parts(b)
    if not isinstance(a, dict) or not isinstance(b, dict):
        return a == b
    return a.keys() == b.keys() and all(ProtoEq(a[key], b[key]) for key in a)


class ProtoAssertions:
    """Adds assertProtoEqual to a test case."""

    def assertProtoEqual(self, *args, **kwargs):
        """Fails unless two messages are equal."""
        return assertProtoEqual(self, *args, **kwargs)
