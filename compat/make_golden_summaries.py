"""Has real TensorFlow 1.15 make the summaries of tests/summary/summary_cases.py, and a timeline of a traced run.

    venvs/tf1/bin/python compat/make_golden_summaries.py

Writes tests/golden/summaries.json (serialised Summary messages in hexadecimal) and
tests/golden/timeline/ (StepStats, and the JSON that TensorFlow's Timeline makes of it).
"""

from __future__ import annotations

import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf  # noqa: E402
from tensorflow.python.client import timeline  # noqa: E402

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests")
sys.path.insert(0, os.path.join(TESTS, "summary"))

import summary_cases as cases  # noqa: E402


def summaries():
    made = {"summaries": {}, "images": {}}
    for name, build in cases.cases(tf):
        with tf.Graph().as_default(), tf.name_scope("sc"), tf.Session() as session:
            made["summaries"][name] = session.run(build()).hex()
    for name, (array, most) in cases.images().items():
        with tf.Graph().as_default(), tf.Session() as session:
            made["images"][name] = session.run(tf.summary.image("im", array, max_outputs=most)).hex()
    return made


def traced_steps():
    with tf.Graph().as_default(), tf.Session() as session:
        a, x = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.placeholder(tf.float32, [2, 2])
        total = tf.reduce_sum(tf.matmul(a, x) * a)
        metadata = tf.RunMetadata()
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        session.run(total, {x: [[1, 2], [3, 4]]}, options=options, run_metadata=metadata)
    return metadata.step_stats


def main():
    golden = os.path.join(TESTS, "golden")
    with open(os.path.join(golden, "summaries.json"), "w") as stream:
        json.dump(summaries(), stream, indent=0, sort_keys=True)
        stream.write("\n")
    stats = traced_steps()
    with open(os.path.join(golden, "timeline", "step_stats.pb"), "wb") as stream:
        stream.write(stats.SerializeToString())
    for name, show_memory in (("plain", False), ("memory", True)):
        trace = timeline.Timeline(stats).generate_chrome_trace_format(show_memory=show_memory)
        with open(os.path.join(golden, "timeline", name + ".json"), "w") as stream:
            json.dump(json.loads(trace), stream)
            stream.write("\n")


if __name__ == "__main__":
    main()
