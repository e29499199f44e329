"""SavedModel: written, loaded, and what it must not do."""

import os

import pytest

import tinytf as tf
from tinytf import protos
from tinytf.saved_model import builder, constants, loader, signature_constants, signature_def_utils, tag_constants, utils


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tf.Graph().as_default():
        yield


def _half_plus_two(sess):
    x = tf.placeholder(tf.float32, [None], name="x")
    a, b = tf.Variable(0.5, name="a"), tf.Variable(2.0, name="b")
    y = tf.add(tf.multiply(a, x), b, name="y")
    sess.run(tf.global_variables_initializer())
    return x, y


def test_simple_save_and_load():
    with tf.Session() as sess:
        x, y = _half_plus_two(sess)
        tf.saved_model.simple_save(sess, "sm", {"x": x}, {"y": y})
    assert sorted(os.listdir("sm")) == ["saved_model.pb", "variables"]
    assert sorted(os.listdir("sm/variables")) == ["variables.data-00000-of-00001", "variables.index"]
    assert tf.saved_model.contains_saved_model("sm") and not tf.saved_model.contains_saved_model(".")
    with tf.Graph().as_default(), tf.Session() as sess:
        meta = tf.saved_model.loader.load(sess, [tag_constants.SERVING], "sm")
        signature = meta.signature_def[signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY]
        assert signature.method_name == "tensorflow/serving/predict"
        assert tf.saved_model.is_valid_signature(signature)
        y = tf.saved_model.get_tensor_from_tensor_info(signature.outputs["y"])
        assert sess.run(y, {signature.inputs["x"].name: [4.0]}).tolist() == [4.0]


def test_load_into_a_scope():
    with tf.Session() as sess:
        x, y = _half_plus_two(sess)
        tf.saved_model.simple_save(sess, "sm", {"x": x}, {"y": y})
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.saved_model.load(sess, ["serve"], "sm", import_scope="s")
        assert sess.run("s/y:0", {"s/x:0": [2.0]}).tolist() == [3.0]


def test_several_graphs_main_op_assets_and_text():
    with open("words.txt", "w") as f:
        f.write("one\ntwo\n")
    with tf.Session() as sess:
        _half_plus_two(sess)
        path = tf.constant("words.txt", name="path")
        tf.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, path)
        counter = tf.Variable(0, name="runs", collections=[tf.GraphKeys.LOCAL_VARIABLES])
        main = tf.group(tf.assign(counter, 7), name="main")
        b = builder.SavedModelBuilder("sm")
        with pytest.raises(AssertionError, match="has not been saved yet"):
            b.add_meta_graph(["foo"])
        b.add_meta_graph_and_variables(
            sess, ["serve", "gpu"], assets_collection=tf.get_collection(tf.GraphKeys.ASSET_FILEPATHS), main_op=main
        )
        with pytest.raises(AssertionError, match="already been saved"):
            b.add_meta_graph_and_variables(sess, ["foo"])
        b.add_meta_graph(["foo"])
        assert b.save(as_text=True) == b"sm/saved_model.pbtxt"
    assert open("sm/assets/words.txt").read() == "one\ntwo\n"
    for tags in (["gpu", "serve"], ["foo"]):
        with tf.Graph().as_default(), tf.Session() as sess:
            tf.saved_model.load(sess, tags, "sm")
            assert sess.run("runs:0") == 7
            assert sess.run("path:0", {"path:0": "fed"}) == b"fed"
    with pytest.raises(RuntimeError, match="could not be found in SavedModel"), tf.Session() as sess:
        tf.saved_model.load(sess, ["nope"], "sm")


def test_ops_and_assets_that_stand_in_the_meta_graph():
    """What TensorFlow's own later code wrote: no collections, but signatures and asset_file_def."""
    for folder in ("a", "b"):
        os.makedirs(folder)
        with open(folder + "/words.txt", "w") as f:
            f.write(folder)
    with tf.Session() as sess:
        _half_plus_two(sess)
        paths = [tf.constant("a/words.txt", name="p"), tf.constant("b/words.txt", name="q")]
        v = tf.global_variables()[0]
        b = builder._SavedModelBuilder("sm")
        b.add_meta_graph_and_variables(sess, ["t"], assets_list=paths, init_op=tf.group(v.assign(7.0)), train_op=tf.assign_add(v, 1.0))
        b.add_meta_graph(["u"])
        b.save()
    assert sorted(os.listdir("sm/assets")) == ["words.txt", "words.txt_1"]
    with tf.Graph().as_default(), tf.Session() as sess:
        meta = tf.saved_model.load(sess, ["t"], "sm")
        assert [(a.filename, a.tensor_info.name) for a in meta.asset_file_def] == [("words.txt", "p:0"), ("words.txt_1", "q:0")]
        assert sorted(meta.signature_def) == ["__saved_model_init_op", "__saved_model_train_op"]
        assert sess.run("a:0") == 7 and sess.run(loader.get_train_op(meta)) == 8
        assert constants.MAIN_OP_KEY not in meta.collection_def and constants.ASSETS_KEY not in meta.collection_def


def test_an_asset_outside_of_the_folder_is_refused():
    meta = protos.MetaGraphDef()
    for name in ("../../etc/passwd", "/etc/passwd"):
        del meta.asset_file_def[:]
        meta.asset_file_def.add(filename=name).tensor_info.name = "path:0"
        with pytest.raises(ValueError, match="outside of its own folder"):
            loader.get_asset_tensors("sm", meta)


def test_where_there_is_none():
    with pytest.raises(OSError, match="SavedModel file does not exist at: nowhere"), tf.Session() as sess:
        tf.saved_model.load(sess, ["serve"], "nowhere")
    os.makedirs("full")
    open("full/file", "w").close()
    with pytest.raises(AssertionError, match="isn't empty"):
        builder.SavedModelBuilder("full")


def test_signatures():
    text = tf.placeholder(tf.string, [None])
    scores = tf.placeholder(tf.float32, [None])
    regression = signature_def_utils.regression_signature_def(text, scores)
    classification = signature_def_utils.classification_signature_def(text, text, scores)
    assert signature_def_utils.is_valid_signature(regression) and signature_def_utils.is_valid_signature(classification)
    assert not signature_def_utils.is_valid_signature(protos.SignatureDef())
    for wrong in (
        lambda: signature_def_utils.regression_signature_def(scores, scores),
        lambda: signature_def_utils.regression_signature_def(text, text),
        lambda: signature_def_utils.classification_signature_def(text, None, None),
        lambda: signature_def_utils.predict_signature_def({}, {"y": scores}),
    ):
        with pytest.raises(ValueError):
            wrong()
    with tf.Session() as sess, pytest.raises(AssertionError, match="encoding"):
        builder.SavedModelBuilder("sm").add_meta_graph_and_variables(
            sess, ["t"], {"s": signature_def_utils.build_signature_def({"x": protos.TensorInfo()})}
        )


def test_tensor_info_of_sparse_tensors():
    sparse = tf.sparse_placeholder(tf.float32)
    info = utils.build_tensor_info(sparse)
    assert info.coo_sparse.values_tensor_name == sparse.values.name
    assert utils.get_tensor_from_tensor_info(info).indices is sparse.indices
