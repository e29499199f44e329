"""Timelines: the same JSON that TensorFlow 1.15 makes of the same StepStats, event for event."""

import json
import os

import pytest

import tinytf as tf
from tinytf import protos
from tinytf.timeline import Timeline

GOLDEN = os.path.join(os.path.dirname(__file__), "golden", "timeline")


@pytest.mark.parametrize("name, show_memory", [("plain", False), ("memory", True)])
def test_as_tensorflow(name, show_memory):
    with open(os.path.join(GOLDEN, "step_stats.pb"), "rb") as stream:
        stats = protos.StepStats.FromString(stream.read())
    with open(os.path.join(GOLDEN, name + ".json")) as stream:
        expected = json.load(stream)
    assert json.loads(Timeline(stats).generate_chrome_trace_format(show_memory=show_memory)) == expected


def test_memory_maximum():
    with open(os.path.join(GOLDEN, "step_stats.pb"), "rb") as stream:
        stats = protos.StepStats.FromString(stream.read())
    maximum = Timeline(stats).analyze_step_stats().allocator_maximums["cpu"]
    assert maximum.num_bytes == max(maximum.num_bytes, 52) and "Const" in maximum.tensors


def test_of_our_own_run():
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32, [2, 2])
    total = tf.reduce_sum(tf.matmul(x, x))
    metadata = tf.RunMetadata()
    with tf.Session() as session:
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        session.run(total, {x: [[1, 2], [3, 4]]}, options=options, run_metadata=metadata)
    trace = json.loads(Timeline(metadata.step_stats).generate_chrome_trace_format())
    assert {"MatMul", "Sum"} <= {event["name"] for event in trace["traceEvents"] if event["ph"] == "X"}


def test_a_step_on_several_devices():
    tf.reset_default_graph()
    options, metadata = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), tf.RunMetadata()
    with tf.Session(config=tf.ConfigProto(device_count={"CPU": 2})) as session:
        x = tf.placeholder(tf.float32, [4])
        with tf.device("/cpu:1"):
            y = tf.exp(x)
        with tf.device("/gpu:0"):
            z = tf.negative(y)
        session.run(z, {x: [1, 2, 3, 4]}, options=options, run_metadata=metadata)
    nodes = {d.device[-5:]: [n.node_name for n in d.node_stats] for d in metadata.step_stats.dev_stats}
    assert nodes == {"CPU:0": [z.op.name], "CPU:1": [y.op.name]}
    maxima = Timeline(metadata.step_stats).analyze_step_stats().allocator_maximums
    assert list(maxima) == ["cpu"] and maxima["cpu"].num_bytes >= 16
