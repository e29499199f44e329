"""Initializers: functions of (shape, dtype, partition_info) that make the initial value of a variable."""

from __future__ import annotations

import math

import numpy as np

from tinytf import dtypes
from tinytf.ops.random import random_ops
from tinytf.shapes import TensorShape

TRUNCATED_STDDEV = 0.87962566103423978  # of a standard normal cut off at two standard deviations


class Initializer:
    """The base class: callable, and told by `get_config`.  Follows tf.keras.initializers.Initializer of TF 1.15."""

    _settings: tuple = ()  # the names of the constructor's arguments, besides dtype

    def __call__(self, shape, dtype=None, partition_info=None):
        raise NotImplementedError("An initializer must define __call__(shape, dtype, partition_info)")

    def get_config(self) -> dict:
        """The arguments that make such an initializer again."""
        config = {name: getattr(self, name) for name in self._settings}
        if hasattr(self, "dtype"):
            config["dtype"] = self.dtype.name
        return config

    @classmethod
    def from_config(cls, config):
        """The initializer that `get_config` described."""
        return cls(**config)


def floating(dtype) -> dtypes.DType:
    """The dtype; ValueError unless it is a floating one."""
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError("Expected floating point type, got %s." % dtype)
    return dtype


class Zeros(Initializer):
    """All zeros.  Follows tf.zeros_initializer of TF 1.15."""

    def __init__(self, dtype=dtypes.float32):
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        from tinytf.ops.array import constant

        return constant.zeros(shape, self.dtype if dtype is None else dtype)


class Ones(Initializer):
    """All ones.  Follows tf.ones_initializer of TF 1.15."""

    def __init__(self, dtype=dtypes.float32):
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        from tinytf.ops.array import constant

        return constant.ones(shape, self.dtype if dtype is None else dtype)


class Constant(Initializer):
    """Given values: a scalar, or a list or array that is reshaped.  Follows tf.constant_initializer of TF 1.15."""

    _settings = ("value",)

    def __init__(self, value=0, dtype=dtypes.float32, verify_shape=False):
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise TypeError(
                "Invalid type for initial value: %s (expected Python scalar, list or tuple of values, or "
                "numpy.ndarray)." % type(value)
            )
        self.value, self.dtype, self._verify_shape = value, dtypes.as_dtype(dtype), verify_shape

    def __call__(self, shape, dtype=None, partition_info=None, verify_shape=None):
        from tinytf.ops.array import constant

        return constant.constant(
            self.value,
            dtype=self.dtype if dtype is None else dtype,
            shape=shape,
            verify_shape=self._verify_shape if verify_shape is None else verify_shape,
        )


class RandomUniform(Initializer):
    """Uniform numbers in [minval, maxval).  Follows tf.random_uniform_initializer of TF 1.15."""

    _settings = ("minval", "maxval", "seed")

    def __init__(self, minval=0, maxval=None, seed=None, dtype=dtypes.float32):
        self.minval, self.maxval, self.seed, self.dtype = minval, maxval, seed, dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = self.dtype if dtype is None else dtype
        return random_ops.random_uniform(shape, self.minval, self.maxval, dtype, seed=self.seed)


class RandomNormal(Initializer):
    """Normal numbers.  Follows tf.random_normal_initializer of TF 1.15."""

    _settings = ("mean", "stddev", "seed")

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=dtypes.float32):
        self.mean, self.stddev, self.seed, self.dtype = mean, stddev, seed, floating(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = self.dtype if dtype is None else dtype
        return random_ops.random_normal(shape, self.mean, self.stddev, dtype, seed=self.seed)


class TruncatedNormal(Initializer):
    """Normal numbers within two standard deviations.  Follows tf.truncated_normal_initializer of TF 1.15."""

    _settings = ("mean", "stddev", "seed")

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=dtypes.float32):
        self.mean, self.stddev, self.seed, self.dtype = mean, stddev, seed, floating(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = self.dtype if dtype is None else dtype
        return random_ops.truncated_normal(shape, self.mean, self.stddev, dtype, seed=self.seed)


class UniformUnitScaling(Initializer):
    """Uniform numbers that keep the scale of the input.  Follows tf.uniform_unit_scaling_initializer of TF 1.15."""

    _settings = ("factor", "seed")

    def __init__(self, factor=1.0, seed=None, dtype=dtypes.float32):
        self.factor, self.seed, self.dtype = factor, seed, floating(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = self.dtype if dtype is None else dtype
        inputs = 1.0
        for dim in (shape if partition_info is None else partition_info.full_shape)[:-1]:
            inputs *= float(dim)
        limit = math.sqrt(3 / max(inputs, 1.0)) * self.factor
        return random_ops.random_uniform(shape, -limit, limit, dtype, seed=self.seed)


class VarianceScaling(Initializer):
    """Numbers whose variance is `scale` over the number of inputs, of outputs or their mean.

    `mode` is 'fan_in', 'fan_out' or 'fan_avg'; `distribution` 'truncated_normal' (or 'normal'),
    'untruncated_normal' or 'uniform'.  Follows tf.variance_scaling_initializer of TF 1.15.
    """

    _settings = ("scale", "mode", "distribution", "seed")

    def __init__(
        self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype=dtypes.float32
    ):
        if scale <= 0.0:
            raise ValueError("`scale` must be positive float.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError("Invalid `mode` argument:", mode)
        distribution = distribution.lower()
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError("Invalid `distribution` argument:", distribution)
        self.scale, self.mode, self.distribution = scale, mode, distribution
        self.seed, self.dtype = seed, floating(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = self.dtype if dtype is None else dtype
        fan_in, fan_out = compute_fans(shape if partition_info is None else partition_info.full_shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        scale = self.scale / max(1.0, fan)
        if self.distribution in ("normal", "truncated_normal"):
            stddev = math.sqrt(scale) / TRUNCATED_STDDEV
            return random_ops.truncated_normal(shape, 0.0, stddev, dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random_ops.random_normal(shape, 0.0, math.sqrt(scale), dtype, seed=self.seed)
        limit = math.sqrt(3.0 * scale)
        return random_ops.random_uniform(shape, -limit, limit, dtype, seed=self.seed)


class GlorotUniform(VarianceScaling):
    """Uniform numbers by the mean of inputs and outputs.  Follows tf.glorot_uniform_initializer of TF 1.15."""

    _settings = ("seed",)

    def __init__(self, seed=None, dtype=dtypes.float32):
        super().__init__(scale=1.0, mode="fan_avg", distribution="uniform", seed=seed)


class GlorotNormal(VarianceScaling):
    """Truncated normals by the mean of inputs and outputs.  Follows tf.glorot_normal_initializer of TF 1.15."""

    _settings = ("seed",)

    def __init__(self, seed=None, dtype=dtypes.float32):
        super().__init__(scale=1.0, mode="fan_avg", distribution="truncated_normal", seed=seed)


def lecun_normal(seed=None):
    """Truncated normals of variance 1 / inputs.  Follows tf.initializers.lecun_normal of TF 1.15."""
    return VarianceScaling(scale=1.0, mode="fan_in", distribution="truncated_normal", seed=seed)


def lecun_uniform(seed=None):
    """Uniform numbers of variance 1 / inputs.  Follows tf.initializers.lecun_uniform of TF 1.15."""
    return VarianceScaling(scale=1.0, mode="fan_in", distribution="uniform", seed=seed)


def he_normal(seed=None):
    """Truncated normals of variance 2 / inputs.  Follows tf.initializers.he_normal of TF 1.15."""
    return VarianceScaling(scale=2.0, mode="fan_in", distribution="truncated_normal", seed=seed)


def he_uniform(seed=None):
    """Uniform numbers of variance 2 / inputs.  Follows tf.initializers.he_uniform of TF 1.15."""
    return VarianceScaling(scale=2.0, mode="fan_in", distribution="uniform", seed=seed)


class Orthogonal(Initializer):
    """An orthogonal matrix, from the QR decomposition of normals.  Follows tf.orthogonal_initializer of TF 1.15.

    More than two dimensions are flattened into rows.  Raises ValueError below two.
    """

    _settings = ("gain", "seed")

    def __init__(self, gain=1.0, seed=None, dtype=dtypes.float32):
        self.gain, self.seed, self.dtype = gain, seed, floating(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = self.dtype if dtype is None else dtype
        return orthogonal_matrix(shape, self.gain, lambda flat: random_ops.random_normal(flat, dtype=dtype, seed=self.seed))


def orthogonal_matrix(shape, gain, draw):
    """`gain` times a random orthogonal matrix of this shape; `draw(shape)` gives the normals that it is made of."""
    from tinytf.graph.build import make
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    if len(shape) < 2:
        raise ValueError("The tensor to initialize must be at least two-dimensional")
    rows = 1
    for dim in shape[:-1]:
        rows *= int(dim)
    columns = int(shape[-1])
    normals = draw((columns, rows) if rows < columns else (rows, columns))
    q, r = make("Qr", normals, full_matrices=False)
    q *= math_ops.sign(make("DiagPart", r))  # makes the decomposition unique
    if rows < columns:
        q = array_ops.matrix_transpose(q)
    return gain * array_ops.reshape(q, shape)


class Identity(Initializer):
    """`gain` times the identity matrix; ValueError for what is no matrix.  Follows tf.initializers.identity."""

    _settings = ("gain",)

    def __init__(self, gain=1.0, dtype=dtypes.float32):
        self.gain, self.dtype = gain, floating(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        from tinytf.ops.array import array_ops
        from tinytf.ops.linalg import linalg_functions

        full_shape = shape if partition_info is None else partition_info.full_shape
        if len(full_shape) != 2:
            raise ValueError("Identity matrix initializer can only be used for 2D matrices.")
        if isinstance(full_shape, TensorShape):
            full_shape = full_shape.as_list()
        matrix = linalg_functions.eye(*full_shape, dtype=self.dtype if dtype is None else dtype)
        if partition_info is not None:
            matrix = array_ops.slice(matrix, partition_info.var_offset, shape)
        return self.gain * matrix


def compute_fans(shape) -> tuple:
    """(number of inputs, number of outputs) of a unit whose weights have this shape."""
    sizes = [int(d) for d in shape]
    if not sizes:
        return 1, 1
    if len(sizes) == 1:
        return sizes[0], sizes[0]
    field = 1
    for size in sizes[:-2]:
        field *= size
    return sizes[-2] * field, sizes[-1] * field


zeros_initializer = Zeros
ones_initializer = Ones
constant_initializer = Constant
random_uniform_initializer = RandomUniform
random_normal_initializer = RandomNormal
truncated_normal_initializer = TruncatedNormal
uniform_unit_scaling_initializer = UniformUnitScaling
variance_scaling_initializer = VarianceScaling
glorot_uniform_initializer = GlorotUniform
glorot_normal_initializer = GlorotNormal
orthogonal_initializer = Orthogonal
identity_initializer = Identity
