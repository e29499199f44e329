"""tensorflow.python.util: decorators that can be looked through, dispatch, deprecation."""

import functools
import json
import threading

import pytest

from tinytf import logging
from tinytf.shapes import TensorShape
from tinytf.util import (
    deprecation,
    dispatch,
    function_utils,
    keyword_args,
    lock_util,
    object_identity,
    serialization,
    tf_decorator,
    tf_inspect,
)


def doubled(target):
    def wrapper(*args):
        return 2 * wrapper.__wrapped__(*args)

    return tf_decorator.make_decorator(target, wrapper)


@doubled
@doubled
def add(x, y=1):
    """Adds."""
    return x + y


def test_decorators_are_looked_through():
    decorators, target = tf_decorator.unwrap(add)
    assert [d.decorator_name for d in decorators] == ["doubled", "doubled"] and target(1) == 2 and add(1) == 8
    assert tf_inspect.getargspec(add).args == ["x", "y"] and tf_inspect.getfullargspec(add).defaults == (1,)
    assert "return x + y" in tf_inspect.getsource(add) and function_utils.get_func_name(add) == "add"
    tf_decorator.rewrap(add, target, lambda x: 10)
    assert add(1) == 40
    tf_decorator.rewrap(add, tf_decorator.unwrap(add)[1], target)


@pytest.mark.parametrize(
    "partial, args, defaults",
    [
        (functools.partial(lambda m, n: m, 7), ["n"], None),
        (functools.partial(lambda m, n: m, n=7), ["m", "n"], (7,)),
        (functools.partial(lambda m, n, k=4: m, n=7), ["m", "n", "k"], (7, 4)),
    ],
)
def test_argspec_of_a_partial(partial, args, defaults):
    assert tf_inspect.getargspec(partial) == tf_inspect.ArgSpec(args, None, None, defaults)


def test_argspec_of_a_partial_that_has_none():
    with pytest.raises(ValueError, match="do not have default value"):
        tf_inspect.getargspec(functools.partial(lambda m, n, k: m, n=7))


def test_arguments_of_callables():
    class Call:
        def __call__(self, a, b):
            return a

    assert function_utils.fn_args(Call()) == ("a", "b") and function_utils.fn_args(functools.partial(Call(), 1)) == ("b",)
    assert function_utils.has_kwargs(lambda **k: k) and not function_utils.has_kwargs(Call())
    assert tf_inspect.getcallargs(Call().__call__, 1, b=2)["b"] == 2
    with pytest.raises(ValueError, match="Must use keyword args"):
        keyword_args.keyword_args_only(lambda a: a)(1)


def test_dispatch_by_type():
    @dispatch.add_dispatch_support
    def length(x):
        return len(x)

    @dispatch.dispatch_for_types(length, int)
    def digits(x):
        return len(str(x))

    assert length("ab") == 2 and length(12345) == 5
    with pytest.raises(TypeError):
        length(1.5)


@pytest.fixture
def warnings(monkeypatch):
    seen = []
    monkeypatch.setattr(logging, "warning", lambda message, *args: seen.append(message % args))
    return seen


def test_a_deprecated_function_warns_once_and_says_so(warnings):
    @deprecation.deprecated("2016-07-04", "Use b.")
    def a():
        """Does it.

        Thoroughly.
        """

    a(), a()
    assert len(warnings) == 1 and "is deprecated and will be removed after 2016-07-04" in warnings[0]
    assert a.__doc__.splitlines()[:4] == [
        "Does it. (deprecated)", "", "Warning: THIS FUNCTION IS DEPRECATED. It will be removed after 2016-07-04.", "Instructions for updating:",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "args, kwargs, warned",
    [((1,), {}, 0), ((1, 2), {}, 1), ((1,), {"old": 2}, 1), ((1,), {"fine": 0}, 0), ((1,), {"fine": 5}, 1), ((1, 2, 3), {}, 2)],
)
def test_deprecated_arguments(warnings, args, kwargs, warned):
    @deprecation.deprecated_args(None, "Do not.", "old", ("fine", 0))
    def f(a, old=None, fine=0):
        return a

    f(*args, **kwargs)
    assert len(warnings) == warned and "SOME ARGUMENTS ARE DEPRECATED: `(fine, old)`" in f.__doc__


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: deprecation.deprecated("04-07-2016", "x"), "YYYY-MM-DD"),
        (lambda: deprecation.deprecated(None, ""), "without conversion instructions"),
        (lambda: deprecation.deprecated_args(None, "x"), "Specify which argument"),
        (lambda: deprecation.deprecated_args(None, "x", "b")(lambda a: a), "not present in the function signature"),
    ],
)
def test_deprecation_has_to_be_complete(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_objects_by_identity():
    a, b = [1], [1]
    known = object_identity.ObjectIdentityDictionary()
    known[a] = "a"
    assert known[a] == "a" and b not in known
    things = object_identity.ObjectIdentitySet([a])
    assert a in things and b not in things and len(things.difference([a])) == 0
    assert object_identity.Reference(a).deref() is a and object_identity.Reference(a) != object_identity.Reference(b)


def test_threads_of_one_group_hold_a_lock_together():
    lock, entered = lock_util.GroupLock(2), []

    def other():
        with lock.group(1):
            entered.append(1)

    thread = threading.Thread(target=other)
    with lock.group(0), lock.group(0):
        thread.start()
        assert not entered
    thread.join()
    assert entered == [1]


def test_json_of_shapes():
    assert json.dumps(TensorShape([1, None]), default=serialization.get_json_type) == "[1, null]"
