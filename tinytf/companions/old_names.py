"""Names that NumPy and Python had when TensorFlow 1 scripts were written (NumPy ≤ 1.18, Python ≤ 3.7) and dropped since.

`python -m tinytf script.py` puts them back for the script it runs, each with its old meaning, where they are gone.
Nothing that is still there is changed.
"""

from __future__ import annotations

import builtins
import collections
import collections.abc
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
    if not hasattr(time, "clock"):  # until Python 3.8
        time.clock = time.process_time  # type: ignore[attr-defined]
    for name in _ABCS:
        if not hasattr(collections, name):
            setattr(collections, name, getattr(collections.abc, name))
