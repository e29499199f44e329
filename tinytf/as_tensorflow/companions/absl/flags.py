"""`absl.flags`: what tf.flags holds."""

from tinytf.flags import *  # noqa: F403
