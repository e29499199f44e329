"""`tf.wrap_function`: a function of TensorFlow 1 style as one that graphs call.  Follows TF 1.15."""

from __future__ import annotations

from tinytf import nest
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.function import FuncGraph
from tinytf.ops.functions import tracing
from tinytf.ops.functions.concrete_function import ConcreteFunction, signature_of
from tinytf.ops.functions.polymorphic_function import arguments


class WrappedFunction(ConcreteFunction):
    """One trace of a function, of which `prune` takes a part."""

    def prune(self, feeds, fetches, name=None, input_signature=None):
        """The function from some tensors of the body to others.

        ValueError where a feed is no tensor of the body.
        """
        flat_feeds = nest.flatten(feeds, expand_composites=True)
        for feed in flat_feeds:
            if getattr(feed, "graph", None) is not self.graph:
                raise ValueError(f"Feeds must be tensors of the function's own graph, got {feed}")
        body = FuncGraph(name or "pruned", self.graph.outer_graph)
        fed: dict = {}
        with body.as_default():
            for feed in flat_feeds:
                fed[feed] = body.argument(feed.op.name, feed.dtype, feed.dims)
        inner = {inside: outside for outside, inside in self.graph.captures.items()}
        for outside in self.graph.captures:
            body.capture(outside, self.graph.captures[outside].op.name)
        copied = _Copy(body, fed, inner)
        body.structured_outputs = nest.map_structure(copied.tensor, fetches, expand_composites=True)
        body.outputs = tracing.flatten(body.structured_outputs)
        return WrappedFunction(body)


class _Copy:
    """Tensors of one body computed in another."""

    def __init__(self, body, known, captured):
        self._body, self._known, self._captured = body, known, captured

    def tensor(self, t):
        """The tensor that stands for `t`."""
        if t in self._known:
            return self._known[t]
        if t in self._captured:
            found = self._known[t] = self._body.capture(self._captured[t])
            return found
        op = t.op
        inputs = [self.tensor(i) for i in op._inputs]
        with self._body.as_default():
            made = self._body.create_op(op.type, inputs, [o.dtype for o in op.outputs], name=op.name + "/", attrs=dict(op.attrs))
        self._known.update(zip(op.outputs, made.outputs))
        return self._known[t]


def wrap_function(fn, signature, name=None) -> WrappedFunction:
    """Traces `fn` once, for arguments like `signature` (TensorSpecs); calling the result adds the op that calls it."""
    outer = get_default_graph()
    body = FuncGraph(name or "wrapped_function", outer, tracing._collections_of(outer))
    with body.as_default():
        args = arguments(body, signature, None)
    args = args if isinstance(args, (list, tuple)) else [args]
    tracing.trace_into(body, lambda: fn(*args), in_order=False, shown_as=fn)
    return WrappedFunction(body, signature=signature_of(tuple(args), {}))
