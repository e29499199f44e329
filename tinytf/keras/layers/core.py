"""Layers of Keras that compute one thing: Dense, Activation, Dropout, Flatten, Reshape, Embedding, Lambda …"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.keras import activations, backend
from tinytf.keras.base_layer import InputSpec, Layer
from tinytf.layers.core import DenseBody, DropoutBody, FlattenBody
from tinytf.layers.smart_cond import smart_cond
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import embedding
from tinytf.shapes import TensorShape

__all__ = [
    "Dense", "Dropout", "Flatten", "Activation", "Reshape", "Permute", "RepeatVector", "ActivityRegularization",
    "Masking", "Embedding", "GaussianNoise", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
    "LeakyReLU", "ELU", "ThresholdedReLU", "Softmax", "ReLU", "PReLU",
]  # fmt: skip


class Dense(DenseBody, Layer):
    """activation(inputs @ kernel + bias). Follows tf.keras.layers.Dense of TF 1.15."""

    def __init__(self, units, activation=None, *args, **kwargs):
        super().__init__(units, activations.get(activation), *args, **kwargs)


class Dropout(DropoutBody, Layer):
    """In training, sets a share of the inputs to 0. Follows tf.keras.layers.Dropout of TF 1.15."""

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(rate, noise_shape=noise_shape, seed=seed, **kwargs)
        self.supports_masking = True


class Flatten(FlattenBody, Layer):
    """[batch, …] -> [batch, all the rest]. Follows tf.keras.layers.Flatten of TF 1.15."""


class Activation(Layer):
    """A function of the inputs, by name or as it is. Follows tf.keras.layers.Activation of TF 1.15."""

    _settings = "activation"

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.activation = activations.get(activation)

    def call(self, inputs):
        """The function of the inputs."""
        return self.activation(inputs)

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape


class Reshape(Layer):
    """The inputs with another shape of each example. Follows tf.keras.layers.Reshape of TF 1.15."""

    _settings = "target_shape"

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def call(self, inputs):
        """Reshapes."""
        return array_ops.reshape(inputs, (array_ops.shape(inputs)[0],) + self.target_shape)

    def compute_output_shape(self, input_shape):
        """[batch, target shape], with the unknown entry found where it can be."""
        dims = TensorShape(input_shape).as_list()
        target = list(self.target_shape)
        if -1 in target:
            known = -int(np.prod(target))
            size = None if None in dims[1:] else int(np.prod(dims[1:]))
            target[target.index(-1)] = None if size is None else size // known
        return TensorShape(dims[:1] + target)


class Permute(Layer):
    """The dimensions of each example in another order, counted from 1. Follows tf.keras.layers.Permute of TF 1.15."""

    _settings = "dims"

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(dims) != list(range(1, len(dims) + 1)):
            raise ValueError(
                "Invalid permutation `dims` for Permute Layer: %s. The set of indices in `dims` must be consecutive and start from 1." % (dims,)
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs):
        """Transposes."""
        return array_ops.transpose(inputs, perm=(0,) + self.dims)


class RepeatVector(Layer):
    """[batch, features] -> [batch, n, features]. Follows tf.keras.layers.RepeatVector of TF 1.15."""

    _settings = "n"

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        """Repeats."""
        return array_ops.tile(array_ops.expand_dims(inputs, 1), array_ops.stack([1, self.n, 1]))


class ActivityRegularization(Layer):
    """The inputs as they are, with a loss of their size. Follows tf.keras.layers.ActivityRegularization of TF 1.15."""

    _settings = "l1 l2"

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        from tinytf.keras.regularizers import L1L2

        super().__init__(activity_regularizer=L1L2(l1=l1, l2=l2), **kwargs)
        self.supports_masking = True
        self.l1, self.l2 = l1, l2


class Masking(Layer):
    """Time steps whose features all equal `mask_value` are masked. Follows tf.keras.layers.Masking of TF 1.15."""

    _settings = "mask_value"

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.mask_value = mask_value

    def _kept(self, inputs, keepdims):
        return math_ops.reduce_any(math_ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=keepdims)

    def compute_mask(self, inputs, mask=None):
        """Where any feature differs from the mask value."""
        return self._kept(inputs, False)

    def call(self, inputs):
        """The inputs, with zeros where they are masked."""
        return inputs * math_ops.cast(self._kept(inputs, True), inputs.dtype)


class Embedding(Layer):
    """Class numbers -> their vectors. Follows tf.keras.layers.Embedding of TF 1.15."""

    _settings = (
        "input_dim output_dim embeddings_initializer embeddings_regularizer "
        "activity_regularizer embeddings_constraint mask_zero input_length"
    )

    def __init__(
        self, input_dim, output_dim, embeddings_initializer="uniform", embeddings_regularizer=None, activity_regularizer=None,
        embeddings_constraint=None, mask_zero=False, input_length=None, **kwargs,
    ):  # fmt: skip
        if "input_shape" not in kwargs:
            kwargs["input_shape"] = (input_length,) if input_length else (None,)
        dtype = kwargs.pop("dtype", backend.floatx())
        super().__init__(dtype=dtype, activity_regularizer=activity_regularizer, **kwargs)
        self.input_dim, self.output_dim, self.mask_zero, self.input_length = input_dim, output_dim, mask_zero, input_length
        self.embeddings_initializer = embeddings_initializer
        self.embeddings_regularizer, self.embeddings_constraint = embeddings_regularizer, embeddings_constraint
        self.supports_masking = mask_zero

    def build(self, input_shape):
        """Makes embeddings [input_dim, output_dim]."""
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim), initializer=self.embeddings_initializer, name="embeddings",
            regularizer=self.embeddings_regularizer, constraint=self.embeddings_constraint,
        )  # fmt: skip
        self.built = True

    def compute_mask(self, inputs, mask=None):
        """Where the class is not 0, if 0 means nothing."""
        return math_ops.not_equal(inputs, 0) if self.mask_zero else None

    def call(self, inputs):
        """Looks the vectors up."""
        if inputs.dtype not in (dtypes.int32, dtypes.int64):
            inputs = math_ops.cast(inputs, "int32")
        return embedding.embedding_lookup(self.embeddings, inputs)


class _Noise(Layer):
    """A layer that disturbs its inputs in training."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs, training=None):
        """The disturbed inputs in training, the inputs otherwise."""
        training = backend.learning_phase() if training is None else training
        return smart_cond(training, lambda: self._disturbed(inputs), lambda: array_ops.identity(inputs))

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape


class GaussianNoise(_Noise):
    """Adds normal noise in training. Follows tf.keras.layers.GaussianNoise of TF 1.15."""

    _settings = "stddev"

    def __init__(self, stddev, **kwargs):
        super().__init__(**kwargs)
        self.stddev = stddev

    def _disturbed(self, inputs):
        return inputs + backend.random_normal(shape=array_ops.shape(inputs), mean=0.0, stddev=self.stddev)


class GaussianDropout(_Noise):
    """Multiplies with normal noise around 1 in training. Follows tf.keras.layers.GaussianDropout of TF 1.15."""

    _settings = "rate"

    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def _disturbed(self, inputs):
        stddev = np.sqrt(self.rate / (1.0 - self.rate))
        return inputs * backend.random_normal(shape=array_ops.shape(inputs), mean=1.0, stddev=stddev)


class SpatialDropout1D(Dropout):
    """Drops whole channels of a sequence. Follows tf.keras.layers.SpatialDropout1D of TF 1.15."""

    _rank = 1

    def __init__(self, rate, data_format=None, **kwargs):
        super().__init__(rate, **kwargs)
        data_format = data_format or backend.image_data_format()
        if data_format not in ("channels_last", "channels_first"):
            raise ValueError('data_format must be in {"channels_last", "channels_first"}')
        self.data_format = data_format
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def call(self, inputs, training=None):
        """Drops channels in training."""
        shape = array_ops.shape(inputs)
        ones = (1,) * self._rank
        first = self.data_format == "channels_first" and self._rank > 1
        self.noise_shape = (shape[0], shape[1], *ones) if first else (shape[0], *ones, shape[self._rank + 1])
        return super().call(inputs, training=training)

    def get_config(self):
        """Its arguments."""
        return dict(super().get_config(), noise_shape=None)


class SpatialDropout2D(SpatialDropout1D):
    """Drops whole channels of an image. Follows tf.keras.layers.SpatialDropout2D of TF 1.15."""

    _rank = 2


class SpatialDropout3D(SpatialDropout1D):
    """Drops whole channels of a volume. Follows tf.keras.layers.SpatialDropout3D of TF 1.15."""

    _rank = 3


class AlphaDropout(_Noise):
    """Dropout that keeps mean and variance, for selu. Follows tf.keras.layers.AlphaDropout of TF 1.15."""

    _settings = "rate"

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs, training=None):
        """Drops in training."""
        if not 0.0 < self.rate < 1.0:
            return inputs

        def dropped():
            lowest = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946  # what selu gives for -infinity
            shape = array_ops.shape(inputs) if self.noise_shape is None else self.noise_shape
            kept = math_ops.cast(math_ops.greater_equal(backend.random_uniform(shape, seed=self.seed), self.rate), inputs.dtype)
            scale = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
            return scale * (inputs * kept + lowest * (1 - kept)) - scale * lowest * self.rate

        return backend.in_train_phase(dropped, inputs, training=training)


# Activations with arguments ---------------------------------------------------------------------


class _Elementwise(Layer):
    """A function of each element."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape


class LeakyReLU(_Elementwise):
    """x, or alpha * x below 0. Follows tf.keras.layers.LeakyReLU of TF 1.15."""

    _settings = "alpha"

    def __init__(self, alpha=0.3, **kwargs):
        super().__init__(**kwargs)
        self.alpha = float(np.asarray(alpha, backend.floatx()))

    def call(self, inputs):
        """The function."""
        return backend.relu(inputs, alpha=self.alpha)


class ELU(_Elementwise):
    """x, or alpha * (exp(x) - 1) below 0. Follows tf.keras.layers.ELU of TF 1.15."""

    _settings = "alpha"

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs):
        """The function."""
        return activations.elu(inputs, self.alpha)


class ThresholdedReLU(_Elementwise):
    """x where it is above theta, else 0. Follows tf.keras.layers.ThresholdedReLU of TF 1.15."""

    _settings = "theta"

    def __init__(self, theta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.theta = theta

    def call(self, inputs):
        """The function."""
        return inputs * math_ops.cast(math_ops.greater(inputs, self.theta), inputs.dtype)


class Softmax(_Elementwise):
    """The softmax along an axis. Follows tf.keras.layers.Softmax of TF 1.15."""

    _settings = "axis"

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        """The function."""
        return activations.softmax(inputs, axis=self.axis)


class ReLU(_Elementwise):
    """max(x, 0), with a limit, a slope, a threshold. Follows tf.keras.layers.ReLU of TF 1.15."""

    _settings = "max_value negative_slope threshold"

    def __init__(self, max_value=None, negative_slope=0, threshold=0, **kwargs):
        super().__init__(**kwargs)
        self.max_value, self.negative_slope, self.threshold = max_value, float(negative_slope), float(threshold)

    def call(self, inputs):
        """The function."""
        return backend.relu(inputs, alpha=self.negative_slope, max_value=self.max_value, threshold=self.threshold)


class PReLU(_Elementwise):
    """x, or a learned slope times x below 0. Follows tf.keras.layers.PReLU of TF 1.15."""

    _settings = "alpha_initializer alpha_regularizer alpha_constraint shared_axes"

    def __init__(self, alpha_initializer="zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None, **kwargs):
        super().__init__(**kwargs)
        self.alpha_initializer, self.alpha_regularizer, self.alpha_constraint = alpha_initializer, alpha_regularizer, alpha_constraint
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else list(shared_axes or ())

    def build(self, input_shape):
        """Makes alpha, one slope a feature or a group of shared ones."""
        shape = TensorShape(input_shape).as_list()[1:]
        for axis in self.shared_axes:
            shape[axis - 1] = 1
        self.alpha = self.add_weight(
            shape=shape, name="alpha", initializer=self.alpha_initializer, regularizer=self.alpha_regularizer, constraint=self.alpha_constraint
        )
        self.built = True

    def call(self, inputs):
        """The function."""
        return backend.relu(inputs) + -self.alpha * backend.relu(-inputs)
