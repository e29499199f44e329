"""tf.python_io: TFRecord files, written and read without a graph."""

from __future__ import annotations

import zlib

from tinytf import errors
from tinytf.checkpoint import files
from tinytf.compat import as_str_any
from tinytf.records import encode_record, read_records


class TFRecordCompressionType:
    """How a TFRecord file may be compressed as a whole."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


_NAMES = {0: "", 1: "ZLIB", 2: "GZIP"}


class TFRecordOptions:
    """How a TFRecord file is compressed: "" or NONE, "ZLIB", "GZIP". Follows tf.io.TFRecordOptions of TF 1.15.

    Level, window, memory and strategy are zlib's; the buffer sizes and flush_mode say nothing here: what is
    written is the same.
    """

    compression_type_map = _NAMES

    def __init__(
        self,
        compression_type=None,
        flush_mode=None,
        input_buffer_size=None,
        output_buffer_size=None,
        window_bits=None,
        compression_level=None,
        compression_method=None,
        mem_level=None,
        compression_strategy=None,
    ):
        self.get_compression_type_string(compression_type)  # ValueError for what is none
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size = input_buffer_size
        self.output_buffer_size = output_buffer_size
        self.window_bits = window_bits
        self.compression_level = compression_level
        self.compression_method = compression_method
        self.mem_level = mem_level
        self.compression_strategy = compression_strategy

    @classmethod
    def get_compression_type_string(cls, options) -> str:
        """"", "ZLIB" or "GZIP", of options or of a compression type. ValueError for anything else."""
        if isinstance(options, TFRecordOptions):
            return cls.get_compression_type_string(options.compression_type)
        if not options:
            return ""
        name = _NAMES.get(options, options)
        if name not in _NAMES.values():
            raise ValueError('Not a valid compression_type: "%s"' % options)
        return name


def tf_record_iterator(path, options=None):
    """Yields the records (bytes) of a TFRecord file.

    NotFoundError without a file, DataLossError where it is damaged. Follows tf.python_io.tf_record_iterator of TF 1.15.
    """
    for _, record in read_records(as_str_any(path), TFRecordOptions.get_compression_type_string(options)):
        yield record


class TFRecordWriter:
    """Writes a TFRecord file; a context manager. Follows tf.python_io.TFRecordWriter of TF 1.15."""

    def __init__(self, path, options=None):
        options = options if isinstance(options, TFRecordOptions) else TFRecordOptions(options)
        path = files.local_path(as_str_any(path))
        try:
            self._stream = open(path, "wb")
        except OSError as error:
            raise files.typed(error, path) from None
        self._deflate = _compressor(options)

    def write(self, record: bytes) -> None:
        """Appends a record."""
        if self._stream is None:
            raise errors.FailedPreconditionError(None, None, "Writer not initialized or previously closed")
        if not isinstance(record, (bytes, bytearray, memoryview)):
            raise TypeError("expected bytes, %s found" % type(record).__name__)
        data = encode_record(bytes(record))
        self._stream.write(self._deflate.compress(data) if self._deflate else data)

    def flush(self) -> None:
        """What was written is in the file now."""
        if self._stream is None:
            raise errors.FailedPreconditionError(None, None, "Writer not initialized or previously closed")
        if self._deflate:
            self._stream.write(self._deflate.flush(zlib.Z_SYNC_FLUSH))
        self._stream.flush()

    def close(self) -> None:
        """Ends the file."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            if self._deflate:
                stream.write(self._deflate.flush())
            stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()


def _compressor(options):
    name = TFRecordOptions.get_compression_type_string(options)
    if not name:
        return None
    window_bits = 15 + 16 * (name == "GZIP")  # zlib's way to ask for a gzip header
    return zlib.compressobj(
        -1 if options.compression_level is None else options.compression_level,
        zlib.DEFLATED,
        window_bits if options.window_bits is None else options.window_bits,
        zlib.DEF_MEM_LEVEL if options.mem_level is None else options.mem_level,
        zlib.Z_DEFAULT_STRATEGY if options.compression_strategy is None else options.compression_strategy,
    )
