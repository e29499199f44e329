"""TFRecord files: one record after the other, each with checksums. Event files are TFRecord files, too.

    record      length: uint64   masked CRC32C of the 8 bytes before: uint32   the bytes   masked CRC32C of them: uint32
    all numbers little endian; the whole file may be in one zlib or gzip stream

Reading checks both checksums, and takes no memory for a length that the file cannot hold.
"""

from __future__ import annotations

import os
import struct

from tinytf import errors
from tinytf.checkpoint import crc32c, files
from tinytf.inflated import open_to_read

_LENGTH = struct.Struct("<Q")
_CRC = struct.Struct("<I")
_CHUNK = 1 << 18


def encode_record(data: bytes) -> bytes:
    """`data` with its length and checksums."""
    length = _LENGTH.pack(len(data))
    return b"".join((length, _masked_crc(length), data, _masked_crc(data)))


def _masked_crc(data):
    return _CRC.pack(crc32c.mask(crc32c.crc32c(data)))


def read_records(path, compression: str = ""):
    """Yields (offset, record) of a file; `compression` is "", "ZLIB" or "GZIP".

    NotFoundError without a file; DataLossError for what is cut off, not a TFRecord file, or fails a checksum.
    """
    path = files.local_path(path)
    with open_to_read(path, compression) as source:
        limit = None if compression else os.fstat(source.fileno()).st_size
        offset = 0
        while True:
            header = source.read(12)
            if len(header) < 12:
                return
            if header[8:] != _masked_crc(header[:8]):
                raise _data_loss("corrupted record at %d" % offset, path, "the checksum of the length is wrong")
            (length,) = _LENGTH.unpack_from(header)
            if limit is not None and length > limit - offset - 16:
                raise _data_loss("truncated record at %d" % offset, path, "its %d bytes do not fit" % length)
            body = _read_whole(source, length + 4)
            if len(body) < length + 4:
                raise _data_loss("truncated record at %d" % offset, path, "%d of %d bytes are there" % (len(body), length + 4))
            data = body[:length]
            if body[length:] != _masked_crc(data):
                raise _data_loss("corrupted record at %d" % (offset + 12), path, "the checksum of its %d bytes is wrong" % length)
            yield offset, data
            offset += length + 16


def _read_whole(source, size):
    """`size` bytes or all that there are, in steps: a compressed file may lie about a length."""
    if size <= _CHUNK:
        return source.read(size)
    parts = []
    while size:
        part = source.read(min(size, 1 << 26))
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _data_loss(what, path, why):
    return errors.DataLossError(None, None, "%s: %s [file %s]" % (what, why, path))
