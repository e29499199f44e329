"""Scripts find what TensorFlow's installation brought along, and what NumPy and Python had then; the real packages go first."""

import importlib
import subprocess
import sys

import pytest

import tinytf
from tinytf.as_tensorflow import companions


@pytest.fixture
def none_installed(monkeypatch):
    """As on a machine with neither six nor absl: only our finder may answer for them."""
    for name in list(sys.modules):
        if name.split(".")[0] in companions._TOPS:
            monkeypatch.delitem(sys.modules, name)

    class Hidden:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.split(".")[0] in companions._TOPS:
                return companions._Finder().find_spec(name, path, target)

    monkeypatch.setattr(sys, "meta_path", [Hidden, *sys.meta_path])
    yield
    for name in list(sys.modules):
        if name.split(".")[0] in companions._TOPS:
            del sys.modules[name]


SIX = """
import six, six.moves.urllib.parse
from six.moves import xrange, zip, cPickle as pickle, urllib, range as r, reduce, input, queue, configparser
from six.moves.urllib.request import urlretrieve
from six.moves.queue import Queue
import urllib.request, pickle as real
assert list(xrange(3)) == [0, 1, 2] and pickle is real and urllib.request.urlretrieve is urlretrieve
assert six.PY3 and not six.PY2 and isinstance("a", six.string_types) and isinstance(2, six.integer_types)
assert dict(six.iteritems({1: 2})) == {1: 2} and list(six.itervalues({1: 2})) == [2] and list(six.iterkeys({1: 2})) == [1]
assert six.ensure_str(b"a") == "a" and six.ensure_binary("a") == b"a" and six.b("a") == b"a" and six.int2byte(65) == b"A"
class Meta(type): made = []; __init__ = lambda cls, *args: Meta.made.append(cls.__name__)
class Base: pass
class A(six.with_metaclass(Meta, Base)): pass
@six.add_metaclass(Meta)
class B(Base): pass
assert Meta.made == ["A", "B"] and A.__mro__[1:] == (Base, object) and type(B) is Meta
try: six.raise_from(ValueError("x"), KeyError("y"))
except ValueError as e: assert isinstance(e.__cause__, KeyError)
"""

ABSL = """
from absl import app, flags, logging
flags.DEFINE_integer("steps", 3, "how many")
import tensorflow as tf
assert tf.flags.FLAGS is flags.FLAGS
logging.set_verbosity(logging.INFO); assert logging.get_verbosity() == logging.INFO
logging.info("%d steps", 3)
try: app.run(lambda rest: (rest, flags.FLAGS.steps), ["program", "--steps=5", "more"])
except SystemExit as e: assert e.code == (["program", "more"], 5), e.code
try: app.run(lambda rest: 0, ["program", "--unknown=5"])
except SystemExit as e: assert e.code == 1
"""

VERSIONS = """
from distutils.version import LooseVersion, StrictVersion
import xml.etree.cElementTree as ET
assert LooseVersion("1.15.5") >= LooseVersion("1.0") > LooseVersion("0.12.1") and LooseVersion("1.9") < "1.15"
assert StrictVersion("1.0b1") < StrictVersion("1.0")
assert ET.fromstring("<a><b/></a>").find("b") is not None
"""

PARAMETERIZED = """
from absl.testing import parameterized, absltest, flagsaver
ran = []
class T(parameterized.TestCase):
    @parameterized.parameters((1, 2), dict(a=3, b=4))
    def testPair(self, a, b): ran.append((a, b))
    @parameterized.parameters(1, "two")
    def testOne(self, a): ran.append(a)
    @parameterized.parameters(iter([[5, 6]]))
    def testIterator(self, a, b): ran.append((a, b))
    @parameterized.named_parameters(("_x", 7), dict(testcase_name="Y", a=8))
    def testNamed(self, a): ran.append((self._testMethodName, a))
    @parameterized.product(a=[1, 2], b=["p", "q"])
    def testProduct(self, a, b): ran.append((a, b))
@parameterized.parameters(9, 10)
class Whole(parameterized.TestCase):
    def testIt(self, a): ran.append(a)
import unittest
suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in (T, Whole))
result = unittest.TestResult(); suite.run(result); assert result.wasSuccessful(), result.errors
assert ran == [(5, 6), ("testNamedY", 8), ("testNamed_x", 7), 1, "two", (1, 2), (3, 4), (1, "p"), (1, "q"), (2, "p"), (2, "q"), 9, 10], ran
"""


@pytest.mark.parametrize("script", [SIX, ABSL, VERSIONS, PARAMETERIZED], ids=["six", "absl", "versions", "parameterized"])
def test_what_was_there_beside_tensorflow_stands_in(script, none_installed):
    tinytf.install()
    try:
        exec(script, {"__name__": "script"})
    finally:
        tinytf.uninstall()


def test_an_installed_package_goes_first(tmp_path, monkeypatch):
    (tmp_path / "six.py").write_text("mine = True")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "six", raising=False)
    tinytf.install()
    try:
        assert importlib.import_module("six").mine
        tinytf.uninstall()
        assert "six" in sys.modules  # not ours to remove
    finally:
        tinytf.uninstall()
        sys.modules.pop("six", None)


def test_a_script_finds_the_names_that_numpy_and_python_dropped(tmp_path):
    script = tmp_path / "old.py"
    script.write_text(
        "import collections, time, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "import numpy as np\n"
        "assert np.zeros(2, np.float).dtype == np.float64 and np.array([1], dtype=np.int).sum() == 1\n"
        "assert np.asscalar(np.array([3])) == 3 and np.product([2, 3]) == 6 and np.Inf == np.inf and np.bool(1) == True\n"
        "assert issubclass(dict, collections.Mapping) and time.clock() >= 0\n"
        "a = np.arange(4, dtype=np.uint8)\n"
        "assert np.fromstring(a.tostring(), np.uint8).tolist() == [0, 1, 2, 3] and np.fromstring('1 2', sep=' ').sum() == 3\n"
        "assert np.reshape(a, newshape=[2, 2]).tolist() == np.reshape(a, (2, 2)).tolist() and a.ptp() == 3\n"
        "assert np.vstack(map(np.array, [[1], [2]])).shape == np.stack(x for x in [[1], [2]]).shape == (2, 1)\n"
        "a.itemset(1, 7); b = a.reshape(2, 2); b.itemset((1, 0), 8); b.itemset(1, 1, 9)\n"
        "assert a.tolist() == [0, 7, 8, 9] and np.int16([1]).newbyteorder()[0] == 256\n"
        "ragged = np.array([[1], [1, 2]]); assert ragged.dtype == object and ragged[1] == [1, 2] and len(np.asarray([[1], []])) == 2\n"
        "assert int(np.array([3.7])) == 3 and float(np.array([[2]])) == 2.0 and '%.1f' % np.array([1.5]) == '1.5'\n"
        "try: int(np.ones(2))\n"
        "except TypeError: pass\n"
        "else: assert False, 'two elements are no number'\n"
        "np.set_printoptions(threshold=float('nan')); assert '...' not in str(np.zeros(2000))\n"
        "print('ran')\n"
    )
    run = subprocess.run([sys.executable, "-m", "tinytf", str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert (run.stdout, run.stderr) == ("ran\n", "")


def test_numbers_are_shown_as_numbers(tmp_path):
    script = tmp_path / "shown.py"
    script.write_text(
        "import threading\n"
        "import numpy as np\n"
        "show = lambda: print([np.float32(1.5), np.int64(2), np.bool_(True)], repr(np.float32(3)), {'a': np.str_('b')})\n"
        "show()\n"
        "thread = threading.Thread(target=show)\n"
        "thread.start()\n"
        "thread.join()\n"
        "np.set_printoptions(precision=3)\n"
        "print(np.array([1.23456]), [np.float32(0.5)])\n"
    )
    run = subprocess.run([sys.executable, "-m", "tinytf", str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout.splitlines() == ["[1.5, 2, True] 3.0 {'a': 'b'}"] * 2 + ["[1.235] [0.5]"], run.stderr
