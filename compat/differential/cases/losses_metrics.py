"""tf.losses and tf.metrics: graphs and collections."""

from __future__ import annotations


def _fed(tf, *s):
    return tf.placeholder(tf.float32, list(s))


def case_l(tf):
    x = _fed(tf, 3, 4)
    l = _fed(tf, 3, 4)
    L = tf.losses
    L.mean_squared_error(l, x)
    L.absolute_difference(l, x, weights=2.0)
    L.huber_loss(l, x)
    L.log_loss(l, x)
    L.hinge_loss(l, x)
    L.cosine_distance(l, x, axis=1)
    L.mean_pairwise_squared_error(l, x)
    L.sigmoid_cross_entropy(l, x, label_smoothing=0.1)
    L.softmax_cross_entropy(l, x, label_smoothing=0.1)
    L.softmax_cross_entropy(l, x)
    L.sparse_softmax_cross_entropy(tf.placeholder(tf.int32, [3]), x)
    L.sparse_softmax_cross_entropy(tf.placeholder(tf.int32, [3, 1]), x, weights=_fed(tf, 3, 1))
    L.get_total_loss()
    L.get_regularization_loss()
    L.compute_weighted_loss(x, reduction=L.Reduction.MEAN)
    L.compute_weighted_loss(x, 1.0, reduction=L.Reduction.SUM)
    L.compute_weighted_loss(x, weights=tf.constant(2.0), reduction=L.Reduction.SUM_OVER_BATCH_SIZE)
    L.compute_weighted_loss(x, _fed(tf, 3, 1), reduction=L.Reduction.NONE)
    tf.gradients(L.mean_squared_error(l, x), x)
    return []


def case_l_unknown(tf):
    x = _fed(tf, None, 4)
    l = _fed(tf, None, 4)
    L = tf.losses
    L.mean_squared_error(l, x)
    L.mean_squared_error(l, x, weights=_fed(tf, None, 1))
    L.softmax_cross_entropy(l, x, weights=_fed(tf, None))
    L.sparse_softmax_cross_entropy(tf.placeholder(tf.int32, [None]), x)
    return []


def case_l_dyn(tf):
    x = tf.placeholder(tf.float32)
    tf.losses.mean_squared_error(x, x, weights=tf.placeholder(tf.float32))
    tf.losses.sparse_softmax_cross_entropy(tf.placeholder(tf.int32), x)
    return []


def case_m(tf):
    x = _fed(tf, None, 4)
    l = _fed(tf, None, 4)
    M = tf.metrics
    M.mean(x)
    M.mean(x, weights=_fed(tf, None, 1))
    M.accuracy(tf.placeholder(tf.int64, [None]), tf.argmax(x, 1))
    M.mean_squared_error(l, x)
    M.root_mean_squared_error(l, x)
    M.mean_absolute_error(l, x)
    M.mean_relative_error(l, x, l)
    M.mean_cosine_distance(l, x, 1)
    return []


def case_m2(tf):
    x = _fed(tf, None, 4)
    l = _fed(tf, None, 4)
    M = tf.metrics
    M.precision(l, x)
    M.recall(l, x)
    M.true_positives(l, x)
    M.false_positives(l, x)
    M.false_negatives(l, x)
    M.true_negatives(l, x)
    M.percentage_below(x, 0.5)
    M.mean_tensor(x)
    return []


def case_m3(tf):
    x = _fed(tf, None, 4)
    l = _fed(tf, None, 4)
    M = tf.metrics
    M.auc(l, x)
    M.auc(tf.placeholder(tf.bool, [None]), _fed(tf, None), num_thresholds=20, curve="PR")
    return []


def case_m4(tf):
    x = _fed(tf, None, 4)
    l = _fed(tf, None, 4)
    M = tf.metrics
    M.precision_at_thresholds(l, x, [0.2, 0.5])
    M.recall_at_thresholds(l, x, [0.2, 0.5])
    M.sensitivity_at_specificity(l, x, 0.5)
    M.specificity_at_sensitivity(l, x, 0.5)
    M.true_positives_at_thresholds(l, x, [0.5])
    return []


def case_m5(tf):
    M = tf.metrics
    a = tf.placeholder(tf.int64, [None])
    b = tf.placeholder(tf.int64, [None])
    M.mean_iou(a, b, 3)
    M.mean_per_class_accuracy(a, b, 3)
    return []


def case_m_col(tf):
    M = tf.metrics
    M.mean(_fed(tf, 3), metrics_collections="a", updates_collections=["b", "c"], name="foo")
    with tf.variable_scope("q"):
        M.accuracy(_fed(tf, 3), _fed(tf, 3))
    M.accuracy(_fed(tf, 3, 1), _fed(tf, 3))
    return []


def case_cm(tf):
    tf.confusion_matrix(tf.placeholder(tf.int64, [None]), tf.placeholder(tf.int64, [None]), 3)
    tf.confusion_matrix([1, 2], [1, 2])
    return []


def _at_k(tf, labels, predictions, k, metrics, **arguments):
    """Values after two updates, and the graph, of metrics at k."""
    made = [getattr(tf.metrics, name)(labels, predictions, k=k, **arguments) for name in metrics]

    def run(sess):
        sess.run(tf.local_variables_initializer())
        return [sess.run([update for _, update in made]) for _ in range(2)] + sess.run([value for value, _ in made])

    return run


_SCORES = [[0.3, 0.1, 0.2, 0.9, 0.4], [0.5, 0.6, 0.1, 0.2, 0.3], [0.1, 0.9, 0.8, 0.7, 0.2]]


def case_at_k_dense(tf):
    return _at_k(tf, tf.constant([[3, 1], [4, 2], [9, 1]], tf.int64), tf.constant(_SCORES), 2, ["recall_at_k", "precision_at_k", "average_precision_at_k"])


def case_at_k_one_label(tf):
    return _at_k(tf, tf.constant([3, 4, 2], tf.int64), tf.constant(_SCORES), 3, ["recall_at_k", "sparse_precision_at_k"])


def case_at_k_class_weights(tf):
    labels = tf.constant([[3, 1], [4, 2], [2, 1]], tf.int64)
    return _at_k(tf, labels, tf.constant(_SCORES), 3, ["recall_at_k", "precision_at_k"], class_id=2, weights=tf.constant([1.0, 0.5, 2.0]))


def case_at_k_average_weights(tf):
    labels = tf.constant([[3, 1], [4, 2], [2, 1]], tf.int64)
    return _at_k(tf, labels, tf.constant(_SCORES), 3, ["sparse_average_precision_at_k"], weights=tf.constant([1.0, 0.5, 2.0]))


def case_at_k_sparse(tf):
    labels = tf.SparseTensor([[0, 0], [0, 1], [1, 0], [2, 0]], tf.constant([3, 0, 2, 1], tf.int64), [3, 2])
    return _at_k(tf, labels, tf.constant(_SCORES), 2, ["recall_at_k", "precision_at_k", "average_precision_at_k"])


def case_at_k_sparse_class(tf):
    labels = tf.SparseTensor([[0, 0], [0, 1], [1, 0], [2, 0]], tf.constant([3, 0, 2, 1], tf.int64), [3, 2])
    return _at_k(tf, labels, tf.constant(_SCORES), 2, ["recall_at_k", "precision_at_k"], class_id=1)


def case_at_top_k(tf):
    labels, best = tf.constant([[3, 1], [4, 2]], tf.int64), tf.constant([[3, 0], [2, 1]], tf.int64)
    made = [tf.metrics.recall_at_top_k(labels, best, k=2), tf.metrics.precision_at_top_k(labels, best, metrics_collections=["m"])]

    def run(sess):
        sess.run(tf.local_variables_initializer())
        return sess.run([update for _, update in made])

    return run


def case_at_k_unknown_rank(tf):
    tf.metrics.recall_at_k(tf.placeholder(tf.int64), tf.placeholder(tf.float32), 2)
    tf.metrics.average_precision_at_k(tf.placeholder(tf.int64, [None]), tf.placeholder(tf.float32, [None, 7]), 1)
    return []


def case_at_k_wrong_rank(tf):
    return tf.metrics.recall_at_k(tf.placeholder(tf.int64, [2, 3, 4, 5]), tf.placeholder(tf.float32, [2, 3]), 2)
