"""Op types in the words of TensorFlow's messages: `Op<name=Neg; signature=x:T -> y:T; attr=T:type,allowed=[…]>`."""

from __future__ import annotations

from tinytf import dtypes, protos
from tinytf.graph.tensor_proto import make_ndarray
from tinytf.shapes import TensorShape, in_brackets

_TYPE_NAMES = {"float32": "float", "float64": "double", "float16": "half"}
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "'": "\\'", "\\": "\\\\"}


def type_name(dtype) -> str:
    """A dtype as signatures write it: `float`, `int32_ref`."""
    if not isinstance(dtype, dtypes.DType):  # a number that no dtype has
        return str(dtype)
    name = dtype.base_dtype.name
    return _TYPE_NAMES.get(name, name) + ("_ref" if dtype._is_ref_dtype else "")


def value_text(value) -> str:
    """An attribute's value: `"a string"`, `DT_FLOAT`, `[2,3]`, `true`, `[1, 2]`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return '"' + "".join(_ESCAPES.get(c, c) for c in value.decode("latin1")) + '"'
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, dtypes.DType):
        return protos.DataType.Name(value.as_datatype_enum)
    if isinstance(value, TensorShape):
        return in_brackets(value._dims, "<unknown>")
    if isinstance(value, protos.NameAttrList):
        return value.name
    if isinstance(value, protos.TensorProto):
        shape = value_text(TensorShape(value.tensor_shape))
        array = make_ndarray(value)
        values = " ".join(str(v) for v in array.reshape(-1)[:5]) + ("..." if array.size > 5 else "")
        return f"Tensor<type: {type_name(dtypes.as_dtype(value.dtype))} shape: {shape} values: {values}>"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(value_text, value)) + "]"
    return str(value)


def allowed_text(values) -> str:
    """The values that an attribute may have: types by their names, strings in quotes."""
    return ", ".join(type_name(v) if isinstance(v, dtypes.DType) else value_text(v) for v in values)


def _args_text(args) -> str:
    shown = []
    for arg in args:
        text = arg.type_list_attr or arg.type_attr or type_name(arg.dtype)
        if arg.number_attr:
            text = f"{arg.number_attr}*{text}"
        shown.append(f"{arg.name}:Ref({text})" if arg.is_ref else f"{arg.name}:{text}")
    return ", ".join(shown)


def summarize(op_def) -> str:
    """One line that says all of an OpDef."""
    parts = [f"Op<name={op_def.name}", f"signature={_args_text(op_def.inputs)} -> {_args_text(op_def.outputs)}"]
    for attr in op_def.attrs:
        text = f"attr={attr.name}:{attr.type}"
        if attr.has_default:
            text += f",default={value_text(attr.default)}"
        if attr.minimum is not None:
            text += f",min={attr.minimum}"
        if attr.allowed is not None:
            text += f",allowed={value_text(list(attr.allowed))}"
        parts.append(text)
    flags = ("is_commutative", "is_aggregate", "is_stateful", "allows_uninitialized_input")
    parts.extend(f"{flag}=true" for flag in flags if flag in op_def.flags)
    return "; ".join(parts) + ">"


def where(op_def, name: str) -> str:
    """The end of a message about one node: which it is, and what its op is like."""
    return f"\n\t; NodeDef: {{{{node {name}}}}}; {summarize(op_def)}"
