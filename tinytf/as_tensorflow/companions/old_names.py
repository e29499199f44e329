"""Names that NumPy and Python had when TensorFlow 1 scripts were written (NumPy ≤ 1.18, Python ≤ 3.7) and dropped since.

`python -m tinytf script.py` puts them back for the script it runs, each with its old meaning, where they are gone:
names of modules, methods of arrays (`image.tostring()`, which all scripts that write TFRecords call), what
functions took, and how numbers are shown. Nothing that is still there is changed.
"""

from __future__ import annotations

import builtins
import collections
import collections.abc
import contextvars
import ctypes
import functools
import gc
import importlib
import sys
import time
import warnings

import numpy as np

# NumPy's names for Python's own types (gone in 1.24), and spellings gone in 2.0 or later
_NUMPY = {
    **{name: getattr(builtins, name) for name in ("bool", "int", "float", "complex", "object", "str")},
    "long": int,
    "unicode": str,
    "float_": np.float64,
    "complex_": np.complex128,
    "singlecomplex": np.complex64,
    "cfloat": np.complex128,
    "longfloat": np.longdouble,
    "string_": np.bytes_,
    "unicode_": np.str_,
    "Inf": np.inf,
    "Infinity": np.inf,
    "infty": np.inf,
    "PINF": np.inf,
    "NINF": -np.inf,
    "NaN": np.nan,
    "NAN": np.nan,
    "PZERO": 0.0,
    "NZERO": -0.0,
    "alltrue": np.all,
    "sometrue": np.any,
    "product": np.prod,
    "cumproduct": np.cumprod,
    "round_": np.round,
    "asfarray": lambda a, dtype=np.float64: np.asarray(a, dtype=dtype if np.issubdtype(dtype, np.inexact) else np.float64),
    "asscalar": lambda a: a.item(),
    "rank": np.ndim,
    "msort": lambda a: np.sort(a, axis=0),
    "row_stack": np.vstack,
    "in1d": lambda ar1, ar2, assume_unique=False, invert=False: np.isin(ar1, ar2, assume_unique, invert).reshape(-1),
    "trapz": getattr(np, "trapezoid", None),
    "mat": np.asmatrix,
    "issubsctype": lambda arg1, arg2: issubclass(np.dtype(arg1).type, np.dtype(arg2).type),
    "typeDict": getattr(np, "sctypeDict", None),
}

_ARRAY_METHODS = {  # gone in NumPy 2.0, tostring in 2.3
    "tostring": lambda self, order="C": self.tobytes(order),
    "ptp": lambda self, axis=None, out=None, **keepdims: np.ptp(self, axis, out, **keepdims),
    "newbyteorder": lambda self, new_order="S": self.view(self.dtype.newbyteorder(new_order)),
    "itemset": lambda self, *args: self.__setitem__(_place(self, args[:-1]), args[-1]),
}
_ABCS = (
    "Awaitable Callable Container Coroutine Generator Hashable ItemsView Iterable Iterator KeysView Mapping MappingView "
    "MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView"
).split()  # gone from `collections` in Python 3.10


def put_back() -> None:
    """Puts the names back."""
    with warnings.catch_warnings():  # NumPy 1.20 to 1.23 has some of them, and warns when it is asked
        warnings.simplefilter("ignore")
        for name, value in _NUMPY.items():
            if not hasattr(np, name) and value is not None:
                setattr(np, name, value)
    _put_back_methods()
    _put_back_conversions()
    _put_back_printing()
    _put_back_arguments()
    if not hasattr(time, "clock"):  # until Python 3.8
        time.clock = time.process_time  # type: ignore[attr-defined]
    for name in _ABCS:
        if not hasattr(collections, name):
            setattr(collections, name, getattr(collections.abc, name))


def _place(array, index):
    """Where `itemset` wrote: at an index, at a number of the flat array, or at the only element."""
    if len(index) == 1 and isinstance(index[0], tuple):
        return index[0]
    return index if len(index) > 1 else np.unravel_index(index[0] if index else 0, array.shape)


def _put_back_methods() -> None:
    """The methods that arrays had.

    `setattr` refuses types that are made in C, so the names go into the dict behind `np.ndarray.__dict__`, and
    the type is told of it. Where Python is not CPython, arrays stay as they are.
    """
    if sys.implementation.name != "cpython":
        return
    (names,) = gc.get_referents(np.ndarray.__dict__)
    array = np.zeros(1)
    for name, method in _ARRAY_METHODS.items():
        if not hasattr(array, name):  # NumPy 2.0 to 2.2 has them in the class, to say that they are gone
            names[name] = method
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(np.ndarray))


def _put_back_conversions() -> None:
    """`int`, `float` and `"%f" %` of an array with one element, whatever its shape, as until NumPy 2.3.

    Only the type's own slots are asked for these, and `setattr` fills them; for it, the flag that makes the type immutable is
    off for a moment. Where the flags are not found in their place (in no CPython of today), arrays stay as they are.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not _fails(lambda: int(np.ones([1]))) or sys.implementation.name != "cpython":
            return
    flags = ctypes.c_ulong.from_address(id(np.ndarray) + _PLACE_OF_FLAGS * ctypes.sizeof(ctypes.c_void_p))
    if flags.value != np.ndarray.__flags__:
        return
    flags.value &= ~_IMMUTABLE
    try:
        for name, kind in (("__int__", int), ("__float__", float)):
            setattr(np.ndarray, name, _of_one_element(kind, getattr(np.ndarray, name)))
    finally:
        flags.value |= _IMMUTABLE


_PLACE_OF_FLAGS, _IMMUTABLE = 21, 1 << 8  # tp_flags in PyTypeObject, counted in pointers; Py_TPFLAGS_IMMUTABLETYPE


def _of_one_element(kind, plain):
    return lambda array: kind(array.item()) if array.size == 1 else plain(array)


def _put_back_printing() -> None:
    """Numbers in lists are shown as numbers: `[3.0, 4]`, which NumPy 2 shows as `[np.float32(3.0), np.int32(4)]`."""
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        return
    np.set_printoptions(legacy="1.25")
    try:  # from NumPy 2.1 on that is for this thread; what others begin with is what an empty context has
        printoptions = importlib.import_module("numpy._core.printoptions")  # `from numpy._core` gives a function of this name
        options = printoptions.format_options
        contextvars.Context().run(options.get)["legacy"] = options.get()["legacy"]
    except (ImportError, AttributeError, LookupError):
        return


def _put_back_arguments() -> None:
    """What functions took: `reshape(newshape=)`, bytes in `fromstring`, iterators of arrays to stack, ragged lists, a threshold of NaN."""
    plain_reshape, plain_fromstring, plain_options = np.reshape, np.fromstring, np.set_printoptions

    @functools.wraps(plain_reshape)
    def reshape(a, *args, newshape=None, **kwargs):
        return plain_reshape(a, *(args if newshape is None else (newshape, *args)), **kwargs)

    @functools.wraps(plain_fromstring)
    def fromstring(string, dtype=float, count=-1, sep="", **like):
        if sep:
            return plain_fromstring(string, dtype, count, sep, **like)
        return np.frombuffer(string.encode("latin1") if isinstance(string, str) else string, dtype, count).copy()

    @functools.wraps(plain_options)
    def set_printoptions(precision=None, threshold=None, *args, **kwargs):
        if threshold is not None and threshold != threshold:  # "all of it", until NumPy 1.14
            threshold = sys.maxsize
        plain_options(precision, threshold, *args, **kwargs)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if _fails(lambda: plain_reshape([1], newshape=[1])):
            np.reshape = reshape
        if _fails(lambda: plain_fromstring(b"1", np.uint8)):
            np.fromstring = fromstring
        np.set_printoptions = set_printoptions
        if _fails(lambda: np.array([[1], [1, 2]])):
            np.array, np.asarray = _of_ragged(np.array), _of_ragged(np.asarray)
        for name in ("vstack", "hstack", "dstack", "stack", "column_stack"):
            stack = getattr(np, name)
            if _fails(functools.partial(stack, iter([[1]]))):
                setattr(np, name, _of_iterators(stack))


def _of_ragged(make):
    """The function that makes arrays; of lists of several lengths, an array of lists, as until NumPy 1.23."""

    @functools.wraps(make)
    def array(*args, **kwargs):
        try:
            return make(*args, **kwargs)
        except ValueError as error:
            caller = sys._getframe(1).f_globals.get("__name__", "")
            if "inhomogeneous" not in str(error) or len(args) != 1 or "dtype" in kwargs or caller.startswith("tinytf."):
                raise
            return make(*args, dtype=object, **kwargs)

    return array


def _fails(call) -> bool:
    try:
        call()
    except (TypeError, ValueError, Warning):
        return True
    return False


def _of_iterators(stack):
    """The stacking function, for an iterator of arrays, too."""

    @functools.wraps(stack)
    def stacked(arrays, *args, **kwargs):
        return stack(arrays if hasattr(arrays, "__getitem__") else list(arrays), *args, **kwargs)

    return stacked
