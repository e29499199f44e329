"""Where gradients go from an op: to what its inputs come from, in a function also across the border to the graph around it."""

from __future__ import annotations

from tinytf.graph.function import FuncGraph


class Edges:
    """The edges of a graph as the walk back sees them: an argument that stands for a tensor outside is that tensor.

    Arguments that are among `xs` stay what they are.  Follows `_NonEagerInputs` and `_Consumers` of TF 1.15.
    """

    def __init__(self, graph, xs):
        self._functions, self._xs = [], set(xs)
        while isinstance(graph, FuncGraph):
            self._functions.append(graph)
            graph = graph.outer_graph

    def inputs_of(self, op):
        """The tensors that the gradients of the op's inputs are for."""
        if not isinstance(op.graph, FuncGraph):
            return op.inputs
        return [t if t in self._xs else _outermost(t) for t in op.inputs]

    def consumers_of(self, tensor) -> list:
        """The ops that take the tensor, here or in a function that captured it."""
        if not self._functions:
            return tensor.consumers()
        found = list(tensor.consumers())
        for function in self._functions:
            argument = function.captures.get(tensor)
            if argument is not None:
                found += self.consumers_of(argument)
        return found


def _outermost(tensor):
    """What a captured tensor is, in the outermost graph that it came from."""
    while isinstance(tensor.graph, FuncGraph):
        outside = tensor.graph.captured_value(tensor)
        if outside is None:
            break
        tensor = outside
    return tensor
