"""tf.train.Saver: which files, which paths, which errors."""

import os

import numpy as np
import pytest

import tinytf as tf
from tinytf import checkpoint
from tinytf.train.saveable import SaveableObject, SaveSpec


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tf.Graph().as_default():
        yield


def _files(folder="."):
    return sorted(os.path.relpath(os.path.join(root, f), folder) for root, _, names in os.walk(folder) for f in names)


def _session():
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    return sess


def test_what_was_saved_comes_back_in_either_format():
    for version in (tf.train.SaverDef.V1, tf.train.SaverDef.V2):
        with tf.Graph().as_default():
            v, w = tf.Variable([1.0, 2.0], name="v"), tf.Variable([[3]], name="w")
            saver = tf.train.Saver(write_version=version)
            with _session() as sess:
                path = saver.save(sess, f"new/folder{version}/model.ckpt")
                sess.run([v.assign([0, 0]), w.assign([[0]])])
                saver.restore(sess, path)
                assert sess.run(v).tolist() == [1.0, 2.0]
                assert sess.run(w).tolist() == [[3]]
    assert _files("new/folder1") == ["checkpoint", "model.ckpt", "model.ckpt.meta"]
    assert _files("new/folder2") == ["checkpoint", "model.ckpt.data-00000-of-00001", "model.ckpt.index", "model.ckpt.meta"]


def test_restoring_needs_no_initializer_and_names_may_differ():
    tf.Variable([7.0], name="old")
    with _session() as sess:
        path = tf.train.Saver().save(sess, "m")
    with tf.Graph().as_default():
        new = tf.Variable([0.0], name="new")
        with tf.Session() as sess:
            tf.train.Saver({"old": new}).restore(sess, path)
            assert sess.run(new).tolist() == [7.0]


@pytest.mark.parametrize("keep, left", [(2, [5, 6]), (0, range(7)), (None, range(7)), (5, [2, 3, 4, 5, 6])])
def test_max_to_keep(keep, left):
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver(max_to_keep=keep)
    with _session() as sess:
        for step in range(7):
            path = saver.save(sess, "d/m", global_step=step)
    assert path == "d/m-6"
    assert [f for f in _files("d") if f.endswith(".index")] == [f"m-{i}.index" for i in left]
    assert [f for f in _files("d") if f.endswith(".meta")] == [f"m-{i}.meta" for i in left]
    named = [f"m-{i}" for i in left] if keep else ["m-6"]
    expected = 'model_checkpoint_path: "m-6"\n' + "".join(f'all_model_checkpoint_paths: "{n}"\n' for n in named)
    assert open("d/checkpoint").read() == expected
    assert saver.last_checkpoints == ([f"d/m-{i}" for i in left] if keep else [])


def test_deleting_a_checkpoint_is_said_once(caplog):
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver(max_to_keep=1)
    caplog.set_level("INFO", logger="tensorflow")
    with _session() as sess:
        for step in range(2):
            saver.save(sess, "m", global_step=step)
    assert [r.getMessage() for r in caplog.records if "Deleting" in r.getMessage()] == ["Deleting checkpoint m-0 (max_to_keep=1)"]


def test_v1_warns(caplog):
    tf.Variable(1.0, name="v")
    with _session() as sess:
        tf.train.Saver(write_version=tf.train.SaverDef.V1).save(sess, "m")
    assert "TensorFlow's V1 checkpoint format has been deprecated." in [r.getMessage() for r in caplog.records]


def test_global_step_as_number_tensor_name_and_variable():
    tf.Variable(1.0, name="v")
    step = tf.train.get_or_create_global_step()
    saver = tf.train.Saver(pad_step_number=True)
    with _session() as sess:
        sess.run(step.assign(5))
        for given in (step, "global_step:0", np.int64(5), 5):
            assert saver.save(sess, "a/m", global_step=given) == "a/m-00000005"


def test_paths_in_the_state_file():
    tf.Variable(1.0, name="v")
    with _session() as sess:
        here = os.getcwd()
        tf.train.Saver().save(sess, os.path.join(here, "absolute/m"))
        assert open("absolute/checkpoint").read().startswith(f'model_checkpoint_path: "{here}/absolute/m"\n')
        tf.train.Saver(save_relative_paths=True).save(sess, os.path.join(here, "relative/m"), global_step=1)
        assert open("relative/checkpoint").read().startswith('model_checkpoint_path: "m-1"\n')
        tf.train.Saver().save(sess, "a/m", latest_filename="latest", meta_graph_suffix="graph")
        assert "latest" in _files("a") and "m.graph" in _files("a")
        tf.train.Saver().save(sess, "b/m", write_meta_graph=False, write_state=False)
        assert _files("b") == ["m.data-00000-of-00001", "m.index"]


def test_a_moved_folder_is_found_again():
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver()
    with _session() as sess:
        saver.save(sess, os.path.join(os.getcwd(), "before/m"), global_step=3)
        os.rename("before", "after")
        assert tf.train.latest_checkpoint("after") == os.path.join("after", "m-3")
        saver.restore(sess, tf.train.latest_checkpoint("after"))


def test_the_state_file_is_written_last():
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver()
    with _session() as sess:
        os.makedirs("d/m.meta")  # the graph cannot be written there
        with pytest.raises(OSError):
            saver.save(sess, "d/m")
    assert "checkpoint" not in os.listdir("d")


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda v: tf.train.Saver({"a": v, "b": v}), ValueError, "will be restored with two names"),
        (lambda v: tf.train.Saver([v, v]), ValueError, "two variables have the same name"),
        (lambda v: tf.train.Saver({1: v}), TypeError, "Name is not a string"),
        (lambda v: tf.train.Saver(v), TypeError, "should be passed in a dict or a list"),
        (lambda v: tf.train.Saver([tf.constant(1.0)]), TypeError, "is not a Variable"),
        (lambda v: tf.train.Saver([v], defer_build=True), ValueError, "build cannot be deferred"),
        (lambda v: tf.train.Saver(saver_def=3), ValueError, "saver_def must be"),
        (lambda v: tf.train.Saver().save("no session", "m"), TypeError, "must be a Session"),
        (lambda v: tf.train.Saver().save(None, "m", latest_filename="a/b"), ValueError, "must not contain path components"),
        (lambda v: tf.train.Saver().save(None, "a/checkpoint"), ValueError, "collides with"),
        (lambda v: tf.train.Saver(defer_build=True).save(None, "m"), RuntimeError, "should be called before save"),
    ],
)
def test_wrong_arguments(make, error, words):
    with pytest.raises(error, match=words):
        make(tf.Variable([1.0], name="v"))


def test_no_variables():
    with pytest.raises(ValueError, match="No variables to save"):
        tf.train.Saver()
    tf.constant(1.0)
    saver = tf.train.Saver(allow_empty=True)
    with tf.Session() as sess:
        assert saver.save(sess, "m") is None
        assert saver.restore(sess, "anything") is None
    assert _files() == ["m.meta"]


def test_saving_twice_adds_no_nodes():
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver()
    with _session() as sess:
        saver.save(sess, "m", global_step=0)
        count = len(tf.get_default_graph().get_operations())
        saver.save(sess, "m", global_step=1)
        saver.restore(sess, "m-0")
    assert len(tf.get_default_graph().get_operations()) == count


def test_a_finalized_graph_can_be_saved():
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver()
    with _session() as sess:
        tf.get_default_graph().finalize()
        saver.restore(sess, saver.save(sess, "m"))


def test_sharded_files_and_their_patterns():
    with tf.device("/cpu:0"):
        a = tf.Variable([1.0, 2.0], name="a")
    with tf.device("/gpu:0"):
        b = tf.Variable([3.0], name="b")
    paths = {1: "v1/m-3-?????-of-00002", 2: "v2/m-3"}
    files = {
        1: ["checkpoint", "m-3-00000-of-00002", "m-3-00001-of-00002", "m-3.meta"],
        2: ["checkpoint", "m-3.data-00000-of-00002", "m-3.data-00001-of-00002", "m-3.index", "m-3.meta"],
    }
    for version in (1, 2):
        saver = tf.train.Saver(sharded=True, write_version=version)
        with _session() as sess:
            path = saver.save(sess, f"v{version}/m", global_step=3)
            assert path == paths[version]
            assert _files(f"v{version}") == files[version]
            sess.run([a.assign([0, 0]), b.assign([0])])
            saver.restore(sess, path)
            assert sess.run(a).tolist() == [1.0, 2.0] and sess.run(b).tolist() == [3.0]


@pytest.mark.parametrize("saved_in, restored_in", [(3, 2), (3, 1), (1, 4), (2, 5)])
def test_partitioned_variables_change_their_number_of_parts(saved_in, restored_in):
    def variable(parts, **how):
        if parts == 1:
            return tf.get_variable("p/w", **how)
        with tf.variable_scope("p", partitioner=tf.fixed_size_partitioner(parts)):
            return tf.get_variable("w", **how)

    values = np.arange(20, dtype=np.float32).reshape(10, 2)
    variable(saved_in, initializer=tf.constant(values))
    with _session() as sess:
        path = tf.train.Saver().save(sess, "m")
    with tf.Graph().as_default(), tf.Session() as sess:
        w = variable(restored_in, shape=[10, 2])
        tf.train.Saver().restore(sess, path)
        assert np.array_equal(sess.run(tf.convert_to_tensor(w)), values)


def test_reshape():
    tf.Variable([[1.0, 2.0]], name="v")
    with _session() as sess:
        tf.train.Saver().save(sess, "m")
    with tf.Graph().as_default(), tf.Session() as sess:
        u = tf.Variable(tf.zeros([2]), name="v")
        tf.train.Saver(reshape=True).restore(sess, "m")
        assert sess.run(u).tolist() == [1.0, 2.0]


def test_resource_variables():
    w = tf.get_variable("w", initializer=[1.0, 2.0], use_resource=True)
    saver = tf.train.Saver()
    with _session() as sess:
        saver.save(sess, "m")
        sess.run(w.assign([0.0, 0.0]))
        saver.restore(sess, "m")
        assert sess.run(w).tolist() == [1.0, 2.0]
    assert checkpoint.list_variables("m") == [("w", [2])]


def test_a_saver_from_its_saver_def():
    v = tf.Variable(1.0, name="v")
    saver_def = tf.train.Saver(max_to_keep=7).as_saver_def()
    saver = tf.train.Saver(saver_def=saver_def)
    with _session() as sess:
        path = saver.save(sess, "m")
        sess.run(v.assign(9.0))
        tf.train.Saver.from_proto(saver_def).restore(sess, path)
        assert sess.run(v) == 1.0
    assert saver.to_proto("elsewhere") is None
    assert saver.to_proto("save").save_tensor_name == "control_dependency:0"


def test_last_checkpoints_are_set_and_recovered():
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver()
    with _session() as sess:
        saver.save(sess, "m1")
        saver.save(sess, "m2")
    saver.set_last_checkpoints(["a", "b"])
    assert saver.last_checkpoints == ["a", "b"]
    saver.recover_last_checkpoints(["m1", "gone", "m2"])
    assert saver.last_checkpoints == ["m1", "m2"]
    saver.set_last_checkpoints_with_time([("q", 1.0)])
    assert saver.last_checkpoints == ["q"]


def test_keep_checkpoint_every_n_hours(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    tf.Variable(1.0, name="v")
    saver = tf.train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=1)
    with _session() as sess:
        for step in range(5):
            now[0] += 1800
            saver.save(sess, "m", global_step=step)
    # Steps 2 and 4 are the first after an hour; 4 is also the last.
    assert [f for f in _files() if f.endswith(".index")] == ["m-2.index", "m-4.index"]


def test_ones_own_saveable_object():
    table = tf.Variable([5.0, 6.0], name="hidden", collections=[])

    class Doubled(SaveableObject):
        def __init__(self):
            spec = SaveSpec(table * 2.0, "", "twice")
            super().__init__(table, [spec], "twice")

        def restore(self, restored_tensors, restored_shapes):
            return tf.assign(table, restored_tensors[0] / 2.0)

    tf.add_to_collection(tf.GraphKeys.SAVEABLE_OBJECTS, Doubled())
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run(table.initializer)
        saver.save(sess, "m")
        sess.run(tf.assign(table, [0.0, 0.0]))
        saver.restore(sess, "m")
        assert sess.run(table).tolist() == [5.0, 6.0]
    assert checkpoint.load("m")["twice"].tolist() == [10.0, 12.0]

