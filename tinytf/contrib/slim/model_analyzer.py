"""How large a model's variables and tensors are.  Follows tf.contrib.slim.model_analyzer of TF 1.15."""

from __future__ import annotations


def tensor_description(var) -> str:
    """Type and shape, as in `(float32_ref 5x5x1x32)`."""
    sizes = "x".join(str(d) for d in var.get_shape())
    return "(%s %s)" % (str(var.dtype.name), sizes)


def analyze_ops(graph, print_info=False) -> int:
    """The number of elements in all outputs of the graph's operations whose shape is known."""
    if print_info:
        print("---------")
        print("Operations: name -> (type shapes) [size]")
        print("---------")
    total = 0
    for op in graph.get_operations():
        sizes, shapes = 0, []
        for output in op.outputs:
            size = output.get_shape().num_elements() or 0
            if output.get_shape():
                shapes.append(tensor_description(output))
            sizes += size
        if print_info:
            print(op.name, "\t->", ", ".join(shapes), "[" + str(sizes) + "]")
        total += sizes
    return total


def analyze_vars(variables, print_info=False) -> tuple:
    """(number of elements, number of bytes) of the variables, listed where `print_info` is true."""
    if print_info:
        print("---------")
        print("Variables: name (type shape) [size]")
        print("---------")
    total, total_bytes = 0, 0
    for var in variables:
        size = var.get_shape().num_elements() or 0
        in_bytes = size * var.dtype.size
        total, total_bytes = total + size, total_bytes + in_bytes
        if print_info:
            print(var.name, tensor_description(var), "[%d, bytes: %d]" % (size, in_bytes))
    if print_info:
        print("Total size of variables: %d" % total)
        print("Total bytes of variables: %d" % total_bytes)
    return total, total_bytes
