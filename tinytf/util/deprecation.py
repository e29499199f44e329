"""`tensorflow.python.util.deprecation`: decorators that warn once, say so in the docstring, and the switch that silences them.

tinytf itself warns of nothing here; scripts set the switch, and libraries use the decorators.
"""

from __future__ import annotations

import collections
import contextlib
import re
import sys

from tinytf import logging
from tinytf.util import decorator_utils, tf_decorator, tf_inspect

_PRINT_DEPRECATION_WARNINGS = True
_PRINTED_WARNING: dict = {}  # what was warned of already

DeprecatedArgSpec = collections.namedtuple("DeprecatedArgSpec", ["position", "has_ok_value", "ok_value"])


class DeprecatedNamesAlreadySet(Exception):
    """Raised where deprecated names of a symbol are set twice."""


def _validate(date, instructions) -> None:
    if date is not None and not re.match(r"20\d\d-[01]\d-[0123]\d", date):
        raise ValueError("Date must be YYYY-MM-DD.")
    if not instructions:
        raise ValueError("Don't deprecate things without conversion instructions!")


def _when(date) -> str:
    return "in a future version" if date is None else "after %s" % date


def _call_location() -> str:
    """`file:line` of the code that called the deprecated function."""
    frame = sys._getframe(2)
    return "%s:%d" % (frame.f_code.co_filename, frame.f_lineno)


def _first_time(key, warn_once) -> bool:
    """Whether to warn of `key` now."""
    if not _PRINT_DEPRECATION_WARNINGS or key in _PRINTED_WARNING:
        return False
    if warn_once:
        _PRINTED_WARNING[key] = True
    return True


def deprecated(date, instructions, warn_once=True):
    """A decorator: the function warns that it will go away at `date` (None: some day), and what to use instead."""
    _validate(date, instructions)

    def decorate(func):
        decorator_utils.validate_callable(func, "deprecated")

        def new_func(*args, **kwargs):
            if _first_time(func, warn_once):
                logging.warning(
                    "From %s: %s (from %s) is deprecated and will be removed %s.\nInstructions for updating:\n%s",
                    _call_location(), decorator_utils.get_qualified_name(func), func.__module__, _when(date), instructions,
                )  # fmt: skip
            return func(*args, **kwargs)

        notice = ["THIS FUNCTION IS DEPRECATED. It will be removed %s." % _when(date), "Instructions for updating:"]
        doc = decorator_utils.add_notice_to_docstring(func.__doc__, instructions, "DEPRECATED FUNCTION", "(deprecated)", notice)
        return tf_decorator.make_decorator(func, new_func, "deprecated", doc)

    return decorate


def deprecated_args(date, instructions, *deprecated_arg_names_or_tuples, **kwargs):
    """A decorator: the function warns where one of these arguments is given.

    An argument is a name, or (name, value) where that value may still be given.
    """
    _validate(date, instructions)
    if not deprecated_arg_names_or_tuples:
        raise ValueError("Specify which argument is deprecated.")
    warn_once = kwargs.pop("warn_once", True)
    if kwargs:
        raise ValueError("Unexpected kwargs: %s" % kwargs)
    fine = {item[0]: item[1:] for item in deprecated_arg_names_or_tuples if isinstance(item, tuple)}
    names = [item[0] if isinstance(item, tuple) else item for item in deprecated_arg_names_or_tuples]

    def decorate(func):
        decorator_utils.validate_callable(func, "deprecated_args")
        spec = tf_inspect.getfullargspec(func)
        known = [*spec.args, spec.varargs, spec.varkw, *spec.kwonlyargs]
        missing = [name for name in names if name not in known]
        if missing:
            raise ValueError(
                "The following deprecated arguments are not present in the function signature: %s. Found next arguments: %s."
                % (missing, [name for name in known if name])
            )
        positions = {
            name: DeprecatedArgSpec(spec.args.index(name) if name in spec.args else -1, name in fine, fine.get(name, (None,))[0])
            for name in names
        }

        def new_func(*args, **kwargs):
            if _PRINT_DEPRECATION_WARNINGS:
                for name in _given(names, positions, spec, func, args, kwargs):
                    if _first_time((func, name), warn_once):
                        logging.warning(
                            "From %s: calling %s (from %s) with %s is deprecated and will be removed %s.\nInstructions for updating:\n%s",
                            _call_location(), decorator_utils.get_qualified_name(func), func.__module__, name, _when(date), instructions,
                        )  # fmt: skip
            return func(*args, **kwargs)

        notice = ["SOME ARGUMENTS ARE DEPRECATED: `(%s)`. They will be removed %s." % (", ".join(sorted(names)), _when(date))]
        doc = decorator_utils.add_notice_to_docstring(
            func.__doc__, instructions, "DEPRECATED FUNCTION ARGUMENTS", "(deprecated arguments)", [*notice, "Instructions for updating:"]
        )
        return tf_decorator.make_decorator(func, new_func, "deprecated", doc)

    return decorate


def _given(names, positions, spec, func, args, kwargs):
    """The deprecated arguments that a call gives, other than with a value that is fine."""
    values = tf_inspect.getcallargs(func, *args, **kwargs)
    for name, place in positions.items():
        if name == spec.varargs:
            given = len(args) > len(spec.args)
        elif name == spec.varkw:
            given = any(key not in spec.args and key not in spec.kwonlyargs for key in kwargs)
        else:
            given = name in kwargs or 0 <= place.position < len(args)
        if given and not (place.has_ok_value and _same(values.get(name), place.ok_value)):
            yield name


def _same(a, b) -> bool:
    if a is b:
        return True
    try:
        return bool(a == b)
    except (TypeError, ValueError):  # tensors and arrays
        return False


def deprecated_arg_values(date, instructions, warn_once=True, **deprecated_kwargs):
    """A decorator: the function warns where an argument has one of these values."""
    _validate(date, instructions)
    if not deprecated_kwargs:
        raise ValueError("Specify which argument values are deprecated.")

    def decorate(func):
        decorator_utils.validate_callable(func, "deprecated_arg_values")

        def new_func(*args, **kwargs):
            if _PRINT_DEPRECATION_WARNINGS:
                values = tf_inspect.getcallargs(func, *args, **kwargs)
                for name, value in deprecated_kwargs.items():
                    if name in values and _same(values[name], value) and _first_time((func, name), warn_once):
                        logging.warning(
                            "From %s: calling %s (from %s) with %s=%s is deprecated and will be removed %s.\n"
                            "Instructions for updating:\n%s",
                            _call_location(), decorator_utils.get_qualified_name(func), func.__module__, name, value, _when(date),
                            instructions,
                        )  # fmt: skip
            return func(*args, **kwargs)

        shown = ", ".join("%s=%r" % item for item in sorted(deprecated_kwargs.items()))
        notice = ["SOME ARGUMENT VALUES ARE DEPRECATED: `(%s)`. They will be removed %s." % (shown, _when(date))]
        doc = decorator_utils.add_notice_to_docstring(
            func.__doc__, instructions, "DEPRECATED FUNCTION ARGUMENT VALUES", "(deprecated argument values)",
            [*notice, "Instructions for updating:"],
        )  # fmt: skip
        return tf_decorator.make_decorator(func, new_func, "deprecated", doc)

    return decorate


def deprecated_alias(deprecated_name, name, func_or_class, warn_once=True):
    """A function or class that warns that it is now called otherwise, and is `func_or_class`."""

    def warn(call_location):
        if _first_time(new, warn_once):
            logging.warning("From %s: The name %s is deprecated. Please use %s instead.\n", call_location, deprecated_name, name)

    if isinstance(func_or_class, type):

        class _NewClass(func_or_class):
            __doc__ = decorator_utils.add_notice_to_docstring(
                func_or_class.__doc__, "Please use %s instead." % name, "DEPRECATED CLASS", "(deprecated)",
                ["THIS CLASS IS DEPRECATED. It will be removed in a future version. "],
            )  # fmt: skip
            __name__ = func_or_class.__name__
            __module__ = func_or_class.__module__

            def __init__(self, *args, **kwargs):
                warn(_call_location())
                super().__init__(*args, **kwargs)

        new = _NewClass
        return _NewClass

    decorator_utils.validate_callable(func_or_class, "deprecated")

    def new_func(*args, **kwargs):
        warn(_call_location())
        return func_or_class(*args, **kwargs)

    new = new_func
    return tf_decorator.make_decorator(func_or_class, new_func, "deprecated", func_or_class.__doc__ or "")


def deprecated_endpoints(*args):
    """A decorator that notes the names under which a symbol is deprecated."""

    def decorate(func):
        if "_tf_deprecated_api_names" in func.__dict__:
            raise DeprecatedNamesAlreadySet(
                "Cannot set deprecated names for %s to %s. Deprecated names are already set to %s."
                % (func.__name__, str(args), str(func._tf_deprecated_api_names))
            )
        func._tf_deprecated_api_names = args
        return func

    return decorate


def deprecated_argument_lookup(new_name, new_value, old_name, old_value):
    """The value given under either name; ValueError for both."""
    if old_value is not None:
        if new_value is not None:
            raise ValueError("Cannot specify both '%s' and '%s'" % (old_name, new_name))
        return old_value
    return new_value


def rewrite_argument_docstring(old_doc, old_argument, new_argument) -> str:
    """A docstring in which an argument has another name."""
    return old_doc.replace("`%s`" % old_argument, "`%s`" % new_argument).replace("%s:" % old_argument, "%s:" % new_argument)


class HiddenTfApiAttribute(property):
    """A property that is there for instances only."""

    def __init__(self, deprecation_message):
        def raise_error(unused_self):
            raise AttributeError(deprecation_message)

        super().__init__(raise_error)


@contextlib.contextmanager
def silence():
    """No warnings within."""
    global _PRINT_DEPRECATION_WARNINGS
    before, _PRINT_DEPRECATION_WARNINGS = _PRINT_DEPRECATION_WARNINGS, False
    try:
        yield
    finally:
        _PRINT_DEPRECATION_WARNINGS = before
