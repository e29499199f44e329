"""Gradients held against finite differences: tf.test.compute_gradient and its error."""

from __future__ import annotations

import numpy as np

from tinytf.graph.default_session import get_default_session
from tinytf.ops.array import constant
from tinytf.ops.autodiff import gradients


def compute_gradient(
    x, x_shape, y, y_shape, x_init_value=None, delta=1e-3, init_targets=None, extra_feed_dict=None
):
    """The Jacobian of y by x, twice: as tf.gradients has it, and by central differences of step `delta`.

    Returns a pair of arrays [elements of x, elements of y], or a list of pairs if `x` is a list. A complex element
    counts as two. Needs a default session. Follows tf.test.compute_gradient of TF 1.15.
    """
    if init_targets is not None:
        for target in init_targets if isinstance(init_targets, (list, tuple)) else [init_targets]:
            target.run()
    if not isinstance(x, list):
        return _of_one(x, x_shape, y, y_shape, x_init_value, delta, extra_feed_dict or {})
    starts = x_init_value if x_init_value is not None else [None] * len(x)
    feeds = dict(extra_feed_dict or {})
    starts = [_start(one, shape, start) for one, shape, start in zip(x, x_shape, starts)]
    feeds.update(zip(x, starts))
    return [_of_one(one, shape, y, y_shape, start, delta, feeds) for one, shape, start in zip(x, x_shape, starts)]


def compute_gradient_error(
    x, x_shape, y, y_shape, x_init_value=None, delta=1e-3, init_targets=None, extra_feed_dict=None
) -> float:
    """How far the two Jacobians of compute_gradient() are apart at most. Follows tf.test.compute_gradient_error of TF 1.15."""
    pairs = compute_gradient(x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict)
    pairs = [pairs] if isinstance(pairs, tuple) else pairs
    return max((np.abs(a - b).max() for a, b in pairs if a.size), default=0)


def _start(x, shape, value):
    dtype = x.dtype.as_numpy_dtype
    if value is None:
        value = np.random.RandomState(0).random_sample(shape)
        value = value + 1j * np.random.RandomState(1).random_sample(shape) if x.dtype.is_complex else value
    value = np.asarray(value, dtype=dtype)
    if tuple(value.shape) != tuple(shape):
        raise ValueError("x_shape: %s, but the start value has %s" % (list(shape), list(value.shape)))
    return value


def _of_one(x, x_shape, y, y_shape, start, delta, feeds):
    start = _start(x, x_shape, start)
    session = get_default_session()
    dy = constant.constant(1.0, shape=y_shape, dtype=y.dtype)
    (dx,) = gradients.gradients(y, x, grad_ys=dy)
    if dx is None:
        raise ValueError("y does not depend on x: tf.gradients gives None")
    return _theoretical(session, x, start, y, tuple(y_shape), dy, dx, feeds), _numeric(session, x, start, y, delta, feeds)


def _reals(array):
    """The elements as real numbers: a complex one as two."""
    array = np.ascontiguousarray(array).reshape(-1)
    return array.view(array.real.dtype) if np.iscomplexobj(array) else array


def _theoretical(session, x, start, y, y_shape, dy, dx, feeds):
    dtype = y.dtype.as_numpy_dtype
    pulse = np.zeros(y_shape, dtype)
    columns = []
    for i in range(_reals(pulse).size):
        flat = _reals(pulse.copy())
        flat[i] = 1
        pulled = session.run(dx, {**feeds, x: start, dy: flat.view(dtype).reshape(y_shape)})
        if hasattr(pulled, "dense_shape") or hasattr(pulled, "indices"):  # IndexedSlicesValue
            dense = np.zeros(start.shape, start.dtype)
            np.add.at(dense, pulled.indices, pulled.values)
            pulled = dense
        columns.append(_reals(pulled))
    if not columns:
        return np.zeros((_reals(start).size, 0), _reals(start).dtype)
    return np.stack(columns, axis=1)


def _numeric(session, x, start, y, delta, feeds):
    flat = _reals(start)
    rows = []
    for i in range(flat.size):
        ends = []
        for sign in (1, -1):
            moved = flat.copy()
            moved[i] += sign * delta
            value = session.run(y, {**feeds, x: moved.view(start.dtype).reshape(start.shape)})
            ends.append(_reals(np.asarray(value)))
        rows.append((ends[0] - ends[1]) / (2 * delta))
    if not rows:
        return np.zeros((0, 0), flat.dtype)
    return np.stack(rows).astype(flat.dtype, copy=False)
