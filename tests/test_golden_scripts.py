"""Whole programs: tests/golden/scripts/*.py under `import tensorflow` = tinytf do what TensorFlow 1.15 did.

The same exit, output (numbers within 1e-4), files, and each graph as a MetaGraphDef: node for node with static
shapes, collections, saver_def, stripped_op_list. compat/make_golden_scripts.py made the expectations.
"""

import glob
import gzip
import json
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "compat", "scripts"))

import side_by_side  # noqa: E402

SCRIPTS = sorted(glob.glob(os.path.join(HERE, "golden", "scripts", "*.py")))
SEED = 42
LARGE = {"canned_heads", "canned_learn", "slim_nets"}  # megabytes of graphs to compare: protobuf in plain Python takes long


def _case(script):
    name = os.path.basename(script)[:-3]
    return pytest.param(script, id=name, marks=[pytest.mark.slow] if name in LARGE else [])


@pytest.mark.parametrize("script", [_case(script) for script in SCRIPTS])
def test_does_what_tensorflow_did(script, tmp_path):
    name = os.path.splitext(script)[0]
    with open(name + ".json", encoding="utf-8") as stream:
        expected = json.load(stream)
    (got,) = side_by_side.run_side(sys.executable, "tinytf", [script], str(tmp_path), SEED, timeout=300)
    assert got["exit"] == expected["exit"], got["stderr"][-3000:]
    assert side_by_side.stdout_differences("\n".join(expected["stdout"]), got["stdout"], 1e-4) == []
    assert sorted(side_by_side.files_in(str(tmp_path / "work"))) == expected["files"]
    metas = sorted(glob.glob(name + ".*.meta.gz"))
    assert len(got["metas"]) == len(metas)
    for path, meta in zip(metas, got["metas"]):
        with gzip.open(path) as stream:
            assert side_by_side.meta_graph_differences(stream.read(), meta) == []
