"""`tensorflow.python.util.all_util`: a module's `__all__`, made of its documentation."""

from __future__ import annotations

import re
import sys

from tinytf.util import tf_inspect

_reference_pattern = re.compile(r"^@@(\w+)$", flags=re.MULTILINE)


def make_all(module_name, doc_string_modules=None) -> list:
    """The public names of a module that the docstrings mention as `@@name`."""
    modules = doc_string_modules or [sys.modules[module_name]]
    members = {name for name, _ in tf_inspect.getmembers(sys.modules[module_name])}
    mentioned = {name for module in modules if module.__doc__ for name in _reference_pattern.findall(module.__doc__)}
    return list(members & mentioned)


def remove_undocumented(module_name, allowed_exception_list=None, doc_string_modules=None) -> None:
    """Takes what a module does not document out of it; names that begin with an underscore stay."""
    module = sys.modules[module_name]
    stays = {*make_all(module_name, doc_string_modules), *(allowed_exception_list or ())}
    for name in list(vars(module)):
        if name not in stays and not name.startswith("_"):
            delattr(module, name)
