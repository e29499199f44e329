"""Files that are read from their beginning to their end: as they are, or out of one zlib or gzip stream.

What the inflated bytes come to is not known before they are there, so they are made as they are asked for.
"""

from __future__ import annotations

import io
import zlib

from tinytf import errors
from tinytf.checkpoint import files

_CHUNK = 1 << 18
_WINDOW_BITS = {"ZLIB": 15, "GZIP": 31}
_GZIP_MAGIC = b"\x1f\x8b"


def open_to_read(path, compression: str = "") -> io.BufferedReader:
    """The content of a file; `compression` is "", "ZLIB" or "GZIP".

    Raises what `files.open_to_read` does, InvalidArgumentError for another compression; reading raises DataLossError where
    the file cannot be inflated.
    """
    if compression and compression not in _WINDOW_BITS:
        raise errors.InvalidArgumentError(None, None, f"Unsupported compression_type: {compression}. It is '', 'ZLIB' or 'GZIP'")
    stream = files.open_to_read(path)
    return io.BufferedReader(_Inflated(stream, _WINDOW_BITS[compression], path), _CHUNK) if compression else stream


def without_end(line: bytes) -> bytes:
    """A line without the line feed at its end, and without one carriage return before that."""
    line = line[:-1] if line.endswith(b"\n") else line
    return line[:-1] if line.endswith(b"\r") else line


class _Inflated(io.RawIOBase):
    """The content of a zlib or gzip stream; what follows it is passed over, but for another gzip stream.

    Where the file is cut off its content ends, too, as in TensorFlow; in the middle of a record the record says so.
    """

    def __init__(self, stream, window_bits: int, path):
        self._stream, self._path, self._window_bits = stream, path, window_bits
        self._inflate = zlib.decompressobj(window_bits)

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()

    def readinto(self, buffer) -> int:
        while True:
            if self._inflate.eof:
                rest = self._inflate.unused_data or self._stream.read(_CHUNK)
                if self._window_bits < 16 or not rest.startswith(_GZIP_MAGIC):
                    return 0
                self._inflate = zlib.decompressobj(self._window_bits)
            else:
                rest = self._inflate.unconsumed_tail or self._stream.read(_CHUNK)
                if not rest:
                    return 0
            try:
                data = self._inflate.decompress(rest, len(buffer))
            except zlib.error as error:
                reason = str(error).replace("Error -3 while decompressing data", "inflate() failed with error -3")
                raise errors.DataLossError(None, None, f"{reason} [file {self._path}]") from None
            if data:
                buffer[: len(data)] = data
                return len(data)
