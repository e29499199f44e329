"""From a Python function to one whose `if`, `while` and `for` take tensors.

TensorFlow 1.15 converts every function given to `tf.function` or to a Dataset.  Here a function runs as it is, and is traced again,
converted, only where it asks a tensor for a Python value: whatever has no such place is never rewritten.
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import sys
import types

from tinytf.errors import OperatorNotAllowedInGraphError
from tinytf.ops.autograph import operators
from tinytf.ops.autograph.flags import Unsupported
from tinytf.ops.autograph.transform import OPERATORS, transform_function

_NOT_CONVERTED = "_autograph_do_not_convert"
_converted: dict = {}  # code object -> the converted code, or None where it runs as it is


def tracing_converted(trace, function, autograph: bool = True):
    """`trace(function)`, or `trace` of the converted function where a tensor is asked for a Python value."""
    try:
        return trace(function)
    except OperatorNotAllowedInGraphError:
        converted = convert(function) if autograph else function
        if converted is function:
            raise
    except (TypeError, RuntimeError) as error:  # of range(), len() and the like, and of a loop over a Dataset
        converted = convert(function) if autograph and _asks_for_python_value(error) else function
        if converted is function:
            raise
    return trace(converted)


def _asks_for_python_value(error) -> bool:
    text = str(error)
    return "__iter__() is only supported" in text or "Tensor" in text and any(part in text for part in _ASKING)


_ASKING = ("as an integer", "len is not well defined", "int() argument", "float() argument", "must be a string or a real number")


def convert(function):
    """The converted function; `function` itself where that cannot be."""
    if getattr(function, _NOT_CONVERTED, False) or isinstance(function, type):
        return function
    if isinstance(function, functools.partial):
        return functools.partial(convert(function.func), *function.args, **function.keywords)
    if isinstance(function, types.MethodType):
        return types.MethodType(convert(function.__func__), function.__self__)
    if not isinstance(function, types.FunctionType):
        method = vars(type(function)).get("__call__")
        if isinstance(method, types.FunctionType) and not _of_library(method):
            return types.MethodType(convert(method), function)
        return function
    code = _converted_code(function)
    if code is None:
        return function
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    cells[OPERATORS] = types.CellType(operators)
    made = types.FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, tuple(cells[name] for name in code.co_freevars)
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return functools.update_wrapper(made, function)


def convert_callee(function):
    """As `convert`, of what converted code calls: functions of libraries run as they are."""
    if isinstance(function, (types.FunctionType, types.MethodType)) and not _of_library(function):
        return convert(function)
    return function


def _of_library(function) -> bool:
    module = (getattr(function, "__module__", None) or "").partition(".")[0]
    return module in ("tinytf", "tensorflow", "numpy", "six", "absl", "google") or module in getattr(sys, "stdlib_module_names", _STDLIB)


_STDLIB = frozenset(("builtins", "collections", "copy", "functools", "inspect", "itertools", "math", "os", "random", "re", "threading", "unittest"))


def _converted_code(function):
    code = function.__code__
    if OPERATORS in code.co_freevars:
        return None  # it was converted with the function around it
    if code not in _converted:
        try:
            _converted[code] = _compile(function)
        except (Unsupported, OSError, SyntaxError):
            _converted[code] = None
    return _converted[code]


def _compile(function):
    code = function.__code__
    node = transform_function(_definition(code))
    # A function around it lends it the variables that it takes from outside.
    outside = [*code.co_freevars, OPERATORS]
    arguments = ast.arguments(posonlyargs=[], args=[ast.arg(n) for n in outside], kwonlyargs=[], kw_defaults=[], defaults=[])
    _without_defaults(node.args)
    name = code.co_name
    if isinstance(node, ast.FunctionDef):
        name = node.name = OPERATORS + node.name  # its own name means, within, what it means in the module
    statement = node if isinstance(node, ast.FunctionDef) else ast.Expr(node)
    around = ast.FunctionDef(name="around", args=arguments, body=[statement], decorator_list=[])
    if "type_params" in ast.FunctionDef._fields:
        around.type_params = []
    tree = ast.fix_missing_locations(ast.Module([around], []))
    found = _code_within(compile(tree, code.co_filename, "exec"), "around")
    return _code_within(found, name).replace(co_name=code.co_name)


def _without_defaults(arguments) -> None:
    """Their values are the function's own; only how many there are counts for the code."""
    arguments.defaults = [ast.Constant(None) for _ in arguments.defaults]
    arguments.kw_defaults = [None if d is None else ast.Constant(None) for d in arguments.kw_defaults]
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if argument is not None:
            argument.annotation = None


def _code_within(code, name: str):
    return next(c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name)


def _definition(code):
    """A fresh syntax tree of the function that `code` is of.  Unsupported where its source is not to be found."""
    lines = linecache.getlines(code.co_filename)
    if not lines:
        raise Unsupported("no source")
    text = "".join(lines)
    candidates = []
    for node in ast.walk(ast.parse(text)):
        if code.co_name == "<lambda>":
            if isinstance(node, ast.Lambda) and node.lineno <= code.co_firstlineno <= (node.end_lineno or node.lineno):
                candidates.append(node)
        elif isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if code.co_firstlineno in (first, node.lineno):
                candidates.append(node)
    candidates = [node for node in candidates if _parameters(node.args) == _parameters_of(code)]
    if len(candidates) > 1:
        candidates = [node for node in candidates if _same_code(node, code)]
    if not candidates:
        raise Unsupported("no source")
    return candidates[0]


def _parameters(arguments) -> list:
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return names + [a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None]


def _parameters_of(code) -> list:
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return list(code.co_varnames[:count])


def _same_code(node, code) -> bool:
    if not isinstance(node, ast.Lambda):
        return True
    alone = _code_within(compile(ast.fix_missing_locations(ast.Expression(node)), code.co_filename, "eval"), "<lambda>")
    return set(alone.co_names) - set(code.co_freevars) == set(code.co_names) and alone.co_consts == code.co_consts


def do_not_convert(func=None):
    """A decorator: the function runs as it is, also where what calls it is converted."""
    if func is None:
        return do_not_convert

    @functools.wraps(func)
    def unconverted(*args, **kwargs):
        return func(*args, **kwargs)

    setattr(unconverted, _NOT_CONVERTED, True)
    return unconverted


def source_of_converted(function) -> str:
    """The text of the converted function.  ValueError where it cannot be converted."""
    try:
        node = transform_function(_definition(function.__code__))
    except (Unsupported, OSError, SyntaxError) as error:
        raise ValueError(f"Unable to convert {function}: {error}") from error
    return ast.unparse(ast.fix_missing_locations(node))
