"""Hostile files through every door: each ends in a typed error or a value, within a second and in little memory."""

import os
import sys
import time

import hostile_files
import numpy as np
import pytest

import tinytf as tf
from tinytf import checkpoint, errors
from tinytf.tools import __main__ as tools
from tinytf.tools import annotate

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pipes, devices and links")


def restore(path):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x = tf.compat.v1.get_variable("x", [2], initializer=tf.zeros_initializer(), use_resource=False)
        tf.compat.v1.train.Saver([x]).restore(session, path)
        return session.run(x)


def explain(path):
    for suffix in ("", ".index", hostile_files.DATA):
        if os.path.lexists(path + suffix):
            list(annotate.annotate(path + suffix))


DOORS = {
    "load": lambda path: dict(checkpoint.load(path).items()),
    "load, unverified": lambda path: dict(checkpoint.load(path, verify=False).items()),
    "shapes": lambda path: checkpoint.NewCheckpointReader(path).get_variable_to_shape_map(),
    "dtypes": lambda path: checkpoint.NewCheckpointReader(path).get_variable_to_dtype_map(),
    "describe": lambda path: checkpoint.NewCheckpointReader(path).debug_string(),
    "get": lambda path: checkpoint.NewCheckpointReader(path).get_tensor("x"),
    "has": lambda path: checkpoint.NewCheckpointReader(path).has_tensor("x"),
    "restore one": lambda path: checkpoint.read_tensors(path, ["x"], [""], ["float32"]),
    "restore many": lambda path: checkpoint.read_tensors(path, ["x"] * 20, [""] * 20, ["float32"] * 20),
    "restore a part": lambda path: checkpoint.read_tensors(path, ["x"], ["2 1,1"], ["float32"]),
    "objects": checkpoint.object_graph_keys,
    "inspect": lambda path: tools.inspect(path, []),
    "explain": explain,
    "Saver": restore,
    "merge": lambda path: checkpoint.merge_v2_checkpoints([path], path + "-whole"),  # the last one: it takes the files away
}
FILES = {
    f"{kind}: {name}": make
    for kind in ("ENTRIES", "TABLES", "V1", "PLACES")
    for name, make in getattr(hostile_files, kind).items()
}


def knock(path):
    for door, go_in in DOORS.items():
        began = time.process_time()
        try:
            go_in(path)
        except errors.OpError:
            pass
        except ValueError as e:
            if door != "Saver" or "not a valid checkpoint" not in str(e):  # TensorFlow's words where there is nothing
                raise
        except Exception as e:
            raise AssertionError(f"{door}: {type(e).__name__}: {e}") from e
        assert time.process_time() - began < 5, door  # one second, on a machine that has nothing else to do


@pytest.mark.parametrize("name", FILES)
def test_every_door(tmp_path, name, monkeypatch, little_memory):
    monkeypatch.chdir(tmp_path)
    knock(FILES[name](str(tmp_path)))


def test_right_values_come_out_of_odd_files(tmp_path):
    """What is odd but true is read: messages in several parts, a whole that lists itself as its slice."""
    for name in ("ENTRIES: slice that is the whole", "ENTRIES: unknown fields", "V1: values in two parts", "ENTRIES: keys that are no UTF-8"):
        folder = tmp_path / name.replace(":", "")
        folder.mkdir()
        assert checkpoint.load(FILES[name](str(folder)))["x"].tolist() == [1.5, 2.5]


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_that_is_cut_short_while_it_is_open(tmp_path, version):
    path = str(tmp_path / "m")
    checkpoint.save(path, {"a": np.zeros(1 << 16, np.float32), "b": np.ones(1 << 16, np.float32)}, version)
    loaded = checkpoint.load(path)
    reader = checkpoint.NewCheckpointReader(path)
    assert loaded["a"].shape == (1 << 16,)
    os.truncate(path + (hostile_files.DATA if version == 2 else ""), 100)
    for read in (lambda: loaded["b"], lambda: reader.get_tensor("b")):
        with pytest.raises((errors.OutOfRangeError, errors.DataLossError)):
            read()
