"""`tf.autograph` of TF 1.15: what turns Python's control flow into ops."""

from __future__ import annotations

from tinytf.autograph import experimental
from tinytf.ops.autograph.conversion import convert

__all__ = ["experimental", "set_verbosity", "to_code", "to_graph", "trace"]


def to_graph(entity, recursive=True, arg_values=None, arg_types=None, experimental_optional_features=None):
    """The converted function: its `if`, `while` and `for` take tensors.  ValueError where its source is not to be found.

    What it calls is converted, too.  Follows tf.autograph.to_graph of TF 1.15.
    """
    converted = convert(entity)
    if converted is entity:
        raise ValueError(f"Unable to convert {entity}: its source is not to be found, or has statements that AutoGraph does not know.")
    return converted


def to_code(entity, recursive=True, arg_values=None, arg_types=None, indentation="  ", experimental_optional_features=None) -> str:
    """The converted function as text, as far as a person is to read it.  Follows tf.autograph.to_code of TF 1.15."""
    from tinytf.ops.autograph.conversion import source_of_converted

    return source_of_converted(entity)


def set_verbosity(level, alsologtostdout=False) -> None:
    """How much AutoGraph says of what it does: here it says nothing.  Follows tf.autograph.set_verbosity of TF 1.15."""


def trace(*args) -> None:
    """Prints its arguments while a function is traced.  Follows tf.autograph.trace of TF 1.15."""
    print(*args)
