"""python -m tinytf.tools: look into checkpoints, compare, rename and convert them."""

import numpy as np
import pytest

from tinytf import checkpoint
from tinytf.tools.__main__ import main


@pytest.fixture
def saved(tmp_path):
    path = str(tmp_path / "m")
    checkpoint.save(path, {"net/w": np.arange(6, dtype=np.float32).reshape(2, 3), "net/b": np.array(2, np.int64), "t": b"text"})
    return path


def test_inspect(saved, capsys):
    assert main(["inspect", saved]) == 0
    out = capsys.readouterr().out
    assert "net/w  float32  [2, 3]" in out and "3 tensors, 8 elements, format V2" in out
    assert main(["inspect", saved, "net/b"]) == 0
    assert capsys.readouterr().out == "net/b:\n2\n"
    assert main(["inspect", saved, "net/v"]) == 1
    assert "near it: net/w" in capsys.readouterr().err


def test_diff(saved, tmp_path, capsys):
    other = str(tmp_path / "o")
    checkpoint.save(other, {"net/w": np.ones((2, 3), np.float32), "t": b"text", "x": 1.0})
    assert main(["diff", saved, saved]) == 0
    assert capsys.readouterr().out == ""
    assert main(["diff", saved, other]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("net/b: only in") and lines[1] == "net/w: 5 of 6 elements differ, by at most 4"
    assert lines[2].startswith("x: only in")


def test_rename(saved, tmp_path, capsys):
    new = str(tmp_path / "n")
    assert main(["rename", saved, new, "net/=tower/"]) == 0
    assert list(checkpoint.load(new)) == ["t", "tower/b", "tower/w"]
    assert main(["rename", saved, new, "net/w=t"]) == 1
    assert "two tensors would be called 't'" in capsys.readouterr().err


@pytest.mark.parametrize("version", [1, 2])
def test_convert(saved, tmp_path, version):
    middle, back = str(tmp_path / "m.npz"), str(tmp_path / "back")
    assert main(["convert", saved, middle]) == 1  # a string
    numbers = str(tmp_path / "numbers")
    checkpoint.save(numbers, {"a/b": np.arange(3.0), "c": np.array([True])})
    assert main(["convert", numbers, middle]) == 0
    assert main(["convert", middle, back, f"--version={version}"]) == 0
    assert checkpoint.load(back).format == f"V{version}"
    assert main(["diff", numbers, back]) == 0


def test_explain(saved, capsys):
    assert main(["explain", saved + ".index", saved + ".data-00000-of-00001"]) == 0
    out = capsys.readouterr().out
    assert "the index of a V2 checkpoint" in out and "shard 00000 of 00001" in out
    assert main(["explain", saved + ".nothing"]) == 1


@pytest.mark.parametrize("content", [b"", b"PK\3\4" + bytes(50), b"\x93NUMPY\1\0", b"\x80\4N."])
def test_an_archive_that_is_none(tmp_path, capsys, content):
    (tmp_path / "m.npz").write_bytes(content)
    assert main(["convert", str(tmp_path / "m.npz"), str(tmp_path / "m")]) == 1
    assert "is no .npz file that can be read" in capsys.readouterr().err


def test_a_state_file_that_is_no_text_is_explained(tmp_path, capsys):
    (tmp_path / "checkpoint").write_bytes(b"\xff\xfe")
    assert main(["explain", str(tmp_path / "checkpoint")]) == 0
    assert "a CheckpointState" in capsys.readouterr().out
