"""Attribute values: what an Operation holds in Python, and the AttrValue of the wire.

| Python                | AttrValue field |
| --------------------- | --------------- |
| bytes                 | s               |
| bool                  | b               |
| int                   | i               |
| float                 | f               |
| DType                 | type            |
| TensorShape           | shape           |
| TensorProto           | tensor          |
| NameAttrList          | func            |
| list of one of these  | list            |
"""

from __future__ import annotations

from tinytf import dtypes, protos
from tinytf.shapes import TensorShape, dims_to_proto


def set_attr_value(target, value) -> None:
    """Writes a Python value into an AttrValue."""
    kind = type(value)
    if kind is dtypes.DType:
        target.type = value.as_datatype_enum
    elif kind is bool:
        target.b = value
    elif kind is int:
        target.i = value
    elif kind is bytes:
        target.s = value
    elif kind is float:
        target.f = value
    elif kind is TensorShape:
        target.shape.CopyFrom(dims_to_proto(value._dims))
    elif kind is list:
        target.list.SetInParent()
        for element in value:
            _append(target.list, element)
    elif isinstance(value, protos.TensorProto):
        target.tensor.CopyFrom(value)
    elif isinstance(value, protos.NameAttrList):
        target.func.CopyFrom(value)
    elif isinstance(value, protos.AttrValue):
        target.CopyFrom(value)
    else:
        raise TypeError(f"{value!r} of {kind.__name__} is no attribute value")


def _append(target, value) -> None:
    kind = type(value)
    if kind is dtypes.DType:
        target.type.append(value.as_datatype_enum)
    elif kind is bool:
        target.b.append(value)
    elif kind is int:
        target.i.append(value)
    elif kind is bytes:
        target.s.append(value)
    elif kind is float:
        target.f.append(value)
    elif kind is TensorShape:
        target.shape.add().CopyFrom(dims_to_proto(value._dims))
    elif isinstance(value, protos.TensorProto):
        target.tensor.add().CopyFrom(value)
    elif isinstance(value, protos.NameAttrList):
        target.func.add().CopyFrom(value)
    else:
        raise TypeError(f"{value!r} of {kind.__name__} cannot stand in an attribute's list")


def from_attr_value(attr_value):
    """The Python value of an AttrValue; the AttrValue itself where it is empty or a placeholder."""
    kind = attr_value.WhichOneof("value")
    if kind in ("s", "i", "f", "b"):
        return getattr(attr_value, kind)
    if kind == "type":
        return _dtype(attr_value.type, attr_value)
    if kind == "shape":
        return TensorShape(attr_value.shape)
    if kind in ("tensor", "func"):
        return getattr(attr_value, kind)
    if kind == "list":
        values = attr_value.list
        for field in ("s", "i", "f", "b", "tensor", "func"):
            if len(getattr(values, field)):
                return list(getattr(values, field))
        if len(values.type):
            return [_dtype(t, t) for t in values.type]
        return [TensorShape(s) for s in values.shape]
    return attr_value


def _dtype(number: int, fallback):
    """A dtype number of a later TensorFlow is kept as it came."""
    try:
        return dtypes.as_dtype(number)
    except TypeError:
        return fallback
