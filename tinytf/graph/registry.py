"""`tensorflow.python.framework.registry`: things by name, each registered once."""

from __future__ import annotations

import sys

from tinytf import logging


class Registry:
    """Maps names to objects; `name` says in messages what they are."""

    def __init__(self, name: str):
        self._name = name
        self._registry: dict = {}

    def register(self, candidate, name=None) -> None:
        """Registers an object under a name, its own where None.  KeyError where the name is taken, with the place that took it."""
        if not name:
            name = candidate.__name__
        if name in self._registry:
            _, (filename, line, function) = self._registry[name]
            raise KeyError(
                "Registering two %s with name '%s'! (Previous registration was in %s %s:%d)" % (self._name, name, function, filename, line)
            )
        logging.vlog(1, "Registering %s (%s) in %s.", name, candidate, self._name)
        frame = sys._getframe(1)
        self._registry[name] = candidate, (frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)

    def list(self):
        """The names."""
        return self._registry.keys()

    def lookup(self, name):
        """The object of a name; LookupError where there is none."""
        name = name.decode() if isinstance(name, bytes) else name
        if name not in self._registry:
            raise LookupError("%s registry has no entry for: %s" % (self._name, name))
        return self._registry[name][0]
