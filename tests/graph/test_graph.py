"""A graph is its NodeDefs in order, and finds its elements by name."""

import threading

import pytest

import tinytf as tf


@pytest.fixture
def graph():
    with tf.Graph().as_default() as g:
        yield g


def test_control_inputs_are_exported_sorted_after_the_data_inputs(graph):
    b, a = tf.no_op("b"), tf.no_op("a")
    x = tf.constant(1.0, name="x")
    with tf.control_dependencies([b, a]):
        y = tf.identity(x, name="y")
    assert list(y.op.node_def.input) == ["x", "^a", "^b"]


def test_control_dependencies_implied_by_an_input_are_left_out(graph):
    a = tf.no_op("a")
    with tf.control_dependencies([a]):
        x = tf.constant(1.0, name="x")
        y = tf.identity(x, name="y")
    assert list(x.op.node_def.input) == ["^a"]
    assert list(y.op.node_def.input) == ["x"]


def test_control_dependencies_none_clears(graph):
    a = tf.no_op("a")
    with tf.control_dependencies([a]), tf.control_dependencies(None):
        assert list(tf.no_op("b").node_def.input) == []


@pytest.mark.parametrize(
    "scopes, device",
    [
        (["/cpu:0"], "/device:CPU:0"),
        (["/job:ps/task:1", "/cpu:0"], "/job:ps/task:1/device:CPU:0"),
        (["/gpu:1", "/cpu:0"], "/device:CPU:0"),
        (["/gpu:1", None], ""),
        ([lambda op: "/device:GPU:3"], "/device:GPU:3"),
        (["/job:a", "/job:b"], "/job:b"),
    ],
)
def test_devices_merge_with_the_inner_part_winning(graph, scopes, device):
    from contextlib import ExitStack

    with ExitStack() as stack:
        for s in scopes:
            stack.enter_context(tf.device(s))
        assert tf.no_op().device == device


def test_colocation_takes_device_and_group(graph):
    with tf.device("/cpu:1"):
        a = tf.constant(1, name="a")
    with graph.colocate_with(a.op):
        b = tf.constant(2, name="b")
    assert b.op.device == "/device:CPU:1"
    assert b.op.get_attr("_class") == [b"loc:@a"]
    r = tf.get_variable("r", [2], use_resource=True)
    with graph.colocate_with(r):
        assert tf.constant(3).op.get_attr("_class") == [b"loc:@r"]  # where the variable is, not a read of it
    with tf.device("/job:outer"), graph.colocate_with(None, ignore_existing=True), tf.device("/cpu:0"):
        assert tf.constant(4).device == "/device:CPU:0"  # lifting all colocations lifts devices, too


@pytest.mark.parametrize(
    "name, error, words",
    [
        ("nope:0", KeyError, "refers to a Tensor which does not exist"),
        ("x:1", KeyError, "exists but only has 1 outputs"),
        ("x", ValueError, "refers to an Operation, not a Tensor"),
        ("x:y", ValueError, "not a valid one"),
        (3, TypeError, "Tensor names are strings"),
    ],
)
def test_a_tensor_that_is_not_there_is_explained(graph, name, error, words):
    tf.constant(1, name="x")
    with pytest.raises(error, match=words):
        graph.get_tensor_by_name(name)


def test_elements_are_found_by_name(graph):
    x = tf.constant(1, name="x")
    assert graph.get_tensor_by_name("x:0") is x
    assert graph.get_operation_by_name("x") is x.op
    assert graph.as_graph_element("x") is x.op
    assert graph.as_graph_element("x:0") is x


def test_another_graphs_tensor_is_refused(graph):
    x = tf.constant(1.0)
    with tf.Graph().as_default() as other:
        y = tf.constant(1.0)
        with pytest.raises(ValueError, match="is not an element of this graph"):
            other.as_graph_element(x)
        with pytest.raises(ValueError, match="must be from the same graph"):
            tf.add(x, y)


def test_a_finalized_graph_takes_no_more_ops(graph):
    graph.finalize()
    with pytest.raises(RuntimeError, match="Graph is finalized and cannot be modified"):
        tf.constant(1)


def test_collections_filter_by_scope(graph):
    a, b = tf.constant(1, name="s/a"), tf.constant(1, name="t/b")
    tf.add_to_collection("k", a)
    tf.add_to_collection("k", b)
    assert tf.get_collection("k") == [a, b]
    assert tf.get_collection("k", "s") == [a]
    assert tf.get_collection("unknown") == []
    tf.get_collection_ref("k").append(b)
    assert tf.get_collection("k") == [a, b, b]


def test_shapes_that_contradict_name_the_op_and_what_they_are(graph):
    a, b = tf.zeros([2, 3]), tf.zeros([4, 5])
    with pytest.raises(ValueError, match=r"Dimensions must be equal, but are 3 and 4 for 'MatMul' \(op: 'MatMul'\) with input shapes: \[2,3\], \[4,5\]"):
        tf.matmul(a, b)


def test_dtypes_that_contradict_name_both_arguments(graph):
    with pytest.raises(TypeError, match="type int32.* that does not match type float32.* of argument 'a'|type int32 that does not match type float32 of argument 'x'"):
        tf.add(tf.constant(1.0), tf.constant(1))


def test_an_op_knows_the_line_that_made_it(graph):
    x = tf.constant(1.0, name="x")
    assert "test_graph.py" in x.op.where_made and 'x = tf.constant(1.0, name="x")' in x.op.where_made


def test_reset_default_graph_is_refused_inside_a_graph(graph):
    with pytest.raises(AssertionError, match="nested graphs"):
        tf.reset_default_graph()


def test_tensors_are_no_booleans_and_no_sequences(graph):
    x = tf.constant([1.0])
    with pytest.raises(TypeError, match="using a `tf.Tensor` as a Python `bool`"):
        bool(x)
    with pytest.raises(TypeError, match="iterating over `tf.Tensor` is not allowed in Graph execution"):
        iter(x)


def test_as_graph_def_gives_all_nodes_whatever_the_version():
    with tf.Graph().as_default() as graph:
        tf.constant(1.0, name="a")
        version = graph.version
        tf.constant(2.0, name="b")
        assert [n.name for n in graph.as_graph_def(from_version=version).node] == ["a", "b"]
        assert graph._as_graph_def()[1] == 2


def test_nobody_adds_to_the_inputs_of_an_operation(graph):
    a = tf.constant(1.0)
    added = tf.add(a, a).op
    assert list(added.inputs) == [a, a]
    with pytest.raises(AttributeError, match="'_InputList' object has no attribute 'append'"):
        added.inputs.append(a)


def test_a_thread_starts_with_the_scopes_of_the_switch(graph):
    made = []
    with graph.device("/device:CPU:1"):
        graph.switch_to_thread_local()
        with graph.device("/job:late"):
            thread = threading.Thread(target=lambda: made.append(graph.create_op("NoOp", [], [])))
            thread.start()
            thread.join()
    assert made[0].device == "/device:CPU:1"


def test_init_scope_leaves_any_graph_that_says_it_is_a_function(graph):
    inner = tf.Graph()
    inner._building_function = True
    with inner.as_default(), tf.init_scope():
        lifted = tf.constant(1.0)
    assert lifted.graph is graph and not inner.get_operations()
