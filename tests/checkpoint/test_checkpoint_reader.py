"""What scripts see: readers, messages that they match on, hints that people need."""

import os

import numpy as np
import pytest

import tinytf.checkpoint as checkpoint
from tinytf import dtypes, errors

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "golden", "checkpoints")


@pytest.fixture
def saved(tmp_path):
    return checkpoint.save(
        str(tmp_path / "save" / "m"), {"layer1/w": np.ones([2, 3], np.float32), "b": np.int64(3), "s": b"text", "list": ["a", "b"]}
    )


def test_reader(saved):
    reader = checkpoint.NewCheckpointReader(saved)
    assert reader.get_variable_to_shape_map() == {"layer1/w": [2, 3], "b": [], "s": [], "list": [2]}
    assert reader.get_variable_to_dtype_map()["layer1/w"] is dtypes.float32
    assert reader.has_tensor("b") and not reader.has_tensor("c")
    assert reader.get_tensor("layer1/w").tolist() == [[1.0] * 3] * 2
    assert type(reader.get_tensor("b")) is np.int64
    assert reader.get_tensor("s") == b"text"
    assert reader.get_tensor("list").tolist() == [b"a", b"b"]
    assert b"layer1/w (DT_FLOAT) [2,3]\n" in reader.debug_string()


@pytest.mark.parametrize("version", [1, 2])
def test_zero_bytes_at_the_end_of_strings_stay(tmp_path, version):
    given = {"bytes": b"a\0", "text": "\0", "list": [b"a\0\0", "b"], "rows": [["a\0"], ["\0"]], "array": np.array([b"a\0", b""], object)}
    loaded = checkpoint.load(checkpoint.save(str(tmp_path / "m"), given, version))
    assert {name: loaded[name].tolist() for name in given} == {
        "bytes": b"a\0", "text": b"\0", "list": [b"a\0\0", b"b"], "rows": [[b"a\0"], [b"\0"]], "array": [b"a\0", b""],
    }  # fmt: skip


def test_debug_strings_are_those_of_tensorflow():
    v2 = checkpoint.NewCheckpointReader(os.path.join(GOLDEN, "slices_v2")).debug_string()
    assert v2.startswith(b"\x00p\x00\x01\x01\x02\x80\x84\x80\x7f (DT_FLOAT) [4,6]\n")
    assert b"\nwhole (DT_FLOAT) [10,6]\n" in v2 and b"\np (" not in v2
    v1 = checkpoint.NewCheckpointReader(os.path.join(GOLDEN, "slices_v1")).debug_string()
    assert b"p (DT_FLOAT) [10,6], 3 slices\n" in v1 and b"plain (DT_DOUBLE) []\n" in v1


def test_list_and_load_variables(saved):
    assert checkpoint.list_variables(saved) == [("b", []), ("layer1/w", [2, 3]), ("list", [2]), ("s", [])]
    assert checkpoint.load_variable(saved, "b:0") == 3
    folder = os.path.dirname(saved)
    with pytest.raises(ValueError, match="Couldn't find 'checkpoint' file or checkpoints in given directory"):
        checkpoint.load_checkpoint(folder)
    checkpoint.update_checkpoint_state(folder, saved)
    assert checkpoint.load_variable(folder, "s") == b"text"


def test_a_reader_sees_a_file_that_changed_since(saved):
    for version in (2, 1):
        path = saved + str(version)
        checkpoint.save(path, {"x": np.float32(1)}, version)
        reader = checkpoint.NewCheckpointReader(path)
        assert reader.get_tensor("x") == 1
        checkpoint.save(path, {"x": np.float32(2), "y": np.float32(3)}, version)
        assert reader.get_tensor("x") == 2 and reader.has_tensor("y")


@pytest.mark.parametrize(
    "path, error, words",
    [
        ("nothing", errors.NotFoundError, "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for"),
        ("no/folder", errors.InvalidArgumentError, "Failed to get matching files on .*: Not found: .*; No such file or directory"),
        ("m.index", errors.DataLossError, 'Write ".*save/m" instead of ".*save/m.index"'),
        ("m.data-00000-of-00001", errors.DataLossError, 'Unable to open table file .*Write ".*save/m" instead'),
        ("m.meta", errors.DataLossError, 'Write ".*save/m" instead of ".*save/m.meta"'),
        (".", errors.DataLossError, "Is a directory"),
        ("text", errors.DataLossError, r"Unable to open table file .*: Data loss: not an sstable \(bad magic number\).*perhaps your file is in a different file format"),
        ("short", errors.DataLossError, "file is too short to be an sstable"),
        ("gs://bucket/m", errors.UnimplementedError, "File system scheme 'gs' not implemented"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened(saved, path, error, words):
    folder = os.path.dirname(saved)
    for name, text in (("text", "x" * 100), ("short", "x"), ("m.meta", "")):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
    with pytest.raises(error, match=words):
        checkpoint.NewCheckpointReader(path if ":" in path else os.path.join(folder, path))


@pytest.mark.parametrize(
    "name, hint",
    [
        ("b:0", 'the variable is "b"'),
        ("b_1", "call tf.reset_default_graph()"),
        ("w", 'in the file the names begin with "layer1/"'),
        ("model/layer1/w", 'in the graph the names begin with "model/"'),
        ("layer2/w", r"nearest there: layer1/w \[2,3\]"),
    ],
)
def test_a_missing_name_gets_a_hint(saved, name, hint):
    for act in (
        lambda: checkpoint.NewCheckpointReader(saved).get_tensor(name),
        lambda: checkpoint.read_tensors(saved, [name], [""], ["float32"]),
    ):
        with pytest.raises(errors.NotFoundError, match=f"Key {name} not found in checkpoint(?s:.*){hint}".replace("()", r"\(\)")):
            act()


def test_all_missing_names_are_listed(saved):
    with pytest.raises(errors.NotFoundError, match="Key aa not found in checkpoint(?s:.*)also missing: zz"):
        checkpoint.read_tensors(saved, ["zz", "b", "aa"], [""] * 3, ["float32", "int64", "float32"])


RESTORE_ERRORS = [
    ("x", "", "int32", errors.InvalidArgumentError, "tensor_name = x; expected dtype int32 does not equal original dtype float"),
    ("x", "2 4 0,1:-", "float32", errors.InvalidArgumentError, r"shape in shape_and_slice spec \[2,4\] does not match the shape stored in checkpoint: \[2,3\]"),
    ("x", "2 3 1,2:-", "float32", errors.InternalError, r"Extent in dimension 0 out of bounds: shape = \[2,3\], slice = 1,2:-"),
    ("x", "2 3 0,1", "float32", errors.InternalError, r"Mismatching ranks: shape = \[2,3\], slice = 0,1"),
    ("x", "bogus", "float32", errors.InvalidArgumentError, "Need least two elements in shape_and_slice specification: bogus"),
    ("x", "2 a 0,1:-", "float32", errors.InvalidArgumentError, "Non numerical dimension in shape_and_slice: 2 a 0,1:-"),
    ("x", "2 3 0,1:q", "float32", errors.InvalidArgumentError, "Expected a pair of numbers or '-' but got 'q': string = 0,1:q"),
    ("x", "2 3 0,0:-", "float32", errors.InvalidArgumentError, "Expected non-negative start and positive length but got start = 0, length = 0"),
    ("y", "", "float32", errors.InvalidArgumentError, "Does not have sufficient slices for partitioned tensor y to restore in slice_spec: -:-"),
]  # fmt: skip


@pytest.mark.parametrize("name, spec, dtype, error, words", RESTORE_ERRORS)
def test_restoring_wrongly_fails_in_the_words_of_tensorflow(tmp_path, name, spec, dtype, error, words):
    x = np.ones([2, 3], np.float32)
    checkpoint.bundle_writer(str(tmp_path / "m"), ["x", "y"], ["", "4 3 0,2:-"], [x, x])
    with pytest.raises(error, match=words):
        checkpoint.read_tensors(str(tmp_path / "m"), [name], [spec], [dtype])


def test_restoring_from_v1_through_the_v2_op(tmp_path):
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    path = str(tmp_path / "m")
    checkpoint.slice_writer(path, ["x", "x"], ["4 3 0,2:-", "4 3 2,2:-"], [x, x + 6])
    assert checkpoint.read_tensors(path, ["x"], [""], ["float32"])[0].tolist() == np.arange(12).reshape(4, 3).tolist()
    assert checkpoint.read_tensors(path, ["x"], ["4 3 1,2:-"], ["float32"])[0].tolist() == [[3, 4, 5], [6, 7, 8]]
    assert checkpoint.NewCheckpointReader(path).get_tensor("x").shape == (4, 3)
    for args, error, words in [
        (("x", "4 4 1,2:-", "float32"), errors.InvalidArgumentError, "does not match the shape in the save file"),
        (("x", "", "int32"), errors.InvalidArgumentError, "Expected to restore a tensor of type int32, got a tensor of type float instead: tensor_name = x"),
        (("nope", "", "int32"), errors.NotFoundError, 'Tensor name "nope" not found in checkpoint files '),
    ]:  # fmt: skip
        with pytest.raises(error, match=words):
            checkpoint.read_tensors(path, *[[a] for a in args])
    with pytest.raises(errors.NotFoundError, match="nope not found in checkpoint file"):
        checkpoint.NewCheckpointReader(path).get_tensor("nope")


@pytest.mark.parametrize(
    "names, specs, error, words",
    [
        (["x", "x"], ["", ""], errors.InvalidArgumentError, "Adding duplicate key: x"),
        (["x"], ["4 3 0,1:-"], errors.InvalidArgumentError, "does not match the shape of the tensor to  save: 4 3 0,1:-, tensor: .2,3."),
        (["x", "x"], ["4 3 0,2:-", "4 3 0,2:-"], errors.InvalidArgumentError, "Adding duplicate key"),
        (["x", "x"], ["4 3 0,2:-", "5 3 2,2:-"], errors.InvalidArgumentError, "do not agree"),
        ([""], [""], errors.InvalidArgumentError, "name may not be empty"),
    ],
)  # fmt: skip
def test_saving_wrongly(tmp_path, names, specs, error, words):
    x = np.ones([2, 3], np.float32)
    with pytest.raises(error, match=words):
        checkpoint.bundle_writer(str(tmp_path / "m"), names, specs, [x] * len(names))
    assert not os.listdir(tmp_path)


def test_loading_is_lazy_and_a_view(saved, tmp_path):
    loaded = checkpoint.load(saved)
    os.remove(saved + ".data-00000-of-00001")  # nothing of it was needed so far
    assert loaded.shape("layer1/w") == (2, 3) and len(loaded) == 4
    with pytest.raises(errors.NotFoundError):
        loaded["b"]
    with pytest.raises(KeyError):
        loaded["c"]
    view = checkpoint.load(checkpoint.save(str(tmp_path / "n"), {"x": np.arange(3)}))["x"]
    assert not view.flags.owndata and not view.flags.writeable


def test_verification_can_be_skipped(saved):
    with open(saved + ".data-00000-of-00001", "r+b") as f:
        f.write(b"\x01")
    with pytest.raises(errors.DataLossError, match="Checksum does not match: stored .* tensor layer1/w, bytes 0-24 of"):
        checkpoint.load(saved)["layer1/w"]
    assert checkpoint.load(saved, verify=False)["layer1/w"].shape == (2, 3)


def test_the_library_needs_no_graph():
    import subprocess
    import sys

    code = "import sys, tinytf.checkpoint as c; print([m for m in sys.modules if m.startswith(('tinytf.graph', 'tinytf.ops', 'tinytf.run', 'tinytf.train'))])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
