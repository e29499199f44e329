"""`make`: adds one node of a registered op type, as TensorFlow's generated wrappers do.

Inputs are converted inside the node's own name scope, which is why the 1 of `tf.add(x, 1)` is a
constant called 'Add/y'.  Attributes that the inputs determine (T, N) are inferred and checked.
"""

from __future__ import annotations

import contextlib

from tinytf.graph import op_entry
from tinytf.graph.attr_conversion import attribute, check_allowed, check_attribute
from tinytf.graph.convert import convert_n_to_tensor, convert_to_tensor
from tinytf.graph.default_graph import get_default_graph, get_graph_from_inputs
from tinytf.graph.tensor import Tensor


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
    if not op.outputs:
        return op
    results, position = [], 0
    for arg in args:
        count = arg.length(op.attrs)
        if count is None:
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
        op_entry.check_version(op_def, get_default_graph().graph_def_versions.producer, NotImplementedError)
    if len(inputs) != len(op_def.inputs):
        raise TypeError(f"Op '{op_type}' takes {len(op_def.inputs)} inputs, got {len(inputs)}")
    graph = get_graph_from_inputs(_flat(inputs))
    known = {k: attribute(op_def, k, v, op_type) for k, v in attrs.items()}
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
                ordered[attr.name] = check_attribute(op_def, attr, known[attr.name], owner)
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
        check_allowed(op_def.attr_by_name[arg.type_attr], base, arg.name, op_def.name)
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
    tensors = (_convert_mixed if arg.type_list_attr else _convert_alike)(op_def, arg, values, known, owner)
    if arg.is_ref and not all(t.dtype._is_ref_dtype for t in tensors):
        raise TypeError(f"'{op_def.name}' Op requires that input '{arg.name}' be a mutable tensor (e.g.: a tf.Variable)")
    return tensors


def _convert_mixed(op_def, arg, values, known: dict, owner: dict) -> list:
    """The tensors of a list argument in which each has a type of its own."""
    wanted, by = known.get(arg.type_list_attr), owner.get(arg.type_list_attr)
    if wanted is not None and by is None:  # the caller gave the types
        return [convert_to_tensor(v, t, f"{arg.name}_{i}", as_ref=arg.is_ref) for i, (v, t) in enumerate(zip(values, wanted))]
    try:
        tensors = convert_n_to_tensor(values, name=arg.name, as_ref=arg.is_ref)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{_list_has(op_def, arg, values)} that are invalid. Tensors: {values}") from error
    types = [t.dtype._base for t in tensors]
    if wanted is None:
        known[arg.type_list_attr], owner[arg.type_list_attr] = types, arg.name
        for dtype in types:
            check_allowed(op_def.attr_by_name[arg.type_list_attr], dtype, arg.name, op_def.name)
    elif types != wanted:
        raise TypeError(
            f"Input '{arg.name}' of '{op_def.name}' Op has type list of {', '.join(t.name for t in types)} that does not match type "
            f"list {', '.join(t.name for t in wanted)} of argument '{by}'."
        )
    return tensors


def _convert_alike(op_def, arg, values, known: dict, owner: dict) -> list:
    """The tensors of a list argument that all have one type."""
    wanted = expected = arg.dtype or known.get(arg.type_attr)
    preferred = None
    if expected is None:
        # A tensor among the values says what the plain ones are to become.
        wanted = next((t.dtype._base for t in values if isinstance(t, Tensor)), None)
        type_attr = op_def.attr_by_name[arg.type_attr]
        preferred = type_attr.default if type_attr.has_default else None
    try:
        tensors = convert_n_to_tensor(values, wanted, arg.name, preferred, as_ref=arg.is_ref)
        bases = [t.dtype._base for t in tensors]
        if any(b is not (expected or bases[0]) for b in bases):
            raise TypeError("The tensors differ in type")
    except (TypeError, ValueError) as error:
        if arg.dtype is not None:
            ending = f"that do not match expected type {expected.name}."
        elif expected is not None:
            ending = f"that do not match type {expected.name} inferred from earlier arguments."
        else:
            ending = "that don't all match."
        raise TypeError(f"{_list_has(op_def, arg, values)} {ending}") from error
    if arg.number_attr in known and known[arg.number_attr] != len(values):
        raise ValueError(
            f"List argument '{arg.name}' to '{op_def.name}' Op with length {len(values)} must match length "
            f"{known[arg.number_attr]} of argument '{owner.get(arg.number_attr)}'."
        )
    if arg.number_attr not in known:
        known[arg.number_attr], owner[arg.number_attr] = len(values), arg.name
        minimum = op_def.attr_by_name[arg.number_attr].minimum
        if minimum is not None and len(values) < minimum:
            raise ValueError(
                f"List argument '{arg.name}' to '{op_def.name}' Op with length {len(values)} shorter than minimum length {minimum}."
            )
    if expected is None:
        if not bases:
            raise TypeError(
                f"Don't know how to infer type variable from empty input list passed to input '{arg.name}' of '{op_def.name}' Op."
            )
        known[arg.type_attr], owner[arg.type_attr] = bases[0], arg.name
        check_allowed(op_def.attr_by_name[arg.type_attr], bases[0], arg.name, op_def.name)
    return tensors


def _list_has(op_def, arg, values) -> str:
    """What the values of a list are by themselves, for the message."""
    types = []
    for value in values:
        try:
            types.append(convert_to_tensor(value, as_ref=arg.is_ref).dtype._base.name)
        except (TypeError, ValueError):
            types.append("<NOT CONVERTIBLE TO TENSOR>")
    return f"Tensors in list passed to '{arg.name}' of '{op_def.name}' Op have types [{', '.join(types)}]"
