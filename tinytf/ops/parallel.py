"""All cores for large kernels, and BLAS kept to one.

OpenBLAS divides a product among threads that spin while they wait: on a machine that has other work
to do a step then takes tens of times as long.  So while a plan runs, the BLAS that NumPy brought is set
to one thread, and kernels that are worth it divide their work here, among threads that sleep.
A kernel's result does not depend on how long its parts take, nor on who does them.
"""

from __future__ import annotations

import _thread
import ctypes
import glob
import itertools
import os
import threading

import numpy as np

WORTH_IT = 4_000_000  # multiplications (about 50 us on one core) before a second thread pays for its waking (about 10)

_lock = threading.Lock()


def cores() -> int:
    """The processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


_CORES = min(cores(), 8)


def divide(work, size: int, least: int = 1) -> None:
    """Calls `work(first, last)` for ranges that make up `range(size)`, in as many threads as are free.

    `least`: the fewest elements worth a thread.  An exception in any part is raised here.
    What the other threads have not begun when this one is done with its part, it does itself: where the
    processors are busy with something else, little is lost by having asked.
    """
    parts = min(_CORES, size // max(least, 1))
    if parts < 2:
        work(0, size)
        return
    job = _Job(work, [size * i // parts for i in range(parts + 1)])
    asked = 1
    for helper in _all_helpers():
        if asked < parts:
            asked += helper.help(job)
    job.take_part()
    job.wait()


class _Job:
    """Work in parts; whoever comes takes the next one."""

    __slots__ = ("_work", "_bounds", "_next", "_done", "_finished", "_error")

    def __init__(self, work, bounds):
        self._work, self._bounds = work, bounds
        self._next, self._done = itertools.count(), itertools.count(1)
        self._finished = _thread.allocate_lock()
        self._finished.acquire()
        self._error = None

    def take_part(self) -> None:
        """Does parts until all are taken."""
        parts = len(self._bounds) - 1
        while True:
            i = next(self._next)
            if i >= parts:
                return
            try:
                self._work(self._bounds[i], self._bounds[i + 1])
            except BaseException as error:  # noqa: BLE001  it is raised by `wait`
                self._error = error
            if next(self._done) == parts:
                self._finished.release()

    def wait(self) -> None:
        """Returns when all parts are done."""
        self._finished.acquire()
        if self._error is not None:
            raise self._error


class _Helper:
    """A thread that sleeps until there is a job."""

    def __init__(self):
        self._free, self._wake, self._job = _thread.allocate_lock(), _thread.allocate_lock(), None
        self._wake.acquire()
        _thread.start_new_thread(self._run, ())

    def help(self, job: _Job) -> bool:
        """Joins in a job, unless this thread is busy with another; says whether it does."""
        if not self._free.acquire(False):
            return False
        self._job = job
        self._wake.release()
        return True

    def _run(self) -> None:
        with np.errstate(all="ignore"):  # as in the thread that runs the plan
            while True:
                self._wake.acquire()
                self._job.take_part()
                self._job = None
                self._free.release()


_helpers: list | None = None


def _all_helpers() -> list:
    global _helpers
    if _helpers is None:
        with _lock:
            if _helpers is None:
                _helpers = [_Helper() for _ in range(_CORES - 1)]
    return _helpers


def _forget_threads() -> None:
    """A forked child has none of its parent's threads."""
    global _helpers
    _helpers = None


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
