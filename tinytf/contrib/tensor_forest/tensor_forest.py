"""A random forest as a graph: settings, variables, and the graphs that train it and ask it.

    params = ForestHParams(num_classes=10, num_features=784, num_trees=10, max_nodes=1000).fill()
    forest = RandomForestGraphs(params)
    train_op, loss = forest.training_graph(x, y), forest.training_loss(x, y)
    probabilities, tree_paths, variance = forest.inference_graph(x)

Follows `tf.contrib.tensor_forest.python.tensor_forest` of TF 1.15; of its leaf models it has the dense classification
and the regression.
"""

from __future__ import annotations

import math
import numbers
import random

from google.protobuf import text_format

from tinytf import dtypes, logging, protos
from tinytf.contrib.framework.device_chooser import VariableDeviceChooser
from tinytf.contrib.tensor_forest import data_ops, model_ops, stats_ops
from tinytf.graph.build import make
from tinytf.graph.default_graph import control_dependencies, device
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.control_flow_ops import group
from tinytf.ops.math import math_ops
from tinytf.ops.random import random_ops
from tinytf.ops.state import variable_lists
from tinytf.ops.state.variable_scope import get_variable

CLASSIFICATION_LEAF_MODEL_TYPES = {
    "all_dense": (protos.MODEL_DENSE_CLASSIFICATION, protos.STATS_DENSE_GINI),
    "all_sparse": (protos.MODEL_SPARSE_CLASSIFICATION, protos.STATS_SPARSE_GINI),
    "sparse_then_dense": (protos.MODEL_SPARSE_OR_DENSE_CLASSIFICATION, protos.STATS_SPARSE_THEN_DENSE_GINI),
}
REGRESSION_MODEL_TYPE = (protos.MODEL_REGRESSION, protos.STATS_LEAST_SQUARES_REGRESSION, protos.COLLECTION_BASIC)
FINISH_TYPES = {
    "basic": protos.SPLIT_FINISH_BASIC,
    "hoeffding": protos.SPLIT_FINISH_DOMINATE_HOEFFDING,
    "bootstrap": protos.SPLIT_FINISH_DOMINATE_BOOTSTRAP,
}
PRUNING_TYPES = {
    "none": protos.SPLIT_PRUNE_NONE,
    "half": protos.SPLIT_PRUNE_HALF,
    "quarter": protos.SPLIT_PRUNE_QUARTER,
    "10_percent": protos.SPLIT_PRUNE_10_PERCENT,
    "hoeffding": protos.SPLIT_PRUNE_HOEFFDING,
}
SPLIT_TYPES = {"less_or_equal": protos.InequalityTest.LESS_OR_EQUAL, "less": protos.InequalityTest.LESS_THAN}


def parse_number_or_string_to_proto(proto, param) -> None:
    """Fills a DepthDependentParam from a number or from its text."""
    if isinstance(param, numbers.Number):
        proto.constant_value = param
    elif param.isdigit():
        proto.constant_value = int(param)
    else:
        text_format.Merge(param, proto)


def build_params_proto(params):
    """The TensorForestParams of a ForestHParams."""
    proto = protos.TensorForestParams(
        num_trees=params.num_trees, max_nodes=params.max_nodes, is_regression=params.regression, num_outputs=params.num_classes,
        num_features=params.num_features, leaf_type=params.leaf_model_type, stats_type=params.stats_model_type,
        collection_type=protos.COLLECTION_BASIC, inequality_test_type=params.split_type, drop_final_class=False,
        collate_examples=params.collate_examples, checkpoint_stats=params.checkpoint_stats,
        use_running_stats_method=params.use_running_stats_method, initialize_average_splits=params.initialize_average_splits,
        inference_tree_paths=params.inference_tree_paths,
    )  # fmt: skip
    proto.pruning_type.type = params.pruning_type
    proto.finish_type.type = params.finish_type
    parse_number_or_string_to_proto(proto.pruning_type.prune_every_samples, params.prune_every_samples)
    parse_number_or_string_to_proto(proto.finish_type.check_every_steps, params.early_finish_check_every_samples)
    parse_number_or_string_to_proto(proto.split_after_samples, params.split_after_samples)
    parse_number_or_string_to_proto(proto.num_splits_to_consider, params.num_splits_to_consider)
    proto.dominate_fraction.constant_value = params.dominate_fraction
    if params.param_file:
        with open(params.param_file) as stream:
            text_format.Merge(stream.read(), proto)
    return proto


class ForestHParams:
    """The settings of a forest; `num_classes` and `num_features` must be given, then `fill` completes them."""

    def __init__(
        self, num_trees=100, max_nodes=10000, bagging_fraction=1.0, num_splits_to_consider=0, feature_bagging_fraction=1.0,
        max_fertile_nodes=0, split_after_samples=250, valid_leaf_threshold=1, dominate_method="bootstrap", dominate_fraction=0.99,
        model_name="all_dense", split_finish_name="basic", split_pruning_name="none", prune_every_samples=0,
        early_finish_check_every_samples=0, collate_examples=False, checkpoint_stats=False, use_running_stats_method=False,
        initialize_average_splits=False, inference_tree_paths=False, param_file=None, split_name="less_or_equal", **kwargs,
    ):  # fmt: skip
        given = dict(locals())
        given.update(given.pop("kwargs"))
        del given["self"]
        self.__dict__.update(given)

    def values(self) -> dict:
        """All of them."""
        return self.__dict__

    def fill(self):
        """Completes them from each other; AttributeError without `num_classes` or `num_features`."""
        _ = self.num_classes, self.num_features
        self.bagged_num_features = int(self.feature_bagging_fraction * self.num_features)
        self.bagged_features = None
        if self.feature_bagging_fraction < 1.0:
            self.bagged_features = [
                random.sample(range(self.num_features), self.bagged_num_features) for _ in range(self.num_trees)
            ]
        self.regression = getattr(self, "regression", False)
        self.num_outputs = self.num_classes if self.regression else 1
        self.num_output_columns = self.num_classes + 1
        self.num_splits_to_consider = self.num_splits_to_consider or min(max(10, math.floor(math.sqrt(self.num_features))), 1000)
        self.base_random_seed = getattr(self, "base_random_seed", 0)
        kinds = REGRESSION_MODEL_TYPE if self.regression else CLASSIFICATION_LEAF_MODEL_TYPES[self.model_name]
        self.leaf_model_type, self.stats_model_type = kinds[:2]
        self.finish_type = protos.SPLIT_FINISH_BASIC if self.regression else FINISH_TYPES[self.split_finish_name]
        self.pruning_type = PRUNING_TYPES[self.split_pruning_name]
        if self.pruning_type == protos.SPLIT_PRUNE_NONE:
            self.prune_every_samples = 0
        else:
            self.prune_every_samples = self.prune_every_samples or int(self.split_after_samples) / 2
        if self.finish_type == protos.SPLIT_FINISH_BASIC:
            self.early_finish_check_every_samples = 0
        else:
            self.early_finish_check_every_samples = self.early_finish_check_every_samples or int(self.split_after_samples) / 4
        self.split_type = SPLIT_TYPES[self.split_name]
        return self


def get_epoch_variable():
    """The variable that counts the epochs of an input pipeline, as a vector; [0] without one."""
    for variable in variable_lists.local_variables():
        if "limit_epochs/epoch" in variable.op.name:
            return array_ops.reshape(variable, [1])
    return [0]


class TreeVariables:
    """The handles of one tree: `tree`, and `stats` where it is trained."""

    def __init__(self, params, tree_num, training, tree_config="", tree_stat=""):
        if not isinstance(getattr(params, "params_proto", None), protos.TensorForestParams):
            params.params_proto = build_params_proto(params)
        params.serialized_params_proto = params.params_proto.SerializeToString()
        self.stats = stats_ops.fertile_stats_variable(params, tree_stat, self.get_tree_name("stats", tree_num)) if training else None
        self.tree = model_ops.tree_variable(params, tree_config, self.stats, self.get_tree_name("tree", tree_num))

    def get_tree_name(self, name, num) -> str:
        """The name of a variable of a tree."""
        return f"{name}-{num}"


class ForestVariables:
    """The TreeVariables of all trees, by number."""

    def __init__(
        self, params, device_assigner, training=True, tree_variables_class=TreeVariables, tree_configs=None, tree_stats=None
    ):  # fmt: skip
        self.variables, self.device_dummies = [], []
        with device(device_assigner):
            for i in range(params.num_trees):
                self.device_dummies.append(get_variable(name="device_dummy_%d" % i, shape=0))
        for i in range(params.num_trees):
            with device(self.device_dummies[i].device):
                start = {}
                if tree_configs is not None:
                    start["tree_config"] = tree_configs[i]
                if tree_stats is not None:
                    start["tree_stat"] = tree_stats[i]
                self.variables.append(tree_variables_class(params, i, training, **start))

    def __setitem__(self, t, val):
        self.variables[t] = val

    def __getitem__(self, t):
        return self.variables[t]


class RandomForestGraphs:
    """The graphs of a forest.  Follows `tensor_forest.RandomForestGraphs` of TF 1.15."""

    def __init__(
        self, params, tree_configs=None, tree_stats=None, device_assigner=None, variables=None, tree_variables_class=TreeVariables,
        tree_graphs=None, training=True,
    ):  # fmt: skip
        self.params = params
        self.device_assigner = device_assigner or VariableDeviceChooser()
        logging.info("Constructing forest with params = ")
        logging.info(self.params.__dict__)
        self.variables = variables or ForestVariables(
            params, device_assigner=self.device_assigner, training=training, tree_variables_class=tree_variables_class,
            tree_configs=tree_configs, tree_stats=tree_stats,
        )  # fmt: skip
        self.trees = [(tree_graphs or RandomTreeGraphs)(self.variables[i], params, i) for i in range(params.num_trees)]

    def _bag_features(self, tree_num, input_data):
        columns = array_ops.split(value=input_data, num_or_size_splits=self.params.num_features, axis=1)
        return array_ops.concat([columns[i] for i in self.params.bagged_features[tree_num]], 1)

    def _on_device_of(self, i):
        return device(self.variables.device_dummies[i].device)

    def get_all_resource_handles(self) -> list:
        """The handles of all trees, then of all statistics."""
        return [v.tree for v in self.variables.variables] + [v.stats for v in self.variables.variables]

    def training_graph(self, input_data, input_labels, num_trainers=1, trainer_id=0, **tree_kwargs):
        """The op that takes a batch in: every tree may grow by it."""
        dense, sparse, spec = data_ops.ParseDataTensorOrDict(input_data)
        labels = data_ops.ParseLabelTensorOrDict(input_labels) if input_labels is not None else None
        params, share = self.params, self.params.num_trees / num_trainers
        grown = []
        for i in range(int(trainer_id * share), int((trainer_id + 1) * share)):
            with self._on_device_of(i):
                seed = params.base_random_seed + i if params.base_random_seed != 0 else 0
                data, targets = dense, labels
                if params.bagging_fraction < 1.0:
                    _refuse_sparse(sparse, "Bagging")
                    batch_size = array_ops.strided_slice(array_ops.shape(dense), [0], [1])
                    r = random_ops.random_uniform(batch_size, seed=seed)
                    mask = math_ops.less(r, array_ops.ones_like(r) * params.bagging_fraction)
                    chosen = array_ops.squeeze(array_ops.where_v2(mask), axis=[1])
                    data, targets = array_ops.gather(dense, chosen), array_ops.gather(labels, chosen)
                if params.bagged_features:
                    _refuse_sparse(sparse, "Feature bagging")
                    data = self._bag_features(i, data)
                grown.append(self.trees[i].training_graph(data, targets, seed, data_spec=spec, sparse_features=sparse, **tree_kwargs))
        return group(*grown, name="train")

    def inference_graph(self, input_data, **inference_args) -> tuple:
        """(probabilities or numbers [examples, outputs], paths [.., trees], the variance over the trees)."""
        dense, sparse, spec = data_ops.ParseDataTensorOrDict(input_data)
        probabilities, paths = [], []
        for i in range(self.params.num_trees):
            with self._on_device_of(i):
                data = dense
                if self.params.bagged_features:
                    _refuse_sparse(sparse, "Feature bagging")
                    data = self._bag_features(i, data)
                said, path = self.trees[i].inference_graph(data, spec, sparse_features=sparse, **inference_args)
                probabilities.append(said)
                paths.append(path)
        with self._on_device_of(0):
            every = array_ops.stack(probabilities, axis=1)
            average = math_ops.div(math_ops.reduce_sum(every, 1), self.params.num_trees, name="probabilities")
            tree_paths = array_ops.stack(paths, axis=1)
            squares = math_ops.div(math_ops.reduce_sum(every * every, 1), self.params.num_trees)
            return average, tree_paths, math_ops.maximum(0.0, squares - average * average)

    def average_size(self):
        """The mean number of nodes of a tree."""
        sizes = []
        for i in range(self.params.num_trees):
            with self._on_device_of(i):
                sizes.append(self.trees[i].size())
        return math_ops.reduce_mean(math_ops.cast(array_ops.stack(sizes), dtypes.float32))

    def training_loss(self, features, labels, name="training_loss"):
        """The mean size of the trees, negative."""
        return math_ops.negative(self.average_size(), name=name)

    def validation_loss(self, features, labels):
        """The same."""
        return math_ops.negative(self.average_size())

    def feature_importances(self):
        """The share of each feature among all splits."""
        counts = [tree.feature_usage_counts() for tree in self.trees]
        total = math_ops.reduce_sum(array_ops.stack(counts, 0), 0)
        return total / math_ops.reduce_sum(total)


def _refuse_sparse(sparse, what) -> None:
    if sparse is not None:
        raise NotImplementedError(f"{what} not supported with sparse features.")


class RandomTreeGraphs:
    """The graphs of one tree."""

    def __init__(self, variables, params, tree_num):
        self.variables, self.params, self.tree_num = variables, params, tree_num

    def _features(self, input_data, sparse_features) -> tuple:
        dense = [] if input_data is None else input_data
        if sparse_features is None:
            return dense, [], [], []
        return dense, sparse_features.indices, sparse_features.values, sparse_features.dense_shape

    def training_graph(self, input_data, input_labels, random_seed, data_spec, sparse_features=None, input_weights=None):
        """The op that takes a batch in and lets the tree grow."""
        math_ops.cast(get_epoch_variable(), dtypes.int32)  # TensorFlow has no use for it either, but its graph has it
        weights = [] if input_weights is None else input_weights
        features = self._features(input_data, sparse_features)
        tree, stats, spec = self.variables.tree, self.variables.stats, data_spec.SerializeToString()
        params = self.params.serialized_params_proto
        leaves = make("TraverseTreeV4", tree, *features, input_spec=spec, params=params)
        update = make("UpdateModelV4", tree, leaves, input_labels, weights, params=params)
        finished = make(
            "ProcessInputV4", tree, stats, *features, input_labels, weights, leaves, input_spec=spec, random_seed=random_seed,
            params=params,
        )  # fmt: skip
        with control_dependencies([update]):
            return make("GrowTreeV4", tree, stats, finished, params=params)

    def inference_graph(self, input_data, data_spec, sparse_features=None) -> tuple:
        """(what the tree says of each example, the paths through it)."""
        return make(
            "TreePredictionsV4", self.variables.tree, *self._features(input_data, sparse_features),
            input_spec=data_spec.SerializeToString(), params=self.params.serialized_params_proto,
        )  # fmt: skip

    def size(self):
        """The number of nodes."""
        return make("TreeSize", self.variables.tree)

    def feature_usage_counts(self):
        """How many splits each feature has."""
        return make("FeatureUsageCounts", self.variables.tree, params=self.params.serialized_params_proto)
