"""tf.contrib.training: hyperparameters, and training in one call."""

from __future__ import annotations

from tinytf.contrib.training.bucket_ops import bucket, bucket_by_sequence_length  # noqa: F401
from tinytf.contrib.training.evaluation import (  # noqa: F401
    StopAfterNEvalsHook,
    SummaryAtEndHook,
    evaluate_once,
    evaluate_repeatedly,
    get_or_create_eval_step,
)
from tinytf.contrib.training.hparam import HParams  # noqa: F401
from tinytf.contrib.training.training import (  # noqa: F401
    add_gradients_summaries,
    clip_gradient_norms,
    clip_gradient_norms_fn,
    create_train_op,
    multiply_gradients,
    train,
)
from tinytf.train.checkpoint_utils import checkpoints_iterator, wait_for_new_checkpoint  # noqa: F401
