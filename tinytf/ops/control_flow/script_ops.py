"""Python functions as ops (PyFunc), and printing (Print, PrintV2).

The graph holds only a token; the function lives in this process, as long as its graph does.  A graph from
a file can name a token but brings no code.
"""

from __future__ import annotations

import itertools
import logging
import os
import pprint
import random
import sys
import traceback
import weakref

import numpy as np

from tinytf import dtypes, errors, nest
from tinytf.graph.build import make
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_util import is_tensor
from tinytf.ops.control_flow.summarize import summarize

_TYPE_STRING = {d: name for name, d in dtypes.SIGNATURE_NAMES.items()}


class FuncRegistry:
    """The functions that tokens stand for: each as long as somebody holds what `insert` was given."""

    def __init__(self):
        self._functions: weakref.WeakValueDictionary = weakref.WeakValueDictionary()
        self._numbers = itertools.count()

    def insert(self, function) -> str:
        """A token for a function."""
        token = f"pyfunc_{next(self._numbers)}"
        self._functions[token] = function
        return token

    def get(self, token: str):
        """The function of a token, or None."""
        return self._functions.get(token)

    def remove(self, token: str) -> None:
        """Forgets a token."""
        self._functions.pop(token, None)

    def size(self) -> int:
        """How many functions are held."""
        return len(self._functions)


_py_funcs = FuncRegistry()


def _argument(value):
    """What the function sees: an array of its own, a NumPy scalar, or bytes."""
    if value.ndim == 0:
        return value[()] if isinstance(value, np.ndarray) else value
    return np.array(value)


def _result(value):
    array = np.asarray(value, order="C")
    if array.dtype.kind == "U":
        array = np.char.encode(array, "utf-8")
    elif array.dtype.kind == "S" and not isinstance(value, np.ndarray):
        array = np.asarray(value, dtype=object, order="C")  # as they are: NumPy's own strings lose zero bytes at their end
    return array.astype(object) if array.dtype.kind == "S" else array


def _type_of(array, op):
    """The dtype of what a function returned; InternalError where it is none of TensorFlow's."""
    if array.dtype.kind == "O":
        for value in array.ravel().tolist():
            if not isinstance(value, (bytes, str)):
                raise errors.InternalError(op.node_def, op, f"Unsupported object type {type(value).__name__}")
    try:
        return dtypes.as_dtype(array.dtype)
    except TypeError:
        kind = "numpy data type" if array.dtype.kind == "V" else f"numpy type: NPY_{_numpy_name(array.dtype)}"
        raise errors.InternalError(op.node_def, op, f"Unsupported {kind}") from None


def _numpy_name(dtype) -> str:
    names = {"g": "LONGDOUBLE", "G": "CLONGDOUBLE", "M": "DATETIME", "m": "TIMEDELTA"}
    return names.get(dtype.char, dtype.name.upper())


def _raised(op, error):
    """The error of an exception inside the function, with its traceback in the message."""
    classes = [
        ((TypeError, ValueError), errors.InvalidArgumentError),
        (StopIteration, errors.OutOfRangeError),
        (MemoryError, errors.ResourceExhaustedError),
        (NotImplementedError, errors.UnimplementedError),
    ]
    message = f"{type(error).__name__}: {error}\n" + "".join(
        traceback.format_exception(type(error), error, error.__traceback__)
    )
    for kinds, cls in classes:
        if isinstance(error, kinds):
            return cls(op.node_def, op, message)
    return errors.UnknownError(op.node_def, op, message, errors.UNKNOWN)


def _py_func_kernel(op):
    token = op.attr("token").decode()
    wanted = op.attr("Tout")

    def py_func(*arguments):
        function = _py_funcs.get(token)
        if function is None:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"ValueError: callback {token} is not found: a py_func lives only in the process that made it"
            )
        try:
            result = function(*map(_argument, arguments))
        except (KeyboardInterrupt, SystemExit):
            raise
        except Exception as e:  # noqa: BLE001  whatever the user's code raises
            raise _raised(op, e) from e
        if result is None:
            results = []
        elif isinstance(result, (tuple, list)):
            results = list(result)
        else:
            results = [result]
        if len(results) != len(wanted):
            raise errors.InvalidArgumentError(
                op.node_def, op, f"{token} returns {len(results)} values, but expects to see {len(wanted)} values."
            )
        out = []
        for i, (value, dtype) in enumerate(zip(results, wanted)):
            array = _result(value)
            given = _type_of(array, op)
            if given != dtype:
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"{i}-th value returned by {token} is {_TYPE_STRING[given]}, but expects {_TYPE_STRING[dtype]}"
                )  # fmt: skip
            out.append(_all_bytes(array) if dtype == dtypes.string else array)
        return out[0] if len(out) == 1 else tuple(out)

    return py_func


def _all_bytes(array):
    flat = [v.encode("utf-8") if isinstance(v, str) else v for v in array.ravel().tolist()]
    out = np.empty(len(flat), object)
    out[:] = flat
    return out.reshape(array.shape)


def _nothing_known(op):
    return [None] * len(op.outputs)


op("PyFunc(input: Tin) -> (output: Tout); token: string; Tin: list(type) >= 0; Tout: list(type) >= 0; is_stateful",
   shape=_nothing_known, kernel=_py_func_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("PyFuncStateless(input: Tin) -> (output: Tout); token: string; Tin: list(type) >= 0; Tout: list(type) >= 0",
   shape=_nothing_known, kernel=_py_func_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def py_func(func, inp, Tout, stateful=True, name=None):
    """An op that calls the Python function `func` with arrays and takes arrays back.

    Args:
      func: gets one array per input (NumPy scalars and bytes for scalars).
      inp: a list of tensors.
      Tout: the dtype, or a list of dtypes, that `func` returns.
      stateful: False says that equal inputs give equal results.

    Returns a tensor, or a list where Tout is a list.  Follows `tf.py_func` of TF 1.15.
    """
    if not callable(func):
        raise ValueError(f"Expected func to be callable, got func of type {type(func)}")
    several = isinstance(Tout, (list, tuple))
    types = [dtypes.as_dtype(t) for t in (Tout if several else [Tout])]
    holder = _Holder(func)
    token = _py_funcs.insert(holder)
    graph = get_default_graph()
    graph.__dict__.setdefault("_py_funcs_used_in_graph", []).append(holder)
    result = make("PyFunc" if stateful else "PyFuncStateless", list(inp), token=token, Tout=types, name=name)
    if not types and not stateful:  # what has neither results nor effects is nothing
        return []
    return result if several else result[0]


class _Holder:
    """Keeps a function of any kind (also one that takes no weak references)."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        return self.function(*args)


def numpy_function(func, inp, Tout, name=None):
    """`py_func`, always stateful.  Follows `tf.numpy_function` of TF 1.15."""
    return py_func(func, inp, Tout, True, name)


def py_function(func, inp, Tout, name=None):
    """Needs eager tensors, which tinytf does not have: raises NotImplementedError."""
    raise NotImplementedError("tf.py_function runs eager tensors, which tinytf does not have; use tf.py_func (arrays)")


# ---- printing


def _print_kernel(op):
    first, limit = op.attr("first_n"), op.attr("summarize")
    message = op.attr("message").decode("utf-8", "replace")
    calls = itertools.count()

    def show(x, *data):
        if first < 0 or next(calls) < first:
            sys.stderr.write(message + "".join(f"[{summarize(d, limit)}]" for d in data) + "\n")
            sys.stderr.flush()
        return x

    return show


op("Print(input: T, data: U) -> (output: T); T: type; U: list(type) >= 0; message: string = ''; first_n: int = -1; "
   "summarize: int = 3; is_stateful",
   shape=same_as_input, kernel=_print_kernel,
   gradient=lambda op, grad: [grad] + [None] * (len(op.inputs) - 1), view=True)  # fmt: skip


def Print(input_, data, message=None, first_n=None, summarize=None, name=None) -> Tensor:
    """`input_`, printing `message` and `data` to standard error when it runs.  Follows `tf.Print` of TF 1.15."""
    return make("Print", input_, data, message=message, first_n=first_n, summarize=summarize, name=name)


_LEVELS = {"log(info)": logging.INFO, "log(warning)": logging.WARNING, "log(error)": logging.ERROR}


def _print_v2_kernel(op):
    stream, end = op.attr("output_stream").decode(), op.attr("end").decode("utf-8", "replace")
    if stream not in ("stdout", "stderr", *_LEVELS) and not stream.startswith("file://"):
        raise errors.InvalidArgumentError(op.node_def, op, f"Unknown output stream: {stream}")
    if stream.startswith("file://") and op._imported:
        raise errors.PermissionDeniedError(
            op.node_def, op, f"A graph from a file may not append to {stream}; build the tf.print in your own script"
        )

    def show(text):
        if text.ndim != 0:
            raise errors.InvalidArgumentError(op.node_def, op, "Input must be a scalar.")
        text = text.item().decode("utf-8", "replace") + end
        if stream in _LEVELS:
            logging.getLogger("tensorflow").log(_LEVELS[stream], "%s", text.rstrip("\n"))
        elif stream.startswith("file://"):
            with open(stream[len("file://") :], "a", encoding="utf-8") as f:
                f.write(text)
        else:
            out = getattr(sys, stream)
            out.write(text)
            out.flush()

    return show


op("PrintV2(input: string) -> (); output_stream: string = 'stderr'; end: string = '\\n'; is_stateful",
   shape=lambda op: [], kernel=_print_v2_kernel)  # fmt: skip


def _stream_name(stream) -> str:
    if isinstance(stream, str) and stream.startswith("file://"):
        return stream
    names = {"info": "log(info)", "warning": "log(warning)", "warn": "log(warning)", "error": "log(error)"}
    by_level = {logging.INFO: "log(info)", logging.WARNING: "log(warning)", logging.ERROR: "log(error)"}
    if stream is sys.stdout:
        return "stdout"
    if stream is sys.stderr:
        return "stderr"
    if isinstance(stream, int) and stream in by_level:
        return by_level[stream]
    if callable(stream) and getattr(stream, "__name__", None) in names:
        return names[stream.__name__]
    raise ValueError(
        f"Unsupported output stream, logging level, or file.{stream}. Supported streams are sys.stdout, sys.stderr, "
        "tf.logging.info, tf.logging.warning, tf.logging.error. File needs to be in the form of 'file://<filepath>'."
    )


def print_v2(*inputs, **kwargs):
    """An op that prints tensors and Python values, like Python's `print`.

    Keywords: output_stream (sys.stderr), summarize (3), sep, end, name.  Follows `tf.print` of TF 1.15.
    """
    stream = kwargs.pop("output_stream", sys.stderr)
    name, limit = kwargs.pop("name", None), kwargs.pop("summarize", 3)
    sep, end = kwargs.pop("sep", " "), kwargs.pop("end", os.linesep)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    stream = _stream_name(stream)
    only = inputs[0] if len(inputs) == 1 else None
    if isinstance(only, Tensor) and only.dims == () and only.dtype == dtypes.string:
        text = only
    else:
        text = _formatted(inputs, sep, limit, name + "_format" if name else None)
    return make("PrintV2", text, output_stream=stream, end=end, name=name)


def _formatted(inputs, sep, limit, name):
    from tinytf.ops.strings import string_ops

    without = nest.map_structure(lambda x: "" if is_tensor(x) else x, list(inputs))
    words = " ".join(pprint.pformat(x) for x in without)
    mark, digits = "{}", random.Random(5)
    while mark in words:  # the placeholder must not stand in the text itself
        mark += str(digits.randint(0, 9))
    templates, tensors = [], []
    for item in inputs:
        parts = []
        for x in nest.flatten(item):
            if isinstance(x, SparseTensor):
                tensors += [x.indices, x.values, x.dense_shape]
                parts.append(f"SparseTensor(indices={mark}, values={mark}, shape={mark})")
            elif is_tensor(x):
                tensors.append(x)
                parts.append(mark)
            else:
                parts.append(x)
        templates.append(item if isinstance(item, str) else pprint.pformat(nest.pack_sequence_as(item, parts)))
    template = sep.join(templates).replace("'" + mark + "'", mark)
    return string_ops.string_format(template, tensors, placeholder=mark, summarize=limit, name=name)
