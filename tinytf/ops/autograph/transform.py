"""A function's syntax tree with calls in place of `if`, `while`, `for`, `and`, `or`, `not` and of calls.

All names that the function assigns stay variables of the function itself.  A branch or a loop's body becomes a function of no
arguments that declares them `nonlocal`, beside two functions that get and set those which it must hand on:

    if x > 0:              def body(): nonlocal y; y = x
        y = x              def orelse(): nonlocal y; y = -x
    else:            →     def get_state(): return (y,)
        y = -x             def set_state(state): nonlocal y; (y,) = state
                           ag__.if_stmt(x > 0, body, orelse, get_state, set_state, ('y',))
"""

from __future__ import annotations

import ast

from tinytf.ops.autograph.flags import Namer, Unsupported, assign, lower_jumps, lower_returns, name, walk_scope
from tinytf.ops.autograph.liveness import Liveness, attributes_written, writes

OPERATORS = "ag__"  # the name by which the code knows the module `operators`
_REFUSED = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef)
_REFUSED += tuple(getattr(ast, kind) for kind in ("Match", "TryStar") if hasattr(ast, kind))  # of newer Pythons


def transform_function(node):
    """The converted FunctionDef or Lambda.  Unsupported where it has what cannot be converted."""
    for part in ast.walk(node):
        if isinstance(part, _REFUSED):
            raise Unsupported(type(part).__name__)
        if isinstance(part, ast.Attribute) and part.attr.startswith("__") and not part.attr.endswith("__"):
            raise Unsupported("a private attribute")  # its name depends on the class around
    if isinstance(node, ast.Lambda):
        node.body = _Expressions().visit(node.body)
        return node
    return _Function(node).converted()


class _Expressions(ast.NodeTransformer):
    """Expressions, and functions within, whose statements are converted as a function of their own."""

    def visit_FunctionDef(self, node):
        return _Function(node).converted()

    def visit_ClassDef(self, node):
        return node

    def visit_BoolOp(self, node):
        self.generic_visit(node)
        operator = "and_" if isinstance(node.op, ast.And) else "or_"
        found = node.values[-1]
        for value in reversed(node.values[:-1]):
            found = _call(operator, _thunk(value), _thunk(found))
        return found

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return _call("not_", node.operand) if isinstance(node.op, ast.Not) else node

    def visit_IfExp(self, node):
        self.generic_visit(node)
        return _call("if_exp", node.test, _thunk(node.body), _thunk(node.orelse))

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("super", "print", "locals", "globals", "vars", "eval", "exec"):
            return node  # what these do depends on where they stand
        return ast.Call(_operator("converted_call"), [node.func, *node.args], node.keywords)


class _Function(_Expressions):
    """One function: its statements."""

    def __init__(self, node):
        self._node = node
        self._namer = Namer(n.id for n in ast.walk(node) if isinstance(n, ast.Name))

    def converted(self):
        node = self._node
        arguments = node.args
        parameters = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        parameters += [a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None]
        elsewhere = [n for s in node.body for n in walk_scope(s) if isinstance(n, (ast.Global, ast.Nonlocal))]
        self._elsewhere = {x for n in elsewhere for x in n.names}
        body = lower_returns([s for s in node.body if s not in elsewhere], self._namer)
        if any(n not in node.body for n in elsewhere):
            raise Unsupported("global or nonlocal within a block")
        body = lower_jumps(body, self._namer)
        self._live = Liveness(body)
        own = [n for n in writes(body) if n not in self._elsewhere]
        self._locals = [*own, *(p for p in parameters if p not in own)]
        body = self._statements(body)
        undefined = [assign(n, _call("Undefined", ast.Constant(n))) for n in own if n not in parameters]
        node.body = [*elsewhere, *undefined, *body] or [ast.Pass()]
        node.decorator_list = []
        node.returns = None
        return node

    def _statements(self, statements) -> list:
        out: list = []
        for statement in statements:
            found = self.visit(statement)
            out += found if isinstance(found, list) else [found]
        return out

    def visit_FunctionDef(self, node):
        decorators = [_Expressions().visit(d) for d in node.decorator_list]
        node = _Function(node).converted()
        node.decorator_list = decorators
        return node

    def visit_If(self, node):
        state = self._state(writes([*node.body, *node.orelse]), self._live.after[node])
        state += attributes_written([*node.body, *node.orelse])
        body, orelse = self._part(node.body, "if_body"), self._part(node.orelse, "else_body")
        getter, setter = self._accessors(state)
        call = _call("if_stmt", self.visit(node.test), name(body.name), name(orelse.name), name(getter.name), name(setter.name), _names(state))
        return _placed([body, orelse, getter, setter, ast.Expr(call)], node)

    def visit_While(self, node):
        state = self._state(writes(node.body), self._live.into[node]) + attributes_written(node.body)
        test = self._function("loop_test", [ast.Return(self.visit(node.test))])
        body = self._part(node.body, "loop_body")
        getter, setter = self._accessors(state)
        call = _call("while_stmt", name(test.name), name(body.name), name(getter.name), name(setter.name), _names(state))
        return _placed([test, body, getter, setter, ast.Expr(call)], node)

    def visit_For(self, node):
        targets = writes([node.target])
        state = self._state([n for n in writes(node.body) if n not in targets], self._live.into[node])
        state += [n for n in targets if n in self._live.after[node] and n not in state]
        state += attributes_written(node.body)
        iterate = self._namer.new("iterate")
        stop = getattr(node, "stop_flag", None)
        unpack = ast.Assign([node.target], name(iterate))
        body = self._function("loop_body", [unpack, *self._statements(node.body)], [iterate])
        getter, setter = self._accessors(state)
        more = ast.Constant(None) if stop is None else _thunk(_call("not_", name(stop)))
        call = _call("for_stmt", self.visit(node.iter), more, name(body.name), name(getter.name), name(setter.name), _names(state))
        return _placed([body, getter, setter, ast.Expr(call)], node)

    def _state(self, written, live) -> list:
        return [n for n in written if n in live and n not in self._elsewhere]

    def _part(self, statements, what: str):
        return self._function(what, self._statements(statements) or [ast.Pass()])

    def _function(self, what: str, body: list, parameters=()):
        """A function of no arguments that may assign all variables of the function around."""
        declared: list = [ast.Nonlocal(list(self._locals))] if self._locals else []
        declared += [ast.Global([n]) for n in self._global_names()]
        return _function(self._namer.new(what), [*declared, *body], parameters)

    def _global_names(self) -> list:
        return sorted({x for s in self._node.body for n in walk_scope(s) if isinstance(n, ast.Global) for x in n.names})

    def _accessors(self, state):
        getter = _function(self._namer.new("get_state"), [ast.Return(ast.Tuple([_read(n) for n in state], ast.Load()))])
        argument = self._namer.new("state")
        names = [n for n in state if "." not in n]
        setting: list = [ast.Nonlocal(names)] if names else []
        setting.append(ast.Assign([ast.Tuple([_place(n) for n in state], ast.Store())], name(argument)) if state else ast.Pass())
        return getter, _function(self._namer.new("set_state"), setting, [argument])


def _read(symbol: str):
    """The value of a variable, or of an attribute of one; Undefined where the object has no such attribute yet."""
    owner, _, attribute = symbol.partition(".")
    return _call("attribute_of", name(owner), ast.Constant(attribute), ast.Constant(symbol)) if attribute else name(symbol)


def _place(symbol: str):
    """A variable, or an attribute of one, to be assigned."""
    owner, _, attribute = symbol.partition(".")
    return ast.Attribute(name(owner), attribute, ast.Store()) if attribute else ast.Name(symbol, ast.Store())


def _function(identifier: str, body: list, parameters=()):
    arguments = ast.arguments(posonlyargs=[], args=[ast.arg(p) for p in parameters], kwonlyargs=[], kw_defaults=[], defaults=[])
    node = ast.FunctionDef(name=identifier, args=arguments, body=body, decorator_list=[])
    if "type_params" in ast.FunctionDef._fields:
        node.type_params = []  # Python 3.12
    return node


def _operator(operator: str):
    return ast.Attribute(name(OPERATORS), operator, ast.Load())


def _call(operator: str, *arguments):
    return ast.Call(_operator(operator), list(arguments), [])


def _thunk(expression):
    return ast.Lambda(ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]), expression)


def _names(names):
    return ast.Tuple([ast.Constant(n) for n in names], ast.Load())


def _placed(nodes: list, at) -> list:
    """The nodes with the line of the statement that they stand for, where they have none of their own."""
    for node in nodes:
        ast.copy_location(node, at)
        ast.fix_missing_locations(node)
    return nodes
