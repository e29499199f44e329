"""Layers of several inputs: Add, Multiply, Concatenate, Dot …"""

from __future__ import annotations

import functools

from tinytf.keras import backend
from tinytf.keras.base_layer import Layer
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn.normalization import l2_normalize

__all__ = [
    "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "add", "subtract", "multiply",
    "average", "maximum", "minimum", "concatenate", "dot",
]  # fmt: skip


class _Merge(Layer):
    """A function of a list of tensors that broadcast to one shape."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        """Checks that there are several inputs."""
        if not isinstance(input_shape, list) or len(input_shape) < 2:
            raise ValueError(f"A merge layer should be called on a list of at least 2 inputs. Got {len(input_shape)} inputs.")
        self.built = True

    def call(self, inputs):
        """The inputs, of lower rank ones expanded, merged."""
        rank = max(x.shape.ndims for x in inputs)
        for i, x in enumerate(inputs):
            for _ in range(rank - x.shape.ndims):
                x = array_ops.expand_dims(x, axis=1)
            inputs[i] = x
        return self._merged(inputs)

    def compute_mask(self, inputs, mask=None):
        """Where every input that has a mask is kept."""
        masks = [m for m in mask or () if m is not None]
        return functools.reduce(math_ops.logical_and, masks) if masks else None

    def __call__(self, inputs, *args, **kwargs):
        return super().__call__(list(inputs), *args, **kwargs)


class Add(_Merge):
    """The sum. Follows tf.keras.layers.Add of TF 1.15."""

    def _merged(self, inputs):
        return functools.reduce(lambda a, b: a + b, inputs)


class Subtract(_Merge):
    """The difference of two. Follows tf.keras.layers.Subtract of TF 1.15."""

    def _merged(self, inputs):
        if len(inputs) != 2:
            raise ValueError("A `Subtract` layer should be called on exactly 2 inputs")
        return inputs[0] - inputs[1]


class Multiply(_Merge):
    """The product. Follows tf.keras.layers.Multiply of TF 1.15."""

    def _merged(self, inputs):
        return functools.reduce(lambda a, b: a * b, inputs)


class Average(_Merge):
    """The mean. Follows tf.keras.layers.Average of TF 1.15."""

    def _merged(self, inputs):
        return functools.reduce(lambda a, b: a + b, inputs) / len(inputs)


class Maximum(_Merge):
    """The maximum. Follows tf.keras.layers.Maximum of TF 1.15."""

    def _merged(self, inputs):
        return functools.reduce(math_ops.maximum, inputs)


class Minimum(_Merge):
    """The minimum. Follows tf.keras.layers.Minimum of TF 1.15."""

    def _merged(self, inputs):
        return functools.reduce(math_ops.minimum, inputs)


class Concatenate(_Merge):
    """The inputs joined along an axis. Follows tf.keras.layers.Concatenate of TF 1.15."""

    _settings = "axis"

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        """Joins."""
        return backend.concatenate(inputs, axis=self.axis)


class Dot(_Merge):
    """The products of two tensors over an axis of each. Follows tf.keras.layers.Dot of TF 1.15 for inputs of rank 2 and 3."""

    _settings = "axes normalize"

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        self.axes, self.normalize = axes, normalize

    def call(self, inputs):
        """Multiplies, after normalizing if asked."""
        a, b = inputs
        axes = [self.axes] * 2 if isinstance(self.axes, int) else list(self.axes)
        axes = [axis % x.shape.ndims for axis, x in zip(axes, inputs)]
        if self.normalize:
            a, b = l2_normalize(a, axis=axes[0]), l2_normalize(b, axis=axes[1])
        if a.shape.ndims == b.shape.ndims == 2:
            return math_ops.reduce_sum(a * b, axis=1, keepdims=True)
        if a.shape.ndims != 3 or b.shape.ndims != 3:
            raise NotImplementedError("tf.keras.layers.Dot of tensors of rank above 3: use tf.tensordot or tf.einsum in a Lambda layer")
        return math_ops.matmul(a, b, transpose_a=axes[0] == 1, transpose_b=axes[1] == 2)


def add(inputs, **kwargs):
    """The sum of the inputs."""
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """The difference of two inputs."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """The product of the inputs."""
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """The mean of the inputs."""
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """The maximum of the inputs."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """The minimum of the inputs."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """The inputs joined along an axis."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes, normalize=False, **kwargs):
    """The products of two inputs."""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
