"""Ranks of what list arguments hold, and of the shapes that lists of tensors are given."""

import pytest

import tinytf as tf

raw = tf.raw_ops


def _of(rank, dtype=tf.int32):
    return tf.placeholder(dtype, [None] * rank)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


REFUSED = {
    "an element of a list": lambda: raw.RaggedTensorToVariant(rt_nested_splits=[_of(1, tf.int64), _of(0, tf.int64)], rt_dense_values=_of(1), batched_input=True),
    "values of a sparse tensor": lambda: raw.SparseConcat(
        indices=[_of(2, tf.int64)] * 2, values=[_of(2)] * 2, shapes=[_of(1, tf.int64)] * 2, concat_dim=0
    ),
    "a matrix as the shape of elements": lambda: raw.TensorListReserve(element_shape=_of(2), num_elements=3, element_dtype=tf.float32),
    "an unknown scalar as the shape of elements": lambda: raw.EmptyTensorList(element_shape=_of(0), max_num_elements=3, element_dtype=tf.float32),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused_when_the_op_is_made(what):
    with pytest.raises(ValueError, match="Shape must be rank 1 but is rank"):
        REFUSED[what]()


def test_the_scalar_that_says_nothing_is_taken():
    handle = raw.EmptyTensorList(element_shape=-1, max_num_elements=3, element_dtype=tf.float32)
    assert raw.TensorListPopBack(input_handle=handle, element_shape=_of(2), element_dtype=tf.float32).tensor.shape.ndims is None


def test_the_gradient_of_a_function_has_the_shape_of_its_result():
    assert raw.TanhGrad(y=tf.placeholder(tf.float32), dy=tf.ones([2])).shape.ndims is None
    assert raw.TanhGrad(y=tf.ones([2]), dy=tf.placeholder(tf.float32)).shape.as_list() == [2]
