"""Which names statements read and write, and which of them are read later on: what a branch or a loop must hand on.

It is asked of statements without `break`, `continue` and inner `return` (see `flags`), so control only goes down or around a loop.
"""

from __future__ import annotations

import ast

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def reads(node) -> set:
    """The names that a statement or expression may read, those in functions defined in it included."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, (ast.Load, ast.Del)):
            found.add(part.id)
        elif isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            found.add(part.target.id)
    return found


def writes(nodes) -> list:
    """The names that statements assign, in the order in which they stand; what inner functions and comprehensions assign is theirs."""
    found: dict = {}

    def visit(node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[node.name] = None
            return
        if isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
            return
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
        elif isinstance(node, ast.alias):
            found[(node.asname or node.name).split(".")[0]] = None
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found[node.name] = None
        for child in ast.iter_child_nodes(node):
            visit(child)

    for node in nodes:
        visit(node)
    return list(found)


def attributes_written(nodes) -> list:
    """The attributes that statements assign, as 'object.name', of objects that are variables; those of inner functions are theirs."""
    found: dict = {}

    def visit(node):
        if isinstance(node, _SCOPES):
            return
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            found[f"{node.value.id}.{node.attr}"] = None
        for child in ast.iter_child_nodes(node):
            visit(child)

    for node in nodes:
        visit(node)
    return list(found)


class Liveness:
    """For each `if`, `while` and `for` of a function's body: `after[node]`, the names that are read after it."""

    def __init__(self, body, results=()):
        self.after: dict = {}
        self.into: dict = {}  # of loops: what an iteration, or what comes after the loop, reads
        self._always = set()
        for statement in body:
            for node in ast.walk(statement):
                if isinstance(node, _SCOPES) and not isinstance(node, ast.Lambda):
                    self._always |= reads(node)  # a function may be called anywhere
        self._before(body, set(results) | self._always)

    def _before(self, statements, live: set) -> set:
        for statement in reversed(statements):
            live = self._before_one(statement, live) | self._always
        return live

    def _before_one(self, node, live: set) -> set:
        if isinstance(node, ast.If):
            self.after[node] = set(live)
            return self._before(node.body, live) | self._before(node.orelse, live) | reads(node.test)
        if isinstance(node, (ast.While, ast.For)):
            return self._before_loop(node, live)
        if isinstance(node, ast.With):
            inner = self._before(node.body, live)
            for item in node.items:
                inner = inner - (set(writes([item.optional_vars])) if item.optional_vars is not None else set()) | reads(item)
            return inner
        if isinstance(node, ast.Try):
            after = self._before(node.finalbody, live)
            found = self._before(node.body, self._before(node.orelse, after))
            for handler in node.handlers:
                found = found | self._before(handler.body, after) | (reads(handler.type) if handler.type is not None else set())
            return found | after
        if isinstance(node, ast.Return):
            return reads(node)
        killed = set(writes([node])) if isinstance(node, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.Import, ast.ImportFrom)) else set()
        return live - killed | reads(node)

    def _before_loop(self, node, live: set) -> set:
        self.after[node] = set(live)
        target = set(writes([node.target])) if isinstance(node, ast.For) else set()
        again = reads(node.test) if isinstance(node, ast.While) else set(getattr(node, "extra_reads", ()))
        into = set(live) | again
        while True:
            grown = into | (self._before(node.body, set(into)) - target)
            if grown == into:
                break
            into = grown
        self.after[node] = set(live)
        self.into[node] = into
        return into | (reads(node.iter) if isinstance(node, ast.For) else set())
