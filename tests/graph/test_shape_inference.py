"""A message about shapes shows the values that its op had been told by then, as TensorFlow's does."""

import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize(
    "build, words",
    [
        (lambda: tf.pad([[1, 2], [3, 4]], [[1, 1]]), "with input shapes: [2,2], [1,2]."),
        (lambda: tf.constant(5)[0], "and with computed input tensors: input[3] = <1>."),
        (lambda: tf.zeros([2, 3])[0, 0, 0, 0, 0], "and with computed input tensors: input[3] = <1 1 1 1 1>."),
        (lambda: tf.zeros([2, 3])[-3], "slice index -1 of dimension 0 out of bounds."),
        (lambda: tf.split([1, 2, 3, 4], [2, 2], num=3), "Length of size_splits should be equal to num_outputs"),
        (lambda: tf.nn.top_k([3, 1, 2], [1]), "Input must be scalar but has rank 1"),
    ],
)
def test_what_a_message_shows(build, words):
    with pytest.raises(ValueError) as failure:
        build()
    assert words in str(failure.value)


def test_a_channel_wants_its_own_range():
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 2 and 1"):
        tf.quantization.fake_quant_with_min_max_vars_per_channel([[1.0, 2.0]], [0.0], [1.0])


def test_bits_of_fake_quant():
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="num_bits must be between 2 and 16"):
        session.run(tf.quantization.fake_quant_with_min_max_args([1.0], num_bits=1))


def test_fetched_slices_are_a_tuple():
    with tf.Session() as session:
        slices = session.run(tf.IndexedSlices(tf.ones([1, 2]), tf.constant([3])))
    assert isinstance(slices, tuple) and slices.indices == [3] and slices[2] is None


def test_ways_to_resize_that_exclude_each_other():
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="align_corners must be False"):
        session.run(tf.image.resize_bilinear(tf.ones([1, 2, 2, 1]), [3, 3], align_corners=True, half_pixel_centers=True))
