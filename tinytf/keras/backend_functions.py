"""More of tf.keras.backend: functions of tensors under Keras's names and defaults.  They follow TF 1.15."""

from __future__ import annotations

import itertools

import numpy as np

from tinytf import dtypes, nn
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.keras import backend_settings as settings
from tinytf.ops.array import array_ops
from tinytf.ops.array.masks import sequence_mask
from tinytf.ops.array.select import where_v2
from tinytf.ops.math import math_ops
from tinytf.ops.random import random_ops
from tinytf.ops.state import init_ops

_FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


def _format(data_format, rank) -> str:
    data_format = data_format or settings.image_data_format()
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError("Unknown data_format: " + str(data_format))
    return _FORMATS[rank][data_format == "channels_first"]


def _padding(padding) -> str:
    if padding not in ("same", "valid"):
        raise ValueError("Invalid padding: " + str(padding))
    return padding.upper()


def _seed(seed):
    return np.random.randint(10e6) if seed is None else seed


# Numbers ----------------------------------------------------------------------------------------


def arange(start, stop=None, step=1, dtype="int32"):
    """start, start + step … below stop; up to `start` where there is no stop."""
    if stop is None and start < 0:
        start = 0
    result = math_ops.range(start, limit=stop, delta=step, name="arange")
    return result if dtype == "int32" else math_ops.cast(result, dtype)


def cast_to_floatx(x):
    """x as an array, or a tensor, of floatx()."""
    if hasattr(x, "op"):
        return math_ops.cast(x, settings.floatx())
    return np.asarray(x, dtype=settings.floatx())


def cumsum(x, axis=0):
    """The sums up to each place."""
    return math_ops.cumsum(x, axis=axis)


def cumprod(x, axis=0):
    """The products up to each place."""
    return math_ops.cumprod(x, axis=axis)


def elu(x, alpha=1.0):
    """x, or alpha * (exp(x) - 1) below 0."""
    result = nn.elu(x)
    return result if alpha == 1 else where_v2(x > 0, result, alpha * result)


def softplus(x):
    """log(exp(x) + 1)."""
    return nn.softplus(x)


def softsign(x):
    """x / (|x| + 1)."""
    return nn.softsign(x)


def hard_sigmoid(x):
    """0.2 x + 0.5, cut off at 0 and 1."""
    x = math_ops.multiply(x, convert_to_tensor(0.2, x.dtype.base_dtype))
    x = math_ops.add(x, convert_to_tensor(0.5, x.dtype.base_dtype))
    return nn.relu6(x * 6.0) / 6.0 if x.dtype == dtypes.float16 else math_ops.minimum(math_ops.maximum(x, 0.0), 1.0)


def in_top_k(predictions, targets, k):
    """Whether each target is among the k best predictions."""
    return nn.in_top_k(predictions, targets, k)


def bias_add(x, bias, data_format=None):
    """x + bias along the channels; a bias of rank x - 1 is added as it is."""
    data_format = data_format or settings.image_data_format()
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError("Unknown data_format: " + str(data_format))
    rank, shape = len(x.shape), bias.shape.as_list()
    if len(shape) not in (1, rank - 1):
        raise ValueError("Unexpected bias dimensions %d, expect to be 1 or %d dimensions" % (len(shape), rank))
    if len(shape) == 1 and data_format == "channels_last":
        return nn.bias_add(x, bias)
    wide = [1] * (rank - 1)
    if data_format == "channels_first":
        wide = [shape[-1]] + (shape[:-1] if len(shape) > 1 else [1] * (rank - 2))
    else:
        wide = shape
    return x + array_ops.reshape(bias, [1] + wide)


# Shapes -----------------------------------------------------------------------------------------


def repeat_elements(x, rep, axis):
    """Each element `rep` times, along an axis of known size."""
    parts = array_ops.split(value=x, num_or_size_splits=x.shape.as_list()[axis], axis=axis)
    return array_ops.concat([part for part in parts for _ in range(rep)], axis)


def repeat(x, n):
    """[batch, features] -> [batch, n, features]."""
    assert x.shape.ndims == 2
    return array_ops.tile(array_ops.expand_dims(x, 1), array_ops.stack([1, n, 1]))


def reverse(x, axes):
    """x backwards along axes."""
    return array_ops.reverse(x, [axes] if isinstance(axes, int) else axes)


def temporal_padding(x, padding=(1, 1)):
    """Zeros before and behind the steps of [batch, time, features]."""
    return array_ops.pad(x, [[0, 0], list(padding), [0, 0]])


def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Zeros around images."""
    inner = [list(side) for side in padding]
    return array_ops.pad(x, [[0, 0], [0, 0]] + inner if _format(data_format, 2) == "NCHW" else [[0, 0]] + inner + [[0, 0]])


def spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
    """Zeros around volumes."""
    inner = [list(side) for side in padding]
    return array_ops.pad(x, [[0, 0], [0, 0]] + inner if _format(data_format, 3) == "NCDHW" else [[0, 0]] + inner + [[0, 0]])


def resize_images(x, height_factor, width_factor, data_format, interpolation="nearest"):
    """Images enlarged by whole factors."""
    from tinytf.ops.image.image_resize_v2 import resize_images_v2

    if interpolation not in ("nearest", "bilinear"):
        raise ValueError('interpolation should be one of "nearest" or "bilinear".')
    first = _format(data_format, 2) == "NCHW"
    if first:
        x = array_ops.transpose(x, [0, 2, 3, 1])
    size = array_ops.shape(x)[1:3] * convert_to_tensor(np.array([height_factor, width_factor], np.int32))
    known = [None if n is None else n * k for n, k in zip(x.shape.as_list()[1:3], (height_factor, width_factor))]
    x = resize_images_v2(x, size, method=interpolation)
    x.set_shape([x.shape.as_list()[0], *known, x.shape.as_list()[3]])
    return array_ops.transpose(x, [0, 3, 1, 2]) if first else x


def resize_volumes(x, depth_factor, height_factor, width_factor, data_format):
    """Volumes enlarged by whole factors."""
    first = 2 if _format(data_format, 3) == "NCDHW" else 1
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), first):
        x = repeat_elements(x, factor, axis)
    return x


def is_sparse(tensor) -> bool:
    """Whether it is a SparseTensor."""
    return isinstance(tensor, SparseTensor)


def to_dense(tensor):
    """A SparseTensor as a tensor; others as they are."""
    from tinytf.ops.sparse.sparse_ops import sparse_tensor_to_dense

    return sparse_tensor_to_dense(tensor) if is_sparse(tensor) else tensor


def batch_dot(x, y, axes=None):
    """The products of the examples of x and y, summed over an axis of each; the result has rank 2 at least."""
    if isinstance(axes, int):
        axes = (axes, axes)
    x_rank, y_rank = x.shape.ndims, y.shape.ndims
    if axes is None:
        axes = [x_rank - 1, y_rank - 2]
    added = abs(x_rank - y_rank)
    if x_rank > y_rank:
        y = array_ops.reshape(y, array_ops.concat([array_ops.shape(y), [1] * added], 0))
    elif y_rank > x_rank:
        x = array_ops.reshape(x, array_ops.concat([array_ops.shape(x), [1] * added], 0))
    if x.shape.ndims == 2 and y.shape.ndims == 2:
        if axes[0] == axes[1]:
            result = math_ops.reduce_sum(math_ops.multiply(x, y), axes[0])
        else:
            result = math_ops.reduce_sum(math_ops.multiply(array_ops.transpose(x, [1, 0]), y), axes[1])
    else:
        adjoint_x = axes[0] != x.shape.ndims - 1
        result = math_ops.matmul(x, y, adjoint_a=adjoint_x or None, adjoint_b=axes[1] == y.shape.ndims - 1 or None)
    if added:
        where = (x_rank + y_rank - 3 if x_rank > y_rank else x_rank - 1)
        result = array_ops.squeeze(result, list(range(where, where + added)))
    return array_ops.expand_dims(result, 1) if result.shape.ndims == 1 else result


# Random numbers ---------------------------------------------------------------------------------


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal random numbers within two deviations."""
    return random_ops.truncated_normal(shape, mean, stddev, dtype=dtype or settings.floatx(), seed=_seed(seed))


def random_binomial(shape, p=0.0, dtype=None, seed=None):
    """Ones with the probability p, else zeros."""
    dtype = dtype or settings.floatx()
    drawn = random_ops.random_uniform(shape, dtype=dtype, seed=_seed(seed))
    return where_v2(drawn <= p, array_ops.ones(shape, dtype=dtype), array_ops.zeros(shape, dtype=dtype))


def _random_variable(initializer, shape, dtype, name):
    from tinytf.keras.backend import variable

    dtype = dtype or settings.floatx()
    return variable(initializer(shape, dtype=dtypes.as_dtype(dtype).base_dtype), dtype=dtype, name=name)


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """A variable that begins with normal random numbers."""
    return _random_variable(init_ops.random_normal_initializer(mean, scale, seed=_seed(seed)), shape, dtype, name)


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """A variable that begins with uniform random numbers."""
    return _random_variable(init_ops.random_uniform_initializer(low, high, seed=_seed(seed)), shape, dtype, name)


# Convolutions, pools, normalization -------------------------------------------------------------


def _convolved(x, kernel, strides, padding, data_format, dilation_rate, rank):
    return nn.convolution(
        input=x, filter=kernel, dilation_rate=dilation_rate, strides=strides, padding=_padding(padding), data_format=_format(data_format, rank)
    )


def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """A convolution over time; "causal" sees no step that comes later."""
    if padding == "causal":
        x, padding = temporal_padding(x, (dilation_rate * (kernel.shape.as_list()[0] - 1), 0)), "valid"
    return _convolved(x, kernel, [strides], padding, data_format, [dilation_rate], 1)


def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """A convolution over images."""
    return _convolved(x, kernel, strides, padding, data_format, dilation_rate, 2)


def conv3d(x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)):
    """A convolution over volumes."""
    return _convolved(x, kernel, strides, padding, data_format, dilation_rate, 3)


def conv2d_transpose(x, kernel, output_shape, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """The transpose of conv2d, to an output of this shape."""
    if tuple(dilation_rate) != (1, 1):
        raise NotImplementedError("tf.keras.backend.conv2d_transpose(dilation_rate=…): use a dilation_rate of 1")
    layout = _format(data_format, 2)
    steps = (1,) + tuple(strides) + (1,) if layout == "NHWC" else (1, 1) + tuple(strides)
    if isinstance(output_shape, (list, tuple)):
        output_shape = array_ops.stack([array_ops.shape(x)[0] if n is None else n for n in output_shape])
    return nn.conv2d_transpose(x, kernel, output_shape, steps, padding=_padding(padding), data_format=layout)


def separable_conv2d(x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """A convolution by channel, and one of 1 x 1."""
    layout = _format(data_format, 2)
    steps = (1,) + tuple(strides) + (1,) if layout == "NHWC" else (1, 1) + tuple(strides)
    return nn.separable_conv2d(x, depthwise_kernel, pointwise_kernel, steps, _padding(padding), rate=dilation_rate, data_format=layout)


def conv3d_transpose(x, kernel, output_shape, strides=(1, 1, 1), padding="valid", data_format=None):
    """The transpose of a convolution in three dimensions."""
    from tinytf.ops.nn.conv_functions import conv3d_transpose as transposed

    fmt = _format(data_format, 3)
    strides = (1, *strides, 1) if fmt == "NDHWC" else (1, 1, *strides)
    return transposed(x, kernel, output_shape, strides, padding=_padding(padding), data_format=fmt)


def depthwise_conv2d(x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Each channel convolved with its own kernel."""
    fmt = _format(data_format, 2)
    strides = (1, *strides, 1) if fmt == "NHWC" else (1, 1, *strides)
    return nn.depthwise_conv2d(x, depthwise_kernel, strides, _padding(padding), rate=dilation_rate, data_format=fmt)


def local_conv(inputs, kernel, kernel_size, strides, output_shape, data_format=None):
    """A convolution with other weights at every place: `kernel` is [places, patch, filters]."""
    first = _format(data_format, 1) == "NCW"
    patches = []
    for place in itertools.product(*map(range, output_shape)):
        where = [slice(i * stride, i * stride + size) for i, stride, size in zip(place, strides, kernel_size)]
        patches.append(array_ops.reshape(inputs[tuple([slice(None)] * (1 + first) + where)], (1, -1, kernel.shape.as_list()[1])))
    products = math_ops.matmul(array_ops.concat(patches, 0), kernel)
    products = array_ops.reshape(products, (*output_shape, -1, kernel.shape.as_list()[2]))
    rank = len(output_shape)
    order = [rank, rank + 1, *range(rank)] if first else [rank, *range(rank), rank + 1]
    return array_ops.transpose(products, order)


def local_conv1d(inputs, kernel, kernel_size, strides, data_format=None):
    """As local_conv, over steps."""
    return local_conv(inputs, kernel, kernel_size, strides, (kernel.shape.as_list()[0],), data_format)


def local_conv2d(inputs, kernel, kernel_size, strides, output_shape, data_format=None):
    """As local_conv, over images."""
    return local_conv(inputs, kernel, kernel_size, strides, output_shape, data_format)


def is_keras_tensor(x) -> bool:
    """Whether a layer gave the tensor; ValueError where it is none."""
    if not hasattr(x, "op") and not isinstance(x, SparseTensor):
        raise ValueError("Unexpectedly found an instance of type `%s`. Expected a symbolic tensor instance." % type(x))
    return hasattr(x, "_keras_history")


def _pooled(x, pool_size, strides, padding, data_format, pool_mode, rank):
    layout = _format(data_format, rank)
    around = (lambda sizes: (1, 1) + tuple(sizes)) if layout.startswith("NC") else (lambda sizes: (1,) + tuple(sizes) + (1,))
    pools = {"max": (nn.max_pool, nn.max_pool3d), "avg": (nn.avg_pool, nn.avg_pool3d)}
    if pool_mode not in pools:
        raise ValueError("Invalid pooling mode: " + str(pool_mode))
    return pools[pool_mode][rank - 2](x, around(pool_size), around(strides), padding=_padding(padding), data_format=layout)


def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The maximum or the mean ("avg") of patches of images."""
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode, 2)


def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The same of volumes."""
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode, 3)


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """x normalized by this mean and variance, scaled and shifted."""
    return nn.batch_normalization(x, mean, var, beta, gamma, epsilon)


def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """(x normalized by its own mean and variance, the mean, the variance)."""
    layouts = {(0, 1, 2): "NHWC", (0, 2, 3): "NCHW"}
    if x.shape.ndims == 4 and tuple(reduction_axes) in layouts:
        size = [x.shape[3 if layouts[tuple(reduction_axes)] == "NHWC" else 1]]
        gamma = convert_to_tensor(np.ones(size, np.float32)) if gamma is None else gamma
        beta = convert_to_tensor(np.zeros(size, np.float32)) if beta is None else beta
        return nn.fused_batch_norm(x, gamma, beta, epsilon=epsilon, data_format=layouts[tuple(reduction_axes)])
    mean, variance = nn.moments(x, list(reduction_axes))
    wide = [1 if axis in reduction_axes else array_ops.shape(x)[axis] for axis in range(x.shape.ndims)]
    if sorted(reduction_axes) != list(range(x.shape.ndims))[:-1]:
        shaped = [None if v is None else array_ops.reshape(v, array_ops.stack(wide)) for v in (mean, variance, beta, gamma)]
    else:
        shaped = [mean, variance, beta, gamma]
    return nn.batch_normalization(x, *shaped, epsilon), mean, variance


def moving_average_update(x, value, momentum):
    """The op that moves x towards a value."""
    from tinytf.train.moving_averages import assign_moving_average

    return assign_moving_average(x, value, momentum, zero_debias=True)


# Loops, and the rest ----------------------------------------------------------------------------


def map_fn(fn, elems, name=None, dtype=None):
    """fn of each element."""
    from tinytf.ops.control_flow.map_ops import map_fn as mapped

    return mapped(fn, elems, name=name, dtype=dtype)


def foldl(fn, elems, initializer=None, name=None):
    """The elements combined from the first on."""
    from tinytf.ops.control_flow.map_ops import foldl as folded

    return folded(fn, elems, initializer=initializer, name=name)


def foldr(fn, elems, initializer=None, name=None):
    """The elements combined from the last on."""
    from tinytf.ops.control_flow.map_ops import foldr as folded

    return folded(fn, elems, initializer=initializer, name=name)


def rnn(
    step_function, inputs, initial_states, go_backwards=False, mask=None, constants=None, unroll=False, input_length=None, time_major=False,
    zero_output_for_mask=False,
):  # fmt: skip
    """(last output, outputs, last states) of `step_function(x, states) -> (output, states)` over the steps of [batch, time, …]."""
    from tinytf.keras.layers.rnn_loop import run_over_time

    if zero_output_for_mask:
        raise NotImplementedError("tf.keras.backend.rnn(zero_output_for_mask=True): multiply the outputs by the mask")
    step = step_function if constants is None else (lambda x, states: step_function(x, list(states) + list(constants)))
    states = [array_ops.identity(state) for state in initial_states]
    return run_over_time(step, inputs, states, go_backwards, mask, unroll, time_major)


def print_tensor(x, message=""):
    """x, which is printed when it is computed."""
    from tinytf.ops.control_flow.script_ops import Print

    return Print(x, [x], message)


def ctc_label_dense_to_sparse(labels, label_lengths):
    """The first `label_lengths` labels of each row, as a SparseTensor."""
    shape = array_ops.shape(labels)
    mask = sequence_mask(math_ops.cast(array_ops.reshape(label_lengths, [-1]), "int32"), shape[1])
    indices = array_ops.where(mask)
    return SparseTensor(math_ops.cast(indices, "int64"), array_ops.gather_nd(labels, indices), math_ops.cast(shape, "int64"))


def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """[batch, 1]: the CTC loss of probabilities [batch, time, classes] and labels [batch, labels]."""
    lengths = math_ops.cast(array_ops.squeeze(label_length, axis=-1), "int32")
    steps = math_ops.cast(array_ops.squeeze(input_length, axis=-1), "int32")
    labels = math_ops.cast(ctc_label_dense_to_sparse(y_true, lengths), "int32")
    logits = math_ops.log(array_ops.transpose(y_pred, perm=[1, 0, 2]) + settings.epsilon())
    return array_ops.expand_dims(nn.ctc_loss(inputs=logits, labels=labels, sequence_length=steps), 1)


def ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1):
    """([labels, padded with -1], log probabilities) of probabilities [batch, time, classes]."""
    from tinytf.ops.sparse.sparse_to_dense import sparse_to_dense

    logits = math_ops.log(array_ops.transpose(y_pred, perm=[1, 0, 2]) + settings.epsilon())
    steps = math_ops.cast(input_length, "int32")
    if greedy:
        decoded, scores = nn.ctc_greedy_decoder(inputs=logits, sequence_length=steps)
    else:
        decoded, scores = nn.ctc_beam_search_decoder(inputs=logits, sequence_length=steps, beam_width=beam_width, top_paths=top_paths)
    return [sparse_to_dense(found.indices, found.dense_shape, found.values, default_value=-1) for found in decoded], scores
