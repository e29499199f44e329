"""`tensorflow.python.util.keyword_args`: functions whose arguments must be named."""

from __future__ import annotations

import functools

from tinytf.util.decorator_utils import validate_callable


def keyword_args_only(func):
    """A decorator: ValueError where an argument is given by position."""
    validate_callable(func, "keyword_args_only")

    @functools.wraps(func)
    def new_func(*args, **kwargs):
        if args:
            raise ValueError("Must use keyword args to call {}.".format(func.__name__))
        return func(**kwargs)

    return new_func
