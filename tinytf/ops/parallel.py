"""All cores for large kernels, and BLAS kept to one.

OpenBLAS divides a product among threads that spin while they wait: on a machine that has other work
to do a step then takes tens of times as long.  So while a plan runs, the BLAS that NumPy brought is set
to one thread, and kernels that are worth it divide their work here, among threads that sleep.
A kernel's result does not depend on how long its parts take.
"""

from __future__ import annotations

import ctypes
import glob
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

WORTH_IT = 20_000_000  # multiplications (about 0.6 ms on one core) before a second thread pays for its waking

_pool: ThreadPoolExecutor | None = None
_lock = threading.Lock()


def cores() -> int:
    """The processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


_CORES = min(cores(), 8)


def divide(work, size: int, least: int = 1) -> None:
    """Calls `work(first, last)` for ranges that make up `range(size)`, each in a thread of its own.

    `least`: the fewest elements worth a thread.  An exception in any part is raised here.
    """
    parts = min(_CORES, size // max(least, 1))
    if parts < 2:
        work(0, size)
        return
    bounds = [size * i // parts for i in range(parts + 1)]
    waiting = [_threads().submit(work, bounds[i], bounds[i + 1]) for i in range(1, parts)]
    work(bounds[0], bounds[1])
    for part in waiting:
        part.result()


def _threads() -> ThreadPoolExecutor:
    global _pool
    if _pool is None:
        with _lock:
            if _pool is None:
                _pool = ThreadPoolExecutor(max_workers=max(1, _CORES - 1), thread_name_prefix="tinytf")
    return _pool


def _forget_threads() -> None:
    """A forked child has none of its parent's threads."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """np.matmul of two matrices, a large one divided by the rows or columns of its result."""
    (rows, inner), columns = a.shape, b.shape[1]
    if inner == 1 and b.shape[0] == 1:
        return a * b
    if rows * inner * columns < WORTH_IT or _CORES < 2 or a.dtype.kind not in "fc" or inner != b.shape[0]:
        return np.matmul(a, b)
    out = np.empty((rows, columns), a.dtype)
    if rows >= columns:
        divide(lambda first, last: np.matmul(a[first:last], b, out=out[first:last]), rows, 16)
    else:
        divide(lambda first, last: np.matmul(a, b[:, first:last], out=out[:, first:last]), columns, 16)
    return out


# BLAS ---------------------------------------------------------------------------------------------------

_NAMES = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads", "openblas_{}_num_threads64_", "openblas_{}_num_threads")


def _find_blas():
    """(get, set) of the number of threads of the OpenBLAS in NumPy's wheel, or None where NumPy has another BLAS."""
    package = os.path.dirname(np.__file__)
    for folder in (os.path.join(os.path.dirname(package), "numpy.libs"), os.path.join(package, ".dylibs"), os.path.join(package, ".libs")):
        for path in glob.glob(os.path.join(folder, "*openblas*")):
            try:
                library = ctypes.CDLL(path)  # loaded already: this only finds it
            except OSError:
                continue
            for name in _NAMES:
                setter, getter = (getattr(library, name.format(verb), None) for verb in ("set", "get"))
                if setter is not None and getter is not None:
                    getter.restype, setter.argtypes = ctypes.c_int, [ctypes.c_int]
                    return getter, setter
    return None


class _OneBlasThread:
    """A context in which BLAS uses one thread; plans of several Python threads may be inside at once."""

    def __init__(self):
        self._blas = None
        self._searched = False
        self._inside = 0
        self._before = 1

    def __enter__(self):
        if not self._searched:
            self._blas, self._searched = _find_blas(), True
        if self._blas is not None:
            with _lock:
                if self._inside == 0:
                    self._before = self._blas[0]()
                    if self._before != 1:
                        self._blas[1](1)
                self._inside += 1

    def __exit__(self, *unused):
        if self._blas is not None:
            with _lock:
                self._inside -= 1
                if self._inside == 0 and self._before != 1:
                    self._blas[1](self._before)


one_blas_thread = _OneBlasThread()

# Ops whose kernels call BLAS or divide their work: a plan with one of them runs inside `one_blas_thread`.
USES_BLAS = frozenset(
    """
    MatMul BatchMatMul BatchMatMulV2 SparseMatMul Conv2D Conv2DBackpropFilter Conv2DBackpropInput Conv3D
    Conv3DBackpropFilterV2 Conv3DBackpropInputV2 DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter
    DepthwiseConv2dNativeBackpropInput Cholesky MatrixInverse MatrixSolve MatrixDeterminant Svd Qr SelfAdjointEigV2
    MatrixTriangularSolve MatrixSolveLs SparseTensorDenseMatMul Sum Mean BiasAddGrad Softmax LogSoftmax
    SoftmaxCrossEntropyWithLogits SparseSoftmaxCrossEntropyWithLogits
    """.split()
)
