"""Messages of protobuf as tensors: DecodeProtoV2, EncodeProto, DecodeJSONExample.

Which messages there are, `descriptor_source` says: `local://` are those this process knows (TensorFlow's own, and what
the program has imported), `bytes://…` is a FileDescriptorSet itself, anything else a file with one.
"""

from __future__ import annotations

import functools

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, text_format

from tinytf import dtypes, errors, protos
from tinytf.graph import trust
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.shape_ops import show
from tinytf.ops.files import proto_wire
from tinytf.ops.strings.string_kernels import each, objects


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


# ---- which messages there are

_BAD_SOURCE = "Source does not represent serialized file descriptor set proto."


@functools.lru_cache(maxsize=16)
def _pool_of(source: bytes):
    """A pool of the files of a serialized FileDescriptorSet; ValueError where it is none."""
    files = descriptor_pb2.FileDescriptorSet()
    try:
        files.ParseFromString(source)
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.AddSerializedFile(file.SerializeToString())
    except Exception:  # noqa: BLE001  protobuf's errors differ between its versions
        raise ValueError(_BAD_SOURCE) from None
    return pool


def _message_descriptor(op):
    """The descriptor of the message type that an op names."""
    name, source = op.attr("message_type").decode(), op.attr("descriptor_source")
    if source in (b"", b"local://"):
        find = [protos.find_message, descriptor_pool.Default().FindMessageTypeByName]
    else:
        if source.startswith(b"bytes://"):
            content = source[len(b"bytes://") :]
        else:
            trust.check_op(op)
            try:
                with open(source.decode("utf-8", "surrogateescape"), "rb") as file:
                    content = file.read()
            except (OSError, ValueError):
                raise _invalid(op, _BAD_SOURCE) from None
        try:
            find = [_pool_of(content).FindMessageTypeByName]
        except ValueError as error:
            raise _invalid(op, str(error)) from None
    for function in find:
        try:
            return function(name)
        except KeyError:
            continue
    raise _invalid(op, f"No descriptor found for message type {name}")


def _fields(op, descriptor) -> list:
    fields = []
    for name in op.attr("field_names"):
        field = descriptor.fields_by_name.get(name.decode())
        if field is None:
            raise _invalid(op, f"Unknown field: {name.decode()} in message type {descriptor.full_name}")
        fields.append(field)
    return fields


# ---- DecodeProtoV2


def _decode_shape(op):
    dims, count = op.inputs[0].dims, len(op.attr("output_types"))
    if dims is None:
        return [None] * (1 + count)
    return [(*dims, count)] + [(*dims, None)] * count


def _decode_kernel(op):
    types = op.attr("output_types")
    form, sanitize = op.attr("message_format"), op.attr("sanitize")
    if form not in (b"binary", b"text"):
        raise _invalid(op, "format must be one of binary or text")
    descriptor = _message_descriptor(op)
    fields = _fields(op, descriptor)
    if len(fields) != len(types):
        raise _invalid(op, "field_names and output_types attributes must have the same length")
    for field, dtype in zip(fields, types):
        if dtype.name not in proto_wire.OUTPUT_TYPES[field.type]:
            raise _invalid(op, f"Unexpected output type for {field.full_name}: {field.cpp_type} to {dtype.as_datatype_enum}")
    numbers = {field.number: field for field in fields}

    def as_binary(text: bytes) -> bytes:
        if form == b"binary" and not sanitize:
            return text
        message = protos.message_class(descriptor)()
        try:
            if form == b"text":
                text_format.Parse(text.decode("utf-8"), message)
            else:
                message.ParseFromString(text)
        except Exception as error:  # noqa: BLE001
            if form == b"text":
                raise _invalid(op, f"Unable to parse text format protobuf: {error}") from None
            raise errors.DataLossError(op.node_def, op, f"Unable to parse binary protobuf: {error}") from None
        message.DiscardUnknownFields()
        return message.SerializeToString()

    def decode(serialized):
        if not serialized.size:
            raise _invalid(op, "Bufs argument must contain at least one value")
        found = []
        for text in serialized.ravel().tolist():
            try:
                found.append(proto_wire.read(as_binary(text), numbers))
            except proto_wire.Malformed:
                raise errors.DataLossError(op.node_def, op, "CountFields: Failed to consume entire buffer") from None
        sizes = np.array([[len(values[f.number]) for f in fields] for values in found], np.int32).reshape((*serialized.shape, len(fields)))
        columns = [_column(field, dtype, [values[field.number] for values in found], serialized.shape) for field, dtype in zip(fields, types)]
        return (sizes, *columns)

    return decode


def _default(field):
    if proto_wire.is_repeated(field) or field.message_type is not None:
        return b"" if field.cpp_type in (field.CPPTYPE_STRING, field.CPPTYPE_MESSAGE) else 0
    value = field.default_value
    return value.encode() if isinstance(value, str) else value


def _column(field, dtype, rows, dims):
    """The values of a field of all messages, filled up to the longest with its default."""
    default = _default(field)
    longest = max(map(len, rows))
    if not proto_wire.is_repeated(field):
        longest = 1
    filled = [value for row in rows for value in [*row, *[default] * (longest - len(row))]]
    if dtype == dtypes.string:
        return objects(filled, (*dims, longest))
    return np.array(filled, dtype.as_numpy_dtype).reshape((*dims, longest))


op("DecodeProtoV2(bytes: string) -> (sizes: int32, values: output_types); message_type: string; field_names: list(string); "
   "output_types: list(type) >= 0; descriptor_source: string = 'local://'; message_format: string = 'binary'; sanitize: bool = false",
   shape=_decode_shape, kernel=_decode_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# ---- EncodeProto


def _encode_shape(op):
    dims = op.inputs[0].dims
    if dims is None:
        return [None]
    for tensor in op.inputs:
        if tensor.dims is not None and len(tensor.dims) < 2:
            raise ValueError(f"Shape must be at least rank 2 but is rank {len(tensor.dims)}")
    return [dims[:-1]]


def _encode_kernel(op):
    descriptor = _message_descriptor(op)
    fields = _fields(op, descriptor)
    types = op.attr("Tinput_types")
    if len(fields) != len(types):
        raise _invalid(op, "Length of inputs list must match field_names")
    for field, dtype in zip(fields, types):
        if dtype.name not in proto_wire.OUTPUT_TYPES[field.type]:
            shown = proto_wire.TYPE_NAMES[field.type]
            raise _invalid(op, f"Incompatible type for field {field.name}.  Saw dtype: {_cpp_name(dtype)} but field type is: {shown}")
    order = sorted(range(len(fields)), key=lambda i: fields[i].number)

    def encode(sizes, *values):
        batch = values[0].shape[:-1] if values else sizes.shape[:-1]
        expected = (*batch, len(fields))
        if sizes.shape != expected:
            raise _invalid(op, f"sizes should be batch_size + [len(field_names)].  Saw: {show(sizes.shape)} but expected: {show(expected)}")
        for i, value in enumerate(values):
            if value.shape[:-1] != batch:
                raise _invalid(op, f"Values must match up to the last dimension: {show(value.shape)} at field {i}, but {show(batch)} of others")
        count = int(np.prod(batch, dtype=np.int64))
        sizes = sizes.reshape(count, len(fields)).tolist()
        rows = [value.reshape(count, value.shape[-1]).tolist() for value in values]
        messages = []
        for m in range(count):
            message = b""
            for f in order:
                size = sizes[m][f]
                if size > len(rows[f][m]):
                    raise _invalid(op, f"Size to write must not be larger than value tensor; but saw: {size} > {len(rows[f][m])} at message {m} field {f}")
                message += proto_wire.written(fields[f], rows[f][m][: max(size, 0)])
            messages.append(message)
        return objects(messages, batch)

    return encode


def _cpp_name(dtype) -> str:
    return {"float32": "float", "float64": "double"}.get(dtype.name, dtype.name)


op("EncodeProto(sizes: int32, values: Tinput_types) -> (bytes: string); field_names: list(string); message_type: string; "
   "descriptor_source: string = 'local://'; Tinput_types: list(type) >= 1",
   shape=_encode_shape, kernel=_encode_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# ---- DecodeJSONExample


def _json_kernel(op):
    def decode(text):
        message = protos.Example()
        try:
            json_format.Parse(text, message)
        except (json_format.ParseError, ValueError) as error:
            raise _invalid(op, f"Error while parsing JSON: {error}") from None
        return message.SerializeToString(deterministic=True)

    return each(decode)


op("DecodeJSONExample(json_examples: string) -> (binary_examples: string)",
   shape=same_as_input, kernel=_json_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# ---- public functions


def decode_proto(
    bytes, message_type, field_names, output_types, descriptor_source="local://", message_format="binary", sanitize=False, name=None
):  # fmt: skip
    """(sizes, [values]): how many values each field of each message has, and the values.  Follows `tf.io.decode_proto` of TF 1.15."""
    from tinytf import generated_ops

    return generated_ops.decode_proto_v2(
        bytes, message_type, field_names, output_types, descriptor_source, message_format, sanitize, name
    )


def encode_proto(sizes, values, field_names, message_type, descriptor_source="local://", name=None) -> Tensor:
    """Serialized messages of the values of their fields.  Follows `tf.io.encode_proto` of TF 1.15."""
    return make(
        "EncodeProto", sizes, values, field_names=field_names, message_type=message_type, descriptor_source=descriptor_source, name=name
    )


def decode_json_example(json_examples, name=None) -> Tensor:
    """Examples written as JSON, serialized.  Follows `tf.io.decode_json_example` of TF 1.15."""
    return make("DecodeJSONExample", json_examples, name=name)
