"""A graph from a file can only compute; its Save and Restore nodes touch only the path that the user's call feeds."""

import os

import numpy as np
import pytest
from google.protobuf import text_format

import tinytf as tf
from tinytf.graph import trust
from tinytf.ops.files import io_ops


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text("s3cret")


def _exported(build):
    with tf.Graph().as_default() as graph:
        build()
        return graph.as_graph_def()


def _save_v2():
    io_ops.save_v2("evil", ["a"], [""], [tf.constant(1.0)], name="op")


CASES = {
    "reads a file": lambda: tf.read_file("secret", name="op"),
    "reads a fed file": lambda: tf.read_file(tf.placeholder(tf.string, [], name="path"), name="op"),
    "writes a file": lambda: tf.write_file("evil", "x", name="op"),
    "lists files": lambda: tf.matching_files("*", name="op"),
    "saves where it likes": _save_v2,
    "runs Python": lambda: tf.identity(tf.py_func(lambda: np.float32(1), [], tf.float32), name="op"),
}


@pytest.mark.parametrize("build", CASES.values(), ids=CASES)
def test_an_imported_op_is_refused(build):
    graph_def = _exported(build)
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        tf.import_graph_def(graph_def, name="")
        feeds = {"path:0": "secret"} if "path" in graph._nodes_by_name else None
        with pytest.raises(tf.errors.PermissionDeniedError, match="comes from an imported graph"):
            sess.run("op", feeds)
    assert os.listdir() == ["secret"]


def test_the_same_op_of_ones_own_program_works():
    with tf.Graph().as_default(), tf.Session() as sess:
        assert sess.run(tf.read_file("secret")) == b"s3cret"


def test_a_graph_that_one_believes():
    graph_def = _exported(CASES["reads a file"])
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        tf.import_graph_def(graph_def, name="")
        trust.trust_graph(graph)
        assert sess.run("op:0") == b"s3cret"


@pytest.fixture
def model():
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.Variable(2.0, name="v")
        sess.run(v.initializer)
        tf.train.Saver().save(sess, "good")
    with tf.Graph().as_default():
        yield


def test_save_and_restore_work_on_the_path_of_the_call(model):
    saver = tf.train.import_meta_graph("good.meta")
    with tf.Session() as sess:
        saver.restore(sess, "good")
        assert saver.save(sess, "sub/again") == "sub/again"
        assert sess.run("v:0") == 2.0


def test_also_when_the_nodes_are_run_by_hand(model):
    tf.train.import_meta_graph("good.meta")
    with tf.Session() as sess:
        sess.run("save/restore_all", {"save/Const:0": "good"})
        assert sess.run("v:0") == 2.0
        for op in ("save/restore_all", "save/control_dependency"):
            with pytest.raises(tf.errors.PermissionDeniedError, match="asks for the path 'model'"):
                sess.run(op)  # the path in the graph is not the user's


def test_a_path_that_the_graph_makes_up_is_refused(model):
    def build():
        tf.Variable(1.0, name="v")
        tf.train.Saver()
        graph = tf.get_default_graph()
        const = graph.get_tensor_by_name("save/Const:0")
        graph.get_operation_by_name("save/SaveV2")._update_input(0, tf.constant("evil"))
        graph.get_operation_by_name("save/RestoreV2")._update_input(0, tf.string_join([const, "/../secret"]))

    tf.import_graph_def(_exported(build), name="")
    saver_def = tf.train.SaverDef(
        filename_tensor_name="save/Const:0", save_tensor_name="save/control_dependency:0", restore_op_name="save/restore_all", version=2
    )
    saver = tf.train.Saver(saver_def=saver_def)
    before = sorted(os.listdir())
    with tf.Session() as sess:
        sess.run("v/Assign")
        with pytest.raises(tf.errors.PermissionDeniedError, match="asks for the path 'evil'"):
            saver.save(sess, "mine")
        with pytest.raises(tf.errors.PermissionDeniedError, match="asks for the path 'good/../secret'"):
            saver.restore(sess, "good")
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize("version", [1, 2])
def test_the_shards_of_the_fed_path_count_as_it(version):
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.Variable(2.0, name="v")
        sess.run(v.initializer)
        path = tf.train.Saver(sharded=True, write_version=version).save(sess, "sharded")
    with tf.Graph().as_default(), tf.Session() as sess:
        saver = tf.train.import_meta_graph("sharded.meta")
        saver.restore(sess, path)
        saver.save(sess, "again")
        assert sess.run("v:0") == 2.0


def _table():
    path = tf.placeholder_with_default("words", [], name="path")
    table = tf.contrib.lookup.HashTable(tf.contrib.lookup.TextFileInitializer(path, tf.string, -2, tf.int64, -1), -1)
    tf.identity(table.lookup(tf.constant(["two"])), name="found")
    tf.tables_initializer(name="init")


def test_a_table_is_filled_from_the_file_that_the_call_names():
    with open("words", "w") as f:
        f.write("one\ntwo\n")
    graph_def = _exported(_table)
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.import_graph_def(graph_def, name="")
        with pytest.raises(tf.errors.PermissionDeniedError, match="comes from an imported graph"):
            sess.run("init")
        sess.run("init", {"path:0": "words"})  # as a loader does with a SavedModel's assets
        assert sess.run("found:0").tolist() == [1]


_FUNCTION = """library{function{signature{name:'f' input_arg{name:'x' type:DT_STRING} output_arg{name:'y' type:DT_STRING}}
  node_def{name:'c' op:'ReadFile' input:'x'} ret{key:'y' value:'c:contents:0'}}}
node{name:'p' op:'Const' attr{key:'dtype' value{type:DT_STRING}}
  attr{key:'value' value{tensor{dtype:DT_STRING tensor_shape{} string_val:'secret'}}}}
node{name:'call' op:'PartitionedCall' input:'p' attr{key:'Tin' value{list{type:DT_STRING}}}
  attr{key:'Tout' value{list{type:DT_STRING}}} attr{key:'f' value{func{name:'f'}}}}
versions{producer:134}"""


def test_inside_of_a_function_too():
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.import_graph_def(text_format.Parse(_FUNCTION, tf.GraphDef()), name="")
        for feeds in (None, {"p:0": "secret"}):
            with pytest.raises(tf.errors.PermissionDeniedError, match="comes from an imported graph"):
                sess.run("call:0", feeds)


@pytest.mark.parametrize(
    "path, allowed",
    [
        ("a/m", True),
        ("a/m-00000-of-00002", True),
        ("a/m-?????-of-00002", True),
        ("a/m_temp_0123456789abcdef0123456789abcdef/part-00001-of-00002", True),
        ("a/m/../x", False),
        ("a/m_temp_0123456789abcdef0123456789abcdef/../x", False),
        ("a/m2", False),
        ("a", False),
    ],
)
def test_what_counts_as_the_fed_path(path, allowed):
    with trust.fed_paths(["a/m"]):
        assert trust.is_fed(path) is allowed
    assert not trust.is_fed(path)
