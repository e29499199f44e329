"""`tensorflow.python.util.tf_stack`: the stack as (file, line, function, text, …) tuples, outermost first."""

from __future__ import annotations

import collections
import contextlib
import linecache
import sys

TB_FILENAME, TB_LINENO, TB_FUNCNAME, TB_CODEDICT = range(4)  # places in a frame
StackFrame = collections.namedtuple("StackFrame", ["filename", "lineno", "name", "globals", "func_start_lineno"])


def extract_stack(limit=-1) -> list:
    """The frames that lead to the caller."""
    frames = []
    frame = sys._getframe(1)
    while frame is not None and limit != len(frames):
        code = frame.f_code
        frames.append(StackFrame(code.co_filename, frame.f_lineno, code.co_name, frame.f_globals, code.co_firstlineno))
        frame = frame.f_back
    return frames[::-1]


def convert_stack(stack, include_func_start_lineno=False) -> tuple:
    """The frames of `extract_stack` with the text of their lines: (file, line, function, text[, first line of the function])."""
    converted = []
    for frame in stack:
        text = linecache.getline(frame.filename, frame.lineno, frame.globals).strip() or None
        converted.append((frame.filename, frame.lineno, frame.name, text) + ((frame.func_start_lineno,) if include_func_start_lineno else ()))
    return tuple(converted)


@contextlib.contextmanager
def StackTraceMapper(*unused):
    """Changes nothing: stacks are shown as they are."""
    yield


CurrentModuleFilter = StackTraceFilter = StackTraceMapper
