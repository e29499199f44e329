"""The nodes of a GraphDef: their numbers, their inputs, and the order in which TensorFlow takes them."""

from __future__ import annotations

import heapq
import re

_NODE_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>\-]*\Z")
_MOST_PREFIXES = 64 << 20  # characters that scopes may have together, beyond what the names have


def parse_input(text: str) -> tuple:
    """("name", index) of a data input, ("name", -1) of a control input."""
    if text.startswith("^"):
        return text[1:], -1
    name, colon, index = text.rpartition(":")
    if colon and index.isdigit() and index.isascii() and len(index) < 10:
        return name, int(index)
    return text, 0


def number_nodes(nodes) -> dict:
    """{name: position}; ValueError for a name that is none or is used twice."""
    number: dict = {}
    for i, node in enumerate(nodes):
        name = node.name
        if not _NODE_NAME.match(name):
            raise ValueError(f"Node '{name}': Node name contains invalid characters")
        if name in number:
            raise ValueError(f"Node '{name}' is not unique")
        number[name] = i
    return number


def parse_inputs(nodes) -> list:
    """The inputs of each node as (name, index) pairs; ValueError for a data input after a control input."""
    result = []
    for node in nodes:
        inputs = [parse_input(text) for text in node.input]
        controls = False
        for _, index in inputs:
            if index < 0:
                controls = True
            elif controls:
                raise ValueError(f"Node '{node.name}': Control dependencies must come after regular dependencies")
        result.append(inputs)
    return result


def in_order(nodes, number: dict, inputs: list, mapped) -> list:
    """Positions of the nodes, each after those of its inputs; always the first that is ready.

    `mapped`: inputs that are there already.  A Merge that a NextIteration feeds waits for one data
    input only.  ValueError for an input that is not there, and where a cycle is left over.
    """
    back = {n.name for n in nodes if n.op in ("NextIteration", "RefNextIteration")}
    consumers: list = [[] for _ in nodes]
    pending = []
    for i, node in enumerate(nodes):
        count = len(inputs[i])
        if node.op in ("Merge", "RefMerge") and any(name in back for name, index in inputs[i] if index >= 0):
            count = sum(index < 0 for _, index in inputs[i]) + 1
        for parsed in inputs[i]:
            if mapped and parsed in mapped:
                count -= 1
                continue
            source = number.get(parsed[0])
            if source is None:
                shown = next(text for text in node.input if parse_input(text) == parsed)  # as the file has it
                raise ValueError(f"Node '{node.name}': Unknown input node '{shown}'")
            consumers[source].append(i)
        pending.append(count)
    ready = [i for i, count in enumerate(pending) if count <= 0]
    order = []
    while ready:
        i = heapq.heappop(ready)
        order.append(i)
        for c in consumers[i]:
            pending[c] -= 1
            if pending[c] == 0:
                heapq.heappush(ready, c)
    if len(order) < len(nodes):
        stuck = [nodes[i].name for i, count in enumerate(pending) if count > 0]
        shown = ", ".join(stuck[:5]) + (", …" if len(stuck) > 5 else "")
        raise ValueError(f"{len(nodes) - len(order)} nodes in a cycle, or fed by one: {shown}")
    return order


def prefixes_of(names) -> set:
    """Every name scope that names lie in: 'a' and 'a/b' of 'a/b/c'; ValueError where they are many times longer than the names."""
    found: set = set()
    budget = _MOST_PREFIXES + 32 * sum(map(len, names))
    for name in names:
        end = name.rfind("/")
        while end > 0:
            prefix = name[:end]
            if prefix in found:
                break
            found.add(prefix)
            budget -= end
            if budget < 0:
                raise ValueError(f"A node's name lies in {name.count('/')} name scopes: '{name[:40]}…'")
            end = name.rfind("/", 0, end)
    return found
