"""Convolutions: against their definition, against TensorFlow's numbers, and what a kernel must not do."""

import itertools
import threading

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.nn import conv_kernels, depthwise_kernels, windows

RANDOM = np.random.RandomState(0)


def by_definition(x, w, strides, dilations, pads, positions):
    """Window by window, cell by cell, in double precision."""
    x = windows.pad(x, ((0, 0),) + tuple(pads) + ((0, 0),)).astype(float)
    out = np.zeros((x.shape[0],) + tuple(positions) + (w.shape[-1],))
    for at in itertools.product(*map(range, positions)):
        for cell in itertools.product(*map(range, w.shape[:-2])):
            where = tuple(p * s + c * d for p, s, c, d in zip(at, strides, cell, dilations))
            out[(slice(None),) + at] += x[(slice(None),) + where] @ w[cell].astype(float)
    return out


def geometry(dims, size, stride, dilation, padding):
    spatial, window = (5, 6, 4)[:dims], (size,) * (dims - 1) + (size + 1,)
    found = [windows.place(n, k, stride, dilation, padding) for n, k in zip(spatial, window)]
    return spatial, window, (stride,) * dims, (dilation,) * dims, [f[1:] for f in found], [f[0] for f in found]


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("size, stride, dilation", [(1, 1, 1), (1, 2, 1), (2, 1, 1), (3, 2, 1), (2, 3, 1), (2, 1, 2)])
@pytest.mark.parametrize("channels, filters", [(1, 3), (3, 5), (20, 4), (2, 17)])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_forward_and_both_gradients_are_the_definition(dims, channels, filters, size, stride, dilation, padding, monkeypatch):
    monkeypatch.setattr(windows, "PIECE_BYTES", 3000)  # several pieces even for small arrays
    spatial, window, strides, dilations, pads, positions = geometry(dims, size, stride, dilation, padding)
    if min(positions) <= 0:
        pytest.skip("the window does not fit")
    x = RANDOM.rand(3, *spatial, channels).astype("float32")
    w = RANDOM.rand(*window, channels, filters).astype("float32")
    y = conv_kernels.convolve(x, w, strides, dilations, pads, positions)
    np.testing.assert_allclose(y, by_definition(x, w, strides, dilations, pads, positions), rtol=1e-5)
    # A linear map's gradients are its adjoint: <A v, g> = <v, A' g>.
    g, v, u = RANDOM.rand(*y.shape).astype("float32"), RANDOM.rand(*x.shape), RANDOM.rand(*w.shape)
    dx = conv_kernels.to_input(w, g, spatial, strides, dilations, pads)
    dw = conv_kernels.to_filter(x, g, window, strides, dilations, pads)
    assert np.isclose((by_definition(v, w, strides, dilations, pads, positions) * g).sum(), (dx * v).sum(), rtol=1e-4)
    assert np.isclose((by_definition(x, u, strides, dilations, pads, positions) * g).sum(), (dw * u).sum(), rtol=1e-4)


@pytest.mark.parametrize("spatial, window", [((7, 4), (3, 4)), ((5, 5), (5, 5)), ((6, 1), (2, 1)), ((3, 4, 2), (2, 4, 2))])
def test_a_window_that_covers_a_whole_line(spatial, window):
    ones, pads = (1,) * len(window), ((0, 0),) * len(window)
    positions = [n - k + 1 for n, k in zip(spatial, window)]
    x, w = RANDOM.rand(2, *spatial, 3).astype("float32"), RANDOM.rand(*window, 3, 4).astype("float32")
    y = conv_kernels.convolve(x, w, ones, ones, pads, positions)
    np.testing.assert_allclose(y, by_definition(x, w, ones, ones, pads, positions), rtol=1e-5)
    g = RANDOM.rand(*y.shape).astype("float32")
    assert np.isclose((conv_kernels.to_input(w, g, spatial, ones, ones, pads) * x).sum(), (y * g).sum(), rtol=1e-4)
    assert np.isclose((conv_kernels.to_filter(x, g, window, ones, ones, pads) * w).sum(), (y * g).sum(), rtol=1e-4)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("size, stride, dilation", [(1, 1, 1), (3, 1, 1), (3, 2, 1), (2, 1, 2)])
@pytest.mark.parametrize("each", [1, 2])
def test_depthwise_is_a_convolution_whose_filter_is_diagonal(size, stride, dilation, padding, each):
    spatial, window, strides, dilations, pads, positions = geometry(2, size, stride, dilation, padding)
    x, w = RANDOM.rand(2, *spatial, 3).astype("float32"), RANDOM.rand(*window, 3, each).astype("float32")
    full = np.zeros(window + (3, 3 * each))
    for c in range(3):
        full[:, :, c, each * c : each * (c + 1)] = w[:, :, c]
    y = depthwise_kernels.convolve(x, w, strides, dilations, pads, positions)
    np.testing.assert_allclose(y, by_definition(x, full, strides, dilations, pads, positions), rtol=1e-5)
    g, v, u = RANDOM.rand(*y.shape).astype("float32"), RANDOM.rand(*x.shape), RANDOM.rand(*w.shape).astype("float32")
    dx = depthwise_kernels.to_input(w, g, spatial, strides, dilations, pads)
    dw = depthwise_kernels.to_filter(x, g, w.shape, strides, dilations, pads)
    assert np.isclose((by_definition(v, full, strides, dilations, pads, positions) * g).sum(), (dx * v).sum(), rtol=1e-4)
    assert np.isclose((depthwise_kernels.convolve(x, u, strides, dilations, pads, positions) * g).sum(), (dw * u).sum(), rtol=1e-4)


def test_kernels_leave_their_inputs_alone_and_may_run_at_once():
    """Inputs are read-only here: writing to them would raise. Threads share the kernel."""
    x, w = RANDOM.rand(8, 12, 12, 4).astype("float32"), RANDOM.rand(3, 3, 4, 8).astype("float32")
    for array in (x, w):
        array.flags.writeable = False
    args = ((1, 1), (1, 1), ((1, 1), (1, 1)))
    expected = conv_kernels.convolve(x, w, *args, (12, 12))
    expected.flags.writeable = False
    wanted = conv_kernels.to_filter(x, expected, (3, 3), *args), conv_kernels.to_input(w, expected, (12, 12), *args)
    wrong = []

    def work():
        for _ in range(5):
            same = np.array_equal(conv_kernels.convolve(x, w, *args, (12, 12)), expected)
            same &= np.allclose(conv_kernels.to_filter(x, expected, (3, 3), *args), wanted[0])
            same &= np.allclose(conv_kernels.to_input(w, expected, (12, 12), *args), wanted[1])
            if not same:
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def run(*tensors):
    with tf.Session() as session:
        return [np.asarray(v) for v in session.run(list(tensors))]


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def test_numbers_of_tensorflow():
    x = tf.constant(np.arange(18, dtype="float32").reshape(1, 3, 3, 2) / 10 - 0.5)
    w = tf.constant(np.arange(8, dtype="float32").reshape(2, 2, 2, 1) / 10)
    same = tf.nn.conv2d(x, w, 1, "SAME")
    dx, dw = tf.gradients(tf.square(same), [x, w])
    same, valid, strided, dx, dw = run(same, tf.nn.conv2d(x, w, 1, "VALID"), tf.nn.conv2d(x, w, 2, "SAME"), dx, dw)
    np.testing.assert_allclose(same.ravel(), [0.44, 1.0, 0.5, 2.12, 2.68, 1.1, 0.56, 0.68, 0.12], rtol=1e-6)
    np.testing.assert_allclose(valid.ravel(), [0.44, 1.0, 2.12, 2.68], rtol=1e-6)
    np.testing.assert_allclose(strided.ravel(), [0.44, 0.5, 0.56, 0.12], rtol=1e-6)
    expected = [0.0, 0.088, 0.176, 0.464, 0.4, 0.7, 0.352, 0.864, 2.176, 3.424, 2.672, 3.728, 1.696, 2.232, 4.912, 6.12, 4.368, 5.284]
    np.testing.assert_allclose(dx.ravel(), expected, rtol=1e-6)
    np.testing.assert_allclose(dw.ravel(), [4.264, 6.104, 5.992, 7.488, 11.4, 12.968, 10.976, 12.224], rtol=1e-6)


def test_transposed():
    value = tf.constant([[[[1.0], [2.0]], [[3.0], [4.0]]]])
    filters = tf.constant(np.arange(9, dtype="float32").reshape(3, 3, 1, 1))
    (y,) = run(tf.nn.conv2d_transpose(value, filters, [1, 4, 4, 1], 2))
    assert y.ravel().tolist() == [0, 1, 2, 2, 3, 4, 11, 8, 6, 10, 26, 18, 9, 12, 27, 16]


def test_channels_first_gives_the_same_numbers():
    x, w = RANDOM.rand(2, 5, 6, 3).astype("float32"), RANDOM.rand(3, 3, 3, 4).astype("float32")
    last = tf.nn.conv2d(x, w, 2, "SAME")
    first = tf.nn.conv2d(x.transpose(0, 3, 1, 2), w, 2, "SAME", data_format="NCHW")
    assert first.shape.as_list() == [2, 4, 3, 3]
    a, b = run(last, first)
    np.testing.assert_allclose(a, b.transpose(0, 2, 3, 1), rtol=1e-6)


@pytest.mark.parametrize(
    "x, w, options, words",
    [
        ([1, 5, 5, 3], [3, 3, 2, 4], {}, r"Depth of input \(3\) is not a multiple of input depth of filter \(2\)"),
        ([1, 2, 2, 3], [3, 3, 3, 4], {"padding": "VALID"}, "Negative dimension size caused by subtracting 3 from 2"),
        ([5, 5, 3], [3, 3, 3, 4], {}, "Shape must be rank 4 but is rank 3"),
        ([1, 5, 5, 3], [3, 3, 3, 4], {"strides": [1, 1, 1]}, "strides should be of length 1, 2 or 4 but was 3"),
        ([1, 5, 5, 3], [3, 3, 3, 4], {"padding": [[0, 0], [-1, 2], [3, 0], [0, 0]]}, "explicit_paddings must be nonnegative"),
        ([1, 5, 5, 3], [3, 3, 3, 4], {"padding": "EXPLICIT"}, "the padding parameter must be a list"),
    ],
)
def test_what_does_not_fit_is_refused_when_the_graph_is_built(x, w, options, words):
    with pytest.raises(ValueError, match=words):
        tf.nn.conv2d(tf.ones(x), tf.ones(w), **dict({"strides": 1, "padding": "SAME"}, **options))


def test_what_does_not_fit_is_refused_when_it_runs():
    x, w = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    y = tf.nn.conv2d(x, w, [1, 1, 1, 1], "VALID")
    with tf.Session() as session:
        assert session.run(y, {x: np.ones([1, 2, 2, 3]), w: np.ones([3, 3, 3, 4])}).shape == (1, 0, 0, 4)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Computed output size would be negative: -1"):
            session.run(y, {x: np.ones([1, 1, 2, 3]), w: np.ones([3, 3, 3, 4])})
        with pytest.raises(tf.errors.InvalidArgumentError, match="input must be 4-dimensional"):
            session.run(y, {x: np.ones([2, 2, 3]), w: np.ones([3, 3, 3, 4])})
        with pytest.raises(tf.errors.UnimplementedError, match="grouped convolutions"):
            session.run(y, {x: np.ones([1, 4, 4, 4]), w: np.ones([3, 3, 2, 4])})
