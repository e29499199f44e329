"""What converted code calls: each operator looks at its argument, and is Python's own unless that is a tensor.

Follows the operators of AutoGraph of TF 1.15.
"""

from __future__ import annotations

import builtins

from tinytf import dtypes, nest
from tinytf.graph.composite_tensor import CompositeTensor
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.function import FuncGraph
from tinytf.graph.tensor import Tensor


class Undefined:
    """The value of a variable that has none yet."""

    def __init__(self, symbol_name: str):
        self.symbol_name = symbol_name

    def __repr__(self):
        return f"<undefined {self.symbol_name}>"

    def __getattr__(self, attribute):
        raise UnboundLocalError(f"local variable '{self.symbol_name}' referenced before assignment")


def attribute_of(owner, attribute: str, symbol: str):
    """`owner.attribute`, or Undefined where it has none."""
    return getattr(owner, attribute, None) if hasattr(owner, attribute) else Undefined(symbol)


# Expressions -----------------------------------------------------------------------------------------


def and_(a, b):
    """`a() and b()`."""
    first = a()
    if not isinstance(first, Tensor):
        return first and b()
    from tinytf.ops.control_flow import cond

    return cond.cond(first, b, lambda: first)


def or_(a, b):
    """`a() or b()`."""
    first = a()
    if not isinstance(first, Tensor):
        return first or b()
    from tinytf.ops.control_flow import cond

    return cond.cond(first, lambda: first, b)


def not_(a):
    """`not a`."""
    if not isinstance(a, Tensor):
        return not a
    from tinytf.ops.math import comparison

    return comparison.logical_not(a)


def if_exp(condition, body, orelse):
    """`body() if condition else orelse()`."""
    if not isinstance(condition, Tensor):
        return body() if condition else orelse()
    from tinytf.ops.control_flow import cond

    return cond.cond(condition, body, orelse)


def converted_call(function, *args, **kwargs):
    """Calls `function`, converted where that is possible; `range`, `len`, `abs`, `int` and `float` take tensors."""
    overload = _OVERLOADS.get(function) if function in _BUILTINS else None
    if overload is not None:
        return overload(*args, **kwargs)
    from tinytf.ops.autograph.conversion import convert_callee

    return convert_callee(function)(*args, **kwargs)


def _range(*args):
    if not any(isinstance(a, Tensor) for a in args):
        return builtins.range(*args)
    from tinytf.ops.array.ranges import range as tensor_range

    return tensor_range(*args)


def _len(value):
    if not isinstance(value, Tensor):
        return builtins.len(value)
    if value.dims is not None and value.dims and value.dims[0] is not None:
        return value.dims[0]
    if value.dims == ():
        raise ValueError("len requires a non-scalar tensor, got one of shape {}".format(value.shape))
    from tinytf.ops.array import array_ops

    return array_ops.shape(value)[0]


def _abs(value):
    if not isinstance(value, Tensor):
        return builtins.abs(value)
    from tinytf.ops.math import unary

    return unary.abs(value)


def _number(kind, dtype):
    def convert(*args):
        if not args or not isinstance(args[0], Tensor):
            return kind(*args)
        value = args[0]
        if value.dtype == dtypes.string:
            from tinytf.ops.strings.string_ops import string_to_number

            return string_to_number(value, dtype)
        from tinytf.ops.math.cast import cast

        return cast(value, dtype)

    return convert


class _ByIdentity(dict):
    def __contains__(self, function):
        return isinstance(function, type(len)) or function in (range, int, float)


_OVERLOADS = {
    builtins.range: _range,
    builtins.len: _len,
    builtins.abs: _abs,
    builtins.int: _number(int, dtypes.int32),
    builtins.float: _number(float, dtypes.float32),
}
_BUILTINS = _ByIdentity()


# Statements ------------------------------------------------------------------------------------------


def if_stmt(condition, body, orelse, get_state, set_state, names):
    """`if condition: body() else: orelse()`; both branches of a tensor hand on the state.  ValueError where one leaves some of it undefined."""
    if not isinstance(condition, Tensor):
        body() if condition else orelse()
        return
    from tinytf.ops.control_flow import cond

    before = get_state()

    def branch(run, what):
        def traced():
            set_state(before)
            run()
            values = get_state()
            missing = [n for n, v in zip(names, values) if isinstance(v, Undefined)]
            if missing:
                raise ValueError(
                    f"The following symbols must also be initialized in the {what} branch: {tuple(missing)}. Alternatively, you may initialize "
                    "them before the if statement."
                )
            return list(values)

        return traced

    if not names:
        cond.cond(condition, _without_result(branch(body, "if")), _without_result(branch(orelse, "else")))
        return
    results = cond.cond(condition, branch(body, "if"), branch(orelse, "else"), strict=True)
    set_state(tuple(results))


def _without_result(function):
    def run():
        function()
        from tinytf.ops.control_flow.control_flow_ops import no_op

        return no_op()

    return run


def while_stmt(test, body, get_state, set_state, names):
    """`while test(): body()`."""
    before = get_state()
    scratch = FuncGraph("tmp", get_default_graph())  # the test is asked there what it is, and leaves nothing behind
    with scratch.as_default():
        asked = test()
    set_state(before)
    if not isinstance(asked, Tensor):
        while test():
            body()
        return
    _tensor_loop(test, body, get_state, set_state, names)


def _tensor_loop(test, body, get_state, set_state, names, **options):
    from tinytf.ops.control_flow.while_loop import while_loop

    before = get_state()
    undefined = [n for n, v in zip(names, before) if isinstance(v, Undefined)]
    if undefined:
        raise ValueError(f"TensorFlow requires that the following symbols must be defined before the loop: {tuple(undefined)}")
    if not names:
        raise ValueError("A loop on tensors must change some variable: its condition would never change.")

    def condition(*state):
        set_state(state)
        return test()

    def step(*state):
        set_state(state)
        body()
        values = get_state()
        for n, old, new in zip(names, state, values):
            _check_kept(n, old, new)
        return values

    results = while_loop(condition, step, [_as_loop_variable(v) for v in before], return_same_structure=True, **options)
    set_state(tuple(results))


def _as_loop_variable(value):
    return convert_to_tensor(value) if isinstance(value, (bool, int, float, str, bytes)) else value


def _check_kept(symbol, old, new):
    if isinstance(old, Tensor) and not isinstance(new, Undefined):
        new = convert_to_tensor(new) if not isinstance(new, (Tensor, CompositeTensor)) and not nest.is_nested(new) else new
        if isinstance(new, Tensor) and new.dtype != old.dtype:
            raise TypeError(f'"{symbol}" has dtype {old.dtype.name} before the loop, but dtype {new.dtype.name} after one iteration. TensorFlow control flow requires it stays the same.')


def for_stmt(iterated, more, body, get_state, set_state, names):
    """`for iterate in iterated: body(iterate)`, as long as `more()` holds where that is given."""
    if isinstance(iterated, Tensor):
        _for_tensor(iterated, more, body, get_state, set_state, names)
    elif hasattr(iterated, "_variant_tensor") and hasattr(iterated, "reduce"):
        _for_dataset(iterated, more, body, get_state, set_state, names)
    else:
        for iterate in iterated:
            body(iterate)
            if more is not None and not more():
                break


def _for_tensor(iterated, more, body, get_state, set_state, names):
    """A while_loop over the rows of a tensor; of a `tf.range`, over its numbers."""
    from tinytf.ops.array.constant import constant
    from tinytf.ops.lists.tensor_array_ops import TensorArray
    from tinytf.ops.math import comparison

    if iterated.op.type == "Range":
        start, limit, step = iterated.op.inputs
        first, next_of, get = start, (lambda i: i + step), (lambda i: i)

        def goes_on(i):
            return comparison.logical_or(comparison.logical_and(step >= 0, i < limit), comparison.logical_and(step < 0, i > limit))

        limits = {}
    else:
        size = _len(iterated)
        rows = TensorArray(iterated.dtype, size=size, element_shape=iterated.shape[1:] if iterated.dims is not None else None).unstack(iterated)
        first, next_of, get = constant(0), (lambda i: i + 1), rows.read

        def goes_on(i):
            return i < size

        limits = {"maximum_iterations": size}
    place = [first]

    def test():
        if more is None:
            return goes_on(place[0])
        return and_(lambda: goes_on(place[0]), more)

    def step_once():
        now = place[0]
        body(get(now))
        place[0] = next_of(now)

    def get_all():
        return (place[0], *get_state())

    def set_all(state):
        place[0] = state[0]
        set_state(tuple(state[1:]))

    _tensor_loop(test, step_once, get_all, set_all, ("iterate", *names), **limits)


def _for_dataset(iterated, more, body, get_state, set_state, names):
    """`Dataset.reduce` over the elements; once `more()` is false, the state stays as it is."""
    before = get_state()
    undefined = [n for n, v in zip(names, before) if isinstance(v, Undefined)]
    if undefined:
        raise ValueError(f"TensorFlow requires that the following symbols must be defined before the loop: {tuple(undefined)}")

    def step(state, *element):
        set_state(tuple(state) if names else ())

        def once():
            body(element[0] if len(element) == 1 else element)

        if more is None:
            once()
        else:
            if_stmt(more(), once, lambda: None, get_state, set_state, names)
        return tuple(get_state()) if names else state

    initial = tuple(_as_loop_variable(v) for v in before) if names else (convert_to_tensor(0),)
    results = iterated.reduce(initial, step)
    set_state(tuple(results) if names else ())
