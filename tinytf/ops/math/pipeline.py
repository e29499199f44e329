"""A product that another thread makes piece by piece, while the first one uses the pieces that are there.

An optimizer's update is a dozen calls of NumPy for each piece, and two threads that both make such calls spend their
time waiting for Python's lock.  A product is one call.  So one thread multiplies and the other updates; where the
one that updates has nothing to do it makes a piece, too:

    main        the walk back …     update 0   update 1   multiply 3   update 2 …
    helper      multiply 0   multiply 1   multiply 2     multiply 4   …

Pieces are the same whoever makes them, and have nothing to do with each other: so has the result.
"""

from __future__ import annotations

import itertools
import queue

import numpy as np

from tinytf.ops import parallel

_PIECE = 32_768  # numbers: with the variable, its slots and scratch arrays they fit in a core's cache
_LEAST_ROWS = 128  # for each piece of a product, BLAS arranges the whole second matrix anew


class Product:
    """a @ b, begun by another thread if there is one; `pieces()` gives it by rows, each once."""

    def __init__(self, multiply, transposed: bool, a: np.ndarray, b: np.ndarray, shape: tuple):
        self._multiply, self._a, self._b, self._transposed = multiply, a, b, transposed
        self.shape, self.ndim = shape, 2
        rows, columns = shape
        count = max(1, min(rows * columns // _PIECE, rows // _LEAST_ROWS))
        self._bounds = [rows * i // count for i in range(count + 1)]
        self._next = itertools.count()
        self._ready: queue.SimpleQueue = queue.SimpleQueue()
        if parallel.helpers():
            parallel.ask(self._make_pieces)

    def _make_pieces(self) -> None:
        for i in self._next:
            if i >= len(self._bounds) - 1:
                return
            try:
                self._ready.put(self._piece(i))
            except BaseException as error:  # noqa: BLE001  it is raised where the piece is used
                self._ready.put(error)

    def _piece(self, i: int):
        first, last = self._bounds[i], self._bounds[i + 1]
        a = self._a[:, first:last] if self._transposed else self._a[first:last]
        return first, last, self._multiply(a, self._b)

    def pieces(self):
        """(first row, last row, these rows) of all pieces, in any order."""
        count = len(self._bounds) - 1
        for _ in range(count):
            piece = None
            if self._ready.empty():
                i = next(self._next)
                if i < count:
                    piece = self._piece(i)
            if piece is None:
                piece = self._ready.get()
            if isinstance(piece, BaseException):
                raise piece
            yield piece
        self._a = self._b = None  # a thread that comes too late may hold on to this for a while, but not to arrays
