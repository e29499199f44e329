"""Many entries are read together: a hostile one among them is caught as if it stood alone."""

import numpy as np
import pytest

from tinytf import checkpoint, errors
from tinytf.checkpoint import files, v2_entry, v2_writer
from tinytf.checkpoint.coding import put_varint
from tinytf.checkpoint.reader import open_checkpoint
from tinytf.checkpoint.v2_reader import BundleReader

COUNT = 40
HEAD = v2_entry.encode_type_and_shape(1, (10,))
VICTIM = b"v20"


def place(offset, size=40, crc=b"\1\2\3\4", head=HEAD):
    return head + b"\x20" + offset + b"\x28" + put_varint(size) + b"\x35" + crc


def write(tmp_path, change):
    """A checkpoint of 40 tensors of 10 floats, the entry of one of them changed; the index's own checksums are right."""
    path = str(tmp_path / "m")
    checkpoint.save(path, {"v%02d" % i: np.full([10], i, np.float32) for i in range(COUNT)})
    raw = dict(BundleReader(path).scan())
    raw[VICTIM] = change(raw[VICTIM])
    index = files.OutputFile(path + ".index")
    v2_writer.write_index(index, v2_entry.encode_header(1), raw)
    index.rename()
    return path


HOSTILE = {
    "offset past the end": lambda e: place(put_varint(1600)),
    "end past the end": lambda e: place(put_varint(1561)),
    "offset of two other digits": lambda e: place(put_varint(16000)),
    "largest offset of 9 digits": lambda e: place(put_varint((1 << 63) - 1)),
    "negative offset": lambda e: place(put_varint((1 << 64) - 1)),
    "offset that overflows with its size": lambda e: place(put_varint((1 << 63) - 20)),
    "padded offset": lambda e: place(b"\x80\x80\x01"),
    "offset without an end": lambda e: place(b"\x80\xa0"),
    "size too large": lambda e: place(put_varint(800), 44),
    "size too small": lambda e: place(put_varint(800), 36),
    "size of no bytes": lambda e: place(put_varint(800), 0),
    "other checksum": lambda e: e[:-4] + bytes(b ^ 1 for b in e[-4:]),
    "other place, same checksum": lambda e: place(put_varint(840), crc=e[-4:]),
    "negative dimension": lambda e: b"\x08\x01\x12\x0d\x12\x0b\x08" + put_varint((1 << 64) - 10) + e[len(HEAD) :],
    "unknown dtype": lambda e: b"\x08\x7f" + e[2:],
    "second shard": lambda e: HEAD + b"\x18\x01" + e[len(HEAD) :],
    "cut off": lambda e: e[:-1],
    "nonsense": lambda e: b"\xff" * len(e),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_entry_among_many_is_a_typed_error(tmp_path, case):
    path = write(tmp_path, HOSTILE[case])
    names = ["v%02d" % i for i in range(COUNT)]
    with pytest.raises(errors.OpError) as alone:
        BundleReader(path).read(VICTIM.decode())
    with pytest.raises(errors.OpError) as together:
        BundleReader(path).read_many(names)
    assert type(alone.value) is type(together.value)
    assert alone.value.message == together.value.message
    others = [n for n in names if n.encode() != VICTIM]
    for value, name in zip(BundleReader(path).read_many(others), others):
        assert value.tolist() == [float(name[1:])] * 10


def test_entries_that_claim_the_same_bytes_are_arrays_of_their_own(tmp_path):
    path = str(tmp_path / "m")
    checkpoint.save(path, {"v%02d" % i: np.full([10], i, np.float32) for i in range(COUNT)})
    raw = {key: BundleReader(path).scan()[b"v20"] for key in BundleReader(path).scan()}
    index = files.OutputFile(path + ".index")
    v2_writer.write_index(index, v2_entry.encode_header(1), raw)
    index.rename()
    values = BundleReader(path).read_many([key.decode() for key in raw])
    values[0][:] = -1
    assert values[1].tolist() == [20.0] * 10


def test_many_kinds_come_back_as_they_were(tmp_path):
    rng = np.random.default_rng(0)
    tensors = {}
    for i in range(400):
        shape = [(), (3,), (2, 5), (1, 1, 4), (0, 3), (300, 40)][i % 6]
        tensors["n" * (1 + i % 130) + str(i)] = (rng.normal(size=shape) * 100).astype(["f4", "f8", "i4", "i8", "?", "f2"][i // 6 % 6])
    tensors["text"] = np.array([b"a", b"bc"], object)
    tensors["turned"] = np.arange(12.0).reshape(3, 4).T
    for version in (2, 1):
        path = str(tmp_path / ("m%d" % version))
        checkpoint.save(path, tensors, version)
        names = list(tensors)[::-1]
        for name, value in zip(names, open_checkpoint(path).read_many(names)):
            want = np.asarray(tensors[name])
            assert value.dtype == want.dtype and value.shape == want.shape and value.tolist() == want.tolist()
            assert value.flags.writeable or value.size == 0
