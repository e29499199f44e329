"""`absl.testing.flagsaver`: flags that are put back after a test."""

from __future__ import annotations

import contextlib

from tinytf import flags


def flagsaver(*args, **overrides):
    """A decorator or context that sets the flags `overrides` and puts all flags back at its end."""
    if args:  # @flagsaver without parentheses
        return _saved()(args[0])
    return _saved(**overrides)


@contextlib.contextmanager
def _saved(**overrides):
    saved = save_flag_values()
    try:
        for name, value in overrides.items():
            setattr(flags.FLAGS, name, value)
        yield
    finally:
        restore_flag_values(saved)


def save_flag_values(flag_values=flags.FLAGS) -> dict:
    """What `restore_flag_values` takes."""
    return {name: (flag_values[name].value, flag_values[name].present) for name in flag_values}


def restore_flag_values(saved: dict, flag_values=flags.FLAGS) -> None:
    """Puts flags back."""
    for name, (value, present) in saved.items():
        flag_values[name].value, flag_values[name].present = value, present
