"""Static shapes: an op's shape rule is asked once, when the operation is made."""

from __future__ import annotations

import functools

from tinytf.graph import constant_value, shape_rules
from tinytf.graph.input_ranks import TABLE
from tinytf.graph.list_ranks import TABLE as LISTS
from tinytf.graph.operation import Operation
from tinytf.shapes import in_brackets


def infer_shapes(op: Operation) -> None:
    """Sets the static shapes of the outputs; ValueError, in TensorFlow's words, where the inputs contradict."""
    entry = op.entry
    if entry is None or entry.shape is None:
        return
    try:
        _check_ranks(op)
    except ValueError as error:
        raise ValueError(f"{error}{_made_of(op)}.") from None
    try:
        shapes = entry.shape(op)
    except constant_value.ShapeValueError as error:
        raise ValueError(str(error)) from None
    except ValueError as error:
        error, looked_at = _first_failure(op, error)
        raise ValueError(f"{error}{_made_of(op)}{looked_at}.") from None
    for tensor, dims in zip(op.outputs, shapes):
        tensor.dims = dims


def _made_of(op) -> str:
    return f" for '{op.name}' (op: '{op.type}') with input shapes: " + ", ".join(in_brackets(t.dims) for t in op._inputs)


_RULES = dict(line.split(" ", 1) for line in TABLE.strip().split("\n"))
_LIST_RULES = dict(line.split(" ", 1) for line in LISTS.strip().split("\n"))
_CHECKS = {"+": shape_rules.with_rank_at_least, "-": shape_rules.with_rank_at_most}


def _check_of(rule: str):
    """(what checks dims, the rank) of '2', '2+' or '2-'; None of '*'."""
    return None if rule == "*" else (_CHECKS.get(rule[-1], shape_rules.with_rank), int(rule.rstrip("+-")))


@functools.lru_cache(maxsize=None)
def _checks_of(op_type: str) -> list:
    """For each argument of an op type None, or (what checks its dims, the rank)."""
    return [_check_of(rule) for rule in _RULES.get(op_type, "").split()]


@functools.lru_cache(maxsize=None)
def _list_checks_of(op_type: str) -> dict:
    """{list argument: (what checks the dims of each element, the rank)}"""
    pairs = [rule.split("=") for rule in _LIST_RULES.get(op_type, "").split()]
    return {name: _check_of(rank) for name, rank in pairs}


def _check_ranks(op) -> None:
    """ValueError where an input has a rank that the op does not take."""
    first, rules, of_lists = 0, _checks_of(op.type), _list_checks_of(op.type)
    if not rules and not of_lists:
        return
    for i, argument in enumerate(op.entry.op_def.inputs):
        count = argument.length(op.attrs)
        rule = of_lists.get(argument.name) or (rules[i] if i < len(rules) else None)
        if rule is not None:
            check, rank = rule
            for tensor in op._inputs[first : first + (count if argument.name in of_lists else 1)]:
                check(tensor.dims, rank)
        first += 1 if count is None else count


_MOST_LISTED = 256


def _first_failure(op, error) -> tuple:
    """(the error, the values known by then) of a shape rule that fails with `error`, as TensorFlow comes to it.

    It asks a rule without any value first, then again with those that the rule wanted to see, until nothing new is wanted.
    """
    told: dict = {}
    while True:
        withheld = [t for t in op._inputs if t not in told]
        with constant_value.recording() as asked, constant_value.treating_as_unknown(withheld):
            try:
                op.entry.shape(op)
            except ValueError as earlier:
                return earlier, _shown(op, told)
        wanted = {t: how for t, how in asked.items() if t in withheld}
        if not wanted:  # it sees more than its inputs' values
            return error, _shown(op, told)
        told.update(wanted)


def _shown(op, told: dict) -> str:
    """The values that a shape rule was told, for its message."""
    values, shapes = [], []
    for i, tensor in enumerate(op._inputs):
        if told.get(tensor) == "value":
            value = constant_value.constant_value(tensor)
            if value is not None:
                values.append(f"input[{i}] = <{_listed(value)}>")
        elif told.get(tensor) == "dims":
            shapes.append(f"input[{i}] = {in_brackets(constant_value.constant_dims(tensor))}")
    text = " and with computed input tensors: " + ", ".join(values) if values else ""
    return text + (" and with input tensors computed as partial shapes: " + ",".join(shapes) if shapes else "")


def _listed(value) -> str:
    """An array's numbers as TensorFlow's messages list them: 1 2, or [1 2][3 4]; no more than 256."""
    if value.ndim > 1 and value.size <= _MOST_LISTED:
        return "".join(f"[{_listed(row)}]" for row in value)
    shown = " ".join(str(v) for v in value.ravel()[:_MOST_LISTED].tolist())
    return shown + "..." if value.size > _MOST_LISTED else shown
