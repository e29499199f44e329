"""What fit, evaluate and predict are given: arrays, generators, data sets, cut into batches."""

from __future__ import annotations

import numpy as np

from tinytf import nest
from tinytf.keras import backend


def as_arrays(x) -> list:
    """One array, a list of them or a dict, as a list of arrays; vectors become columns."""
    if x is None:
        return []
    values = list(x.values()) if isinstance(x, dict) else list(x) if _is_list_of_arrays(x) else [x]
    return [_with_features(np.asarray(v)) for v in values]


def _is_list_of_arrays(x) -> bool:
    return isinstance(x, (list, tuple)) and bool(x) and all(isinstance(v, np.ndarray) or hasattr(v, "values") for v in x)


def is_fed(tensor) -> bool:
    """Whether a value must be fed: it is a placeholder."""
    return tensor.op.type == "Placeholder"


def _is_symbolic(value) -> bool:
    return hasattr(value, "op") and hasattr(value, "dtype")


def has_tensors(x) -> bool:
    """Whether there is a tensor in it, which gives its batches by itself."""
    return not is_stream(x) and any(_is_symbolic(v) for v in nest.flatten(x))


def values_of(x):
    """The same with a value of each tensor."""
    if not has_tensors(x):
        return x
    return nest.map_structure(lambda v: backend.get_session().run(v) if _is_symbolic(v) else v, x)


def batches_of_tensors(x, y, sample_weight):
    """A generator of what tensors give, run after run."""
    given = [[] if v is None else v for v in (x, y)] + ([] if sample_weight is None else [sample_weight])
    while True:
        tensors = [v for v in nest.flatten(given) if _is_symbolic(v)]
        values = iter(backend.get_session().run(tensors) if tensors else [])
        yield tuple(nest.map_structure(lambda v: next(values) if _is_symbolic(v) else v, given))  # noqa: B023  (used at once)


def _with_features(array):
    return array[:, np.newaxis] if array.ndim == 1 else array


def is_stream(x) -> bool:
    """Whether x gives batches one after the other: a generator, a keras Sequence, a tf.data.Dataset or its iterator."""
    return hasattr(x, "__next__") or hasattr(x, "get_next") or hasattr(x, "make_one_shot_iterator") or _is_sequence(x)


def _is_sequence(x) -> bool:
    from tinytf.keras.utils import Sequence

    return isinstance(x, Sequence)


def split_validation(x, y, sample_weight, share):
    """((x, y, weights) to train on, those to validate on): the last part is held back."""
    if not 0.0 < share < 1.0:
        raise ValueError(f"`validation_split` must be a float between 0 and 1, got {share}")
    arrays = as_arrays(x)
    at = int(len(arrays[0]) * (1.0 - share))

    def cut(value, part):
        if value is None:
            return None
        if isinstance(value, dict):
            return {k: np.asarray(v)[part] for k, v in value.items()}
        return [np.asarray(v)[part] for v in value] if _is_list_of_arrays(value) else np.asarray(value)[part]

    first, last = slice(0, at), slice(at, None)
    return tuple(cut(v, first) for v in (x, y, sample_weight)), tuple(cut(v, last) for v in (x, y, sample_weight))


class Batches:
    """Arrays of a model's inputs, targets and weights, cut into batches."""

    def __init__(self, model, x, y, sample_weight, batch_size, class_weight, with_targets=True):
        names, inputs = model._feed_input_names, model._feed_inputs
        self.x = as_arrays(_by_name(x, names, "inputs"))
        if len(self.x) != len(inputs):
            raise ValueError(_WRONG_NUMBER % ("input", len(inputs), len(self.x), str(x)[:200]))
        for array, tensor, name in zip(self.x, inputs, names):
            _check(array, tensor, "input", name)
        outputs = [o for o in model._compiled if o.target is not None and is_fed(o.target)] if with_targets else []
        y = _by_name(y, [o.name for o in outputs], "targets")
        self.y = as_arrays(y)
        if with_targets and len(self.y) != len(outputs):
            raise ValueError(_WRONG_NUMBER % ("target", len(outputs), len(self.y), str(y)[:200]))
        for array, output in zip(self.y, outputs):
            _check_target(array, output)
        self.samples = len(self.x[0]) if self.x else len(self.y[0]) if self.y else 0
        check_lengths(self.x, self.y)
        self.weights = [_weights(sample_weight, class_weight, o, i, v) for i, (o, v) in enumerate(zip(outputs, self.y))]
        self.batch_size = batch_size or self.samples
        self.steps = None

    def whole(self):
        """Everything as one batch."""
        return self.x, self.y, self.weights

    def epoch(self, shuffle):
        """Yields (inputs, targets, weights) of each batch; shuffled by np.random, or batch by batch if `shuffle` is 'batch'."""
        order = np.arange(self.samples)
        if shuffle == "batch":
            whole = self.samples // self.batch_size * self.batch_size
            blocks = order[:whole].reshape(-1, self.batch_size)
            np.random.shuffle(blocks)
            order = np.append(blocks.reshape(-1), order[whole:])
        elif shuffle:
            np.random.shuffle(order)
        for start in range(0, self.samples, self.batch_size):
            chosen = order[start : start + self.batch_size] if shuffle else slice(start, start + self.batch_size)
            yield [a[chosen] for a in self.x], [a[chosen] for a in self.y], [None if w is None else w[chosen] for w in self.weights]


_WRONG_NUMBER = (
    "Error when checking model %s: the list of Numpy arrays that you are passing to your model is not the size the model expected. "
    "Expected to see %d array(s), but instead got the following list of %d arrays: %s..."
)


def _by_name(given, names, what):
    if not isinstance(given, dict):
        return given
    missing = [name for name in names if name not in given]
    if missing:
        raise ValueError('No data provided for "%s". Need data for each key in: %s' % (missing[0], names))
    return [given[name] for name in names]


def check_lengths(inputs, targets) -> None:
    """ValueError where arrays have different numbers of samples."""
    for what, arrays in (("input", inputs), ("target", targets)):
        if len({len(a) for a in arrays}) > 1:
            raise ValueError(
                "All %s arrays (%s) should have the same number of samples. Got array shapes: %s"
                % (what, "x" if what == "input" else "y", [a.shape for a in arrays])
            )
    if inputs and targets and len(inputs[0]) != len(targets[0]):
        raise ValueError(
            "Input arrays should have the same number of samples as target arrays. Found %d input samples and %d target samples."
            % (len(inputs[0]), len(targets[0]))
        )


def _check(array, tensor, kind, name) -> None:
    dims = backend.int_shape(tensor)
    if dims is None:
        return
    if array.ndim != len(dims):
        raise ValueError(f"Error when checking {kind}: expected {name} to have {len(dims)} dimensions, but got array with shape {array.shape}")
    for have, want in zip(array.shape[1:], dims[1:]):
        if want is not None and have != want:
            raise ValueError(f"Error when checking {kind}: expected {name} to have shape {tuple(dims[1:])} but got array with shape {array.shape[1:]}")  # noqa: E501


def _check_target(array, output) -> None:
    function = getattr(output.loss, "fn", None)
    dims = backend.int_shape(output.prediction)
    if getattr(function, "__name__", "").startswith("sparse_"):
        if array.ndim == len(dims) and array.shape[-1] != 1:
            raise ValueError(
                f"Error when checking target: expected {output.name} to have shape {tuple(dims[1:-1]) + (1,)} but got array with shape "
                f"{array.shape[1:]}"
            )
        return
    if getattr(function, "__name__", "") in ("mean_squared_error", "binary_crossentropy", "categorical_crossentropy"):
        _check(array, output.prediction, "target", output.name)


def _weights(sample_weight, class_weight, output, number, target):
    if isinstance(sample_weight, dict):
        sample_weight = sample_weight.get(output.name)
    elif isinstance(sample_weight, (list, tuple)) and sample_weight and np.ndim(sample_weight[0]):
        sample_weight = sample_weight[number]
    if sample_weight is not None:
        _check_sample_weight(np.asarray(sample_weight), target, output.sample_weight_mode)
    if class_weight is None:
        return None if sample_weight is None else np.asarray(sample_weight)
    classes = target.argmax(axis=1) if target.ndim == 2 and target.shape[1] > 1 else target.reshape(len(target))
    weights = np.array([class_weight[int(c)] for c in classes], backend.floatx())
    return weights if sample_weight is None else weights * np.asarray(sample_weight)


def _check_sample_weight(weight, target, mode) -> None:
    if mode == "temporal":
        if target.ndim < 3:
            raise ValueError(
                'Found a sample_weight array for an input with shape %s. Timestep-wise sample weighting (use of sample_weight_mode="temporal") '
                "is restricted to outputs that are at least 3D, i.e. that have a time dimension." % (target.shape,)
            )
        if weight.ndim != 2:
            raise ValueError(
                "Found a sample_weight array with shape %s. In order to use timestep-wise sample weighting, you should pass a 2D "
                "sample_weight array." % (weight.shape,)
            )
    elif weight.ndim != 1:
        raise ValueError(
            "Found a sample_weight array with shape %s. In order to use timestep-wise sample weights, you should specify "
            'sample_weight_mode="temporal" in compile(). If you just mean to use sample-wise weights, make sure your sample_weight array '
            "is 1D." % (weight.shape,)
        )
    if len(weight) != len(target):
        raise ValueError("Found a sample_weight array with shape %s for an input with shape %s." % (weight.shape, target.shape))


class StreamedBatches:
    """Batches that a generator, a Sequence or a data set gives."""

    samples = batch_size = None

    def __init__(self, model, stream, steps):
        self._model, self._stream, self._first = model, stream, None
        self.steps = steps
        if _is_sequence(stream):
            self.steps = steps or len(stream)
        self._endless = self._pull() if not _is_sequence(stream) else None

    def _pull(self):
        stream = self._stream
        if hasattr(stream, "make_one_shot_iterator"):
            stream = stream.make_one_shot_iterator()
        if not hasattr(stream, "get_next"):
            yield from stream
            return
        from tinytf.errors import OutOfRangeError

        elements, session = stream.get_next(), backend.get_session()
        while True:
            try:
                yield session.run(elements)
            except OutOfRangeError:
                return

    def _take(self, step):
        if self._endless is None:
            return self._stream[step]
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return next(self._endless)

    def peek(self):
        """The first batch, which epoch() gives again."""
        if self._endless is None:
            batch = self._stream[0]
        else:
            batch = self._first = next(self._endless)
        return batch if isinstance(batch, tuple) else (batch,)

    def epoch(self, shuffle):
        """Yields (inputs, targets, weights) of each batch."""
        step = 0
        while self.steps is None or step < self.steps:
            try:
                batch = self._take(step)
            except (StopIteration, IndexError):
                if step == 0 and hasattr(self._stream, "make_one_shot_iterator"):
                    self._endless = self._pull()  # the data set once more, for the next epoch
                    continue
                return
            step += 1
            parts = (list(batch) if isinstance(batch, (tuple, list)) and len(batch) in (2, 3) else [batch, None]) + [None]
            names = self._model._feed_input_names if isinstance(parts[0], dict) else None
            parts[0] = _by_name(parts[0], names, "inputs")
            parts[1] = _by_name(parts[1], self._model.output_names, "targets")
            yield as_arrays(parts[0]), as_arrays(parts[1]), [None if parts[2] is None else np.asarray(parts[2])] * max(1, len(as_arrays(parts[1])))
        if _is_sequence(self._stream):
            self._stream.on_epoch_end()
