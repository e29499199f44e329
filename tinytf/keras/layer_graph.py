"""Models as graphs of layers: the nodes between inputs and outputs, the layers by their depth."""

from __future__ import annotations


def _history(tensor):
    """The node that made `tensor`; None for what no layer made."""
    history = getattr(tensor, "_keras_history", None)
    return history[0]._inbound_nodes[history[1]] if history else None


def nodes_of(inputs, outputs) -> list:
    """The nodes between inputs and outputs, each after those that it takes from; ops without a layer are passed through."""
    found: list = []
    done: set = {id(t) for t in inputs}
    stack = [(t, False) for t in reversed(outputs)]
    placed: set = set()
    while stack:
        tensor, ready = stack.pop()
        node = _history(tensor)
        before = node.flat_inputs if node else list(tensor.op.inputs)
        if ready:
            if node is not None and id(node) not in placed:
                placed.add(id(node))
                found.append(node)
            continue
        if id(tensor) in done:
            if node is not None and not node.flat_inputs and id(node) not in placed:
                placed.add(id(node))
                found.append(node)
            continue
        done.add(id(tensor))
        stack.append((tensor, True))
        stack.extend((t, False) for t in reversed(before))
    return found


def _first_visits(outputs) -> dict:
    """{id of a layer: when a walk from the outputs backwards comes to it first}."""
    order: dict = {}
    seen: set = set()
    stack = list(reversed(outputs))
    while stack:
        tensor = stack.pop()
        node = _history(tensor)
        if id(node or tensor) in seen:
            continue
        seen.add(id(node or tensor))
        if node is not None:
            order.setdefault(id(node.layer), len(order))
        stack.extend(reversed(node.flat_inputs if node else list(tensor.op.inputs)))
    return order


def layers_by_depth(inputs, outputs, nodes) -> list:
    """The layers, those farthest from the outputs first; of the same depth in the order in which TensorFlow comes to them."""
    of_layer: dict = {}
    of_node: dict = {}
    layers: dict = {}
    for node in reversed(nodes):
        depth = max(of_node.get(id(node), 0), of_layer.get(id(node.layer), 0))
        of_layer[id(node.layer)], layers[id(node.layer)] = depth, node.layer
        for tensor in _made_by_layers(node.flat_inputs):
            before = _history(tensor)
            of_node[id(before)] = max(depth + 1, of_node.get(id(before), 0))
    visits = _first_visits(outputs)
    for tensor in inputs:
        layer, node = tensor._keras_history[0], _history(tensor)
        of_layer[id(layer)] = max(of_layer.get(id(layer), 0), of_node.get(id(node), 0))
        layers[id(layer)] = layer
    return sorted(layers.values(), key=lambda v: (-of_layer[id(v)], visits.get(id(v), -1)))


def _made_by_layers(tensors) -> list:
    """The tensors of layers that these come from, through ops without one."""
    found, waiting, seen = [], list(tensors), set()
    while waiting:
        tensor = waiting.pop(0)
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        if _history(tensor) is not None:
            found.append(tensor)
        else:
            waiting += list(tensor.op.inputs)
    return found


def needs_inputs(nodes, inputs) -> None:
    """ValueError where a node comes from an Input that is not among `inputs`."""
    given = {id(t) for t in inputs}
    for node in nodes:
        if not node.flat_inputs and node.layer.is_input and id(node.outputs) not in given:
            raise ValueError(
                f"Graph disconnected: cannot obtain value for tensor {node.outputs} at layer \"{node.layer.name}\". "
                "It is not among the inputs of the model."
            )


def check_names(layers) -> None:
    """ValueError where two layers have one name."""
    names = [layer.name for layer in layers]
    for name in names:
        if names.count(name) != 1:
            raise ValueError(f'The name "{name}" is used {names.count(name)} times in the model. All layer names should be unique.')
