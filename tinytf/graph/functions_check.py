"""Is a library of functions well formed?  Names that clash, a gradient that is not there, a function that calls itself
are found before anything is made of it."""

from __future__ import annotations

from tinytf.graph import op_entry


def check_library(library) -> None:
    """ValueError for two different functions of one name, an op's name, and a gradient that the library lacks."""
    known: dict = {}
    for function in library.function:
        name = function.signature.name
        if known.setdefault(name, function) != function:
            raise ValueError(f"Cannot add function '{name}' because a different function with the same name already exists.")
        if op_entry.lookup(name) is not None:
            raise ValueError(f"Cannot add function '{name}' because an op with the same name already exists.")
    gradients: dict = {}
    for gradient in library.gradient:
        name, wanted = gradient.function_name, gradient.gradient_func
        if name in known and wanted not in known:
            raise ValueError(f"FunctionDefLibrary missing '{wanted}' FunctionDef")
        if gradients.setdefault(name, wanted) != wanted:
            raise ValueError(
                f"Cannot assign gradient function '{wanted}' to '{name}' because it already has gradient function '{gradients[name]}'"
            )


def _calls(function, names) -> set:
    """The functions of the library that a FunctionDef uses, as op types or as attributes."""
    found = set()
    for node in function.node_def:
        if node.op in names:
            found.add(node.op)
        for value in node.attr.values():
            kind = value.WhichOneof("value")
            if kind == "func":
                found.add(value.func.name)
            elif kind == "list":
                found.update(f.name for f in value.list.func)
    return found & names


def check_no_recursion(functions: dict) -> None:
    """Raises ValueError, naming the circle, where a FunctionDef calls itself directly or through others."""
    names = set(functions)
    calls = {name: sorted(_calls(f, names)) for name, f in functions.items()}
    done: set = set()
    for start in functions:
        if start in done:
            continue
        path, on_path, waiting = [], set(), [(start, iter(calls[start]))]
        path.append(start)
        on_path.add(start)
        while waiting:
            name, rest = waiting[-1]
            callee = next(rest, None)
            if callee is None:
                waiting.pop()
                done.add(name)
                on_path.discard(path.pop())
            elif callee in on_path:
                circle = [*path[path.index(callee) :], callee]
                raise ValueError(f"There is a cyclic-dependency between functions: {' -> '.join(circle)}")
            elif callee not in done:
                waiting.append((callee, iter(calls[callee])))
                path.append(callee)
                on_path.add(callee)
