"""`absl.testing.parameterized`: one test method, run once a set of parameters.

    class AddTest(parameterized.TestCase):
        @parameterized.parameters((1, 2, 3), (4, 5, 9))
        def testAdd(self, a, b, total): …

becomes the tests testAdd0 and testAdd1; with `named_parameters(("small", 1, 2, 3), …)`, testAdd_small or testAddsmall.
Follows the package absl-py.
"""

from __future__ import annotations

import functools
import inspect
import itertools
from collections import abc

from tinytf.test.abseil import AbseilTestCase


class _Cases:
    """A test method with its sets of parameters, until TestCase makes methods of them."""

    def __init__(self, method, sets, named):
        self.method, self.sets, self.named = method, list(sets), named

    def __iter__(self):
        """The methods, for a decorator that takes each of them: Keras's run_all_keras_modes above `parameters`."""
        return (method for _, method in self.methods(self.method.__name__))

    def methods(self, name: str):
        """(name, method) of each set."""
        names: set = set()
        for number, given in enumerate(self.sets):
            own, args, kwargs = _split(given, self.named)
            if self.named:
                between = "_" if name.startswith("test_") and not own.startswith("_") else ""
                full = name + between + own
            else:
                full = f"{name}{number}"
            if full in names:
                raise ValueError(f"Duplicate parameterized test name in {name}: {full}")
            names.add(full)
            yield full, _bound(self.method, args, kwargs, full)


def _split(given, named: bool) -> tuple:
    """(own name, positional, keyword arguments) of one set of parameters."""
    if isinstance(given, abc.Mapping):
        kwargs = dict(given)
        return kwargs.pop("testcase_name") if named else None, (), kwargs
    if isinstance(given, abc.Sequence) and not isinstance(given, (str, bytes)) or isinstance(given, abc.Iterable) and named:
        args = tuple(given)
        return (args[0], args[1:], {}) if named else (None, args, {})
    return None, (given,), {}


def _bound(method, args, kwargs, name: str):
    if isinstance(method, _Cases):
        raise TypeError("A test takes one parameterized decorator.")

    @functools.wraps(method)
    def test(self):
        return method(self, *args, **kwargs)

    test.__name__ = name
    test.__qualname__ = method.__qualname__.rpartition(".")[0] + "." + name
    test.__doc__ = f"{method.__doc__ or method.__name__}\n{', '.join([*map(repr, args), *(f'{k}={v!r}' for k, v in kwargs.items())])}"
    del test.__wrapped__  # what inspects it should see no parameters
    return test


def _decorator(sets, named: bool):
    if len(sets) == 1 and not isinstance(sets[0], (tuple, abc.Mapping)):
        if not isinstance(sets[0], abc.Iterable):
            raise TypeError("Single parameter argument must be a non-string non-Mapping iterable")
        sets = tuple(sets[0])
    if not sets:
        raise ValueError("A parameterized test needs at least one set of parameters.")

    def decorate(target):
        if not isinstance(target, type):
            return _Cases(target, sets, named)
        for name, method in list(vars(target).items()):
            if name.startswith("test") and inspect.isfunction(method):
                setattr(target, name, _Cases(method, sets, named))
        _make_methods(target)
        return target

    return decorate


def parameters(*testcases):
    """A decorator: the test (or each test of the class) runs once for each tuple, dict or single value."""
    return _decorator(testcases, False)


def named_parameters(*testcases):
    """As `parameters`, where each tuple begins with the test's name, or each dict has it as `testcase_name`."""
    return _decorator(testcases, True)


def product(*kwargs_seqs, **testgrid):
    """A decorator: the test runs for every combination of `testgrid` (name -> values) and of the sequences of dicts."""
    grids = [list(seq) for seq in kwargs_seqs] + [[{name: value} for value in values] for name, values in testgrid.items()]
    merged = [{k: v for part in parts for k, v in part.items()} for parts in itertools.product(*grids)]
    return _decorator(tuple(merged), False)


def _make_methods(cls) -> None:
    for name, cases in list(vars(cls).items()):
        if isinstance(cases, _Cases):
            delattr(cls, name)
            for full, method in cases.methods(name):
                setattr(cls, full, method)
        elif name.startswith("test") and isinstance(cases, abc.Iterator):  # decorators one above the other gave methods with names
            delattr(cls, name)
            for method in cases:
                setattr(cls, method.__name__, method)


class TestCase(AbseilTestCase):
    """The base class of parameterized tests."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        _make_methods(cls)


def CoopTestCase(other_base_class):  # noqa: N802 (absl's name)
    """A base class of parameterized tests that is an `other_base_class`, too."""
    return type("CoopTestCase", (other_base_class, TestCase), {})
