"""`break`, `continue` and `return` within branches and loops, written with flags: what is left only goes down or around."""

from __future__ import annotations

import ast


class Unsupported(Exception):
    """The function has something that cannot be converted; it runs as it is."""


class Namer:
    """New names, none of which the function has."""

    def __init__(self, taken):
        self._taken = set(taken)

    def new(self, name: str) -> str:
        """`name`, with a number where it is taken."""
        candidate, number = name, 0
        while candidate in self._taken:
            number += 1
            candidate = f"{name}_{number}"
        self._taken.add(candidate)
        return candidate


def name(identifier: str):
    """The expression that reads a name."""
    return ast.Name(identifier, ast.Load())


def assign(identifier: str, value):
    """`identifier = value`."""
    return ast.Assign([ast.Name(identifier, ast.Store())], value)


def _negated(*flags):
    negated = [ast.UnaryOp(ast.Not(), name(flag)) for flag in flags]
    return negated[0] if len(negated) == 1 else ast.BoolOp(ast.And(), negated)


# return ----------------------------------------------------------------------------------------------


def lower_returns(body: list, namer: Namer) -> list:
    """The body with one `return`, its last statement; as it is where that holds already."""
    inner = [n for s in body for n in walk_scope(s) if isinstance(n, ast.Return)]
    if not inner or inner == [body[-1]]:
        return body
    value, done = namer.new("retval_"), namer.new("do_return")
    lowered, _ = _lower(body, value, done, False)
    none = ast.Constant(None)
    return [assign(value, none), assign(done, ast.Constant(False)), *lowered, ast.Return(name(value))]


def _lower(statements, value, done, in_loop) -> tuple:
    """(statements, whether they surely return)."""
    out: list = []
    for i, statement in enumerate(statements):
        rest = statements[i + 1 :]
        if isinstance(statement, ast.Return):
            out += [assign(value, statement.value or ast.Constant(None)), assign(done, ast.Constant(True))]
            if in_loop:
                out.append(ast.Break())
            return out, True
        if not any(isinstance(n, ast.Return) for n in walk_scope(statement)):
            out.append(statement)
            continue
        if isinstance(statement, ast.If):
            body, sure = _lower(statement.body, value, done, in_loop)
            orelse, sure_else = _lower(statement.orelse, value, done, in_loop)
            if sure and not sure_else:  # the rest is what happens otherwise
                orelse, sure_else = _lower([*statement.orelse, *rest], value, done, in_loop)
                rest = []
            elif sure_else and not sure:
                body, sure = _lower([*statement.body, *rest], value, done, in_loop)
                rest = []
            out.append(ast.If(statement.test, body or [ast.Pass()], orelse))
            if sure and sure_else or not rest:
                return out, sure and sure_else
        elif isinstance(statement, (ast.For, ast.While)):
            body, _ = _lower(statement.body, value, done, True)
            statement.body = body
            out.append(statement)
        elif isinstance(statement, ast.With):
            statement.body, sure = _lower(statement.body, value, done, in_loop)
            out.append(statement)
            if sure:
                return out, True
        else:
            raise Unsupported("a return within " + type(statement).__name__.lower())
        if rest:
            guarded, _ = _lower(rest, value, done, in_loop)
            out.append(ast.If(_negated(done), guarded, [ast.Break()] if in_loop else []))
        return out, False
    return out, False


# break and continue ----------------------------------------------------------------------------------


def lower_jumps(statements: list, namer: Namer) -> list:
    """The statements without `break` and `continue`: a `while` asks the flag in its test, a `for` has it as `stop_flag`."""
    out: list = []
    for statement in statements:
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if isinstance(inner, list) and not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                setattr(statement, field, lower_jumps(inner, namer))
        for handler in getattr(statement, "handlers", ()):
            handler.body = lower_jumps(handler.body, namer)
        if isinstance(statement, (ast.For, ast.While)):
            out += _lower_loop(statement, namer)
        else:
            out.append(statement)
    return out


def _lower_loop(loop, namer: Namer) -> list:
    if loop.orelse:
        raise Unsupported("a loop with an else clause")
    kinds = {type(n) for s in loop.body for n in _walk_loop(s)}
    flags = {kind: namer.new(text) for kind, text in ((ast.Break, "break_"), (ast.Continue, "continue_")) if kind in kinds}
    if not flags:
        return [loop]
    loop.body = _guarded(loop.body, flags)
    if ast.Continue in flags:
        loop.body.insert(0, assign(flags[ast.Continue], ast.Constant(False)))
    if ast.Break not in flags:
        return [loop]
    stop = flags[ast.Break]
    if isinstance(loop, ast.While):
        loop.test = ast.BoolOp(ast.And(), [_negated(stop), loop.test])
    else:
        loop.stop_flag, loop.extra_reads = stop, [stop]
    return [assign(stop, ast.Constant(False)), loop]


def _guarded(statements, flags) -> list:
    """What follows a statement that may set a flag runs only where it has not."""
    out: list = []
    for i, statement in enumerate(statements):
        jumps = {type(n) for n in _walk_loop(statement)}
        used = [flags[kind] for kind in flags if kind in jumps]
        if not used:
            out.append(statement)
            continue
        if isinstance(statement, (ast.Break, ast.Continue)):
            out.append(assign(flags[type(statement)], ast.Constant(True)))
            return out
        for field in ("body", "orelse", "finalbody"):
            if getattr(statement, field, None):
                setattr(statement, field, _guarded(getattr(statement, field), flags))
        for handler in getattr(statement, "handlers", ()):
            handler.body = _guarded(handler.body, flags)
        out.append(statement)
        rest = _guarded(statements[i + 1 :], flags)
        if rest:
            out.append(ast.If(_negated(*used), rest, []))
        return out
    return out


def walk_scope(node):
    """The nodes of a statement, without those of functions and classes in it."""
    yield node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from walk_scope(child)


def _walk_loop(node):
    """As `walk_scope`, without loops within: the jumps that are of the loop around."""
    yield node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While)):
        for child in ast.iter_child_nodes(node):
            yield from _walk_loop(child)
