"""tf.contrib.losses.metric_learning: losses that bring the embeddings of one class together."""

from __future__ import annotations

from tinytf.contrib.losses.metric_learning.metric_loss_ops import (  # noqa: F401
    cluster_loss,
    contrastive_loss,
    lifted_struct_loss,
    npairs_loss,
    npairs_loss_multilabel,
    triplet_semihard_loss,
)
