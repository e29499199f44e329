"""tf.layers: dense, dropout, flatten."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.layers.base import InputSpec, Layer
from tinytf.layers.smart_cond import smart_cond
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import dropout as dropout_ops
from tinytf.ops.nn import nn_basic
from tinytf.shapes import TensorShape

_ZEROS = object()  # the default of bias_initializer


def zeros():
    """The initializer that gives zeros."""
    from tinytf.ops.state import init_ops

    return init_ops.zeros_initializer()


def activation_function(activation):
    """The function of an activation given by name, or as it is."""
    if not isinstance(activation, str):
        return activation
    if activation == "linear":
        return None
    from tinytf import nn

    names = {"relu", "relu6", "elu", "selu", "softmax", "softplus", "softsign", "tanh", "sigmoid", "swish", "leaky_relu"}
    if activation not in names:
        raise ValueError(f"Unknown activation function:{activation}")
    return getattr(nn, activation)


class DenseBody:
    """activation(inputs @ kernel + bias)."""

    _settings = (
        "units activation use_bias kernel_initializer bias_initializer "
        "kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint"
    )

    def __init__(
        self, units, activation=None, use_bias=True, kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None,
        bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units)
        self.activation = activation_function(activation)
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = zeros() if bias_initializer is _ZEROS else bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.supports_masking = True
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape):
        """Makes kernel [last dimension, units] and bias [units]."""
        dtype = dtypes.as_dtype(self.dtype or "float32")
        if not (dtype.is_floating or dtype.is_complex):
            raise TypeError(f"Unable to build `Dense` layer with non-floating point dtype {dtype}")
        last = TensorShape(input_shape)._dims[-1]
        if last is None:
            raise ValueError("The last dimension of the inputs to `Dense` should be defined. Found `None`.")
        self.input_spec = InputSpec(min_ndim=2, axes={-1: last})
        self.kernel = self.add_weight(
            "kernel", shape=[last, self.units], initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint, dtype=self.dtype, trainable=True,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", shape=[self.units], initializer=self.bias_initializer, regularizer=self.bias_regularizer,
                constraint=self.bias_constraint, dtype=self.dtype, trainable=True,
            )  # fmt: skip
        self.built = True

    def call(self, inputs):
        """Applies the layer to [..., last dimension]."""
        rank = len(inputs.shape)
        if rank > 2:
            outputs = math_ops.tensordot(inputs, self.kernel, [[rank - 1], [0]])
            outputs.set_shape(list(inputs.dims[:-1]) + [self.units])
        else:
            inputs = math_ops.cast(inputs, self._compute_dtype)
            if type(inputs).__name__ == "SparseTensor":
                from tinytf.ops.sparse import sparse_ops

                outputs = sparse_ops.sparse_tensor_dense_matmul(inputs, self.kernel)
            else:
                outputs = make("MatMul", inputs, self.kernel)
        if self.use_bias:
            outputs = nn_basic.bias_add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape):
        """The input's shape with `units` in the last place."""
        dims = TensorShape(input_shape).with_rank_at_least(2)._dims
        if dims is None or dims[-1] is None:
            raise ValueError(f"The innermost dimension of input_shape must be defined, but saw: {input_shape}")
        return TensorShape(list(dims[:-1]) + [self.units])


class Dense(DenseBody, Layer):
    """A densely connected layer. Follows tf.layers.Dense of TF 1.15."""


def dense(
    inputs, units, activation=None, use_bias=True, kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """activation(inputs @ kernel + bias) with new variables 'dense/kernel' and 'dense/bias'. Follows tf.layers.dense of TF 1.15."""
    layer = Dense(
        units, activation=activation, use_bias=use_bias, kernel_initializer=kernel_initializer, bias_initializer=bias_initializer,
        kernel_regularizer=kernel_regularizer, bias_regularizer=bias_regularizer, activity_regularizer=activity_regularizer,
        kernel_constraint=kernel_constraint, bias_constraint=bias_constraint, trainable=trainable, name=name, _scope=name, _reuse=reuse,
    )  # fmt: skip
    return layer.apply(inputs)


class DropoutBody:
    """Sets a share of the inputs to zero while training."""

    _settings = "rate noise_shape seed"

    def __init__(self, rate=0.5, noise_shape=None, seed=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed
        self.supports_masking = True

    def _noise_shape(self, inputs):
        if self.noise_shape is None:
            return None
        from tinytf.graph.convert import convert_to_tensor

        sizes = array_ops.shape(inputs)
        return convert_to_tensor([sizes[i] if n is None else n for i, n in enumerate(self.noise_shape)])

    def call(self, inputs, training=False):
        """Drops where `training` (a bool or a bool tensor) is true."""

        def dropped():
            return dropout_ops.dropout(inputs, noise_shape=self._noise_shape(inputs), seed=self.seed, rate=self.rate)

        return smart_cond(training, dropped, lambda: array_ops.identity(inputs))

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape


class Dropout(DropoutBody, Layer):
    """Dropout by a rate. Follows tf.layers.Dropout of TF 1.15."""


def dropout(inputs, rate=0.5, noise_shape=None, seed=None, training=False, name=None):
    """Sets a share `rate` of the inputs to zero where `training`, and scales the rest. Follows tf.layers.dropout of TF 1.15."""
    return Dropout(rate, noise_shape=noise_shape, seed=seed, name=name).apply(inputs, training=training)


class FlattenBody:
    """[batch, ...] -> [batch, all the rest]."""

    _settings = "data_format"

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        from tinytf.layers.utils import normalize_data_format

        self.data_format = normalize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        """Reshapes, after moving channels to the end where they come first."""
        rank = inputs.shape.ndims
        if self.data_format == "channels_first" and rank is not None and rank > 1:
            inputs = array_ops.transpose(inputs, perm=[0] + list(range(2, rank)) + [1])
        outputs = array_ops.reshape(inputs, (inputs.dims[0] or array_ops.shape(inputs)[0], -1))
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        return outputs

    def compute_output_shape(self, input_shape):
        """[batch, product of the rest], where it is known."""
        dims = TensorShape(input_shape).as_list()
        return TensorShape([dims[0], int(np.prod(dims[1:])) if all(dims[1:]) else None])


class Flatten(FlattenBody, Layer):
    """Flattens all but the batch. Follows tf.layers.Flatten of TF 1.15."""


def flatten(inputs, name=None, data_format="channels_last"):
    """[batch, ...] -> [batch, all the rest]. Follows tf.layers.flatten of TF 1.15."""
    return Flatten(name=name, data_format=data_format).apply(inputs)
