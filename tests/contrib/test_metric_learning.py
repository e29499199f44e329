"""tf.contrib.losses.metric_learning: the values of TensorFlow 1.15."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.contrib.losses.metric_learning import metric_loss_ops

ml = tf.contrib.losses.metric_learning
E = np.array([[1, 0], [0.6, 0.8], [0, 1], [-0.6, 0.8], [-1, 0]], np.float32)
Y = np.array([0, 0, 1, 1, 0])


def several_classes():
    rows = tf.contrib.layers.dense_to_sparse(tf.constant([[1, 0], [1, 1], [0, 1], [0, 1], [1, 0]]))
    return tf.sparse_split(sp_input=rows, num_split=5, axis=0)


@pytest.mark.parametrize(
    "loss, expected",
    [
        (lambda: metric_loss_ops.pairwise_distance(tf.constant(E))[0], [0.0, 0.8944272, 1.4142135, 1.7888545, 2.0]),
        (lambda: ml.contrastive_loss([1, 0, 0, 1, 1], E, E[::-1]), 2.088),
        (lambda: ml.triplet_semihard_loss(Y, E), 1.34),
        (lambda: ml.npairs_loss(Y, E, E[::-1].copy()), 1.7460415),
        (lambda: ml.lifted_struct_loss(Y, E), 3.6402884),
        (lambda: ml.npairs_loss_multilabel(several_classes(), E, E), 1.6380417),
    ],
)
def test_losses(loss, expected):
    with tf.Graph().as_default(), tf.Session() as session:
        np.testing.assert_allclose(session.run(loss()), expected, rtol=1e-5)


def test_what_needs_other_packages_is_refused():
    with pytest.raises(NotImplementedError, match="cluster_loss"):
        ml.cluster_loss(Y, E, 1.0)
    with pytest.raises(TypeError, match="list of SparseTensors"):
        ml.npairs_loss_multilabel([Y], E, E)
