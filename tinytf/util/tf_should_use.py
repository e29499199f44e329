"""`tensorflow.python.util.tf_should_use`: results that are worth a warning where nobody uses them.

TensorFlow warns when such an object is deleted and nothing was done with it; tinytf hands the object out as it is, and warns
never: an operation that was made is in the graph.
"""

from __future__ import annotations

import functools


def should_use_result(fn=None, warn_in_eager=False, error_in_function=False):
    """A decorator of functions whose result should be used."""

    def decorate(function):
        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            return function(*args, **kwargs)

        wrapped.__doc__ = (function.__doc__ or "").rstrip() + "\n\n  **NOTE** The output of this function should be used.\n"
        return wrapped

    return decorate if fn is None else decorate(fn)


must_use_result_or_fatal = should_use_result
