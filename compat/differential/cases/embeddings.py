"""Embedding lookups, candidate samplers, NCE and sampled softmax."""

from __future__ import annotations

import numpy as np

TRUE = np.array([[1], [5], [3], [1]], np.int64)
PAIRS = np.array([[1, 2], [5, 0], [3, 3], [1, 4]], np.int64)


def _several(*fetches):
    return lambda session: [session.run(list(fetches)) for _ in range(3)]


def _sampler(name, count, unique, classes, true=TRUE, **more):
    def case(tf):
        sampler = getattr(tf.nn, name + "_candidate_sampler")
        return _several(*sampler(tf.constant(true), true.shape[1], count, unique, classes, seed=3, **more))

    return case


def case_thread_unsafe_unigram(tf):
    sampler = tf.raw_ops.ThreadUnsafeUnigramCandidateSampler
    made = sampler(true_classes=TRUE, num_true=1, num_sampled=4, unique=True, range_max=20, seed=3, seed2=4)
    return _several(*made)


def case_all_candidates(tf):
    return _several(*tf.nn.all_candidate_sampler(tf.constant(TRUE), 1, 6, True))


def case_accidental_hits(tf):
    sampled = tf.constant([5, 3, 1, 9, 4], tf.int64)
    made = list(tf.nn.compute_accidental_hits(tf.constant(TRUE), sampled, 1))
    return made + list(tf.nn.compute_accidental_hits(tf.constant(PAIRS), sampled, 2))


def _loss(name, num_true=1, **more):
    def case(tf):
        tf.set_random_seed(5)
        labels = tf.placeholder(tf.int64, [None, num_true])
        ids = tf.placeholder(tf.int32, [None])
        table = tf.Variable(tf.random_uniform([50, 8], -1, 1))
        w = tf.Variable(tf.truncated_normal([50, 8], stddev=0.3))
        b = tf.Variable(tf.zeros([50]))
        inputs = tf.nn.embedding_lookup(table, ids)
        losses = getattr(tf.nn, name)(w, b, labels, inputs, 6, 50, num_true=num_true, **more)
        train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_mean(losses))
        start = tf.global_variables_initializer()
        feed = {labels: TRUE if num_true == 1 else PAIRS, ids: [1, 2, 1, 4]}

        def run(session):
            session.run(start)
            return [session.run([losses, train], feed)[0] for _ in range(4)] + session.run([table, w, b])

        return run

    case.ulps = 256
    return case


def _lookup(strategy, ids, **more):
    def case(tf):
        tables = [tf.Variable(np.arange(12.0).reshape(4, 3) + 100 * i, dtype=tf.float32) for i in range(2)]
        tables.append(tf.Variable(np.arange(9.0).reshape(3, 3), dtype=tf.float32))
        made = tf.nn.embedding_lookup(tables, tf.constant(ids), strategy, **more)
        start = tf.global_variables_initializer()
        grads = tf.gradients(tf.reduce_sum(made * made), tables)
        dense = [tf.convert_to_tensor(g) for g in grads]

        def run(session):
            session.run(start)
            return session.run([made] + dense)

        return run

    case.ulps = 16
    return case


def _lookup_sparse(combiner, weighted):
    def case(tf):
        table = tf.Variable(np.arange(30.0).reshape(10, 3), dtype=tf.float32)
        places = [[0, 0], [0, 1], [1, 2], [2, 0], [2, 3]]
        ids = tf.SparseTensor(places, tf.constant([1, 3, 2, 1, 9], tf.int64), [3, 4])
        weights = tf.SparseTensor(places, [1.0, 0.5, 2.0, 3.0, 0.1], [3, 4]) if weighted else None
        made = tf.nn.embedding_lookup_sparse(table, ids, weights, combiner=combiner)
        grad = tf.convert_to_tensor(tf.gradients(tf.reduce_sum(made * made), table)[0])
        start = tf.global_variables_initializer()

        def run(session):
            session.run(start)
            return session.run([made, grad])

        return run

    case.ulps = 16
    return case


def _safe_lookup(weighted, tables=1, **more):
    def case(tf):
        params = [tf.Variable(np.arange(30.0).reshape(10, 3) + i, dtype=tf.float32) for i in range(tables)]
        places = [[0, 0], [0, 1], [2, 0], [2, 3]]
        ids = tf.SparseTensor(places, tf.constant([1, -3, 2, 5], tf.int64), [4, 4])
        weights = tf.SparseTensor(places, [1.0, 0.5, 2.0, -1.0], [4, 4]) if weighted else None
        made = tf.nn.safe_embedding_lookup_sparse(params, ids, weights, **more)
        start = tf.global_variables_initializer()

        def run(session):
            session.run(start)
            return session.run(made)

        return run

    case.ulps = 16
    return case


def case_lookup_in_one_resource(tf):
    table = tf.get_variable("t", initializer=np.arange(12.0).reshape(4, 3), dtype=tf.float64, use_resource=True)
    start = tf.global_variables_initializer()
    made = tf.nn.embedding_lookup(table, [[0, 3], [1, 1]])

    def run(session):
        session.run(start)
        return session.run(made)

    return run


def case_lookup_out_of_range(tf):
    table = tf.constant(np.arange(12.0).reshape(4, 3))
    return tf.nn.embedding_lookup(table, tf.placeholder_with_default([0, 4], [2]))


def case_lookup_of_nothing(tf):
    return tf.nn.embedding_lookup([], [1])


def case_lookup_bad_strategy(tf):
    return tf.nn.embedding_lookup([tf.ones([2, 2]), tf.ones([2, 2])], [1], "round")


def case_sparse_to_dense(tf):
    v = tf.Variable([1.0, 2.0])
    a = tf.sparse_to_dense([[0, 1], [1, 0]], [2, 3], v, 0.5)
    b = tf.sparse_to_dense([1, 3], [5], 1, 0)
    g = tf.gradients(tf.reduce_sum(a * a), v)
    start = tf.global_variables_initializer()

    def run(session):
        session.run(start)
        return session.run([a, b, g])

    return run


def _bad_sparse_to_dense(indices):
    def case(tf):
        return tf.sparse_to_dense(tf.placeholder_with_default(indices, [2]), [5], [1, 2])

    return case


def cases():
    """Samplers by kind and size; losses; partitioned tables."""
    for name in ("log_uniform", "uniform", "learned_unigram"):
        for unique in (True, False):
            for count, classes in ((5, 20), (20, 20), (64, 5000), (1, 16)):
                yield "%s_%s_%d_%d" % (name, unique, count, classes), _sampler(name, count, unique, classes)
        yield name + "_pairs", _sampler(name, 5, True, 20, PAIRS)
        yield name + "_too_many", _sampler(name, 21, True, 20)
    counts = [float(i + 1) for i in range(12)]
    for unique in (True, False):
        yield "fixed_unigram_%s" % unique, _sampler("fixed_unigram", 5, unique, 12, unigrams=counts)
        yield "fixed_unigram_distorted_%s" % unique, _sampler(
            "fixed_unigram", 6, unique, 14, unigrams=counts, distortion=0.75, num_reserved_ids=2
        )
    yield "nce", _loss("nce_loss")
    yield "nce_pairs", _loss("nce_loss", 2)
    yield "nce_without_hits", _loss("nce_loss", remove_accidental_hits=True)
    yield "sampled_softmax", _loss("sampled_softmax_loss")
    yield "sampled_softmax_pairs", _loss("sampled_softmax_loss", 2, seed=4)
    yield "sampled_softmax_div", _loss("sampled_softmax_loss", partition_strategy="div")
    for strategy in ("mod", "div"):
        yield "lookup_" + strategy, _lookup(strategy, [[0, 9, 4], [3, 3, 7]])
        yield "lookup_clipped_" + strategy, _lookup(strategy, [1, 10, 5], max_norm=1.0)
    for combiner in ("sum", "mean", "sqrtn", None):
        for weighted in (False, True):
            yield "lookup_sparse_%s_%s" % (combiner, weighted), _lookup_sparse(combiner, weighted)
    yield "safe", _safe_lookup(False)
    yield "safe_weighted", _safe_lookup(True, combiner="sqrtn", default_id=4)
    yield "safe_in_two", _safe_lookup(True, 2, combiner="sum")
    yield "sparse_to_dense_unsorted", _bad_sparse_to_dense([3, 1])
    yield "sparse_to_dense_repeated", _bad_sparse_to_dense([3, 3])
    yield "sparse_to_dense_outside", _bad_sparse_to_dense([3, 5])
