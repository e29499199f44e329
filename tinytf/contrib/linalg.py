"""tf.contrib.linalg: linear operators, before they were in tf.linalg."""

from __future__ import annotations

from tinytf import linalg


def __getattr__(name):
    if name.startswith("LinearOperator"):
        return getattr(linalg, {"LinearOperatorTriL": "LinearOperatorLowerTriangular"}.get(name, name))
    raise AttributeError(f"tf.contrib.linalg has no {name!r} in tinytf")
