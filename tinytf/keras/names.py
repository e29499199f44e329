"""Objects by name: `get("relu", …)`, and the snake_case names of Keras."""

from __future__ import annotations

_custom_objects: dict = {}


def get_custom_objects() -> dict:
    """Names that programs gave to objects of their own. Follows tf.keras.utils.get_custom_objects of TF 1.15."""
    return _custom_objects


def find(what: str, identifier, table: dict):
    """The object called `identifier` in `table` or among the custom objects; ValueError where there is none."""
    found = _custom_objects.get(identifier, table.get(identifier))
    if found is None:
        raise ValueError(f"Unknown {what}:{' ' if what in ('constraint', 'optimizer') else ''}{identifier}")
    return found


def made(what: str, identifier, table: dict):
    """As `find`, and an instance of what is a class; `{"class_name": …, "config": …}` is made with its config."""
    if isinstance(identifier, dict):
        found = find(what, identifier["class_name"], table)
        return found(**identifier.get("config", {}))
    if isinstance(identifier, str):
        found = find(what, identifier, table)
        return found() if isinstance(found, type) else found
    if isinstance(identifier, type):
        return identifier()
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret {what} identifier: {identifier}")
