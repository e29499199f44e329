"""TensorFlow 2's initializers: the dtype is an argument of the call, and a seed means stateless random ops.

TF 1.15 keeps them in init_ops_v2; its own code and tests call them there.
"""

from __future__ import annotations

import math

import numpy as np

from tinytf import dtypes
from tinytf.ops.random import random_ops, stateless_random_ops
from tinytf.ops.state.init_ops import TRUNCATED_STDDEV, compute_fans, floating, orthogonal_matrix


class Initializer:
    """The base class: callable, and told by `get_config`."""

    _settings: tuple = ()  # the names of the constructor's arguments

    def __call__(self, shape, dtype=None):
        raise NotImplementedError("An initializer must define __call__(shape, dtype)")

    def get_config(self) -> dict:
        """The arguments that make such an initializer again."""
        return {name: getattr(self, name) for name in self._settings}

    @classmethod
    def from_config(cls, config):
        """The initializer that `get_config` described; a dtype of TF 1's initializers is not needed."""
        config.pop("dtype", None)
        return cls(**config)


class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape, dtype=dtypes.float32):
        from tinytf.ops.array import constant

        return constant.zeros(shape, dtypes.as_dtype(dtype))


class Ones(Initializer):
    """All ones; ValueError for strings and the like."""

    def __call__(self, shape, dtype=dtypes.float32):
        from tinytf.ops.array import constant

        dtype = dtypes.as_dtype(dtype)
        if not dtype.is_numpy_compatible or dtype == dtypes.string:
            raise ValueError("Expected numeric or boolean dtype, got %s." % dtype)
        return constant.ones(shape, dtype)


class Constant(Initializer):
    """Given values: a scalar, or a list or array of as many elements as the shape has."""

    _settings = ("value",)

    def __init__(self, value=0):
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise TypeError(
                "Invalid type for initial value: %s (expected Python scalar, list or tuple of values, or "
                "numpy.ndarray)." % type(value)
            )
        self.value = value

    def __call__(self, shape, dtype=None):
        from tinytf.ops.array import constant

        return constant.small_constant(self.value, dtype=None if dtype is None else dtypes.as_dtype(dtype), shape=shape)


class _Random(Initializer):
    """Draws from stateless random ops if there is a seed."""

    def _draw(self, kind, shape, *parameters, dtype):
        if self.seed is None:
            return getattr(random_ops, kind)(shape, *parameters, dtype=dtype)
        first, second = parameters
        names = ("minval", "maxval") if kind == "random_uniform" else ("mean", "stddev")
        stateless = {"truncated_normal": stateless_random_ops.stateless_truncated_normal,
                     "random_normal": stateless_random_ops.stateless_random_normal,
                     "random_uniform": stateless_random_ops.stateless_random_uniform}[kind]  # fmt: skip
        return stateless(shape, [self.seed, 0], dtype=dtype, **dict(zip(names, (first, second))))


class RandomUniform(_Random):
    """Uniform in [minval, maxval)."""

    _settings = ("minval", "maxval", "seed")

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def __call__(self, shape, dtype=dtypes.float32):
        dtype = dtypes.as_dtype(dtype)
        if not dtype.is_floating and not dtype.is_integer:
            raise ValueError("Expected float or integer dtype, got %s." % dtype)
        return self._draw("random_uniform", shape, self.minval, self.maxval, dtype=dtype)


class RandomNormal(_Random):
    """Normally distributed."""

    _settings = ("mean", "stddev", "seed")
    _kind = "random_normal"

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape, dtype=dtypes.float32):
        return self._draw(self._kind, shape, self.mean, self.stddev, dtype=floating(dtype))


class TruncatedNormal(RandomNormal):
    """Normally distributed, drawn again beyond two standard deviations."""

    _kind = "truncated_normal"


class VarianceScaling(_Random):
    """Random weights whose variance is `scale` over the number of inputs, of outputs, or their mean."""

    _settings = ("scale", "mode", "distribution", "seed")

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None):
        if scale <= 0.0:
            raise ValueError("`scale` must be positive float.")
        if mode not in {"fan_in", "fan_out", "fan_avg"}:
            raise ValueError("Invalid `mode` argument:", mode)
        distribution = distribution.lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if distribution not in {"uniform", "truncated_normal", "untruncated_normal"}:
            raise ValueError("Invalid `distribution` argument:", distribution)
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed

    def __call__(self, shape, dtype=dtypes.float32):
        dtype = floating(dtype)
        inputs, outputs = compute_fans(shape)
        fan = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2.0}[self.mode]
        scale = self.scale / max(1.0, fan)
        if self.distribution == "truncated_normal":
            return self._draw("truncated_normal", shape, 0.0, math.sqrt(scale) / TRUNCATED_STDDEV, dtype=dtype)
        if self.distribution == "untruncated_normal":
            return self._draw("random_normal", shape, 0.0, math.sqrt(scale), dtype=dtype)
        limit = math.sqrt(3.0 * scale)
        return self._draw("random_uniform", shape, -limit, limit, dtype=dtype)


class GlorotUniform(VarianceScaling):
    """Uniform, by the mean of inputs and outputs."""

    _settings = ("seed",)

    def __init__(self, seed=None):
        super().__init__(scale=1.0, mode="fan_avg", distribution="uniform", seed=seed)


class GlorotNormal(VarianceScaling):
    """Normal, by the mean of inputs and outputs."""

    _settings = ("seed",)

    def __init__(self, seed=None):
        super().__init__(scale=1.0, mode="fan_avg", distribution="truncated_normal", seed=seed)


def lecun_normal(seed=None) -> VarianceScaling:
    """Normal, by the number of inputs."""
    return VarianceScaling(scale=1.0, mode="fan_in", distribution="truncated_normal", seed=seed)


def lecun_uniform(seed=None) -> VarianceScaling:
    """Uniform, by the number of inputs."""
    return VarianceScaling(scale=1.0, mode="fan_in", distribution="uniform", seed=seed)


def he_normal(seed=None) -> VarianceScaling:
    """Normal, of twice the variance of `lecun_normal`."""
    return VarianceScaling(scale=2.0, mode="fan_in", distribution="truncated_normal", seed=seed)


def he_uniform(seed=None) -> VarianceScaling:
    """Uniform, of twice the variance of `lecun_uniform`."""
    return VarianceScaling(scale=2.0, mode="fan_in", distribution="uniform", seed=seed)


class Orthogonal(_Random):
    """An orthogonal matrix, from the QR decomposition of normals; ValueError below two dimensions."""

    _settings = ("gain", "seed")

    def __init__(self, gain=1.0, seed=None):
        self.gain, self.seed = gain, seed

    def __call__(self, shape, dtype=dtypes.float32):
        dtype = floating(dtype)
        return orthogonal_matrix(shape, self.gain, lambda flat: self._draw("random_normal", flat, 0.0, 1, dtype=dtype))


class Identity(Initializer):
    """`gain` times the identity matrix; ValueError for what is no matrix."""

    _settings = ("gain",)

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=dtypes.float32):
        from tinytf.ops.linalg.matrix_diag import eye

        dtype = floating(dtype)
        if len(shape) != 2:
            raise ValueError("Identity matrix initializer can only be used for 2D matrices.")
        return self.gain * eye(*shape, dtype=dtype)


zero = zeros = zeros_initializer = Zeros
one = ones = ones_initializer = Ones
constant = constant_initializer = Constant
uniform = random_uniform = random_uniform_initializer = RandomUniform
normal = random_normal = random_normal_initializer = RandomNormal
truncated_normal = truncated_normal_initializer = TruncatedNormal
variance_scaling_initializer = VarianceScaling
identity = identity_initializer = Identity
orthogonal = orthogonal_initializer = Orthogonal
glorot_normal = glorot_normal_initializer = GlorotNormal
glorot_uniform = glorot_uniform_initializer = GlorotUniform
