"""What scripts for TensorFlow 1 count on beside TensorFlow: `six` and `absl`, which its installation brought along, and
modules that Python had then (`distutils.version`, `xml.etree.cElementTree`).

They stand in only where the real ones are not installed: the finder comes last. `six.moves.urllib.request` and
its like are the modules of Python 3 that they name.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys


def install() -> None:
    """From now on `import six` and the like work, installed or not."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())


def uninstall() -> None:
    """Undoes `install`."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    tops = [top for top in _TOPS if getattr(sys.modules.get(top), "__name__", top) != top]  # those that are ours
    for name in [name for name in sys.modules if name.split(".")[0] in tops]:
        del sys.modules[name]


_TOPS = ("six", "absl", "distutils")


def _name_here(fullname: str):
    """The name of the module that stands in for `fullname`, if one may."""
    if fullname == "xml.etree.cElementTree":
        return "xml.etree.ElementTree"
    if fullname.split(".")[0] not in _TOPS:
        return None
    if fullname.startswith("six.moves."):
        from tinytf.as_tensorflow.companions.six.moves import MODULES

        name, _, rest = fullname[len("six.moves.") :].partition(".")
        return MODULES[name] + ("." + rest if rest else "") if name in MODULES else None
    return "tinytf.as_tensorflow.companions." + fullname


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname, path=None, target=None):
        name = _name_here(fullname)
        try:
            if name is None or importlib.util.find_spec(name) is None:
                return None
        except ModuleNotFoundError:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        # What stands in sys.modules after this is what the import gives: the stand-in itself, with its own name.
        sys.modules[module.__name__] = importlib.import_module(_name_here(module.__name__))
