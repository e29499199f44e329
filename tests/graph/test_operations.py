"""Operations made of a NodeDef, changed inputs, and the scopes that an operation remembers."""

import threading

import pytest

import tinytf as tf
from tinytf import errors
from tinytf.graph import error_interpolation
from tinytf.graph.device import DeviceSpec, DeviceSpecV2
from tinytf.graph.node_defs import new_node_def
from tinytf.graph.traceable_stack import TraceableObject, TraceableStack


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_an_operation_of_a_node_def(graph):
    op = tf.Operation(new_node_def("NoOp", "myop", device="/job:a/device:GPU:0"), graph)
    assert graph.get_operation_by_name("myop") is op and op.device == "/job:a/device:GPU:0"
    for name in ("", "_a", "a:0"):
        with pytest.raises(ValueError, match="not a valid node name"):
            tf.Operation(new_node_def("NoOp", name), graph)
    with pytest.raises(TypeError, match="node_def"):
        tf.Operation("NoOp", graph)


def test_an_input_is_replaced_only_by_what_fits(graph):
    x, y = tf.constant([[1], [2]]), tf.constant([[3], [4]])
    z = tf.add(x, x)
    assert x.consumers() == [z.op, z.op]
    z.op._update_input(1, y)
    assert x.consumers() == [z.op] and tf.Session().run(z).tolist() == [[4], [6]]
    with pytest.raises(errors.OutOfRangeError, match="greater than the number of total inputs"):
        z.op._update_input(2, y)
    with pytest.raises(errors.InvalidArgumentError, match=r"incompatible shapes: \[3\] and \[2,1\]"):
        z.op._update_input(0, tf.constant([1, 2, 3]))
    with tf.Graph().as_default(), pytest.raises(ValueError, match="same graph"):
        z.op._update_input(0, tf.constant([[1], [2]]))
    z.op._update_input(0, tf.constant([["a"], ["b"]]))
    with pytest.raises(errors.InvalidArgumentError, match="Input 0 of node Add was passed string from .* incompatible with expected int32"):
        tf.Session().run(z)


def test_scopes_are_remembered_with_their_place():
    with tf.device("/cpu:0"), tf.device(lambda op: "/job:a"):
        op = tf.constant(1).op
    inner, outer = op._device_assignments
    assert outer.obj == "/cpu:0" and inner.obj.startswith("<lambda><") and outer.filename == __file__
    with tf.colocate_with(op):
        other = tf.constant(2).op
    assert list(other._colocation_dict) == [op.name] and other._colocation_dict[op.name].filename == __file__


def test_attributes_of_a_scope(graph):
    def made():
        return {k: v for k, v in tf.no_op().attrs.items() if k in ("_A", "_B")}

    value = tf.AttrValue(s=b"a")
    with graph._attr_scope({"_A": value}):
        assert made() == {"_A": b"a"}
        with graph._attr_scope({"_A": None, "_B": lambda node: value}):
            assert made() == {"_B": b"a"}
    assert made() == {}


def test_name_scopes_belong_to_threads(graph):
    inside, go_on = threading.Event(), threading.Event()

    def other():
        with graph.name_scope("other"):
            inside.set()
            go_on.wait()

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait()
    assert tf.Graph.get_name_scope(graph) == ""
    go_on.set()
    thread.join()


def test_ops_that_were_removed(graph):
    with pytest.raises(NotImplementedError, match="Op BatchCholesky is not available in GraphDef version .*removed in version 13"):
        from tinytf import generated_ops

        generated_ops.batch_cholesky([[1.0]])


@pytest.mark.parametrize("error, arguments", [(TypeError, ("a", [1])), (ValueError, (None, None, [1]))])
def test_name_scope_arguments(error, arguments):
    with pytest.raises(error), tf.name_scope(*arguments):
        pass


def test_device_specs():
    fixed = DeviceSpecV2.from_string("/job:a/cpu:0")
    assert fixed.replace(task=3).to_string() == "/job:a/task:3/device:CPU:0"
    assert fixed.make_merged_spec(DeviceSpecV2(job="b")).job == "b" and fixed == DeviceSpecV2("a", device_type="CPU", device_index=0)
    with pytest.raises(AttributeError):
        fixed.job = "b"
    spec = DeviceSpec(job="a")
    spec.job = "b"
    assert spec.to_string() == "/job:b" and spec != DeviceSpecV2(job="b")


def test_objects_know_their_line():
    stack = TraceableStack()
    assert stack.push_obj(17) == TraceableObject.SUCCESS and stack.push_obj(18, offset=10**4) == TraceableObject.HEURISTIC_USED
    assert stack.peek_objs() == [18, 17] and stack.peek_traceable_objs()[1].filename == __file__
    assert stack.pop_obj() == 18 and len(stack) == 1


def test_tags_in_messages_tell_the_place(graph):
    with tf.device("/cpu"):
        op = tf.constant(1, name="one").op
    place = f"node one (defined at {error_interpolation.compute_field_dict(op)['file']}:"
    assert error_interpolation.parse_message("a{{node one}}b") == (["a", "b"], [("node", "one")])
    shown = error_interpolation.interpolate("a{{node one}}b{{node other}}{{function_node f}}", graph)
    assert shown.startswith("anode one (defined at ") and shown.endswith(") b{{node other}}")
    shown = error_interpolation.interpolate("{{colocation_node one}}", graph)
    assert shown.startswith(place) and f"with tf.device(/cpu): <{__file__}:" in shown and "No node-device colocations" in shown


def test_a_node_that_shapes_forbid_has_taken_a_number():
    with tf.Graph().as_default() as graph:
        tf.constant([1, 2, 3], name="a")
        with pytest.raises(ValueError):
            tf.reshape(graph.get_tensor_by_name("a:0"), [2, -1])
        assert [op.name for op in graph.get_operations()] == ["a", "Reshape/shape"]
        assert graph.version == 3  # the seeds of random ops follow it, as in TensorFlow
