"""Functions in the configs of layers: as bytecode, or by name where they are no Python functions."""

from __future__ import annotations

import sys
import types


def function_to_config(function) -> tuple:
    """(code or name, 'lambda' or 'function', module) of a function."""
    from tinytf.keras import function_dump

    module = getattr(function, "__module__", None)
    if isinstance(function, types.FunctionType):
        return function_dump.func_dump(function), "lambda", module
    return function.__name__, "function", module


def function_from_config(parts, custom_objects=None, what="function in wrapper"):
    """The function that function_to_config gave as `parts`; a named one is looked up in `custom_objects`."""
    from tinytf.keras import function_dump, names

    value, kind, module = parts
    if kind == "function":
        return names.deserialize_keras_object(value, None, custom_objects, what)
    if kind != "lambda":
        raise TypeError("Unknown function type:", kind)
    return function_dump.func_load(value, globs=vars(sys.modules[module]) if module in sys.modules else None)
