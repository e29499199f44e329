"""Where k-means starts from: an op that chooses the first centers, in as many runs as it takes."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.control_flow.control_flow_ops import no_op
from tinytf.ops.control_flow.while_loop import while_loop
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn import clustering_ops
from tinytf.ops.nn.embedding import embedding_lookup
from tinytf.ops.nn.normalization import l2_normalize
from tinytf.ops.random import random_ops
from tinytf.ops.state import state_ops

RANDOM_INIT = "random"
KMEANS_PLUS_PLUS_INIT = "kmeans_plus_plus"
KMC2_INIT = "kmc2"


def first_centers(inputs, count, initial, cosine, seed, retries, chain_length, centers, moving, initialized):
    """The op that fills the variables `centers` and `moving` up to `count` rows, and then sets `initialized`.

    `initial`: one of the names above, a tensor of centers, or a function of (inputs, how many are still to be chosen).
    """
    selected = array_ops.shape(centers)[0]
    remaining = count - selected
    points = math_ops.add_n([array_ops.shape(x)[0] for x in inputs])

    def keep(new):
        """Assigns all centers so far, to both variables where there are two."""
        assigned = state_ops.assign(centers, new, validate_shape=False)
        if moving is not centers:
            assigned = state_ops.assign(moving, assigned, validate_shape=False)
        return assigned

    def at_random():
        wanted = array_ops.reshape(remaining, [-1])
        limit = math_ops.cast(points, dtypes.int64)
        rows = random_ops.random_uniform(wanted, minval=0, maxval=limit, seed=seed, dtype=dtypes.int64)
        return embedding_lookup(inputs, rows, partition_strategy="div")

    def plus_plus():
        x = inputs[0]
        if cosine:
            x = l2_normalize(x, dim=1)
        return clustering_ops.kmeans_plus_plus_initialization(x, math_ops.cast(remaining, dtypes.int64), seed, retries)

    def chosen():
        if isinstance(initial, str):
            if initial == RANDOM_INIT:  # where there are too few points, all of them
                return cond(points <= remaining, lambda: array_ops.concat(inputs, 0), at_random)
            with control_dependencies([check_ops.assert_greater_equal(points, remaining)]):
                return plus_plus()
        if callable(initial):
            return initial(inputs, remaining)
        with control_dependencies([check_ops.assert_equal(remaining, array_ops.shape(initial)[0])]):
            return initial

    def add_all():
        new = chosen()
        if cosine:
            new = l2_normalize(new, dim=1)
        together = cond(math_ops.equal(selected, 0), lambda: new, lambda: array_ops.concat([centers, new], 0))
        return count - array_ops.shape(keep(together))[0]

    def add_by_chains():
        """k-MC2: each center is the end of a Markov chain over a part of the batch."""
        shard = inputs[0]
        parts = math_ops.cast(array_ops.shape(shard)[0] / chain_length, dtype=dtypes.int32)
        wanted = math_ops.maximum(math_ops.minimum(remaining, parts), 1)

        def first():
            new = array_ops.reshape(shard[0], [1, -1])
            return l2_normalize(new, dim=1) if cosine else new

        def step(i, _):
            def another():
                start = i * chain_length
                end = start + chain_length
                part = shard[start:end]
                _, distances = clustering_ops.nearest_neighbors(part, centers, 1)
                index = clustering_ops.kmc2_chain_initialization(array_ops.squeeze(distances), seed)
                new = array_ops.reshape(part[index], [1, -1])
                if cosine:
                    new = l2_normalize(new, dim=1)
                return array_ops.concat([centers, new], 0)

            assigned = keep(cond(math_ops.equal(selected, 0), first, another))
            return i + 1, count - array_ops.shape(assigned)[0]

        return while_loop(lambda i, _: math_ops.less(i, wanted), step, [0, 0])[1]

    def initialize():
        with control_dependencies([check_ops.assert_positive(remaining)]):
            left = add_by_chains() if isinstance(initial, str) and initial == KMC2_INIT else add_all()
            return cond(math_ops.equal(left, 0), lambda: state_ops.assign(initialized, True), no_op)

    return cond(math_ops.equal(remaining, 0), lambda: check_ops.assert_equal(initialized, True), initialize)
