"""Files of TensorBoard's plugins go with the graph; summary ops and event files in TensorFlow's details."""

import os

import pytest

import tinytf as tf
from tinytf.ops.files.summary_ops import summary_scope
from tinytf.summary import plugin_asset


class Words(plugin_asset.PluginAsset):
    plugin_name = "words"

    def assets(self):
        return {"a.txt": "hello", "b.bin": b"\x00"}


def test_assets_are_written_with_the_graph(tmp_path):
    with tf.Graph().as_default() as graph:
        words = plugin_asset.get_plugin_asset(Words)
        assert plugin_asset.get_plugin_asset(Words) is words and plugin_asset.get_all_plugin_assets() == [words]
        tf.summary.FileWriter(str(tmp_path), graph).close()
    assert (tmp_path / "plugins/words/a.txt").read_text() == "hello" and (tmp_path / "plugins/words/b.bin").read_bytes() == b"\x00"


def test_names_of_plugins():
    class Other(Words):
        pass

    class Nameless(plugin_asset.PluginAsset):
        def assets(self):
            return {}

    with tf.Graph().as_default():
        plugin_asset.get_plugin_asset(Words)
        with pytest.raises(ValueError, match="Plugin name collision between classes Other and Words"):
            plugin_asset.get_plugin_asset(Other)
        with pytest.raises(ValueError, match="Class Nameless has no plugin_name"):
            plugin_asset.get_plugin_asset(Nameless)


def test_a_file_reopened_in_the_same_second_keeps_its_suffix(tmp_path):
    writer = tf.summary.FileWriter(str(tmp_path), filename_suffix=".mine")
    for _ in range(4):
        writer.add_summary(tf.Summary(), 1)
        writer.close()
        writer.reopen()
    writer.close()
    assert len(os.listdir(tmp_path)) == 4 and all(name.endswith(".mine") for name in os.listdir(tmp_path))


def test_a_family_leads_the_tag():
    with tf.Graph().as_default(), tf.name_scope("outer"), summary_scope("n m", family="f", values=[]) as (tag, scope):
        assert (tag, scope) == ("f/outer/f/n_m", "outer/f/n_m/")


def test_a_tensor_summary_holds_bytes():
    with tf.Graph().as_default(), tf.Session() as sess:
        summary = tf.Summary.FromString(sess.run(tf.summary.tensor_summary("t", tf.constant(1))))
        text = tf.Summary.FromString(sess.run(tf.summary.text("t", tf.constant("x"))))
    assert summary.value[0].tensor.tensor_content == b"\x01\x00\x00\x00" and text.value[0].tensor.string_val == [b"x"]
