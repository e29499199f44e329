"""`tf.random`: random tensors and seeds."""

from tinytf.ops.nn.candidate_sampling import (  # noqa: F401
    all_candidate_sampler,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from tinytf.ops.random.random_ops import (  # noqa: F401
    categorical,
    multinomial,
    truncated_normal,  # noqa: F401
)
from tinytf.ops.random.random_ops import random_gamma as gamma  # noqa: F401
from tinytf.ops.random.random_ops import random_normal as normal  # noqa: F401
from tinytf.ops.random.random_ops import random_poisson as poisson  # noqa: F401
from tinytf.ops.random.random_ops import random_shuffle as shuffle  # noqa: F401
from tinytf.ops.random.random_ops import random_uniform as uniform  # noqa: F401
from tinytf.ops.random.random_seed import get_seed, set_random_seed  # noqa: F401
from tinytf.ops.random.stateless_random_ops import (  # noqa: F401
    stateless_categorical,
    stateless_multinomial,
    stateless_truncated_normal,
)
from tinytf.ops.random.stateless_random_ops import stateless_random_normal as stateless_normal  # noqa: F401
from tinytf.ops.random.stateless_random_ops import stateless_random_uniform as stateless_uniform  # noqa: F401
from tinytf.random import experimental  # noqa: F401
