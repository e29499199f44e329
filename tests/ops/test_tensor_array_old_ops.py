"""Graphs of 2015 and 2016 hold TensorArrays of a first and of a second version: they run."""

import numpy as np
import pytest

import tinytf as tf


def _graph(suffix: str, producer: int):
    graph = tf.GraphDef()
    graph.versions.producer = producer

    def node(name, op, inputs, **types):
        made = graph.node.add()
        made.name, made.op = name, op
        made.input.extend(inputs)
        for key, dtype in types.items():
            made.attr[key].type = dtype.as_datatype_enum
        return made

    def const(name, dtype, value):
        node(name, "Const", [], dtype=dtype).attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value, dtype))

    const("size", tf.int32, 2)
    const("flow", tf.float32, 0.0)
    const("rows", tf.float32, [[1.0, 2.0], [3.0, 4.0]])
    const("indices", tf.int32, [1, 0])
    const("first", tf.int32, 0)
    const("lengths", tf.int64, [1, 1])
    for name in "abcd":
        node(name, "TensorArray" + suffix, ["size"], dtype=tf.float32)
    node("scatter", "TensorArrayScatter" + suffix, ["a", "indices", "rows", "flow"], T=tf.float32)
    node("gather", "TensorArrayGather" + suffix, ["a", "indices", "scatter"], dtype=tf.float32)
    node("count", "TensorArraySize" + suffix, ["a", "scatter"])
    node("write", "TensorArrayWrite" + suffix, ["b", "first", "rows", "flow"], T=tf.float32)
    node("read", "TensorArrayRead" + suffix, ["b", "first", "write"], dtype=tf.float32)
    node("split", "TensorArraySplit" + suffix, ["c", "rows", "lengths", "flow"], T=tf.float32)
    node("concat", "TensorArrayConcat" + suffix, ["c", "split"], dtype=tf.float32)
    node("close", "TensorArrayClose" + suffix, ["d"])
    if not suffix:
        node("unpack", "TensorArrayUnpack", ["d", "rows", "flow"], T=tf.float32)
        node("pack", "TensorArrayPack", ["d", "unpack"], dtype=tf.float32)
    return graph


@pytest.mark.parametrize("suffix, producer", [("", 10), ("V2", 20)])
def test_old_tensor_arrays_run(suffix, producer):
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.import_graph_def(_graph(suffix, producer), name="")
        names = ["gather:0", "read:0", "concat:0"] + ([] if suffix else ["pack:0"])
        assert graph.get_tensor_by_name("a:0").shape.as_list() == [2] if suffix else graph.get_tensor_by_name("a:0").shape.ndims is None
        for found in session.run(names):
            np.testing.assert_array_equal(found, [[1, 2], [3, 4]])
        assert session.run("count:0") == 2
        np.testing.assert_array_equal(session.run("concat:1"), [1, 1])
        session.run("close")


def test_no_new_ones_are_made():
    with tf.Graph().as_default(), pytest.raises(NotImplementedError, match="Use TensorArrayV3"):
        tf.raw_ops.TensorArrayV2(size=2, dtype=tf.float32)
