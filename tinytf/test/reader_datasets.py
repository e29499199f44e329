"""reader_dataset_ops_test_base: files for tests of datasets that read them.  Follows the module of TF 1.15."""

from __future__ import annotations

import gzip
import os
import zlib

from tinytf import dtypes
from tinytf.data import TFRecordDataset
from tinytf.data.experimental.sources import make_batched_features_dataset
from tinytf.ops.files.parsing_examples import FixedLenFeature, VarLenFeature
from tinytf.protos import Example
from tinytf.python_io import TFRecordWriter
from tinytf.test.data_test_base import DatasetTestBase


def _interleaved(iterators, cycle_length):
    """One of each of `cycle_length` iterators in turn; the next ones take the places of those that end."""
    waiting = list(iterators)
    slots = [waiting.pop(0) for _ in range(min(cycle_length, len(waiting)))]
    while any(slot is not None for slot in slots):
        for i, slot in enumerate(slots):
            if slot is None:
                continue
            try:
                yield next(slot)
            except StopIteration:
                slots[i] = waiting.pop(0) if waiting else None


def _batches(records, size, drop_final_batch=False):
    batch: list = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch and not drop_final_batch:
        yield batch


class _Files(DatasetTestBase):
    """`_num_files` files of `_num_records` records."""

    def setUp(self):
        super().setUp()
        self._num_files, self._num_records = 2, 7

    def _path(self, kind, number):
        return os.path.join(self.get_temp_dir(), "%s.%d.txt" % (kind, number))

    def _numbers(self, file_indices, num_epochs, cycle_length):
        """(file, record) in the order in which they are read."""

        def records(files):
            return iter([(f, r) for f in files for r in range(self._num_records)])

        for _ in range(num_epochs):
            yield from records(file_indices) if cycle_length == 1 else _interleaved([records([f]) for f in file_indices], cycle_length)

    def _create_records(self, record):
        paths = [self._path("tf_record", i) for i in range(self._num_files)]
        for i, path in enumerate(paths):
            with TFRecordWriter(path) as writer:
                for j in range(self._num_records):
                    writer.write(record(i, j))
        return paths


class FixedLengthRecordDatasetTestBase(_Files):
    """Files with a header, records of 3 bytes and a footer."""

    def setUp(self):
        super().setUp()
        self._header_bytes, self._record_bytes, self._footer_bytes = 5, 3, 2

    def _record(self, f, r):
        return str(f * 2 + r).encode() * self._record_bytes

    def _createFiles(self):
        paths = [self._path("fixed_length_record", i) for i in range(self._num_files)]
        for i, path in enumerate(paths):
            with open(path, "wb") as file:
                records = b"".join(self._record(i, j) for j in range(self._num_records))
                file.write(b"H" * self._header_bytes + records + b"F" * self._footer_bytes)
        return paths


class TextLineDatasetTestBase(DatasetTestBase):
    """Files of lines."""

    def _lineText(self, f, line):
        return b"%d: %d" % (f, line)

    def _createFiles(self, num_files, num_lines, crlf=False, compression_type=None):
        pack = {None: bytes, "": bytes, "GZIP": gzip.compress, "ZLIB": zlib.compress}
        if compression_type not in pack:
            raise ValueError("Unsupported compression_type", compression_type)
        end, paths = b"\r\n" if crlf else b"\n", []
        for i in range(num_files):
            lines = end.join(self._lineText(i, j) for j in range(num_lines)) + (end if i == 0 else b"")  # the last line needs no end
            paths.append(os.path.join(self.get_temp_dir(), "text_line.%d.txt" % i))
            with open(paths[-1], "wb") as file:
                file.write(pack[compression_type](lines))
        return paths


class TFRecordDatasetTestBase(_Files):
    """Files of TFRecords."""

    def setUp(self):
        super().setUp()
        self.test_filenames = self._createFiles()

    def _record(self, f, r):
        return b"Record %d of file %d" % (r, f)

    def _createFiles(self):
        return self._create_records(self._record)

    def _interleave(self, iterators, cycle_length):
        return _interleaved(iterators, cycle_length)

    def _next_expected_batch(self, file_indices, batch_size, num_epochs, cycle_length, drop_final_batch, use_parser_fn):
        records = (self._record(f, r)[1 if use_parser_fn else 0 :] for f, r in self._numbers(file_indices, num_epochs, cycle_length))
        return _batches(records, batch_size, drop_final_batch)

    def _verify_records(self, outputs, batch_size, file_index, num_epochs, interleave_cycle_length, drop_final_batch, use_parser_fn):
        files = range(self._num_files) if file_index is None else file_index if isinstance(file_index, list) else [file_index]
        given = files, batch_size, num_epochs, interleave_cycle_length, drop_final_batch, use_parser_fn
        for expected in self._next_expected_batch(*given):
            self.assertAllEqual(expected, self.evaluate(outputs()))


class MakeBatchedFeaturesDatasetTestBase(_Files):
    """Files of Examples."""

    def setUp(self):
        super().setUp()
        self.test_filenames = self._createFiles()

    def make_batch_feature(
        self, filenames, num_epochs, batch_size, label_key=None, reader_num_threads=1, parser_num_threads=1, shuffle=False, shuffle_seed=None,
        drop_final_batch=False,
    ):  # fmt: skip
        """The dataset of these files' batches."""
        self.filenames, self.num_epochs, self.batch_size = filenames, num_epochs, batch_size
        features = {
            "file": FixedLenFeature([], dtypes.int64), "record": FixedLenFeature([], dtypes.int64),
            "keywords": VarLenFeature(dtypes.string), "label": FixedLenFeature([], dtypes.string),
        }  # fmt: skip
        return make_batched_features_dataset(
            file_pattern=filenames, batch_size=batch_size, features=features, label_key=label_key, reader=TFRecordDataset,
            num_epochs=num_epochs, shuffle=shuffle, shuffle_seed=shuffle_seed, reader_num_threads=reader_num_threads,
            parser_num_threads=parser_num_threads, drop_final_batch=drop_final_batch,
        )  # fmt: skip

    def _record(self, f, r, label):
        example = Example()
        example.features.feature["file"].int64_list.value.append(f)
        example.features.feature["record"].int64_list.value.append(r)
        example.features.feature["keywords"].bytes_list.value.extend(self._get_keywords(f, r))
        example.features.feature["label"].bytes_list.value.append(label.encode())
        return example.SerializeToString()

    def _get_keywords(self, f, r):
        return [b"keyword%d" % i for i in range(1 + (f + r) % 2)]

    def _sum_keywords(self, num_files):
        return sum(1 + (f + r) % 2 for f in range(num_files) for r in range(self._num_records))

    def _createFiles(self):
        return self._create_records(lambda f, r: self._record(f, r, "fake-label"))

    def _interleave(self, iterators, cycle_length):
        return _interleaved(iterators, cycle_length)

    def _run_actual_batch(self, outputs, label_key_provided=False):
        element = self.evaluate(outputs())
        features, label = element if label_key_provided else (element, element["label"])
        keywords = features["keywords"]
        return [features["file"], keywords.indices, keywords.values, keywords.dense_shape, features["record"], label]

    def _next_actual_batch(self, label_key_provided=False):
        return self._run_actual_batch(self.outputs, label_key_provided)

    def _next_expected_batch(self, file_indices, batch_size, num_epochs, cycle_length=1):
        for batch in _batches(self._numbers(file_indices, num_epochs, cycle_length), batch_size):
            keywords = [self._get_keywords(f, r) for f, r in batch]
            yield [
                [f for f, _ in batch],
                [[i, j] for i, words in enumerate(keywords) for j in range(len(words))],
                [word for words in keywords for word in words],
                [len(batch), max(map(len, keywords))],
                [r for _, r in batch],
                [b"fake-label"] * len(batch),
            ]

    def verify_records(self, batch_size, file_index=None, num_epochs=1, label_key_provided=False, interleave_cycle_length=1):
        """Fails unless the batches of `self.outputs` are those of the files."""
        files = range(self._num_files) if file_index is None else [file_index]
        for expected in self._next_expected_batch(files, batch_size, num_epochs, interleave_cycle_length):
            for wanted, found in zip(expected, self._next_actual_batch(label_key_provided)):
                self.assertAllEqual(wanted, found)


class MakeTFRecordDatasetTestBase(TFRecordDatasetTestBase):
    """As TFRecordDatasetTestBase; for `make_tf_record_dataset`."""
