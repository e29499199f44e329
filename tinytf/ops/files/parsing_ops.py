"""Bytes and lines of text to tensors: DecodeRaw, DecodeCSV, ParseTensor; and files as strings: ReadFile, WriteFile."""

from __future__ import annotations

import zlib

import numpy as np

from tinytf import dtypes, errors, file_io, protos
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input, scalar
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_proto import decode, make_tensor_proto
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.strings.string_kernels import each, objects, parse_number
from tinytf.util.dispatch import add_dispatch_support

_TYPE_STRING = {d: name for name, d in dtypes.SIGNATURE_NAMES.items()}


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


# ---- DecodeRaw


def _ordered(op):
    np_type = np.dtype(op.attr("out_type").as_numpy_dtype)
    return np_type, np_type.newbyteorder("<" if op.attr("little_endian") else ">")


def _raw_shape(op):
    dims = op.inputs[0].dims
    return [None if dims is None else dims + (None,)]


def _decode_raw_kernel(op):
    np_type, wire_type = _ordered(op)

    def decode_raw(x):
        rows = x.ravel().tolist()
        size = len(rows[0]) if rows else 0
        for i, row in enumerate(rows):
            if len(row) != size:
                raise _invalid(op, f"DecodeRaw requires input strings to all be the same size, but element {i} has size {size} != {len(row)}")
        if size % np_type.itemsize:
            raise _invalid(
                op, f"Input to DecodeRaw has length {size} that is not a multiple of {np_type.itemsize}, the size of "
                f"{_TYPE_STRING[op.attr('out_type')]}"
            )  # fmt: skip
        data = np.frombuffer(b"".join(rows), wire_type).astype(np_type, copy=False)
        return data.reshape(x.shape + (size // np_type.itemsize if rows else 0,))

    return decode_raw


op("DecodeRaw(bytes: string) -> (output: out_type); out_type: {half, float, double, int32, uint16, uint8, int16, int8, "
   "int64, complex64, complex128, bool}; little_endian: bool = true",
   shape=_raw_shape, kernel=_decode_raw_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _padded_raw_shape(op):
    dims, length = op.inputs[0].dims, constant_value(op.inputs[1])
    width = None if length is None else int(length) // op.attr("out_type").size
    return [None if dims is None else dims + (width,)]


def _padded_raw_kernel(op):
    np_type, wire_type = _ordered(op)

    def decode_padded_raw(x, length):
        length = int(length)
        if length <= 0 or length % np_type.itemsize:
            raise _invalid(op, f"fixed_length ({length}) must be a positive multiple of the size of out_type ({np_type.itemsize})")
        rows = b"".join([s[:length].ljust(length, b"\0") for s in x.ravel().tolist()])
        data = np.frombuffer(rows, wire_type).astype(np_type, copy=False)
        return data.reshape(x.shape + (length // np_type.itemsize,))

    return decode_padded_raw


op("DecodePaddedRaw(input_bytes: string, fixed_length: int32) -> (output: out_type); out_type: {half, float, double, int32, "
   "uint16, uint8, int16, int8, int64}; little_endian: bool = true",
   shape=_padded_raw_shape, kernel=_padded_raw_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

_MOST_INFLATED = 1 << 30  # a kilobyte can inflate to gigabytes: stop there


def _decompress_kernel(op):
    kind = op.attr("compression_type")
    if kind not in (b"", b"ZLIB", b"GZIP"):
        raise _invalid(op, "Only ZLIB, GZIP or NONE are supported compressions")

    def inflate(s):
        engine = zlib.decompressobj(zlib.MAX_WBITS | (16 if kind == b"GZIP" else 0))
        try:
            out = engine.decompress(s, _MOST_INFLATED)
        except zlib.error as e:
            raise errors.DataLossError(op.node_def, op, f"inflate() failed with error {str(e)[6:].replace(' while decompressing data', '')}") from None
        if engine.unconsumed_tail:
            raise errors.ResourceExhaustedError(op.node_def, op, f"{kind.decode()} data inflates to more than {_MOST_INFLATED} bytes")
        return out

    return each(inflate) if kind else (lambda x: np.array(x))


op("DecodeCompressed(bytes: string) -> (output: string); compression_type: string = ''",
   shape=same_as_input, kernel=_decompress_kernel)  # fmt: skip

# ---- DecodeCSV


def _fields(op, line: bytes, delimiter: bytes, quotes: bool) -> list:
    out, at, n = [], 0, len(line)
    if not n:
        return out
    while at < n:
        if line[at : at + 1] in (b"\n", b"\r"):
            at += 1
            continue
        if quotes and line[at : at + 1] == b'"':
            at += 1
            piece = bytearray()
            while True:
                end = line.find(b'"', at)
                if end < 0:
                    raise _invalid(op, "Quoted field has to end with quote followed by delim or end")
                piece += line[at:end]
                at = end + 1
                if line[at : at + 1] != b'"':
                    break
                piece += b'"'  # a doubled quote is one quote
                at += 1
            if at < n and line[at : at + 1] != delimiter:
                raise _invalid(op, "Quote inside a string has to be escaped by another quote")
            out.append(bytes(piece))
            at += 1
        else:
            end = at
            while end < n and line[end : end + 1] != delimiter:
                if quotes and line[end : end + 1] in (b'"', b"\n", b"\r"):
                    raise _invalid(op, "Unquoted fields cannot have quotes/CRLFs inside")
                end += 1
            out.append(line[at:end])
            at = end + 1
    if line[-1:] == delimiter:
        out.append(b"")
    return out


def _csv_kernel(op):
    types = op.attr("OUT_TYPE")
    delimiter, na = op.attr("field_delim"), op.attr("na_value")
    columns = op.attr("select_cols")
    if len(delimiter) != 1:
        raise _invalid(op, "field_delim should be only 1 char")

    def value(text, dtype, default, i, f):
        if text == b"" or text == na:
            if default.size != 1:
                raise _invalid(op, f"Field {f} is required but missing in record {i}!")
            return default.reshape(-1)[0]
        if dtype == dtypes.string:
            return text
        try:
            return parse_number(text, dtype.as_numpy_dtype)
        except ValueError:
            shown = text.decode("utf-8", "replace")
            raise _invalid(op, f"Field {f} in record {i} is not a valid {_TYPE_STRING[dtype]}: {shown}") from None

    def decode_csv(records, *defaults):
        rows = []
        for i, line in enumerate(records.ravel().tolist()):
            fields = _fields(op, line, delimiter, op.attr("use_quote_delim"))
            if columns:
                fields = [fields[c] for c in columns if c < len(fields)]
            if len(fields) != len(types):
                raise _invalid(op, f"Expect {len(types)} fields but have {len(fields)} in record {i}")
            rows.append([value(t, d, v, i, f) for f, (t, d, v) in enumerate(zip(fields, types, defaults))])
        out = []
        for f, dtype in enumerate(types):
            column = [row[f] for row in rows]
            if dtype == dtypes.string:
                out.append(objects(column, records.shape))
            else:
                out.append(np.array(column, dtype.as_numpy_dtype).reshape(records.shape))
        return out[0] if len(out) == 1 else tuple(out)

    return decode_csv


def _csv_shape(op):
    for t in op.inputs[1:]:
        if t.dims is not None and len(t.dims) > 1:
            raise ValueError(f"Shape must be at most rank 1 but is rank {len(t.dims)}")
        if t.dims is not None and t.dims and t.dims[0] is not None and t.dims[0] > 1:
            raise ValueError("Shape of a default must be a length-0 or length-1 vector, or a scalar.")
    return [op.inputs[0].dims] * len(op.outputs)


op("DecodeCSV(records: string, record_defaults: OUT_TYPE) -> (output: OUT_TYPE); OUT_TYPE: list({float, double, int32, "
   "int64, string}) >= 1; field_delim: string = ','; use_quote_delim: bool = true; na_value: string = ''; "
   "select_cols: list(int) = []",
   shape=_csv_shape, kernel=_csv_kernel)  # fmt: skip

# ---- tensors as bytes


def _parse_tensor_kernel(op):
    def parse_tensor(serialized):
        if serialized.ndim:
            raise _invalid(op, f"Expected `serialized` to be a scalar, got shape: [{','.join(map(str, serialized.shape))}]")
        proto = protos.TensorProto()
        try:
            proto.ParseFromString(serialized.item())
            value = decode(proto)
        except Exception:  # noqa: BLE001  protobuf's DecodeError is no common class of its versions
            shown = serialized.item().decode("latin1")
            raise _invalid(op, f"Could not parse `serialized` as TensorProto: '{shown}'") from None
        if dtypes.as_dtype(proto.dtype) != op.attr("out_type"):
            raise _invalid(op, f"Type mismatch between parsed tensor ({_TYPE_STRING[dtypes.as_dtype(proto.dtype)]}) and dtype ({_TYPE_STRING[op.attr('out_type')]})")
        return value

    return parse_tensor


def _serialize_tensor_kernel(op):
    def serialize_tensor(x):
        return objects([make_tensor_proto(np.asarray(x), op.attr("T")).SerializeToString()], ())

    return serialize_tensor


op("ParseTensor(serialized: string) -> (output: out_type); out_type: type",
   shape=lambda op: [None], kernel=_parse_tensor_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("SerializeTensor(tensor: T) -> (serialized: string); T: type",
   shape=scalar, kernel=_serialize_tensor_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# ---- files


def _read_file_kernel(op):
    return lambda name: objects([file_io.read_file_to_string(name.item(), binary_mode=True)], ())


def _write_file_kernel(op):
    def write_file(name, contents):
        name = name.item()
        folder = name.rpartition(b"/")[0]
        if folder:
            file_io.recursive_create_dir(folder)
        file_io.write_string_to_file(name, contents.item())

    return write_file


def _matching_files_kernel(op):
    def matching_files(patterns):
        found = [f for p in patterns.ravel().tolist() for f in file_io.get_matching_files(p)]
        names = sorted({f.encode() if isinstance(f, str) else f for f in found})
        return objects(names, (len(names),))

    return matching_files


# Files change: the `stateful_kernel` keeps these from being folded into constants.
op("ReadFile(filename: string) -> (contents: string)", shape=scalar, stateful_kernel=lambda op, _: _read_file_kernel(op))
op("WriteFile(filename: string, contents: string) -> (); is_stateful",
   shape=lambda op: [], stateful_kernel=lambda op, _: _write_file_kernel(op))  # fmt: skip
op("MatchingFiles(pattern: string) -> (filenames: string)",
   shape=lambda op: [(None,)], stateful_kernel=lambda op, _: _matching_files_kernel(op))  # fmt: skip


# ---- public functions


def decode_raw(input_bytes=None, out_type=None, little_endian=True, name=None, bytes=None) -> Tensor:
    """The bytes of each string as numbers, along a new last dimension.  Follows `tf.decode_raw` of TF 1.15."""
    input_bytes = deprecated_argument("input_bytes", input_bytes, "bytes", bytes)
    if out_type is None:
        raise ValueError("decode_raw_v1() missing 1 positional argument: 'out_type'")
    return make("DecodeRaw", input_bytes, out_type=dtypes.as_dtype(out_type), little_endian=little_endian, name=name)


@add_dispatch_support
def decode_compressed(bytes, compression_type="", name=None) -> Tensor:
    """Strings inflated from ZLIB or GZIP.  Follows `tf.io.decode_compressed` of TF 1.15."""
    return make("DecodeCompressed", bytes, compression_type=compression_type, name=name)


def decode_csv(
    records, record_defaults, field_delim=",", use_quote_delim=True, name=None, na_value="", select_cols=None
) -> list:
    """The fields of CSV lines: one tensor per column, of the dtype of its default.

    An empty default makes a field required.  Follows `tf.decode_csv` of TF 1.15.
    """
    if select_cols is not None:
        if any(a >= b for a, b in zip(select_cols, select_cols[1:])):
            raise ValueError("select_cols is not strictly increasing.")
        if select_cols[0] < 0:
            raise ValueError("select_cols contains negative values.")
        if len(select_cols) != len(record_defaults):
            raise ValueError("Length of select_cols and record_defaults do not match.")
    return make(
        "DecodeCSV", records, list(record_defaults), field_delim=field_delim, use_quote_delim=use_quote_delim,
        na_value=na_value, select_cols=select_cols, name=name,
    )  # fmt: skip


def parse_tensor(serialized, out_type, name=None) -> Tensor:
    """The tensor that a serialized TensorProto holds.  Follows `tf.parse_tensor` of TF 1.15."""
    return make("ParseTensor", serialized, out_type=dtypes.as_dtype(out_type), name=name)


def serialize_tensor(tensor, name=None) -> Tensor:
    """A tensor as a serialized TensorProto.  Follows `tf.serialize_tensor` of TF 1.15."""
    return make("SerializeTensor", tensor, name=name)


def read_file(filename, name=None) -> Tensor:
    """The whole content of a file as one string.  Follows `tf.read_file` of TF 1.15."""
    return make("ReadFile", filename, name=name)


def write_file(filename, contents, name=None):
    """An op that writes a string to a file, making its folder.  Follows `tf.write_file` of TF 1.15."""
    return make("WriteFile", filename, contents, name=name)


def matching_files(pattern, name=None) -> Tensor:
    """The names of the files that match a glob pattern, sorted.  Follows `tf.matching_files` of TF 1.15."""
    return make("MatchingFiles", pattern, name=name)
