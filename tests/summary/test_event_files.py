"""Event files: what was added is there, in order, where TensorBoard looks for it."""

import os

import pytest

import tinytf as tf
from tinytf.summary.event_file import EventsWriter, summary_iterator


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def events(folder):
    found = []
    for name in sorted(os.listdir(folder)):
        assert name.startswith("events.out.tfevents.")
        found += tf.train.summary_iterator(str(folder / name))
    return found


def value(tag, number):
    return tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=number)])


def test_all_kinds_of_events(tmp_path):
    tf.constant(1.0, name="c")
    writer = tf.summary.FileWriter(str(tmp_path / "a" / "b"), tf.get_default_graph(), filename_suffix=".suffix")
    writer.add_summary(value("t", 2.0), 3)
    writer.add_summary(value("t", 2.5).SerializeToString(), 4)
    writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), 5)
    writer.add_run_metadata(tf.RunMetadata(), "tag", 6)
    writer.close()
    assert [name[-7:] for name in os.listdir(tmp_path / "a" / "b")] == [".suffix"]
    found = events(tmp_path / "a" / "b")
    kinds = ["file_version", "graph_def", "meta_graph_def", "summary", "summary", "session_log", "tagged_run_metadata"]
    assert [event.WhichOneof("what") for event in found] == kinds
    assert [event.step for event in found] == [0, 0, 0, 3, 4, 5, 6]
    assert found[0].file_version == "brain.Event:2"
    (node,) = tf.GraphDef.FromString(found[1].graph_def).node
    assert node.name == "c" and "_output_shapes" in node.attr
    assert tf.MetaGraphDef.FromString(found[2].meta_graph_def).graph_def.node[0].name == "c"
    assert found[4].summary.value[0].simple_value == 2.5
    assert all(event.wall_time > 1.5e9 for event in found)


def test_what_a_tag_is_about_is_said_once(tmp_path):
    writer = tf.summary.FileWriter(str(tmp_path))
    with tf.Session() as session:
        text = session.run(tf.summary.text("note", tf.constant("plain")))
    writer.add_summary(text, 1)
    writer.add_summary(text, 2)
    writer.close()
    plugins = [e.summary.value[0].metadata.plugin_data.plugin_name for e in events(tmp_path)[1:]]
    assert plugins == ["text", ""]


def test_flush_shows_what_was_added(tmp_path):
    writer = tf.summary.FileWriter(str(tmp_path))
    writer.add_summary(value("t", 1.0), 1)
    writer.flush()
    assert len(events(tmp_path)) == 2
    writer.close()


def test_close_and_reopen(tmp_path):
    with tf.summary.FileWriter(str(tmp_path)) as writer:
        writer.add_summary(value("t", 1.0), 1)
    with pytest.warns(UserWarning, match="closed FileWriter"):
        writer.add_summary(value("t", 2.0), 2)
    writer.reopen()
    writer.add_summary(value("t", 3.0), 3)
    writer.close()
    assert sorted(e.step for e in events(tmp_path)) == [0, 0, 1, 3]


def test_two_writers_in_one_folder_do_not_overwrite_each_other(tmp_path):
    writers = [tf.summary.FileWriter(str(tmp_path)) for _ in range(3)]
    for i, writer in enumerate(writers):
        writer.add_summary(value("t", 1.0), i + 1)
        writer.close()
    assert sorted(e.step for e in events(tmp_path)) == [0, 0, 0, 1, 2, 3]


def test_bad_arguments(tmp_path):
    writer = tf.summary.FileWriter(str(tmp_path))
    writer.add_run_metadata(tf.RunMetadata(), "tag")
    for error, attempt in (
        (ValueError, lambda: writer.add_run_metadata(tf.RunMetadata(), "tag")),
        (TypeError, lambda: writer.add_graph(3)),
        (TypeError, lambda: writer.add_meta_graph(3)),
        (ValueError, lambda: writer.add_graph(tf.Graph(), graph_def=tf.Graph())),
    ):
        with pytest.raises(error):
            attempt()
    writer.close()


def test_the_cache_has_one_writer_a_folder(tmp_path):
    cache = tf.summary.FileWriterCache
    assert cache.get(str(tmp_path)) is cache.get(str(tmp_path))
    cache.clear()
    assert len(os.listdir(tmp_path)) == 1


def test_projector_config(tmp_path):
    from tinytf.contrib.tensorboard.plugins import projector

    config = projector.ProjectorConfig()
    config.embeddings.add(tensor_name="w", metadata_path="m.tsv")
    with tf.summary.FileWriter(str(tmp_path / "logs")) as writer:
        projector.visualize_embeddings(writer, config)
    text = (tmp_path / "logs" / "projector_config.pbtxt").read_text()
    assert text == 'embeddings {\n  tensor_name: "w"\n  metadata_path: "m.tsv"\n}\n'


def test_a_writer_of_nothing_leaves_no_file(tmp_path):
    writer = tf.summary.FileWriter(str(tmp_path / "a"))
    writer.flush()
    writer.close()
    writer.reopen()
    assert os.listdir(tmp_path / "a") == []
    writer.add_summary(value("t", 1.0), 1)
    writer.close()
    assert len(events(tmp_path / "a")) == 2


def test_events_writer(tmp_path):
    writer = EventsWriter(os.fsencode(str(tmp_path / "mine")))
    writer.WriteEvent(tf.Event(step=67))
    assert writer.Flush() and writer.Close()
    assert os.fsdecode(writer.FileName()).startswith(str(tmp_path / "mine.out.tfevents."))
    first, second = summary_iterator(os.fsdecode(writer.FileName()))
    assert (first.file_version, second.step) == ("brain.Event:2", 67)
    with pytest.raises(TypeError, match="Expected an event_pb2.Event proto, but got x"):
        writer.WriteEvent("x")
