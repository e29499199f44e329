"""`If`, `While`, `For`, `remote_call` and `partitioned_call`: control flow and calls by functions of the library.

Follows `tensorflow.python.ops.functional_ops` of TF 1.15, whose functions are Defuns.
"""

from __future__ import annotations

from tinytf import dtypes, protos
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.ops.functions.defun import Defun, get_extra_args
from tinytf.ops.math import unary
from tinytf.ops.math.cast import cast


def _output_types(func) -> list:
    return [dtypes.as_dtype(arg.type) for arg in func.definition.signature.output_arg]


def _results(made) -> list:
    return made if isinstance(made, list) else []  # an op without results is an Operation


def remote_call(args, Tout, f, target, name=None):
    """Calls `f` on the device `target`; a list of results of the types `Tout`."""
    return make("RemoteCall", target, args, Tout=Tout, f=f, name=name)


def partitioned_call(args, f, tout=None, name=None, executing_eagerly=None, config=None, executor_type=None):
    """Calls a function; the list of its results, or the Operation where it has none."""
    args = [convert_to_tensor(a) for a in args] + list(getattr(f, "captured_inputs", ()))
    tout = _output_types(f) if tout is None else list(tout)
    stateful = bool(getattr(f, "stateful_ops", ()))
    return make(
        "StatefulPartitionedCall" if stateful else "PartitionedCall", args, Tout=tout, f=f, executor_type=executor_type or "", name=name
    )


def If(cond, inputs, then_branch, else_branch, name=None):
    """`then_branch(*inputs)` where the condition is true, else `else_branch(*inputs)`: a list of results."""
    return _results(make("If", cond, inputs, Tout=_output_types(then_branch), then_branch=then_branch, else_branch=else_branch, name=name))


def While(input_, cond, body, name=None, hostmem=None):
    """`input_ = body(*input_)` for as long as `cond(*input_)` holds; the last `input_`, a list.

    ValueError where `cond` uses something from outside, or takes other types than `body`.
    """
    if cond.captured_inputs:
        raise ValueError("While op 'cond' argument must be a function without implicitly captured inputs.")
    types, captured = body.declared_input_types, body.captured_inputs
    if cond.declared_input_types != types:
        raise ValueError(f"While op 'cond' and 'body' signatures do not match. {cond.declared_input_types} vs {types}")
    if not captured:
        return _in_host_memory(_results(make("While", input_, cond=cond, body=body, name=name)), hostmem)

    @Defun(*types, *(t.dtype.base_dtype for t in captured), func_name=f"{cond.name}_Wrapper")
    def wrapper(*args):
        return cond(*args[: len(types)])

    results = _results(make("While", [*input_, *captured], cond=wrapper, body=_handing_on(body), name=name))
    return _in_host_memory(results, hostmem)[: len(types)]


def _in_host_memory(results, hostmem, before=0) -> list:
    """Says of some inputs (`before` others come first) and outputs that they lie in the host's memory; here all do."""
    if hostmem:
        for name, places in (("_input_hostmem", [i + before for i in hostmem]), ("_output_hostmem", list(hostmem))):
            value = protos.AttrValue()
            value.list.i.extend(places)
            results[0].op._set_attr(name, value)
    return results


def _handing_on(body):
    """`body` with what it uses from outside among its results, too, as it is among its arguments."""

    @Defun(*body.declared_input_types, func_name=f"{body.name}_Wrapper")
    def wrapper(*args):
        return [*_listed(body(*args)), *get_extra_args()]

    return wrapper


def _listed(result) -> list:
    return list(result) if isinstance(result, (list, tuple)) else [result] if hasattr(result, "dtype") else []


def For(start, limit, delta, inputs, body, name=None, hostmem=None, rewrite_with_while=None):
    """`inputs = body(i, *inputs)` for i from `start` to before `limit` in steps of `delta`; the last `inputs`, a list."""
    if rewrite_with_while:
        return _for_by_while(start, limit, delta, inputs, body, name)
    captured = body.captured_inputs
    if not captured:
        return _in_host_memory(_results(make("For", start, limit, delta, inputs, body=body, name=name)), hostmem, 3)
    results = _results(make("For", start, limit, delta, [*inputs, *captured], body=_handing_on(body), name=name))
    return _in_host_memory(results, hostmem, 3)[: len(inputs)]


def _for_by_while(start, limit, delta, inputs, body, name):
    """The same as a While over (how often done, how often, start, delta, *inputs), so that `delta` may be negative."""
    step = unary.abs(delta)
    # TensorFlow divides as floats here, and so do its graphs.
    count = cast(unary.abs(limit - start) + step - 1, dtypes.float32) / cast(step, dtypes.float32)
    types = [dtypes.int32] * 4 + body.declared_input_types[1:]

    @Defun(*types, func_name=f"{body.name}_Cond")
    def condition(i, n, *args):
        return i < n

    @Defun(*types, func_name=f"{body.name}_Body")
    def once(i, n, start, delta, *args):
        return [i + 1, n, start, delta, *_listed(body(start + i * delta, *args))]

    return While([0, cast(count, dtypes.int32), start, delta, *inputs], condition, once, name=name)[4:]
