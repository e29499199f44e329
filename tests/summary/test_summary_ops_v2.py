"""tf.contrib.summary: summaries that ops write while they run."""

import glob

import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        yield opened


def _events(folder):
    return [event for path in sorted(glob.glob(str(folder) + "/*")) for event in tf.train.summary_iterator(path)]


def test_a_summary_is_written_when_its_op_runs(tmp_path, session):
    summary = tf.contrib.summary
    writer = summary.create_file_writer(str(tmp_path))
    with writer.as_default(), summary.always_record_summaries():
        with tf.name_scope("layer"):
            summary.scalar("loss", 3.0, step=7)
            summary.histogram("weights", tf.constant([1.0, 2.0]), step=7)
        summary.image("picture", tf.ones([1, 2, 2, 3]), step=7)
        summary.initialize(graph=tf.get_default_graph(), session=session)
    session.run(summary.all_summary_ops())
    session.run(writer.close())
    first, graph, *events = _events(tmp_path)
    assert first.file_version and graph.graph_def
    written = {value.tag: (event.step, value.WhichOneof("value")) for event in events for value in event.summary.value}
    assert written == {"layer/loss": (7, "simple_value"), "layer/weights": (7, "histo"), "picture/image/0": (7, "image")}


def test_summaries_are_recorded_only_where_that_is_asked_for(tmp_path, session):
    summary, step = tf.contrib.summary, tf.train.get_or_create_global_step()
    with summary.create_file_writer(str(tmp_path)).as_default(), summary.record_summaries_every_n_global_steps(2, step):
        summary.scalar("step", tf.cast(step, tf.float32))
        session.run(tf.global_variables_initializer())
        summary.initialize(session=session)
        flush = summary.flush()
    for _ in range(4):
        session.run(summary.all_summary_ops())
        session.run(tf.assign_add(step, 1))
    session.run(flush)
    assert [event.step for event in _events(tmp_path)[1:]] == [0, 2]


def test_nothing_is_made_without_a_writer():
    assert tf.contrib.summary.scalar("loss", 1.0).type == "NoOp"
    with pytest.raises(RuntimeError, match="No default"):
        tf.summary.initialize()


def test_a_writer_that_is_not_created_says_so(tmp_path, session):
    with tf.contrib.summary.create_file_writer(str(tmp_path)).as_default(), tf.contrib.summary.always_record_summaries():
        written = tf.contrib.summary.scalar("loss", 1.0, step=0)
    with pytest.raises(tf.errors.NotFoundError, match="Could not find resource"):
        session.run(written)


def test_a_file_writer_may_write_by_the_ops_of_a_session(tmp_path, session):
    writer = tf.summary.FileWriter(str(tmp_path), session=session)
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="x", simple_value=1.0)]), 3)
    writer.close()
    assert [(event.step, event.summary.value[0].tag) for event in _events(tmp_path)[1:]] == [(3, "x")]


def test_a_graph_from_a_file_writes_no_events(tmp_path, session):
    writer = tf.contrib.summary.create_file_writer(str(tmp_path / "events"))
    graph_def = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default(), tf.Session() as other:
        tf.import_graph_def(graph_def, name="")
        with pytest.raises(tf.errors.OpError):
            other.run(writer._init_op.name)
    assert not (tmp_path / "events").exists()
