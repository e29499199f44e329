"""tf.keras.initializers: those of tf.initializers, under Keras's names and with Keras's defaults."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.keras import names
from tinytf.ops.state import init_ops
from tinytf.ops.state.init_ops import (  # noqa: F401
    Constant,
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
from tinytf.ops.state.init_ops import GlorotNormal as glorot_normal
from tinytf.ops.state.init_ops import GlorotUniform as glorot_uniform


class RandomUniform(init_ops.RandomUniform):
    """Uniform in [-0.05, 0.05). Follows tf.keras.initializers.RandomUniform of TF 1.15."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(minval=minval, maxval=maxval, seed=seed, dtype=dtype)


class RandomNormal(init_ops.RandomNormal):
    """Normal with deviation 0.05. Follows tf.keras.initializers.RandomNormal of TF 1.15."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(mean=mean, stddev=stddev, seed=seed, dtype=dtype)


class TruncatedNormal(init_ops.TruncatedNormal):
    """Truncated normal with deviation 0.05. Follows tf.keras.initializers.TruncatedNormal of TF 1.15."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(mean=mean, stddev=stddev, seed=seed, dtype=dtype)


zeros, ones, constant, identity, orthogonal = Zeros, Ones, Constant, Identity, Orthogonal
uniform = random_uniform = RandomUniform
normal = random_normal = RandomNormal
truncated_normal = TruncatedNormal

_TABLE = {
    "zeros": Zeros, "zero": Zeros, "Zeros": Zeros, "ones": Ones, "one": Ones, "Ones": Ones, "constant": Constant, "Constant": Constant,
    "identity": Identity, "Identity": Identity, "orthogonal": Orthogonal, "Orthogonal": Orthogonal, "VarianceScaling": VarianceScaling,
    "uniform": RandomUniform, "random_uniform": RandomUniform, "RandomUniform": RandomUniform, "normal": RandomNormal,
    "random_normal": RandomNormal, "RandomNormal": RandomNormal, "truncated_normal": TruncatedNormal, "TruncatedNormal": TruncatedNormal,
    "glorot_uniform": glorot_uniform, "GlorotUniform": glorot_uniform, "glorot_normal": glorot_normal, "GlorotNormal": glorot_normal,
}  # fmt: skip
_FUNCTIONS = {"he_normal": he_normal, "he_uniform": he_uniform, "lecun_normal": lecun_normal, "lecun_uniform": lecun_uniform}


def get(identifier):
    """An initializer given by name, as a class or as it is; None stays."""
    if identifier is None:
        return None
    if isinstance(identifier, str) and identifier in _FUNCTIONS:
        return _FUNCTIONS[identifier]()
    return names.made("initializer", identifier, _TABLE)


def serialize(initializer) -> dict:
    """{"class_name", "config"} of an initializer."""
    return {"class_name": type(initializer).__name__, "config": initializer.get_config()}


deserialize = names.deserializer(get)
