"""Lets `import tensorflow` mean tinytf, whole paths included.

`install()` puts a finder in front of Python's import system. Each `tensorflow.…` module that a program
imports becomes an Alias: a module that looks its attributes up in one or more modules of tinytf. Nothing
of an installed TensorFlow is ever mixed in: what tinytf lacks is an error that names it.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types

from tinytf.as_tensorflow import companions
from tinytf.as_tensorflow.absent_modules import IMPORTABLE
from tinytf.as_tensorflow.module_paths import INNER_PACKAGES, PYTHON_PATHS
from tinytf.as_tensorflow.renamed import RENAMED
from tinytf.missing import missing_symbol, name_missing


def install() -> None:
    """From now on, `import tensorflow` gives tinytf, in this process.

    For notebooks; `python -m tinytf script.py` does it for a script. RuntimeError if the real one is already imported.
    """
    loaded = sys.modules.get("tensorflow")
    if loaded is not None and not isinstance(loaded, Alias):
        raise RuntimeError(
            "TensorFlow itself is already imported in this process. Call tinytf.install() before any "
            "`import tensorflow`, or write `import tinytf as tf`."
        )
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    companions.install()


def uninstall() -> None:
    """Undoes install(): `import tensorflow` means what it meant before."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    for name in [name for name, module in sys.modules.items() if isinstance(module, Alias)]:
        del sys.modules[name]
    companions.uninstall()


_VERSIONS = frozenset(["__version__", "__git_version__", "__compiler_version__", "__cxx11_abi_flag__", "__monolithic_build__"])


_SWITCHES = (bool, type(None))  # values that their module may change later: asked for anew each time


class Alias(types.ModuleType):
    """The module `tensorflow.…`: attributes come from `sources`, or are submodules."""

    def __init__(self, name, sources):
        super().__init__(name, "tinytf, standing in for %s" % name)
        self.__dict__["_tinytf_sources"] = sources  # modules, or names of modules that are imported when an attribute is asked for
        self.__path__ = []
        self.__file__ = sys.modules["tinytf"].__file__

    def __getattr__(self, name):
        if name == "__all__":  # `from tensorflow.contrib.seq2seq import *`
            return [n for n in dir(self) if not n.startswith("_") and hasattr(self, n)]
        if name.startswith("__") and name not in _VERSIONS:
            raise AttributeError("module %r has no attribute %r" % (self.__name__, name))
        if self.__name__.startswith("tensorflow.python.") and self.__name__[len("tensorflow.python.") :] + "." + name in PYTHON_PATHS:
            return importlib.import_module(self.__name__ + "." + name)  # not what bears its name among the public ones
        there = _renamed(self.__name__).get(name, name)
        for source in self._sources():
            try:
                value = getattr(source, there)
            except AttributeError:
                continue
            if isinstance(value, types.ModuleType) and _is_inner_of_contrib(self.__name__ + "." + name):
                break  # as `import` of its whole path: what it lacks is named
            if not isinstance(value, _SWITCHES):
                self.__dict__[name] = value
            return value
        if sources_of(self.__name__ + "." + name) is not None:
            return importlib.import_module(self.__name__ + "." + name)
        raise self._missing(name)

    def __setattr__(self, name, value):
        """What a program (or mock.patch) sets here, it means for tinytf too: `tf_logging.warning = …`."""
        if "_tinytf_sources" in self.__dict__ and not name.startswith("__") and not isinstance(value, Alias):
            for source in list(self._sources())[: self._own_sources()]:
                if name in vars(source):
                    self.__dict__.setdefault("_tinytf_replaced", {}).setdefault(name, (source, vars(source)[name]))
                    setattr(source, name, value)
                    if isinstance(value, _SWITCHES):
                        self.__dict__.pop(name, None)
                        return
                    break
        super().__setattr__(name, value)

    def __delattr__(self, name):
        source, value = self.__dict__.get("_tinytf_replaced", {}).pop(name, (None, None))
        if source is not None:
            setattr(source, name, value)
        if source is None or name in self.__dict__:
            super().__delattr__(name)

    def _own_sources(self):
        """How many of the sources are this module's own: `tf` as the last resort of an inner path is not."""
        return max(1, len(self._tinytf_sources) - self.__name__.startswith("tensorflow.python."))

    def _sources(self):
        sources = self._tinytf_sources
        for i, source in enumerate(sources):
            if isinstance(source, str):
                source = sources[i] = _source(source)
            if source is not None:
                yield source

    def _missing(self, name):
        where = "tf" if self.__name__ == "tensorflow" else self.__name__.replace("tensorflow.", "tf.", 1)
        if where.startswith("tf.compat.v1"):
            where = "tf" + where[len("tf.compat.v1") :]
        return missing_symbol(where, name, dir(self))

    def __dir__(self):
        names = set(super().__dir__())
        return sorted(names.union(*map(dir, self._sources())) - {"_tinytf_sources"})


def _is_inner_of_contrib(fullname):
    return fullname.startswith("tensorflow.contrib.") and ".python." in fullname and sources_of(fullname) is not None


class MissingModule(ModuleNotFoundError, NotImplementedError):
    """`import tensorflow.x` or `from tensorflow import x`, where tinytf has no x."""


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname, path=None, target=None):
        top = fullname.split(".")[0]
        if top not in ("tensorflow", "tensorflow_estimator"):
            return None
        if top == "tensorflow" and sources_of(fullname) is None:
            parent, _, name = fullname.rpartition(".")
            # without a `name`, so that `from tensorflow import x` reports this and not "cannot import name"
            raise MissingModule(str(sys.modules[parent]._missing(name)))
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        return Alias(spec.name, sources_of(spec.name) or [])

    def exec_module(self, module):
        if module.__name__.startswith("tensorflow_estimator"):
            # The package that TF 1.15 keeps its estimators in: what stands in sys.modules after this is what the import gives.
            sys.modules[module.__name__] = importlib.import_module(module.__name__.replace("tensorflow_estimator", "tensorflow", 1))
        if module.__name__ == "tensorflow.python.framework.test_ops":  # imported for what it registers
            list(module._sources())


def sources_of(fullname: str):
    """What stands behind the module `tensorflow.…`, as Alias takes it; None where nothing does."""
    tf = importlib.import_module("tinytf")
    path = fullname.split(".")[1:]
    for prefix in (["compat", "v1"], ["_api", "v1"]):
        if path[:2] == prefix:
            path = path[2:]
    if not path:
        return [tf]
    if path[-1].endswith("_pb2"):
        return [importlib.import_module("tinytf.protos")]
    if path[:2] == ["models", "rnn"] and len(path) == 3:  # where rnn, rnn_cell and seq2seq were before 0.8
        path = ["python", "ops", path[2]]
    if path[0] == "core" or path == ["_api"] or ".".join(path) in INNER_PACKAGES:
        return []
    if path[0] == "python":
        return _sources_of_python_path(tf, path[1:])
    if path[0] == "contrib":
        return _sources_of_contrib_path(tf, path)
    found = _walk(tf, path)
    return [found] if found else None


def _sources_of_python_path(tf, path):
    listed = PYTHON_PATHS.get(".".join(path))
    if len(path) == 2 and path[0] in ("ops", "training") and path[1].startswith("gen_") and path[1].endswith("_ops"):
        return ["tinytf.generated_ops"]
    if listed is None:  # tensorflow.python.image.… is tf.image.…
        found = path[0] in tf._NAMESPACES and _walk(tf, path)
        return [found] if found else [] if ".".join(path) in IMPORTABLE else None
    return listed.split() + [tf]


# Folders of contrib that lie deeper than contrib/<library>/python/<folder>/<module>.
_DEEP_FOLDERS = ("data", "datasets", "estimators", "learn_io", "nets", "ops", "preprocessing", "utils")


def _may_be_modules(inner) -> bool:
    """Whether what follows `python` in a path of contrib is a module (ops/rnn_cell), and not a name in one (ops/rnn_cell/LSTMCell)."""
    return not any(name[0].isupper() or name[0] == "_" for name in inner) and (len(inner) <= 2 or len(inner) == 3 and inner[1] in _DEEP_FOLDERS)


def _sources_of_contrib_path(tf, path):
    """contrib.learn.python.learn.datasets.mnist: the part of contrib.learn that is called so, before all of contrib.learn."""
    found = _walk(tf, path)
    if found or "python" not in path:
        return [found] if found else None
    public, inner = path[: path.index("python")], path[path.index("python") + 1 :]
    whole = _walk(tf, public)
    if not whole or not _may_be_modules(inner):
        return None
    parts = (_walk(tf, public + inner[i:]) for i in range(len(inner)))
    part = next((p for p in parts if p), whole)
    return [part] if part is whole else [part, whole]


def _renamed(fullname) -> dict:
    """{name: what it is called here} of one inner module."""
    listed = RENAMED.get(fullname[len("tensorflow.python.") :] if fullname.startswith("tensorflow.python.") else "", "")
    return dict(pair.split("=") for pair in listed.split())


def _source(name):
    if name.split(".")[0] == "tf":
        return _walk(importlib.import_module("tinytf"), name.split(".")[1:])
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if not name.startswith(error.name or " "):
            raise
        return None
    if name.startswith("tinytf."):
        name_missing(module, name)
    return module


def _walk(module, path):
    """The module at `module.a.b`; None where that is not a module."""
    for name in path:
        try:
            module = getattr(module, name)
        except AttributeError:
            return None
        if not isinstance(module, types.ModuleType):
            return None
    return module
