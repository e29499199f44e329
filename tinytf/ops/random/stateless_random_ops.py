"""Random ops without state: the numbers are given by the seed tensor alone."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dims, with_rank
from tinytf.ops.random import philox, random_ops
from tinytf.ops.random.random_ops import checked_shape, numpy_type, shape_tensor, size_of

_TYPES = "T: {int32, int64} = int32; Tseed: {int32, int64} = int64"


def _state(op_, seed):
    if np.shape(seed) != (2,):
        raise errors.InvalidArgumentError(op_.node_def, op_, "seed must have shape [2], not %s" % (list(np.shape(seed)),))
    return philox.stateless(seed)


def _shape(op_):
    merge_dims(op_.inputs[1].dims, (2,))
    return [constant_dims(op_.inputs[0])]


def _filler(draw):
    def kernel(op_):
        dtype = numpy_type(op_, op_.attr("dtype"))

        def fill(shape, seed):
            shape = checked_shape(op_, shape)
            return draw(_state(op_, seed), size_of(shape), dtype).reshape(shape)

        return fill

    return kernel


for _name, _draw in (
    ("StatelessRandomUniform", philox.uniform),
    ("StatelessRandomNormal", philox.normal),
    ("StatelessTruncatedNormal", philox.truncated_normal),
):
    op(
        "%s(shape: T, seed: Tseed) -> (output: dtype); dtype: {half, bfloat16, float, double} = float; %s"
        % (_name, _TYPES),
        shape=_shape,
        kernel=_filler(_draw),
        gradient=NOT_DIFFERENTIABLE,
    )


def _int_kernel(op_):
    dtype = numpy_type(op_, op_.attr("dtype"))

    def fill(shape, seed, low, high):
        shape = checked_shape(op_, shape)
        random_ops.check_range(op_, low, high)
        return philox.uniform_int(_state(op_, seed), size_of(shape), low, high, dtype).reshape(shape)

    return fill


def _int_shape(op_):
    with_rank(op_.inputs[2].dims, 0)
    with_rank(op_.inputs[3].dims, 0)
    return _shape(op_)


op(
    "StatelessRandomUniformInt(shape: T, seed: Tseed, minval: dtype, maxval: dtype) -> (output: dtype); "
    "dtype: {int32, int64}; T: {int32, int64}; Tseed: {int32, int64} = int64",
    shape=_int_shape,
    kernel=_int_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _multinomial_kernel(op_):
    dtype = op_.attr("output_dtype").as_numpy_dtype

    def draw(logits, samples, seed):
        state = _state(op_, seed)
        return random_ops.draw_classes(op_, lambda count: state, logits, samples).astype(dtype, copy=False)

    return draw


op(
    "StatelessMultinomial(logits: T, num_samples: int32, seed: Tseed) -> (output: output_dtype); "
    "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; "
    "Tseed: {int32, int64} = int64; output_dtype: {int32, int64} = int64",
    shape=random_ops.multinomial_shape,
    kernel=_multinomial_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def stateless_random_uniform(shape, seed, minval=0, maxval=None, dtype=dtypes.float32, name=None):
    """Numbers in [minval, maxval) given by `seed` [2].  Follows tf.random.stateless_uniform of TF 1.15."""
    maxval, dtype = random_ops.uniform_bounds(maxval, dtype)
    with name_scope(name, "stateless_random_uniform", [shape, seed, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        if dtype.is_integer:
            return make("StatelessRandomUniformInt", shape, seed, minval, maxval, name=scope)
        drawn = make("StatelessRandomUniform", shape, seed, dtype=dtype)
        return random_ops._add(drawn * (maxval - minval), minval, scope)


def _normal(op_type, scope_name, shape, seed, mean, stddev, dtype, name):
    with name_scope(name, scope_name, [shape, seed, mean, stddev]) as scope:
        shape = shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype=dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
        drawn = make(op_type, shape, seed, dtype=dtype)
        return random_ops._add(drawn * stddev, mean, scope)


def stateless_random_normal(shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
    """Normal numbers given by `seed` [2].  Follows tf.random.stateless_normal of TF 1.15."""
    return _normal("StatelessRandomNormal", "stateless_random_normal", shape, seed, mean, stddev, dtype, name)


def stateless_truncated_normal(shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
    """Truncated normal numbers given by `seed` [2].  Follows tf.random.stateless_truncated_normal of TF 1.15."""
    return _normal("StatelessTruncatedNormal", "stateless_truncated_normal", shape, seed, mean, stddev, dtype, name)


def _classes(scope_name, logits, num_samples, seed, dtype, name):
    with name_scope(name, scope_name, [logits, seed]):
        logits = convert_to_tensor(logits, name="logits")
        return make("StatelessMultinomial", logits, num_samples, seed, output_dtype=dtype)


def stateless_multinomial(logits, num_samples, seed, output_dtype=dtypes.int64, name=None):
    """As `tf.multinomial`, given by `seed` [2].  Follows tf.random.stateless_multinomial of TF 1.15."""
    return _classes("stateless_multinomial", logits, num_samples, seed, output_dtype, name)


def stateless_categorical(logits, num_samples, seed, dtype=dtypes.int64, name=None):
    """As `tf.random.categorical`, given by `seed` [2].  Follows tf.random.stateless_categorical of TF 1.15."""
    return _classes("stateless_categorical", logits, num_samples, seed, dtype, name)
