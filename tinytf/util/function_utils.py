"""`tensorflow.python.util.function_utils`: what a callable's arguments, name and code are."""

from __future__ import annotations

import functools

from tinytf.util import tf_decorator, tf_inspect


def fn_args(fn) -> tuple:
    """The names of a callable's arguments; those that a functools.partial has bound are left out, and so is `self`."""
    if isinstance(fn, functools.partial):
        args = [a for a in fn_args(fn.func)[len(fn.args) :] if a not in (fn.keywords or ())]
    else:
        if callable(fn) and tf_inspect.ismethod(fn.__call__):
            fn = fn.__call__
        args = list(tf_inspect.getfullargspec(fn).args)
        if args and tf_inspect.ismethod(fn) and args[0] in ("self", "cls"):
            args.pop(0)
    return tuple(args)


def has_kwargs(fn) -> bool:
    """Whether a callable takes any keyword; TypeError for what is no callable."""
    if isinstance(fn, functools.partial):
        fn = fn.func
    elif callable(fn) and tf_inspect.ismethod(fn.__call__):
        fn = fn.__call__
    elif not callable(fn):
        raise TypeError("fn should be a function-like object, but is of type %s." % type(fn))
    return tf_inspect.getfullargspec(fn).varkw is not None


def get_func_name(func) -> str:
    """The name of a callable; of an object, that of its class."""
    _, func = tf_decorator.unwrap(func)
    if not callable(func):
        raise ValueError("Argument must be callable")
    if tf_inspect.isfunction(func):
        return func.__name__
    if tf_inspect.ismethod(func):
        return "%s.%s" % (func.__self__.__class__.__name__, func.__func__.__name__)
    return str(type(func))


def get_func_code(func):
    """The code object of a callable, or None where it has none."""
    _, func = tf_decorator.unwrap(func)
    if not callable(func):
        raise ValueError("Argument must be callable")
    if tf_inspect.isfunction(func) or tf_inspect.ismethod(func):
        return func.__code__
    return getattr(type(func).__call__, "__code__", None)


def get_disabled_rewriter_config() -> bytes:
    """A serialized ConfigProto that switches graph rewriting off."""
    from tinytf import protos

    config = protos.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return config.SerializeToString()
