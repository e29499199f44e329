"""Files that real TensorFlow wrote (compat/golden_checkpoints.py) are read equal, and written byte for byte."""

import hashlib
import json
import os

import checkpoint_cases as cases
import numpy as np
import pytest

from tinytf import checkpoint, dtypes, errors
from tinytf.checkpoint import coding, crc32c, files, table
from tinytf.checkpoint import slices as tensor_slices

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "golden", "checkpoints")


def as_saved(dtype, array):
    """The array as tinytf wants it: of the type's own NumPy type."""
    array = np.asarray(array)
    return array.view(dtypes.as_dtype(dtype).as_numpy_dtype) if dtype in cases.BITS else array


def write(case, version, path):
    names, types, specs, arrays = zip(*case)
    writer = checkpoint.bundle_writer if version == 2 else checkpoint.slice_writer
    writer(path, names, specs, [as_saved(t, a) for t, a in zip(types, arrays)])


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and (a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes())


def check_values(path, case):
    loaded = checkpoint.load(path)
    for name, dtype, spec, array in case:
        expected = as_saved(dtype, array)
        assert loaded.dtype(name).name == dtype
        if spec:
            _, extents = tensor_slices.parse_shape_and_slice(spec)
            assert same(loaded._reader.read_slice(name, extents), expected), name
        else:
            assert same(loaded[name], expected), name
    assert set(loaded) == {item[0] for item in case}
    whole = [item for item in case if not item[2]]
    names, types, specs, arrays = zip(*whole)
    for got, dtype, array in zip(checkpoint.read_tensors(path, names, specs, types), types, arrays):
        assert same(got, as_saved(dtype, array))
        assert got.flags.writeable


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("name", sorted(cases.SMALL))
def test_reads_what_tensorflow_wrote(name, version):
    check_values(os.path.join(GOLDEN, f"{name}_v{version}"), cases.SMALL[name](version))


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("name", sorted(cases.SMALL))
def test_writes_the_bytes_of_tensorflow(name, version, tmp_path):
    write(cases.SMALL[name](version), version, str(tmp_path / f"{name}_v{version}"))
    written = sorted(os.listdir(tmp_path))
    assert len(written) == version
    for file in written:
        with open(os.path.join(GOLDEN, file), "rb") as golden:
            assert (tmp_path / file).read_bytes() == golden.read(), file


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("name", sorted(cases.BY_DIGEST))
def test_writes_large_files_with_the_digests_of_tensorflow(name, version, tmp_path):
    """Several blocks in the index, values larger than a block."""
    with open(os.path.join(GOLDEN, "digests.json")) as f:
        digests = json.load(f)
    case = cases.BY_DIGEST[name](version)
    write(case, version, str(tmp_path / f"{name}_v{version}"))
    for file in os.listdir(tmp_path):
        assert hashlib.sha256((tmp_path / file).read_bytes()).hexdigest() == digests[file], file
    check_values(str(tmp_path / f"{name}_v{version}"), case)


@pytest.mark.parametrize("name", ["slices_v1", "slices_v2", "merged_v2", "sharded_v1-?????-of-00002", "sharded_v1-*"])
def test_tensors_in_slices_are_read_whole(name):
    loaded = checkpoint.load(os.path.join(GOLDEN, name))
    for key, value in cases.whole_of_slices().items():
        assert loaded[key].tolist() == value.tolist()
    (part,) = checkpoint.read_tensors(os.path.join(GOLDEN, name), ["q"], ["9 200 4,3:90,20"], ["int32"])
    assert part.tolist() == cases.whole_of_slices()["q"][4:7, 90:110].tolist()


def test_merges_as_tensorflow_does(tmp_path):
    case = cases.slices()
    for i, part in enumerate([case[:5], case[5:]]):
        write(part, 2, str(tmp_path / "parts" / f"part{i}"))
    parts = [str(tmp_path / "parts" / f"part{i}") for i in range(2)]
    checkpoint.merge_v2_checkpoints(parts, str(tmp_path / "merged_v2"))
    assert sorted(os.listdir(tmp_path)) == [f"merged_v2.{s}" for s in ("data-00000-of-00002", "data-00001-of-00002", "index")]
    for file in os.listdir(tmp_path):
        with open(os.path.join(GOLDEN, file), "rb") as golden:
            assert (tmp_path / file).read_bytes() == golden.read(), file


def test_reads_tensorflow_2():
    check_values(os.path.join(GOLDEN, "tf2_types"), cases.types(2))


def compress(data):
    """Snappy, greedily: a copy where the last 64 bytes' worth of pattern was seen before, else literals."""
    out, literal, seen, i = bytearray(coding.put_varint(len(data))), bytearray(), {}, 0

    def flush():
        while literal:
            piece = bytes(literal[:60])
            out.append(len(piece) - 1 << 2)
            out.extend(piece)
            del literal[:60]

    while i < len(data):
        at = seen.get(data[i : i + 4])
        seen[data[i : i + 4]] = i
        if at is not None and i - at < 1 << 16 and i + 4 <= len(data):
            length = 4
            while length < 64 and i + length < len(data) and data[at + length] == data[i + length]:
                length += 1
            flush()
            if length < 12 and i - at < 2048:
                out.extend([1 | length - 4 << 2 | i - at >> 8 << 5, i - at & 255])
            else:
                out.extend([2 | length - 1 << 2, i - at & 255, i - at >> 8])
            i += length
        else:
            literal.append(data[i])
            i += 1
    flush()
    return bytes(out)


@pytest.mark.parametrize("name", ["tf2_objects", "types_v2", "slices_v2"])
def test_reads_an_index_compressed_with_snappy(name, tmp_path):
    """As some releases of TensorFlow 2 write it."""
    file = files.InputFile(os.path.join(GOLDEN, name + ".index"))
    data = bytes(file.read(0, file.size))
    ((offset, size),) = table.Table(file, name).blocks()
    packed = compress(data[offset : offset + size])
    assert len(packed) < size
    sealed = packed + b"\1" + coding.put_fixed32(crc32c.mask(crc32c.crc32c(packed + b"\1")))
    handle = coding.put_varint(0) + coding.put_varint(len(packed))
    divider = bytes([0, 1, len(handle)]) + b"\xff" + handle

    def block(entries):
        body = entries + bytes(4) + b"\1\0\0\0"
        return body + b"\0" + coding.put_fixed32(crc32c.mask(crc32c.crc32c(body + b"\0")))

    meta, index = block(b""), block(divider)
    handles = b"".join(map(coding.put_varint, (len(sealed), len(meta) - 5, len(sealed) + len(meta), len(index) - 5)))
    path = str(tmp_path / "m")
    with open(path + ".index", "wb") as f:
        f.write(sealed + meta + index + handles + bytes(40 - len(handles)) + coding.put_fixed64(table.MAGIC))
    with open(os.path.join(GOLDEN, name + ".data-00000-of-00001"), "rb") as f:
        (tmp_path / "m.data-00000-of-00001").write_bytes(f.read())
    packed_model, model = checkpoint.load(path), checkpoint.load(os.path.join(GOLDEN, name))
    assert list(packed_model) == list(model)
    assert all(same(packed_model[key], model[key]) for key in model)


def test_reads_checkpoints_that_others_published():
    """Set TINYTF_FIXTURES to a folder of such, with an EXPECTED.json that says what TensorFlow reads in them."""
    folder = os.environ.get("TINYTF_FIXTURES")
    if not folder:
        pytest.skip("TINYTF_FIXTURES is not set")
    with open(os.path.join(folder, "EXPECTED.json")) as f:
        expected = json.load(f)
    for name, item in expected.items():
        for path, holds in item.get("checkpoints", {}).items():
            loaded = checkpoint.load(os.path.join(folder, name, path))
            assert loaded.format == holds["format"] and set(loaded) == set(holds["tensors"])
            for key, tensor in holds["tensors"].items():
                assert list(loaded[key].shape) == tensor["shape"] and loaded.dtype(key).name == tensor["dtype"]
                value = loaded[key][()]
                text = repr(value) if isinstance(value, bytes) else str(value)
                assert text[:200] == tensor["repr"][:200]


def test_reads_object_based_checkpoints():
    path = os.path.join(GOLDEN, "tf2_objects")
    keys = checkpoint.object_graph_keys(path)
    assert keys["layer7"] == "layers/7/.ATTRIBUTES/VARIABLE_VALUE"
    loaded = checkpoint.load(path)
    assert loaded[keys["layer7"]].tolist() == [[7.0] * 3] * 2
    assert loaded["step/.ATTRIBUTES/VARIABLE_VALUE"] == 7
    assert isinstance(loaded["_CHECKPOINTABLE_OBJECT_GRAPH"][()], bytes)
    with pytest.raises(errors.NotFoundError, match="not an object-based checkpoint"):
        checkpoint.object_graph_keys(os.path.join(GOLDEN, "types_v2"))


@pytest.mark.parametrize("dtype", ["uint32", "uint64", "bfloat16", "qint16", "quint16"])
def test_v1_refuses_the_types_that_tensorflow_refuses(dtype, tmp_path):
    with pytest.raises(errors.UnimplementedError, match=f"Saving data type {dtype} not yet supported"):
        write([("x", dtype, "", np.zeros(2, cases.BITS.get(dtype, dtype)))], 1, str(tmp_path / "m"))
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("parts, step, digest", [(40, 1, "d957a7be2c3aff77"), (40, 23, "49d0c74a088d571a"), (97, 35, "71aed1f431eea357")])
def test_v1_lists_many_slices_in_the_order_of_tensorflow(tmp_path, parts, step, digest):
    """The digests are those of the files that the op SaveSlices of TF 1.15.5 writes."""
    order = [i * step % (2 * parts) for i in range(2 * parts)]
    specs = [f"{parts} {i // 2},1" for i in order]
    checkpoint.slice_writer(str(tmp_path / "m"), ["ab"[i % 2] for i in order], specs, [np.float32([i]) for i in order])
    assert hashlib.sha256((tmp_path / "m").read_bytes()).hexdigest()[:16] == digest


def test_v1_reports_the_two_gigabyte_limit_before_writing(tmp_path):
    huge = np.broadcast_to(np.float32(0), (1 << 29,))
    with pytest.raises(errors.InvalidArgumentError, match="Tensor slice is too large to serialize"):
        checkpoint.save(str(tmp_path / "m"), {"x": huge}, version=1)
    assert not os.listdir(tmp_path)


def test_arrays_that_do_not_lie_in_file_order(tmp_path):
    base = np.arange(24, dtype=np.float32).reshape(4, 6)
    odd = {"transposed": base.T, "every second": base[:, ::2], "backwards": base[::-1], "big endian": base.astype(">f4")}
    for version in (1, 2):
        checkpoint.save(str(tmp_path / f"m{version}"), odd, version)
        for name, array in checkpoint.load(str(tmp_path / f"m{version}")).items():
            assert array.tolist() == odd[name].tolist(), name
