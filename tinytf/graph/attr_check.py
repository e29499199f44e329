"""Are a node's attributes what its op's signature says?  Asked of every node that comes from a file."""

from __future__ import annotations

from tinytf import dtypes, protos
from tinytf.graph import op_summary
from tinytf.shapes import TensorShape

_MOST_TENSORS = 1 << 20  # of one op: more is an attack, not a model
_MOST_BYTES = 1 << 33  # of one constant, of which a file can hold 2^31 at most


_KINDS = {"int": int, "float": float, "bool": bool, "string": bytes, "type": dtypes.DType, "shape": TensorShape}
_SHOWN = {v: k for k, v in _KINDS.items()}
_rules: dict = {}  # op type -> what is asked of each attribute


def _rules_of(op_def) -> list:
    """(attribute, in a list, Python type, allowed values or None) of each attribute, made once an op type."""
    rules = []
    for attr in op_def.attrs:
        in_list = attr.type.startswith("list(")
        kind = attr.type[5:-1] if in_list else attr.type
        python_type = _KINDS.get(kind) or {"tensor": protos.TensorProto, "func": protos.NameAttrList}[kind]
        rules.append((attr, in_list, python_type, None if attr.allowed is None else frozenset(attr.allowed)))
    _rules[op_def.name] = rules
    return rules


def check_attrs(op_def, attrs: dict, name: str) -> None:
    """ValueError, naming the node, for an attribute of the wrong kind, below its minimum or not among those allowed."""
    for attr, in_list, kind, allowed in _rules.get(op_def.name) or _rules_of(op_def):
        value = attrs[attr.name]
        if in_list:
            if type(value) is not list or not all([type(v) is kind for v in value]):
                _wrong_kind(op_def, attr, value, name)
        elif type(value) is not kind:
            _wrong_kind(op_def, attr, value, name)
        if attr.minimum is not None:
            size = len(value) if in_list else value
            if size < attr.minimum:
                what = "Length" if in_list else "Value"
                raise ValueError(
                    f"{what} for attr '{attr.name}' of {size} must be at least minimum {attr.minimum}{op_summary.where(op_def, name)}"
                )
        if allowed is not None:
            for v in value if in_list else (value,):
                if v not in allowed and getattr(v, "base_dtype", v) not in allowed:
                    raise ValueError(
                        f"Value for attr '{attr.name}' of {op_summary.allowed_text([v])} is not in the list of allowed values: "
                        f"{op_summary.allowed_text(attr.allowed)}{op_summary.where(op_def, name)}"
                    )
        if kind is protos.TensorProto and not in_list:
            check_tensor(value, name)
    if op_def.name == "Const" and attrs["value"].dtype != attrs["dtype"].as_datatype_enum:
        held, wanted = (op_summary.type_name(t) for t in (dtypes.as_dtype(attrs["value"].dtype), attrs["dtype"]))
        raise ValueError(f"Type mismatch between value ({held}) and dtype ({wanted}) of node '{name}'")
    for arg in op_def.outputs:
        if arg.number_attr and attrs[arg.number_attr] > _MOST_TENSORS:
            raise ValueError(f"Node '{name}' claims {attrs[arg.number_attr]} outputs")


def _kind_of(value) -> str:
    if type(value) is list:
        return f"list({_kind_of(value[0])})" if value else "list"
    return _SHOWN.get(type(value)) or {protos.TensorProto: "tensor", protos.NameAttrList: "func"}.get(type(value), "no value")


def _wrong_kind(op_def, attr, value, name) -> None:
    raise ValueError(
        f"AttrValue had value with type '{_kind_of(value)}' when '{attr.type}' expected\n\t for attr '{attr.name}'"
        f"{op_summary.where(op_def, name)}"
    )


def check_tensor(tensor, name: str) -> None:
    """ValueError for a TensorProto whose dtype or shape no tensor can have."""
    try:
        dtype = dtypes.as_dtype(tensor.dtype)
    except TypeError:
        raise ValueError(f"Node '{name}' holds a tensor of the unknown dtype {tensor.dtype}") from None
    size = max(getattr(dtype, "size", 0) or 0, 1)
    if tensor.tensor_shape.unknown_rank:
        raise ValueError(f"Node '{name}' holds a tensor of unknown shape")
    for dim in tensor.tensor_shape.dim:
        if dim.size < 0:
            raise ValueError(f"Node '{name}' holds a tensor of negative size {[d.size for d in tensor.tensor_shape.dim]}")
        size *= dim.size
    if size > _MOST_BYTES:
        raise ValueError(f"Node '{name}' holds a tensor of shape {[d.size for d in tensor.tensor_shape.dim]}, which cannot be in a file")


def check_special(attrs: dict, name: str) -> None:
    """ValueError where the attributes that every op may have, `_class` and `_output_shapes`, are of the wrong kind."""
    groups, shapes = attrs.get("_class", ()), attrs.get("_output_shapes", ())
    if type(groups) not in (list, tuple) or not all([type(g) is bytes for g in groups]):
        raise ValueError(f"Node '{name}': attr '_class' is no list of strings")
    if type(shapes) not in (list, tuple) or not all([type(s) is TensorShape for s in shapes]):
        raise ValueError(f"Node '{name}': attr '_output_shapes' is no list of shapes")
