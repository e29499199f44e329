"""graph_util and the tools on GraphDefs: cutting, freezing, folding."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import graph_util
from tinytf.graph.build import make
from tinytf.tools import inspect_checkpoint
from tinytf.tools.freeze_graph import freeze_graph
from tinytf.tools.optimize_for_inference import fuse_resize_and_conv, optimize_for_inference
from tinytf.tools.strip_unused import strip_unused


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tf.Graph().as_default():
        yield


def _nodes(graph_def):
    return [(n.name, n.op, list(n.input)) for n in graph_def.node]


def _run(graph_def, fetch, feeds=None):
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.import_graph_def(graph_def, name="")
        return sess.run(fetch, feeds)


def test_extract_sub_graph_keeps_order_control_edges_and_colocation():
    a = tf.constant(1.0, name="a")
    tf.constant(2.0, name="unused")
    c = tf.constant(3.0, name="c")
    with tf.control_dependencies([c]), tf.colocate_with(a):
        tf.identity(a, name="b")
    graph_def = tf.get_default_graph().as_graph_def()
    assert [n.name for n in graph_util.extract_sub_graph(graph_def, ["b"]).node] == ["a", "c", "b"]
    with pytest.raises(AssertionError, match="zz is not in graph"):
        graph_util.extract_sub_graph(graph_def, ["zz"])
    with pytest.raises(TypeError, match="dest_nodes must be a list"):
        graph_util.extract_sub_graph(graph_def, "b")


def test_remove_training_nodes():
    c = tf.constant(1.0, name="c")
    a = tf.check_numerics(tf.identity(c, name="a"), "checked", name="checked")
    kept = tf.identity(c, name="kept")
    with tf.control_dependencies([kept, a]):
        tf.negative(tf.get_default_graph().get_tensor_by_name("a:0"), name="out")
    graph_def = tf.get_default_graph().as_graph_def()
    assert _nodes(graph_util.remove_training_nodes(graph_def)) == [
        ("c", "Const", []), ("kept", "Identity", ["c"]), ("out", "Neg", ["c", "^kept"]),
    ]  # fmt: skip
    protected = graph_util.remove_training_nodes(graph_def, protected_nodes=["a", "checked"])
    assert [n.name for n in protected.node] == ["c", "a", "checked", "kept", "out"]


def test_must_run_on_cpu_and_shapes():
    v = tf.Variable(1.0, name="v")
    assert graph_util.must_run_on_cpu(tf.constant("s").op) and graph_util.must_run_on_cpu(tf.constant(1).op)
    assert not graph_util.must_run_on_cpu(tf.constant(1.0).op) and not graph_util.must_run_on_cpu(v.op.node_def)
    assert graph_util.must_run_on_cpu(v.op.node_def, pin_variables_on_cpu=True)
    assert graph_util.tensor_shape_from_node_def_name(tf.get_default_graph(), "v").as_list() == []


@pytest.mark.parametrize("use_resource", [False, True])
def test_variables_become_constants(use_resource):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.get_variable("w", initializer=[[1.0], [2.0]], use_resource=use_resource)
    tf.get_variable("other", initializer=5.0)
    tf.matmul(x, w, name="y")
    graph_def = tf.get_default_graph().as_graph_def()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        frozen = graph_util.convert_variables_to_constants(sess, graph_def, ["y"])
        kept = graph_util.convert_variables_to_constants(sess, graph_def, ["y"], variable_names_blacklist=["w"])
    assert {n.op for n in frozen.node} == {"Placeholder", "Const", "Identity", "MatMul"}
    assert ("VarHandleOp" if use_resource else "VariableV2") in {n.op for n in kept.node}
    assert _run(frozen, "y:0", {"x:0": [[1.0, 1.0]]}).tolist() == [[3.0]]


def test_a_resource_variable_read_inside_of_a_branch():
    w = tf.get_variable("w", initializer=3.0, use_resource=True)
    p = tf.placeholder(tf.bool, [], name="p")
    tf.identity(tf.cond(p, lambda: w * 2.0, lambda: w + 1.0), name="y")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        frozen = graph_util.convert_variables_to_constants(sess, tf.get_default_graph().as_graph_def(), ["y"])
    assert _run(frozen, "y:0", {"p:0": True}) == 6.0
    assert _run(frozen, "y:0", {"p:0": False}) == 4.0


def _saved_model_files():
    x = tf.placeholder(tf.float32, [None], name="x")
    v = tf.Variable([2.0], name="v")
    y = tf.multiply(x, v, name="y")
    for version in (1, 2):
        saver = tf.train.Saver(write_version=version)
        with tf.Session() as sess:
            sess.run(v.initializer)
            saver.save(sess, f"v{version}/m")
            if version == 2:
                tf.saved_model.simple_save(sess, "sm", {"x": x}, {"y": y})
    tf.train.write_graph(tf.get_default_graph(), ".", "g.pb", as_text=False)
    tf.train.write_graph(tf.get_default_graph(), ".", "g.pbtxt")


def test_freeze_graph_from_all_kinds_of_files(tmp_path):
    _saved_model_files()
    common = ["y", "save/restore_all", "save/Const:0", "frozen.pb", True, ""]
    for arguments, more in (
        (["g.pb", "", True, "v2/m"], {}),
        (["g.pbtxt", "", False, "v1/m"], {"checkpoint_version": 1}),
        (["", "", True, "v2/m"], {"input_meta_graph": "v2/m.meta"}),
        (["", "", True, ""], {"input_saved_model_dir": "sm"}),
    ):
        with tf.Graph().as_default():
            freeze_graph(*arguments, *common, **more)
        frozen = tf.GraphDef.FromString((tmp_path / "frozen.pb").read_bytes())
        assert sorted({n.op for n in frozen.node}) == ["Const", "Identity", "Mul", "Placeholder"]
        assert _run(frozen, "y:0", {"x:0": [4.0]}).tolist() == [8.0]
    with pytest.raises(ValueError, match="doesn't exist"), tf.Graph().as_default():
        freeze_graph("g.pb", "", True, "nothing", *common)
    with pytest.raises(ValueError, match="cannot freeze a graph twice"), tf.Graph().as_default():
        freeze_graph("frozen.pb", "", True, "v2/m", *common)


def test_strip_unused():
    a = tf.constant([1.0], name="a")
    b = tf.sqrt(a, name="b")
    tf.multiply(b, 2.0, name="out")
    graph_def = tf.get_default_graph().as_graph_def()
    stripped = strip_unused(graph_def, ["b"], ["out"], tf.float32.as_datatype_enum)
    assert _nodes(stripped) == [("b", "Placeholder", []), ("out/y", "Const", []), ("out", "Mul", ["b", "out/y"])]
    assert _run(stripped, "out:0", {"b:0": [3.0]}).tolist() == [6.0]
    with pytest.raises(KeyError, match="input nodes were not found"):
        strip_unused(graph_def, ["zz"], ["out"], 1)
    with pytest.raises(ValueError, match="appears to refer to a Tensor"):
        strip_unused(graph_def, ["b:0"], ["out"], 1)


def test_batch_norms_are_folded_into_convolutions():
    rng = np.random.RandomState(0)
    x = tf.placeholder(tf.float32, [1, 4, 4, 2], name="x")
    conv = tf.nn.conv2d(x, tf.constant(rng.rand(3, 3, 2, 3), tf.float32), [1, 1, 1, 1], "SAME")
    values = [tf.constant(rng.rand(3) + 0.5, tf.float32) for _ in range(4)]
    y = make("FusedBatchNorm", conv, *values, epsilon=1e-3, is_training=False)[0]
    tf.nn.relu(y, name="out")
    graph_def = tf.get_default_graph().as_graph_def()
    folded = optimize_for_inference(graph_def, ["x"], ["out"], tf.float32.as_datatype_enum)
    assert [n.op for n in folded.node if n.op != "Const"] == ["Placeholder", "Relu", "Conv2D", "BiasAdd"]
    image = rng.rand(1, 4, 4, 2).astype(np.float32)
    assert np.allclose(_run(folded, "out:0", {"x:0": image}), _run(graph_def, "out:0", {"x:0": image}), rtol=1e-5)


@pytest.mark.parametrize("mode", ["REFLECT", "SYMMETRIC"])
@pytest.mark.parametrize("resized, padded", [(True, True), (True, False), (False, True)])
def test_resize_and_padding_are_fused_into_convolutions(mode, resized, padded):
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        x = tf.constant(np.arange(12, dtype=np.float32).reshape(1, 2, 3, 2))
        if resized:
            x = tf.image.resize_bilinear(x, [12, 4])
        if padded:
            x = tf.pad(x, [[0, 0], [1, 1], [1, 2], [0, 0]], mode=mode)
        tf.nn.conv2d(x, tf.constant(np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2)), [1, 1, 1, 1], "VALID", name="out")
        expected, graph_def = sess.run("out:0"), graph.as_graph_def()
    fused = fuse_resize_and_conv(graph_def, ["out"])
    assert {n.op for n in fused.node} == {"Const", "FusedResizeAndPadConv2D" if resized else "FusedPadConv2D"}
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.import_graph_def(fused, name="")
        np.testing.assert_allclose(sess.run("out:0"), expected, rtol=1e-6)


def test_inspect_checkpoint(capsys):
    tf.Variable([[1.0, 2.0]], name="v1")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        tf.train.Saver().save(sess, "m")
    inspect_checkpoint.print_tensors_in_checkpoint_file("m", None, True)
    assert capsys.readouterr().out == "tensor_name:  v1\n[[1. 2.]]\n# Total number of params: 2\n"
    inspect_checkpoint.main(["--file_name=m"])
    assert capsys.readouterr().out == "v1 (DT_FLOAT) [1,2]\n\n# Total number of params: 2\n"
    inspect_checkpoint.print_tensors_in_checkpoint_file("m", "v9", False)
    assert "v9" in capsys.readouterr().out
