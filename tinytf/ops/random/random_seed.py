"""Seeds: an op's random numbers are given by the graph's seed and its own.

Where only the graph's seed is set, an op's own seed is the number of ops the graph had so far: that is
why the same program always draws the same numbers.
"""

from __future__ import annotations

from tinytf.graph.default_graph import get_default_graph

DEFAULT_GRAPH_SEED = 87654321
_MAX_INT32 = 2**31 - 1


def get_seed(op_seed) -> tuple:
    """(seed, seed2) for a random op; (None, None) where neither graph nor op has a seed.

    Follows tf.get_seed of TF 1.15.
    """
    graph_seed = get_default_graph().seed
    if graph_seed is None:
        if op_seed is None:
            return None, None
        graph_seed = DEFAULT_GRAPH_SEED
    elif op_seed is None:
        op_seed = get_default_graph()._last_id
    seeds = graph_seed % _MAX_INT32, op_seed % _MAX_INT32
    # Two zeros would mean "not seeded".
    return (0, _MAX_INT32) if seeds == (0, 0) else seeds


def set_random_seed(seed) -> None:
    """Sets the seed of the default graph.  Follows tf.set_random_seed of TF 1.15."""
    get_default_graph().seed = seed
