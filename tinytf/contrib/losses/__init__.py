"""tf.contrib.losses, which is also tf.contrib.slim.losses: losses that take predictions first and labels second."""

from __future__ import annotations

from tinytf.contrib.losses import metric_learning  # noqa: F401
from tinytf.contrib.losses.weighted import (  # noqa: F401
    absolute_difference,
    add_loss,
    compute_weighted_loss,
    cosine_distance,
    get_losses,
    get_regularization_losses,
    get_total_loss,
    hinge_loss,
    log_loss,
    mean_pairwise_squared_error,
    mean_squared_error,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_softmax_cross_entropy,
)
