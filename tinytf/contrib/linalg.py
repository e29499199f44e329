"""tf.contrib.linalg: linear operators, before they were in tf.linalg."""

from __future__ import annotations

from tinytf.ops.linear_operators import LinearOperatorLowerTriangular  # noqa: F401
from tinytf.ops.linear_operators import LinearOperatorLowerTriangular as LinearOperatorTriL  # noqa: F401
