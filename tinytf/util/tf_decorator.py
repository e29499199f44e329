"""`tensorflow.python.util.tf_decorator`: decorators that can be looked through.

A function wrapped by `make_decorator` carries a TFDecorator, which knows the function behind it; `tf_inspect` follows it.
"""

from __future__ import annotations

import inspect


def make_decorator(target, decorator_func, decorator_name=None, decorator_doc="", decorator_argspec=None):
    """`decorator_func` as a decorated `target`: its name, doc and module, and a TFDecorator that leads to `target`."""
    if decorator_name is None:
        decorator_name = inspect.currentframe().f_back.f_code.co_name  # type: ignore[union-attr]
    decorator = TFDecorator(decorator_name, target, decorator_doc, decorator_argspec)
    decorator_func._tf_decorator = decorator
    for name in ("__name__", "__module__", "__qualname__"):
        if hasattr(target, name):
            setattr(decorator_func, name, getattr(target, name))
    if hasattr(target, "__dict__"):
        for name, value in target.__dict__.items():
            decorator_func.__dict__.setdefault(name, value)
    if hasattr(target, "__doc__"):
        decorator_func.__doc__ = decorator.__doc__
    decorator_func.__wrapped__ = target
    decorator_func.__original_wrapped__ = target  # what `rewrap` may replace in `__wrapped__`
    return decorator_func


def _decorator_of(function):
    """The TFDecorator of a function made by make_decorator, a TFDecorator itself, or None."""
    if isinstance(function, TFDecorator):
        return function
    return getattr(function, "_tf_decorator", None)


def rewrap(decorator_func, previous_target, new_target):
    """`decorator_func` with `new_target` in the place of `previous_target`, a function that it is wrapped around."""
    current, innermost = decorator_func, None
    while current is not previous_target and _decorator_of(current) is not None:
        innermost, current = current, _decorator_of(current).decorated_target
    if innermost is None:
        return new_target
    if current is not previous_target:
        raise ValueError("The function is not wrapped around the target to replace.")
    _decorator_of(innermost).decorated_target = new_target
    if getattr(innermost, "__wrapped__", None) is previous_target:
        innermost.__wrapped__ = new_target
    return decorator_func


def unwrap(maybe_tf_decorator) -> tuple:
    """(list of the TFDecorators around a function, outermost first; the function itself)."""
    decorators: list = []
    current = maybe_tf_decorator
    while _decorator_of(current) is not None:
        decorators.append(_decorator_of(current))
        current = decorators[-1].decorated_target
    return decorators, current


class TFDecorator:
    """What is known of one decoration: its name, doc and signature, and the function it decorates."""

    def __init__(self, decorator_name, target, decorator_doc="", decorator_argspec=None):
        self._decorated_target = target
        self._decorator_name, self._decorator_doc, self._decorator_argspec = decorator_name, decorator_doc, decorator_argspec
        for name in ("__name__", "__qualname__"):
            if hasattr(target, name):
                setattr(self, name, getattr(target, name))
        if self._decorator_doc:
            self.__doc__ = self._decorator_doc
        else:
            self.__doc__ = getattr(target, "__doc__", None) or ""
        if decorator_argspec is not None:
            self.__signature__ = inspect.Signature(
                [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in decorator_argspec.args]
            )

    def __get__(self, instance, owner):
        return self._decorated_target.__get__(instance, owner)

    def __call__(self, *args, **kwargs):
        return self._decorated_target(*args, **kwargs)

    @property
    def decorated_target(self):
        """The function behind."""
        return self._decorated_target

    @decorated_target.setter
    def decorated_target(self, decorated_target):
        self._decorated_target = decorated_target

    @property
    def decorator_name(self) -> str:
        """The name of the decorator."""
        return self._decorator_name

    @property
    def decorator_doc(self) -> str:
        """What the decorator says of itself."""
        return self._decorator_doc

    @property
    def decorator_argspec(self):
        """The signature that the decorated function shows, or None: that of the function behind."""
        return self._decorator_argspec
