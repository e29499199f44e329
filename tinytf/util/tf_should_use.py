"""`tensorflow.python.util.tf_should_use`: results that are worth a word where nobody uses them.

Such a result is handed out as an object of a class made of its own class: the first attribute that is asked of it marks it as used, and
if none ever was, its deletion is logged. tinytf's own functions hand their results out as they are: an operation that was made is in the graph.
"""

from __future__ import annotations

import sys
import traceback

from tinytf import logging as tf_logging
from tinytf.graph.default_graph import get_default_graph
from tinytf.util import tf_decorator


class _TFShouldUseHelper:
    """Logs, when it is deleted, that something was not used; unless it was told that it was."""

    def __init__(self, type_, repr_, stack_frame, fatal_error_if_unsated):
        self._type, self._repr, self._stack_frame = type_, repr_, stack_frame
        self._fatal_error_if_unsated = fatal_error_if_unsated
        self._sated = get_default_graph()._building_function

    def sate(self) -> None:
        """The object was used."""
        self._sated = True
        self._type = self._repr = self._stack_frame = None

    def __del__(self):
        if self._sated:
            return
        log = tf_logging.fatal if self._fatal_error_if_unsated else tf_logging.error
        stack = "".join(line.rstrip() for line in traceback.format_stack(self._stack_frame, limit=5))
        log(
            "==================================\n"
            "Object was never used (type %s):\n%s\nIf you want to mark it as used call its "
            '"mark_used()" method.\nIt was originally created here:\n%s\n'
            "==================================" % (self._type, self._repr, stack)
        )


_OWN = ("_tf_should_use_helper", "_true_value")


def _init(self, true_value, helper):
    object.__setattr__(self, "_tf_should_use_helper", helper)
    object.__setattr__(self, "_true_value", true_value)


def _get(self, key):
    if key not in _OWN:
        object.__getattribute__(self, "_tf_should_use_helper").sate()
    if key in ("_tf_should_use_helper", "mark_used"):
        return object.__getattribute__(self, key)
    return getattr(object.__getattribute__(self, "_true_value"), key)


def _set(self, key, value):
    setattr(object.__getattribute__(self, "_true_value"), key, value)


def _mark_used(self, *args, **kwargs):
    """Says that the object is used, though nothing is asked of it."""
    object.__getattribute__(self, "_tf_should_use_helper").sate()
    own = getattr(object.__getattribute__(self, "_true_value"), "mark_used", None)
    return own(*args, **kwargs) if own is not None else None


_WRAPPERS: dict = {}  # class -> the class of its watched objects


def _get_wrapper(x, tf_should_use_helper):
    kind = type(x)
    if kind not in _WRAPPERS:
        watched = {"__init__": _init, "__getattribute__": _get, "__setattr__": _set, "mark_used": _mark_used, "__slots__": _OWN}
        slots = set(getattr(kind, "__slots__", ()))
        _WRAPPERS[kind] = type(kind.__name__, (kind,), {**watched, "__slots__": tuple(name for name in _OWN if name not in slots)})
    return _WRAPPERS[kind](x, tf_should_use_helper)


def _add_should_use_warning(x, fatal_error=False):
    """x, watched; nothing and an empty list stay as they are."""
    if x is None or (isinstance(x, list) and not x):
        return x
    helper = _TFShouldUseHelper(type(x), repr(x), sys._getframe(1), fatal_error)
    return _get_wrapper(x, helper)


def should_use_result(fn):
    """A decorator: the deletion of an unused result is logged."""

    def wrapped(*args, **kwargs):
        return _add_should_use_warning(fn(*args, **kwargs))

    note = (
        "\n\n  **NOTE** The output of this function should be used.  If it is not, a warning will be logged.  "
        "To mark the output as used, call its .mark_used() method."
    )
    return tf_decorator.make_decorator(fn, wrapped, "should_use_result", (fn.__doc__ or "") + note)


def must_use_result_or_fatal(fn):
    """A decorator: the deletion of an unused result is logged as fatal."""

    def wrapped(*args, **kwargs):
        return _add_should_use_warning(fn(*args, **kwargs), fatal_error=True)

    note = (
        "\n\n  **NOTE** The output of this function must be used.  If it is not, a fatal error will be raised.  "
        "To mark the output as used, call its .mark_used() method."
    )
    return tf_decorator.make_decorator(fn, wrapped, "must_use_result_or_fatal", (fn.__doc__ or "") + note)
