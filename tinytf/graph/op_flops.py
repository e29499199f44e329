"""How many floating-point operations a node takes, for the op types that TensorFlow counts."""

from __future__ import annotations

import math

from tinytf.graph.pruning import tensor_shape_from_node_def_name


def _dims(graph, name: str) -> list:
    """The static shape of an output, which must be known in full: ValueError where it is not."""
    shape = tensor_shape_from_node_def_name(graph, name)
    shape.assert_is_fully_defined()
    return shape.as_list()


def _size(graph, name: str) -> int:
    return math.prod(_dims(graph, name))


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


def _each_input(count: int = 1):
    """`count` for each element of the first input."""
    return lambda graph, node: count * _size(graph, node.input[0])


def _each_output(count: int = 1):
    """`count` for each element of the result."""
    return lambda graph, node: count * _size(graph, node.name)


def _reduction(last: int = 0):
    """One for each element that goes in, but the first of each result; and `last` for each result."""
    return lambda graph, node: _size(graph, node.input[0]) + (last - 1) * _size(graph, node.name)


def _check_channels_last(node) -> None:
    if node.attr["data_format"].s != b"NHWC":
        raise ValueError("Only NHWC format is supported in flops computations")


def _pool(each_window: int, each_element: int, of_result: bool = False):
    """Of a pool or its gradient: `each_window` for each element of a window, and `each_element` for the window itself."""

    def count(graph, node) -> int:
        _check_channels_last(node)
        windows = _size(graph, node.name if of_result else node.input[1])
        return windows * (each_window * math.prod(node.attr["ksize"].list.i) + each_element)

    return count


def _conv2d_gradient(graph, node, image: str, window: str) -> float:
    """As many as the convolution takes; its image's and its filter's shapes are those of `image` and `window`."""
    _check_channels_last(node)
    dims, strides = _dims(graph, image), node.attr["strides"].list.i
    return 2 * math.prod(dims) * _size(graph, window) / (dims[-1] * strides[1] * strides[2])


# {op type: f(graph, node_def)}
FLOPS = {
    "MatMul": _products,
    "BatchMatMul": _products,
    "Conv2D": _windows(3),
    "Conv3D": _windows(4),
    "DepthwiseConv2dNative": _windows(2),
    "Dilation2D": _windows(2),
    "BiasAdd": _each_input(),
    **dict.fromkeys("Reciprocal Square Log Neg AssignSub AssignAdd".split(), _each_input()),
    "Rsqrt": _each_input(2),
    "Softmax": _each_input(5),
    "L2Loss": lambda graph, node: 3 * _size(graph, node.input[0]) - 1,
    **dict.fromkeys(
        "Add Sub Mul RealDiv Maximum Minimum Pow GreaterEqual Greater LessEqual Less Equal NotEqual".split(), _each_output()
    ),
    "RsqrtGrad": _each_output(4),
    "SquaredDifference": _each_output(2),
    **dict.fromkeys("Sum ArgMax ArgMin BiasAddGrad".split(), _reduction()),
    "Mean": _reduction(1),
    **dict.fromkeys(("AvgPool", "MaxPool"), _pool(1, 0, of_result=True)),
    "AvgPoolGrad": _pool(2, 0),
    "MaxPoolGrad": _pool(1, 1),
    "Conv2DBackpropInput": lambda graph, node: _conv2d_gradient(graph, node, node.name, node.input[1]),
    "Conv2DBackpropFilter": lambda graph, node: _conv2d_gradient(graph, node, node.input[0], node.name),
    "AddN": lambda graph, node: (len(node.input) - 1) * _size(graph, node.input[0]) if node.input else 0,
}
