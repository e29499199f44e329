"""Functions as text: the bytecode of a Lambda layer's function, as Keras writes it into configs.

Follows func_dump and func_load of keras.utils.generic_utils of TF 1.15, with one difference: only code that this very process has
dumped is loaded again.  Bytecode in a file is a program by somebody else, and one for another Python at that.
"""

from __future__ import annotations

import codecs
import marshal
import types

_dumped: dict = {}  # text -> the code object


def func_dump(func) -> tuple:
    """(bytecode as base64, defaults, values of the closure) of a function."""
    text = codecs.encode(marshal.dumps(func.__code__), "base64").decode("ascii")
    _dumped[text] = func.__code__
    closure = tuple([cell.cell_contents for cell in func.__closure__]) if func.__closure__ else None
    return text, func.__defaults__, closure


def func_load(code, defaults=None, closure=None, globs=None):
    """The function that was dumped.  NotImplementedError where it was dumped elsewhere."""
    if isinstance(code, (tuple, list)):
        code, defaults, closure = code
        defaults = tuple(defaults) if isinstance(defaults, list) else defaults
    known = _dumped.get(code)
    if known is None:
        raise NotImplementedError(
            "This config holds the bytecode of a Python function (of a Lambda layer), which tinytf does not run: it is somebody else's "
            "program, for one version of Python. Build the model in code and load its weights, or save it with a named function, given "
            "in custom_objects"
        )
    cells = None if closure is None else tuple([value if isinstance(value, types.CellType) else types.CellType(value) for value in closure])
    return types.FunctionType(known, globals() if globs is None else globs, name=known.co_name, argdefs=defaults, closure=cells)
