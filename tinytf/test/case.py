"""tf.test.TestCase: a fresh graph a test, sessions, and assertions about arrays, messages and errors."""

from __future__ import annotations

import collections
import contextlib
import os
import random
import re
import tempfile

import numpy as np
from google.protobuf import text_format

from tinytf import dtypes, errors
from tinytf.graph.default_graph import _default_graphs, get_default_graph, reset_default_graph
from tinytf.graph.tensor import Tensor
from tinytf.ops.math.cast import from_bfloat16_bits
from tinytf.ops.random.random_seed import DEFAULT_GRAPH_SEED
from tinytf.test import ragged, temp_files
from tinytf.test.abseil import AbseilTestCase
from tinytf.test.threads import CheckedThread

_temp_dir = None
_BFLOAT16 = np.dtype(dtypes.bfloat16.as_numpy_dtype)


def get_temp_dir() -> str:
    """A folder for files of tests, one a process. Follows tf.test.get_temp_dir of TF 1.15."""
    global _temp_dir
    if _temp_dir is None:
        _temp_dir = tempfile.mkdtemp(prefix="tinytf-test-")
    return _temp_dir


def _widened(array):
    """Numbers that NumPy can compare: those of 16 bits as float32."""
    if array.dtype == _BFLOAT16:
        return from_bfloat16_bits(array.view(np.uint16))
    return array.astype(np.float32) if array.dtype == np.float16 else array


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
    for name in ours:
        if name not in theirs:
            raise AssertionError("Found unexpected node '{{node %s}}' of type %s" % (name, ours[name].op))
    for name in theirs:
        if name not in ours:
            raise AssertionError("Did not find expected node '{{node %s}}' of type %s" % (name, theirs[name].op))
    for name in ours:
        if ours[name] != theirs[name]:
            raise AssertionError("Node %s differs:\n%s\nexpected:\n%s" % (name, ours[name], theirs[name]))


def _plain_inputs(inputs) -> list:
    data = [i[:-2] if i.endswith(":0") else i for i in inputs if not i.startswith("^")]
    return data + sorted(i for i in inputs if i.startswith("^"))


def _text_of(error) -> str:
    """What assertRaisesOpError looks into: the message, and the names of the ops that caused it."""
    if not isinstance(error, errors.OpError):
        return str(error)
    text, op = error.message, error.op
    while op is not None:
        text += "\nCaused by: " + op.name
        op = op._original_op
    return text


def _placed(session, use_gpu, force_gpu):
    """The device that ops of a test's session are made for."""
    if force_gpu:
        return session.graph.device("/device:GPU:0")
    return contextlib.nullcontext() if use_gpu else session.graph.device("/device:CPU:0")


class CapturedWrites:
    """What a block wrote to a stream."""

    def __init__(self, path):
        self._path = path

    def contents(self) -> str:
        """The text."""
        with open(self._path) as file:
            return file.read()


class TestCase(AbseilTestCase):
    """Follows tf.test.TestCase of TF 1.15."""

    _cached_session = _cached_arguments = None
    _threads: tuple = ()

    def setUp(self):
        """A fresh default graph, the same random numbers for each test."""
        self._close_cached_session()
        random.seed(DEFAULT_GRAPH_SEED)
        np.random.seed(DEFAULT_GRAPH_SEED)
        _default_graphs.reset()
        reset_default_graph()
        get_default_graph().seed = DEFAULT_GRAPH_SEED

    def tearDown(self):
        """Closes the cached session; a thread of the test that was not joined is an error."""
        for thread in self._threads:
            thread.check_termination()
        self._threads = ()
        self._close_cached_session()

    def _close_cached_session(self):
        if self._cached_session is not None:
            self._cached_session.close()
        self._cached_session = None

    def get_temp_dir(self) -> str:
        """A folder of this test."""
        if not hasattr(self, "_temp_dir"):
            self._temp_dir = tempfile.mkdtemp(dir=get_temp_dir())
        return self._temp_dir

    @contextlib.contextmanager
    def session(self, graph=None, config=None, use_gpu=False, force_gpu=False):
        """A new session, closed at the end of the block. Ops made within are placed on the CPU unless `use_gpu`."""
        from tinytf.run.session import Session

        with Session(graph=graph, config=config) as session, _placed(session, use_gpu, force_gpu):
            yield session

    @contextlib.contextmanager
    def cached_session(self, graph=None, config=None, use_gpu=False, force_gpu=False):
        """The session of this test: the same one each time, with all that its variables hold.

        ValueError where the arguments are not those that it was made with.
        """
        arguments = graph, config, force_gpu
        if self._cached_session is not None and arguments != self._cached_arguments:
            what = next(w for w, x, y in zip(("graph", "config", "force_gpu"), arguments, self._cached_arguments) if x != y)
            raise ValueError(
                "The %s used to get the cached session is different than the one that was used to create the session. "
                "Maybe create a new session with self.session()" % what
            )
        with self._shared_session(arguments, use_gpu) as session:
            yield session

    @contextlib.contextmanager
    def _shared_session(self, arguments, use_gpu):
        from tinytf.run.session import Session

        if self._cached_session is None:
            self._cached_session, self._cached_arguments = Session(graph=arguments[0], config=arguments[1]), arguments
        session = self._cached_session
        with session.graph.as_default(), session.as_default(), _placed(session, use_gpu, arguments[2]):
            yield session

    def test_session(self, graph=None, config=None, use_gpu=False, force_gpu=False):
        """The cached session, or a new one if a graph is given."""
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")  # unittest takes its name for one
        if graph is None:
            return self._shared_session((graph, config, force_gpu), use_gpu)
        return self.session(graph, config, use_gpu, force_gpu)

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
        if isinstance(a, np.ndarray):
            return a
        try:
            return np.array(a)
        except ValueError:  # rows of different lengths, of which older NumPys make arrays of lists
            return np.array(a, dtype=object)

    _GetNdArray = _array

    def checkedThread(self, target, args=None, kwargs=None) -> CheckedThread:
        """A thread that runs `target`; joining it fails the test where the function raised."""
        thread = CheckedThread(self, target, args, kwargs)
        self._threads = (*self._threads, thread)
        return thread

    @contextlib.contextmanager
    def captureWritesToStream(self, stream):
        """What the block writes to `stream`, a stream with a file descriptor: `captured.contents()` after it."""
        descriptor = stream.fileno()
        stream.flush()
        path = tempfile.mkstemp(dir=self.get_temp_dir())[1]
        saved = os.dup(descriptor)
        try:
            with open(path, "w") as file:
                os.dup2(file.fileno(), descriptor)
                try:
                    yield CapturedWrites(path)
                finally:
                    stream.flush()
        finally:
            os.dup2(saved, descriptor)
            os.close(saved)

    # ---- arrays

    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        """Arrays, or lists and dicts of them, are equal within `atol + rtol * |b|`."""
        if ragged.is_ragged(a) or ragged.is_ragged(b):
            ragged.assert_close(self, a, b, rtol, atol, msg)
        else:
            self._close(a, b, rtol, atol, msg or "", [])

    def _close(self, a, b, rtol, atol, msg, path):
        a, b = (x._asdict() if hasattr(x, "_asdict") else x for x in (a, b))
        where = "[%s]" % "][".join(map(str, path)) if path else ""
        is_mapping = isinstance(a, collections.abc.Mapping)
        if is_mapping != isinstance(b, collections.abc.Mapping):
            raise ValueError("Can't compare dict to non-dict, a%s vs b%s. %s" % (where, where, msg))
        if is_mapping:
            if set(a) != set(b):
                self.fail("mismatched keys: a%s has keys %s, but b%s has keys %s. %s" % (where, list(a), where, list(b), msg))
            for key in a:
                self._close(a[key], b[key], rtol, atol, msg, [*path, key])
            return
        explained = "Mismatched value: a%s is different from b%s. %s" % (where, where, msg)
        if not isinstance(a, (list, tuple)):
            self._arrays_close(self._array(a), self._array(b), rtol, atol, explained)
            return
        try:
            arrays = self._array(self._values(a)), self._array(self._values(b))
            np.isfinite(arrays[0]), np.isfinite(arrays[1])
        except (ValueError, TypeError):  # not a regular array of numbers
            if len(a) != len(b):
                raise ValueError("Mismatched length: a%s has %d items, but b%s has %d items. %s" % (where, len(a), where, len(b), msg)) from None
            for i, (x, y) in enumerate(zip(a, b)):
                self._close(x, y, rtol, atol, msg, [*path, i])
        else:
            self._arrays_close(*arrays, rtol, atol, explained)

    def _values(self, sequence):
        return [self._value(x) for x in sequence] if isinstance(sequence, (list, tuple)) else self._value(sequence)

    def _arrays_close(self, a, b, rtol, atol, msg):
        self._assert_same_shape(a, b, msg)
        a, b = _widened(a), _widened(b)
        if not np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
            apart = np.abs(a - b) > atol + rtol * np.abs(b)
            apart |= np.isnan(a) != np.isnan(b)
            lines = [msg] + (["not close where = %s" % (np.where(apart),)] if a.ndim else [])
            x, y = (a[apart], b[apart]) if a.ndim else (a, b)
            lines += ["not close lhs = %s" % x, "not close rhs = %s" % y, "not close dif = %s" % np.abs(x - y)]
            lines += ["not close tol = %s" % (atol + rtol * np.abs(y)), "dtype = %s, shape = %s" % (a.dtype, a.shape)]
            np.testing.assert_allclose(a, b, rtol=rtol, atol=atol, equal_nan=True, err_msg="\n".join(lines))

    def _assert_same_shape(self, a, b, msg):
        contents = " Contents: %r." % b if b.ndim <= 3 or b.size < 500 else ""
        self.assertEqual(a.shape, b.shape, "Shape mismatch: expected %s, got %s.%s %s" % (a.shape, b.shape, contents, msg or ""))

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
        names = {"bfloat16" if x.dtype == _BFLOAT16 else str(x.dtype) for x in (a, b)}
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
        if ragged.is_ragged(a) or ragged.is_ragged(b):
            ragged.assert_equal(self, a, b, msg)
            return
        a, b = self._array(self._values(a)), self._array(self._values(b))
        self._assert_same_shape(a, b, msg)
        same = a == b
        if a.dtype.kind in "fc" and b.dtype.kind in "fc":
            same = same | (np.isnan(a) & np.isnan(b))
        if not np.all(same):
            other = np.logical_not(same)
            lines = [msg or ""] + (["not equal where = %s" % (np.where(other),)] if a.ndim else [])
            x, y = (a[other], b[other]) if a.ndim else (a, b)
            raise AssertionError("\n".join([*lines, "not equal lhs = %r" % (x,), "not equal rhs = %r" % (y,)]))

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
        if not isinstance(np_array, (np.ndarray, np.generic)):
            raise TypeError("np_array must be a Numpy ndarray or Numpy scalar")
        if not isinstance(tf_tensor, Tensor):
            raise TypeError("tf_tensor must be a Tensor")
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
        self.assertTrue(self._NDArrayNear(ndarray1, ndarray2, err), msg)

    def _NDArrayNear(self, ndarray1, ndarray2, err):
        return np.linalg.norm(np.asarray(ndarray1) - np.asarray(ndarray2)) < err

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
                fine = re.search(expected_err_re_or_predicate, _text_of(error))
            if not fine:
                raise AssertionError("Exception of type %s: %s" % (type(error), error)) from error
        else:
            self.fail("%s not raised" % getattr(exception_type, "__name__", exception_type))

    def assertRaisesOpError(self, expected_err_re_or_predicate):
        """The block raises a tf.errors.OpError with a message that matches."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    def create_tempdir(self, name=None, cleanup=None) -> temp_files.TempDir:
        """A folder in that of the test."""
        return temp_files.new_folder(self.get_temp_dir(), name)

    def create_tempfile(self, file_path=None, content=None, mode="w", encoding="utf8", errors="strict", cleanup=None) -> temp_files.TempFile:
        """A file in the folder of the test."""
        return temp_files.new_file(self.get_temp_dir(), file_path, content, mode, encoding, errors)
