"""The names of a function's arguments, by which model functions and input functions say what they want."""

from __future__ import annotations

import functools
import inspect


def fn_args(fn) -> tuple:
    """Names of the arguments that a call of `fn` may still give, without `self` of bound methods and callables."""
    if isinstance(fn, functools.partial):
        left = fn_args(fn.func)[len(fn.args) :]
        return tuple(name for name in left if name not in (fn.keywords or {}))
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(name for name, p in inspect.signature(fn).parameters.items() if p.kind in kinds)


def given(fn, **values) -> dict:
    """Those of `values` that `fn` has an argument for."""
    names = fn_args(fn)
    return {name: value for name, value in values.items() if name in names}
