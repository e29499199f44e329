"""`make`: adds one node of a registered op type, as TensorFlow's generated wrappers do.

Inputs are converted inside the node's own name scope, which is why the 1 of `tf.add(x, 1)` is a
constant called 'Add/y'.  Attributes that the inputs determine (T, N) are inferred and checked.
"""

from __future__ import annotations

import contextlib

import numpy as np

from tinytf import dtypes, protos
from tinytf.graph import op_entry
from tinytf.graph.convert import convert_n_to_tensor, convert_to_tensor
from tinytf.graph.graph import get_default_graph, get_graph_from_inputs
from tinytf.graph.tensor import Tensor
from tinytf.shapes import TensorShape, as_dims


def make(op_type: str, *inputs, name=None, **attrs):
    """Adds a node and returns its results.

    Args:
      op_type: a registered op type.
      *inputs: one for each argument of the signature, in order; a list for a list argument.
      name: the node's name; the op type where None.
      **attrs: attributes; those with a default may be left out, inferred ones are not given.

    Returns: the Operation where it has no outputs; a Tensor; or a list with, for each result of
      the signature, a Tensor or a list of Tensors (a single list result comes as that list).

    Raises TypeError, ValueError as TensorFlow does where inputs or attributes do not fit.
    """
    op = make_op(op_type, *inputs, name=name, **attrs)
    args = op.entry.op_def.outputs
    if not args:
        return op
    results, position = [], 0
    for arg in args:
        if arg.number_attr:
            count = op.attrs[arg.number_attr]
        elif arg.type_list_attr:
            count = len(op.attrs[arg.type_list_attr])
        else:
            results.append(op.outputs[position])
            position += 1
            continue
        results.append(op.outputs[position : position + count])
        position += count
    return results[0] if len(results) == 1 else results


def make_op(op_type: str, *inputs, name=None, **attrs):
    """As `make`, but returns the Operation."""
    entry = op_entry.lookup(op_type)
    if entry is None:
        raise NotImplementedError(f"tinytf has no op '{op_type}'")
    op_def = entry.op_def
    if op_def.deprecation:
        _check_version(op_def)
    if len(inputs) != len(op_def.inputs):
        raise TypeError(f"Op '{op_type}' takes {len(op_def.inputs)} inputs, got {len(inputs)}")
    graph = get_graph_from_inputs(_flat(inputs))
    known = {k: _attr_in(op_def, k, v, op_type) for k, v in attrs.items()}
    with graph.as_default(), graph.name_scope(name or op_type) as scope:
        tensors: list = []
        owner: dict = {}  # which argument determined an attribute: for the message
        for arg, value in zip(op_def.inputs, inputs):
            if arg.is_list:
                tensors.extend(_convert_list(op_def, arg, value, known, owner))
            else:
                tensors.append(_convert_one(op_def, arg, value, known, owner))
        ordered = {}
        for attr in op_def.attrs:
            if attr.name in known:
                ordered[attr.name] = _checked(op_def, attr, known[attr.name], owner)
            elif attr.has_default:
                ordered[attr.name] = attr.default
            else:
                raise TypeError(f"No argument for attr {attr.name} found in {op_type} {attrs}")
        # What writes to a variable is placed where the variable is.
        with contextlib.ExitStack() as places:
            for arg, tensor in zip(op_def.inputs, tensors):
                if arg.is_ref:
                    places.enter_context(graph.colocate_with(tensor.op))
            return graph.create_op(op_type, tensors, None, name=scope, attrs=ordered)


def _check_version(op_def) -> None:
    version, explanation = op_def.deprecation
    producer = get_default_graph().graph_def_versions.producer
    if producer >= version:
        raise NotImplementedError(
            f"Op {op_def.name} is not available in GraphDef version {producer}. It has been removed in version {version}. {explanation}."
        )


def output_dtypes(op_def, attrs: dict) -> list:
    """The dtype of each output tensor, from the signature and the attributes."""
    result: list = []
    for arg in op_def.outputs:
        if arg.type_list_attr:
            types = list(attrs[arg.type_list_attr])
        else:
            types = [arg.dtype or attrs[arg.type_attr]] * (attrs[arg.number_attr] if arg.number_attr else 1)
        result.extend([t._as_ref for t in types] if arg.is_ref else types)
    return result


def _flat(inputs):
    for value in inputs:
        if isinstance(value, (list, tuple)):
            yield from value
        else:
            yield value


def _convert_one(op_def, arg, value, known: dict, owner: dict) -> Tensor:
    wanted = arg.dtype or known.get(arg.type_attr)
    preferred = None
    if wanted is None:
        attr = op_def.attr_by_name[arg.type_attr]
        preferred = attr.default if attr.has_default else None
    if isinstance(value, Tensor):
        tensor = value
    else:
        try:
            tensor = convert_to_tensor(value, wanted, arg.name, preferred, as_ref=arg.is_ref)
        except (TypeError, ValueError) as error:
            _explain(op_def, arg, value, wanted, owner, error)
    base = tensor.dtype._base
    if arg.dtype is not None:
        if base is not arg.dtype:
            raise TypeError(f"Input '{arg.name}' of '{op_def.name}' Op has type {base.name} that does not match expected type of {arg.dtype.name}.")
    elif wanted is None:
        known[arg.type_attr] = base
        owner[arg.type_attr] = arg.name
        _check_allowed(op_def.attr_by_name[arg.type_attr], base, arg.name, op_def.name)
    elif base is not wanted:
        by = owner.get(arg.type_attr)
        raise TypeError(
            f"Input '{arg.name}' of '{op_def.name}' Op has type {base.name} that does not match "
            + (f"type {wanted.name} of argument '{by}'." if by else f"expected type of {wanted.name}.")
        )
    if arg.is_ref and not tensor.dtype._is_ref_dtype:
        raise TypeError(f"'{op_def.name}' Op requires that input '{arg.name}' be a mutable tensor (e.g.: a tf.Variable)")
    return tensor


def _explain(op_def, arg, value, wanted, owner, error) -> None:
    """Re-raises a failed conversion with the argument's name, in TensorFlow's words."""
    if wanted is None:
        raise error
    if isinstance(error, TypeError):
        raise TypeError(
            f"Expected {wanted.name} passed to parameter '{arg.name}' of op '{op_def.name}', "
            f"got {value!r} of type '{type(value).__name__}' instead. Error: {error}"
        ) from error
    try:
        has = convert_to_tensor(value, as_ref=arg.is_ref).dtype.name
    except ValueError as again:
        raise ValueError(f"Tried to convert '{arg.name}' to a tensor and failed. Error: {again}") from error
    except TypeError as again:
        raise TypeError(f"Expected {wanted.name} passed to parameter '{arg.name}' of op '{op_def.name}', got {value!r} of type '{type(value).__name__}' instead. Error: {again}") from error
    by = owner.get(arg.type_attr)
    if not hasattr(value, "dtype"):
        raise TypeError(
            f"Expected {wanted.name} passed to parameter '{arg.name}' of op '{op_def.name}', "
            f"got {value!r} of type '{type(value).__name__}' instead. Error: {error}"
        ) from error
    raise TypeError(
        f"Input '{arg.name}' of '{op_def.name}' Op has type {has} that does not match "
        + (f"type {wanted.name} of argument '{by}'." if by else f"expected type of {wanted.name}.")
    ) from error


def _convert_list(op_def, arg, values, known: dict, owner: dict) -> list:
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"Expected list for '{arg.name}' argument to '{op_def.name}' Op, not {values!r}.")
    if arg.type_list_attr:
        wanted = known.get(arg.type_list_attr)
        if wanted is None:
            tensors = convert_n_to_tensor(values, name=arg.name, as_ref=arg.is_ref)
            known[arg.type_list_attr] = [t.dtype._base for t in tensors]
            return tensors
        return [convert_to_tensor(v, t, f"{arg.name}_{i}", as_ref=arg.is_ref) for i, (v, t) in enumerate(zip(values, wanted))]
    if arg.number_attr in known and known[arg.number_attr] != len(values):
        raise ValueError(f"List argument '{arg.name}' to '{op_def.name}' Op with length {len(values)} must match length {known[arg.number_attr]} of argument '{owner.get(arg.number_attr)}'.")
    known[arg.number_attr] = len(values)
    owner[arg.number_attr] = arg.name
    attr = op_def.attr_by_name[arg.number_attr]
    if attr.minimum is not None and len(values) < attr.minimum:
        raise ValueError(f"List argument '{arg.name}' to '{op_def.name}' Op with length {len(values)} shorter than minimum length {attr.minimum}.")
    wanted = arg.dtype or known.get(arg.type_attr)
    preferred = None
    if wanted is None:
        # A tensor among the values says what the plain ones are to become.
        wanted = next((t.dtype._base for t in values if isinstance(t, Tensor)), None)
        type_attr = op_def.attr_by_name[arg.type_attr]
        preferred = type_attr.default if type_attr.has_default else None
    try:
        tensors = convert_n_to_tensor(values, wanted, arg.name, preferred, as_ref=arg.is_ref)
    except (TypeError, ValueError) as error:
        shown = [getattr(getattr(v, "dtype", None), "name", "<NOT CONVERTIBLE TO TENSOR>") for v in values]
        raise TypeError(f"Tensors in list passed to '{arg.name}' of '{op_def.name}' Op have types {shown} that don't all match{' ' + wanted.name if wanted else ''}: {error}") from error
    bases = [t.dtype._base for t in tensors]
    expected = arg.dtype or known.get(arg.type_attr)
    if any(b is not (expected or bases[0]) for b in bases):
        names = ", ".join(b.name for b in bases)
        tail = f" that do not match {'expected type' if arg.dtype else 'type'} {expected.name}{'' if arg.dtype else ' inferred from earlier arguments'}." if expected else " that don't all match."
        raise TypeError(f"Tensors in list passed to '{arg.name}' of '{op_def.name}' Op have types [{names}]{tail}")
    if arg.type_attr and arg.type_attr not in known and bases:
        known[arg.type_attr] = bases[0]
        owner[arg.type_attr] = arg.name
        _check_allowed(op_def.attr_by_name[arg.type_attr], bases[0], arg.name, op_def.name)
    return tensors


def _check_allowed(attr, dtype, parameter: str, op_name: str) -> None:
    if attr.allowed is not None and dtype not in attr.allowed:
        names = ", ".join(t.name for t in attr.allowed)
        raise TypeError(f"Value passed to parameter '{parameter}' has DataType {dtype.name} not in list of allowed values: {names}")


def _attr_in(op_def, name: str, value, op_type: str):
    """An attribute as the caller gave it, as the house holds it."""
    attr = op_def.attr_by_name.get(name)
    if attr is None:
        raise TypeError(f"apply_op() got unexpected keyword arguments: {name} (op '{op_type}')")
    if value is None and attr.has_default:
        return attr.default
    if attr.type.startswith("list("):
        if not isinstance(value, (list, tuple, np.ndarray, TensorShape)):
            raise TypeError(f"Expected list for attr {name}, got {value!r}")
        return [coerce(attr.type[5:-1], v, name) for v in value]
    return coerce(attr.type, value, name)


def coerce(kind: str, value, name: str):
    """`value` as an attribute of type `kind`; TypeError where it cannot be."""
    if kind == "type":
        return dtypes.as_dtype(value).base_dtype
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
        return TensorShape._of(as_dims(value))
    if kind == "func" and isinstance(value, str):
        return protos.NameAttrList(name=value)
    if kind == "func" and hasattr(value, "add_to_graph"):
        value.add_to_graph(get_default_graph())
        return protos.NameAttrList(name=value.name)
    return value


def _checked(op_def, attr, value, owner: dict):
    if attr.allowed is not None:
        if attr.type == "type":
            _check_allowed(attr, value, owner.get(attr.name, attr.name), op_def.name)
        elif attr.type == "string" and value not in attr.allowed:
            shown = '", "'.join(v.decode() for v in attr.allowed)
            raise ValueError(f"Attr '{attr.name}' of '{op_def.name}' Op passed string '{value.decode()}' not in: \"{shown}\".")
        elif attr.type == "list(type)":
            for element in value:
                _check_allowed(attr, element, attr.name, op_def.name)
    if attr.minimum is not None:
        if attr.type == "int" and value < attr.minimum:
            raise ValueError(f"Attr '{attr.name}' of '{op_def.name}' Op passed {value} less than minimum {attr.minimum}.")
        if attr.type.startswith("list(") and len(value) < attr.minimum:
            raise ValueError(f"Attr '{attr.name}' of '{op_def.name}' Op passed list of length {len(value)} less than minimum {attr.minimum}.")
    return value
