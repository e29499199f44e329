"""All cores for large kernels, and BLAS kept to one.

OpenBLAS divides a product among threads that spin while they wait: on a machine that has other work
to do a step then takes tens of times as long.  So while a plan runs, the BLAS that NumPy brought is set
to one thread, and kernels that are worth it divide their work here, among threads that sleep; or a whole
kernel runs beside those that do not need its result (`Beside`).
A kernel's result does not depend on how long its parts take, nor on who does them.
"""

from __future__ import annotations

import _thread
import ctypes
import glob
import itertools
import os
import queue
import threading

import numpy as np

# Multiplications (about 80 us on one core) before a second thread pays: it has to wake up, and to fetch from the
# first core's cache what it reads, and what it writes goes the other way.
WORTH_IT = 8_000_000

LARGE = 400_000  # elements that an elementwise kernel divides: it does little with each, and waits for memory

_lock = threading.Lock()


def cores() -> int:
    """The processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


_CORES = min(cores(), 8)


def helpers() -> int:
    """How many threads there are beside the one that runs a plan."""
    return _CORES - 1


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
    for _ in range(parts - 1):
        ask(job.take_part)
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
        self._work = None  # a thread that comes too late may hold on to the job for a while, but not to its arrays
        if self._error is not None:
            raise self._error


class Beside:
    """A kernel's call that another thread makes while this one goes on; `result()` makes it here if none has begun it."""

    __slots__ = ("_kernel", "_arguments", "_begun", "_finished", "_value", "_error")

    def __init__(self, kernel, *arguments):
        self._kernel, self._arguments = kernel, arguments
        self._begun, self._finished = _thread.allocate_lock(), _thread.allocate_lock()
        self._finished.acquire()
        self._value = self._error = None
        ask(self._run)

    def _run(self) -> None:
        if not self._begun.acquire(False):
            return
        try:
            self._value = self._kernel(*self._arguments)
        except BaseException as error:  # noqa: BLE001  it is raised by `result`
            self._error = error
        self._arguments = None
        self._finished.release()

    def result(self):
        """What the kernel gives, or the exception that it raised."""
        self._run()
        with self._finished:
            pass
        if self._error is not None:
            raise self._error
        return self._value


def add_product(before: Beside, kernel, a, b) -> np.ndarray:
    """The sum that `before` gives, and a product made by `kernel` added to it in place."""
    product = kernel(a, b)
    total = before.result()
    return np.add(total, product, out=total)


# Other threads -------------------------------------------------------------------------------------------

_asked: queue.SimpleQueue | None = None


def ask(function) -> None:
    """Has a thread that sleeps until there is work call `function`, some time."""
    global _asked
    if _asked is None:
        with _lock:
            if _asked is None:
                waiting: queue.SimpleQueue = queue.SimpleQueue()
                for _ in range(_CORES - 1):
                    _thread.start_new_thread(_work_through, (waiting,))
                _asked = waiting
    _asked.put(function)


def _work_through(waiting) -> None:
    with np.errstate(all="ignore"):  # as in the thread that runs the plan
        while True:
            function = waiting.get()
            function()
            del function  # it holds arrays


def _forget_threads() -> None:
    """A forked child has none of its parent's threads."""
    global _asked
    _asked = None


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


def elementwise(kernel, shape: tuple, dtype):
    """`kernel`, elementwise and with `out=`, for arrays that broadcast to `shape`: each core does some of the rows."""
    rows = shape[0]
    least = max(1, LARGE // 2 * rows // max(1, int(np.prod(shape, dtype=np.int64))))

    def divided(*arrays, out=None):
        if np.broadcast_shapes(*[a.shape for a in arrays]) != shape:  # `set_shape` said what is not so
            return kernel(*arrays, out=out)
        result = np.empty(shape, dtype) if out is None else out
        has_rows = [a.ndim == len(shape) and a.shape[0] == rows for a in arrays]

        def part(first, last):
            kernel(*[a[first:last] if cut else a for a, cut in zip(arrays, has_rows)], out=result[first:last])

        divide(part, rows, least)
        return result

    divided.takes_out = True
    return divided


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
