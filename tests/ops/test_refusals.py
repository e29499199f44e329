"""What kernels refuse, and in which words; and what is empty but fine."""

import numpy as np
import pytest

import tinytf as tf

raw = tf.raw_ops


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def ones(*shape):
    """Ones whose shape is known only while the session runs."""
    return tf.placeholder_with_default(np.ones(shape, np.float32), None)


def ctc(labels, **kwargs):
    indices = [[0, i] for i in range(len(labels))]
    return raw.CTCLoss(inputs=tf.ones([5, 1, 4]), labels_indices=indices, labels_values=labels, sequence_length=[5], **kwargs)[0]


INVALID, FAILED = tf.errors.InvalidArgumentError, tf.errors.FailedPreconditionError
ATTRS = {"strides": [1, 1, 1, 1], "padding": "SAME"}


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: ctc([1, 3, 2]), INVALID, "Saw a non-null label .* following a null label, batch: 0 num_classes: 4 labels: 1,3,2"),
        (lambda: ctc([1, -1]), INVALID, "All labels must be nonnegative integers, batch: 0 labels: 1,-1"),
        (lambda: raw.CTCGreedyDecoder(inputs=ones(5, 3, 4), sequence_length=tf.identity([5, 5]))[0], FAILED, r"len\(sequence_length\):  2 batch_size: 3"),
        (lambda: raw.CTCGreedyDecoder(inputs=ones(5, 2, 4), sequence_length=tf.identity([5, 6]))[0], FAILED, r"sequence_length\(1\) <= 5"),
        (lambda: raw.CTCGreedyDecoder(inputs=ones(0, 2, 4), sequence_length=[0, 0])[0], INVALID, "max_time is 0"),
        (lambda: raw.Conv2D(input=tf.ones([1, 3, 3, 1]), filter=tf.ones([2, 2, 1, 1]), explicit_paddings=[0] * 8, **ATTRS), ValueError, "must be empty"),
        (
            lambda: raw.Conv2DBackpropInput(input_sizes=[1, 3, 3, 1], filter=tf.ones([2, 2, 1, 1]), out_backprop=ones(1, 3, 4, 1), **ATTRS),
            INVALID,
            "actual = 4, computed = 3 spatial_dim: 2 input: 3 filter: 2 output: 4 stride: 1 dilation: 1",
        ),
        (lambda: tf.histogram_fixed_width([1.0], [5.0, 5.0]), INVALID, r"but got '\[5, 5\]'"),
        (lambda: tf.histogram_fixed_width([1.0], [0.0, 5.0], nbins=0), ValueError, "Requires nbins > 0: 0"),
        (lambda: tf.gather(tf.zeros([2, 3]), [[0, 1], [1, 3]], batch_dims=1), INVALID, r"indices\[1,1\] = 3 is not in \[0, 3\)"),
        (lambda: tf.matrix_solve(ones(2, 2), ones(2)), INVALID, "must have the same rank"),
        (lambda: tf.matrix_solve(ones(2, 3), ones(2, 1)), INVALID, r"First input \(lhs\) must be a square matrix"),
        (lambda: tf.self_adjoint_eigvals([[np.nan]]), INVALID, "Self-adjoint eigen decomposition was not successful"),
        (lambda: tf.cross(ones(2), ones(2)), FAILED, "only defined for 3-element vectors"),
        (lambda: tf.cumsum([1.0], axis=-3), INVALID, r"range \[-1, 1\), but got -2"),
        (lambda: tf.batch_to_space(ones(4, 2, 2, 1), [[0, 0], [3, 2]], 2), INVALID, r"cropped_shape\[1\]=-1 must be non-negative"),
        (lambda: tf.image.crop_and_resize(tf.ones([1, 4, 4, 1]), [[0.0, 0.0, 1.0]], [0], [2, 2]), ValueError, "Dimension must be 4 but is 3"),
        (lambda: tf.image.extract_glimpse(ones(1, 4, 4, 1), tf.identity([2, 2]), ones(2, 2)), INVALID, r"first dimension should be batch\[2,2\]"),
        (lambda: tf.image.encode_jpeg(tf.ones([3, 3, 2], tf.uint8)), INVALID, r"must have 1 or 3 channels, got \[3,3,2\]"),
        (lambda: tf.decode_base64(["ab+/"]), INVALID, "Invalid character found in base64"),
        (lambda: raw.Cast(x=["a"], DstT=tf.float32), tf.errors.UnimplementedError, "Cast string to float is not supported"),
        (lambda: raw.TensorListFromTensor(tensor=tf.ones([3, 2]), element_shape=[3]), ValueError, "Dimension 0 in both shapes must be equal"),
        (lambda: raw.TensorListSplit(tensor=tf.ones([3, 2]), element_shape=[2], lengths=[3]), ValueError, "equal rank, but are 2 and 1"),
        (
            lambda: raw.TensorListPushBack(input_handle=raw.EmptyTensorList(element_shape=[2], max_num_elements=-1, element_dtype=tf.float32), tensor=[1, 2]),
            ValueError,
            "wrong element dtype. List has type float but trying to push element with type int32",
        ),
        (lambda: raw.RefSelect(index=tf.identity([0, 1]), inputs=[tf.Variable(1.0)]), ValueError, "Shape must be rank 0 but is rank 1"),
    ],
)
def test_what_is_refused(make, error, message):
    with tf.Session() as session, pytest.raises(error, match=message):
        session.run(make())


@pytest.mark.parametrize(
    "make, shape",
    [
        (lambda: tf.linalg.lu(tf.zeros([2, 0, 0]))[0], (2, 0, 0)),
        (lambda: tf.linalg.lu(tf.zeros([0, 2, 2]))[1], (0, 2)),
        (lambda: tf.extract_image_patches(ones(1, 3, 3, 1), [1, 4, 2, 1], [1] * 4, [1] * 4, "VALID"), (1, 0, 2, 8)),
        (lambda: tf.extract_volume_patches(tf.ones([1, 3, 3, 3, 1]), [1, 2, 4, 2, 1], [1] * 5, "VALID"), (1, 2, 0, 2, 16)),
        (lambda: tf.nn.lrn(tf.ones([1, 2, 2, 0])), (1, 2, 2, 0)),
    ],
)
def test_what_is_empty(make, shape):
    with tf.Session() as session:
        assert session.run(make()).shape == shape


def test_blanks_at_the_end_of_a_label_do_not_count():
    with tf.Session() as session:
        plain, ended = session.run([ctc([1, 2]), ctc([1, 2, 3, 3])])
    assert plain == ended
