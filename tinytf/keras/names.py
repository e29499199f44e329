"""Objects by name: `get("relu", …)`, objects as configs and back, and the names that programs add."""

from __future__ import annotations

import contextlib

from tinytf.estimator.fn_args import fn_args

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


def serialize_keras_object(instance):
    """An object as {"class_name", "config"}, a function as its name.  Follows tf.keras.utils.serialize_keras_object of TF 1.15."""
    if instance is None:
        return None
    if hasattr(instance, "get_config"):
        return {"class_name": type(instance).__name__, "config": instance.get_config()}
    if hasattr(instance, "__name__"):
        return instance.__name__
    raise ValueError("Cannot serialize", instance)


def deserialize_keras_object(identifier, module_objects=None, custom_objects=None, printable_module_name="object"):
    """What serialize_keras_object gave, as an object again.  Follows tf.keras.utils.deserialize_keras_object of TF 1.15."""
    if identifier is None:
        return None
    known = {**(module_objects or {}), **_custom_objects, **(custom_objects or {})}
    name = identifier.get("class_name") if isinstance(identifier, dict) else identifier
    if isinstance(identifier, dict) and (name is None or "config" not in identifier):
        raise ValueError("Improper config format: " + str(identifier))
    if not isinstance(name, str):
        if callable(identifier):
            return identifier
        raise ValueError("Could not interpret serialized %s: %s" % (printable_module_name, identifier))
    found = known.get(name)
    if found is None:
        raise ValueError("Unknown " + printable_module_name + ": " + name)
    if not isinstance(identifier, dict):
        return found() if isinstance(found, type) else found
    if not hasattr(found, "from_config"):
        return found(**identifier["config"])
    if "custom_objects" in fn_args(found.from_config):
        return found.from_config(identifier["config"], custom_objects=custom_objects)
    with custom_object_scope(custom_objects or {}):
        return found.from_config(identifier["config"])


@contextlib.contextmanager
def custom_object_scope(*objects):
    """Names that hold in a `with` block.  Follows tf.keras.utils.custom_object_scope of TF 1.15."""
    saved = dict(_custom_objects)
    for given in objects:
        _custom_objects.update(given)
    try:
        yield _custom_objects
    finally:
        _custom_objects.clear()
        _custom_objects.update(saved)


CustomObjectScope = custom_object_scope


def deserializer(get):
    """The `deserialize` beside a module's `get`: a name or config as an object, where `custom_objects` have names, too."""

    def deserialize(config, custom_objects=None):
        with custom_object_scope(custom_objects or {}):
            return get(config)

    deserialize.__doc__ = "What serialize gave, as an object again."
    return deserialize
