"""Convolutions with other weights at every place.  They follow tf.keras.layers.LocallyConnected1D and 2D of TF 1.15."""

from __future__ import annotations

import itertools

from tinytf.keras import activations, backend
from tinytf.keras.base_layer import InputSpec, Layer
from tinytf.layers.utils import normalize_tuple
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops

__all__ = ["LocallyConnected1D", "LocallyConnected2D"]


class _LocallyConnected(Layer):
    """The patches of the inputs, each times a kernel of its own."""

    _settings = (
        "filters kernel_size strides padding data_format activation use_bias kernel_initializer bias_initializer kernel_regularizer "
        "bias_regularizer activity_regularizer kernel_constraint bias_constraint implementation"
    )
    _rank = 0

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, activation=None, use_bias=True,
        kernel_initializer="glorot_uniform", bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, bias_constraint=None, implementation=1, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        name = type(self).__name__
        if padding.lower() != "valid":
            raise ValueError('Invalid border mode for %s (only "valid" is supported if implementation is 1): %s' % (name, padding))
        if data_format == "channels_first":
            raise NotImplementedError("tf.keras.layers.%s(data_format='channels_first'): use channels_last" % name)
        if implementation != 1:
            raise NotImplementedError("tf.keras.layers.%s(implementation=%s): use implementation=1" % (name, implementation))
        self.filters, self.padding, self.implementation = filters, "valid", implementation
        self.kernel_size = normalize_tuple(kernel_size, self._rank, "kernel_size")
        self.strides = normalize_tuple(strides, self._rank, "strides")
        self.data_format = data_format or backend.image_data_format()
        self.activation, self.use_bias = activations.get(activation), use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def build(self, input_shape):
        """Makes kernel [places, patch, filters] and bias [places …, filters]."""
        dims = input_shape.as_list()
        if None in dims[1:]:
            raise ValueError("The inputs of a locally-connected layer should have a fully-defined shape. Found: %s" % (input_shape,))
        self._places = [(size - kernel) // stride + 1 for size, kernel, stride in zip(dims[1:], self.kernel_size, self.strides)]
        patch, count = dims[-1], 1
        for kernel, places in zip(self.kernel_size, self._places):
            patch, count = patch * kernel, count * places
        self.kernel = self.add_weight(
            shape=(count, patch, self.filters), initializer=self.kernel_initializer, name="kernel", regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(*self._places, self.filters), initializer=self.bias_initializer, name="bias", regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )  # fmt: skip
        self.input_spec = InputSpec(ndim=self._rank + 2, axes={-1: dims[-1]})
        self.built = True

    def call(self, inputs):
        """Multiplies, adds the bias, applies the activation."""
        patches = []
        for place in itertools.product(*map(range, self._places)):
            where = [slice(i * stride, i * stride + kernel) for i, stride, kernel in zip(place, self.strides, self.kernel_size)]
            patches.append(array_ops.reshape(inputs[tuple([slice(None)] + where)], (1, -1, self.kernel.shape.as_list()[1])))
        products = math_ops.matmul(array_ops.concat(patches, 0), self.kernel)
        products = array_ops.reshape(products, (*self._places, -1, self.filters))
        outputs = array_ops.transpose(products, [self._rank, *range(self._rank), self._rank + 1])
        if self.use_bias:
            outputs += self.bias
        return self.activation(outputs)


class LocallyConnected1D(_LocallyConnected):
    """Over the steps of [batch, steps, channels]."""

    _rank = 1


class LocallyConnected2D(_LocallyConnected):
    """Over images [batch, rows, columns, channels]."""

    _rank = 2
