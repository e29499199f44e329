"""tensorflow.python.framework.combinations: one test for each combination of parameters.

`generate` needs absl's `parameterized`, as in TensorFlow; a test class that uses it derives from its TestCase.  Of TensorFlow's
modes there is the graph, of its versions the first: other combinations are skipped.
"""

from __future__ import annotations

import collections
import functools
import inspect
import itertools


def combine(**kwargs) -> list:
    """Every choice of one value for each keyword, as ordered dicts; a value that is no list stands for itself.

    Follows `combinations.combine` of TF 1.15.
    """
    keys = sorted(kwargs)
    lists = [kwargs[k] if isinstance(kwargs[k], list) else [kwargs[k]] for k in keys]
    return [collections.OrderedDict(zip(keys, values)) for values in itertools.product(*lists)]


def times(*combined) -> list:
    """Every choice of one combination of each list, merged.  ValueError where two have the same key."""
    made = []
    for parts in itertools.product(*combined):
        keys = [k for part in parts for k in part]
        if len(keys) != len(set(keys)):
            raise ValueError("Keys need to not overlap: {} vs {}".format(*(list(part) for part in parts[:2])))
        made.append(collections.OrderedDict(sorted((k, v) for part in parts for k, v in part.items())))
    return made


class NamedObject:
    """A value with a name, for the name of its test.  Calls and attributes go to the value."""

    def __init__(self, name, obj):
        self._name, self._obj = name, obj

    def __getattr__(self, name):
        return getattr(self._obj, name)

    def __call__(self, *args, **kwargs):
        return self._obj(*args, **kwargs)

    def __repr__(self):
        return self._name


def generate(combinations, test_combinations=()):
    """A decorator: the test (or each test of a class) once for each combination, whose values are its arguments."""

    def decorate(test_or_class):
        if isinstance(test_or_class, type):
            methods = [n for n, f in vars(test_or_class).items() if n.startswith("test") and callable(f)]
            for name in methods:
                setattr(test_or_class, name, _decorated(vars(test_or_class)[name], combinations))
            return _expanded(test_or_class)
        return _decorated(test_or_class, combinations)

    return decorate


def _expanded(cls):
    from absl.testing import parameterized

    body = {k: v for k, v in vars(cls).items() if k not in ("__dict__", "__weakref__")}
    return type(parameterized.TestCase)(cls.__name__, cls.__bases__, body)


def _decorated(method, combinations):
    from absl.testing import parameterized

    named = []
    for combination in combinations:
        shown = "".join("_{}_{}".format(_word(k), _word(v)) for k, v in combination.items())
        named.append(collections.OrderedDict([*combination.items(), ("testcase_name", f"_test{shown}")]))
    accepted = inspect.signature(method).parameters

    @functools.wraps(method)
    def run(self, **kwargs):
        if kwargs.get("mode", "graph") != "graph" or kwargs.get("tf_api_version", 1) != 1:
            self.skipTest("tinytf has graphs and sessions of TensorFlow 1 only")
        with self.cached_session():
            method(self, **{k: v for k, v in kwargs.items() if k in accepted})

    return parameterized.named_parameters(*named)(run)


def _word(value) -> str:
    return "".join(c for c in str(value) if c.isalnum())
