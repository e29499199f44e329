"""Ops that write summaries to an event file as they run: what the file holds, without the times."""

from __future__ import annotations

import glob
import importlib
import os
import shutil
import tempfile

import numpy as np


def case_events_of_all_kinds(tf):
    ops = importlib.import_module("tinytf.generated_ops" if tf.__name__ == "tinytf" else "tensorflow.python.ops.gen_summary_ops")
    writer = ops.summary_writer(shared_name="w")
    folder = tf.placeholder(tf.string, [])
    create = ops.create_summary_file_writer(writer, folder, 10, 1000, ".v2")
    step, numbers = tf.constant(3, tf.int64), tf.constant([1.0, 2.0, 4.0])
    summary = tf.Summary(value=[tf.Summary.Value(tag="raw", simple_value=0.5)]).SerializeToString()
    metadata = tf.SummaryMetadata(display_name="shown").SerializeToString()
    writes = [
        ops.write_summary(writer, step, numbers, "tensor", metadata),
        ops.write_raw_proto_summary(writer, step, summary),
        ops.write_scalar_summary(writer, step, "scalar", 0.25),
        ops.write_histogram_summary(writer, step, "histogram", numbers),
        ops.write_image_summary(writer, step, "image", tf.ones([1, 2, 2, 3]), np.array([255, 0, 0, 255], np.uint8)),
        ops.write_audio_summary(writer, step, "audio", tf.fill([1, 4, 2], 0.5), 8000.0),
        ops.write_graph_summary(writer, step, tf.GraphDef(node=[tf.NodeDef(name="n", op="NoOp")]).SerializeToString()),
        ops.import_event(writer, tf.Event(step=9, wall_time=1.0, file_version="imported").SerializeToString()),
    ]
    flush, close = ops.flush_summary_writer(writer), ops.close_summary_writer(writer)

    def run(session):
        path = tempfile.mkdtemp()
        try:
            session.run(create, {folder: path})
            for write in writes:
                session.run(write)
            session.run(flush)
            session.run(close)
            events = [e for f in glob.glob(os.path.join(path, "*")) for e in tf.train.summary_iterator(f)]
        finally:
            shutil.rmtree(path)
        found = []
        for event in events:
            for value in event.summary.value:
                kind = value.WhichOneof("value")
                size = len(value.image.encoded_image_string) > 0 if kind == "image" else len(value.audio.encoded_audio_string)
                found.append("%d %s %s %s %g" % (event.step, value.tag, kind, size, value.simple_value))
                found.append("%s %s" % (value.metadata.display_name, list(value.histo.bucket)))
            found.append("%s %s" % (event.file_version, event.graph_def))
        return [np.array(found, dtype=object)]

    return run


def case_a_writer_that_is_not_created(tf):
    ops = importlib.import_module("tinytf.generated_ops" if tf.__name__ == "tinytf" else "tensorflow.python.ops.gen_summary_ops")
    writer = ops.summary_writer(shared_name="w")
    flush = ops.flush_summary_writer(writer)
    return lambda session: session.run(flush)


case_a_writer_that_is_not_created.message_has = "Could not find resource"
