"""`arg_scope`: default arguments for functions, in a `with` block.

with arg_scope([conv2d, fully_connected], weights_regularizer=l2_regularizer(0.1)):
    net = conv2d(net, 32, 3)          # gets the regularizer
"""

from __future__ import annotations

import contextlib
import functools
import inspect

_stack: list = [{}]
_decorated: dict = {}  # key of a function -> names of its arguments with defaults


def arg_scope_func_key(op):
    """What a function is known by in scopes."""
    return getattr(op, "_key_op", str(op))


def current_arg_scope() -> dict:
    """The scope in force: {function: {argument: value}}."""
    return _stack[-1]


@contextlib.contextmanager
def arg_scope(list_ops_or_scope, **kwargs):
    """Sets default arguments of functions, or a scope that was stored. Follows tf.contrib.framework.arg_scope of TF 1.15.

    ValueError: a function without @add_arg_scope; TypeError: neither a list nor a scope.
    """
    if isinstance(list_ops_or_scope, dict):
        if kwargs:
            raise ValueError("When attempting to re-use a scope by suppling adictionary, kwargs must be empty.")
        scope = list_ops_or_scope.copy()
    elif isinstance(list_ops_or_scope, (list, tuple)):
        scope = current_arg_scope().copy()
        for op in list_ops_or_scope:
            if not has_arg_scope(op):
                raise ValueError(f"{(op.__module__, op.__name__)} is not decorated with @add_arg_scope")
            key = arg_scope_func_key(op)
            scope[key] = dict(scope.get(key, {}), **kwargs)
    else:
        raise TypeError("list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict)")
    _stack.append(scope)
    try:
        yield scope
    finally:
        _stack.pop()


def add_arg_scope(func):
    """A decorator: lets arg_scope set the arguments of a function."""
    key = arg_scope_func_key(func)

    @functools.wraps(func)
    def with_defaults(*args, **kwargs):
        return func(*args, **dict(current_arg_scope().get(key, {}), **kwargs))

    parameters = inspect.signature(func).parameters.values()
    _decorated[key] = tuple(p.name for p in parameters if p.default is not p.empty)
    with_defaults._key_op = key
    return with_defaults


def has_arg_scope(func) -> bool:
    """Whether a function is decorated with @add_arg_scope."""
    return arg_scope_func_key(func) in _decorated


def arg_scoped_arguments(func) -> tuple:
    """The arguments of a function that arg_scope can set."""
    return _decorated[arg_scope_func_key(func)]
