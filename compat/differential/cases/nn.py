"""Neural network ops: convolutions, pools, activations, softmax and cross entropies, normalization, top_k, dropout."""

from __future__ import annotations

import numpy as np
from table import numbers, op_case


def _conv_cases():
    shapes = [  # input, filter, stride, padding, dilation
        ([2, 7, 8, 3], [3, 3, 3, 4], 1, "SAME", 1),
        ([2, 7, 8, 3], [3, 3, 3, 4], 1, "VALID", 1),
        ([2, 7, 8, 3], [3, 2, 3, 4], 2, "SAME", 1),
        ([2, 7, 8, 3], [2, 3, 3, 4], 2, "VALID", 1),
        ([2, 7, 8, 3], [3, 3, 3, 4], 3, "SAME", 1),
        ([2, 9, 9, 2], [3, 3, 2, 4], 1, "SAME", 2),
        ([2, 9, 9, 2], [3, 3, 2, 4], 1, "VALID", 2),
        ([2, 5, 5, 20], [5, 5, 20, 3], 1, "SAME", 1),
        ([1, 5, 5, 3], [1, 1, 3, 8], 1, "SAME", 1),
        ([1, 5, 5, 3], [1, 1, 3, 8], 2, "VALID", 1),
        ([3, 1, 9, 1], [1, 3, 1, 2], 1, "SAME", 1),
        ([2, 4, 4, 17], [4, 4, 17, 33], 1, "VALID", 1),
    ]
    for i, (x, w, stride, padding, dilation) in enumerate(shapes):
        for dtype in ("float32", "float64"):

            def build(tf, a, b, stride=stride, padding=padding, dilation=dilation):
                return tf.nn.conv2d(a, b, [1, stride, stride, 1], padding, dilations=[1, dilation, dilation, 1])

            # TensorFlow's CPU has no gradient of a dilated convolution.
            yield "conv2d_%d_%s" % (i, dtype), op_case(build, [numbers(x, dtype), numbers(w, dtype)], gradient=dilation == 1, ulps=16, second=True)

    def explicit(tf, a, b):
        return tf.nn.conv2d(a, b, 1, [[0, 0], [1, 2], [3, 0], [0, 0]])

    yield "conv2d_explicit", op_case(explicit, [numbers([2, 5, 5, 3]), numbers([3, 3, 3, 2])], ulps=16)


def _other_convolutions():
    def fed(tf, a, b):
        return tf.nn.conv2d(a, b, [1, 1, 1, 1], "SAME")

    yield "conv2d_fed", op_case(fed, [numbers([2, 5, 5, 3]), numbers([3, 3, 3, 2])], placeholders=True, ulps=16)
    yield "conv2d_half", op_case(fed, [numbers([2, 5, 5, 3], "float16"), numbers([3, 3, 3, 2], "float16")], ulps=8)
    for k, s in ((5, 2), (3, 1), (2, 3)):

        def transpose(tf, a, b, s=s):
            return tf.nn.conv2d_transpose(a, b, [2, 4 * s, 4 * s, 6], [1, s, s, 1])

        yield "conv2d_transpose_%d_%d" % (k, s), op_case(transpose, [numbers([2, 4, 4, 3]), numbers([k, k, 6, 3])], ulps=16)
    for stride in (1, 2):

        def one(tf, a, b, stride=stride):
            return tf.nn.conv1d(a, b, stride, "SAME")

        yield "conv1d_%d" % stride, op_case(one, [numbers([2, 9, 3]), numbers([4, 3, 5])], ulps=16)

        def three(tf, a, b, stride=stride):
            return tf.nn.conv3d(a, b, [1, stride, stride, stride, 1], "SAME")

        yield "conv3d_%d" % stride, op_case(three, [numbers([2, 4, 5, 6, 2]), numbers([2, 3, 2, 2, 3])], ulps=16)

        def depthwise(tf, a, b, stride=stride):
            return tf.nn.depthwise_conv2d(a, b, [1, stride, stride, 1], "SAME")

        yield "depthwise_%d" % stride, op_case(depthwise, [numbers([2, 5, 6, 3]), numbers([3, 2, 3, 2])], ulps=16, second=True)

    def three_transposed(tf, a, b):
        return tf.nn.conv3d_transpose(a, b, [2, 4, 6, 8, 3], [1, 2, 2, 2, 1])

    yield "conv3d_transpose", op_case(three_transposed, [numbers([2, 2, 3, 4, 2]), numbers([3, 3, 3, 3, 2])], ulps=16)

    def separable(tf, a, b, c):
        return tf.nn.separable_conv2d(a, b, c, [1, 1, 1, 1], "SAME")

    yield "separable", op_case(separable, [numbers([2, 5, 5, 3]), numbers([3, 3, 3, 2]), numbers([1, 1, 6, 4])], ulps=16)

    def dilated(tf, a, b):
        return tf.nn.convolution(a, b, "SAME", dilation_rate=[2, 3])

    yield "convolution_dilated", op_case(dilated, [numbers([2, 7, 8, 3]), numbers([3, 3, 3, 2])], ulps=16)

    def atrous(tf, a, b):
        return tf.nn.atrous_conv2d(a, b, 2, "VALID")

    yield "atrous_conv2d", op_case(atrous, [numbers([2, 7, 8, 3]), numbers([3, 3, 3, 2])], ulps=16)

    def atrous_transposed(tf, a, b):
        return tf.nn.atrous_conv2d_transpose(a, b, [2, 8, 8, 3], 2, "SAME")

    yield "atrous_conv2d_transpose", op_case(atrous_transposed, [numbers([2, 8, 8, 4]), numbers([3, 3, 3, 4])], ulps=16)


def _pools():
    for ksize, stride in ((2, 2), (3, 2), (3, 1), (2, 3), (5, 4)):
        for padding in ("SAME", "VALID"):
            for dtype in ("float32", "float64"):
                name = "%d_%d_%s_%s" % (ksize, stride, padding, dtype)
                args = ([1, ksize, ksize, 1], [1, stride, stride, 1], padding)

                def biggest(tf, a, args=args):
                    return tf.nn.max_pool(a, *args)

                def mean(tf, a, args=args):
                    return tf.nn.avg_pool(a, *args)

                x = numbers([2, 8, 9, 3], dtype)
                yield "max_pool_" + name, op_case(biggest, [x], second=True)
                yield "avg_pool_" + name, op_case(mean, [x], second=True)

    def ties(tf, a):
        return tf.nn.max_pool(a, [1, 3, 3, 1], [1, 1, 1, 1], "SAME")

    yield "max_pool_ties", op_case(ties, [np.round(numbers([2, 6, 6, 2]))])

    def argmax(tf, a):
        return tf.nn.max_pool_with_argmax(a, [1, 3, 3, 1], [1, 2, 2, 1], "SAME")

    yield "max_pool_argmax", op_case(argmax, [np.round(numbers([2, 6, 7, 2]))])

    def depth(tf, a):
        return tf.nn.max_pool(a, [1, 1, 1, 2], [1, 1, 1, 2], "SAME")

    yield "max_pool_depth", op_case(depth, [numbers([2, 3, 3, 4])], gradient=False)
    for kind in ("max", "avg"):

        def cube(tf, a, kind=kind):
            return getattr(tf.nn, kind + "_pool3d")(a, [1, 2, 3, 2, 1], [1, 2, 2, 2, 1], "SAME")

        yield kind + "_pool3d", op_case(cube, [numbers([2, 4, 5, 6, 2])], second=True)

        def line(tf, a, kind=kind):
            return getattr(tf.nn, kind + "_pool1d")(a, 3, 2, "SAME")

        yield kind + "_pool1d", op_case(line, [numbers([2, 9, 2])])

        def dilated(tf, a, kind=kind):
            return tf.nn.pool(a, [2, 2], kind.upper(), "VALID", dilation_rate=[2, 2])

        yield kind + "_pool_dilated", op_case(dilated, [numbers([2, 6, 6, 2])])


def _activations():
    for name in ("relu", "relu6", "elu", "selu", "softplus", "softsign", "leaky_relu", "crelu", "sigmoid", "tanh"):
        for dtype in ("float32", "float64", "float16"):

            def build(tf, a, name=name):
                return getattr(tf.nn, name)(a)

            second = name not in ("softsign",)
            yield "%s_%s" % (name, dtype), op_case(build, [numbers([3, 5], dtype, -8, 8)], second=second, ulps=32 if name in ("tanh", "sigmoid", "softplus") else 4)

    def extremes(tf, a):
        return [f(a) for f in (tf.nn.relu, tf.nn.relu6, tf.nn.elu, tf.nn.selu, tf.nn.softplus, tf.nn.softsign, tf.nn.leaky_relu)]

    yield "activations_of_extremes", op_case(extremes, [np.float32([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e30, -1e30, 100, -100])], gradient=False)

    def relu_int(tf, a):
        return [tf.nn.relu(a), tf.nn.relu6(a)]

    yield "relu_int32", op_case(relu_int, [numbers([7], "int32", -9, 9)])

    def swish(tf, a):
        return tf.nn.swish(a)

    yield "swish", op_case(swish, [numbers([3, 5])], ulps=4, same_graph=False)


def _softmaxes():
    for dtype in ("float32", "float64", "float16"):

        def build(tf, a):
            # Weighed, for the sum of a softmax is 1 whatever the logits are.
            weights = tf.cast(tf.reshape(tf.range(60), [3, 4, 5]), a.dtype)
            return [tf.nn.softmax(a) * weights, tf.nn.log_softmax(a) * weights]

        def axes(tf, a):
            return [tf.nn.softmax(a, axis=0), tf.nn.log_softmax(a, axis=1), tf.nn.softmax(a, dim=-2)]

        yield "softmax_" + dtype, op_case(build, [numbers([3, 4, 5], dtype, -9, 9)], ulps=32)
        yield "softmax_axis_" + dtype, op_case(axes, [numbers([3, 4, 5], dtype)], ulps=16)

        def xent(tf, a, b):
            return tf.nn.softmax_cross_entropy_with_logits_v2(labels=b, logits=a)

        labels = numbers([4, 5], dtype, 0.1, 1)
        labels = labels / labels.sum(-1, keepdims=True)
        yield "softmax_xent_" + dtype, op_case(xent, [numbers([4, 5], dtype, -9, 9), labels], ulps=16)

        def sparse(tf, a, b):
            return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=b, logits=a)

        yield "sparse_xent_" + dtype, op_case(sparse, [numbers([4, 5], dtype, -9, 9), np.array([0, 4, 2, 2])], ulps=16)
        yield "sparse_xent_3d_" + dtype, op_case(sparse, [numbers([2, 2, 5], dtype), np.array([[0, 4], [2, 2]], "int32")], ulps=16)

        def sigmoid(tf, a, b):
            return [tf.nn.sigmoid_cross_entropy_with_logits(labels=b, logits=a), tf.nn.weighted_cross_entropy_with_logits(b, a, 2.0)]

        yield "sigmoid_xent_" + dtype, op_case(sigmoid, [numbers([4, 5], dtype, -20, 20), labels], ulps=8)

    def v1(tf, a, b):
        return [tf.nn.softmax_cross_entropy_with_logits(labels=b, logits=a), tf.nn.softmax_cross_entropy_with_logits(labels=b, logits=a, dim=0)]

    yield "softmax_xent_v1", op_case(v1, [numbers([4, 5]), numbers([4, 5], low=0)], ulps=16)

    def second(tf, a, b):
        return tf.nn.softmax_cross_entropy_with_logits_v2(labels=b, logits=a)

    yield "softmax_xent_second", op_case(second, [numbers([4, 5]), numbers([4, 5], low=0)], second=True, ulps=32)

    def spread(tf, a, b):
        return tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=a, labels=b).loss if hasattr(tf, "raw_ops") else None

    def fed(tf, a, b):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=b, logits=a)

    yield "sparse_xent_fed", op_case(fed, [numbers([2, 3, 5]), np.array([[0, 4, 1], [2, 2, 3]])], placeholders=True, ulps=16)
    yield "sparse_xent_bad_label", op_case(fed, [numbers([2, 5]), np.array([0, 7])], gradient=False, message_has="outside the valid range of [0, 5)")
    yield "sparse_xent_mismatch", op_case(fed, [numbers([2, 5]), np.array([0, 1, 2])], gradient=False, message_has="Shape mismatch")

    def poisson(tf, a, b):
        return [tf.nn.log_poisson_loss(b, a), tf.nn.log_poisson_loss(b, a, compute_full_loss=True)]

    yield "log_poisson", op_case(poisson, [numbers([4, 5]), numbers([4, 5], low=0, high=5)], ulps=8)


def _normalizations():
    def moments(tf, a):
        return list(tf.nn.moments(a, [0, 2])) + list(tf.nn.moments(a, [1], keep_dims=True))

    yield "moments", op_case(moments, [numbers([3, 4, 5])], ulps=16)
    yield "moments_half", op_case(moments, [numbers([3, 4, 5], "float16")], ulps=4)

    def batch(tf, a, mean, variance, offset, scale):
        return [tf.nn.batch_normalization(a, mean, variance, offset, scale, 1e-3), tf.nn.batch_normalization(a, mean, variance, None, None, 1e-3)]

    vectors = [numbers([5], low=0.5, seed=i) for i in range(4)]
    yield "batch_normalization", op_case(batch, [numbers([3, 4, 5])] + vectors, ulps=8)

    def fused(tf, a, scale, offset):
        return list(tf.nn.fused_batch_norm(a, scale, offset))

    def only_y(tf, a, scale, offset):
        # Weighed, for the sum of normalized numbers does not depend on them.
        return tf.nn.fused_batch_norm(a, scale, offset)[0] * tf.reshape(tf.cast(tf.range(240), tf.float32), [3, 4, 4, 5])

    x = numbers([3, 4, 4, 5])
    yield "fused_batch_norm", op_case(fused, [x] + vectors[:2], gradient=False, ulps=32)
    yield "fused_batch_norm_grad", op_case(only_y, [x] + vectors[:2], ulps=64)

    def inference(tf, a, scale, offset, mean, variance):
        return tf.nn.fused_batch_norm(a, scale, offset, mean, variance, is_training=False)[0]

    yield "fused_batch_norm_inference", op_case(inference, [x] + vectors, ulps=64)

    def statistics(tf, a):
        counted = tf.nn.sufficient_statistics(a, [0])
        return list(tf.nn.normalize_moments(*counted)) + list(tf.nn.weighted_moments(a, [1], 2.0))

    yield "sufficient_statistics", op_case(statistics, [numbers([3, 4])], ulps=8)

    def l2(tf, a):
        return [tf.nn.l2_normalize(a, 1), tf.nn.l2_loss(a), tf.nn.zero_fraction(tf.nn.relu(a))]

    yield "l2", op_case(l2, [numbers([3, 4])], ulps=8)
    for radius, beta in ((5, 0.5), (1, 0.75), (4, 0.75)):

        def lrn(tf, a, radius=radius, beta=beta):
            return tf.nn.lrn(a, radius, bias=1.0, alpha=0.1, beta=beta)

        yield "lrn_%d" % radius, op_case(lrn, [numbers([2, 3, 3, 7])], ulps=16)

    def bias(tf, a, b):
        return [tf.nn.bias_add(a, b), tf.nn.xw_plus_b(tf.reshape(a, [-1, 5]), tf.ones([5, 5]), b)]

    yield "bias_add", op_case(bias, [numbers([3, 4, 5]), numbers([5])], second=True, ulps=8)

    def bias_first(tf, a, b):
        return tf.nn.bias_add(a, b, data_format="NCHW")

    yield "bias_add_nchw", op_case(bias_first, [numbers([3, 5, 2, 2]), numbers([5])], ulps=8)
    yield "bias_add_wrong", op_case(bias_first, [numbers([3, 4, 2, 2]), numbers([5])], gradient=False)


def _selections():
    for k in (0, 1, 3, 5):  # of no values TensorFlow has a gradient only where it folds constants

        def top(tf, a, k=k):
            return tf.nn.top_k(a, k)

        yield "top_k_%d" % k, op_case(top, [np.round(numbers([4, 5]) * 2)], gradient=k > 0)
        yield "top_k_int_%d" % k, op_case(top, [numbers([4, 5], "int32", -3, 3)])

    def too_many(tf, a):
        return tf.nn.top_k(a, 7)

    yield "top_k_too_many", op_case(too_many, [numbers([4, 5])], gradient=False, message_has="input must have last dimension >= k = 7 but is 5")

    def found(tf, a, b):
        return [tf.nn.in_top_k(a, b, k) for k in (1, 2, 5)]

    yield "in_top_k", op_case(found, [np.round(numbers([6, 5])), np.array([0, 1, 2, 3, 4, 7], "int32")], gradient=False)

    def nan(tf, a, b):
        return tf.nn.in_top_k(a, b, 2)

    yield "in_top_k_nan", op_case(nan, [np.float32([[1, np.nan, 2], [np.inf, 1, 2]]), np.array([0, 0], "int32")], gradient=False)

    def nth(tf, a):
        return [tf.contrib.nn.nth_element(a, 1), tf.contrib.nn.nth_element(a, 1, reverse=True)]

    yield "nth_element", op_case(nth, [np.round(numbers([4, 5]))])


def _dropouts():
    def plain(tf, a):
        tf.set_random_seed(7)
        return [tf.nn.dropout(a, 0.5), tf.nn.dropout(a, rate=0.3, seed=2), tf.nn.dropout(a, keep_prob=0.8, noise_shape=[None, 1], seed=3)]

    yield "dropout", op_case(plain, [numbers([6, 7])], ulps=4)
    yield "dropout_double", op_case(plain, [numbers([6, 7], "float64")], ulps=4)


def cases():
    for group in (_conv_cases, _other_convolutions, _pools, _activations, _softmaxes, _normalizations, _selections, _dropouts):
        for pair in group():
            yield pair


def case_conv2d_channels_differ(tf):
    return tf.nn.conv2d(tf.ones([1, 5, 5, 3]), tf.ones([3, 3, 2, 4]), [1, 1, 1, 1], "SAME")


def case_conv2d_too_small(tf):
    return tf.nn.conv2d(tf.ones([1, 2, 2, 3]), tf.ones([3, 3, 3, 4]), [1, 1, 1, 1], "VALID")


def case_conv2d_rank(tf):
    return tf.nn.conv2d(tf.ones([2, 2, 3]), tf.ones([3, 3, 3, 4]), [1, 1, 1, 1], "VALID")


def case_conv2d_partly_known(tf):
    x = tf.placeholder(tf.float32, [None, None, 8, 3])
    return tf.nn.conv2d(x, tf.ones([3, 3, 3, 4]), [1, 2, 2, 1], "SAME"), {x: np.ones([2, 5, 8, 3])}


def case_max_pool_too_small(tf):
    return tf.nn.max_pool(tf.ones([1, 5, 5, 3]), [1, 6, 6, 1], [1, 2, 2, 1], "VALID")


def case_dropout_rate(tf):
    return tf.nn.dropout(tf.ones([3]), keep_prob=1.5)


def case_xent_by_position(tf):
    return tf.nn.softmax_cross_entropy_with_logits(tf.ones([2, 2]), tf.ones([2, 2]))


case_xent_by_position.why_different = "scripts of before TensorFlow 1.0 call it so; here they run, with a warning"


def _ctc_inputs(tf):
    inputs = tf.constant(numbers([6, 3, 5], low=-3, high=3))
    labels = tf.SparseTensor([[0, 0], [0, 1], [1, 0], [1, 1], [1, 2], [2, 0]], tf.constant([0, 1, 2, 2, 0, 3], tf.int32), [3, 3])
    return inputs, labels, tf.constant([6, 5, 3])


def case_ctc_loss(tf):
    inputs, labels, lengths = _ctc_inputs(tf)
    loss = tf.nn.ctc_loss(labels, inputs, lengths)
    return [loss] + tf.gradients(loss, inputs, tf.constant([1.0, 2.0, 3.0]))


def case_ctc_loss_options(tf):
    inputs, labels, lengths = _ctc_inputs(tf)
    one = tf.nn.ctc_loss(labels, inputs, lengths, preprocess_collapse_repeated=True)
    other = tf.nn.ctc_loss(labels, inputs, lengths, ctc_merge_repeated=False)
    return [one, other] + tf.gradients([one, other], inputs)


case_ctc_loss.ulps = case_ctc_loss_options.ulps = 64


def case_ctc_loss_too_long(tf):
    inputs, labels, _ = _ctc_inputs(tf)
    return tf.nn.ctc_loss(labels, inputs, tf.constant([6, 2, 3]))


case_ctc_loss_too_long.message_has = "Not enough time for target transition sequence (required: 3, available: 2)"


def case_ctc_labels(tf):
    collapsed, lengths = tf.nn.collapse_repeated([[1, 3, 3, 3, 0], [1, 4, 4, 4, 0], [4, 2, 2, 9, 4]], [4, 5, 5])
    return [collapsed, lengths] + list(tf.nn.ctc_unique_labels([[3, 4, 4, 3], [1, 1, 1, 0]]))


def case_ctc_loss_v2(tf):
    logits = tf.constant(numbers([6, 3, 5], low=-3, high=3))
    labels, lengths = tf.constant([[1, 2, 0], [3, 3, 1], [4, 0, 0]], tf.int64), tf.constant([2, 3, 1], tf.int64)
    losses = [tf.nn.ctc_loss_v2(labels, logits, lengths, [6, 6, 3], unique=unique) for unique in (None, tf.nn.ctc_unique_labels(labels))]
    return losses + [tf.gradients(loss, logits, tf.constant([1.0, 2.0, 3.0])) for loss in losses]


case_ctc_loss_v2.ulps = 256
case_ctc_loss_v2.same_graph = False  # the names of its traced functions end in a hash of what they hold


def case_ctc_loss_no_path(tf):
    inputs, labels, _ = _ctc_inputs(tf)
    loss = tf.nn.ctc_loss(labels, inputs, tf.constant([6, 3, 3]))  # a repeated label needs a blank between, so 4 steps
    return [loss] + tf.gradients(loss, inputs)


case_ctc_loss_no_path.ulps = 64


def case_ctc_greedy(tf):
    inputs, _, lengths = _ctc_inputs(tf)
    found = []
    for merge in (True, False):
        (decoded,), score = tf.nn.ctc_greedy_decoder(inputs, lengths, merge)
        found += [decoded.indices, decoded.values, decoded.dense_shape, score]
    return found


def case_ctc_beam(tf):
    inputs, _, lengths = _ctc_inputs(tf)
    found = []
    for merge in (True, False):
        decoded, score = tf.nn.ctc_beam_search_decoder(inputs, lengths, beam_width=30, top_paths=3, merge_repeated=merge)
        found += [score] + [part for d in decoded for part in (d.indices, d.values, d.dense_shape)]
    return found


case_ctc_beam.ulps = 64


def _morphology(padding, stride, rate):
    def build(tf, x, w):
        options = dict(strides=[1, stride, stride, 1], rates=[1, rate, rate, 1], padding=padding)
        return [tf.nn.dilation2d(x, w, **options), tf.nn.erosion2d(x, w, **options)]

    return op_case(build, [numbers([2, 6, 7, 3]), numbers([2, 3, 3])])


case_dilation2d = _morphology("SAME", 1, 1)
case_dilation2d_strided = _morphology("VALID", 2, 1)
case_dilation2d_rates = _morphology("SAME", 1, 2)


def _fractional(tf, name, pseudo_random, overlapping, dtype="float32"):
    x = tf.constant(np.random.RandomState(1).permutation(2 * 13 * 17 * 2).reshape(2, 13, 17, 2).astype(dtype))
    results = getattr(tf.nn, name)(x, [1.0, 1.4, 1.7, 1.0], pseudo_random, overlapping, deterministic=True, seed=3, seed2=5)
    return list(results) + (tf.gradients(results[0], x) if dtype == "float32" else [])


def case_fractional_max_pool(tf):
    return [_fractional(tf, "fractional_max_pool", p, o) for p in (False, True) for o in (False, True)]


def case_fractional_avg_pool(tf):
    return [_fractional(tf, "fractional_avg_pool", p, o) for p in (False, True) for o in (False, True)]


def case_fractional_pool_int(tf):
    return [_fractional(tf, "fractional_%s_pool" % kind, False, True, "int32") for kind in ("max", "avg")]


def case_fractional_pool_seeds_without_deterministic(tf):
    return tf.nn.fractional_max_pool(np.ones([3, 3, 3, 3], "float32"), [1.0, 1.5, 1.5, 1.0], seed=1)


def case_data_formats(tf):
    x, sizes = tf.constant([[-4, -3, -2, -1], [0, 1, 2, 3]]), tf.constant([7, 4, 9, 3])
    return [
        tf.raw_ops.DataFormatDimMap(x=x),
        tf.raw_ops.DataFormatDimMap(x=tf.constant([4, -5, 1], tf.int64), src_format="NDHWC", dst_format="NCDHW"),
        tf.raw_ops.DataFormatVecPermute(x=sizes),
        tf.raw_ops.DataFormatVecPermute(x=sizes, src_format="NHWC", dst_format="HWNC"),
        tf.raw_ops.DataFormatVecPermute(x=tf.constant([[7, 4], [9, 3], [4, 5], [5, 1]]), src_format="NCHW", dst_format="NHWC"),
    ]


def case_data_format_size(tf):
    return tf.raw_ops.DataFormatVecPermute(x=tf.placeholder_with_default([1, 2, 3], [None]))


def case_nth_element_negative(tf):
    return tf.raw_ops.NthElement(input=[1.0, 2.0], n=-1)
