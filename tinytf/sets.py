"""tf.sets: sets as rows of tensors."""

from __future__ import annotations

from tinytf.ops.array.sets import set_difference, set_intersection, set_size, set_union  # noqa: F401
from tinytf.ops.array.sets import set_difference as difference  # noqa: F401
from tinytf.ops.array.sets import set_intersection as intersection  # noqa: F401
from tinytf.ops.array.sets import set_size as size  # noqa: F401
from tinytf.ops.array.sets import set_union as union  # noqa: F401
