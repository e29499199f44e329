"""Datasets of CSV files and of SQL queries, of parsed Examples; and a dataset written to a file of records."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors, file_io
from tinytf.graph import trust
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar
from tinytf.ops.data import datasets
from tinytf.ops.data.dataset_ops import _names, _one, _opened
from tinytf.ops.files.example_kernels import parse_examples
from tinytf.ops.sparse.sparse_serialize import variant_of
from tinytf.ops.strings.string_kernels import objects, parse_number

# CSV ------------------------------------------------------------------------------------------------


def csv_records(content: bytes, delimiter: bytes, quotes: bool):
    """The records of a CSV file (RFC 4180): each a list of fields, or an error's message."""
    at, end = 0, len(content)
    ends = (delimiter, b"\n", b"\r")
    while at < end:
        fields, problem = [], None
        while True:
            if quotes and content[at : at + 1] == b'"':
                field, at, problem = _quoted(content, at + 1, ends)
            else:
                start = at
                while at < end and content[at : at + 1] not in ends:
                    if quotes and content[at] == 34 and problem is None:
                        problem = "Unquoted fields cannot have quotes inside"
                    at += 1
                field = content[start:at]
            fields.append(field)
            if problem is not None:
                at = _after_line(content, at)
                break
            separator = content[at : at + 1]
            at += 1
            if separator != delimiter:
                if separator == b"\r" and content[at : at + 1] == b"\n":
                    at += 1
                break
            if at >= end:  # the file ends after a delimiter
                fields.append(b"")
                break
        yield problem if problem is not None else fields


def _quoted(content: bytes, at: int, ends):
    """(field, the place after it, the message of what is wrong with it or None); `at` is after the opening quote."""
    pieces = []
    while True:
        close = content.find(b'"', at)
        if close < 0:
            return b"", len(content), "Reached end of file without closing quoted field in record"
        pieces.append(content[at:close])
        at = close + 1
        if content[at : at + 1] != b'"':
            break
        pieces.append(b'"')  # a doubled quote is one quote
        at += 1
    if at < len(content) and content[at : at + 1] not in ends:
        return b"", at, "Quote inside a string has to be escaped by another quote"
    return b"".join(pieces), at, None


def _after_line(content: bytes, at: int) -> int:
    line_end = content.find(b"\n", at)
    return len(content) if line_end < 0 else line_end + 1


def _csv_value(text, number, dtype, default, na):
    if text in (b"", na):
        datasets.check(default.size > 0, f"Field {number} is required but missing in record!")
        return default.reshape(-1)[:1].reshape(())
    if dtype == dtypes.string:
        return np.array(text, object)
    try:
        return np.asarray(parse_number(text, dtype.as_numpy_dtype))
    except ValueError:
        raise errors.InvalidArgumentError(None, None, f"Field {number} in record is not a valid {dtype.name}: {text.decode('utf-8', 'replace')}") from None


class _Csv:
    """An iteration of CSV files; after a bad record it goes on with the next, as `ignore_errors` needs."""

    def __init__(self, records, types, columns, defaults, na):
        self.records, self.types, self.columns, self.defaults, self.na = records, types, columns, defaults, na

    def __iter__(self):
        return self

    def __next__(self):
        record = next(self.records)
        if isinstance(record, str):
            raise errors.InvalidArgumentError(None, None, record)
        wanted = len(self.types)
        fields = record if not self.columns else [record[c] for c in self.columns if c < len(record)]
        datasets.check(len(fields) <= wanted, f"Expect {wanted} fields but have more in record")
        datasets.check(len(fields) == wanted, f"Expect {wanted} fields but have {len(fields)} in record")
        return tuple([_csv_value(f, i, t, d, self.na) for i, (f, t, d) in enumerate(zip(fields, self.types, self.defaults))])


def _csv_kernel(op):
    types = op.attr("output_types")

    def read(filenames, compression, buffer_size, header, delimiter, quotes, na, columns, *defaults):
        columns = columns.tolist()
        datasets.check(buffer_size > 0, "buffer_size should be positive")
        delimiter = np.asarray(delimiter, object).item()
        datasets.check(len(delimiter) == 1, "field_delim should be only 1 char")
        datasets.check(not columns or len(columns) == len(types), "select_cols should match output size")
        datasets.check(all(a < b for a, b in zip(columns, columns[1:])), "select_cols should be strictly increasing indices")
        datasets.check(not columns or columns[0] >= 0, "select_cols should be non-negative indices")

        def records():
            for name in _names(filenames):
                with _opened(op, name, _one(compression)) as file:
                    found = csv_records(file.read(), delimiter, bool(quotes))
                if header and not isinstance(next(found, None), list):
                    yield "Can't read header of file"
                yield from found

        return datasets.Stream(lambda: _Csv(records(), types, columns, defaults, np.asarray(na, object).item()))

    return read


op("CSVDataset(filenames: string, compression_type: string, buffer_size: int64, header: bool, field_delim: string, use_quote_delim: bool, na_value: string, select_cols: int64, record_defaults: output_types) -> (handle: variant); output_types: list({float, double, int32, int64, string}) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, kernel=_csv_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# SQL ------------------------------------------------------------------------------------------------


def _sql_kernel(op):
    types = op.attr("output_types")

    def read(driver, source, query):
        import sqlite3

        driver = _one(driver)
        datasets.check(driver == "sqlite", f"The database type, {driver}, is not supported by SqlDataset. The set of supported databases is: {{'sqlite'}}.")

        def rows():
            trust.check_op(op)
            connection = sqlite3.connect(_one(source))
            connection.text_factory = bytes
            try:
                cursor = connection.execute(_one(query))
                if cursor.description is not None and len(cursor.description) != len(types):
                    raise errors.InvalidArgumentError(
                        op.node_def, op, f"The number of columns in query ({len(cursor.description)}) must match the number of elements in output_types ({len(types)})."
                    )
                for row in cursor:
                    yield tuple([_sql_value(v, t) for v, t in zip(row, types)])
            except sqlite3.Error as error:
                raise errors.UnknownError(op.node_def, op, str(error)) from None
            finally:
                connection.close()

        return datasets.Stream(rows)

    return read


def _sql_value(value, dtype):
    if dtype == dtypes.string:
        return np.array(value if isinstance(value, bytes) else b"" if value is None else str(value).encode(), object)
    try:
        number = float(value) if dtype.is_floating else int(value)
    except (TypeError, ValueError):
        number = 0
    return np.asarray(number != 0 if dtype.is_bool else np.array(number).astype(dtype.as_numpy_dtype))


op("SqlDataset(driver_name: string, data_source_name: string, query: string) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, kernel=_sql_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# Examples ---------------------------------------------------------------------------------------------


def _parse_kernel(op):
    sparse_keys, dense_keys = ([k.decode() for k in op.attr(name)] for name in ("sparse_keys", "dense_keys"))
    sparse = list(zip(sparse_keys, op.attr("sparse_types")))
    order = sorted(range(len(sparse_keys) + len(dense_keys)), key=lambda i: (sparse_keys + dense_keys)[i])

    def parse(stream, calls, *defaults):
        datasets.check(calls > 0 or calls == -1, "num_parallel_calls must be greater than zero.")
        dense = list(zip(dense_keys, op.attr("Tdense"), op.attr("dense_shapes"), defaults))

        def elements():
            for (serialized,) in stream:
                texts = np.asarray(serialized, object)
                found = parse_examples(op, texts.ravel().tolist(), ["<unknown>"] * texts.size, sparse, dense)
                values = [variant_of(v) for v in found[: len(sparse)]] + found[len(sparse) :]
                yield tuple([values[i] for i in order])

        return datasets.Stream(elements, stream.size)

    return parse


op("ParseExampleDataset(input_dataset: variant, num_parallel_calls: int64, dense_defaults: Tdense) -> (handle: variant); sparse_keys: list(string) >= 0; dense_keys: list(string) >= 0; sparse_types: list({float, int64, string}) >= 0; Tdense: list({float, int64, string}) >= 0; dense_shapes: list(shape) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; sloppy: bool = false",
   shape=scalar, kernel=_parse_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# Records, file names ----------------------------------------------------------------------------------


def _write_kernel(op):
    def write(stream, filename, compression):
        from tinytf.python_io import TFRecordOptions, TFRecordWriter

        trust.check_op(op)
        kinds = {"": 0, "ZLIB": 1, "GZIP": 2}
        with TFRecordWriter(_one(filename), TFRecordOptions(kinds[_one(compression)])) as writer:
            for (record,) in stream:
                writer.write(np.asarray(record, object).item())

    return write


def _matching_kernel(op):
    def match(patterns):
        trust.check_op(op)
        found = sorted({f for p in _names(patterns) for f in file_io.get_matching_files(p)})
        return datasets.slices([objects([f.encode() for f in found], (len(found),))])

    return match


op("DatasetToTFRecord(input_dataset: variant, filename: string, compression_type: string) -> (); is_stateful",
   shape=no_outputs, kernel=_write_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("MatchingFilesDataset(patterns: string) -> (handle: variant); is_stateful",
   shape=scalar, kernel=_matching_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
