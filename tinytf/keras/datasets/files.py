"""The files behind tf.keras.datasets, where Keras leaves them: ~/.keras/datasets. tinytf opens no network connections."""

from __future__ import annotations

import io
import os
import pickle
import zipfile

import numpy as np


def find(name: str, subdir: str = "datasets", cache_dir: str | None = None) -> str:
    """The path of a file or folder that is there already, by its own path or in Keras's folder; else FileNotFoundError."""
    places = [name, os.path.join(cache_dir or os.path.join(os.path.expanduser("~"), ".keras"), subdir, name)]
    for place in places:
        if os.path.exists(place):
            return place
    raise FileNotFoundError(f"There is no {' and no '.join(dict.fromkeys(places))}, and tinytf downloads nothing: put the file there")


# What NumPy's arrays of lists are made of. A pickle that asks for anything else is refused: it could run any program.
_ALLOWED = {(f"numpy{core}.multiarray", "_reconstruct") for core in (".core", "._core")} | {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"),
}


class _Arrays(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"This file holds {module}.{name}, and not only arrays and lists: it is not read")
        if name == "_reconstruct" or name == "scalar":
            core = getattr(np, "_core", None) or np.core
            return getattr(core.multiarray, name)
        return super().find_class(module, name)


def unpickle(stream):
    """A pickle of arrays, lists, dicts and numbers, as Python 2 wrote them, too: names are bytes then."""
    return _Arrays(stream, encoding="bytes").load()


def load_arrays(path: str, *names) -> list:
    """Arrays out of an .npz file, arrays of lists included."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in names:
            content = archive.read(name + ".npy")
            try:
                found.append(np.load(io.BytesIO(content), allow_pickle=False))
            except ValueError:  # an array of objects: a header, then a pickle
                stream = io.BytesIO(content)
                version = np.lib.format.read_magic(stream)
                (np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0)(stream)
                found.append(unpickle(stream))
    return found


def ragged(rows) -> np.ndarray:
    """An array of lists; of numbers where all lists are of one length, as NumPy made it."""
    if len({len(row) for row in rows}) <= 1:
        return np.array(rows)
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


def shuffled(seed: int, *arrays) -> list:
    """The arrays in one order of chance, which is the same for each seed. Sets the seed of np.random, as Keras does."""
    np.random.seed(seed)
    return reordered(*arrays)


def reordered(*arrays) -> list:
    """The arrays in one order, drawn from np.random."""
    order = np.arange(len(arrays[0]))
    np.random.shuffle(order)
    return [array[order] for array in arrays]
