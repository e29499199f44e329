"""Random ops whose state is a resource variable, so that it is saved, copied and reset like any other.

The variable holds int64 [3]: the counter's two halves, then the key.  A run draws from there and moves the
counter on by 256 for each output, as the kernels of TensorFlow do.
"""

from __future__ import annotations

import os

import numpy as np

from tinytf import errors
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import with_rank, with_rank_at_most
from tinytf.ops.random import philox, random_draws
from tinytf.ops.random.random_ops import check_range, checked_shape, numpy_type, size_of

PHILOX = 1
_STATE_SIZE = 3
_WORD = (1 << 64) - 1
_SHAPED = "resource: resource, algorithm: int64, shape: shape_dtype"


def _refused(op_, message):
    return errors.InvalidArgumentError(op_.node_def, op_, message)


def _state_of(box, algorithm, op_) -> np.ndarray:
    """The state behind a handle; what TensorFlow refuses is an error here, too."""
    state = getattr(box, "value", None)
    if state is None:
        raise errors.NotFoundError(op_.node_def, op_, "Resource localhost/%s does not exist: run its initializer first." % getattr(box, "name", box))
    if state.dtype != np.int64:
        raise _refused(op_, "dtype of RNG state variable must be int64, not %s" % state.dtype)
    if state.ndim != 1:
        raise _refused(op_, "RNG state must have one and only one dimension, not %d" % state.ndim)
    if np.ndim(algorithm) != 0:
        raise _refused(op_, "algorithm must be of shape [], not %s" % (list(np.shape(algorithm)),))
    if algorithm != PHILOX:
        raise _refused(op_, "Unsupported algorithm id: %d" % algorithm)
    if state.size < _STATE_SIZE:
        raise _refused(op_, "For the Philox algorithm, the size of state must be at least 3; got %d" % state.size)
    return state


def _take(state: np.ndarray, outputs: int) -> tuple:
    """(key, counter) to draw from; the variable goes on behind what `outputs` outputs may need."""
    low, high, key = (int(word) & _WORD for word in state[:_STATE_SIZE])
    counter = low | high << 64
    following = counter + 256 * outputs
    state.view(np.uint64)[:2] = following & _WORD, (following >> 64) & _WORD
    return (key & 0xFFFFFFFF, key >> 32), counter


def _shape(op_):
    with_rank(op_.inputs[1].dims, 0)
    return [constant_dims(op_.inputs[2])]


def _filler(draw):
    def kernel(op_):
        dtype = numpy_type(op_, op_.attr("dtype"))

        def fill(box, algorithm, shape):
            state, shape = _state_of(box, algorithm, op_), checked_shape(op_, shape)
            count = size_of(shape)
            return draw(_take(state, count), count, dtype).reshape(shape)

        return fill

    return kernel


for _name, _draw in (
    ("StatefulStandardNormalV2", philox.normal),
    ("StatefulTruncatedNormal", philox.truncated_normal),
    ("StatefulUniform", philox.uniform),
):
    op(
        "%s(%s) -> (output: dtype); dtype: type = float; shape_dtype: type = int64; is_stateful" % (_name, _SHAPED),
        shape=_shape,
        kernel=_filler(_draw),
        gradient=NOT_DIFFERENTIABLE,
    )
op(
    "StatefulUniformFullInt(%s) -> (output: dtype); dtype: type = uint64; shape_dtype: type = int64; is_stateful" % _SHAPED,
    shape=_shape,
    kernel=_filler(philox.full_int),
    gradient=NOT_DIFFERENTIABLE,
)


def _int_shape(op_):
    with_rank(op_.inputs[3].dims, 0)
    with_rank(op_.inputs[4].dims, 0)
    return _shape(op_)


def _int_kernel(op_):
    dtype = numpy_type(op_, op_.attr("dtype"))

    def fill(box, algorithm, shape, low, high):
        state, shape = _state_of(box, algorithm, op_), checked_shape(op_, shape)
        check_range(op_, low, high)
        count = size_of(shape)
        return philox.uniform_int(_take(state, count), count, low, high, dtype).reshape(shape)

    return fill


op(
    "StatefulUniformInt(%s, minval: dtype, maxval: dtype) -> (output: dtype); dtype: type = int64; "
    "shape_dtype: type = int64; is_stateful" % _SHAPED,
    shape=_int_shape,
    kernel=_int_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _binomial_shape(op_):
    with_rank_at_most(op_.inputs[3].dims, 1)
    with_rank_at_most(op_.inputs[4].dims, 1)
    return _shape(op_)


def _binomial_kernel(op_):
    dtype = numpy_type(op_, op_.attr("dtype"))

    def fill(box, algorithm, shape, counts, probs):
        state, shape = _state_of(box, algorithm, op_), checked_shape(op_, shape)
        if not shape:
            raise _refused(op_, "Shape tensor must not be empty, got shape []")
        counts, probs = np.atleast_1d(counts), np.atleast_1d(probs)
        for name, given in (("counts", counts), ("probs", probs)):
            if given.size not in (1, shape[0]):
                raise _refused(op_, "Input %s should have length 1 or shape[0], got shape: [%s]" % (name, ",".join(map(str, given.shape))))
        count = size_of(shape)
        batches, per_batch = shape[0], count // max(shape[0], 1)
        if counts.size == probs.size == 1:  # any split will do: TensorFlow takes a hundred at a time
            batches, per_batch = -(-count // 100), 100
        source = _take(state, batches * 2 * 100 * (per_batch + 3) // 4)
        return random_draws.binomial(source, counts, probs, per_batch, count).astype(dtype).reshape(shape)

    return fill


op(
    "StatefulRandomBinomial(resource: resource, algorithm: int64, shape: S, counts: T, probs: T) -> (output: dtype); "
    "S: {int32, int64}; T: {half, float, double, int32, int64} = double; "
    "dtype: {half, float, double, int32, int64} = int64; is_stateful",
    shape=_binomial_shape,
    kernel=_binomial_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _skip_kernel(op_):
    return lambda box, algorithm, delta: _take(_state_of(box, algorithm, op_), int(delta)) and None


def _skip_shape(op_):
    with_rank(op_.inputs[1].dims, 0)
    with_rank(op_.inputs[2].dims, 0)
    return []


op(
    "RngSkip(resource: resource, algorithm: int64, delta: int64) -> (); is_stateful",
    shape=_skip_shape,
    kernel=_skip_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _any_kernel(op_):
    dtype = np.dtype(op_.attr("dtype").as_numpy_dtype)

    def fill(shape):
        shape = checked_shape(op_, shape)
        return np.frombuffer(os.urandom(size_of(shape) * dtype.itemsize), dtype).reshape(shape).copy()

    return fill


op(
    "NonDeterministicInts(shape: shape_dtype) -> (output: dtype); dtype: type = int64; shape_dtype: type = int64; is_stateful",
    shape=lambda op_: [constant_dims(op_.inputs[0])],
    kernel=_any_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
