"""Objects that know at which line of the program they were made, and a stack of them.

Follows tensorflow.python.framework.traceable_stack of TF 1.15: scopes of devices and colocation are kept in such stacks, so that
an operation can say where its device comes from.
"""

from __future__ import annotations

import sys


class TraceableObject:
    """`obj`, with the file and line of the code that made it."""

    SUCCESS, HEURISTIC_USED, FAILURE = range(3)

    def __init__(self, obj, filename=None, lineno=None):
        self.obj, self.filename, self.lineno = obj, filename, lineno

    def set_filename_and_line_from_caller(self, offset: int = 0) -> int:
        """Takes file and line of the caller, `offset` frames further out; HEURISTIC_USED where there are not so many frames."""
        frame, result = sys._getframe(1), self.SUCCESS
        for _ in range(offset):
            if frame.f_back is None:
                result = self.HEURISTIC_USED
                break
            frame = frame.f_back
        self.filename, self.lineno = frame.f_code.co_filename, frame.f_lineno
        return result

    def copy_metadata(self) -> TraceableObject:
        """The same place, without the object."""
        return TraceableObject(None, self.filename, self.lineno)


class TraceableStack:
    """A stack of TraceableObjects."""

    def __init__(self, existing_stack=None):
        self._stack = list(existing_stack or ())

    def push_obj(self, obj, offset: int = 0) -> int:
        """Adds an object; its place is the caller's, `offset` frames further out."""
        traceable = TraceableObject(obj)
        self._stack.append(traceable)
        return traceable.set_filename_and_line_from_caller(offset + 1)

    def pop_obj(self):
        """Removes and gives the last object."""
        return self._stack.pop().obj

    def peek_top_obj(self):
        """The last object."""
        return self._stack[-1].obj

    def peek_objs(self) -> list:
        """The objects, the last first."""
        return [t.obj for t in reversed(self._stack)]

    def peek_traceable_objs(self) -> list:
        """The objects with their places, the last first."""
        return list(reversed(self._stack))

    def __len__(self):
        return len(self._stack)

    def copy(self) -> TraceableStack:
        """A stack of the same objects."""
        return TraceableStack(self._stack)
