"""`tensorflow.python.util.deprecation`: decorators that warn once, and the switch that silences them.

tinytf itself warns of nothing here; scripts set the switch, and libraries use the decorators.
"""

from __future__ import annotations

import contextlib
import functools

from tinytf import logging

_PRINT_DEPRECATION_WARNINGS = True
_warned: set = set()


def _warn_once(key, message, *args) -> None:
    if _PRINT_DEPRECATION_WARNINGS and key not in _warned:
        _warned.add(key)
        logging.warning(message, *args)


def _decorator(describe, applies=lambda args, kwargs: True):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            if applies(args, kwargs):
                _warn_once((function, describe), "From %s: %s", function.__qualname__, describe)
            return function(*args, **kwargs)

        return wrapper

    return decorate


def deprecated(date, instructions, warn_once=True):
    """A decorator: the function warns that it will go away at `date` (None: some day), and what to use instead."""
    return _decorator("it is deprecated and will be removed %s. %s" % ("after " + date if date else "in a future version", instructions))


def deprecated_args(date, instructions, *names, **kwargs):
    """A decorator: the function warns where one of these arguments is given by name."""
    names = [n[0] if isinstance(n, tuple) else n for n in names]
    return _decorator(
        "arguments %s are deprecated. %s" % (", ".join(names), instructions),
        lambda args, given: any(name in given for name in names),
    )


def deprecated_arg_values(date, instructions, warn_once=True, **values):
    """A decorator: the function warns where an argument has one of these values."""
    return _decorator(
        "these argument values are deprecated: %s. %s" % (values, instructions),
        lambda args, given: any(name in given and given[name] == value for name, value in values.items()),
    )


def deprecated_argument_lookup(new_name, new_value, old_name, old_value):
    """The value given under either name; ValueError for both."""
    if old_value is not None:
        if new_value is not None:
            raise ValueError("Cannot specify both '%s' and '%s'" % (old_name, new_name))
        return old_value
    return new_value


@contextlib.contextmanager
def silence():
    """No warnings within."""
    global _PRINT_DEPRECATION_WARNINGS
    before, _PRINT_DEPRECATION_WARNINGS = _PRINT_DEPRECATION_WARNINGS, False
    try:
        yield
    finally:
        _PRINT_DEPRECATION_WARNINGS = before
