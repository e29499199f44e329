"""CSV files: `CsvDataset` of given columns, `make_csv_dataset` that finds names and types out for itself."""

from __future__ import annotations

import collections
import csv

import numpy as np

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.dataset import AUTOTUNE, Dataset, _int64
from tinytf.data.experimental.mixing import parallel_interleave
from tinytf.data.experimental.sources import matched_files, shuffled_and_repeated
from tinytf.data.experimental.streams import ignore_errors as ignoring
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.ops.array.constant import constant

_BUFFER = 4 * 1024 * 1024
_TYPES = (dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64, dtypes.string)


class CsvDataset(Dataset):
    """The records of CSV files, one tensor a column: of `record_defaults`' types, its values where a field is empty.

    Follows `tf.data.experimental.CsvDataset` of TF 1.15.
    """

    def __init__(self, filenames, record_defaults, compression_type=None, buffer_size=None, header=False, field_delim=",", use_quote_delim=True, na_value="", select_cols=None):
        files = convert_to_tensor(filenames, dtype=dtypes.string, name="filenames")
        compression = convert_to_tensor(compression_type or "", dtype=dtypes.string, name="compression_type")
        defaults = [_default(d, i) for i, d in enumerate(record_defaults)]
        inputs = [
            files,
            compression,
            _int64(_BUFFER if buffer_size is None else buffer_size, "buffer_size"),
            convert_to_tensor(header, dtype=dtypes.bool, name="header"),
            convert_to_tensor(field_delim, dtype=dtypes.string, name="field_delim"),
            convert_to_tensor(use_quote_delim, dtype=dtypes.bool, name="use_quote_delim"),
            convert_to_tensor(na_value, dtype=dtypes.string, name="na_value"),
            _int64([] if select_cols is None else select_cols, "select_cols"),
        ]
        specs = tuple([TensorSpec((), d.dtype) for d in defaults])
        super().__init__(make("CSVDataset", *inputs, defaults, output_shapes=structure.attributes(specs)["output_shapes"]), specs)


def _is_type(value) -> bool:
    return not isinstance(value, (Tensor, np.ndarray, list)) and value in _TYPES


def _default(value, number) -> Tensor:
    if _is_type(value):
        return constant([], dtype=value)
    return convert_to_tensor(value, name=f"record_defaults_{number}")


def make_csv_dataset(
    file_pattern, batch_size, column_names=None, column_defaults=None, label_name=None, select_columns=None, field_delim=",",
    use_quote_delim=True, na_value="", header=True, num_epochs=None, shuffle=True, shuffle_buffer_size=10000, shuffle_seed=None,
    prefetch_buffer_size=AUTOTUNE, num_parallel_reads=1, sloppy=False, num_rows_for_inference=100, compression_type=None,
    ignore_errors=False,
) -> Dataset:  # fmt: skip
    """Batches of the rows of CSV files as {column name: tensor}, or (that, label).

    Follows `tf.data.experimental.make_csv_dataset` of TF 1.15.
    """
    names_of_files = matched_files(file_pattern, False)
    dataset = Dataset.from_tensor_slices(names_of_files)
    if shuffle:
        dataset = dataset.shuffle(len(names_of_files), shuffle_seed)
    if column_names is None or column_defaults is None:
        if compression_type is not None:
            raise ValueError("Inferring column names and types of compressed files is not supported: give column_names and column_defaults")
        reading = _Reading(names_of_files, field_delim, use_quote_delim, na_value)
    if column_names is None:
        if not header:
            raise ValueError("Cannot infer column names without a header line.")
        column_names = reading.names()
    if len(column_names) != len(set(column_names)):
        raise ValueError("Cannot have duplicate column names.")
    columns = None if select_columns is None else _column_numbers(select_columns, column_names)
    if column_defaults is not None:
        defaults = [constant([], dtype=d) if _is_type(d) else d for d in column_defaults]
    else:
        defaults = reading.defaults(len(column_names), header, num_rows_for_inference, columns)
    if columns is not None and len(columns) != len(defaults):
        raise ValueError("If specified, column_defaults and select_columns must have same length.")
    if columns is not None and len(column_names) > len(columns):
        column_names = [column_names[i] for i in columns]
    if label_name is not None and label_name not in column_names:
        raise ValueError("`label_name` provided must be one of the columns.")

    def filename_to_dataset(filename):
        rows = CsvDataset(
            filename, record_defaults=defaults, field_delim=field_delim, use_quote_delim=use_quote_delim, na_value=na_value,
            select_cols=columns, header=header, compression_type=compression_type,
        )  # fmt: skip
        return rows.apply(ignoring()) if ignore_errors else rows

    def map_fn(*values):
        features = collections.OrderedDict(zip(column_names, values))
        if label_name is not None:
            label = features.pop(label_name)
            return features, label
        return features

    dataset = dataset.apply(parallel_interleave(filename_to_dataset, cycle_length=num_parallel_reads, sloppy=sloppy))
    dataset = shuffled_and_repeated(dataset, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    dataset = dataset.batch(batch_size, drop_remainder=num_epochs is None)
    return dataset._map(map_fn, use_inter_op_parallelism=False).prefetch(prefetch_buffer_size)



def _column_numbers(chosen, names) -> list:
    """The places of columns given by number or name, sorted; ValueError where there is no such one."""
    if not chosen:
        raise ValueError("select_columns must be a non-empty list")
    names = names or []
    if isinstance(chosen[0], int):
        if max(chosen) >= len(names) or min(chosen) < 0:
            raise ValueError(f"Expected all select_columns to be between 0 and {len(names) - 1}")
        numbers = sorted(chosen)
    else:
        for name in chosen:
            if name not in names:
                raise ValueError("Value '%s' specified in `select_columns` not a valid column name" % name)
        numbers = sorted(names.index(name) for name in chosen)
    if len(set(numbers)) != len(numbers):
        raise ValueError("select_columns contains duplicate columns")
    return numbers


class _Reading:
    """A first look into the files, for the names of their columns and the types of the values."""

    def __init__(self, files, delimiter, quotes, na_value):
        self.files, self.na_value = files, na_value
        self.style = {"delimiter": delimiter, "quoting": csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE}

    def names(self) -> list:
        """The header line, which all files must share."""
        first = None
        for name in self.files:
            with open(name, newline="") as file:
                header = next(csv.reader(file, **self.style), None)
            if header is None:
                raise ValueError("Received StopIteration when reading the header line of %s.  Empty file?" % name)
            if first is not None and header != first:
                raise ValueError("Files have different column names in the header row.")
            first = header
        return first

    def rows(self, width, header):
        """The rows of all files."""
        for name in self.files:
            with open(name, newline="") as file:
                reader = csv.reader(file, **self.style)
                if header:
                    next(reader)
                for row in reader:
                    if len(row) != width:
                        raise ValueError("Problem inferring types: CSV row has different number of fields than expected.")
                    yield row

    def defaults(self, width, header, count, columns) -> list:
        """An empty value of the type of each column, as far as the first `count` rows show it."""
        numbers = range(width) if columns is None else columns
        found: list = [None] * len(numbers)
        for i, row in enumerate(self.rows(width, header)):
            if count is not None and i >= count:
                break
            found = [_type_of(row[n], self.na_value, before) for n, before in zip(numbers, found)]
        types = [t or dtypes.string for t in found]
        return [constant([0 if t is not dtypes.string else ""], dtype=t) for t in types]


def _type_of(text, na_value, before):
    """The narrowest type of int32, int64, float32, float64, string that takes this and what was `before`."""
    if text in ("", na_value):
        return before
    kinds = (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.string)
    for kind in kinds[kinds.index(before) if before is not None else 0 :]:
        if kind is dtypes.string or _reads_as(text, kind):
            return kind
    return dtypes.string


def _reads_as(text, kind) -> bool:
    try:
        if kind.is_integer:
            return kind.min <= int(text) <= kind.max
        value = float(text)
        return np.isinf(value) or np.isnan(value) or abs(value) < np.finfo(kind.as_numpy_dtype).max
    except ValueError:
        return False
