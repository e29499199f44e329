"""`tf.keras.initializers`: the initializers with Keras' names and defaults.  Follows TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.ops import init_ops
from tinytf.ops.init_ops import (  # noqa: F401
    Constant,
    GlorotNormal,
    GlorotUniform,
    Identity,
    Initializer,
    Ones,
    Orthogonal,
    VarianceScaling,
    Zeros,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
)


class RandomUniform(init_ops.RandomUniform):
    """Uniform numbers in [-0.05, 0.05) unless told otherwise."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(minval, maxval, seed, dtype)


class RandomNormal(init_ops.RandomNormal):
    """Normal numbers, of standard deviation 0.05 unless told otherwise."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(mean, stddev, seed, dtype)


class TruncatedNormal(init_ops.TruncatedNormal):
    """Truncated normal numbers, of standard deviation 0.05 unless told otherwise."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(mean, stddev, seed, dtype)


zero = zeros = Zeros
one = ones = Ones
constant = Constant
uniform = random_uniform = RandomUniform
normal = random_normal = RandomNormal
truncated_normal = TruncatedNormal
identity = Identity
orthogonal = Orthogonal
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform


def serialize(initializer) -> dict:
    """{'class_name', 'config'} of an initializer; what has no config is told by its name."""
    if initializer is None:
        return None
    if hasattr(initializer, "get_config"):
        return {"class_name": type(initializer).__name__, "config": initializer.get_config()}
    if hasattr(initializer, "__name__"):
        return initializer.__name__
    raise ValueError("Cannot serialize", initializer)


def deserialize(config, custom_objects=None):
    """The initializer that `serialize` described, or that a name means; ValueError for an unknown one."""
    name, settings = (config, {}) if isinstance(config, str) else (config["class_name"], config["config"])
    known = {**{k: v for k, v in globals().items() if not k.startswith("_")}, **(custom_objects or {})}
    if name not in known:
        raise ValueError("Unknown initializer: " + name)
    made = known[name]
    return made.from_config(settings) if hasattr(made, "from_config") else made(**settings)


def get(identifier):
    """An initializer from a name, a config or itself; None for None, ValueError for anything else."""
    if identifier is None or callable(identifier):
        return identifier
    if isinstance(identifier, (dict, str)):
        return deserialize(identifier)
    raise ValueError("Could not interpret initializer identifier: " + str(identifier))
