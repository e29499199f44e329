"""Which inputs of a convolution lead to which outputs.  Follows the functions of these names in keras.utils.conv_utils of TF 1.15."""

from __future__ import annotations

import itertools

import numpy as np

from tinytf.layers.utils import conv_output_length


def _checked(input_shape, kernel_shape, strides, padding) -> tuple:
    """(kernel shape, strides), an int standing for one a dimension."""
    if padding not in ("same", "valid"):
        raise NotImplementedError("Padding type %s not supported. Only 'valid' and 'same' are implemented." % padding)
    rank = len(input_shape)
    kernel_shape = (kernel_shape,) * rank if isinstance(kernel_shape, int) else tuple(kernel_shape)
    strides = (strides,) * rank if isinstance(strides, int) else tuple(strides)
    for what, dims in (("Kernel", len(kernel_shape)), ("Strides", len(strides))):
        if dims != rank:
            raise ValueError("Number of %s dimensions must match number of input dimensions. Received: %d and %d." % (what.lower(), dims, rank))
    return kernel_shape, strides


def conv_output_shape(input_shape, kernel_shape, strides, padding) -> tuple:
    """The positions that come out."""
    kernel_shape, strides = _checked(input_shape, kernel_shape, strides, padding)
    return tuple([conv_output_length(n, k, padding, s) for n, k, s in zip(input_shape, kernel_shape, strides)])


def conv_connected_inputs(input_shape, kernel_shape, output_position, strides, padding) -> list:
    """A range a dimension: the inputs that the output at `output_position` sees."""
    ranges = []
    for size, kernel, position, stride in zip(input_shape, kernel_shape, output_position, strides):
        left = kernel // 2
        centre = position * stride + (left if padding == "valid" else 0)
        ranges.append(range(max(0, centre - left), min(size, centre + kernel - left)))
    return ranges


def _connections(input_shape, kernel_shape, strides, padding):
    """(output position, input position) pairs."""
    kernel_shape, strides = _checked(input_shape, kernel_shape, strides, padding)
    for out in itertools.product(*map(range, conv_output_shape(input_shape, kernel_shape, strides, padding))):
        for position in itertools.product(*conv_connected_inputs(input_shape, kernel_shape, out, strides, padding)):
            yield out, position


def conv_kernel_mask(input_shape, kernel_shape, strides, padding) -> np.ndarray:
    """A bool array [inputs…, outputs…]: true where they are connected."""
    mask = np.zeros(tuple(input_shape) + conv_output_shape(input_shape, kernel_shape, strides, padding), bool)
    for out, position in _connections(input_shape, kernel_shape, strides, padding):
        mask[position + out] = True
    return mask


def conv_kernel_idxs(input_shape, kernel_shape, strides, padding, filters_in, filters_out, data_format):
    """(row, column) of each weight in the matrix from all inputs to all outputs, channels included."""
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError("Data format %s not recognized.`data_format` must be \"channels_first\" or \"channels_last\"." % data_format)
    output_shape = conv_output_shape(input_shape, kernel_shape, strides, padding)

    def place(position, channel, dims, channels):
        if data_format == "channels_first":
            return np.ravel_multi_index((channel, *position), (channels, *dims))
        return np.ravel_multi_index((*position, channel), (*dims, channels))

    for out, position in _connections(input_shape, kernel_shape, strides, padding):
        for f_in, f_out in itertools.product(range(filters_in), range(filters_out)):
            yield place(out, f_out, output_shape, filters_out), place(position, f_in, input_shape, filters_in)


def convert_kernel(kernel) -> np.ndarray:
    """A kernel with its places in the opposite order, as Theano had them."""
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError("Invalid kernel shape:", kernel.shape)
    return np.copy(kernel[(slice(None, None, -1),) * (kernel.ndim - 2)])
