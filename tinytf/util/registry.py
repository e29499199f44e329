"""`tensorflow.python.framework.registry`: objects by name, each registered once and with where that was."""

from __future__ import annotations

import traceback


class Registry:
    """Follows `registry.Registry` of TF 1.15."""

    def __init__(self, name: str):
        self._name = name
        self._registry: dict = {}  # name -> (object, the stack's entry at which it was registered)

    def register(self, candidate, name=None) -> None:
        """Takes in an object, under its own name where none is given.  KeyError where the name is taken."""
        if candidate is None:
            raise ValueError("Registering None is not allowed")
        name = name or candidate.__name__
        if name in self._registry:
            frame = self._registry[name][1]
            raise KeyError(
                f"Registering two {self._name} with name '{name}'! (Previous registration was in {frame.name} {frame.filename}:{frame.lineno})"
            )
        self._registry[name] = candidate, traceback.extract_stack(limit=2)[0]

    def list(self):
        """The names."""
        return self._registry.keys()

    def lookup(self, name: str):
        """The object of this name; LookupError where there is none."""
        name = name.decode() if isinstance(name, bytes) else name
        if name not in self._registry:
            raise LookupError(f"{self._name} registry has no entry for: {name}")
        return self._registry[name][0]
