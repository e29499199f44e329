"""The second generation of resizing: kernels of one's choice, antialiasing, centres of pixels."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.image.image_resize_v2 import ResizeMethod, resize_image_with_pad_v2, resize_images_v2

METHODS = [value for name, value in vars(ResizeMethod).items() if name.isupper()]


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def run(fetch):
    with tf.Session() as session:
        return session.run(fetch)


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_an_even_image_stays_even(method, antialias):
    image = np.full([1, 6, 5, 2], 7, np.float32)
    for size in ([3, 2], [9, 11]):
        out = run(resize_images_v2(image, size, method, antialias=antialias))
        assert out.shape == (1, *size, 2) and np.allclose(out, 7, rtol=1e-6)


def test_antialiasing_keeps_the_mean_of_stripes():
    stripes = np.tile(np.float32([0, 1]), 16).reshape(1, 1, 32, 1)
    plain, smooth = (run(resize_images_v2(stripes, [1, 8], ResizeMethod.LANCZOS3, antialias=a)) for a in (False, True))
    assert np.ptp(smooth[0, 0, 1:-1]) < 0.1 and np.allclose(smooth[0, 0, 2:-2], 0.5, atol=0.05) and plain.shape == smooth.shape


def test_what_lies_outside_the_image_is_zero():
    moved = tf.raw_ops.ScaleAndTranslate(images=np.ones([1, 2, 2, 1], np.float32), size=[4, 4], scale=[1.0, 1.0], translation=[1.0, 1.0])
    assert run(moved)[0, :, :, 0].tolist() == [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


def test_the_gradient_is_the_slope():
    image = tf.constant(np.random.RandomState(0).rand(1, 3, 4, 1).astype(np.float32))
    out = resize_images_v2(image, [5, 3], ResizeMethod.MITCHELLCUBIC, antialias=True)
    with tf.Session():
        assert tf.test.compute_gradient_error(image, [1, 3, 4, 1], out, [1, 5, 3, 1]) < 1e-3


def test_padding_keeps_the_aspect_ratio():
    out = run(resize_image_with_pad_v2(np.ones([4, 2, 1], np.float32), 4, 4, ResizeMethod.GAUSSIAN))
    assert np.allclose(out[:, :, 0], [[0, 1, 1, 0]] * 4, atol=1e-6)


@pytest.mark.parametrize(
    "given, message",
    [
        ({"scale": [0.0, 1.0]}, "Scale must be greater than zero"),
        ({"translation": [1.0]}, r"t must have two elements\[1\]"),
        ({"kernel_type": "no"}, "Unrecognized kernel type: no"),
        ({"images": np.ones([1, 0, 2, 1], np.float32)}, "input image must be of non-zero size"),
    ],
)
def test_what_is_refused(given, message):
    args = {"images": np.ones([1, 2, 2, 1], np.float32), "size": [2, 2], "scale": [1.0, 1.0], "translation": [0.0, 0.0], **given}
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(tf.raw_ops.ScaleAndTranslate(**args))
    with pytest.raises(ValueError, match="Resize method is not implemented"):
        resize_images_v2(args["images"], [2, 2], "no")
