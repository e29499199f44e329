"""Convolutions with other weights at every place.  They follow tf.keras.layers.LocallyConnected1D and 2D of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.keras import activations, backend
from tinytf.keras.base_layer import InputSpec, Layer
from tinytf.keras.local_connections import conv_kernel_idxs, conv_kernel_mask, conv_output_shape
from tinytf.layers.utils import conv_output_length, normalize_padding, normalize_tuple
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.sparse.sparse_ops import sparse_tensor_dense_matmul
from tinytf.shapes import TensorShape

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
        self.padding = normalize_padding(padding)
        if self.padding != "valid" and implementation == 1:
            raise ValueError('Invalid border mode for %s (only "valid" is supported if implementation is 1): %s' % (name, padding))
        if implementation not in (1, 2, 3):
            raise ValueError("Unrecognized implementation mode: %d." % implementation)
        self.filters, self.implementation = filters, implementation
        self.kernel_size = normalize_tuple(kernel_size, self._rank, "kernel_size")
        self.strides = normalize_tuple(strides, self._rank, "strides")
        self.data_format = data_format or backend.image_data_format()
        self._first = self.data_format == "channels_first"
        self.activation, self.use_bias = activations.get(activation), use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def build(self, input_shape):
        """Makes kernel (how it lies depends on the implementation) and bias [places …, filters]."""
        dims = input_shape.as_list()
        if None in dims[1:]:
            raise ValueError("The inputs of a locally-connected layer should have a fully-defined shape. Found: %s" % (input_shape,))
        space, channels = (dims[2:], dims[1]) if self._first else (dims[1:-1], dims[-1])
        self._places = list(conv_output_shape(space, self.kernel_size, self.strides, self.padding))
        self.kernel = self.add_weight(
            shape=self._kernel_shape(space, channels), initializer=self.kernel_initializer, name="kernel", regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(*self._places, self.filters), initializer=self.bias_initializer, name="bias", regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )  # fmt: skip
        self.input_spec = InputSpec(ndim=self._rank + 2, axes={1 if self._first else -1: channels})
        self.built = True

    def _kernel_shape(self, space, channels) -> tuple:
        """1: [places, patch, filters]; 2: all inputs by all outputs, with a mask; 3: the weights that are there, in a row."""
        if self.implementation == 1:
            return (int(np.prod(self._places)), int(np.prod(self.kernel_size)) * channels, self.filters)
        connected = tuple(space), self.kernel_size, self.strides, self.padding
        if self.implementation == 2:
            mask = conv_kernel_mask(*connected)
            if self._first:
                self._mask = np.expand_dims(np.expand_dims(mask, 0), self._rank + 1)
                return (channels, *space, self.filters, *self._places)
            self._mask = np.expand_dims(np.expand_dims(mask, self._rank), -1)
            return (*space, channels, *self._places, self.filters)
        self._indices = sorted(conv_kernel_idxs(*connected, channels, self.filters, self.data_format))
        self._matrix_shape = int(np.prod(self._places)) * self.filters, int(np.prod(space)) * channels
        return (len(self._indices),)

    def compute_output_shape(self, input_shape):
        """[batch, places …, filters], or the filters first."""
        dims = TensorShape(input_shape).as_list()
        space = dims[2:] if self._first else dims[1:-1]
        places = [conv_output_length(n, k, self.padding, s) for n, k, s in zip(space, self.kernel_size, self.strides)]
        return TensorShape([dims[0], self.filters, *places] if self._first else [dims[0], *places, self.filters])

    def call(self, inputs):
        """Multiplies, adds the bias, applies the activation."""
        outputs = {1: self._by_patches, 2: self._by_matrix, 3: self._by_sparse_matrix}[self.implementation](inputs)
        if self.use_bias:
            outputs = backend.bias_add(outputs, self.bias, data_format=self.data_format)
        return self.activation(outputs)

    def _by_patches(self, inputs):
        return backend.local_conv(inputs, self.kernel, self.kernel_size, self.strides, tuple(self._places), self.data_format)

    def _by_matrix(self, inputs):
        kernel = self.kernel * self._mask.astype(np.float32)
        sizes = self.kernel.shape.as_list()
        half = len(sizes) // 2
        kernel = array_ops.reshape(kernel, [int(np.prod(sizes[:half])), int(np.prod(sizes[half:]))])
        return self._unflattened(inputs, math_ops.matmul(_rows(inputs), kernel, b_is_sparse=True))

    def _by_sparse_matrix(self, inputs):
        matrix = SparseTensor(np.array(self._indices, np.int64), self.kernel, np.array(self._matrix_shape, np.int64))
        products = sparse_tensor_dense_matmul(matrix, _rows(inputs), adjoint_b=True)
        return self._unflattened(inputs, array_ops.transpose(products))

    def _unflattened(self, inputs, products):
        return array_ops.reshape(products, [-1] + self.compute_output_shape(inputs.shape).as_list()[1:])


def _rows(inputs):
    return array_ops.reshape(inputs, (array_ops.shape(inputs)[0], -1))


class LocallyConnected1D(_LocallyConnected):
    """Over the steps of [batch, steps, channels]."""

    _rank = 1


class LocallyConnected2D(_LocallyConnected):
    """Over images [batch, rows, columns, channels]."""

    _rank = 2
