"""tf.bitwise: integers as bits.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

from tinytf.ops.math.bitwise import bitwise_and, bitwise_or, bitwise_xor, invert, left_shift, right_shift  # noqa: F401
