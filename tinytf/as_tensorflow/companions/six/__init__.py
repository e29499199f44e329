"""`six`, on Python 3 alone: what code that runs on Python 2, too, calls instead of what differs there.

Follows the package six 1.x; its documentation says what each name means.
"""

from __future__ import annotations

import builtins
import functools
import io
import operator
import sys
import types
import unittest

from tinytf.as_tensorflow.companions.six import moves  # noqa: F401

__version__ = "1.16.0"  # of the six whose names these are
PY2, PY3, PY34 = False, True, True

string_types = (str,)
integer_types = (int,)
class_types = (type,)
text_type = str
binary_type = bytes
MAXSIZE = sys.maxsize

StringIO = io.StringIO
BytesIO = io.BytesIO
Iterator = object
next = advance_iterator = builtins.next
callable = builtins.callable
unichr = builtins.chr
int2byte = operator.methodcaller("to_bytes", 1, "big")
byte2int = operator.itemgetter(0)
indexbytes = operator.getitem
iterbytes = iter
wraps = functools.wraps
print_ = builtins.print
exec_ = builtins.exec

get_method_function = operator.attrgetter("__func__")
get_method_self = operator.attrgetter("__self__")
get_function_closure = operator.attrgetter("__closure__")
get_function_code = operator.attrgetter("__code__")
get_function_defaults = operator.attrgetter("__defaults__")
get_function_globals = operator.attrgetter("__globals__")

viewkeys = operator.methodcaller("keys")
viewvalues = operator.methodcaller("values")
viewitems = operator.methodcaller("items")


def iterkeys(d, **kw):
    """An iterator over the keys of a dict."""
    return iter(d.keys(**kw))


def itervalues(d, **kw):
    """An iterator over the values of a dict."""
    return iter(d.values(**kw))


def iteritems(d, **kw):
    """An iterator over the (key, value) pairs of a dict."""
    return iter(d.items(**kw))


def iterlists(d, **kw):
    """An iterator over the (key, [values]) pairs of a dict of several values a key."""
    return iter(d.lists(**kw))


def b(s: str) -> bytes:
    """A literal as bytes."""
    return s.encode("latin-1")


def u(s: str) -> str:
    """A literal as text."""
    return s


def ensure_binary(s, encoding="utf-8", errors="strict") -> bytes:
    """`s` as bytes; TypeError where it is neither text nor bytes."""
    if isinstance(s, bytes):
        return s
    if isinstance(s, str):
        return s.encode(encoding, errors)
    raise TypeError(f"not expecting type '{type(s)}'")


def ensure_str(s, encoding="utf-8", errors="strict") -> str:
    """`s` as text; TypeError where it is neither text nor bytes."""
    if isinstance(s, str):
        return s
    if isinstance(s, bytes):
        return s.decode(encoding, errors)
    raise TypeError(f"not expecting type '{type(s)}'")


ensure_text = ensure_str


def reraise(tp, value, tb=None):
    """Raises an exception again, with the traceback it had."""
    try:
        if value is None:
            value = tp()
        raise value if value.__traceback__ is tb else value.with_traceback(tb)
    finally:
        value = tb = None  # no cycle through this frame


def raise_from(value, from_value):
    """`raise value from from_value`."""
    try:
        raise value from from_value
    finally:
        value = None


def with_metaclass(meta, *bases):
    """A base class whose subclasses are made by `meta` with `bases`."""

    class Intermediate(type):
        def __new__(cls, name, _, body):
            return meta(name, types.resolve_bases(bases), body)

        @classmethod
        def __prepare__(cls, name, _):
            return meta.__prepare__(name, bases)

    return type.__new__(Intermediate, "temporary_class", (), {})


def add_metaclass(metaclass):
    """A decorator: makes a class again, by `metaclass`."""

    def wrapper(cls):
        slots = cls.__dict__.get("__slots__", ())
        made_anew = {"__dict__", "__weakref__", *([slots] if isinstance(slots, str) else slots)}
        body = {name: value for name, value in vars(cls).items() if name not in made_anew}
        body["__qualname__"] = cls.__qualname__
        return metaclass(cls.__name__, cls.__bases__, body)

    return wrapper


def python_2_unicode_compatible(cls):
    """A decorator that does something on Python 2 only."""
    return cls


def create_bound_method(func, obj):
    """`func` as a method of `obj`."""
    return types.MethodType(func, obj)


def create_unbound_method(func, cls):
    """`func` as a method of the class `cls`: a plain function."""
    return func


def get_unbound_function(unbound):
    """The function of a method that is taken from its class."""
    return unbound


def assertCountEqual(self, *args, **kwargs):  # noqa: N802 (six's name)
    """unittest's assertion of that name."""
    return unittest.TestCase.assertCountEqual(self, *args, **kwargs)


def assertRaisesRegex(self, *args, **kwargs):  # noqa: N802
    """unittest's assertion of that name."""
    return unittest.TestCase.assertRaisesRegex(self, *args, **kwargs)


def assertRegex(self, *args, **kwargs):  # noqa: N802
    """unittest's assertion of that name."""
    return unittest.TestCase.assertRegex(self, *args, **kwargs)
