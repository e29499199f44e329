"""tf.test: assertions that pass and fail where they should; gradients checked by differences."""

import os
import subprocess
import sys

import numpy as np
import pytest

import tinytf as tf

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Case(tf.test.TestCase):
    def runTest(self):
        pass


@pytest.fixture
def case():
    made = Case()
    made.setUp()
    yield made
    made.tearDown()


@pytest.mark.parametrize(
    "passes, fails",
    [
        (lambda t: t.assertAllClose([1.0, 2.0], np.array([1.0, 2.0 + 1e-7])), lambda t: t.assertAllClose([1.0], [1.1])),
        (lambda t: t.assertAllClose({"a": [1, [2.0]]}, {"a": [1, [2.0]]}), lambda t: t.assertAllClose({"a": 1}, {"b": 1})),
        (lambda t: t.assertAllEqual([[1, np.nan]], [[1, np.nan]]), lambda t: t.assertAllEqual([1, 2], [1, 3])),
        (lambda t: t.assertAllEqual(tf.constant([1, 2]), [1, 2]), lambda t: t.assertAllEqual([1], [[1]])),
        (lambda t: t.assertNotAllClose([1.0], [2.0]), lambda t: t.assertNotAllClose([1.0], [1.0])),
        (lambda t: t.assertShapeEqual(np.zeros([2, 3]), tf.zeros([2, 3])), lambda t: t.assertShapeEqual(np.zeros(2), tf.zeros([3]))),
        (lambda t: t.assertNear(1.0, 1.05, 0.1), lambda t: t.assertNear(1.0, 1.2, 0.1)),
        (lambda t: t.assertArrayNear([1, 2], [1.01, 2], 0.1), lambda t: t.assertArrayNear([1], [1, 2], 0.1)),
        (lambda t: t.assertAllInRange([1, 2], 1, 2), lambda t: t.assertAllInRange([1, 2], 1, 2, open_upper_bound=True)),
        (lambda t: t.assertProtoEquals('name: "a"', tf.NodeDef(name="a")), lambda t: t.assertProtoEquals("", tf.NodeDef(name="a"))),
        (lambda t: t.assertStartsWith("abc", "ab"), lambda t: t.assertStartsWith("abc", "b")),
        (lambda t: t.assertItemsEqual([1, 2], [2, 1]), lambda t: t.assertItemsEqual([1], [2])),
        (lambda t: t.assertAllCloseAccordingToType(np.float16([1.0]), [1.0005]),
         lambda t: t.assertAllCloseAccordingToType([1.0], [1.0005])),
        (lambda t: t.assertDTypeEqual(tf.zeros([1]), tf.float32), lambda t: t.assertDTypeEqual(np.zeros(1), np.float32)),
    ],
)  # fmt: skip
def test_assertions(case, passes, fails):
    with case.session():
        passes(case)
        with pytest.raises(AssertionError):
            fails(case)


def test_op_errors(case):
    with case.session() as session:
        x = tf.placeholder(tf.float32)
        with case.assertRaisesOpError("You must feed a value for placeholder"):
            session.run(x + 1.0)
        with pytest.raises(AssertionError), case.assertRaisesOpError("something else"):
            session.run(x + 1.0)


def test_the_cached_session_keeps_its_variables(case):
    with case.test_session():
        v = tf.Variable(3.0)
        v.initializer.run()
    with case.test_session():
        assert v.eval() == 3.0 == case.evaluate(v)


def test_a_set_up_of_its_own_may_leave_out_that_of_the_base():
    class Own(Case):
        def setUp(self):
            self.value = 1

    own = Own()
    own.setUp()
    with own.cached_session() as sess:
        assert sess.run(tf.constant(own.value)) == 1
    own.tearDown()


def test_each_test_begins_with_an_empty_graph(case):
    tf.constant(1.0)
    case.setUp()
    assert tf.get_default_graph().get_operations() == []


def test_gradients_by_differences(case):
    with case.session():
        x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        y = tf.matmul(x, x)
        theory, numbers = tf.test.compute_gradient(x, [2, 2], y, [2, 2], x_init_value=np.ones((2, 2), np.float32))
        assert theory.shape == numbers.shape == (4, 4)
        np.testing.assert_allclose(theory, numbers, atol=1e-2)
        assert tf.test.compute_gradient_error(x, [2, 2], tf.square(x), [2, 2]) < 1e-2
        assert tf.test.compute_gradient_error(x, [2, 2], tf.stop_gradient(x) * x, [2, 2]) > 0.1


def test_equal_graphs():
    graph_defs = []
    for names in (("a", "b"), ("b", "a"), ("a", "c")):
        graph_def = tf.GraphDef()
        for name in names:
            graph_def.node.add(name=name, op="NoOp")
        graph_defs.append(graph_def)
    tf.test.assert_equal_graph_def(graph_defs[0], graph_defs[1])
    with pytest.raises(AssertionError, match="unexpected node '{{node b}}'"):
        tf.test.assert_equal_graph_def(graph_defs[0], graph_defs[2])
    first, second = tf.GraphDef(), tf.GraphDef()
    first.node.add(name="a", op="Identity", input=["x", "^c", "^b"])
    second.node.add(name="a", op="Identity", input=["x:0", "^b", "^c"]).attr["_class"].list.s.append(b"loc:@x")
    tf.test.assert_equal_graph_def(first, second)


def test_main_runs_the_tests_of_a_script(tmp_path):
    (tmp_path / "script.py").write_text(
        "import tensorflow as tf\n"
        "class T(tf.test.TestCase):\n"
        "    def testSum(self):\n"
        "        with self.test_session():\n"
        "            self.assertEqual((tf.constant(1) + 2).eval(), 3)\n"
        "tf.test.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tinytf", "script.py"], cwd=tmp_path, env=dict(os.environ, PYTHONPATH=ROOT), capture_output=True, text=True
    )
    assert done.returncode == 0 and "OK" in done.stderr, done.stderr
    assert "Ran 1 test" in done.stderr or "Ran 2 tests" in done.stderr


def test_devices():
    assert not tf.test.is_gpu_available() and not tf.test.is_built_with_cuda() and tf.test.gpu_device_name() == ""
    config = tf.config.experimental
    assert [d.device_type for d in config.list_physical_devices()] == ["CPU"] and config.list_physical_devices("GPU") == []
    with pytest.raises(ValueError, match="non-GPU"):
        config.set_memory_growth(config.list_physical_devices("CPU")[0], True)
    from tinytf import device_lib

    (cpu,) = device_lib.list_local_devices()
    assert (cpu.name, cpu.device_type) == ("/device:CPU:0", "CPU")


def test_a_thread_fails_the_test_that_joins_it():
    case = Case()
    thread = case.checkedThread(lambda: 1 // 0)
    thread.start()
    with pytest.raises(AssertionError, match="integer division or modulo by zero"):
        thread.join()


def test_the_session_of_a_test():
    case = Case()
    case.setUp()
    with case.cached_session() as session, case.cached_session() as again:
        assert session is again and tf.constant(1).device == "/device:CPU:0"
        with pytest.raises(ValueError, match="The graph used to get the cached session is different"), case.cached_session(graph=tf.Graph()):
            pass
    with case.session(use_gpu=True):
        assert tf.constant(1).device == ""
    case.tearDown()


@pytest.mark.parametrize(
    "a, b, error, message",
    [
        (7, 7 + 1e-5, AssertionError, "Not equal to tolerance"),
        ([0], [1], AssertionError, "not close dif"),
        (1, {"a": 1}, ValueError, "Can't compare dict to non-dict"),
        ({"a": 1}, {"b": 1}, AssertionError, "mismatched keys"),
        ({"y": (2, [{"m": 3}])}, {"y": (2, [{"m": 4}])}, AssertionError, r"\[y\]\[1\]\[0\]\[m\]"),
        ([[1, 2], [3]], [[1, 2]], ValueError, "Mismatched length"),
    ],
)
def test_where_values_are_not_close(a, b, error, message):
    with pytest.raises(error, match=message):
        Case().assertAllClose(a, b)


def test_what_is_written_to_a_stream():
    case = Case()
    with open(case.create_tempfile("out"), "w") as stream, case.captureWritesToStream(stream) as captured:
        stream.write("hello")
    assert captured.contents() == "hello"
