"""tf.test.TestCase: a fresh graph a test, sessions, and assertions about arrays, messages and errors."""

from __future__ import annotations

import collections
import contextlib
import os
import random
import re
import tempfile
import unittest

import numpy as np
from google.protobuf import text_format

from tinytf import errors
from tinytf.graph.graph import get_default_graph, reset_default_graph
from tinytf.graph.tensor import Tensor

_temp_dir = None


def get_temp_dir() -> str:
    """A folder for files of tests, one a process. Follows tf.test.get_temp_dir of TF 1.15."""
    global _temp_dir
    if _temp_dir is None:
        _temp_dir = tempfile.mkdtemp(prefix="tinytf-test-")
    return _temp_dir


def assert_equal_graph_def(actual, expected, checkpoint_v2=False, hash_table_shared_name=False) -> None:
    """AssertionError unless two GraphDefs have the same nodes, in whatever order. Follows TF 1.15.

    Internal attributes (`_class`) do not count, nor does the order of control inputs; "a" and "a:0" are the same input.
    `checkpoint_v2` takes the names of shards' temporary folders, `hash_table_shared_name` those of tables, for equal.
    """
    nodes = []
    for graph_def in (actual, expected):
        if getattr(getattr(graph_def, "DESCRIPTOR", None), "full_name", "") != "tensorflow.GraphDef":
            raise TypeError("Expected a GraphDef, got %s" % type(graph_def).__name__)
        by_name = {}
        for node in graph_def.node:
            copy = type(node).FromString(node.SerializeToString())
            if checkpoint_v2 and copy.op == "Const" and b"_temp_" in copy.attr["value"].tensor.SerializeToString():
                copy.attr["value"].tensor.ClearField("string_val")
            if hash_table_shared_name and copy.op in ("HashTable", "HashTableV2"):
                copy.attr["shared_name"].s = b""
            copy.input[:] = _plain_inputs(copy.input)
            for key in [k for k in copy.attr if k.startswith("_")]:
                del copy.attr[key]
            by_name[copy.name] = copy
        nodes.append(by_name)
    ours, theirs = nodes
    if set(ours) != set(theirs):
        raise AssertionError(
            "Only in actual: %s; only in expected: %s" % (sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours)))
        )
    for name in ours:
        if ours[name] != theirs[name]:
            raise AssertionError("Node %s differs:\n%s\nexpected:\n%s" % (name, ours[name], theirs[name]))


def _plain_inputs(inputs) -> list:
    data = [i[:-2] if i.endswith(":0") else i for i in inputs if not i.startswith("^")]
    return data + sorted(i for i in inputs if i.startswith("^"))


class TestCase(unittest.TestCase):
    """Follows tf.test.TestCase of TF 1.15."""

    _cached_session = None  # also where a test's own setUp does not call this one

    def setUp(self):
        """A fresh default graph, the same random numbers for each test."""
        random.seed(87654321)
        np.random.seed(87654321)
        reset_default_graph()
        get_default_graph().seed = 87654321

    def tearDown(self):
        """Closes the cached session."""
        if self._cached_session is not None:
            self._cached_session.close()

    def get_temp_dir(self) -> str:
        """A folder of this test."""
        if not hasattr(self, "_temp_dir"):
            self._temp_dir = tempfile.mkdtemp(dir=get_temp_dir())
        return self._temp_dir

    @contextlib.contextmanager
    def session(self, graph=None, config=None, use_gpu=False, force_gpu=False):
        """A new session, closed at the end of the block."""
        from tinytf.run.session import Session

        with Session(graph=graph, config=config) as session:
            yield session

    @contextlib.contextmanager
    def cached_session(self, graph=None, config=None, use_gpu=False, force_gpu=False):
        """The session of this test: the same one each time, with all that its variables hold."""
        from tinytf.run.session import Session

        if self._cached_session is None:
            self._cached_session = Session(graph=graph, config=config)
        session = self._cached_session
        with session.graph.as_default(), session.as_default():
            yield session

    def test_session(self, graph=None, config=None, use_gpu=False, force_gpu=False):
        """The cached session, or a new one if a graph is given."""
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")  # unittest takes its name for one
        if graph is None:
            return self.cached_session(config=config)
        return self.session(graph=graph, config=config)

    test_session.__test__ = False  # type: ignore[attr-defined]

    def evaluate(self, tensors):
        """The values of tensors (nested as you like) in the default session."""
        from tinytf.graph.default_session import get_default_session

        session = get_default_session()
        if session is None:
            with self.test_session() as session:
                return session.run(tensors)
        return session.run(tensors)

    def _value(self, a):
        return self.evaluate(a) if isinstance(a, Tensor) else a

    def _array(self, a):
        a = self._value(a)
        return a if isinstance(a, np.ndarray) else np.array(a)

    # ---- arrays

    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        """Arrays, or lists and dicts of them, are equal within `atol + rtol * |b|`."""
        self._close(self._value(a), self._value(b), rtol, atol, msg, "")

    def _close(self, a, b, rtol, atol, msg, path):
        if hasattr(a, "_asdict"):
            a = a._asdict()
        if hasattr(b, "_asdict"):
            b = b._asdict()
        if isinstance(a, collections.abc.Mapping) or isinstance(b, collections.abc.Mapping):
            self.assertIsInstance(a, collections.abc.Mapping, msg)
            self.assertIsInstance(b, collections.abc.Mapping, msg)
            self.assertCountEqual(a, b, msg)
            for key in a:
                self._close(self._value(a[key]), self._value(b[key]), rtol, atol, msg, "%s[%r]" % (path, key))
        elif isinstance(a, (list, tuple)) and any(isinstance(x, (Tensor, list, tuple, dict, np.ndarray)) for x in a):
            self.assertEqual(len(a), len(b), msg)
            for i, (x, y) in enumerate(zip(a, b)):
                self._close(self._value(x), self._value(y), rtol, atol, msg, "%s[%d]" % (path, i))
        else:
            a, b = self._array(a), self._array(b)
            self.assertEqual(a.shape, b.shape, "Shape mismatch: expected %s, got %s. %s" % (b.shape, a.shape, msg or ""))
            if any(str(x.dtype) in ("float16", "bfloat16") for x in (a, b)):
                a, b = a.astype(np.float32), b.astype(np.float32)
            np.testing.assert_allclose(a, b, rtol=rtol, atol=atol, equal_nan=True, err_msg="%s %s" % (msg or "", path))

    def assertNotAllClose(self, a, b, **kwargs):
        """The opposite of assertAllClose."""
        try:
            self.assertAllClose(a, b, **kwargs)
        except AssertionError:
            return
        raise AssertionError("The two values are close at all elements")

    def assertAllCloseAccordingToType(
        self, a, b, rtol=1e-6, atol=1e-6, float_rtol=1e-6, float_atol=1e-6, half_rtol=1e-3, half_atol=1e-3,
        bfloat16_rtol=1e-2, bfloat16_atol=1e-2, msg=None,
    ):  # fmt: skip
        """assertAllClose with the tolerance of the coarser of the two types."""
        a, b = self._array(a), self._array(b)
        names = {str(a.dtype), str(b.dtype)}
        for types, type_rtol, type_atol in (
            ({"float32", "complex64"}, float_rtol, float_atol),
            ({"float16"}, half_rtol, half_atol),
            ({"bfloat16"}, bfloat16_rtol, bfloat16_atol),
        ):
            if names & types:
                rtol, atol = max(rtol, type_rtol), max(atol, type_atol)
        self.assertAllClose(a, b, rtol=rtol, atol=atol, msg=msg)

    def assertAllEqual(self, a, b, msg=None):
        """Two arrays have the same shape and elements; NaN equals NaN."""
        a, b = self._array(a), self._array(b)
        self.assertEqual(a.shape, b.shape, "Shape mismatch: expected %s, got %s. %s" % (b.shape, a.shape, msg or ""))
        same = a == b
        if a.dtype.kind in "fc" and b.dtype.kind in "fc":
            same = same | (np.isnan(a) & np.isnan(b))
        if not np.all(same):
            raise AssertionError("Arrays are not equal. %s\n%r\nexpected\n%r" % (msg or "", a, b))

    def assertNotAllEqual(self, a, b, msg=None):
        """The opposite of assertAllEqual."""
        try:
            self.assertAllEqual(a, b)
        except AssertionError:
            return
        raise AssertionError("The two values are equal at all elements. %s" % (msg or ""))

    def _assert_all(self, a, holds, what):
        a = self._array(a)
        if not np.all(holds(a)):
            raise AssertionError("Not all elements are %s:\n%r" % (what, a))

    def assertAllGreater(self, a, comparison_target):
        """All elements are greater."""
        self._assert_all(a, lambda x: x > comparison_target, "> %s" % comparison_target)

    def assertAllGreaterEqual(self, a, comparison_target):
        """All elements are greater or equal."""
        self._assert_all(a, lambda x: x >= comparison_target, ">= %s" % comparison_target)

    def assertAllLess(self, a, comparison_target):
        """All elements are less."""
        self._assert_all(a, lambda x: x < comparison_target, "< %s" % comparison_target)

    def assertAllLessEqual(self, a, comparison_target):
        """All elements are less or equal."""
        self._assert_all(a, lambda x: x <= comparison_target, "<= %s" % comparison_target)

    def assertAllInRange(self, target, lower_bound, upper_bound, open_lower_bound=False, open_upper_bound=False):
        """All elements lie between two bounds, which may be left out by the `open_` arguments."""
        above = np.greater if open_lower_bound else np.greater_equal
        below = np.less if open_upper_bound else np.less_equal
        what = "in %s%s, %s%s" % ("[("[open_lower_bound], lower_bound, upper_bound, "])"[open_upper_bound])
        self._assert_all(target, lambda x: above(x, lower_bound) & below(x, upper_bound), what)

    def assertAllInSet(self, target, expected_set):
        """All elements are in a set."""
        self._assert_all(target, lambda x: np.array([v in expected_set for v in x.reshape(-1)]), "in %s" % (expected_set,))

    def assertShapeEqual(self, np_array, tf_tensor, msg=None):
        """An array has the static shape of a tensor."""
        self.assertAllEqual(np_array.shape, tf_tensor.get_shape().as_list(), msg)

    def assertDTypeEqual(self, target, expected_dtype):
        """An array or tensor has this type."""
        found = target.dtype.as_numpy_dtype if isinstance(target, Tensor) else self._array(target).dtype
        self.assertEqual(np.dtype(found), np.dtype(getattr(expected_dtype, "as_numpy_dtype", expected_dtype)))

    def assertNear(self, f1, f2, err, msg=None):
        """Two numbers differ by at most `err`."""
        self.assertTrue(f1 == f2 or abs(f1 - f2) <= err, "%s != %s +/- %s. %s" % (f1, f2, err, msg or ""))

    def assertArrayNear(self, farray1, farray2, err, msg=None):
        """Two sequences of numbers differ by at most `err` anywhere."""
        self.assertEqual(len(farray1), len(farray2), msg)
        for f1, f2 in zip(farray1, farray2):
            self.assertNear(float(f1), float(f2), err, msg)

    def assertNDArrayNear(self, ndarray1, ndarray2, err, msg=None):
        """The Euclidean distance of two arrays is less than `err`."""
        self.assertLess(np.linalg.norm(np.asarray(ndarray1) - np.asarray(ndarray2)), err, msg)

    # ---- messages, texts, lists

    def assertProtoEquals(self, expected_message_maybe_ascii, message, msg=None):
        """A message equals another, or one in text format."""
        expected = expected_message_maybe_ascii
        if isinstance(expected, (str, bytes)):
            expected = text_format.Parse(expected, type(message)())
        self.assertEqual(text_format.MessageToString(expected), text_format.MessageToString(message), msg)

    def assertProtoEqualsVersion(self, expected, actual, producer=None, min_consumer=None, bad_consumers=None, msg=None):
        """assertProtoEquals for GraphDefs, with this version's `versions` added to the expected one."""
        from tinytf import version

        producer = version.GRAPH_DEF_VERSION if producer is None else producer
        consumer = version.GRAPH_DEF_VERSION_MIN_CONSUMER if min_consumer is None else min_consumer
        stamp = "versions { producer: %d min_consumer: %d }" % (producer, consumer)
        self.assertProtoEquals("%s %s" % (expected, stamp), actual, msg)

    def assertStartsWith(self, actual, expected_start, msg=None):
        """A text begins with another."""
        self.assertTrue(actual.startswith(expected_start), msg or "%r does not start with %r" % (actual, expected_start))

    def assertEndsWith(self, actual, expected_end, msg=None):
        """A text ends with another."""
        self.assertTrue(actual.endswith(expected_end), msg or "%r does not end with %r" % (actual, expected_end))

    def assertItemsEqual(self, expected_seq, actual_seq, msg=None):
        """Two sequences hold the same, in whatever order."""
        self.assertCountEqual(actual_seq, expected_seq, msg)

    assertSameElements = assertItemsEqual

    def assertLen(self, container, expected_len, msg=None):
        """A container holds so many."""
        self.assertEqual(len(container), expected_len, msg)

    def assertEmpty(self, container, msg=None):
        """A container holds nothing."""
        self.assertLen(container, 0, msg)

    def assertNotEmpty(self, container, msg=None):
        """A container holds something."""
        self.assertTrue(len(container), msg or "%r is empty" % (container,))

    def assertBetween(self, value, minv, maxv, msg=None):
        """A number lies between two others, or is one of them."""
        self.assertTrue(minv <= value <= maxv, msg or "%r is not between %r and %r" % (value, minv, maxv))

    def assertDeviceEqual(self, device1, device2, msg=None):
        """Two device strings mean the same device."""
        from tinytf.graph.device import canonical_name

        self.assertEqual(canonical_name(device1), canonical_name(device2), msg)

    # ---- errors

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(self, exception_type, expected_err_re_or_predicate):
        """The block raises `exception_type`, with a message that matches, or that the predicate takes."""
        try:
            yield
        except exception_type as error:
            if callable(expected_err_re_or_predicate):
                fine = expected_err_re_or_predicate(error)
            else:
                fine = re.search(expected_err_re_or_predicate, error.message if isinstance(error, errors.OpError) else str(error))
            if not fine:
                raise AssertionError("Exception of type %s: %s" % (type(error), error)) from error
        else:
            self.fail("%s not raised" % getattr(exception_type, "__name__", exception_type))

    def assertRaisesOpError(self, expected_err_re_or_predicate):
        """The block raises a tf.errors.OpError with a message that matches."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    # names that Python 3.12's unittest has no more
    assertRaisesRegexp = unittest.TestCase.assertRaisesRegex
    assertRegexpMatches = unittest.TestCase.assertRegex
    assertNotRegexpMatches = unittest.TestCase.assertNotRegex
    assertEquals = unittest.TestCase.assertEqual
    assertNotEquals = unittest.TestCase.assertNotEqual
    assertAlmostEquals = unittest.TestCase.assertAlmostEqual
    assertNotAlmostEquals = unittest.TestCase.assertNotAlmostEqual
    assert_ = unittest.TestCase.assertTrue

    def create_tempdir(self) -> str:
        """A new folder in that of the test."""
        return tempfile.mkdtemp(dir=self.get_temp_dir())

    def create_tempfile(self, name=None, content=None) -> str:
        """A new file in the folder of the test."""
        path = os.path.join(self.get_temp_dir(), name) if name else tempfile.mkstemp(dir=self.get_temp_dir())[1]
        with open(path, "w") as f:
            f.write(content or "")
        return path
