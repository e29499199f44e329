"""`tensorflow.python.util.tf_inspect`: Python's `inspect`, looking through `tf_decorator`s."""

from __future__ import annotations

import collections
import functools
import inspect
from inspect import FullArgSpec, currentframe, isgenerator, isgeneratorfunction, signature, stack  # noqa: F401

from tinytf.util import tf_decorator

ArgSpec = collections.namedtuple("ArgSpec", ["args", "varargs", "keywords", "defaults"])


def _target(thing):
    return tf_decorator.unwrap(thing)[1]


def _shown(thing):
    """(the argspec that the outermost decorator shows, or None; what stands behind all decorators)."""
    decorators, target = tf_decorator.unwrap(thing)
    return next((d.decorator_argspec for d in decorators if d.decorator_argspec is not None), None), target


def getfullargspec(obj):
    """The signature of a callable, as its outermost decorator shows it."""
    shown, target = _shown(obj)
    if shown is None:
        return inspect.getfullargspec(target)
    if isinstance(shown, FullArgSpec):
        return shown
    return FullArgSpec(shown.args, shown.varargs, shown.keywords, shown.defaults, [], None, {})


def getargspec(obj) -> ArgSpec:
    """(args, varargs, keywords, defaults) of a callable; of an object, those of its `__call__`; of a class, those of `__init__`.

    A functools.partial shows what is left of the function's arguments; ValueError where that cannot be written as an ArgSpec.
    """
    if isinstance(obj, functools.partial):
        return _argspec_of_partial(obj)
    shown, target = _shown(obj)
    if shown is not None:
        return shown if isinstance(shown, ArgSpec) else ArgSpec(*shown[:4])
    if isinstance(target, functools.partial):
        return _argspec_of_partial(target)
    if inspect.isfunction(target) or inspect.ismethod(target):
        return ArgSpec(*inspect.getfullargspec(target)[:4])
    if isinstance(target, type):
        for method in (type(target).__call__, target.__new__, target.__init__):
            if inspect.isfunction(method) or inspect.ismethod(method):
                return ArgSpec(*inspect.getfullargspec(method)[:4])
    elif inspect.isfunction(vars(type(target)).get("__call__")):
        return ArgSpec(*inspect.getfullargspec(type(target).__call__)[:4])
    return ArgSpec(*inspect.getfullargspec(target)[:4])


def _argspec_of_partial(partial) -> ArgSpec:
    missing = object()
    args, varargs, keywords, defaults = getargspec(partial.func)
    all_defaults = [missing] * (len(args) - len(defaults or ())) + list(defaults or ())
    for name, value in (partial.keywords or {}).items():
        if name in args:
            all_defaults[args.index(name)] = value
        elif not keywords:
            raise ValueError("Function does not have **kwargs parameter, but contains an unknown partial keyword.")
    args, all_defaults = args[len(partial.args) :], all_defaults[len(partial.args) :]
    first = next((i for i, value in enumerate(all_defaults) if value is not missing), None)
    if first is None:
        return ArgSpec(args, varargs, keywords, None)
    without = [name for name, value in zip(args[first:], all_defaults[first:]) if value is missing]
    if without:
        raise ValueError("Some arguments %s do not have default value, but they are positioned after those with default values." % without)
    return ArgSpec(args, varargs, keywords, tuple(all_defaults[first:]))


def getcallargs(*func_and_positional, **named) -> dict:
    """{name of an argument: what a call would bind to it}."""
    func, positional = func_and_positional[0], func_and_positional[1:]
    spec = getfullargspec(func)
    bound = dict(named)
    owner = getattr(func, "__self__", None)
    if owner is not None and not inspect.ismodule(owner):
        positional = (owner, *positional)
    bound.update(zip(spec.args, positional))
    if spec.defaults:
        for name, value in zip(spec.args[-len(spec.defaults) :], spec.defaults):
            bound.setdefault(name, value)
    return bound


def getdoc(obj):
    """The documentation, cleaned up."""
    return inspect.getdoc(obj)


def getfile(obj):
    """The file that defines what stands behind the decorators."""
    target = _target(obj)
    return obj.__file__ if hasattr(target, "__file__") else inspect.getfile(target)


def getmembers(obj, predicate=None):
    """(name, value) of all attributes."""
    return inspect.getmembers(obj, predicate)


def getmodule(obj):
    """The module that an object was defined in."""
    return inspect.getmodule(obj)


def getmro(cls):
    """The method resolution order."""
    return inspect.getmro(cls)


def getsource(obj):
    """The source text of what stands behind the decorators."""
    return inspect.getsource(_target(obj))


def getsourcefile(obj):
    """The source file of what stands behind the decorators."""
    return inspect.getsourcefile(_target(obj))


def getsourcelines(obj):
    """(lines, number of the first) of what stands behind the decorators."""
    return inspect.getsourcelines(_target(obj))


def isanytargetmethod(obj) -> bool:
    """Whether the object, or anything that it decorates, is a method."""
    decorators, target = tf_decorator.unwrap(obj)
    return any(inspect.ismethod(d.decorated_target) for d in decorators) or inspect.ismethod(target)


def isbuiltin(obj) -> bool:
    """inspect.isbuiltin of what stands behind the decorators."""
    return inspect.isbuiltin(_target(obj))


def isclass(obj) -> bool:
    """inspect.isclass of what stands behind the decorators."""
    return inspect.isclass(_target(obj))


def isfunction(obj) -> bool:
    """inspect.isfunction of what stands behind the decorators."""
    return inspect.isfunction(_target(obj))


def isframe(obj) -> bool:
    """inspect.isframe of what stands behind the decorators."""
    return inspect.isframe(_target(obj))


def ismethod(obj) -> bool:
    """inspect.ismethod of what stands behind the decorators."""
    return inspect.ismethod(_target(obj))


def ismodule(obj) -> bool:
    """inspect.ismodule of what stands behind the decorators."""
    return inspect.ismodule(_target(obj))


def isroutine(obj) -> bool:
    """inspect.isroutine of what stands behind the decorators."""
    return inspect.isroutine(_target(obj))
