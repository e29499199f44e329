"""Nested structures of Python as StructuredValue messages, and back.

Follows tensorflow/python/saved_model/nested_structure_coder.py of TF 1.15.
"""

from __future__ import annotations

import collections
from typing import Any, Callable, NamedTuple

from tinytf import dtypes, protos
from tinytf.graph.composite_specs import IndexedSlicesSpec, SparseTensorSpec
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.graph.type_spec import TypeSpec
from tinytf.shapes import TensorShape


class NotEncodableError(Exception):
    """Raised for what no message can stand for."""


class _Codec(NamedTuple):
    """How one kind of value is written to, and read from, one field of the message; `code` is for what it is made of."""

    field: str
    takes: Callable[[Any], bool]
    write: Callable[[Any, Any, Callable], None]  # (message, value, code)
    read: Callable[[Any, Callable], Any]  # (the field's content, code)


def _is_named_tuple(value) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _write_all(field):
    def write(message, values, code):
        content = getattr(message, field)
        content.SetInParent()  # an empty list is a list
        content.values.extend(code(value) for value in values)

    return write


def _write_dict(message, values, code):
    message.dict_value.SetInParent()
    for key, value in values.items():
        message.dict_value.fields[key].CopyFrom(code(value))


def _write_named_tuple(message, value, code):
    message.named_tuple_value.name = type(value).__name__
    for key, element in zip(value._fields, value):
        message.named_tuple_value.values.add(key=key).value.CopyFrom(code(element))


def _read_named_tuple(content, code):
    kind = collections.namedtuple(content.name, [pair.key for pair in content.values])
    return kind(*(code(pair.value) for pair in content.values))


def _write_tensor_spec(message, spec, code):
    content = message.tensor_spec_value
    content.shape.CopyFrom(spec.shape.as_proto())
    content.dtype = spec.dtype.as_datatype_enum
    if spec.name is not None:
        content.name = spec.name


def _read_tensor_spec(content, code):
    return TensorSpec(TensorShape(content.shape), dtypes.as_dtype(content.dtype), content.name or None)


def _type_specs() -> dict:
    """{the number of a class in the schema: the class}."""
    from tinytf.data.dataset import DatasetSpec
    from tinytf.data.experimental.optional import OptionalSpec
    from tinytf.ragged.spec import RaggedTensorSpec

    numbers = protos.TypeSpecProto
    return {
        numbers.SPARSE_TENSOR_SPEC: SparseTensorSpec,
        numbers.INDEXED_SLICES_SPEC: IndexedSlicesSpec,
        numbers.RAGGED_TENSOR_SPEC: RaggedTensorSpec,
        numbers.DATA_DATASET_SPEC: DatasetSpec,
        numbers.OPTIONAL_SPEC: OptionalSpec,
    }


def _write_type_spec(message, spec, code):
    number = next(number for number, kind in _type_specs().items() if kind is type(spec))
    content = message.type_spec_value
    content.type_spec_class, content.type_spec_class_name = number, type(spec).__name__
    content.type_state.CopyFrom(code(spec._serialize()))


def _read_type_spec(content, code):
    kind = _type_specs().get(content.type_spec_class)
    if kind is None:
        raise ValueError(
            "The type '%s' is not supported by this version of TensorFlow. (The object you are loading must have been created with a newer "
            "version of TensorFlow.)" % content.type_spec_class_name
        )
    return kind._deserialize(code(content.type_state))


def _number(field, takes, read):
    return _Codec(field, takes, lambda message, value, code: setattr(message, field, value), lambda content, code: read(content))


_CODECS = [
    _Codec("list_value", lambda x: isinstance(x, list), _write_all("list_value"), lambda c, code: [code(v) for v in c.values]),
    _Codec(
        "tuple_value",
        lambda x: isinstance(x, tuple) and not _is_named_tuple(x),
        _write_all("tuple_value"),
        lambda c, code: tuple(code(v) for v in c.values),
    ),
    _Codec("dict_value", lambda x: isinstance(x, dict), _write_dict, lambda c, code: {key: code(v) for key, v in c.fields.items()}),
    _Codec("named_tuple_value", _is_named_tuple, _write_named_tuple, _read_named_tuple),
    _number("float64_value", lambda x: isinstance(x, float), float),
    _number("int64_value", lambda x: isinstance(x, int) and not isinstance(x, bool), int),
    _number("string_value", lambda x: isinstance(x, str), str),
    _Codec("none_value", lambda x: x is None, lambda message, value, code: message.none_value.SetInParent(), lambda c, code: None),
    _number("bool_value", lambda x: isinstance(x, bool), bool),
    _Codec(
        "tensor_shape_value",
        lambda x: isinstance(x, TensorShape),
        lambda message, value, code: message.tensor_shape_value.CopyFrom(value.as_proto()),
        lambda c, code: TensorShape(c),
    ),
    _Codec(
        "tensor_dtype_value",
        lambda x: isinstance(x, dtypes.DType),
        lambda message, value, code: setattr(message, "tensor_dtype_value", value.as_datatype_enum),
        lambda c, code: dtypes.as_dtype(c),
    ),
    _Codec("tensor_spec_value", lambda x: isinstance(x, TensorSpec), _write_tensor_spec, _read_tensor_spec),
    _Codec(
        "type_spec_value",
        lambda x: isinstance(x, TypeSpec) and type(x) in _type_specs().values(),
        _write_type_spec,
        _read_type_spec,
    ),
]


class StructureCoder:
    """Encodes and decodes structures. Follows StructureCoder of TF 1.15."""

    def encode_structure(self, nested_structure):
        """The message; NotEncodableError for a part that has none."""
        codec = next((codec for codec in _CODECS if codec.takes(nested_structure)), None)
        if codec is None:
            raise NotEncodableError("No encoder for object [%s] of type [%s]." % (nested_structure, type(nested_structure)))
        message = protos.StructuredValue()
        codec.write(message, nested_structure, self.encode_structure)
        return message

    def can_encode(self, nested_structure) -> bool:
        """Whether encode_structure would give a message."""
        try:
            self.encode_structure(nested_structure)
        except NotEncodableError:
            return False
        return True

    def decode_proto(self, proto):
        """The structure that a message stands for."""
        codec = next((codec for codec in _CODECS if codec.field == proto.WhichOneof("kind")), None)
        if codec is None:
            raise NotEncodableError("No encoder for object [%s] of type [%s]." % (proto, type(proto)))
        return codec.read(getattr(proto, codec.field), self.decode_proto)
