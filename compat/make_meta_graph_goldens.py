"""Writes tests/golden/meta_graphs: what TensorFlow 1.15.5 exports for the graphs of tests/train/saver_cases.py.

Run with the Python of TensorFlow 1.15:  python compat/make_meta_graph_goldens.py
"""

import os
import sys

_TESTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests")
sys.path.insert(0, os.path.join(_TESTS, "train"))

import saver_cases  # noqa: E402
import tensorflow as tf  # noqa: E402

if __name__ == "__main__":
    folder = os.path.join(_TESTS, "golden", "meta_graphs")
    os.makedirs(folder, exist_ok=True)
    for case in saver_cases.CASES:
        for suffix, meta_graph in saver_cases.exports(tf, case).items():
            with open(os.path.join(folder, case.__name__ + suffix + ".meta"), "wb") as f:
                f.write(meta_graph.SerializeToString(deterministic=True))
