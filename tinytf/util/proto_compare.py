"""`tensorflow.python.util.protobuf.compare`: equality of messages, for tests."""

from __future__ import annotations

from google.protobuf import text_format


def assertProtoEqual(self, a, b, check_initialized=True, normalize_numbers=True, msg=None):
    """Fails the test `self` unless two messages are equal; each may be in text format."""
    kind = type(b) if isinstance(a, (str, bytes)) else type(a)
    a, b = (text_format.Parse(x, kind()) if isinstance(x, (str, bytes)) else x for x in (a, b))
    self.assertMultiLineEqual(text_format.MessageToString(a), text_format.MessageToString(b), msg=msg)


def ProtoEq(a, b) -> bool:
    """Whether two messages are equal."""
    return a == b
