"""`tensorflow.python.ops.gen_*_ops`: every op type as a function, under its name in lower case with underscores.

    gen_state_ops.assign_add(ref, value, use_locking=True)

Arguments: the inputs in the order of the signature, then attributes without a default, then those with one.
"""

from __future__ import annotations

import collections

from tinytf.graph import op_entry
from tinytf.graph.build import make
from tinytf.ops.math import elementwise
from tinytf.util import tf_inspect
from tinytf.util.dispatch import add_dispatch_support

_names: dict = {}

# Arguments that the wrappers call otherwise than the OpDef does.
_AXIS = {name: "axis" for name in ("reduction_indices", "dim", "split_dim", "squeeze_dims")}
_RENAMED = dict.fromkeys("All Any EuclideanNorm ExpandDims Max Mean Min Prod Split SplitV Squeeze Sum".split(), _AXIS)
_RENAMED.update({"Select": {"t": "x", "e": "y"}, "Where": {"input": "condition"}})


def snake_case(op_type: str) -> str:
    """'FIFOQueueV2' -> 'fifo_queue_v2', 'Conv2D' -> 'conv2d', as TensorFlow names its wrappers."""
    letters = []
    for i, letter in enumerate(op_type):
        if i and letter.isupper() and (op_type[i - 1].islower() or op_type[i + 1 : i + 2].islower()):
            letters.append("_")
        letters.append(letter.lower())
    return "".join(letters)


def function_of(op_type: str, op_def):
    """The function that adds an op of this type; several results come as a named tuple."""
    parameters = [a.name for a in op_def.inputs] + ["name"]
    public = elementwise.plain.get(op_type)
    if public is not None and parameters == tf_inspect.getargspec(public).args:
        return public
    given = [a for a in op_def.attrs if a.name not in op_def.inferred]
    attrs = [a.name for a in given if not a.has_default] + [a.name for a in given if a.has_default]
    inputs = [a.name for a in op_def.inputs]
    parameters = [*inputs, *attrs, "name"]
    lists = [a.name for a in given if a.type.startswith("list(")]
    results = collections.namedtuple(op_type, [a.name for a in op_def.outputs], rename=True) if len(op_def.outputs) > 1 else None

    renamed = _RENAMED.get(op_type)
    if renamed:
        shown_parameters = [renamed.get(p, p) for p in parameters]
        of_op_def = dict(zip(shown_parameters, parameters))
    else:
        shown_parameters, of_op_def = parameters, {}

    def function(*positional, **named):
        named = {of_op_def.get(key, key): value for key, value in named.items()} if of_op_def else named
        if len(positional) > len(parameters):
            raise TypeError(f"{snake_case(op_type)}() takes {len(parameters)} arguments but {len(positional)} were given")
        arguments = dict(zip(parameters, positional))
        for key, value in named.items():
            if key not in parameters or key in arguments:
                reason = "multiple values for" if key in arguments else "an unexpected keyword"
                raise TypeError(f"{snake_case(op_type)}() got {reason} argument '{key}'")
            arguments[key] = value
        missing = [p for p in inputs + [a.name for a in given if not a.has_default] if p not in arguments]
        if missing:
            raise TypeError(f"{snake_case(op_type)}() missing required arguments: {', '.join(missing)}")
        # None means the default, as in TensorFlow's wrappers
        chosen = {a: arguments[a] for a in attrs if arguments.get(a) is not None}
        for attr in lists:
            if attr in chosen and not isinstance(chosen[attr], (list, tuple)):
                raise TypeError(f"Expected list for '{attr}' argument to '{snake_case(op_type)}' Op, not {chosen[attr]!r}.")
        made = make(op_type, *[arguments[i] for i in inputs], name=arguments.get("name"), **chosen)
        return results(*made) if results else made

    function.__name__ = function.__qualname__ = snake_case(op_type)
    function.__doc__ = f"Adds an op of type {op_type!r}: {', '.join(shown_parameters)}."
    optional = tuple(_python_value(a.default) for a in given if a.has_default) + (None,)
    shown = tf_inspect.FullArgSpec(shown_parameters, None, None, optional, [], None, {})
    return add_dispatch_support(function, shown)


def _python_value(default):
    return default.decode("utf-8", "replace") if isinstance(default, bytes) else default


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    if name == "_op_def_lib":
        from tinytf.graph.op_def_library import _op_def_lib

        return _op_def_lib
    wanted = name.lstrip("_")
    if wanted not in _names:
        _names.update({snake_case(op_type): op_type for op_type in op_entry.all_entries()})
    if wanted not in _names:
        raise AttributeError(f"tinytf has no op for {name!r}")
    op_type = _names[wanted]
    found = globals()[name] = function_of(op_type, op_entry.lookup(op_type).op_def)
    return found


def __dir__():
    return sorted(snake_case(op_type) for op_type in op_entry.all_entries())
