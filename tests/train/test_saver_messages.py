"""What a Saver says when a checkpoint does not fit: everything at once, before anything is assigned."""

import os

import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def _saved(tmp_path, monkeypatch):
    """A checkpoint 'save/model.ckpt' with model/w [2,3], model/b [3] and step []."""
    monkeypatch.chdir(tmp_path)
    with tf.Graph().as_default(), tf.Session() as sess:
        with tf.variable_scope("model"):
            tf.get_variable("w", initializer=tf.ones([2, 3]))
            tf.get_variable("b", initializer=tf.ones([3]))
        tf.get_variable("step", initializer=4)
        sess.run(tf.global_variables_initializer())
        tf.train.Saver().save(sess, "save/model.ckpt")
    with tf.Graph().as_default():
        yield


def _message(var_list, error=tf.errors.NotFoundError, path="save/model.ckpt"):
    with tf.Session() as sess:
        with pytest.raises(error) as raised:
            tf.train.Saver(var_list).restore(sess, path)
    return str(raised.value)


def test_an_uninitialized_variable_is_blamed_and_not_the_folder():
    v = tf.Variable(1.0, name="v")
    with tf.Session() as sess, pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value v"):
        tf.train.Saver([v]).save(sess, "new/folder/model.ckpt")


def test_the_graph_without_its_suffix():
    with pytest.raises(OSError, match=r"does not exist\. Did you mean 'save/model.ckpt.meta'\?"):
        tf.train.import_meta_graph("save/model.ckpt")


def test_values_that_were_not_copied():
    os.remove("save/model.ckpt.data-00000-of-00001")
    v = tf.Variable(4, name="step")
    text = _message([v])
    assert "save/model.ckpt.data-00000-of-00001; No such file" in text and "Copy all of model.ckpt.*" in text


def test_all_missing_names_are_listed_with_the_nearest_ones():
    a, b = tf.Variable(tf.ones([2, 3]), name="w"), tf.Variable(tf.ones([3]), name="b")
    text = _message([a, b])
    assert "most likely due to a Variable name or other graph key that is missing from the checkpoint" in text
    assert "Key b not found in checkpoint" in text
    assert "w [2,3]; nearest in the file: model/w [2,3]" in text
    assert "the names in the file start with 'model/'" in text


@pytest.mark.parametrize(
    "name, hint",
    [
        ("model/w_1", "tf.reset_default_graph()"),
        ("model_1/w", "tf.reset_default_graph()"),
        ("tower/model/w", "the graph's names start with 'tower/'"),
        ("model/w/Adam", "without the optimizer's"),
    ],
)
def test_the_likely_cause(name, hint):
    v = tf.Variable(tf.ones([2, 3]), name="v")
    assert hint in _message({name: v})


def test_a_name_with_its_output_index():
    v = tf.Variable(tf.ones([2, 3]), name="v")
    assert "carry no ':0'" in _message({"model/w:0": v})


def test_v1_keeps_its_words():
    v = tf.Variable(1.0, name="v")
    saver = tf.train.Saver(write_version=tf.train.SaverDef.V1)
    with tf.Session() as sess:
        sess.run(v.initializer)
        saver.save(sess, "v1/m")
    assert 'Tensor name "other" not found in checkpoint files v1/m' in _message({"other": v}, path="v1/m")


def test_all_wrong_shapes_are_listed_and_nothing_is_assigned():
    w, b = tf.Variable(tf.zeros([3, 2]), name="w"), tf.Variable(tf.zeros([4]), name="b")
    step = tf.Variable(0, name="step")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError) as raised:
            tf.train.Saver({"model/w": w, "model/b": b, "step": step}).restore(sess, "save/model.ckpt")
        assert sess.run(step) == 0
    text = str(raised.value)
    assert "a mismatch between the current graph and the graph from the checkpoint" in text
    assert "Assign requires shapes of both tensors to match. lhs shape= [4] rhs shape= [3]" in text
    assert "model/b (variable b): graph [4] float32, file [3] float32" in text
    assert "model/w (variable w): graph [3,2] float32, file [2,3] float32" in text


def test_a_wrong_dtype():
    w = tf.Variable(tf.zeros([2, 3], tf.float64), name="w")
    text = _message({"model/w": w}, tf.errors.InvalidArgumentError)
    assert "expected dtype float64 does not equal original dtype float32" in text


@pytest.mark.parametrize("suffix", [".data-00000-of-00001", ".index", ".meta"])
def test_a_file_of_the_checkpoint_instead_of_its_name(suffix):
    tf.Variable(1.0, name="v")
    text = _message(None, tf.errors.DataLossError, "save/model.ckpt" + suffix)
    assert "Unable to open table file" in text
    assert "saver.restore(sess, 'save/model.ckpt')" in text


@pytest.mark.parametrize(
    "path, error, hint",
    [
        ("save/model", ValueError, "Checkpoints in 'save': model.ckpt"),
        ("sav/model.ckpt", tf.errors.NotFoundError, "There is no folder 'sav'"),  # TensorFlow tells the two apart
        ("nothing", ValueError, "There is no checkpoint in '.'"),
    ],
)
def test_nothing_there(path, error, hint):
    tf.Variable(1.0, name="v")
    text = _message(None, error, path)
    assert f"The passed save_path is not a valid checkpoint: {path}" in text
    assert hint in text


def test_a_folder_instead_of_a_checkpoint():
    tf.Variable(1.0, name="v")
    assert "tf.train.latest_checkpoint(folder)" in _message(None, tf.errors.DataLossError, "save")


def test_none_from_latest_checkpoint():
    tf.Variable(1.0, name="v")
    with tf.Session() as sess, pytest.raises(ValueError, match="Can't load save_path when it is None"):
        tf.train.Saver().restore(sess, tf.train.latest_checkpoint("empty"))


def test_the_folder_cannot_be_made():
    v = tf.Variable(1.0, name="v")
    open("in_the_way", "w").close()
    with tf.Session() as sess:
        sess.run(v.initializer)
        with pytest.raises((ValueError, tf.errors.OpError)) as raised:
            tf.train.Saver().save(sess, "in_the_way/m")
    assert "in_the_way" in str(raised.value)
    assert os.path.isfile("in_the_way")
