"""tf.keras.utils: one-hot labels, normalized rows, batches by number."""

from __future__ import annotations

import numpy as np

from tinytf.keras.datasets import files
from tinytf.keras.names import (  # noqa: F401
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    serialize_keras_object,
)
from tinytf.keras.progress import Progbar  # noqa: F401


def to_categorical(y, num_classes=None, dtype="float32"):
    """Class numbers as one-hot rows. Follows tf.keras.utils.to_categorical of TF 1.15."""
    y = np.array(y, dtype="int")
    shape = y.shape[:-1] if y.ndim > 1 and y.shape[-1] == 1 else y.shape
    y = y.ravel()
    num_classes = num_classes or int(np.max(y)) + 1
    rows = np.zeros((y.size, num_classes), dtype=dtype)
    rows[np.arange(y.size), y] = 1
    return rows.reshape(shape + (num_classes,))


def normalize(x, axis=-1, order=2):
    """x over its norm along an axis. Follows tf.keras.utils.normalize of TF 1.15."""
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)


class Sequence:
    """Batches by number: `seq[i]` and `len(seq)`. Follows tf.keras.utils.Sequence of TF 1.15."""

    def __getitem__(self, index):
        raise NotImplementedError

    def __len__(self):
        raise NotImplementedError

    def on_epoch_end(self) -> None:
        """After an epoch."""


def get_file(
    fname, origin, untar=False, md5_hash=None, file_hash=None, cache_subdir="datasets", hash_algorithm="auto", extract=False,
    archive_format="auto", cache_dir=None,
):  # fmt: skip
    """The path of a file, or of the folder that an archive was unpacked to, that is in Keras's cache already.

    Follows tf.keras.utils.get_file of TF 1.15, which would download it.
    """
    return files.find(fname, cache_subdir, cache_dir)
