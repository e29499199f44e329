"""Conditionals and loops made of functions: what they build, where, and what their gradients make of them."""

import pytest

import tinytf as tf
from tinytf.ops.functions import cond_v2, while_v2


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


def run(fetches, feed_dict=None):
    with tf.Session() as session:
        return session.run(fetches, feed_dict)


def types_of_functions(graph):
    return {node.op for function in graph.as_graph_def().library.function for node in function.node_def}


def test_the_switch_is_for_new_conditionals_and_loops():
    tf.enable_control_flow_v2()
    try:
        assert tf.control_flow_v2_enabled()
        assert tf.cond(tf.constant(True), lambda: 1, lambda: 2).op.inputs[0].op.type == "StatelessIf"
        assert tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0]).op.inputs[0].op.type == "While"
    finally:
        tf.disable_control_flow_v2()
    assert tf.cond(tf.constant(True), lambda: 1, lambda: 2).op.type == "Merge"


def test_functions_of_datasets_hold_them_and_defuns_do_not():
    from tinytf.ops.functions.defun import Defun

    tf.data.Dataset.range(3).map(lambda x: tf.cond(x > 1, lambda: x, lambda: -x))
    assert "StatelessIf" in types_of_functions(tf.get_default_graph())

    @Defun(tf.int32)
    def function(x):
        return tf.cond(x > 1, lambda: x, lambda: -x)

    with tf.Graph().as_default() as graph:
        function(tf.constant(1))
        assert "Merge" in types_of_functions(graph) and "StatelessIf" not in types_of_functions(graph)


def test_gradients_give_the_forward_op_further_results_once():
    x = tf.constant(2.0)
    y = cond_v2.cond_v2(tf.constant(True), lambda: x * x * x, lambda: x)
    loop = while_v2.while_loop(lambda v: v < 8.0, lambda v: v * v, [x], return_same_structure=False)
    ops = [y.op.inputs[0].op, loop.op.inputs[0].op]
    before = [len(op.outputs) for op in ops]
    first = tf.gradients(y, x) + tf.gradients(loop, x)
    after = [len(op.outputs) for op in ops]
    second = tf.gradients(y, x) + tf.gradients(loop, x)
    assert all(a > b for a, b in zip(after, before)) and [len(op.outputs) for op in ops] == after
    assert run(first) == run(second) == [12.0, 32.0]


def test_a_branch_keeps_what_the_program_itself_may_do(tmp_path):
    """The branch is made anew for its gradient, and still counts as the program's own: it may write files."""
    path = str(tmp_path / "written")
    x = tf.constant(2.0)

    def branch():
        with tf.control_dependencies([tf.write_file(path, "here")]):
            return x * x

    y = cond_v2.cond_v2(tf.constant(True), branch, lambda: x)
    assert run([y, tf.gradients(y, x)[0]]) == [4.0, 4.0]
    assert open(path).read() == "here"


def test_a_tensor_of_one_branch_is_of_no_use_in_another():
    kept = []

    def branch():
        kept.append(tf.constant(1.0, name="mine"))
        return kept[0]

    with pytest.raises(ValueError, match="Tensor mine:0 in true_fn is accessed from false_fn"):
        cond_v2.cond_v2(tf.constant(True), branch, lambda: kept[0])
    with pytest.raises(tf.errors.InaccessibleTensorError if hasattr(tf.errors, "InaccessibleTensorError") else ValueError):
        tf.data.Dataset.range(1).map(lambda x: cond_v2.cond_v2(x > 0, branch, branch) + kept[-1])


def test_a_loop_that_never_ends_keeps_to_the_time_that_a_run_has():
    loop = while_v2.while_loop(lambda v: True, lambda v: v + 1, [tf.constant(0)])
    with tf.Session() as session, pytest.raises(tf.errors.DeadlineExceededError):
        session.run(loop, options=tf.RunOptions(timeout_in_ms=1))


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ((0, [lambda: 1]), TypeError, "branch_index must a Tensor"),
        ((1.0, [lambda: 1]), TypeError, "branch_index must an integer Tensor"),
        ((1, []), ValueError, "at least one item"),
        ((1, {3: lambda: 1}), ValueError, "must form contiguous range"),
        ((1, [(0, 3)]), TypeError, "must be callable"),
    ],
)
def test_switch_case_checks_its_arguments(arguments, error, words):
    index, branches = arguments
    index = index if words == "branch_index must a Tensor" else tf.constant(index)
    with pytest.raises(error, match=words):
        tf.switch_case(index, branches)


def test_the_arrays_that_a_function_hands_on_are_not_written_to():
    x = tf.placeholder(tf.float32, [3])
    y = x * 2.0
    same = cond_v2.cond_v2(tf.constant(True), lambda: y, lambda: y + 1.0)
    with tf.Session() as session:
        for _ in range(2):
            changed, kept = session.run([same + 1.0, y], {x: [1.0, 2.0, 3.0]})
            assert changed.tolist() == [3.0, 5.0, 7.0] and kept.tolist() == [2.0, 4.0, 6.0]


def test_tests_with_and_without_control_flow_v2():
    from tinytf.test import decorators

    seen = []

    @decorators.with_control_flow_v2
    class Tests:
        def testOne(self):
            seen.append(tf.control_flow_v2_enabled())

        @decorators.disable_control_flow_v2("why")
        def testTwo(self):
            seen.append("two")

    tests = Tests()
    tests.testOne()
    tests.testOneWithControlFlowV2()
    assert seen == [False, True] and not hasattr(tests, "testTwoWithControlFlowV2")
