"""What an op type looks like: its arguments, results and attributes, read from one line of text.

    MatMul(a: T, b: T) -> (product: T); transpose_a: bool = false; T: {half, float, double}

- An argument's type is a dtype (`float`, `int32`, `string` …), the name of a `type` attribute, the
  name of a `list(type)` attribute (a list of tensors, each of its own type), or `N*T`: a list of N
  tensors of one type.  `Ref(T)` is a reference: a place that the op may write to.
- Then come the attributes in order: `name: type`, optionally `>= minimum`, `= default`.  A type may
  be `{…}`, the values allowed (dtypes or quoted strings), and `list(…)` of each.
- Flags close the line: `is_stateful`, `is_commutative`, `is_aggregate`, `allows_uninitialized_input`,
  `deprecated VERSION 'explanation'`.

It says what TensorFlow's OpDef says; `to_proto` turns it into one.
"""

from __future__ import annotations

import ast
import re

import numpy as np

from tinytf import dtypes, protos
from tinytf.shapes import TensorShape


class Arg:
    """One argument or result: a tensor, or a list of them."""

    __slots__ = ("name", "dtype", "type_attr", "number_attr", "type_list_attr", "is_ref")

    def __init__(self, name, dtype=None, type_attr="", number_attr="", type_list_attr="", is_ref=False):
        self.name, self.dtype, self.type_attr = name, dtype, type_attr
        self.number_attr, self.type_list_attr, self.is_ref = number_attr, type_list_attr, is_ref

    @property
    def is_list(self) -> bool:
        """Whether it stands for a list of tensors."""
        return bool(self.number_attr or self.type_list_attr)

    def length(self, attrs: dict) -> int | None:
        """How many tensors the list has in an operation with these attributes; None where it is one tensor."""
        if self.number_attr:
            return attrs[self.number_attr]
        return len(attrs[self.type_list_attr]) if self.type_list_attr else None


class Attr:
    """One attribute: `type` is 'int', 'float', 'bool', 'string', 'type', 'shape', 'tensor', 'func' or 'list(…)' of these."""

    __slots__ = ("name", "type", "default", "has_default", "minimum", "allowed")

    def __init__(self, name, type_, default=None, has_default=False, minimum=None, allowed=None):
        self.name, self.type, self.default, self.has_default = name, type_, default, has_default
        self.minimum, self.allowed = minimum, allowed


class OpDef:
    """The signature of an op type."""

    __slots__ = ("name", "inputs", "outputs", "attrs", "flags", "deprecation", "attr_by_name", "inferred", "is_stateful")

    def __init__(self, name, inputs, outputs, attrs, flags, deprecation=None):
        self.name, self.inputs, self.outputs, self.attrs = name, inputs, outputs, attrs
        self.flags, self.deprecation = flags, deprecation
        self.attr_by_name = {a.name: a for a in attrs}
        # Attributes that the inputs determine; the caller does not give them.
        self.inferred = {n for a in inputs for n in (a.type_attr, a.number_attr, a.type_list_attr) if n}
        self.is_stateful = "is_stateful" in flags


_FLAGS = ("is_stateful", "is_commutative", "is_aggregate", "allows_uninitialized_input")
_HEAD = re.compile(r"(\w+)\((.*?)\) -> \((.*?)\)(?:; (.*))?$", re.S)


def parse(text: str) -> OpDef:
    """The OpDef that a signature line describes; ValueError where it does not parse."""
    match = _HEAD.match(" ".join(text.split()))
    if not match:
        raise ValueError(f"Not an op signature: {text!r}")
    name, inputs, outputs, rest = match.groups()
    attrs, flags, deprecation = [], [], None
    for part in _split(rest or "", ";"):
        if part in _FLAGS:
            flags.append(part)
        elif part.startswith("deprecated "):
            _, version, explanation = part.split(" ", 2)
            deprecation = (int(version), ast.literal_eval(explanation))
        else:
            attrs.append(_parse_attr(part))
    types = {a.name: a.type for a in attrs}
    return OpDef(name, _parse_args(inputs, types), _parse_args(outputs, types), attrs, flags, deprecation)


def _parse_args(text: str, types: dict) -> list:
    args = []
    for part in _split(text, ","):
        name, spec = part.split(": ", 1)
        is_ref = spec.startswith("Ref(")
        if is_ref:
            spec = spec[4:-1]
        number_attr, _, spec = spec.rpartition("*")
        if spec in types:
            kind = "type_list_attr" if types[spec] == "list(type)" else "type_attr"
            args.append(Arg(name, number_attr=number_attr, is_ref=is_ref, **{kind: spec}))
        else:
            args.append(Arg(name, dtypes.SIGNATURE_NAMES[spec], number_attr=number_attr, is_ref=is_ref))
    return args


def _parse_attr(text: str) -> Attr:
    name, spec = text.split(": ", 1)
    default_text = minimum = None
    spec, equals, default_text = _partition(spec, " = ")
    spec, at_least, minimum_text = _partition(spec, " >= ")
    if at_least:
        minimum = int(minimum_text)
    in_list = spec.startswith("list(")
    element = spec[5:-1] if in_list else spec
    allowed = None
    if element.startswith("{"):
        values = _split(element[1:-1], ",")
        if values[0][0] in "'\"":
            element, allowed = "string", [ast.literal_eval(v).encode() for v in values]
        else:
            element, allowed = "type", [dtypes.SIGNATURE_NAMES[v] for v in values]
    kind = f"list({element})" if in_list else element
    default = _parse_value(default_text, kind) if equals else None
    return Attr(name, kind, default, bool(equals), minimum, allowed)


def _parse_value(text: str, kind: str):
    if kind.startswith("list("):
        return [_parse_value(v, kind[5:-1]) for v in _split(text[1:-1], ",")]
    if kind == "type":
        return dtypes.SIGNATURE_NAMES[text]
    if kind == "bool":
        return text == "true"
    if kind == "string":
        return ast.literal_eval(text).encode("latin1")
    if kind == "shape":
        return TensorShape(None) if text == "<unknown>" else TensorShape([d if d >= 0 else None for d in ast.literal_eval(text)])
    if kind == "float":
        return float(text)
    if kind == "int":
        return int(text)
    if kind == "tensor":  # e.g. `uint8 [255, 0, 0, 255]`
        return _parse_tensor(text)
    raise ValueError(f"No default of kind {kind} can be written: {text!r}")


def _parse_tensor(text: str):
    from tinytf.graph.tensor_proto import make_tensor_proto

    name, values = text.split(" ", 1)
    dtype = dtypes.SIGNATURE_NAMES[name]
    proto = protos.TensorProto(dtype=dtype.as_datatype_enum)
    full = make_tensor_proto(ast.literal_eval(values), dtype)
    proto.tensor_shape.CopyFrom(full.tensor_shape)
    proto.int_val.extend(np.ravel(ast.literal_eval(values)).tolist())  # how REGISTER_OP's text format writes it
    return proto


def _partition(text: str, separator: str):
    """Like str.partition, but a separator inside quotes or brackets does not count."""
    depth, quote, i = 0, "", 0
    while i < len(text):
        c = text[i]
        if quote:
            if c == "\\":
                i += 1
            elif c == quote:
                quote = ""
        elif c in "'\"":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif depth == 0 and text.startswith(separator, i):
            return text[:i], separator, text[i + len(separator) :]
        i += 1
    return text, "", ""


def _split(text: str, separator: str) -> list:
    parts = []
    while text.strip():
        part, _, text = _partition(text, separator)
        parts.append(part.strip())
    return parts


def to_proto(op_def: OpDef):
    """The OpDef message, without descriptions: what a MetaGraphDef's stripped_op_list holds."""
    proto = protos.OpDef(name=op_def.name)
    for args, field in ((op_def.inputs, proto.input_arg), (op_def.outputs, proto.output_arg)):
        for arg in args:
            field.add(
                name=arg.name,
                type=arg.dtype.as_datatype_enum if arg.dtype else 0,
                type_attr=arg.type_attr,
                number_attr=arg.number_attr,
                type_list_attr=arg.type_list_attr,
                is_ref=arg.is_ref,
            )
    from tinytf.graph.attr_value import set_attr_value

    for attr in op_def.attrs:
        entry = proto.attr.add(name=attr.name, type=attr.type)
        if attr.has_default:
            set_attr_value(entry.default_value, attr.default)
        if attr.minimum is not None:
            entry.has_minimum, entry.minimum = True, attr.minimum
        if attr.allowed is not None:
            set_attr_value(entry.allowed_values, attr.allowed)
    for flag in op_def.flags:
        setattr(proto, flag, True)
    if op_def.deprecation:
        proto.deprecation.version, proto.deprecation.explanation = op_def.deprecation
    return proto
