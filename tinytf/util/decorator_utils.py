"""`tensorflow.python.util.decorator_utils`: what TensorFlow's decorators share."""

from __future__ import annotations

import inspect


def get_qualified_name(function) -> str:
    """The name of a function, with that of its class."""
    return getattr(function, "__qualname__", function.__name__)


def validate_callable(func, decorator_name) -> None:
    """ValueError where a decorator was put on something that cannot be called."""
    if not callable(func):
        raise ValueError(
            "%s is not a function. If this is a property, make sure @property appears before @%s in your source code:"
            "\n\n@property\n@%s\ndef method(...)" % (func, decorator_name, decorator_name)
        )


def _normalize_docstring(docstring) -> str:
    """A docstring without the indentation that its lines have in common."""
    return "\n".join(line.rstrip() for line in inspect.cleandoc(docstring).splitlines()).rstrip("\n") if docstring else ""


def add_notice_to_docstring(doc, instructions, no_doc_str, suffix_str, notice) -> str:
    """A docstring with a notice after its first line."""
    lines = _normalize_docstring(doc).splitlines() if doc else [no_doc_str]
    if doc:
        lines[0] += " " + suffix_str
    notice = ["", "Warning: " + notice[0], *notice[1:]] + ([instructions] if instructions else [])
    if len(lines) > 1:
        if lines[1].strip():
            notice.append("")
        lines[1:1] = notice
    else:
        lines += notice
    return "\n".join(lines)


class classproperty:
    """A decorator: a property of a class, and of its instances."""

    def __init__(self, func):
        self._func = func

    def __get__(self, owner_self, owner_cls):
        return self._func(owner_cls)
