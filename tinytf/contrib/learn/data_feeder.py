"""Arrays as input: placeholders in the graph, and a function that gives the next batch for them."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.ops.array.placeholder import placeholder


def _map(function, value, *more):
    """`function` of each value of a dict, or of the one that is none; None stays."""
    if value is None:
        return None
    if isinstance(value, dict):
        return {key: function(value[key], *(m[key] for m in more)) for key in value}
    return function(value, *more)


def _array(data):
    """pandas' frames and series become arrays; a column of one becomes a vector only where it is one."""
    return np.asarray(getattr(data, "values", data))


class DataFeeder:
    """Batches of `x` and `y`, which are arrays or dicts of arrays; `y` may be None.

    Args:
      n_classes: labels become one-hot rows where this is above 1.
      batch_size: all of it where this is None.
      shuffle: in another order each epoch, by NumPy's generator with the seed 42.
      epochs: StopIteration after so many of them; None goes on for ever.

    Follows the DataFeeder of tf.contrib.learn of TF 1.15.
    """

    def __init__(self, x, y, n_classes=None, batch_size=None, shuffle=True, random_state=None, epochs=None):
        self.x, self.y = _map(_array, x), _map(_array, y)
        if n_classes is not None and self.y is not None and not isinstance(self.y, dict):
            self.y = self.y.astype(np.int64 if n_classes > 1 else np.float32)
        self.n_classes, self.max_epochs, self.shuffle = n_classes, epochs, shuffle
        first = next(iter(self.x.values())) if isinstance(self.x, dict) else self.x
        self._count = len(first)
        if batch_size is not None and batch_size <= 0:
            raise ValueError("Invalid batch_size %d." % batch_size)
        self.batch_size = self._count if batch_size is None else batch_size
        self.input_shape = _map(lambda a: [self.batch_size] + (list(a.shape[1:]) or [1]), self.x)
        self.output_shape = _map(self._label_shape, self.y)
        self.input_dtype = _map(lambda a: a.dtype, self.x)
        self.output_dtype = _map(lambda a: a.dtype, self.y)
        self.random_state = np.random.RandomState(42) if random_state is None else random_state
        self.indices = self._order()
        self.offset = self.epoch = 0
        self._inputs = self._outputs = None

    def _order(self):
        return self.random_state.permutation(self._count) if self.shuffle else np.arange(self._count)

    def _label_shape(self, labels):
        rest = list(labels.shape[1:])
        if rest[:1] == [1]:
            rest = rest[1:]
        many = self.n_classes is not None and not isinstance(self.n_classes, dict) and self.n_classes > 1
        return [self.batch_size] + rest + ([self.n_classes] if many else [])

    def input_builder(self):
        """Adds the placeholders `input` and `output` (or one for each key); returns (inputs, outputs)."""
        self._inputs = self._placeholders(self.input_shape, self.input_dtype, "input")
        self._outputs = self._placeholders(self.output_shape, self.output_dtype, "output")
        return self._inputs, self._outputs

    def _placeholders(self, shapes, types, name):
        if isinstance(shapes, dict):
            return {key: placeholder(dtypes.as_dtype(types[key]), [None] + shapes[key][1:], name=name + "_" + key) for key in shapes}
        return None if shapes is None else placeholder(dtypes.as_dtype(types), [None] + shapes[1:], name=name)

    def get_feed_dict_fn(self):
        """The function that gives the next batch as a feed_dict."""
        return self._next_batch

    def _next_batch(self):
        if self.max_epochs is not None and self.epoch + 1 > self.max_epochs:
            raise StopIteration
        rows = self.indices[self.offset : self.offset + self.batch_size]
        feed = self._fed(self._inputs, self.x, lambda data: data[rows].reshape(len(rows), 1) if data.ndim == 1 else data[rows])
        self.offset += self.batch_size
        if self.offset >= self._count:
            self.indices = self._order()
            self.offset = 0
            self.epoch += 1
        if self._outputs is not None:
            feed.update(self._fed(self._outputs, self.y, lambda labels: self._labels(labels[rows])))
        return feed

    def _labels(self, labels):
        shape = [len(labels)] + self._label_shape(labels)[1:]
        if isinstance(self.n_classes, int) and self.n_classes > 1:
            return np.eye(self.n_classes, dtype=labels.dtype)[labels.reshape(shape[:-1])]
        return labels.reshape(shape)

    @staticmethod
    def _fed(placeholders, data, part):
        if isinstance(placeholders, dict):
            return {placeholders[key].name: part(data[key]) for key in data}
        return {placeholders.name: part(data)}


def setup_train_data_feeder(x, y, n_classes=None, batch_size=None, shuffle=True, epochs=None) -> DataFeeder:
    """The DataFeeder of `x` and `y`."""
    if hasattr(x, "__next__"):
        raise NotImplementedError("tinytf's tf.contrib.learn takes arrays; give iterators through an input_fn with tf.data.Dataset.from_generator")
    return DataFeeder(x, y, n_classes, batch_size, shuffle=shuffle, epochs=epochs)
