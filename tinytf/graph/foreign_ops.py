"""Ops that tinytf does not have: what their nodes' outputs are.

Also the dtypes that a signature gives once the attributes are known, for ops that tinytf has.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph import op_entry
from tinytf.graph.attr_value import from_attr_value

_MOST_OUTPUTS = 1 << 16  # of one op: more is an attack, not a model


def dtypes_of(args, attrs: dict, most: int | None = None) -> list:
    """The dtypes of a signature's arguments (references marked), flattened; `attrs` holds all attributes.

    At most `most` + 1 for a list: enough to see that there are too many.
    """
    found: list = []
    for arg in args:
        if arg.type_list_attr:
            found.extend([t._as_ref if arg.is_ref else t for t in attrs[arg.type_list_attr]])
            continue
        dtype = attrs[arg.type_attr] if arg.type_attr else arg.dtype
        if type(dtype) is not dtypes.DType:
            raise ValueError(f"attr '{arg.type_attr}' names no type that is known here: {dtype}")
        if arg.is_ref:
            dtype = dtype._as_ref
        if arg.number_attr:
            count = attrs[arg.number_attr]
            found.extend([dtype] * (count if most is None else min(count, most + 1)))
        else:
            found.append(dtype)
    return found


def _proto_dtypes(args, attrs: dict) -> list:
    """The same for an OpDef message; KeyError or TypeError where an attribute is missing."""
    found: list = []
    for arg in args:
        if arg.type_list_attr:
            types = list(attrs[arg.type_list_attr])
        else:
            dtype = attrs[arg.type_attr] if arg.type_attr else dtypes.as_dtype(arg.type)
            count = attrs[arg.number_attr] if arg.number_attr else 1
            if type(count) is not int or not 0 <= count <= _MOST_OUTPUTS:
                raise ValueError(f"attr '{arg.number_attr}' claims {count} tensors")
            types = [dtype] * count
        found.extend([t._as_ref if arg.is_ref else t for t in types])
    return found


def complete_attrs(op_def, attrs: dict) -> None:
    """Fills in the defaults of an OpDef message."""
    for attr in op_def.attr:
        if attr.name not in attrs and attr.HasField("default_value"):
            attrs[attr.name] = from_attr_value(attr.default_value)


def has_default(op_def, name: str, value) -> bool:
    """Whether `value` (an AttrValue) is the default of an attribute in an OpDef message."""
    for attr in op_def.attr:
        if attr.name == name:
            return attr.HasField("default_value") and attr.default_value.SerializeToString() == value.SerializeToString()
    return False


def unknown_attrs(op_def, attrs: dict) -> list:
    """The attributes that an op of ours has not: a later TensorFlow's.  Those that start with '_' are anybody's."""
    return [name for name in attrs if name not in op_def.attr_by_name and not name.startswith("_")]


def output_dtypes(node, attrs: dict, op_def, expected: dict) -> list:
    """The dtypes of a foreign node's outputs: by its OpDef, else by its consumers, else by its attributes."""
    if op_def is not None:
        try:
            found = _proto_dtypes(op_def.output_arg, attrs)
        except (KeyError, TypeError, AttributeError):
            found = [None]
        if all(isinstance(t, dtypes.DType) for t in found):
            return found
    for key in ("Tout", "output_types", "dtypes", "component_types", "out_types"):
        types = attrs.get(key)
        if isinstance(types, list) and types and all(isinstance(t, dtypes.DType) for t in types):
            return types
    guess = dtypes.float32
    for key in ("dtype", "DstT", "out_type", "output_type", "Tout", "T"):
        if isinstance(attrs.get(key), dtypes.DType):
            guess = attrs[key]
            break
    # An output that nobody takes is not seen; one at least is there to be fetched.
    count = max(expected, default=0) + 1
    if count > _MOST_OUTPUTS:
        raise ValueError(f"Node '{node.name}' would have {count} outputs")
    return [expected.get(i) or guess for i in range(count)]


def collect_uses(nodes, producer: dict) -> dict:
    """{name: {output index: dtype or None}} of what each node's consumers take from it."""
    uses: dict = {}
    for node in nodes:
        wanted: list = []
        entry = op_entry.lookup(node.op)
        attrs = {k: from_attr_value(v) for k, v in node.attr.items()}
        try:
            if entry is not None:
                wanted = dtypes_of(entry.op_def.inputs, attrs)
            elif node.op in producer:
                wanted = _proto_dtypes(producer[node.op].input_arg, attrs)
        except (KeyError, ValueError, TypeError, AttributeError):
            wanted = []
        for position, text in enumerate(node.input):
            if text.startswith("^"):
                continue
            name, colon, index = text.rpartition(":")
            name, index = (name, int(index)) if colon and index.isdigit() else (text, 0)
            if index > _MOST_OUTPUTS:
                raise ValueError(f"Node '{node.name}': input '{text}' names an output that no op has")
            dtype = getattr(wanted[position], "base_dtype", None) if position < len(wanted) else None
            found = uses.setdefault(name, {})
            if found.get(index) is None:
                found[index] = dtype
    return uses
