"""`tensorflow.python.util.dispatch`: functions that hand over to others where their arguments are of other types."""

from __future__ import annotations

from tinytf.util import tf_decorator, tf_inspect

DISPATCH_ATTR = "_tf_dispatchers"


class OpDispatcher:
    """One way to handle a call: `handle(args, kwargs)` gives the result, or NOT_SUPPORTED."""

    NOT_SUPPORTED = object()

    def handle(self, args, kwargs):
        """The result of the call, or NOT_SUPPORTED."""
        return self.NOT_SUPPORTED

    def register(self, op) -> None:
        """Has this asked where a call of `op`, a function with dispatch support, fails."""
        if not hasattr(op, DISPATCH_ATTR):
            raise AssertionError("Dispatching not enabled for %s" % op)
        getattr(op, DISPATCH_ATTR).append(self)


class _TypeBasedDispatcher(OpDispatcher):
    def __init__(self, override_func, types):
        self._types, self._override_func = types, override_func

    def handle(self, args, kwargs):
        given = [*args, *kwargs.values()]
        given += [e for a in given if isinstance(a, (list, tuple)) for e in a]
        if any(isinstance(a, self._types) for a in given):
            return self._override_func(*args, **kwargs)
        return self.NOT_SUPPORTED


def dispatch(op, *args, **kwargs):
    """The result of the first dispatcher of `op` that takes the arguments, or NOT_SUPPORTED."""
    for dispatcher in getattr(op, DISPATCH_ATTR):
        result = dispatcher.handle(args, kwargs)
        if result is not OpDispatcher.NOT_SUPPORTED:
            return result
    return OpDispatcher.NOT_SUPPORTED


def dispatch_for_types(op, *types):
    """A decorator: the function is called instead of `op` where an argument is of one of these types."""

    def decorator(func):
        if tf_inspect.getargspec(func) != tf_inspect.getargspec(op):
            raise AssertionError("The decorated function's signature must exactly match the signature of the overridden op.")
        _TypeBasedDispatcher(func, types).register(op)
        return func

    return decorator


def add_dispatch_list(target):
    """Lets `target` have dispatchers."""
    if hasattr(target, DISPATCH_ATTR):
        raise AssertionError("%s already has a dispatch list" % target)
    setattr(target, DISPATCH_ATTR, [])
    return target


def add_dispatch_support(target, argspec=None):
    """A decorator: where `target` raises TypeError or ValueError, its dispatchers are asked.

    `argspec` is the signature to show for a `target` that takes `*args`.
    """

    def wrapper(*args, **kwargs):
        try:
            return target(*args, **kwargs)
        except (TypeError, ValueError):
            result = dispatch(wrapper, *args, **kwargs)
            if result is not OpDispatcher.NOT_SUPPORTED:
                return result
            raise

    add_dispatch_list(wrapper)
    return tf_decorator.make_decorator(target, wrapper, "add_dispatch_support", decorator_argspec=argspec)
