"""Decorators of tensorflow.python.framework.test_util: which mode a test runs in. Here it is always a graph and sessions."""

from __future__ import annotations

import collections
import contextlib
import functools
import itertools
import unittest

from tinytf.ops.control_flow import control_flow_util


def _same(function):
    return function


def _optional(decorate):
    """A decorator that is written with or without parentheses: `@d`, `@d()`, `@d("why")`, `@d("why", f)`."""

    def decorator(first=None, second=None, **options):
        for candidate in (first, second):
            if callable(candidate):
                return decorate(candidate)
        return decorate

    decorator.__doc__ = decorate.__doc__
    return decorator


def _methods(decorate, cls):
    for name in dir(cls):
        method = getattr(cls, name)
        if callable(method) and name.startswith(unittest.TestLoader.testMethodPrefix) and name not in ("test_session",):
            setattr(cls, name, decorate(method))
    return cls


def _graph_and_session(function, config=None, use_gpu=True):
    """The test runs within a session of its graph; what it would do eagerly, it does not do here."""
    if isinstance(function, type):
        raise ValueError(
            "`run_in_graph_and_eager_modes` only supports test methods. Did you mean to use `run_all_in_graph_and_eager_modes`?"
        )

    @functools.wraps(function)
    def run(self, *args, **kwargs):
        with self.test_session(use_gpu=use_gpu, config=config):
            return function(self, *args, **kwargs)

    return run


def run_in_graph_and_eager_modes(func=None, config=None, use_gpu=True, reset_test=True, assert_no_eager_garbage=False):
    """The test runs in a graph, within a session. Follows TF 1.15, of whose two runs this is one."""
    decorate = functools.partial(_graph_and_session, config=config, use_gpu=use_gpu)
    return decorate(func) if func is not None else decorate


def run_all_in_graph_and_eager_modes(cls):
    """run_in_graph_and_eager_modes for each test of a class."""
    return _methods(_graph_and_session, cls)


def _skipped(reason):
    def decorate(function):
        @functools.wraps(function)
        def skip(self, *args, **kwargs):
            self.skipTest(reason)

        return skip

    return decorate


run_deprecated_v1 = deprecated_graph_mode_only = _optional(_same)
run_v1_only = _optional(_same)
run_v2_only = _optional(_skipped("Test is only compatible with TensorFlow 2"))
run_gpu_only = run_cuda_only = _optional(_skipped("Test requires GPU"))
disable_xla = no_xla_auto_jit = xla_allow_fallback = _optional(_same)
enable_c_shapes = with_c_shapes = with_c_api = use_deterministic_cudnn = assert_no_new_tensors = assert_no_garbage_created = _same
disable_all_xla = _same
assert_no_new_pyobjects_executing_eagerly = also_run_as_tf_function = build_as_function_and_v1_graph = py_func_if_in_function = _same


@contextlib.contextmanager
def _set(module, name, value):
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def enable_control_flow_v2(function):
    """The test runs with conditionals and loops made of functions."""

    @functools.wraps(function)
    def run(*args, **kwargs):
        with _set(control_flow_util, "ENABLE_CONTROL_FLOW_V2", True):
            return function(*args, **kwargs)

    return run


def enable_output_all_intermediates(function):
    """The test runs with conditionals and loops that hand out all that their gradients may need."""
    from tinytf.ops.functions import control_flow_util_v2

    @functools.wraps(function)
    def run(*args, **kwargs):
        with _set(control_flow_util_v2, "_EXPERIMENTAL_OUTPUT_ALL_INTERMEDIATES_OVERRIDE", True):
            return function(*args, **kwargs)

    return run


def disable_control_flow_v2(unused_msg):
    """`with_control_flow_v2` leaves out this test."""

    def decorate(function):
        function._disable_control_flow_v2 = True
        return function

    return decorate


def with_control_flow_v2(cls):
    """Each test of the class a second time, as `…WithControlFlowV2`, with conditionals and loops made of functions."""
    if control_flow_util.ENABLE_CONTROL_FLOW_V2:
        return cls
    for name, value in list(vars(cls).items()):
        is_test = callable(value) and name.startswith(unittest.TestLoader.testMethodPrefix)
        if is_test and not getattr(value, "_disable_control_flow_v2", False):
            setattr(cls, name + "WithControlFlowV2", enable_control_flow_v2(value))
    return cls


def _combinations(**kwargs) -> list:
    """Every combination of the values of each keyword, as OrderedDicts in the order of the keywords' names."""
    keys = sorted(kwargs)
    choices = [kwargs[k] if isinstance(kwargs[k], (list, tuple)) else [kwargs[k]] for k in keys]
    return [collections.OrderedDict(zip(keys, values)) for values in itertools.product(*choices)]


def generate_combinations_with_testcase_name(**kwargs) -> list:
    """`_combinations` for absl's named_parameters: each has a `testcase_name` made of its keywords and values."""
    named = []
    for combination in _combinations(**kwargs):
        parts = ["".join(filter(str.isalnum, str(x))) for pair in combination.items() for x in pair]
        named.append(collections.OrderedDict([*combination.items(), ("testcase_name", "_test_" + "_".join(parts))]))
    return named


def skip_if(condition):
    """A decorator: the test does nothing where `condition`, a value or a function, is true."""

    def decorate(function):
        @functools.wraps(function)
        def run(*args, **kwargs):
            if not (condition() if callable(condition) else condition):
                return function(*args, **kwargs)
            return None

        return run

    return decorate


def for_all_test_methods(decorator, *args, **kwargs):
    """A decorator of classes: `decorator(*args)` for each of its tests."""
    return lambda cls: _methods(decorator(*args, **kwargs), cls)
