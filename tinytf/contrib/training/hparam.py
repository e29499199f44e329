"""HParams: hyperparameters by name, each with the type of its first value."""

from __future__ import annotations

import json
import numbers
import re

_ASSIGNMENT = re.compile(
    r"\s*(?P<name>[A-Za-z][\w.]*)(\[(?P<index>\d+)\])?\s*=\s*((?P<value>[^,\[]*)|\[(?P<values>[^\]]*)\])\s*(?:,|$)"
)


def parse_values(values, type_map, ignore_unknown=False) -> dict:
    """{name: value, or list, or {index: value}} of "a=1,b=[2,3],c[1]=4"; `type_map` holds the names' types.

    Follows `parse_values` of tf.contrib.training's hparam in TF 1.15.  ValueError: what is malformed, unknown or of another type.
    """
    found: dict = {}
    at = 0
    while at < len(values):
        match = _ASSIGNMENT.match(values, at)
        if not match:
            raise ValueError(f"Malformed hyperparameter value: {values[at:]}")
        at = match.end()
        name, index = match["name"], match["index"]
        if name not in type_map:
            if ignore_unknown:
                continue
            raise ValueError(f"Unknown hyperparameter type for {name}")
        kind = type_map[name]
        if match["values"] is not None and index is not None:
            raise ValueError("Assignment of a list to a list index.")
        if index is None:
            if name in found:
                raise _assigned_twice(name, values)
            if match["values"] is None:
                found[name] = _parsed(name, kind, match["value"], values)
            else:
                found[name] = [_parsed(name, kind, text, values) for text in re.split("[ ,]", match["values"]) if text]
            continue
        places = found.setdefault(name, {})
        if not isinstance(places, dict):
            raise _assigned_twice(name, values)
        if int(index) in places:
            raise _assigned_twice(f"{name}[{index}]", values)
        places[int(index)] = _parsed(name, kind, match["value"], values)
    return found


def _assigned_twice(name, values) -> ValueError:
    return ValueError(f"Multiple assignments to variable '{name}' in {values}")


class HParams:
    """Hyperparameters as attributes.  Follows `tf.contrib.training.HParams` of TF 1.15, without its protos."""

    def __init__(self, hparam_def=None, model_structure=None, **kwargs):
        if hparam_def is not None:
            raise NotImplementedError("tinytf has no HParamDef protos; use HParams(name=value) or parse_json")
        self._hparam_types: dict = {}
        self._model_structure = model_structure
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name, value) -> None:
        """Adds one; ValueError for names that are taken and for empty lists."""
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        many = isinstance(value, (list, tuple))
        if many and not value:
            raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
        self._hparam_types[name] = (type(value[0]) if many else type(value), many)
        setattr(self, name, value)

    def set_hparam(self, name, value) -> None:
        """Changes one to a value of its type (ValueError otherwise)."""
        kind, many = self._hparam_types[name]
        if isinstance(value, list) and not many:
            raise ValueError(f"Must not pass a list for single-valued parameter: {name}")
        if many and not isinstance(value, list):
            raise ValueError(f"Must pass a list for multi-valued parameter: {name}.")
        setattr(self, name, [_cast(name, kind, v) for v in value] if many else _cast(name, kind, value))

    def del_hparam(self, name) -> None:
        """Removes one."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values: str) -> HParams:
        """Takes "a=1,b=[2,3]"; ValueError for what is malformed, unknown or of another type."""
        found = parse_values(values, {name: kind for name, (kind, _) in self._hparam_types.items()})
        return self.override_from_dict(found)

    def override_from_dict(self, values_dict) -> HParams:
        """Changes several."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    set_from_map = override_from_dict

    def set_model_structure(self, model_structure) -> None:
        """Keeps an object for the user."""
        self._model_structure = model_structure

    def get_model_structure(self):
        """That object."""
        return self._model_structure

    def to_json(self, indent=None, separators=None, sort_keys=False) -> str:
        """All values as JSON."""
        return json.dumps(self.values(), indent=indent, separators=separators, sort_keys=sort_keys)

    def parse_json(self, values_json) -> HParams:
        """Takes values from JSON."""
        return self.override_from_dict(json.loads(values_json))

    def values(self) -> dict:
        """{name: value}."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key, default=None):
        """One value, or `default` where there is none; ValueError where the default's type does not fit."""
        if key not in self._hparam_types:
            return default
        kind, many = self._hparam_types[key]
        if default is not None:
            shown = f"list<{kind}>" if many else str(kind)
            message = f"Hparam '{key}' of type '{shown}' is incompatible with default={default}"
            if many != isinstance(default, list):
                raise ValueError(message)
            try:
                for value in default if many else [default]:
                    _cast(key, kind, value)
            except ValueError as error:
                raise ValueError(f"{message}. {error}") from error
        return getattr(self, key)

    def __contains__(self, key):
        return key in self._hparam_types

    def __str__(self):
        return ",".join(f"{name}={value}" for name, value in self.values().items())

    def __repr__(self):
        return f"{type(self).__name__}({sorted(self.values().items())})"


def _cast(name, kind, value):
    if type(value) is kind or kind is type(None):
        return value
    text = issubclass(kind, (str, bytes)) and not isinstance(value, (str, bytes))
    flag = issubclass(kind, bool) != isinstance(value, bool)
    whole = issubclass(kind, numbers.Integral) and not isinstance(value, numbers.Integral)
    number = issubclass(kind, numbers.Number) and not isinstance(value, numbers.Number)
    if text or flag or whole or number:
        raise ValueError(f"Could not cast hparam '{name}' of type '{kind}' from value {value!r}")
    return kind(value)


def _parsed(name, kind, text, values):
    text = text.strip()
    try:
        if kind is not bool:
            return kind(text)
        return {"true": True, "false": False}[text.lower()] if text.lower() in ("true", "false") else bool(int(text))
    except ValueError:
        raise ValueError(f"Could not parse hparam '{name}' of type '{kind.__name__}' with value '{text}' in {values}") from None
