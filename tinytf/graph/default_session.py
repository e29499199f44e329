"""The stack of default sessions, one per thread, as data that graph and run both may see."""

from __future__ import annotations

import threading


class DefaultStack(threading.local):
    """A per-thread stack whose top is "the default"."""

    def __init__(self):
        self.stack: list = []

    def get_default(self):
        """The innermost default, or None."""
        return self.stack[-1] if self.stack else None

    def leave(self, default) -> None:
        """Takes `default` off again; AssertionError where another one was put on it and is still there."""
        if self.stack:
            if self.stack[-1] is not default:
                raise AssertionError(f"Nesting violated for default stack of {type(default)} objects")
            self.stack.pop()

    def reset(self) -> None:
        """Forgets all."""
        self.stack = []

    def is_cleared(self) -> bool:
        """Whether there is no default."""
        return not self.stack


sessions = DefaultStack()


def get_default_session():
    """The innermost session entered with `with`, or None.  Follows `tf.get_default_session`."""
    return sessions.get_default()


def default_session_for(graph, session, what: str):
    """The session to use: the given one, or the default; ValueError as TensorFlow words it."""
    if session is None:
        session = get_default_session()
        if session is None:
            raise ValueError(
                f"Cannot {what} using `eval()`: No default session is registered. "
                "Use `with sess.as_default()` or pass an explicit session to `eval(session=sess)`"
                if "tensor" in what
                else "Cannot execute operation using `run()`: No default session is registered. "
                "Use `with sess.as_default():` or pass an explicit session to `run(session=sess)`"
            )
        if session.graph is not graph:
            raise ValueError(
                "Cannot use the default session to "
                f"{what}: the {'tensor' if 'tensor' in what else 'operation'}'s graph is different from the session's graph. "
                "Pass an explicit session to `eval(session=sess)`."
            )
    elif session.graph is not graph:
        raise ValueError(f"Cannot use the given session to {what}: the tensor's graph is different from the session's graph.")
    return session
