"""tf.contrib beside layers and seq2seq: crf, factorization, losses, metrics, rnn, slim, training."""

from __future__ import annotations

import numpy as np

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(2, 4, 3).astype(np.float32)
POINTS = np.concatenate([RANDOM.randn(10, 2) + 5 * i for i in range(3)]).astype(np.float32)


def _initialized(tf, fetches, feed=None):
    def run(session):
        session.run(tf.global_variables_initializer())
        session.run(tf.local_variables_initializer())
        return session.run(fetches, feed)

    return run


# crf ------------------------------------------------------------------------------------------------


def _crf(steps, static):
    def case(tf):
        tf.set_random_seed(1)
        crf = tf.contrib.crf
        scores = tf.placeholder(tf.float32, [2, steps if static else None, 3], name="scores")
        lengths = tf.placeholder(tf.int32, [None], name="lengths")
        tags = tf.placeholder(tf.int64, [None, None], name="tags")
        likelihood, transitions = crf.crf_log_likelihood(scores, tags, lengths)
        allowed = tf.one_hot(tags, 3, on_value=True, off_value=False, dtype=tf.bool)
        several = crf.crf_multitag_sequence_score(scores, allowed, lengths, transitions)
        fetches = [likelihood, several, crf.crf_decode(scores, transitions, lengths), tf.gradients(likelihood, [scores, transitions])]
        feed = {scores: X[:, :steps], lengths: [steps, 1], tags: np.arange(2 * steps).reshape(2, steps) % 3}
        return _initialized(tf, fetches, feed)

    case.ulps = 64
    return case


def case_viterbi_decode(tf):
    tags, score = tf.contrib.crf.viterbi_decode(X[0], np.arange(9).reshape(3, 3) / 10.0)
    return [tf.constant(np.array(tags)), tf.constant(score)]


# k-means --------------------------------------------------------------------------------------------


def _create(tf, op_type, *inputs):
    return tf.get_default_graph().create_op(op_type, list(inputs)).outputs


def case_nearest_neighbors(tf):
    return _create(tf, "NearestNeighbors", tf.constant(POINTS), tf.constant(POINTS[::5] + 1.0), tf.constant(2, tf.int64))


case_nearest_neighbors.ulps = 64


def case_first_centers(tf):
    count, seed, retries = (tf.constant(n, tf.int64) for n in (3, 7, 0))
    centers = _create(tf, "KmeansPlusPlusInitialization", tf.constant(POINTS), count, seed, retries)
    return [centers, _create(tf, "KMC2ChainInitialization", tf.constant(np.abs(POINTS[:, 0])), seed)]


def _kmeans(**settings):
    def case(tf):
        tf.set_random_seed(1)
        graph = tf.contrib.factorization.KMeans(tf.constant(POINTS), 3, random_seed=3, **settings).training_graph()
        all_scores, index, scores, initialized, init_op, train_op = graph

        def run(session):
            session.run(tf.global_variables_initializer())
            while not session.run(initialized):
                session.run(init_op)
            if "use_mini_batch" not in settings:  # those read counts while they are changed
                session.run(train_op)
                session.run(train_op)
            return session.run([all_scores[0], index[0], scores[0]])

        return run

    case.ulps = 256
    return case


# losses and metrics ---------------------------------------------------------------------------------


def _loss(name, labels_are="onehot", **settings):
    def case(tf):
        p = tf.placeholder(tf.float32, [2, 3], name="p")
        labels = {"onehot": tf.constant([[0, 1, 0], [0, 0, 1]]), "sparse": tf.constant([1, 2])}[labels_are]
        loss = getattr(tf.contrib.losses, name)(tf.sigmoid(p) if name == "log_loss" else p, labels, **settings)
        return [loss, tf.gradients(loss, p), tf.contrib.losses.get_total_loss() if name != "hinge_loss" else p], {p: X[0, :2]}

    case.ulps = 16
    return case


def _metric(name, *more, **settings):
    def case(tf):
        p, y = tf.constant([0.1, 0.7, 0.6, 0.4]), tf.constant([0, 1, 0, 1])
        if name in ("streaming_accuracy", "streaming_mean_iou"):
            p = tf.cast(p > 0.5, tf.int32)
        value, update = getattr(tf.contrib.metrics, name)(p, y if "iou" in name or "acc" in name else tf.cast(y, tf.float32), *more, **settings)

        def run(session):
            session.run(tf.local_variables_initializer())
            return [session.run(update), session.run(value)]

        return run

    return case


def case_accuracy(tf):
    m = tf.contrib.metrics
    p, y = tf.constant([1, 2, 3]), tf.constant([1, 0, 3])
    return [m.accuracy(p, y), m.accuracy(p, y, weights=tf.constant([1.0, 2.0, 0.5]))]


# training -------------------------------------------------------------------------------------------


def _train_op(**settings):
    def case(tf):
        tf.set_random_seed(1)
        slim = tf.contrib.slim
        y = slim.fully_connected(tf.constant(X[0]), 2, normalizer_fn=slim.batch_norm, scope="fc")
        loss = tf.reduce_mean(tf.square(y - 1.0))
        if "gradient_multipliers" in settings:
            settings["gradient_multipliers"] = {"fc/weights": 2.0}
        train = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1), **settings)

        def run(session):
            session.run(tf.global_variables_initializer())
            return [session.run(train), session.run(train), session.run(tf.global_variables())]

        return run

    case.ulps = 512
    return case


def _optimizer(make, sparse, graph_only=False):
    def case(tf):
        ids = tf.placeholder(tf.int32, [None], name="ids")
        v = tf.get_variable("v", initializer=X[0])
        w = tf.get_variable("w", initializer=X[1], use_resource=True)
        rows = [tf.nn.embedding_lookup(x, ids) for x in (v, w)] if sparse else [v, w]
        train = make(tf.contrib.opt).minimize(tf.add_n([tf.reduce_sum(tf.square(r)) for r in rows]))
        if graph_only:
            return []

        def run(session):
            session.run(tf.global_variables_initializer())
            for _ in range(3):
                session.run(train, {ids: [0, 2, 0]})
            return session.run([v, w])

        return run

    case.ulps = 64
    return case


# layers ---------------------------------------------------------------------------------------------


def case_embed_sequence(tf):
    tf.set_random_seed(1)
    layers = tf.contrib.layers
    ids = tf.placeholder(tf.int32, [None, 2], name="ids")
    embedded = layers.embed_sequence(ids, 5, 3)
    unique = layers.embed_sequence(ids, 5, 3, unique=True, scope="unique")
    again = layers.embed_sequence(ids, scope="unique", reuse=True, vocab_size=5, embed_dim=3)
    return _initialized(tf, [embedded, unique, again], {ids: [[1, 2], [2, 1]]})


def _norm(make):
    def case(tf):
        x = tf.placeholder(tf.float32, [2, 2, 3, 4], name="x")
        values = np.arange(48, dtype=np.float32).reshape(2, 2, 3, 4) % 7
        return _initialized(tf, make(tf.contrib.layers, x), {x: values})

    case.ulps = 64
    return case


# rnn ------------------------------------------------------------------------------------------------


def _cell(make):
    def case(tf):
        tf.set_random_seed(1)
        outputs, state = tf.nn.dynamic_rnn(make(tf.contrib.rnn), tf.constant(X), dtype=tf.float32)
        return _initialized(tf, [outputs, state, tf.gradients(outputs, tf.trainable_variables()[:2])])

    case.ulps = 512
    return case


def case_conv_lstm(tf):
    tf.set_random_seed(1)
    x = tf.constant(RANDOM.randn(1, 2, 3, 3, 2).astype(np.float32) * 0 + np.arange(36, dtype=np.float32).reshape(1, 2, 3, 3, 2) / 36)
    cell = tf.contrib.rnn.Conv2DLSTMCell(input_shape=[3, 3, 2], output_channels=2, kernel_shape=[2, 2])
    return _initialized(tf, tf.nn.dynamic_rnn(cell, x, dtype=tf.float32))


case_conv_lstm.ulps = 64


def case_reversed(tf):
    tf.set_random_seed(1)
    r = tf.contrib.rnn
    cell = r.TimeReversedFusedRNN(r.FusedRNNCellAdaptor(r.BasicRNNCell(2), use_dynamic_rnn=True))
    both = [cell(tf.constant(X), dtype=tf.float32, sequence_length=[2, 1, 2, 0])]
    with tf.variable_scope("static"):
        cell = r.TimeReversedFusedRNN(r.FusedRNNCellAdaptor(r.BasicRNNCell(2)))
        both.append(cell(tf.unstack(tf.constant(X)), dtype=tf.float32))
    return _initialized(tf, both)


case_reversed.ulps = 64


def case_lower_triangular(tf):
    operator = tf.linalg.LinearOperatorLowerTriangular(tf.constant(X[0, :3] + 2 * np.eye(3, dtype=np.float32)))
    b = tf.constant(X[1, :3])
    dense, solved, product = operator.to_dense(), operator.solve(b), operator.matmul(b)
    return [dense, solved, product, operator.determinant(), operator.log_abs_determinant()]


case_lower_triangular.ulps = 64


def case_loop_gradient_of_unknown_shape(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    with tf.name_scope("outer"):
        _, _, y = tf.while_loop(lambda i, a, b: i < 2, lambda i, a, b: (i + 1, a + b, a * 2.0), [0, x, x])
        return tf.gradients(y, x), {x: [1.0, 2.0]}


def cases():
    for steps in (1, 3):
        yield "crf_%d" % steps, _crf(steps, static=True)
    yield "crf_dynamic", _crf(3, static=False)
    for name, settings in (
        ("kmeans", {}),
        ("kmeans_cosine", {"distance_metric": "cosine"}),
        ("kmeans_mini_batch", {"use_mini_batch": True}),
        ("kmeans_late", {"use_mini_batch": True, "mini_batch_steps_per_iteration": 2, "distance_metric": "cosine"}),
        ("kmeans_given", {"initial_clusters": POINTS[:3]}),
        ("kmeans_plus_plus", {"initial_clusters": "kmeans_plus_plus", "kmeans_plus_plus_num_retries": 0}),
    ):
        yield name, _kmeans(**settings)
    for name in "absolute_difference mean_squared_error log_loss hinge_loss mean_pairwise_squared_error softmax_cross_entropy".split():
        yield "loss_" + name, _loss(name)
    yield "loss_smooth", _loss("softmax_cross_entropy", label_smoothing=0.1, weights=2.0)
    yield "loss_sigmoid", _loss("sigmoid_cross_entropy", label_smoothing=0.1)
    yield "loss_sparse", _loss("sparse_softmax_cross_entropy", "sparse")
    yield "loss_cosine", _loss("cosine_distance", axis=1)
    for name in "accuracy mean_absolute_error mean_squared_error root_mean_squared_error auc precision recall".split():
        yield "streaming_" + name, _metric("streaming_" + name)
    yield "streaming_mean_iou", _metric("streaming_mean_iou", 2)
    yield "streaming_precision_at_thresholds", _metric("streaming_precision_at_thresholds", [0.3, 0.6])
    yield "train_op", _train_op()
    yield "train_op_changed", _train_op(clip_gradient_norm=0.1, gradient_multipliers=True, summarize_gradients=True)
    for name, make in (
        ("nadam", lambda o: o.NadamOptimizer(0.1)),
        ("lazy_adam", lambda o: o.LazyAdamOptimizer(0.1)),
        ("adam_w", lambda o: o.AdamWOptimizer(0.01, 0.1)),
        ("momentum_w", lambda o: o.MomentumWOptimizer(0.01, 0.1, 0.9)),
    ):
        any_order = name.endswith("_w")  # nothing says whether the forward pass sees the weights before they decay
        yield name, _optimizer(make, sparse=False, graph_only=any_order)
        yield name + "_sparse", _optimizer(make, sparse=True, graph_only=any_order)
    yield "ada_max", _optimizer(lambda o: o.AdaMaxOptimizer(0.1), sparse=False)
    yield "ada_max_sparse", _optimizer(lambda o: o.AdaMaxOptimizer(0.1), sparse=True)
    yield "add_sign", _optimizer(lambda o: o.AddSignOptimizer(0.1), sparse=False)
    yield "power_sign", _optimizer(lambda o: o.PowerSignOptimizer(0.1, base=4.0), sparse=False)
    for name, make in (
        ("instance_norm", lambda layers, x: layers.instance_norm(x)),
        ("instance_norm_nchw", lambda layers, x: layers.instance_norm(x, center=False, data_format="NCHW")),
        ("group_norm", lambda layers, x: layers.group_norm(x, groups=2)),
        ("group_norm_first", lambda layers, x: layers.group_norm(x, 2, 1, (-2, -1), scale=False, mean_close_to_zero=True)),
    ):
        yield name, _norm(make)
    for name, make in (
        ("layer_norm", lambda r: r.LayerNormBasicLSTMCell(5)),
        ("layer_norm_off", lambda r: r.LayerNormBasicLSTMCell(2, layer_norm=False, forget_bias=0.5)),
        ("nas", lambda r: r.NASCell(2)),
        ("nas_projected", lambda r: r.NASCell(3, num_proj=2, use_bias=True)),
        ("ugrnn", lambda r: r.UGRNNCell(2)),
        ("highway", lambda r: r.HighwayWrapper(r.BasicRNNCell(3))),
        ("highway_two_gates", lambda r: r.HighwayWrapper(r.GRUCell(3), couple_carry_transform_gates=False)),
        ("attention", lambda r: r.AttentionCellWrapper(r.BasicLSTMCell(2), 2)),
        ("attention_joined", lambda r: r.AttentionCellWrapper(r.GRUCell(2), 2, attn_vec_size=3, state_is_tuple=False)),
    ):
        yield "cell_" + name, _cell(make)


def case_image_projective_transform(tf):
    import numpy as np

    image = tf.contrib.image
    images = tf.constant(np.arange(80).reshape(2, 4, 5, 2).astype(np.float32))
    bent = [1.0, 0.1, 0.5, 0.0, 1.2, -0.5, 0.01, 0.02]
    turned = image.rotate(images, 0.5, "BILINEAR")
    return [
        image.rotate(images, [0.3, -1.2]),
        turned,
        image.translate(tf.cast(images[0], tf.uint8), [1, -2]),
        image.transform(images, bent, "bilinear", output_shape=[3, 6]),
        image.compose_transforms(bent, [1.0, 0, 1, 0, 1, 2, 0, 0]),
        tf.gradients(tf.reduce_sum(turned * turned), images)[0],
    ]


def case_resampler(tf):
    import numpy as np

    noise = np.random.RandomState(0)
    data = tf.constant(noise.rand(2, 4, 5, 3).astype(np.float32))
    warp = tf.constant((noise.rand(2, 7, 2) * 8 - 2).astype(np.float32))
    read = tf.contrib.resampler.resampler(data, warp)
    return [read, *tf.gradients(tf.reduce_sum(read * read), [data, warp])]


def case_bucket_by_sequence_length(tf):
    length = tf.constant(3)
    tf.contrib.training.bucket_by_sequence_length(
        length, [tf.range(length), tf.constant("a")], 2, [2, 5], dynamic_pad=True, allow_smaller_final_batch=True
    )
    return []


def case_sampling(tf):
    training = tf.contrib.training
    training.stratified_sample([tf.zeros([5, 2])], tf.constant([0, 1, 0, 1, 1]), [0.3, 0.7], 3, enqueue_many=True)
    training.rejection_sample([tf.zeros([5, 2]), tf.zeros([5])], lambda t: t[1] + 0.5, 3, enqueue_many=True, runtime_checks=True)
    return []


def case_metrics_of_contrib(tf):
    M = tf.contrib.metrics
    scores, labels = tf.constant([0.1, 0.4, 0.35, 0.8]), tf.constant([0.0, 1, 1, 0])
    weights, classes = tf.constant([1.0, 2, 1, 0.5]), tf.constant([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])
    found = [
        M.streaming_covariance(scores, labels, weights),
        M.streaming_pearson_correlation(scores, labels),
        M.count(scores, weights),
        M.cohen_kappa(tf.constant([[0], [1], [2], [1]]), tf.constant([0, 2, 2, 1]), 3, weights=weights),
        M.f1_score(labels, scores),
        M.streaming_false_positive_rate(tf.constant([1, 0, 1, 1]), labels),
        M.streaming_false_negative_rate(tf.constant([1, 0, 1, 1]), labels),
        M.streaming_recall_at_k(classes, tf.constant([1, 0]), 1),
        M.streaming_sparse_recall_at_k(classes, tf.constant([[1], [0]], tf.int64), 2),
        M.streaming_sparse_average_precision_at_k(classes, tf.constant([[1], [0]], tf.int64), 2),
    ]

    def run(sess):
        sess.run(tf.local_variables_initializer())
        sess.run([update for _, update in found])
        return sess.run([value for value, _ in found])

    return run


def case_image_layers_of_contrib(tf):
    L = tf.contrib.layers
    images = tf.reshape(tf.cast(tf.range(24), tf.float32), [1, 2, 3, 4])
    L.conv2d_in_plane(images, 3)
    L.bow_encoder(tf.constant([[1, 2, 0], [3, 0, 0]]), 5, 3)
    L.bow_encoder(tf.constant([[1, 2, 0], [3, 0, 0]]), 5, 3, sparse_lookup=False)
    made = L.spatial_softmax(images), L.sequence_to_images(L.images_to_sequence(images), 2)

    def run(sess):
        sess.run(tf.global_variables_initializer())
        return sess.run(made)

    return run
