"""How many floating-point operations a node takes, for the op types that TensorFlow counts without its profiler."""

from __future__ import annotations

import math

from tinytf.graph.pruning import tensor_shape_from_node_def_name


def _dims(graph, name: str) -> list:
    """The static shape of an output, which must be known in full: ValueError where it is not."""
    shape = tensor_shape_from_node_def_name(graph, name)
    shape.assert_is_fully_defined()
    return shape.as_list()


def _products(graph, node) -> int:
    """Of a matrix product: two for each term of each sum."""
    a = _dims(graph, node.input[0])
    terms = a[-2] if node.attr["transpose_a"].b else a[-1]
    return 2 * terms * math.prod(_dims(graph, node.name))


def _windows(window_rank: int):
    """Of a convolution whose sums go over the first `window_rank` dimensions of its filter."""

    def count(graph, node) -> int:
        _dims(graph, node.input[0])
        window = _dims(graph, node.input[1])[:window_rank]
        return 2 * math.prod(window) * math.prod(_dims(graph, node.name))

    return count


# {op type: f(graph, node_def)}
FLOPS = {
    "MatMul": _products,
    "BatchMatMul": _products,
    "Conv2D": _windows(3),
    "Conv3D": _windows(4),
    "DepthwiseConv2dNative": _windows(2),
    "Dilation2D": _windows(2),
    "BiasAdd": lambda graph, node: math.prod(_dims(graph, node.input[0])),
}
