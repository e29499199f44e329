"""A dataset cached in a file: a checkpoint whose keys are element and component numbers, as TensorFlow writes it."""

from __future__ import annotations

import contextlib
import os

import numpy as np

from tinytf import checkpoint, errors
from tinytf.ops.data.datasets import Stream


def cached_in_file(stream: Stream, path: str, components: int) -> Stream:
    """The elements of the checkpoint `path`, which a first iteration to the end of `stream` writes."""

    return Stream(lambda: _Iteration(stream, path, components), stream.size)


class _Iteration:
    """Reads the file where it is, else writes it; while another iteration is writing it, each element is an error."""

    def __init__(self, stream, path, components):
        self._stream, self._path, self._components, self._elements = stream, path, components, None

    def __iter__(self):
        return self

    def __next__(self):
        if self._elements is None:
            if os.path.exists(self._path + ".index"):
                self._elements = _read(self._path, self._components)
            else:
                self._elements = _written(self._stream, self._path, _locked(self._path))
        return next(self._elements)


def _key(element: int, component: int) -> str:
    return "%7d_%d" % (element, component)


def _read(path: str, components: int):
    stored = checkpoint.load(path)
    for number in range(len(stored) // components):
        yield tuple([np.asarray(stored[_key(number, c)]) for c in range(components)])


def _locked(path: str) -> str:
    lock = path + "_0.lockfile"
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        raise errors.AlreadyExistsError(
            None, None, f"There appears to be a concurrent caching iterator running - cache lockfile already exists ('{lock}'). If you are sure "
            "no other running TF computations are using this cache prefix, delete the lockfile and re-initialize the iterator."
        ) from None  # fmt: skip
    return lock


def _written(stream: Stream, path: str, lock: str):
    try:
        seen: dict = {}
        for number, element in enumerate(stream):
            seen.update({_key(number, c): np.array(part) for c, part in enumerate(element)})
            yield element
        checkpoint.save(path, seen)
    finally:
        with contextlib.suppress(FileNotFoundError):  # the folder of the cache may be gone by now
            os.remove(lock)
