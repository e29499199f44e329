"""tf.examples.tutorials.mnist.input_data: MNIST as NumPy arrays, in batches.

The four `.gz` files are read from a folder, and fetched only where they are missing. A file holds a big-endian
magic number (2051 images, 2049 labels), a big-endian uint32 for each dimension, and one byte an element.
Batches are drawn with NumPy's global generator, seeded as TensorFlow seeds it, so they are TensorFlow's batches.
"""

from __future__ import annotations

import collections
import gzip
import os
import shutil
import urllib.error
import urllib.request

import numpy as np

from tinytf import dtypes
from tinytf.ops.random import random_seed

DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)

Datasets = collections.namedtuple("Datasets", ["train", "validation", "test"])


def extract_images(f) -> np.ndarray:
    """The uint8 array [image, row, column, 1] in an open `train-images…gz`. ValueError if it is something else."""
    print("Extracting", f.name)
    images = _read_idx(f, magic=2051, ndims=3, what="image")
    return images[..., np.newaxis]


def extract_labels(f, one_hot: bool = False, num_classes: int = 10) -> np.ndarray:
    """The uint8 array [label] in an open `train-labels…gz`; with `one_hot`, float64 [label, num_classes]."""
    print("Extracting", f.name)
    labels = _read_idx(f, magic=2049, ndims=1, what="label")
    return dense_to_one_hot(labels, num_classes) if one_hot else labels


def _read_idx(f, magic, ndims, what):
    with gzip.GzipFile(fileobj=f) as stream:
        header = stream.read(4 * (1 + ndims))
        found = int.from_bytes(header[:4], "big")
        if found != magic or len(header) != 4 * (1 + ndims):
            raise ValueError("Invalid magic number %d in MNIST %s file: %s" % (found, what, f.name))
        dims = [int(n) for n in np.frombuffer(header[4:], dtype=">u4")]
        size = int(np.prod(dims, dtype=object))
        content = stream.read(size)
    if len(content) != size:
        raise ValueError("%s should hold %d bytes of %ss after its header, but has %d" % (f.name, size, what, len(content)))
    return np.frombuffer(content, dtype=np.uint8).reshape(dims)


def dense_to_one_hot(labels_dense: np.ndarray, num_classes: int) -> np.ndarray:
    """Labels [n] as float64 one-hot rows [n, num_classes]."""
    one_hot = np.zeros((labels_dense.shape[0], num_classes))
    one_hot[np.arange(labels_dense.shape[0]), labels_dense.ravel()] = 1
    return one_hot


class DataSet:
    """Images and labels, handed out in shuffled batches. Follows TF 1.15."""

    def __init__(self, images, labels, fake_data=False, one_hot=False, dtype=dtypes.float32, reshape=True, seed=None):
        graph_seed, op_seed = random_seed.get_seed(seed)
        np.random.seed(graph_seed if seed is None else op_seed)
        dtype = dtypes.as_dtype(dtype).base_dtype
        if dtype not in (dtypes.uint8, dtypes.float32):
            raise TypeError("Invalid image dtype %r, expected uint8 or float32" % dtype)
        if fake_data:
            self._num_examples = 10000
            self.one_hot = one_hot
        else:
            assert len(images) == len(labels), "images.shape: %s labels.shape: %s" % (images.shape, labels.shape)
            self._num_examples = len(images)
            if reshape:
                assert images.shape[3] == 1
                images = images.reshape(len(images), images.shape[1] * images.shape[2])
            if dtype == dtypes.float32:
                images = np.multiply(images.astype(np.float32), np.float32(1.0 / 255.0))
        self._images = images
        self._labels = labels
        self._epochs_completed = 0
        self._index_in_epoch = 0

    @property
    def images(self):
        """All images, in the order of the current epoch."""
        return self._images

    @property
    def labels(self):
        """All labels, in the order of the current epoch."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """How many there are."""
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        """How often next_batch() has been through all of them."""
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True):
        """The next (images, labels); a batch at the end of an epoch is filled up from the next one."""
        if fake_data:
            label = ([1] + [0] * 9) if self.one_hot else 0
            return [[1] * 784] * batch_size, [label] * batch_size
        start = self._index_in_epoch
        if start == 0 and self._epochs_completed == 0 and shuffle:
            self._shuffle()
        end = self._index_in_epoch = start + batch_size
        if end <= self._num_examples:
            return self._images[start:end], self._labels[start:end]
        self._epochs_completed += 1
        rest = self._images[start:], self._labels[start:]
        if shuffle:
            self._shuffle()
        end = self._index_in_epoch = batch_size - (self._num_examples - start)
        return np.concatenate((rest[0], self._images[:end])), np.concatenate((rest[1], self._labels[:end]))

    def _shuffle(self):
        order = np.arange(self._num_examples)
        np.random.shuffle(order)
        self._images = self._images[order]
        self._labels = self._labels[order]


def maybe_download(filename: str, work_directory: str, source_url: str) -> str:
    """The path of `filename` in `work_directory`, fetched from `source_url` if it is not there yet."""
    path = os.path.join(work_directory, filename)
    if os.path.exists(path):
        return path
    os.makedirs(work_directory or ".", exist_ok=True)
    partial = path + ".partial"
    try:
        with urllib.request.urlopen(source_url, timeout=60) as source, open(partial, "wb") as target:
            shutil.copyfileobj(source, target)
    except OSError as error:
        raise OSError(
            "%s is not in %s, and cannot be downloaded from %s (%s). Put the files there by hand: %s"
            % (filename, os.path.abspath(work_directory), source_url, error, ", ".join(FILES))
        ) from error
    os.replace(partial, path)
    print("Successfully downloaded", filename, os.path.getsize(path), "bytes.")
    return path


def read_data_sets(
    train_dir,
    fake_data=False,
    one_hot=False,
    dtype=dtypes.float32,
    reshape=True,
    validation_size=5000,
    seed=None,
    source_url=DEFAULT_SOURCE_URL,
) -> Datasets:
    """MNIST from the folder `train_dir`: (train, validation, test), each a DataSet.

    Images are float32 [n, 784] in [0, 1]; with `reshape=False` [n, 28, 28, 1]; with `dtype=tf.uint8` as stored.
    Raises OSError where a file is neither there nor to be had, ValueError for a file that is not MNIST's.
    Follows tf.examples.tutorials.mnist.input_data.read_data_sets of TF 1.15.
    """
    if fake_data:
        train, validation, test = (
            DataSet([], [], fake_data=True, one_hot=one_hot, dtype=dtype, seed=seed) for _ in Datasets._fields
        )
        return Datasets(train, validation, test)
    source_url = source_url or DEFAULT_SOURCE_URL
    arrays = []
    for file in FILES:
        with open(maybe_download(file, train_dir, source_url + file), "rb") as f:
            arrays.append(extract_images(f) if "images" in file else extract_labels(f, one_hot=one_hot))
    images, labels, test_images, test_labels = arrays
    if not 0 <= validation_size <= len(images):
        raise ValueError("Validation size should be between 0 and %d. Received: %s." % (len(images), validation_size))
    options = dict(dtype=dtype, reshape=reshape, seed=seed)
    train = DataSet(images[validation_size:], labels[validation_size:], **options)
    validation = DataSet(images[:validation_size], labels[:validation_size], **options)
    return Datasets(train, validation, DataSet(test_images, test_labels, **options))
