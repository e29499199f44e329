"""tf.contrib.resampler: images read at any places, as spatial transformers do."""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope


def resampler(data, warp, name="resampler"):
    """[batch, …, channels]: `data` [batch, height, width, channels] at the places (x, y) of `warp` [batch, …, 2], 0 outside.

    Follows tf.contrib.resampler.resampler of TF 1.15.
    """
    with name_scope(name, "resampler", [data, warp]):
        return make("Resampler", convert_to_tensor(data, name="data"), convert_to_tensor(warp, name="warp"))
