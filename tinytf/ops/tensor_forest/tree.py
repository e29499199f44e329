"""One tree of a forest while a session runs: its nodes as lists, and as the message Model that a checkpoint holds."""

from __future__ import annotations

import numpy as np

from tinytf import protos


class Tree:
    """What the handle of a tree refers to; it has no nodes until it is created."""

    name = ""

    def __init__(self):
        self.is_created = False
        self.features: list = []  # the feature that a node splits on; -1: it is a leaf
        self.thresholds: list = []
        self.less_than: list = []  # whether a value equal to the threshold goes right
        self.children: list = []  # (left, right)
        self.values: list = []  # the outputs of a leaf, None for a split
        self.untouched: set = set()  # outputs of the first leaf that nothing was added to: the message leaves them out
        self._arrays = None

    def destroy(self) -> None:
        """Forgets all nodes: it is not created any more."""
        name, fresh = self.name, Tree()
        self.__dict__ = fresh.__dict__
        self.name = name

    @property
    def size(self) -> int:
        """The number of nodes."""
        return len(self.features)

    def add_leaf(self, values) -> int:
        """Adds a leaf and returns its number."""
        self.features.append(-1)
        self.thresholds.append(0.0)
        self.less_than.append(False)
        self.children.append((0, 0))
        self.values.append(np.array(values, np.float32))
        self._arrays = None
        return self.size - 1

    def split(self, node: int, feature: int, threshold: float, less_than: bool, left_values, right_values) -> tuple:
        """Makes a leaf a split with two new leaves, whose numbers are returned."""
        children = self.add_leaf(left_values), self.add_leaf(right_values)
        self.features[node], self.thresholds[node], self.less_than[node] = feature, threshold, less_than
        self.children[node], self.values[node] = children, None
        return children

    def leaves_of(self, data: np.ndarray) -> np.ndarray:
        """The number of the leaf that each row of features reaches."""
        if self._arrays is None:
            self._arrays = (
                np.array(self.features), np.array(self.thresholds, np.float32), np.array(self.less_than, bool), np.array(self.children)
            )  # fmt: skip
        features, thresholds, less_than, children = self._arrays
        nodes = np.zeros(len(data), np.int64)
        on_the_way = np.arange(len(data))
        while True:
            on_the_way = on_the_way[features[nodes[on_the_way]] >= 0]
            if not len(on_the_way):
                return nodes
            at = nodes[on_the_way]
            values = data[on_the_way, features[at]]
            goes_right = ~np.where(less_than[at], values < thresholds[at], values <= thresholds[at])
            nodes[on_the_way] = children[at, goes_right.astype(np.int64)]

    # As a message ------------------------------------------------------------------------------------

    def serialize(self) -> bytes:
        """The message Model."""
        model = protos.Model()
        for i, feature in enumerate(self.features):
            node = model.decision_tree.nodes.add()
            if i:
                node.node_id.value = i
            if feature < 0:
                for output, value in enumerate(self.values[i].tolist()):
                    shown = node.leaf.vector.value.add()
                    if i or output not in self.untouched:
                        shown.float_value = value
                continue
            binary = node.binary_node
            binary.left_child_id.value, binary.right_child_id.value = self.children[i]
            test = binary.inequality_left_child_test
            test.feature_id.id.value = str(feature)
            test.threshold.float_value = self.thresholds[i]
            test.type = protos.InequalityTest.LESS_THAN if self.less_than[i] else protos.InequalityTest.LESS_OR_EQUAL
        return model.SerializeToString()

    def load(self, serialized: bytes, num_outputs: int) -> None:
        """Takes over a message Model, a tree of one leaf where it is empty; ValueError where it is no such tree."""
        fresh = Tree()
        fresh._read(protos.Model.FromString(serialized).decision_tree.nodes, num_outputs)
        fresh.name, fresh.is_created = self.name, True
        self.__dict__ = fresh.__dict__

    def _read(self, nodes, num_outputs) -> None:
        for i, node in enumerate(nodes):
            self.add_leaf(np.zeros(num_outputs))
            if node.WhichOneof("node_type") == "binary_node":
                self._load_split(i, node.binary_node, len(nodes))
            elif node.leaf.HasField("sparse_vector"):
                for entry in node.leaf.sparse_vector.sparse_value:
                    if not 0 <= entry.key < num_outputs:
                        raise ValueError(f"node {i}: the output {entry.key} of {num_outputs}")
                    self.values[i][entry.key] = entry.value.float_value
            elif len(node.leaf.vector.value) > num_outputs:
                raise ValueError(f"node {i}: {len(node.leaf.vector.value)} outputs instead of {num_outputs}")
            else:
                for output, value in enumerate(node.leaf.vector.value):
                    self.values[i][output] = value.float_value
        if not nodes:
            self.add_leaf(np.zeros(num_outputs))
            self.untouched = set(range(num_outputs))

    def _load_split(self, i, binary, count) -> None:
        left, right = binary.left_child_id.value, binary.right_child_id.value
        test = binary.inequality_left_child_test
        feature = test.feature_id.id.value
        if not (i < left < count and i < right < count and feature.isdigit()):
            raise ValueError(f"node {i}: a split on feature {feature!r} to the nodes {left} and {right} of {count}")
        if test.type not in (protos.InequalityTest.LESS_OR_EQUAL, protos.InequalityTest.LESS_THAN):
            raise ValueError(f"node {i}: a split of type {test.type}")
        self.features[i], self.thresholds[i] = int(feature), test.threshold.float_value
        self.less_than[i] = test.type == protos.InequalityTest.LESS_THAN
        self.children[i], self.values[i] = (left, right), None
