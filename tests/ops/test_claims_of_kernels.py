"""What the kernels of TensorFlow refuse is refused here, in the words that its own tests look for."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import errors
from tinytf.generated_ops import unsorted_segment_join


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def _fed(build, *values):
    """A function of a session that feeds `values` to what `build` makes of placeholders without a shape."""
    places = [tf.placeholder(dtype) for dtype, _ in values]
    made = build(*places)
    return lambda sess: sess.run(made, dict(zip(places, [value for _, value in values])))


def _variable():
    return tf.Variable(tf.zeros([4, 3]))


def _scattered(points, updates):
    return lambda: _fed(lambda i, u: tf.scatter_nd_update(_variable(), i, u), (tf.int32, points), (tf.float32, updates))


def _sparse(indices, values, shape):
    return tf.SparseTensor(np.array(indices, np.int64), values, shape)


WHEN_RUN = {
    "one update a point": (_scattered([[0, 0]], [1.0, 2.0]), "outermost dimension of updates and indices must match"),
    "updates of the slices' shape": (_scattered([[1]], [[1.0, 2.0]]), r"Must have updates.shape = indices.shape\[:batch_dim\] \+ params_shape"),
    "points and updates, or none": (_scattered(np.zeros([0, 2]), [1.0]), "Indices and updates specified for empty output"),
    "points at least": (
        lambda: _fed(lambda i: tf.scatter_nd(i, [[1.0]], [2, 1]), (tf.int32, 0)), r"Indices shape must have rank at least one. Found:\[\]",
    ),
    "patterns that are scalars": (
        lambda: _fed(lambda p: tf.regex_replace(["a"], p, "x"), (tf.string, ["a", "b"])), r"Pattern must be scalar, but received \[2\]",
    ),
    "rewrites that are scalars": (
        lambda: _fed(lambda p: tf.regex_replace(["a"], "a", p), (tf.string, ["a", "b"])), r"Rewrite must be scalar, but received \[2\]",
    ),
    "segments of the input's size": (
        lambda: _fed(lambda i: unsorted_segment_join(["a", "b"], i, 2), (tf.int32, [0, 1, 2])), "Segment dimension is 3 while input dimension is",
    ),
    "sparse indices in a matrix": (
        lambda: _fed(lambda i: tf.sparse_reorder(tf.SparseTensor(i, [1.0], tf.constant([2, 2], tf.int64))).values, (tf.int64, [1, 0])),
        r"Input indices should be a matrix but received shape \[2\]",
    ),
    "sums of one shape": (
        lambda: _fed(lambda s: tf.sparse_add(tf.SparseTensor([[0, 0]], [1.0], s), _sparse([[0, 0]], [1.0], [2, 3])).values, (tf.int64, [2, 2])),
        "Operands' shapes do not match: got 2 and 3 for dimension 1",
    ),
    "the type that was serialized": (
        lambda: _fed(lambda s: tf.deserialize_many_sparse(s, tf.int64).values, (tf.string, _serialized())),
        r"Requested SparseTensor of type int64 but SparseTensor\[0\].values.dtype\(\) == float",
    ),
    "what was serialized": (
        lambda: _fed(lambda s: tf.deserialize_many_sparse(s, tf.int64).values, (tf.string, [["a", "b", "c"]])), "Could not parse serialized proto",
    ),
    "conditions of the same size": (
        lambda: _fed(lambda c: tf.where(c, [1.0], [2.0]), (tf.bool, [True, False])), r"of type Select must have the same size and shape.  Input 0: \[2\] != input 1: \[1\]",
    ),
    "places that an array has": (
        lambda: _fed(lambda i: tf.TensorArray(tf.float32, 3).scatter(i, [1.0]).flow, (tf.int32, [5])), r"Max scatter index must be < array size \(5 vs. 3\)",
    ),
}  # fmt: skip


def _serialized():
    with tf.Graph().as_default(), tf.Session() as sess:
        return [sess.run(tf.serialize_sparse(_sparse([[0, 0]], [1.0], [2, 2])))]


@pytest.mark.parametrize("claim", WHEN_RUN)
def test_a_run_wants(claim):
    build, message = WHEN_RUN[claim]
    run = build()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(errors.InvalidArgumentError, match=message):
            run(sess)


WHEN_BUILT = {
    "a vector of axes": (lambda: tf.reduce_sum([[1.0]], [[0]]), "at most rank 1 but is rank 2"),
    "a vector of dimensions to transpose": (lambda: tf.transpose([[1, 2]], [[0, 1]]), "must be rank 1 but is rank 2"),
    "a shift for each axis": (lambda: tf.roll([[1, 2], [3, 4]], [1], [0, 1]), "both shapes must be equal"),
    "samples to draw": (lambda: tf.multinomial([[1.0]], -2), "must be non-negative but is -2"),
    "elements to dequeue": (lambda: tf.FIFOQueue(3, tf.int32, [[]]).dequeue_many(-1), "Input 'n' must be >= 0, but is -1"),
    "one index for each row": (lambda: tf.TensorArray(tf.float32, 3).scatter([1], [1.0, 2.0]), "Dimensions must be equal"),
    "three parts of what was serialized": (lambda: tf.io.deserialize_many_sparse([["a", "b"]], tf.float32), "must be 3 but is 2|must be equal"),
    "the variable's type": (lambda: tf.raw_ops.AssignVariableOp(resource=_resource().handle, value=[1, 2]), "Expected float got int32"),
    "updates that fit": (lambda: tf.scatter_nd([[0]], [[1.0, 2.0]], [2, 3]), "The inner 1 dimensions of output.shape"),
}


def _resource():
    return tf.Variable([1.0], use_resource=True)


@pytest.mark.parametrize("claim", WHEN_BUILT)
def test_building_wants(claim):
    build, message = WHEN_BUILT[claim]
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    ("indices", "message"),
    [([[0, 1], [0, 0]], "is out of order"), ([[0, 0], [0, 0]], "is repeated"), ([[0, 1], [5, 0]], r"is out of bounds: need 0 <= index < \[2,2\]")],
)
def test_sets_want_their_members_in_order(indices, message):
    members = _sparse(indices, np.int64([1, 2]), [2, 2])
    with tf.Session() as sess:
        for made in (tf.sets.size(members), tf.sets.union(np.int64([[1], [2]]), members, validate_indices=False).values):
            with pytest.raises(errors.InvalidArgumentError, match=message):
                sess.run(made)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_the_transform_of_nothing_is_nothing(rank):
    nothing = np.zeros([0] * rank, np.complex64)
    forth, back = ((tf.fft, tf.ifft), (tf.fft2d, tf.ifft2d), (tf.fft3d, tf.ifft3d))[rank - 1]
    with tf.Session() as sess:
        assert sess.run(forth(nothing)).shape == sess.run(back(nothing)).shape == nothing.shape


def test_a_real_transform_has_a_rank():
    with pytest.raises(ValueError, match="Shape .* must have rank at least 2"):
        tf.signal.rfft2d(np.zeros([3], np.float32))
    with pytest.raises(ValueError, match="Shape .* must have rank 1"):
        tf.signal.rfft(np.zeros([3], np.float32), np.zeros([1, 1], np.int32))


def test_a_resource_variable_is_neither_true_nor_false():
    with pytest.raises(TypeError, match="as a Python `bool` is not allowed"):
        bool(_resource())


def test_a_sum_drops_only_what_both_have():
    a, b = _sparse([[0, 0], [1, 2]], [1.0, 2.0], [2, 3]), _sparse([[0, 1], [1, 2]], [3.0, 0.5], [2, 3])
    with tf.Session() as sess:
        assert sess.run(tf.sparse_add(a, b, thresh=3.0)).indices.tolist() == [[0, 0], [0, 1]]


def test_nothing_solved_is_never_singular():
    with tf.Session() as sess:
        assert sess.run(tf.matrix_triangular_solve(np.zeros([2, 1, 1]), np.zeros([2, 1, 0]))).shape == (2, 1, 0)


def test_what_py_func_cannot_take_is_named():
    cases = [({"a": 1}, "Unsupported object type dict"), (np.array([1.0], np.longdouble), "Unsupported numpy type: NPY_LONGDOUBLE")]
    with tf.Session() as sess:
        for value, message in cases:
            with pytest.raises(errors.InternalError, match=message):
                sess.run(tf.py_func(lambda value=value: value, [], tf.float32))


def test_a_node_counts_its_floating_point_operations():
    from tinytf.graph.op_stats import get_stats_for_node_def

    x, w = tf.zeros([2, 5, 5, 3]), tf.zeros([3, 3, 3, 4])
    made = {
        tf.matmul(tf.zeros([16, 25]), tf.zeros([16, 9]), transpose_a=True): 7200,
        tf.nn.conv2d(x, w, padding="SAME"): 10800,
        tf.nn.depthwise_conv2d_native(x, w, [1, 1, 1, 1], "VALID"): 3888,
        tf.nn.bias_add(x, [1.0, 2.0, 3.0]): 150,
        tf.tanh(x): None,
    }
    for tensor, flops in made.items():
        assert get_stats_for_node_def(tensor.graph, tensor.op.node_def, "flops").value == flops
