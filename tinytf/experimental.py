"""`tf.experimental` of TF 1.15."""

from __future__ import annotations

import contextlib

from tinytf.switches import output_all_intermediates  # noqa: F401


@contextlib.contextmanager
def function_executor_type(executor_type):
    """A context in which functions would run on another executor; there is one here.  Follows TF 1.15."""
    yield
