"""`python -m tinytf.tools.annotate` explains every byte of a checkpoint file once."""

import os
import re

import pytest

from tinytf.tools import annotate

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "golden", "checkpoints")


@pytest.mark.parametrize("name", ["tutorial_v1", "tutorial_v2.index", "types_v1", "types_v2.index", "slices_v2.index"])
def test_every_byte_is_explained_once(name):
    path = os.path.join(GOLDEN, name)
    at = 0
    for line in annotate.annotate(path):
        if line.startswith("#"):
            continue
        offset, rest = int(line[:8], 16), line[10:]
        assert offset == at, line
        many = re.search(r"… \((\d+) bytes\)", rest[:40])
        at += int(many.group(1)) if many else len(re.match(r"(?:[0-9a-f]{2} )*(?:[0-9a-f]{2})?", rest).group().split())
    assert at == os.path.getsize(path)


def test_data_file(capsys):
    assert annotate.main([os.path.join(GOLDEN, "tutorial_v2.data-00000-of-00001")]) == 0
    assert "tensor v1: float [1,2], 8 bytes = 0.25 -1.5" in capsys.readouterr().out


def test_what_is_no_checkpoint(tmp_path, capsys):
    (tmp_path / "x").write_text("x" * 60)
    assert annotate.main([str(tmp_path / "x")]) == 1
    assert "not an sstable" in capsys.readouterr().out
