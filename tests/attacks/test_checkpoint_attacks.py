"""Checkpoints that lie, by kind, with right checksums: each ends in its typed error, or in the right value."""

import time

import numpy as np
import pytest
from attack_files import X, block, bundle, entry, files, header, make_table, raw_entry, raw_table, seal, v1, v1_data, v1_meta

from tinytf import checkpoint, dtypes, errors
from tinytf.checkpoint import coding, slices
from tinytf.checkpoint.crc32c import crc32c, mask

pytestmark = pytest.mark.usefixtures("little_memory")
DataLoss, Invalid, OutOfRange = errors.DataLossError, errors.InvalidArgumentError, errors.OutOfRangeError
HUGE = 1 << 62


def part_key(*extents):
    return slices.encode_key("x", extents)


V2_ENTRIES = {
    "negative dim": (dict(shape=(-2,)), DataLoss, "Invalid tensor shape"),
    "two negative dims": (dict(shape=(-1, -2)), DataLoss, "Invalid tensor shape"),
    "dims overflow to the right size": (dict(shape=(1 << 33, 1 << 31, 2)), DataLoss, "Invalid tensor shape"),
    "dims overflow": (dict(shape=(HUGE, HUGE)), DataLoss, "Invalid tensor shape"),
    "huge dim": (dict(shape=(HUGE,)), DataLoss, "Invalid size in bundle entry: key x; stored size 8; expected size"),
    "huge dim and size": (dict(shape=(1 << 40,), size=1 << 42), OutOfRange, "Read less bytes than requested"),
    "too many dims": (dict(shape=(1,) * 255), DataLoss, "255 dimensions"),
    "more dims than NumPy has": (dict(shape=(1,) * 200 + (2,)), errors.UnimplementedError, "NumPy holds at most"),
    "nothing, in huge dims": (dict(shape=(0, HUGE, HUGE), size=0, crc=mask(0)), errors.UnimplementedError, "a tensor of shape"),
    "unknown rank": (dict(unknown_rank=True), DataLoss, "its rank is unknown"),
    "smaller shape than bytes": (dict(shape=(1,)), DataLoss, "stored size 8; expected size 4"),
    "larger shape than bytes": (dict(shape=(3,)), DataLoss, "stored size 8; expected size 12"),
    "wider dtype": (dict(dtype=2), DataLoss, "stored size 8; expected size 16"),
    "no dtype": (dict(dtype=0), DataLoss, "unknown dtype 0"),
    "unknown dtype": (dict(dtype=77), DataLoss, "unknown dtype 77"),
    "reference dtype": (dict(dtype=101), DataLoss, "unknown dtype 101"),
    "negative dtype": (dict(dtype=-1), DataLoss, "unknown dtype -1"),
    "resource": (dict(dtype=20), errors.UnimplementedError, "is a resource, which is a live object"),
    "variant": (dict(dtype=21), errors.UnimplementedError, "is a variant, which is a live object"),
    "negative size": (dict(size=-8), DataLoss, "stored size -8"),
    "negative offset": (dict(offset=-8), DataLoss, "has offset -8"),
    "offset past the end": (dict(offset=1), OutOfRange, "lies in bytes 1-9, but the file has 8"),
    "offset and size overflow": (dict(offset=(1 << 63) - 4), OutOfRange, "Read less bytes than requested"),
    "negative shard": (dict(shard_id=-1), DataLoss, "lies in shard -1, but there are 1 shards"),
    "shard that is not": (dict(shard_id=1), DataLoss, "lies in shard 1, but there are 1 shards"),
    "huge shard": (dict(shard_id=(1 << 31) - 1), DataLoss, "lies in shard"),
    "other checksum": (dict(crc=12345), DataLoss, "Checksum does not match: stored .* tensor x, bytes 0-8 of .*data-00000-of-00001"),
    "string of numbers": (dict(dtype=7), DataLoss, "strings claim|lengths"),
    "more strings than bytes": (dict(dtype=7, shape=(HUGE,)), DataLoss, "expected size at least"),
    "negative string size": (dict(dtype=7, shape=(1,), size=-1), DataLoss, "stored size -1"),
    "lists a slice that is not there": (dict(parts=[((0, 2),)]), errors.NotFoundError, "Key x slice 0,2 not found in checkpoint"),
    "slice outside": (dict(parts=[((0, 3),)]), DataLoss, "Extent in dimension 0 out of bounds"),
    "slice with negative start": (dict(parts=[((-1, 3),)]), DataLoss, "out of bounds"),
    "slice with negative length": (dict(parts=[((2, -2),), (None,)]), DataLoss, "out of bounds"),
    "slice that overflows": (dict(parts=[(((1 << 63) - 1, (1 << 63) - 1),)]), DataLoss, "out of bounds"),
    "slice of another rank": (dict(parts=[(None, None)]), DataLoss, "Mismatching ranks"),
    "slice without dims": (dict(parts=[()]), DataLoss, "Mismatching ranks"),
    "slices with a gap": (dict(parts=[((0, 1),)]), Invalid, "Does not have sufficient slices"),
    "the same slice twice": (dict(parts=[((0, 1),), ((0, 1),)]), Invalid, "Does not have sufficient slices"),
    "slices that overlap": (dict(parts=[((0, 2),), ((1, 1),)]), Invalid, "Does not have sufficient slices"),
    "huge tensor of one small slice": (dict(shape=(HUGE,), parts=[((0, 2),)]), Invalid, "Does not have sufficient slices"),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(V2_ENTRIES))
def test_entry_that_lies(tmp_path, kind):
    lie, error, words = V2_ENTRIES[kind]
    path = bundle(tmp_path, {"x": lie})
    for read in (lambda: checkpoint.load(path)["x"], lambda: checkpoint.CheckpointReader(path).get_tensor("x")):
        with pytest.raises(error, match=words):
            read()
    dtype = lie.get("dtype", 1)
    if dtype not in (1, 2, 7):
        error, words = Invalid, "expected dtype float does not equal original dtype"
    for count in (1, 20):  # alone, and with others
        with pytest.raises(error, match=words):
            checkpoint.read_tensors(path, ["x"] * count, [""] * count, [dtype if dtype in (1, 2, 7) else 1] * count)


V2_SLICES = {
    "right": ({}, {}, None, ""),
    "another dtype": (dict(dtype=3), {}, DataLoss, "another dtype or shape"),
    "another shape": (dict(shape=(1,), size=4), {}, DataLoss, "another dtype or shape"),
    "slices of its own": (dict(parts=[((0, 1),)]), {}, DataLoss, "another dtype or shape"),
    "range past the end": (dict(offset=4), {}, OutOfRange, "Read less bytes"),
    "shard that is not": (dict(shard_id=3), {}, DataLoss, "lies in shard 3"),
    "wrong checksum": (dict(crc=1), {}, DataLoss, "Checksum does not match"),
}


@pytest.mark.parametrize("kind", sorted(V2_SLICES))
def test_slice_that_lies(tmp_path, kind):
    lie, _, error, words = V2_SLICES[kind]
    entries = {"x": dict(shape=(4,), parts=[((0, 2),), ((2, 2),)]), part_key((0, 2)): {}, part_key((2, 2)): lie}
    path = bundle(tmp_path, entries)
    if error is None:
        assert checkpoint.load(path)["x"].tolist() == [1.5, 2.5, 1.5, 2.5]
    else:
        with pytest.raises(error, match=words):
            checkpoint.load(path)["x"]


def test_slices_that_all_point_at_the_same_bytes_make_no_large_array(tmp_path):
    data = np.zeros(1 << 18, np.uint8)
    n, count = 1 << 18, 400  # 256 KiB, claimed 400 times: 100 MiB
    entries = {"x": dict(dtype=4, shape=(n * count,), parts=[((i * n, n),) for i in range(count)])}
    for i in range(count):
        entries[part_key((i * n, n))] = dict(dtype=4, shape=(n,), size=n, crc=mask(crc32c(data)))
    with pytest.raises(DataLoss, match="its slices claim"):
        checkpoint.load(bundle(tmp_path, entries, data.tobytes()))["x"]


HEADERS = {
    "no header": (None, DataLoss, "failed to seek to header entry"),
    "no message": (b"\xff\xff", DataLoss, "unable to parse header"),
    "for later readers": (header(min_consumer=2), Invalid, "min consumer version 2 above current version 1"),
    "not for this reader": (header(bad_consumers=[1]), Invalid, "disallows consumer version 1"),
    "negative shards": (header(num_shards=-1), DataLoss, "claims -1 shards"),
    "unknown byte order": (header(endianness=2), DataLoss, "byte order 2"),
    "no shards": (header(num_shards=0), DataLoss, "there are 0 shards"),
    "shards that are not there": (header(num_shards=1 << 30), errors.NotFoundError, "data-00000-of-1073741824"),
}


@pytest.mark.parametrize("kind", sorted(HEADERS))
def test_header_that_lies(tmp_path, kind):
    head, error, words = HEADERS[kind]
    pairs = ([] if head is None else [(b"", head)]) + [(b"x", entry())]
    with pytest.raises(error, match=words):
        checkpoint.load(files(tmp_path, make_table(pairs)))["x"]


def test_big_endian_checkpoints_are_read(tmp_path):
    """Written on a big-endian machine; the numbers are in the other order, string lengths are checksummed in it."""
    swapped = X.astype(">f4").tobytes()
    lengths = crc32c(b"\0\0\0\2")
    text = b"\2" + mask(lengths).to_bytes(4, "big") + b"hi"
    entries = {
        "x": dict(crc=mask(crc32c(swapped))),
        "s": dict(dtype=7, shape=(1,), offset=8, size=7, crc=mask(crc32c(text[1:], lengths))),
    }
    loaded = checkpoint.load(bundle(tmp_path, entries, swapped + text, header(endianness=1)))
    assert loaded["x"].tolist() == X.tolist() and loaded["s"].tolist() == [b"hi"]


def strings(lengths: bytes, fixed: bytes, text: bytes, length_crc=None):
    crc = crc32c(fixed)
    checksum = coding.put_fixed32(mask(crc) if length_crc is None else length_crc)
    return lengths + checksum + text, mask(crc32c(checksum + text, crc))


@pytest.mark.parametrize(
    "kind, data, words",
    [
        ("right", strings(b"\1\2", b"\1\0\0\0\2\0\0\0", b"abb"), None),
        ("too long", strings(b"\1\7", b"\1\0\0\0\7\0\0\0", b"abb"), "strings claim 8 bytes, its entry leaves 3"),
        ("too short", strings(b"\1\1", b"\1\0\0\0\1\0\0\0", b"abb"), "strings claim 2 bytes"),
        ("huge", strings(b"\1\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"", b"abb"), "strings claim"),
        ("varint without end", strings(b"\1" + b"\xff" * 11, b"", b"abb"), "its lengths are malformed"),
        ("wrong checksum of lengths", strings(b"\1\2", b"\1\0\0\0\2\0\0\0", b"abb", 5), "The length checksum does not match"),
    ],
)
def test_strings_that_lie(tmp_path, kind, data, words):
    data, crc = data
    path = bundle(tmp_path, {"x": dict(dtype=7, size=len(data), crc=crc)}, data)
    if words is None:
        assert checkpoint.load(path)["x"].tolist() == [b"a", b"bb"]
    else:
        with pytest.raises(DataLoss, match=words):
            checkpoint.load(path)["x"]


GOOD = raw_entry(b"", header()) + raw_entry(b"x", entry())
BIG = coding.put_varint(1 << 40)
TABLES = {
    "right": (raw_table(block(GOOD)), ""),
    "handle past the end": (raw_table(block(GOOD), handle=b"\0" + BIG), "a block lies outside of the file"),
    "handle that overflows": (raw_table(block(GOOD), handle=b"\xff" * 9 + b"\1" + b"\xff" * 9 + b"\1"), "a block lies outside"),
    "handle cut off": (raw_table(block(GOOD), handle=b"\x80"), "bad block handle"),
    "handle of nothing": (raw_table(block(GOOD), handle=b""), "bad block handle"),
    "block without restart count": (raw_table(seal(b"ab")), "no room for the number of restarts"),
    "more restarts than bytes": (raw_table(block(GOOD, count=1 << 30)), "restarts in"),
    "all restarts there can be": (raw_table(block(GOOD, count=0xFFFFFFFF)), "restarts in"),
    "restart past the entries": (raw_table(block(GOOD, restarts=(0, 9999, 9999))), ""),
    "key shares more than there is": (raw_table(block(raw_entry(b"x", b"", shared=5))), "shares"),
    "key longer than the block": (raw_table(block(raw_entry(b"x", b"", unshared=99))), "past the end"),
    "value longer than the block": (raw_table(block(raw_entry(b"x", b"", length=1 << 31))), "past the end"),
    "entry cut off": (raw_table(block(b"\0")), ""),
    "keys out of order": (raw_table(block(raw_entry(b"", header()) + raw_entry(b"y", entry()) + raw_entry(b"x", entry()))), ""),
    "the same key twice": (raw_table(block(GOOD + raw_entry(b"x", entry()))), ""),
    "unknown compression": (raw_table(block(GOOD, kind=7)), "bad block type 7"),
    "snappy of nothing": (raw_table(seal(b"", 1)), "corrupted compressed block"),
    "snappy that claims 4 GB": (raw_table(seal(b"\xff\xff\xff\xff\x0f" + b"\0a" * 9, 1)), "snappy claims"),
    "snappy that goes back too far": (raw_table(seal(b"\x08\x00a\x0e\x09\x00", 1)), "back where"),
    "index outside": (raw_table(block(GOOD), footer=b"\0\0" + BIG + b"\1"), "a block lies outside"),
    "footer without handles": (raw_table(block(GOOD), footer=b"\x80" * 40), "bad footer"),
    "index that points at itself": (raw_table(block(GOOD), handle=coding.put_varint(len(block(GOOD)) + 13) + b"\x0d"), ""),
}


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_table_that_lies(tmp_path, kind):
    index, words = TABLES[kind]
    path = files(tmp_path, index)
    for read in (lambda: checkpoint.load(path)["x"], lambda: list(checkpoint.load(path).items())):
        try:
            read()
        except (errors.DataLossError, errors.NotFoundError, KeyError) as e:
            assert words in str(e)
        else:
            assert not words, "this had to fail"


V1_FILES = {
    "right": ({}, None, None, ""),
    "negative dim": (dict(shape=(-2,)), None, DataLoss, "Invalid tensor shape"),
    "dims overflow": (dict(shape=(HUGE, 4), parts=((None, None),)), None, DataLoss, "Invalid tensor shape"),
    "unknown rank": (dict(unknown_rank=True), None, DataLoss, "its rank is unknown"),
    "huge dim": (dict(shape=(HUGE,)), None, DataLoss, "its shape wants"),
    "more values wanted": (dict(shape=(3,)), None, DataLoss, "it holds 8 bytes of values, its shape wants 12"),
    "fewer values wanted": (dict(shape=(1,)), None, DataLoss, "its shape wants 4"),
    "unknown dtype": (dict(dtype=77), None, DataLoss, "unknown dtype 77"),
    "resource": (dict(dtype=20), None, errors.UnimplementedError, "live object"),
    "another dtype": (dict(dtype=3), None, DataLoss, "values"),
    "strings wanted": (dict(dtype=7), None, DataLoss, "it holds 0 values, its shape wants 2"),
    "huge strings wanted": (dict(dtype=7, shape=(HUGE,)), None, DataLoss, "it holds 0 values"),
    "huge ints wanted": (dict(dtype=9, shape=(HUGE >> 3,)), None, DataLoss, "it holds at most"),
    "no slices": (dict(parts=()), None, DataLoss, "It has no slices"),
    "slice outside": (dict(parts=(((1, 2),),)), None, DataLoss, "out of bounds"),
    "slice of another rank": (dict(parts=((None, None),)), None, DataLoss, "Mismatching ranks"),
    "slices that overlap": (dict(parts=((None,), ((0, 1),))), None, Invalid, "Does not have sufficient slices"),
    "huge tensor of one small slice": (dict(shape=(HUGE,), parts=(((0, 2),),)), None, Invalid, "Does not have sufficient slices"),
    "for later readers": (dict(min_consumer=5), None, Invalid, "min consumer version 5 above current version 1"),
    "listed but not there": ({}, [], DataLoss, "is listed but not there"),
    "other name inside": ({}, v1_data(inner_name="y"), DataLoss, "the key of another tensor"),
    "other slice inside": ({}, v1_data(inner_part=((0, 1),)), DataLoss, "the key of another tensor"),
    "no values": ({}, v1_data(float_val=[]), DataLoss, "it holds 0 bytes of values"),
    "no message": ({}, [(part_key(None), b"\xff\xff\xff")], DataLoss, "tensor x"),
    "message that reaches past the end": ({}, [(part_key(None), b"\x12\x7f")], DataLoss, "reaches past the end"),
    "message of numbers": ({}, [(part_key(None), b"\x10\x05")], DataLoss, "tensor x"),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(V1_FILES))
def test_v1_file_that_lies(tmp_path, kind):
    meta, data, error, words = V1_FILES[kind]
    path = v1(tmp_path, v1_meta(**meta), data)

    def read():
        return checkpoint.load(path)["x"]

    if error is None:
        assert read().tolist() == X.tolist()
    else:
        with pytest.raises(error, match=words):
            read()


@pytest.mark.parametrize("first", [b"", b"\xff", b"\x0a\xff"])
def test_v1_first_entry_that_is_no_message(tmp_path, first):
    with pytest.raises((errors.DataLossError, KeyError)):
        checkpoint.load(v1(tmp_path, first))["x"]


@pytest.mark.parametrize("dtype, coded", [("int64", b"\xff" * 11 + b"\1\1"), ("int32", b"\x80\x80"), ("int8", b"\1\2\3"), ("half", b"\1")])
def test_v1_varints_that_lie(tmp_path, dtype, coded):
    field = {"int64": 10, "half": 13}.get(dtype, 7)
    values = coding.put_varint(field << 3 | 2) + coding.put_varint(len(coded)) + coded
    inner = b"\x0a\1x\x12\2\x0a\0\x1a" + coding.put_varint(len(values)) + values
    path = v1(tmp_path, v1_meta(dtype=dtypes.as_dtype(dtype).as_datatype_enum), [(part_key(None), b"\x12" + coding.put_varint(len(inner)) + inner)])
    with pytest.raises(DataLoss, match="tensor x"):
        checkpoint.load(path)["x"]


def test_resources_are_listed_and_refused_only_when_asked_for(tmp_path):
    path = bundle(tmp_path, {"x": {}, "r": dict(dtype=20, shape=[], size=5), "v": dict(dtype=21, shape=[], size=5)})
    reader = checkpoint.NewCheckpointReader(path)
    assert reader.get_variable_to_dtype_map()["r"] is dtypes.resource
    assert reader.get_tensor("x").tolist() == X.tolist()
    for name in "rv":
        with pytest.raises(errors.UnimplementedError, match="a live object"):
            reader.get_tensor(name)


def test_long_shared_keys_cannot_fill_the_memory(tmp_path):
    """Each entry of 6 bytes claims a key of 1 MB, by sharing it with the one before."""
    many = b"".join(
        b"".join(map(coding.put_varint, (1 << 20, 3, 0))) + b"%03d" % i if i else raw_entry(b"k" * (1 << 20), b"") for i in range(1000)
    )
    path = files(tmp_path, raw_table(block(raw_entry(b"", header()) + many)))
    began = time.process_time()
    with pytest.raises(DataLoss, match="many times longer than the file"):
        list(checkpoint.load(path))
    assert time.process_time() - began < 1
