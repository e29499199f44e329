"""`tf.manip`: operators that move the elements of tensors."""

from __future__ import annotations

from tinytf.ops.array.array_ops import (  # noqa: F401
    gather_nd,
    reshape,
    reverse,
    roll,
    scatter_nd,
    tile,
)
from tinytf.ops.array.space_batch import batch_to_space_nd, space_to_batch_nd  # noqa: F401
