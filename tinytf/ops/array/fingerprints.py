"""Fingerprint: 64 bits of each row of a tensor; Timestamp: the seconds since 1970."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.strings.string_hashes import fingerprint64


def _fingerprint_kernel(op):
    def fingerprint(data, method):
        if method.item() != b"farmhash64":
            raise errors.InvalidArgumentError(op.node_def, op, f"Unsupported fingerprint method: {method.item().decode()}")
        if not data.ndim:
            raise errors.InvalidArgumentError(op.node_def, op, "`data` should be at least 1-dimensional.")
        if data.dtype == object:
            rows = np.array([fingerprint64(s) for s in data.ravel().tolist()], "<u8").reshape(data.shape)
            if data.ndim == 1:
                return rows[:, None].view(np.uint8)
            data = rows
        flat = np.ascontiguousarray(data.reshape(len(data), -1))
        return np.array([fingerprint64(row.tobytes()) for row in flat], "<u8")[:, None].view(np.uint8)

    return fingerprint


op("Fingerprint(data: T, method: string) -> (fingerprint: uint8); T: type",
   shape=lambda op: [((with_rank_at_least(op.inputs[0].dims, 1) or (None,))[0], 8)], kernel=_fingerprint_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def fingerprint(data, method="farmhash64", name=None) -> Tensor:
    """8 bytes for each row of `data`.  Follows `tf.fingerprint` of TF 1.15."""
    return make("Fingerprint", data, method, name=name)
