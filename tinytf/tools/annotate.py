"""Explains a checkpoint file byte by byte:  python -m tinytf.tools.annotate save/model.ckpt.index

Works on the files of both formats: a V1 file, a V2 `.index`, a V2 `.data-00000-of-00001` (with its index
beside it), and on `.meta` and other files not at all.  Each line: offset, bytes, what they mean.
"""

from __future__ import annotations

import argparse
import re
import struct

import numpy as np
from google.protobuf.message import DecodeError

from tinytf import errors, protos
from tinytf.checkpoint import coding, elements, files, slices, table, v2_entry, v2_files
from tinytf.checkpoint.crc32c import crc32c, mask
from tinytf.checkpoint.v1_values import walk
from tinytf.checkpoint.v2_reader import BundleReader

_MOST_FIELDS = 10000  # of a message that are printed
_SHOWN = 8  # bytes of a field that are printed


def annotate(path: str):
    """Lines of text that explain every byte of a checkpoint file.

    Raises DataLossError where it is none.
    """
    found = re.fullmatch(r"(.*)\.data-(\d{5})-of-(\d{5})", path)
    file = files.InputFile(path)
    try:
        if found:
            yield from _data_file(file, found.group(1), int(found.group(2)))
        else:
            yield from _table_file(table.Table(file, path), bytes(file.read(0, file.size)), path)
    except (ValueError, TypeError, IndexError, struct.error, DecodeError) as e:
        raise errors.DataLossError(None, None, f"what comes next is malformed: {e} [file {path}]") from None


def _line(offset: int, data, meaning: str, depth: int = 0) -> str:
    shown = bytes(data[:_SHOWN]).hex(" ") + (f" … ({len(data)} bytes)" if len(data) > _SHOWN else "")
    return f"{offset:08x}  {shown:<{3 * _SHOWN + 14}}  {'  ' * depth}{meaning}"


def _table_file(reader: table.Table, data: bytes, path: str):
    size = len(data)
    is_index = path.endswith(".index")
    yield f"# {path}: {size} bytes, a table of {len(reader.blocks())} data block(s)"
    message = "BundleEntryProto" if is_index else "SavedTensorSlices"
    header = "BundleHeaderProto" if is_index else "SavedTensorSlices"
    end = 0
    for number, handle in enumerate(reader.blocks()):
        end = handle[0] + handle[1] + table.TRAILER_SIZE
        yield f"# data block {number}"
        if data[end - table.TRAILER_SIZE] == 0:
            yield from _block(data, handle, lambda key: header if key == b"" else message)
        else:
            yield _line(handle[0], data[handle[0] : handle[0] + handle[1]], "the block, compressed with snappy; unpacked:")
            for key, value in reader.block_entries(handle):
                name = header if key == b"" else message
                yield " " * 10 + f"key {_key(key)} -> {name} {{ {_short(getattr(protos, name).FromString(bytes(value)))} }}"
        yield from _trailer(data, handle)
    footer = size - table.FOOTER_SIZE
    meta, pos = _handle_at(data, footer)
    index, pos = _handle_at(data, pos)
    for name, handle in (("metaindex block (always empty)", meta), ("index block: where the data blocks lie", index)):
        yield f"# {name}"
        yield from _block(data, handle, lambda key: None)
        yield from _trailer(data, handle)
    yield "# footer"
    middle = _handle_at(data, footer)[1]
    yield _line(footer, data[footer:middle], f"handle of the metaindex block: offset {meta[0]}, size {meta[1]}")
    yield _line(middle, data[middle:pos], f"handle of the index block: offset {index[0]}, size {index[1]}")
    yield _line(pos, data[pos : size - 8], "zeros, up to 40 bytes")
    yield _line(size - 8, data[size - 8 :], f"magic number {table.MAGIC:016x}, little endian")


def _handle_at(data, pos: int):
    offset, pos = coding.get_varint(data, pos, len(data))
    size, pos = coding.get_varint(data, pos, len(data))
    return (offset, size), pos


def _block(data, handle, message_of):
    offset, size = handle
    end = offset + size
    if size < 4 or end + table.TRAILER_SIZE > len(data):
        raise ValueError(f"the block at {offset} of {size} bytes lies outside of the file")
    restarts = coding.get_fixed32(data, end - 4)
    budget = table.SLACK + 8 * len(data)  # for keys: the metaindex has not been read before, and may share what it likes
    entries_end = end - 4 - 4 * restarts
    pos, key = offset, b""
    while pos < entries_end:
        begin = pos
        shared, pos = coding.get_varint(data, pos, end)
        unshared, pos = coding.get_varint(data, pos, end)
        length, pos = coding.get_varint(data, pos, end)
        yield _line(begin, data[begin:pos], f"entry: shares {shared} bytes of the key before, adds {unshared}; value of {length} bytes")
        key = key[:shared] + data[pos : pos + unshared]
        budget -= len(key)
        if budget < 0:
            raise ValueError("the keys claim to be many times longer than the file")
        yield _line(pos, data[pos : pos + unshared], f"key {_key(key)}", 1)
        pos += unshared
        message = message_of(key)
        if message is None:
            (at, block_size), _ = _handle_at(data, pos)
            yield _line(pos, data[pos : pos + length], f"handle: the block at {at} of {block_size} bytes has keys up to here", 1)
        else:
            yield from _message(data, pos, pos + length, getattr(protos, message).DESCRIPTOR, 1)
        pos += length
    for i in range(restarts):
        at = entries_end + 4 * i
        yield _line(at, data[at : at + 4], f"restart {i}: the entry at byte {coding.get_fixed32(data, at)} of the block has its whole key")
    yield _line(end - 4, data[end - 4 : end], f"number of restarts: {restarts}")


def _trailer(data, handle):
    end = handle[0] + handle[1]
    yield _line(end, data[end : end + 1], "type: " + {0: "raw", 1: "snappy"}.get(data[end], "unknown"))
    right = mask(crc32c(data[handle[0] : end + 1])) == coding.get_fixed32(data, end + 1)
    yield _line(end + 1, data[end + 1 : end + 5], f"masked CRC32C of block and type: {'right' if right else 'WRONG'}")


def _message(data, begin: int, end: int, descriptor, depth: int):
    """The fields of a protocol buffer message, each with the name that the schema gives it."""
    pos = begin
    for count, (number, content) in enumerate(walk(memoryview(data)[begin:end])):
        if count == _MOST_FIELDS:
            yield _line(pos, data[pos:end], "… more fields", depth)
            return
        field = descriptor.fields_by_number.get(number)
        name = field.name if field else f"unknown field {number}"
        at = pos
        _, pos = coding.get_varint(data, pos, end)
        if isinstance(content, int):
            _, pos = coding.get_varint(data, pos, end)
            meaning = f"{name} = {content - (1 << 64) if content >> 63 else content}"
            if field and field.enum_type:
                value = field.enum_type.values_by_number.get(content)
                meaning += f" ({value.name})" if value else ""
            yield _line(at, data[at:pos], meaning, depth)
            continue
        head_end = pos
        if data[at] & 7 == 2:
            _, head_end = coding.get_varint(data, pos, end)
        pos = head_end + len(content)
        if field is not None and field.message_type is not None:
            yield _line(at, data[at:head_end], f"{name}: {len(content)} bytes {{" + ("" if len(content) else " }"), depth)
            yield from _message(data, head_end, pos, field.message_type, depth + 1)
        else:
            yield _line(at, data[at:pos], f"{name} = {_value(field, content)}", depth)


def _value(field, content) -> str:
    content = bytes(content)
    if field is None:
        return repr(content[:40])
    kinds = {field.TYPE_FLOAT: "<f4", field.TYPE_DOUBLE: "<f8", field.TYPE_FIXED32: "<u4"}
    if field.type in kinds and len(content) % np.dtype(kinds[field.type]).itemsize == 0:
        numbers = np.frombuffer(content, kinds[field.type])
        if field.type == field.TYPE_FIXED32:
            return f"{numbers[0]:08x} (masked)"
        return _numbers(numbers)
    if field.type in (field.TYPE_STRING, field.TYPE_BYTES):
        return repr(content[:60])[1:] + ("…" if len(content) > 60 else "")
    return f"{len(content)} bytes of varints"


def _numbers(numbers) -> str:
    return " ".join(str(n) for n in numbers[:6].tolist()) + (f" … ({len(numbers)} numbers)" if len(numbers) > 6 else "")


def _key(key: bytes) -> str:
    return repr(v2_entry.show(key)) if key else '"": the first entry describes the file'


def _short(message) -> str:
    return re.sub(r"\s+", " ", str(message)).strip()[:150]


def _data_file(file: files.InputFile, prefix: str, shard: int):
    bundle = BundleReader(prefix)
    yield f"# {file.path}: shard {shard} of {bundle.header.num_shards}; what lies where stands in {v2_files.index_name(prefix)}"
    places = []
    for key in bundle.scan():
        entry = bundle.entry(key)
        if not entry.slices and entry.shard_id == shard:
            places.append((entry.offset, key, entry))
    for offset, key, entry in sorted(places):
        dtype = elements.type_name(entry.dtype)
        text = f"tensor {v2_entry.show(key)}: {dtype} {slices.shape_string(entry.shape)}, {entry.size} bytes"
        if not 0 <= offset <= offset + entry.size <= file.size:
            yield f"{'':8}  {text} from byte {offset} on, which are not all in the file"
            continue
        content = file.read(offset, min(entry.size, 64))
        kind = elements.NUMPY.get(entry.dtype)
        if kind is not None and kind.fields is None and kind.kind != "V" and len(content) >= kind.itemsize:
            text += " = " + _numbers(np.frombuffer(content[: len(content) // kind.itemsize * kind.itemsize], kind))
        yield _line(offset, content, text)


def main(argv=None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tinytf.tools.annotate", description=__doc__.split("\n")[0])
    parser.add_argument("file", nargs="+", help="a V1 checkpoint, a V2 .index, or a V2 .data-…")
    for path in parser.parse_args(argv).file:
        try:
            for line in annotate(path):
                print(line.rstrip())
        except (OSError, errors.OpError) as e:
            print(f"{path}: {e}")
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
