"""tensorflow.python.keras.keras_parameterized: Keras tests in every mode and with every kind of model.

Of the modes there is the graph with a session; a test that a decorator would also run eagerly is skipped there.
"""

from __future__ import annotations

import collections.abc
import functools
import itertools
import unittest

from absl.testing import parameterized

from tinytf import keras
from tinytf.test import keras_testing_utils as testing_utils
from tinytf.test.case import TestCase as _TestCase


class TestCase(_TestCase, parameterized.TestCase):
    """Leaves Keras without a session after each test.  Follows the class of this name of TF 1.15."""

    def tearDown(self):
        keras.backend.clear_session()
        super().tearDown()


def run_with_all_model_types(test_or_class=None, exclude_models=None):
    """The test (or each test of a class) once for each kind of model but `exclude_models`."""
    left_out = [exclude_models] if isinstance(exclude_models, str) else list(exclude_models or ())
    kinds = [("_" + kind, kind) for kind in ("functional", "subclass", "sequential") if kind not in left_out]

    def once_a_kind(method):
        @parameterized.named_parameters(*kinds)
        @functools.wraps(method)
        def run(self, model_type, *args, **kwargs):
            with testing_utils.model_type_scope(model_type):
                method(self, *args, **kwargs)

        return run

    return _decorated(test_or_class, once_a_kind)


def run_all_keras_modes(test_or_class=None, config=None, always_skip_v1=False, always_skip_eager=False):
    """The test (or each test of a class) once for each mode of Keras; the eager ones are skipped here."""
    modes = [("_v2_function", "v2_function"), ("_v2_funcgraph", "v2_funcgraph")]
    modes += [] if always_skip_eager else [("_v2_eager", "v2_eager")]
    modes += [] if always_skip_v1 else [("_v1_session", "v1_session")]

    def once_a_mode(method):
        @parameterized.named_parameters(*modes)
        @functools.wraps(method)
        def run(self, run_mode, *args, **kwargs):
            if run_mode != "v1_session":
                self.skipTest("tinytf has no eager mode")
            with testing_utils.run_eagerly_scope(False), testing_utils.experimental_run_tf_function_scope(False):
                with self.test_session(use_gpu=True, config=config):
                    method(self, *args, **kwargs)

        return run

    return _decorated(test_or_class, once_a_mode)


def _decorated(test_or_class, once_each):
    """`once_each` of a method, of the methods that another such decorator made of one, or of the tests of a class."""

    def decorate(given):
        if isinstance(given, collections.abc.Iterable):
            return itertools.chain.from_iterable(once_each(method) for method in given)
        if not isinstance(given, type):
            return once_each(given)
        for name, value in list(vars(given).items()):
            if callable(value) and name.startswith(unittest.TestLoader.testMethodPrefix):
                setattr(given, name, once_each(value))
            elif isinstance(value, collections.abc.Iterable) and name.startswith(unittest.TestLoader.testMethodPrefix):
                setattr(given, name, decorate(value))
        body = {k: v for k, v in vars(given).items() if k not in ("__dict__", "__weakref__")}
        return type(given)(given.__name__, given.__bases__, body)

    return decorate if test_or_class is None else decorate(test_or_class)
