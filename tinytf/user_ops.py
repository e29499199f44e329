"""tf.user_ops: the place for ops of one's own. TensorFlow has one example there, which tinytf leaves out."""

from __future__ import annotations
