"""tf.estimator.inputs: input functions that feed arrays through a queue."""

from __future__ import annotations

import numpy as np

from tinytf.estimator.feeding import enqueue_data


def numpy_input_fn(x, y=None, batch_size=128, num_epochs=1, shuffle=None, queue_capacity=1000, num_threads=1):
    """An input function that yields batches of arrays.

    Args:
      x: an array or {name: array}.
      y: the labels likewise, or None. All arrays have the same length (ValueError otherwise).
      batch_size: examples in a batch.
      num_epochs: how often to go through the data; for ever where None.
      shuffle: a bool, which has to be given (ValueError otherwise): whether to draw examples at random from the queue.
      queue_capacity, num_threads: of the queue.

    Follows `tf.estimator.inputs.numpy_input_fn` of TF 1.15.
    """
    if not isinstance(shuffle, bool):
        raise ValueError(
            "shuffle must be provided and explicitly set as boolean (it is recommended to set it as True for training); "
            f"got {shuffle}"
        )

    def input_fn():
        features, labels = _features(x), _labels(y, x)
        _check_lengths(features, labels)
        columns = list(features.values()) + list(labels.values())
        queue = enqueue_data(columns, queue_capacity, shuffle, num_threads, batch_size, num_epochs)
        batch = (queue.dequeue_many if num_epochs is None else queue.dequeue_up_to)(batch_size)[1:]  # 0 is the row number
        of_x = batch[0] if isinstance(x, np.ndarray) else dict(zip(features, batch))
        if y is None:
            return of_x
        return of_x, dict(zip(labels, batch[len(features) :])) if isinstance(y, dict) else batch[-1]

    return input_fn


def _features(x) -> dict:
    if isinstance(x, dict):
        if not x:
            raise ValueError("x cannot be an empty dict")
        return dict(sorted(x.items()))
    if not isinstance(x, np.ndarray):
        raise TypeError(f"x must be a dict or array; got {type(x).__name__}")
    if x.size == 0:
        raise ValueError("x cannot be an empty array")
    return {"x": x}


def _labels(y, x) -> dict:
    if y is None:
        return {}
    if not isinstance(y, dict):
        return {"y": y}
    if not y:
        raise ValueError("y cannot be empty dict, use None instead.")
    common = set(y) & set(x if isinstance(x, dict) else ())
    if common:
        raise ValueError(f"{len(common)} duplicate keys are found in both x and y: {common}")
    return dict(sorted(y.items()))


def _check_lengths(features, labels) -> None:
    arrays = list(features.values()) + list(labels.values())
    if len({array.shape[0] for array in arrays}) != 1:
        raise ValueError(
            "Length of tensors in x and y is mismatched. All elements in x and y must have the same length.\n"
            f"Shapes in x: { {k: v.shape for k, v in features.items()} }\nShapes in y: { {k: v.shape for k, v in labels.items()} }\n"
        )


def pandas_input_fn(
    x, y=None, batch_size=128, num_epochs=1, shuffle=None, queue_capacity=1000, num_threads=1, target_column="target"
):
    """The same of a pandas DataFrame (features: {column: tensor}) and a Series of labels.

    Follows `tf.estimator.inputs.pandas_input_fn` of TF 1.15.
    """
    if not isinstance(shuffle, bool):
        raise ValueError(
            "shuffle must be provided and explicitly set as boolean (it is recommended to set it as True for training); "
            f"got {shuffle}"
        )
    if y is not None and not np.array_equal(x.index, y.index):
        raise ValueError(f"Index for x and y are mismatched.\nIndex for x: {x.index}\nIndex for y: {y.index}\n")

    def input_fn():
        frame = x.copy()
        target = target_column
        while y is not None and target in frame:
            target += "_n"
        if y is not None:
            frame[target] = y
        columns = [frame[name].values for name in frame.columns]
        queue = enqueue_data(columns, queue_capacity, shuffle, num_threads, batch_size, num_epochs, index=frame.index.values)
        batch = (queue.dequeue_many if num_epochs is None else queue.dequeue_up_to)(batch_size)[1:]
        features = dict(zip(frame.columns, batch))
        return features if y is None else (features, features.pop(target))

    return input_fn
