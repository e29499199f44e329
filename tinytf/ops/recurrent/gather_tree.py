"""GatherTree: the sequences that a beam search found, read back from its last step to its first."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input


def _gather_tree_kernel(op):
    def gather_tree(step_ids, parent_ids, max_sequence_lengths, end_token):
        if step_ids.ndim != 3 or step_ids.shape != parent_ids.shape:
            raise errors.InvalidArgumentError(
                op.node_def, op, "step_ids must be a 3-tensor of the shape of parent_ids, saw shapes: %s and %s"
                % (list(step_ids.shape), list(parent_ids.shape))
            )  # fmt: skip
        steps, batch, width = step_ids.shape
        if max_sequence_lengths.shape != (batch,):
            raise errors.InvalidArgumentError(
                op.node_def, op, "batch size dimensions step_ids.shape[1] and max_seq_lens.shape[0] must match. but shapes are: %s and %s"
                % (list(step_ids.shape), list(max_sequence_lengths.shape))
            )  # fmt: skip
        beams = np.full(step_ids.shape, end_token, step_ids.dtype)
        for b, length in enumerate(np.minimum(max_sequence_lengths, steps).tolist()):
            parent = np.arange(width)
            for t in range(length - 1, -1, -1):
                if ((parent < 0) | (parent >= width)).any():
                    raise errors.InvalidArgumentError(op.node_def, op, "Saw invalid parent id at (batch, time) == (%d, %d)" % (b, t))
                beams[t, b] = step_ids[t, b, parent]
                parent = parent_ids[t, b, parent]
            ended = np.logical_or.accumulate(beams[: max(length, 0), b] == end_token)
            beams[: len(ended), b][ended] = end_token
        return beams

    return gather_tree


op("GatherTree(step_ids: T, parent_ids: T, max_sequence_lengths: int32, end_token: T) -> (beams: T); T: {int32}",
   shape=same_as_input, kernel=_gather_tree_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def gather_tree(step_ids, parent_ids, max_sequence_lengths, end_token, name=None):
    """For each beam, the ids [time, batch, beam] along its way back to the first step; `end_token` beyond its end.

    Follows tf.contrib.seq2seq.gather_tree of TF 1.15.
    """
    return make("GatherTree", step_ids, parent_ids, max_sequence_lengths, end_token, name=name)
