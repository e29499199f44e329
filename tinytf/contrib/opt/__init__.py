"""tf.contrib.opt: optimizers beside those of tf.train.  Follows TF 1.15."""

from tinytf.contrib.opt.adam_kinds import (  # noqa: F401
    AdamWOptimizer,
    DecoupledWeightDecayExtension,
    LazyAdamOptimizer,
    MomentumWOptimizer,
    NadamOptimizer,
    extend_with_decoupled_weight_decay,
)
from tinytf.contrib.opt.adamax import AdaMaxOptimizer  # noqa: F401
from tinytf.contrib.opt.external_optimizer import ExternalOptimizerInterface, ScipyOptimizerInterface  # noqa: F401
from tinytf.contrib.opt.moving_average_optimizer import MovingAverageOptimizer  # noqa: F401
from tinytf.contrib.opt.sign_decay import get_cosine_decay_fn, get_linear_decay_fn, get_restart_decay_fn  # noqa: F401
from tinytf.contrib.opt.sign_optimizers import AddSignOptimizer, PowerSignOptimizer  # noqa: F401
