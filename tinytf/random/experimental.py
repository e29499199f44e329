"""tf.random.experimental: generators that keep their state in a variable.  Follows the module of this name of TF 1.15."""

from tinytf.ops.random.random_generator import (  # noqa: F401
    Generator,
    create_rng_state,
    get_global_generator,
    set_global_generator,
)
