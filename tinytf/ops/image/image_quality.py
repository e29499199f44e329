"""Measures of images: how alike two are (PSNR, SSIM), how much neighbours differ, where edges are."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.control_flow.control_flow_ops import Assert
from tinytf.ops.image.image_adjust import convert_image_dtype
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations, softmax
from tinytf.ops.nn.conv_functions import depthwise_conv2d
from tinytf.ops.nn.pool_functions import avg_pool


def total_variation(images, name=None) -> Tensor:
    """The sum of absolute differences of neighbouring pixels, of each image.  Follows tf.image.total_variation of TF 1.15."""
    with name_scope(name, "total_variation"):
        rank = images.get_shape().ndims
        if rank == 3:
            down, across = images[1:, :, :] - images[:-1, :, :], images[:, 1:, :] - images[:, :-1, :]
            axes = None
        elif rank == 4:
            down, across = images[:, 1:, :, :] - images[:, :-1, :, :], images[:, :, 1:, :] - images[:, :, :-1, :]
            axes = [1, 2, 3]
        else:
            raise ValueError("'images' must be either 3 or 4-dimensional.")
        return math_ops.reduce_sum(math_ops.abs(down), axis=axes) + math_ops.reduce_sum(math_ops.abs(across), axis=axes)


def image_gradients(image) -> tuple:
    """(dy, dx) of a batch: the difference to the pixel below, and to the right; 0 at the end.

    Follows tf.image.image_gradients of TF 1.15.
    """
    if image.get_shape().ndims != 4:
        raise ValueError("image_gradients expects a 4D tensor [batch_size, h, w, d], not %s.", image.get_shape())
    shape = array_ops.shape(image)
    batch, height, width, depth = array_ops.unstack(shape)
    dy = image[:, 1:, :, :] - image[:, :-1, :, :]
    dx = image[:, :, 1:, :] - image[:, :, :-1, :]

    def completed(differences, missing, axis):
        zeros = array_ops.zeros(array_ops.stack(missing), image.dtype)
        return array_ops.reshape(array_ops.concat([differences, zeros], axis), shape)

    return completed(dy, [batch, 1, width, depth], 1), completed(dx, [batch, height, 1, depth], 2)


def sobel_edges(image) -> Tensor:
    """[batch, height, width, channels, 2]: how much each pixel's surroundings change downward, and to the right.

    Follows tf.image.sobel_edges of TF 1.15.
    """
    static, shape = image.get_shape(), array_ops.shape(image)
    down = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    kernels = constant(np.stack([down, down.T], axis=-1)[:, :, None, :], dtype=image.dtype)
    kernels = array_ops.tile(kernels, [1, 1, shape[-1], 1], name="sobel_filters")
    padded = array_ops.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    output = depthwise_conv2d(padded, kernels, [1, 1, 1, 1], "VALID")
    output = array_ops.reshape(output, shape=array_ops.concat([shape, [2]], 0))
    output.set_shape(static.concatenate([2]))
    return output


# How alike two images are ---------------------------------------------------------------------------------


def _compatible(a, b) -> tuple:
    """(shape of a, shape of b, assertions that they are images of one size)"""
    static_a, static_b = (x.get_shape().with_rank_at_least(3) for x in (a, b))
    static_a[-3:].assert_is_compatible_with(static_b[-3:])
    if static_a.ndims is not None and static_b.ndims is not None:
        for x, y in zip(reversed(static_a.dims[:-3]), reversed(static_b.dims[:-3])):
            if not (x.value == 1 or y.value == 1 or x.is_compatible_with(y)):
                raise ValueError(f"Two images are not compatible: {static_a} and {static_b}")
    shape_a, shape_b = array_ops.shape_n([a, b])
    shapes = [shape_a, shape_b]
    checks = [Assert(math_ops.greater_equal(array_ops.size(shape_a), 3), shapes, summarize=10)]
    checks.append(Assert(math_ops.reduce_all(math_ops.equal(shape_a[-3:], shape_b[-3:])), shapes, summarize=10))
    return shape_a, shape_b, checks


def _as_floats(max_val, a, b):
    max_val = math_ops.cast(max_val, a.dtype)
    return tuple(convert_image_dtype(x, dtypes.float32) for x in (max_val, a, b))


def psnr(a, b, max_val, name=None) -> Tensor:
    """The peak signal-to-noise ratio of each pair of images, in decibels.  Follows tf.image.psnr of TF 1.15."""
    with name_scope(name, "PSNR", [a, b]):
        max_val, a, b = _as_floats(max_val, a, b)
        error = math_ops.reduce_mean(math_ops.squared_difference(a, b), [-3, -2, -1])
        peak = 20 * math_ops.log(max_val) / math_ops.log(10.0)
        ratio = math_ops.subtract(peak, np.float32(10 / np.log(10)) * math_ops.log(error), name="psnr")
        with control_dependencies(_compatible(a, b)[2]):
            return array_ops.identity(ratio)


def _gauss(size, sigma):
    """A Gaussian window [size, size, 1, 1] whose sum is 1."""
    size, sigma = convert_to_tensor(size, dtypes.int32), convert_to_tensor(sigma)
    places = math_ops.cast(math_ops.range(size), sigma.dtype)
    places -= math_ops.cast(size - 1, sigma.dtype) / 2.0
    g = math_ops.square(places)
    g *= -0.5 / math_ops.square(sigma)
    g = array_ops.reshape(g, shape=[1, -1]) + array_ops.reshape(g, shape=[-1, 1])
    g = softmax.softmax(array_ops.reshape(g, shape=[1, -1]))
    return array_ops.reshape(g, shape=[size, size, 1, 1])


def _ssim_per_channel(a, b, max_val, filter_size, filter_sigma, k1, k2):
    """(SSIM, its part without luminance), [..., channels]: the means over all windows."""
    filter_size = constant(filter_size, dtype=dtypes.int32)
    filter_sigma = constant(filter_sigma, dtype=a.dtype)
    shapes = array_ops.shape_n([a, b])
    checks = []
    for shape in shapes:
        large_enough = math_ops.reduce_all(math_ops.greater_equal(shape[-3:-1], filter_size))
        checks.append(Assert(large_enough, [shape, filter_size], summarize=8))
    with control_dependencies(checks):
        a = array_ops.identity(a)
    kernel = array_ops.tile(_gauss(filter_size, filter_sigma), multiples=[1, 1, shapes[0][-1], 1])

    def windows(x):
        shape = array_ops.shape(x)
        x = array_ops.reshape(x, shape=array_ops.concat([[-1], shape[-3:]], 0))
        y = depthwise_conv2d(x, kernel, strides=[1, 1, 1, 1], padding="VALID")
        return array_ops.reshape(y, array_ops.concat([shape[:-3], array_ops.shape(y)[1:]], 0))

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean_a, mean_b = windows(a), windows(b)
    product = mean_a * mean_b * 2.0
    squares = math_ops.square(mean_a) + math_ops.square(mean_b)
    luminance = (product + c1) / (squares + c1)
    mixed = windows(a * b) * 2.0
    pure = windows(math_ops.square(a) + math_ops.square(b))
    c2 *= 1.0  # TensorFlow's room for a correction of the variance: a node of the graph
    structure = (mixed - product + c2) / (pure - squares + c2)
    axes = constant([-3, -2], dtype=dtypes.int32)
    return math_ops.reduce_mean(luminance * structure, axes), math_ops.reduce_mean(structure, axes)


def ssim(img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03) -> Tensor:
    """The structural similarity of each pair of images, in (-1, 1].  Follows tf.image.ssim of TF 1.15."""
    with control_dependencies(_compatible(img1, img2)[2]):
        img1 = array_ops.identity(img1)
    max_val, img1, img2 = _as_floats(max_val, img1, img2)
    similarity, _ = _ssim_per_channel(img1, img2, max_val, filter_size, filter_sigma, k1, k2)
    return math_ops.reduce_mean(similarity, [-1])


_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ssim_multiscale(img1, img2, max_val, power_factors=_SCALE_WEIGHTS, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03) -> Tensor:
    """SSIM on the images and on ever smaller ones, multiplied.  Follows tf.image.ssim_multiscale of TF 1.15."""
    with name_scope(None, "MS-SSIM", [img1, img2]):
        img1, img2 = convert_to_tensor(img1, name="img1"), convert_to_tensor(img2, name="img2")
        shape1, shape2, checks = _compatible(img1, img2)
        with control_dependencies(checks):
            img1 = array_ops.identity(img1)
        max_val, img1, img2 = _as_floats(max_val, img1, img2)
        images, shapes = [img1, img2], [shape1, shape2]
        heads = [s[:-3] for s in shapes]
        tails = [s[-3:] for s in shapes]
        window = [1, 2, 2, 1]
        divisor = constant(window[1:], dtype=dtypes.int32)
        parts = []
        for k in range(len(power_factors)):
            with name_scope(None, f"Scale{k}", images):
                if k > 0:
                    images, tails = _halved(images, heads, tails, window, divisor)
                similarity, structure = _ssim_per_channel(*images, max_val, filter_size, filter_sigma, k1, k2)
                parts.append(activations.relu(structure))
        parts.pop()  # the last scale counts with its luminance
        stacked = array_ops.stack(parts + [activations.relu(similarity)], axis=-1)
        product = math_ops.reduce_prod(math_ops.pow(stacked, power_factors), [-1])
        return math_ops.reduce_mean(product, [-1])


def _halved(images, heads, tails, window, divisor):
    """(images of half the size, the ends of their shapes)"""
    flat = [array_ops.reshape(x, array_ops.concat([[-1], tail], 0)) for x, tail in zip(images, tails)]
    rest = tails[0] % divisor
    is_odd = math_ops.reduce_any(math_ops.not_equal(rest, 0))

    def padded():
        padding = array_ops.pad(array_ops.expand_dims(rest, -1), [[1, 0], [1, 0]])
        return [array_ops.pad(x, padding, mode="SYMMETRIC") for x in flat]

    even = cond(is_odd, padded, lambda: flat)
    small = [avg_pool(x, ksize=window, strides=window, padding="VALID") for x in even]
    tails = [s[1:] for s in array_ops.shape_n(small)]
    return [array_ops.reshape(x, array_ops.concat([h, t], 0)) for x, h, t in zip(small, heads, tails)], tails
