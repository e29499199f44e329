"""Pools, activations, softmax, normalization, top_k, dropout: TensorFlow 1.15.5's numbers."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.math.wide_rows import widen
from tinytf.ops.nn import pool_kernels


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def run(fetches):
    with tf.Session() as session:
        return session.run(fetches)


def close(tensor, expected, rtol=2e-6):
    np.testing.assert_allclose(np.asarray(run(tensor)).ravel(), np.ravel(expected), rtol=rtol, atol=1e-7)


TIES = np.float32([[1, 3, 3], [3, 0, 2], [5, 1, 5]]).reshape(1, 3, 3, 1)


def test_max_pool_sends_its_gradient_to_the_first_of_equals():
    x = tf.constant(TIES)
    y = tf.nn.max_pool(x, 2, 1, "SAME")
    close(y, [3, 3, 3, 5, 5, 5, 5, 5, 5])
    close(tf.gradients(y, x)[0], [0, 2, 1, 0, 0, 0, 2, 0, 4])
    close(tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME").argmax, [1, 2, 6, 8])


def test_avg_pool_does_not_count_padding():
    x = tf.constant(TIES)
    y = tf.nn.avg_pool(x, 2, 1, "SAME")
    close(y, [1.75, 2, 2.5, 2.25, 2, 3.5, 3, 3, 5])
    close(tf.gradients(y, x)[0], [0.25, 0.5, 0.75, 0.5, 1, 1.5, 0.75, 1.5, 2.25])


@pytest.mark.parametrize("size, stride, padding", [(2, 2, "VALID"), (3, 2, "SAME"), (1, 2, "VALID"), (2, 3, "SAME")])
def test_pools_of_a_few_images_at_a_time_are_those_of_all(size, stride, padding, monkeypatch):
    x = np.random.RandomState(0).randn(7, 6, 5, 3).astype(np.float32)

    def pools():
        v = tf.constant(x)
        ys = [pool(v, size, stride, padding) for pool in (tf.nn.max_pool, tf.nn.avg_pool)]
        return run([ys, tf.gradients(ys[0] * ys[0], v), tf.gradients(ys[1] * ys[1], v)])

    whole = pools()
    monkeypatch.setattr(pool_kernels, "_CHUNK", 1)
    for a, b in zip(whole, pools()):
        for one, other in zip(a, b):
            np.testing.assert_array_equal(one, other)


def test_pools_refuse_the_batch_dimension():
    y = tf.nn.max_pool(tf.ones([2, 5, 5, 4]), [2, 1, 1, 1], [2, 1, 1, 1], "SAME")
    with pytest.raises(tf.errors.UnimplementedError, match="not yet supported on the batch dimension"):
        run(y)


@pytest.mark.parametrize(
    "name, values, gradients",
    [
        ("relu", [0, 0, 0, 0, 0.1, 1, 8], [0, 0, 0, 0, 1, 1, 1]),
        ("relu6", [0, 0, 0, 0, 0.1, 1, 6], [0, 0, 0, 0, 1, 1, 0]),
        ("elu", [-0.9996645451, -0.6321205497, -0.0951625705, 0, 0.1, 1, 8], [3.35454941e-4, 0.36787945, 0.90483743, 1, 1, 1, 1]),
        ("selu", [-1.7575095892, -1.1113307476, -0.167305246, 0, 0.1050701067, 1.0507010221, 8.4056081772],
         [5.8972836e-4, 0.64676857, 1.5907940865, 1.0507010221, 1.0507010221, 1.0507010221, 1.0507010221]),
        ("softplus", [3.3539868e-4, 0.313261658, 0.6443966627, 0.6931471825, 0.7443966866, 1.3132616282, 8.0003356934],
         [3.3535014e-4, 0.2689414322, 0.4750207961, 0.5, 0.5249791741, 0.7310585976, 0.9996646643]),
        ("softsign", [-0.8888888955, -0.5, -0.0909090936, 0, 0.0909090936, 0.5, 0.8888888955],
         [0.0123456791, 0.25, 0.8264462352, 1, 0.8264462352, 0.25, 0.0123456791]),
        ("leaky_relu", [-1.6, -0.2, -0.02, 0, 0.1, 1, 8], [0.2, 0.2, 0.2, 0.2, 1, 1, 1]),
    ],
)  # fmt: skip
def test_activations(name, values, gradients):
    x = tf.constant([-8.0, -1.0, -0.1, 0.0, 0.1, 1.0, 8.0])
    y = getattr(tf.nn, name)(x)
    close(y, values)
    close(tf.gradients(y, x)[0], gradients)


LOGITS, LABELS = [[1.0, 2.0, -1.0], [0.0, 5.0, 3.0]], [[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]]


def test_softmax_and_cross_entropies():
    logits, labels = tf.constant(LOGITS), tf.constant(LABELS)
    close(tf.nn.softmax(logits), [[0.25949648, 0.70538455, 0.03511903], [0.00589975, 0.87560058, 0.11849965]])
    close(tf.nn.log_softmax(logits), [[-1.34901214, -0.34901217, -3.34901214], [-5.1328454, -0.13284527, -2.13284516]])
    loss = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    close(loss, [2.04901218, 5.1328454])
    close(tf.gradients(loss, logits)[0], [[0.05949648, 0.40538454, -0.46488097], [-0.99410027, 0.87560058, 0.11849965]])
    sparse = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 0], logits=logits)
    close(sparse, [3.34901214, 5.1328454])
    close(tf.gradients(sparse, logits)[0], [[0.25949648, 0.70538455, -0.96488094], [-0.99410027, 0.87560058, 0.11849965]])
    sigmoid = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    close(sigmoid, [[1.1132617, 1.52692795, 0.81326169], [0.69314718, 5.0067153, 3.04858732]])
    weighted = tf.nn.weighted_cross_entropy_with_logits(labels, logits, 3.0)
    close(weighted, [[1.2385664, 1.60308480, 2.12652349], [2.07944155, 5.0067153, 3.04858732]])


def test_no_gradient_flows_to_the_labels_of_the_first_version():
    logits, labels = tf.constant(LOGITS), tf.constant(LABELS)
    old = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    new = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    assert tf.gradients(old, labels) == [None]
    assert tf.gradients(new, labels)[0] is not None


def test_large_logits_do_not_overflow():
    logits = tf.constant([[1e4, -1e4, 0.0]])
    with np.errstate(all="raise", under="ignore"):
        close(tf.nn.softmax(logits), [1, 0, 0])
        close(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=logits), [2e4])
        close(tf.nn.softplus(tf.constant([1e4, -1e4])), [1e4, 0])


@pytest.mark.parametrize("labels, words", [([0, 3], r"label value of 3 which is outside the valid range of \[0, 3\)"), ([-1, 0], "label value of -1")])
def test_labels_out_of_range_are_refused(labels, words):
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=tf.constant(LOGITS))
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        run(loss)


def test_cross_entropies_want_names():
    with pytest.raises(ValueError, match="named arguments"):
        tf.nn.softmax_cross_entropy_with_logits(tf.constant(LOGITS), tf.constant(LABELS), tf.constant(LOGITS))
    with pytest.raises(ValueError, match="named arguments"):
        tf.nn.sparse_softmax_cross_entropy_with_logits(tf.constant(LOGITS), logits=tf.constant(LOGITS))
    with pytest.raises(ValueError, match="Both labels and logits"):
        tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.constant(LABELS))


def test_fused_batch_norm_and_lrn():
    x = tf.constant(np.float32([[1, 2], [3, 4], [5, 9], [7, 0]]).reshape(4, 1, 1, 2))
    y, mean, variance = tf.nn.fused_batch_norm(x, tf.constant([1.0, 2.0]), tf.constant([0.0, 1.0]))
    close(y, [-1.3415066, -0.04636228, -0.44716886, 1.14948034, 0.44716886, 4.13908672, 1.3415066, -1.2422049])
    close(mean, [4, 3.75])
    close(variance, [6.66666698, 14.91666698])
    close(tf.nn.lrn(tf.constant([[[[1.0, 2.0, 3.0, 4.0]]]]), 1, 1.0, 0.5, 0.75), [0.39079496, 0.42044821, 0.38403648, 0.56794941])


def test_top_k_takes_the_earlier_of_equals():
    values, indices = tf.nn.top_k(tf.constant([[3.0, 1.0, 3.0, 2.0]]), 3)
    close(values, [3, 3, 2])
    close(indices, [0, 2, 3])
    close(tf.nn.in_top_k(tf.constant([[3.0, 1.0, 3.0, 2.0]] * 3), [2, 3, 9], 2), [True, False, False])


def test_dropout_keeps_what_tensorflow_keeps():
    tf.set_random_seed(5)
    close(tf.nn.dropout(tf.ones([10]), 0.5, seed=3), [0, 2, 2, 0, 0, 2, 2, 2, 2, 2])


@pytest.mark.parametrize("options", [{"keep_prob": 1.5}, {"rate": 1.0}, {"rate": -0.1}, {}])
def test_dropout_refuses_a_rate_outside_0_and_1(options):
    with pytest.raises(ValueError, match="rate"):
        tf.nn.dropout(tf.ones([2]), **options)


@pytest.mark.parametrize("shape", [(2, 3), (8, 1), (64, 10), (40, 6, 5, 16), (1000, 33), (3, 2000), (0, 4)])
def test_a_vector_for_each_row_is_the_same_in_wide_rows(shape):
    rng = np.random.RandomState(0)
    x, v = rng.randn(*shape).astype(np.float32), rng.randn(shape[-1]).astype(np.float32)
    rows, repeated = widen(x.reshape(-1, shape[-1]), v)
    np.testing.assert_array_equal((rows - repeated).reshape(shape), x - v)
    turned = np.asfortranarray(x)
    for value in (x, turned):
        p = tf.placeholder(tf.float32, shape)
        with tf.Session() as session:
            np.testing.assert_array_equal(session.run(tf.nn.bias_add(p, v), {p: value}), x + v)
            np.testing.assert_array_equal(session.run(tf.nn.bias_add(tf.negative(p), v), {p: value}), v - x)
