"""Attributes as a caller gives them: converted to what an Operation holds, and checked against the op's signature.

The errors are those of TensorFlow's `apply_op`.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, protos
from tinytf.graph.default_graph import get_default_graph
from tinytf.shapes import TensorShape, as_dims


def attribute(op_def, name: str, value, op_type: str):
    """An attribute as the caller gave it, as the house holds it."""
    attr = op_def.attr_by_name.get(name)
    if attr is None:
        raise TypeError(f"apply_op() got unexpected keyword arguments: {name} (op '{op_type}')")
    if value is None and attr.has_default:
        return attr.default
    if attr.type.startswith("list("):
        if not isinstance(value, (list, tuple, np.ndarray, TensorShape)):
            raise TypeError(f"Expected list for attr {name}")
        return [coerce(attr.type[5:-1], v, name) for v in value]
    return coerce(attr.type, value, name)


def coerce(kind: str, value, name: str):
    """`value` as an attribute of type `kind`; TypeError where it cannot be."""
    if kind == "type":
        try:
            return dtypes.as_dtype(value).base_dtype
        except TypeError:
            raise TypeError(f"Expected DataType for argument '{name}' not {value!r}.") from None
    if kind == "bool":
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"Expected bool for argument '{name}' not {value!r}.")
        return bool(value)
    if kind == "int":
        if isinstance(value, (str, bytes)) or not hasattr(value, "__int__") or isinstance(value, float) and int(value) != value:
            raise TypeError(f"Expected int for argument '{name}' not {value!r}.")
        return int(value)
    if kind == "float":
        if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
            raise TypeError(f"Expected float for argument '{name}' not {value!r}.")
        return float(value)
    if kind == "string":
        if isinstance(value, bytes):
            return value
        if isinstance(value, str):
            return value.encode()
        raise TypeError(f"Expected string for argument '{name}' not {value!r}.")
    if kind == "shape":
        try:
            return TensorShape._of(as_dims(value))
        except (TypeError, ValueError) as error:
            raise type(error)(f"Error converting {name} to a TensorShape: {error}") from error
    if kind == "func":
        return _function_attr(value, name)
    if kind == "tensor" and not isinstance(value, protos.TensorProto):
        raise TypeError(f"Don't know how to convert {value!r} to a TensorProto for argument '{name}'")
    return value


def _function_attr(value, name: str):
    """A function as an attribute: a NameAttrList, a name, or a Defun, which the graph's library takes in."""
    if isinstance(value, protos.NameAttrList):
        return value
    if isinstance(value, (str, bytes)):
        return protos.NameAttrList(name=value)
    if not hasattr(value, "add_to_graph"):
        raise TypeError(f"Don't know how to convert {value} to a func for argument {name}")
    value.add_to_graph(get_default_graph())
    return protos.NameAttrList(name=value.name)


def check_attribute(op_def, attr, value, owner: dict):
    """`value` again; TypeError or ValueError where it is not allowed, too small or too short."""
    if attr.allowed is not None:
        if attr.type == "type":
            check_allowed(attr, value, owner.get(attr.name, attr.name), op_def.name)
        elif attr.type in ("string", "list(string)"):
            for element in value if isinstance(value, list) else [value]:
                if element not in attr.allowed:
                    shown = '", "'.join(v.decode() for v in attr.allowed)
                    raise ValueError(f"Attr '{attr.name}' of '{op_def.name}' Op passed string '{element.decode()}' not in: \"{shown}\".")
        elif attr.type == "list(type)":
            for element in value:
                check_allowed(attr, element, attr.name, op_def.name)
    if attr.minimum is not None:
        if attr.type == "int" and value < attr.minimum:
            raise ValueError(f"Attr '{attr.name}' of '{op_def.name}' Op passed {value} less than minimum {attr.minimum}.")
        if attr.type.startswith("list(") and len(value) < attr.minimum:
            raise ValueError(f"Attr '{attr.name}' of '{op_def.name}' Op passed list of length {len(value)} less than minimum {attr.minimum}.")
    return value


def check_allowed(attr, dtype, parameter: str, op_name: str) -> None:
    """TypeError where an argument's dtype is not among those that its attribute may be."""
    if attr.allowed is not None and dtype not in attr.allowed:
        names = ", ".join(t.name for t in attr.allowed)
        raise TypeError(f"Value passed to parameter '{parameter}' has DataType {dtype.name} not in list of allowed values: {names}")
