"""The nodes of a profile as a tree: by name scopes, by the edges of the graph, or a list of op types.

First the figures are added up, over the nodes whose types count ("accounted"); what holds none of these falls away. Then
what is to be shown is chosen and sorted, and if only that is to count, added up again. So does TF 1.15's tfprof.
"""

from __future__ import annotations

import re

from tinytf.profiler.sorting import cpp_sorted
from tinytf.profiler.stats import FIGURES, ROOT, SCOPE, Node

# order_by -> the figure; TensorFlow sorts by sums
_ORDERS = {
    "bytes": "requested_bytes",
    "peak_bytes": "peak_bytes",
    "residual_bytes": "residual_bytes",
    "output_bytes": "output_bytes",
    "micros": "exec_micros",
    "accelerator_micros": "accelerator_exec_micros",
    "cpu_micros": "cpu_exec_micros",
    "params": "parameters",
    "float_ops": "float_ops",
    "occurrence": "definition_count",
}
# What a node needs to be shown: with all below it, or by itself.
_MINIMA = {
    "min_bytes": "requested_bytes",
    "min_peak_bytes": "peak_bytes",
    "min_residual_bytes": "residual_bytes",
    "min_output_bytes": "output_bytes",
    "min_micros": "exec_micros",
    "min_accelerator_micros": "accelerator_exec_micros",
    "min_cpu_micros": "cpu_exec_micros",
}
_OWN_MINIMA = {"min_params": "parameters", "min_float_ops": "float_ops"}


def scopes(nodes: dict) -> Node:
    """The root of the nodes' name scopes; a node is the parent of those that its name is the scope of."""
    known, root = dict(nodes), Node(ROOT, SCOPE)
    for name in nodes:
        for i, character in enumerate(name):
            if character == "/" and name[:i] not in known:
                known[name[:i]] = Node(name[:i], SCOPE)
    for name in sorted(known):
        scope = name.rpartition("/")[0]
        (known[scope] if scope else root).children.append(known[name])
    return root


def edges(nodes: dict) -> Node:
    """The root of the graph: below it the nodes that nobody uses, below each node its inputs."""
    used = {name for node in nodes.values() for name in node.inputs}
    for node in nodes.values():
        node.children = [nodes[name] for name in node.inputs if name in nodes]
    root = Node(ROOT, SCOPE)
    root.children = [nodes[name] for name in sorted(nodes) if name not in used]
    return root


def shown_tree(root: Node, options: dict) -> Node:
    """The tree with `shown`, `total` and `account` filled as the options say."""
    accounted = _account([root], options, set())
    if accounted:
        starts = _starting([root], options["start_name_regexes"])
        root.shown = [node for node in starts if node is not root] if root not in starts else root.shown
        _show([root], options, 1, set())
    return root


def _account(nodes, options, seen) -> list:
    """Adds up; the nodes that are accounted or hold some that are. What several nodes use counts for the first."""
    kept = []
    for node in nodes:
        if node.name in seen:
            continue
        seen.add(node.name)
        below = _account(node.children, options, seen)
        node.account = node.name != ROOT and is_accounted(node, options)
        if node.account or below or node.name == ROOT:
            node.reset_total()
            if node.name != ROOT:
                node.add_self()
            for child in below:
                node.add(child)
            node.shown = below
            kept.append(node)
    return kept


def is_accounted(node: Node, options) -> bool:
    """Whether one of the node's types, devices included, matches."""
    patterns = options["account_type_regexes"]
    return patterns == [".*"] or any(_matches(kind, patterns) for kind in (*node.types, *node.devices))


def _matches(name, patterns) -> bool:
    return any(pattern == ".*" or re.fullmatch(pattern, name) for pattern in patterns)


def _starting(nodes, patterns) -> list:
    found = []
    for node in nodes:
        found += [node] if _matches(node.name, patterns) else _starting(node.shown, patterns)
    return found


def _show(nodes, options, depth, seen) -> list:
    """The nodes that are to be shown, each with those below it; what is below one that is not shown takes its place."""
    result = []
    for node in nodes:
        if node.name in seen:
            continue
        seen.add(node.name)
        shown, below = is_shown(node, options, depth), []
        if depth <= options["max_depth"] and not _matches(node.name, options["trim_name_regexes"]):
            below = _show(node.shown, options, depth + 1, seen)
        if not shown:
            result += below
            continue
        node.shown = ordered(below, options)
        if options["account_displayed_op_only"]:
            node.reset_total()
            node.add_self()
            for child in below:
                node.add(child)
        result.append(node)
    return result


def is_shown(node: Node, options, depth: int) -> bool:
    """Whether the options show a node of this depth of the tree."""
    if node.name == ROOT:
        return True
    if depth > options["max_depth"]:
        return False
    if any(node.total[figure] < options.get(minimum, 0) for minimum, figure in _MINIMA.items()):
        return False
    if any(node.own[figure] < options.get(minimum, 0) for minimum, figure in _OWN_MINIMA.items()):
        return False
    return _matches(node.name, options["show_name_regexes"]) and not _matches(node.name, options["hide_name_regexes"])


def ordered(nodes, options) -> list:
    """By name, or the largest first; those of one size in the order that TensorFlow's sort leaves them in."""
    figure = _ORDERS.get(options["order_by"])
    if figure is None:
        return sorted(nodes, key=lambda node: node.name)
    return cpp_sorted(nodes, lambda a, b: a.total[figure] > b.total[figure])


def op_types(nodes: dict, options: dict) -> Node:
    """The root of the op types: a chain, in which each holds the next, so that sums are of what is still to come."""
    types: dict = {}
    for _, node in sorted(nodes.items()):
        node.account = is_accounted(node, options)
        if not node.account:
            continue
        kind = node.types[0]
        if kind not in types:
            types[kind] = Node(kind, kind)
            types[kind].account = True
        types[kind].members.append(node)
        node.reset_total()
        node.add_self()
        for figure in FIGURES:
            types[kind].own[figure] += node.own[figure]
    for node in types.values():
        node.total = dict(node.own, definition_count=len(node.members))
    everything = ordered([types[name] for name in sorted(types)], options)
    chosen = [
        node
        for depth, node in enumerate(everything, 1)
        if is_shown(node, options, depth) and len(node.members) >= options.get("min_occurrence", 0)
    ]
    root = Node(ROOT, SCOPE)
    later = None
    counted = chosen if options["account_displayed_op_only"] else everything
    for node in reversed([root, *counted]):
        node.reset_total()
        for figure in FIGURES:
            node.total[figure] = node.own[figure]
        node.total["definition_count"] = len(node.members)
        if later is not None:
            node.add(later)
        later = node
    for node, child in zip([root, *chosen], chosen):
        node.shown = [child]
    return root
