"""`tensorflow.python.util.tf_contextlib`: contextlib.contextmanager as a tf_decorator."""

from __future__ import annotations

import contextlib as _contextlib

from tinytf.util import tf_decorator


def contextmanager(target):
    """A decorator: a generator function as a context manager. Follows contextlib.contextmanager."""
    return tf_decorator.make_decorator(target, _contextlib.contextmanager(target), "contextmanager")
