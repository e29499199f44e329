"""`tensorflow.python.util.lazy_loader`: a module that is imported when it is first used."""

from __future__ import annotations

import importlib
import types


class LazyLoader(types.ModuleType):
    """Stands for the module `name`, and puts it as `local_name` into `parent_module_globals` once it is used."""

    def __init__(self, local_name, parent_module_globals, name, warning=None):
        super().__init__(name)
        self._local_name, self._globals = local_name, parent_module_globals

    def __getattr__(self, name):
        module = self._globals[self._local_name] = importlib.import_module(self.__name__)
        return getattr(module, name)
