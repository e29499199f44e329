"""Random ops: the same seeds give the numbers that TensorFlow gives on a CPU.

A kernel owns a generator and goes on from run to run; each session starts anew.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims, constant_size
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input, with_rank
from tinytf.ops.random import philox, random_draws, random_seed
from tinytf.shapes import dimension_value

_SEEDS = "seed: int = 0; seed2: int = 0"
_REAL = "{half, bfloat16, float, double}"


def _dims_from_shape(op_):
    return [constant_dims(op_.inputs[0])]


def checked_shape(op_, shape) -> tuple:
    """The shape an op is asked for, as a tuple; InvalidArgumentError where it is none."""
    shape = np.asarray(shape)
    if shape.ndim > 1:
        raise errors.InvalidArgumentError(
            op_.node_def, op_, "shape must be a vector of {int32,int64}, got shape [%s]" % ",".join(map(str, shape.shape))
        )
    result = tuple(shape.reshape(-1).tolist())
    if any(d < 0 for d in result):
        raise errors.InvalidArgumentError(op_.node_def, op_, "Dimension %d must be >= 0" % min(result))
    return result


def size_of(shape) -> int:
    """The number of elements."""
    total = 1
    for d in shape:
        total *= d
    return total


def numpy_type(op_, dtype):
    """The NumPy type to draw; NotImplementedError for bfloat16, which NumPy does not have."""
    if dtype == dtypes.bfloat16:
        raise NotImplementedError("%s of bfloat16 is not supported; draw float32 and tf.cast it" % op_.type)
    return np.dtype(dtype.as_numpy_dtype)


def generator(op_) -> philox.Philox:
    """The generator that an op's seeds stand for."""
    return philox.Philox(op_.attr("seed"), op_.attr("seed2"))


def _filler(draw):
    def kernel(op_):
        source, dtype = generator(op_), numpy_type(op_, op_.attr("dtype"))

        def fill(shape):
            shape = checked_shape(op_, shape)
            count = size_of(shape)
            return draw(source.reserve_outputs(count), count, dtype).reshape(shape)

        return fill

    return kernel


for _name, _draw in (
    ("RandomUniform", philox.uniform),
    ("RandomStandardNormal", philox.normal),
    ("TruncatedNormal", philox.truncated_normal),
):
    op(
        "%s(shape: T) -> (output: dtype); %s; dtype: %s; T: {int32, int64}; is_stateful" % (_name, _SEEDS, _REAL),
        shape=_dims_from_shape,
        kernel=_filler(_draw),
        gradient=NOT_DIFFERENTIABLE,
    )


def check_range(op_, low, high) -> None:
    """InvalidArgumentError unless low < high."""
    if not low < high:
        raise errors.InvalidArgumentError(op_.node_def, op_, "Need minval < maxval, got %d >= %d" % (low, high))


def _uniform_int_kernel(op_):
    source, dtype = generator(op_), numpy_type(op_, op_.attr("Tout"))

    def fill(shape, low, high):
        shape = checked_shape(op_, shape)
        count = size_of(shape)
        if not count:
            return np.empty(shape, dtype)
        check_range(op_, low, high)
        return philox.uniform_int(source.reserve_outputs(count), count, low, high, dtype).reshape(shape)

    return fill


def _int_shape(op_):
    with_rank(op_.inputs[1].dims, 0)
    with_rank(op_.inputs[2].dims, 0)
    return _dims_from_shape(op_)


op(
    "RandomUniformInt(shape: T, minval: Tout, maxval: Tout) -> (output: Tout); %s; Tout: {int32, int64}; "
    "T: {int32, int64}; is_stateful" % _SEEDS,
    shape=_int_shape,
    kernel=_uniform_int_kernel,
)


def _shuffle_kernel(op_):
    source = generator(op_)

    def shuffle(value):
        if value.size <= 1 or value.shape[0] <= 1:
            return value.copy()
        size = value.shape[0]
        order = random_draws.permutation(source.reserve(-(-(size - 1) // 4)), size)
        return value[order]

    return shuffle


op(
    "RandomShuffle(value: T) -> (output: T); %s; T: type; is_stateful" % _SEEDS,
    shape=same_as_input,
    kernel=_shuffle_kernel,
)


def multinomial_shape(op_):
    """[batch, samples]."""
    batch = with_rank(op_.inputs[0].dims, 2)[0]
    with_rank(op_.inputs[1].dims, 0)
    return [(batch, constant_size(op_, 1))]


def draw_classes(op_, reserve, logits, samples):
    """The classes that Multinomial draws; `reserve(count)` gives the state to draw from."""
    if logits.ndim != 2:
        raise errors.InvalidArgumentError(op_.node_def, op_, "logits should be a matrix, got shape %s" % (list(logits.shape),))
    samples = int(samples)
    if samples < 0:
        raise errors.InvalidArgumentError(op_.node_def, op_, "num_samples should be nonnegative, got %d" % samples)
    if logits.shape[0] > 0 and logits.shape[1] == 0:
        raise errors.InvalidArgumentError(op_.node_def, op_, "num_classes should be positive, got 0")
    if not logits.shape[0] or not samples:
        return np.empty((logits.shape[0], samples), np.int64)
    state = reserve(logits.shape[0] * (-(-samples // 4) * 4) * 2)
    return random_draws.classes(state, logits, samples)


def _multinomial_kernel(op_):
    source, dtype = generator(op_), op_.attr("output_dtype").as_numpy_dtype
    return lambda logits, samples: draw_classes(op_, source.reserve_outputs, logits, samples).astype(dtype, copy=False)


op(
    "Multinomial(logits: T, num_samples: int32) -> (output: output_dtype); %s; "
    "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; "
    "output_dtype: {int32, int64} = int64; is_stateful" % _SEEDS,
    shape=multinomial_shape,
    kernel=_multinomial_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _appended_shape(op_):
    dims, parameter = constant_dims(op_.inputs[0]), op_.inputs[1].dims
    return [None if dims is None or parameter is None else tuple(dims) + tuple(parameter)]


def _gamma_kernel(op_):
    source, dtype = generator(op_), numpy_type(op_, op_.attr("T"))

    def fill(shape, alpha):
        shape, alpha = checked_shape(op_, shape), np.asarray(alpha)
        samples = size_of(shape)
        if not samples * alpha.size:
            return np.empty(shape + alpha.shape, dtype)
        state = source.reserve_outputs(samples * alpha.size)
        drawn = random_draws.gamma(state, alpha.reshape(-1), samples)
        return np.ascontiguousarray(drawn, dtype).reshape(shape + alpha.shape)

    return fill


def add_leading_unit_dimensions(x, num_dimensions):
    """`x` with `num_dimensions` dimensions of size 1 before its own."""
    from tinytf.ops.array import array_ops

    shape = array_ops.concat([array_ops.ones([num_dimensions], dtype=dtypes.int32), array_ops.shape(x)], axis=0)
    return array_ops.reshape(x, shape)


def _gamma_gradient(op_, grad):
    from tinytf.ops.array import array_ops
    from tinytf.ops.array.ranges import range
    from tinytf.ops.math.reductions import reduce_sum

    shape, alpha = op_.inputs
    with control_dependencies([grad]):
        sampled = array_ops.shape(shape)[0]
        alpha = add_leading_unit_dimensions(alpha, sampled)
        partial = make("RandomGammaGrad", alpha, op_.outputs[0])
        return None, reduce_sum(grad * partial, axis=range(sampled))


op(
    "RandomGamma(shape: S, alpha: T) -> (output: T); %s; S: {int32, int64}; T: {half, float, double}; "
    "is_stateful" % _SEEDS,
    shape=_appended_shape,
    kernel=_gamma_kernel,
    gradient=_gamma_gradient,
)


def _poisson_kernel(op_):
    source, dtype = generator(op_), numpy_type(op_, op_.attr("dtype"))
    highest = float((np.finfo if dtype.kind == "f" else np.iinfo)(dtype).max)

    def fill(shape, rate):
        shape, rate = checked_shape(op_, shape), np.asarray(rate)
        samples = size_of(shape)
        if not samples * rate.size:
            return np.empty(shape + rate.shape, dtype)
        state = source.reserve_outputs(samples * rate.size)
        drawn = random_draws.poisson(state, rate.reshape(-1), samples, highest)
        return np.ascontiguousarray(drawn, dtype).reshape(shape + rate.shape)

    return fill


op(
    "RandomPoissonV2(shape: S, rate: R) -> (output: dtype); %s; S: {int32, int64}; "
    "R: {half, float, double, int32, int64} = double; dtype: {half, float, double, int32, int64} = int64; "
    "is_stateful" % _SEEDS,
    shape=_appended_shape,
    kernel=_poisson_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "RandomPoisson(shape: S, rate: dtype) -> (output: dtype); %s; S: {int32, int64}; dtype: {half, float, double}; "
    "is_stateful; deprecated 25 'Replaced by RandomPoissonV2'" % _SEEDS,
    shape=_appended_shape,
    kernel=_poisson_kernel,
)


def _bounded_kernel(op_):
    source, dtype = generator(op_), numpy_type(op_, op_.attr("dtype"))

    def fill(shape, *parameters):
        shape = checked_shape(op_, shape)
        if not shape:
            raise errors.InvalidArgumentError(op_.node_def, op_, "Shape tensor must not be empty, got shape []")
        parameters = [np.atleast_1d(p) for p in parameters]
        batches, count = shape[0], size_of(shape)
        for name, p in zip(("means", "stddevs", "minvals", "maxvals"), parameters):
            if p.ndim != 1 or p.size not in (1, batches):
                raise errors.InvalidArgumentError(
                    op_.node_def, op_, "Input %s should have length 1 or shape[0], got shape: %s" % (name, list(p.shape))
                )
        if not count:
            return np.empty(shape, dtype)
        per_batch = count // batches
        if all(p.size == 1 for p in parameters):  # any split will do: TensorFlow takes a hundred at a time
            per_batch = 100
            batches = -(-count // per_batch)
        state = source.reserve(batches * 2 * 1000 * (per_batch + 3) // 4)
        drawn = random_draws.bounded_normal(
            state, per_batch, count, *parameters, dtype,
            lambda: errors.InvalidArgumentError(op_.node_def, op_, "Invalid parameters"),
        )  # fmt: skip
        return drawn.reshape(shape)

    return fill


op(
    "ParameterizedTruncatedNormal(shape: T, means: dtype, stdevs: dtype, minvals: dtype, maxvals: dtype) -> "
    "(output: dtype); %s; dtype: %s; T: {int32, int64}; is_stateful" % (_SEEDS, _REAL),
    shape=_dims_from_shape,
    kernel=_bounded_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


# --- public functions ------------------------------------------------------------------------------------


def shape_tensor(shape):
    """A shape given by a tensor, a list or a TensorShape, as a tensor called 'shape'."""
    dtype = None
    if isinstance(shape, (tuple, list)):
        if not shape:
            dtype = dtypes.int32
        shape = tuple([dimension_value(d) for d in shape])
    return convert_to_tensor(shape, dtype=dtype, name="shape")


def seeds(seed) -> dict:
    """The seed attributes of a random op."""
    seed1, seed2 = random_seed.get_seed(seed)
    return {"seed": seed1, "seed2": seed2}


def _add(x, y, name):
    from tinytf.ops.math import math_ops

    return math_ops.add(x, y, name=name)


def _scaled_normal(op_type, scope_name, shape, mean, stddev, dtype, seed, name):
    with name_scope(name, scope_name, [shape, mean, stddev]) as scope:
        shape = shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype=dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
        drawn = make(op_type, shape, dtype=dtype, **seeds(seed))
        return _add(drawn * stddev, mean, scope)


def random_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Normal numbers: a tensor of `shape` and a floating `dtype`.  Follows tf.random_normal of TF 1.15."""
    return _scaled_normal("RandomStandardNormal", "random_normal", shape, mean, stddev, dtype, seed, name)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Normal numbers within two standard deviations of the mean.  Follows tf.truncated_normal of TF 1.15."""
    return _scaled_normal("TruncatedNormal", "truncated_normal", shape, mean, stddev, dtype, seed, name)


def parameterized_truncated_normal(
    shape, means=0.0, stddevs=1.0, minvals=-2.0, maxvals=2.0, dtype=dtypes.float32, seed=None, name=None
):
    """Normal numbers within bounds; the parameters are scalars or one an entry of the first dimension."""
    with name_scope(name, "parameterized_truncated_normal", [shape, means, stddevs, minvals, maxvals]):
        shape = shape_tensor(shape)
        parameters = [
            convert_to_tensor(value, dtype=dtype, name=part)
            for value, part in ((means, "means"), (stddevs, "stddevs"), (minvals, "minvals"), (maxvals, "maxvals"))
        ]
        return make("ParameterizedTruncatedNormal", shape, *parameters, **seeds(seed))


_UNIFORM_TYPES = (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64)


def uniform_bounds(maxval, dtype):
    """(maxval, dtype) with defaults filled in; ValueError where they do not fit."""
    dtype = dtypes.as_dtype(dtype)
    if dtype not in _UNIFORM_TYPES:
        raise ValueError("Invalid dtype %r" % dtype)
    if maxval is None:
        if dtype.is_integer:
            raise ValueError("Must specify maxval for integer dtype %r" % dtype)
        maxval = 1
    return maxval, dtype


def random_uniform(shape, minval=0, maxval=None, dtype=dtypes.float32, seed=None, name=None):
    """Numbers in [minval, maxval), floating or integer.  Follows tf.random_uniform of TF 1.15.

    Raises ValueError for another dtype, or an integer dtype without `maxval`.
    """
    maxval, dtype = uniform_bounds(maxval, dtype)
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        if dtype.is_integer:
            return make("RandomUniformInt", shape, minval, maxval, name=scope, **seeds(seed))
        seed = seeds(seed)
        drawn = make("RandomUniform", shape, dtype=dtype, **seed)
        return _add(drawn * (maxval - minval), minval, scope)


def random_shuffle(value, seed=None, name=None):
    """The rows of a tensor in random order.  Follows tf.random_shuffle of TF 1.15."""
    return make("RandomShuffle", value, name=name, **seeds(seed))


def random_crop(value, size, seed=None, name=None):
    """A slice of shape `size` at a random place.  Follows tf.random_crop of TF 1.15."""
    from tinytf.ops.array import array_ops
    from tinytf.ops.control_flow import control_flow_ops
    from tinytf.ops.math import math_ops

    with name_scope(name, "random_crop", [value, size]) as scope:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtype=dtypes.int32, name="size")
        shape = array_ops.shape(value)
        check = control_flow_ops.Assert(
            math_ops.reduce_all(shape >= size), ["Need value.shape >= size, got ", shape, size], summarize=1000
        )
        shape = control_flow_ops.with_dependencies([check], shape)
        limit = shape - size + 1
        offset = random_uniform(array_ops.shape(shape), dtype=size.dtype, maxval=size.dtype.max, seed=seed) % limit
        return array_ops.slice(value, offset, size, name=scope)


def _draw_classes(scope_name, logits, num_samples, dtype, seed, name):
    with name_scope(name, scope_name, [logits]):
        logits = convert_to_tensor(logits, name="logits")
        return make("Multinomial", logits, num_samples, output_dtype=dtype, **seeds(seed))


def multinomial(logits, num_samples, seed=None, name=None, output_dtype=None):
    """[batch, num_samples] class numbers, drawn by the unnormalised log-probabilities `logits` [batch, classes].

    Follows tf.multinomial of TF 1.15.
    """
    return _draw_classes("multinomial", logits, num_samples, output_dtype, seed, name)


def categorical(logits, num_samples, dtype=None, seed=None, name=None):
    """As `multinomial`.  Follows tf.random.categorical of TF 1.15."""
    return _draw_classes("categorical", logits, num_samples, dtype, seed, name)


def random_gamma(shape, alpha, beta=None, dtype=dtypes.float32, seed=None, name=None):
    """`shape` draws from each Gamma(alpha, beta).  Follows tf.random_gamma of TF 1.15."""
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    with name_scope(name, "random_gamma", [shape, alpha, beta]):
        shape = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        alpha = convert_to_tensor(alpha, name="alpha", dtype=dtype)
        beta = convert_to_tensor(1 if beta is None else beta, name="beta", dtype=dtype)
        alpha_broadcast = alpha + array_ops.zeros_like(beta)
        drawn = make("RandomGamma", shape, alpha_broadcast, **seeds(seed))
        return math_ops.maximum(np.finfo(alpha.dtype.as_numpy_dtype).tiny, drawn / beta)


def random_poisson(lam, shape, dtype=dtypes.float32, seed=None, name=None):
    """`shape` draws from each Poisson(lam).  Follows tf.random_poisson of TF 1.15."""
    return random_poisson_v2(shape, lam, dtype, seed, name)


def random_poisson_v2(shape, lam, dtype=dtypes.float32, seed=None, name=None):
    """As `random_poisson`, with the shape first."""
    with name_scope(name, "random_poisson", [lam, shape]):
        shape = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        return make("RandomPoissonV2", shape, lam, dtype=dtype, **seeds(seed))
