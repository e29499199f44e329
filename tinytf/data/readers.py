"""Datasets of files: their lines, their records.  Follows `tf.data.TextLineDataset` and its kin of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.data.dataset import Dataset, _int64
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor_spec import TensorSpec

_BUFFER = 256 * 1024
_STRING = TensorSpec((), dtypes.string)


def _files_dataset(filenames, read_one_file, num_parallel_reads=None) -> Dataset:
    from tinytf.ops.array import array_ops

    if isinstance(filenames, Dataset):
        dataset = filenames
    else:
        names = convert_to_tensor(filenames, dtype=dtypes.string)
        dataset = Dataset.from_tensor_slices(array_ops.reshape(names, [-1], name="flat_filenames"))
    if num_parallel_reads is None:
        return dataset.flat_map(read_one_file)
    return dataset.interleave(read_one_file, cycle_length=num_parallel_reads, block_length=1, num_parallel_calls=num_parallel_reads)


class TextLineDataset(Dataset):
    """The lines of text files.  Follows `tf.data.TextLineDataset` of TF 1.15."""

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None):
        def read_one_file(filename):
            compression = convert_to_tensor(compression_type or "", dtype=dtypes.string, name="compression_type")
            size = _int64(_BUFFER if buffer_size is None else buffer_size, "buffer_size")
            return Dataset(make("TextLineDataset", filename, compression, size), _STRING)

        dataset = _files_dataset(filenames, read_one_file, num_parallel_reads)
        super().__init__(dataset._variant_tensor, dataset._specs)


class TFRecordDataset(Dataset):
    """The records of TFRecord files.  Follows `tf.data.TFRecordDataset` of TF 1.15."""

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None):
        def read_one_file(filename):
            compression = convert_to_tensor(compression_type or "", dtype=dtypes.string, name="compression_type")
            size = _int64(_BUFFER if buffer_size is None else buffer_size, "buffer_size")
            return Dataset(make("TFRecordDataset", filename, compression, size), _STRING)

        dataset = _files_dataset(filenames, read_one_file, num_parallel_reads)
        super().__init__(dataset._variant_tensor, dataset._specs)


class FixedLengthRecordDataset(Dataset):
    """Records of one length.  Follows `tf.data.FixedLengthRecordDataset` of TF 1.15."""

    def __init__(self, filenames, record_bytes, header_bytes=None, footer_bytes=None, buffer_size=None, compression_type=None, num_parallel_reads=None):
        def read_one_file(filename):
            record = _int64(record_bytes, "record_bytes")
            header, footer = _int64(header_bytes or 0, "header_bytes"), _int64(footer_bytes or 0, "footer_bytes")
            size = _int64(_BUFFER if buffer_size is None else buffer_size, "buffer_size")
            compression = convert_to_tensor(compression_type or "", dtype=dtypes.string, name="compression_type")
            return Dataset(make("FixedLengthRecordDatasetV2", filename, header, record, footer, size, compression), _STRING)

        dataset = _files_dataset(filenames, read_one_file, num_parallel_reads)
        super().__init__(dataset._variant_tensor, dataset._specs)
