"""Graphs in files: import and export of MetaGraphDefs, whole and by scope, and GraphDefs as files."""

import os

import numpy as np
import pytest

import tinytf as tf
from tinytf import protos
from tinytf.graph import meta_graph


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tf.Graph().as_default():
        yield


def _model():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.Variable([[1.0], [2.0]], name="w")
    y = tf.matmul(x, w, name="y")
    tf.add_to_collection("out", y)
    tf.add_to_collection("k", 3)
    with tf.device("/gpu:3"):
        tf.identity(y, name="z")
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run(w.initializer)
        saver.save(sess, "m")
    return saver


def _names():
    return [op.name for op in tf.get_default_graph().get_operations()]


def test_binary_and_text_files():
    _model().export_meta_graph("text.meta", as_text=True)
    assert open("text.meta").read().startswith("meta_info_def {")
    for path in ("m.meta", "text.meta"):
        with tf.Graph().as_default() as graph, tf.Session() as sess:
            saver = tf.train.import_meta_graph(path, clear_devices=True)
            saver.restore(sess, "m")
            assert sess.run(tf.get_collection("out")[0], {"x:0": [[1, 1]]}).tolist() == [[3.0]]
            assert tf.get_collection("k") == [3]
            assert [v.name for v in tf.trainable_variables()] == ["w:0"]
            assert tf.global_variables()[0] is tf.trainable_variables()[0]
            assert graph.get_operation_by_name("z").device == ""


def test_into_a_scope_with_inputs_replaced():
    _model()
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        given = tf.constant([[2.0, 2.0]])
        saver = tf.train.import_meta_graph("m.meta", clear_devices=True, import_scope="sc", input_map={"x:0": given})
        assert saver.saver_def.filename_tensor_name == "sc/save/Const:0"
        saver.restore(sess, "m")
        assert sess.run("sc/y:0").tolist() == [[6.0]]
        again = tf.train.import_meta_graph("m.meta", import_scope="sc")
        assert graph.get_operations()[-1].name == "sc_1/save/restore_all"
        assert again.saver_def.restore_op_name == "sc_1/save/restore_all"
        again.restore(sess, "m")
        assert [v.name for v in tf.global_variables()] == ["sc/w:0", "sc_1/w:0"]


def test_elements_are_returned():
    _model()
    from tinytf.train.saver import _import_meta_graph_with_return_elements

    with tf.Graph().as_default():
        _, (y, w) = _import_meta_graph_with_return_elements("m.meta", return_elements=["y:0", "w"])
        assert y.name == "y:0" and w.type == "VariableV2"


def test_files_that_are_none():
    with pytest.raises(OSError, match="File nope.meta does not exist"):
        tf.train.import_meta_graph("nope.meta")
    with open("bad.meta", "w") as f:
        f.write("hello: 1")
    with pytest.raises(OSError, match="Cannot parse file bad.meta"):
        tf.train.import_meta_graph("bad.meta")


def test_a_graph_without_variables_has_no_saver():
    tf.constant(1.0)
    exported = tf.train.export_meta_graph("c.meta")
    assert not exported.HasField("saver_def")
    with tf.Graph().as_default():
        assert tf.train.import_meta_graph("c.meta") is None


def test_saver_for_variables_without_a_saver_def():
    tf.Variable(1.0, name="v")
    tf.train.export_meta_graph("v.meta")
    with tf.Graph().as_default():
        assert tf.train.import_meta_graph("v.meta").saver_def.restore_op_name == "save/restore_all"


def test_a_training_graph_goes_on_after_import():
    x = tf.constant([[1.0, 2.0]])
    w = tf.get_variable("w", initializer=[[0.5], [0.5]])
    loss = tf.reduce_sum(tf.square(tf.matmul(x, w)))
    step = tf.train.get_or_create_global_step()
    tf.add_to_collection("train_op", tf.train.MomentumOptimizer(0.01, 0.9).minimize(loss, global_step=step))
    tf.add_to_collection("losses", loss)
    saver = tf.train.Saver()

    def steps(sess, count):
        return [sess.run([tf.get_collection("losses")[0], tf.get_collection("train_op")[0]])[0] for _ in range(count)]

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        steps(sess, 3)
        saver.save(sess, "m")
        expected = steps(sess, 3)
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.train.import_meta_graph("m.meta").restore(sess, "m")
        assert np.allclose(steps(sess, 3), expected)
        assert sess.run(tf.train.get_global_step()) == 6


def _scoped_model():
    x = tf.constant([[1.0, 1.0]], name="x")
    with tf.name_scope("h1"):
        w = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="w")
        h = tf.nn.relu(tf.matmul(x, w), name="h")
        loop = tf.while_loop(lambda i, h: i < 3, lambda i, h: (i + 1, h * 2.0), [tf.constant(0), h])
        tf.cond(tf.reduce_sum(loop[1]) > 3, lambda: loop[1], lambda: h)
    tf.add_to_collection("hidden", h)
    tf.add_to_collection("inputs", x)


def test_a_scope_alone():
    _scoped_model()
    exported, variables = meta_graph.export_scoped_meta_graph(filename="s.meta", export_scope="h1")
    assert sorted(variables) == ["w:0"]
    assert list(exported.collection_def["unbound_inputs"].bytes_list.value) == [b"$unbound_inputs_x"]
    assert list(exported.collection_def["hidden"].node_list.value) == ["h:0"]
    assert "inputs" not in exported.collection_def
    assert ("MatMul", ["$unbound_inputs_x", "w/read"]) in [(n.name, list(n.input)) for n in exported.graph_def.node]
    with tf.Graph().as_default() as graph:
        with pytest.raises(ValueError, match=r"unbound inputs: \$unbound_inputs_x. Must provide these inputs through input_map"):
            meta_graph.import_scoped_meta_graph("s.meta", import_scope="n")
        given = tf.constant([[2.0, 2.0]])
        variables = meta_graph.import_scoped_meta_graph("s.meta", import_scope="n", input_map={"$unbound_inputs_x": given})
        assert {k: v.name for k, v in variables.items()} == {"w:0": "n/w:0"}
        gradient = tf.gradients(graph.get_tensor_by_name("n/while/Exit_1:0"), list(variables.values()))[0]
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            assert sess.run(tf.get_collection("hidden")[0]).tolist() == [[8.0, 12.0]]
            # The loop's context came too: its gradient doubles three times.
            assert sess.run(gradient).tolist() == [[16.0, 16.0], [16.0, 16.0]]


def test_a_scope_is_copied():
    with tf.name_scope("h1"):
        w = tf.Variable([1.0, 2.0], name="w")
        tf.multiply(w, 2.0, name="twice")
    new = meta_graph.copy_scoped_meta_graph(from_scope="h1", to_scope="h2")
    assert [v.name for v in new.values()] == ["h2/w:0"]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run("h2/twice:0").tolist() == [2.0, 4.0]
    with pytest.raises(ValueError, match="need to be different"):
        meta_graph.copy_scoped_meta_graph(from_scope="h1", to_scope="h1")


def test_nested_control_flow_contexts_survive():
    x = tf.placeholder(tf.float32, [], name="x")

    def body(i, y):
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: y * 2.0, lambda: tf.while_loop(lambda z: z < 100.0, lambda z: z * 3.0, [y]))

    _, y = tf.while_loop(lambda i, _: i < 3, body, [0, x])
    tf.identity(y, name="y")
    exported = tf.train.export_meta_graph()
    with tf.Graph().as_default() as graph:
        tf.train.import_meta_graph(exported)
        again = tf.train.export_meta_graph()
        for key in ("while_context", "cond_context"):
            kind = {"while_context": protos.WhileContextDef, "cond_context": protos.CondContextDef}[key]
            ours = [kind.FromString(v) for v in again.collection_def[key].bytes_list.value]
            assert ours == [kind.FromString(v) for v in exported.collection_def[key].bytes_list.value]
        gradient = tf.gradients(graph.get_tensor_by_name("y:0"), graph.get_tensor_by_name("x:0"))[0]
        with tf.Session() as sess:
            assert sess.run(["y:0", gradient], {"x:0": 2.0}) == [216.0, 108.0]  # 2 -> 4 -> 108 -> 216


def test_default_attributes_can_be_left_out():
    tf.matmul([[1.0]], [[2.0]], name="y")
    stripped = tf.train.export_meta_graph(strip_default_attrs=True)
    assert stripped.meta_info_def.stripped_default_attrs
    node = [n for n in stripped.graph_def.node if n.name == "y"][0]
    assert sorted(node.attr) == ["T", "_output_shapes"]
    with tf.Graph().as_default() as graph:
        tf.train.import_meta_graph(stripped)
        assert graph.get_operation_by_name("y").get_attr("transpose_a") is False


def test_debug_info():
    _model().export_meta_graph("m.meta", save_debug_info=True)
    info = protos.GraphDebugInfo()
    with open("m.debug", "rb") as f:
        info.ParseFromString(f.read())
    lines = info.traces["y"].file_line_cols
    assert any(os.path.basename(info.files[c.file_index]) == os.path.basename(__file__) for c in lines)


@pytest.mark.parametrize("as_text", [True, False])
def test_write_graph(as_text):
    tf.constant(1.0, name="c")
    path = tf.train.write_graph(tf.get_default_graph(), "new/folder", "g.pb", as_text=as_text)
    assert path == os.path.join("new/folder", "g.pb") and os.listdir("new/folder") == ["g.pb"]
    from tinytf.graph.graph_io import read_message

    assert read_message(path, protos.GraphDef) == tf.get_default_graph().as_graph_def()


def test_wrong_types():
    for argument in ("meta_info_def", "graph_def", "saver_def"):
        with pytest.raises(TypeError, match=argument + " must be of type"):
            tf.train.export_meta_graph(**{argument: protos.TensorProto(dtype=1)})


_FIXTURES = os.environ.get("TINYTF_FIXTURES", "")


@pytest.mark.skipif(not _FIXTURES, reason="TINYTF_FIXTURES names no folder of published models")
def test_published_meta_files_import_and_export_equal():
    for root, _, names in os.walk(_FIXTURES):
        for name in names:
            if name.endswith(".meta"):
                given = meta_graph.read_meta_graph_file(os.path.join(root, name))
                with tf.Graph().as_default() as graph:
                    tf.train.import_meta_graph(given)
                    exported = graph.as_graph_def()
                assert [n.name for n in exported.node] == [n.name for n in given.graph_def.node]
                for ours, theirs in zip(exported.node, given.graph_def.node):
                    for key in list(ours.attr):
                        if key not in theirs.attr:
                            del ours.attr[key]  # defaults that newer versions know
                    if "_output_shapes" in theirs.attr:
                        del theirs.attr["_output_shapes"]
                    assert ours == theirs


def test_the_functions_of_datasets_carry_their_shapes_and_the_names_of_their_arguments():
    with tf.Graph().as_default():
        tf.data.Dataset.range(3).map(lambda x: x + 1).make_initializable_iterator()
        (function,) = tf.train.export_meta_graph().graph_def.library.function
        (plain,) = tf.get_default_graph().as_graph_def().library.function
    assert function.arg_attr[0].attr["_user_specified_name"].s == b"args_0"
    assert [s.dim[:] for s in function.attr["_input_shapes"].list.shape] == [[]]
    assert all(len(node.attr["_output_shapes"].list.shape) == 1 for node in function.node_def)
    assert not any("_output_shapes" in node.attr for node in plain.node_def) and "_input_shapes" not in plain.attr
