"""How the trees of an ensemble grow: at once from a whole data set in one batch, or when enough batches have been counted."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import dtypes
from tinytf.estimator.tree_ensemble import PruningMode
from tinytf.graph.build import make
from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.control_flow_ops import group, no_op
from tinytf.ops.functions.cond_v2 import cond_v2
from tinytf.ops.math import math_ops
from tinytf.ops.queues.accumulator_ops import ConditionalAccumulator


class TreeHParams(NamedTuple):
    """The settings of an ensemble."""

    n_trees: Any
    max_depth: Any
    learning_rate: Any
    l1: Any
    l2: Any
    tree_complexity: Any
    min_node_weight: Any
    center_bias: Any
    pruning_mode: Any
    quantile_sketch_epsilon: Any


class Grower:
    """What the two ways to grow share."""

    def __init__(self, tree_ensemble, quantile_accumulator, tree_hparams, feature_ids_list):
        self._ensemble, self._quantiles = tree_ensemble, quantile_accumulator
        self._hparams, self._feature_ids_list = tree_hparams, feature_ids_list
        self._pruning_mode = PruningMode.from_str(tree_hparams.pruning_mode)
        unpruned = self._pruning_mode == PruningMode.NO_PRUNING
        if tree_hparams.tree_complexity > 0:
            if unpruned:
                raise ValueError("Tree complexity have no effect unless pruning mode is chosen.")
        elif not unpruned:
            raise ValueError("For pruning, tree_complexity must be positive.")

    def accumulate_quantiles(self, float_features, weights, are_boundaries_ready):
        """The op that takes a batch into account for the boundaries of buckets."""
        raise NotImplementedError

    def center_bias(self, center_bias_var, gradients, hessians):
        """The op that moves the first root towards the mean of the labels."""
        raise NotImplementedError

    def grow_tree(self, stats_summaries_list, last_layer_nodes_range):
        """The op that grows a layer, if there is enough to do it by."""
        raise NotImplementedError

    def chief_init_op(self):
        """The op that the chief runs at first."""
        return no_op()

    @property
    def max_splits(self) -> int:
        """The number of splits of a whole tree."""
        return (1 << self._hparams.max_depth) - 1

    def _center(self, center_bias_var, mean_gradients, mean_hessians):
        handle, l1, l2 = self._ensemble.resource_handle, self._hparams.l1, self._hparams.l2
        continues = make("BoostedTreesCenterBias", handle, mean_gradients, mean_hessians, l1, l2)
        return center_bias_var.assign(continues)

    def _grow(self, stats_summaries_list, last_layer_nodes_range):
        hparams, feature_ids = self._hparams, []
        costs = hparams.l1, hparams.l2, hparams.tree_complexity, hparams.min_node_weight
        best: tuple = ([], [], [], [], [])  # nodes, gains, thresholds, contributions left and right
        for ids, summaries in zip(self._feature_ids_list, stats_summaries_list):
            found = make("BoostedTreesCalculateBestGainsPerFeature", last_layer_nodes_range, summaries, *costs, max_splits=self.max_splits)
            feature_ids += ids
            for whole, part in zip(best, found):
                whole += part
        return make(
            "BoostedTreesUpdateEnsemble", self._ensemble.resource_handle, feature_ids, *best, hparams.max_depth, hparams.learning_rate,
            pruning_mode=self._pruning_mode,
        )  # fmt: skip


class InMemoryGrower(Grower):
    """Each batch is the whole data set: a layer grows from each."""

    def accumulate_quantiles(self, float_features, weights, are_boundaries_ready):
        """The boundaries are known after one batch."""
        with control_dependencies([self._quantiles.add_summaries(float_features, weights)]):
            flush = self._quantiles.flush()
            with control_dependencies([flush]):
                return are_boundaries_ready.assign(True).op

    def center_bias(self, center_bias_var, gradients, hessians):
        """By the means of the batch."""
        mean_gradients = array_ops.expand_dims(math_ops.reduce_mean(gradients, 0), 0)
        mean_hessians = array_ops.expand_dims(math_ops.reduce_mean(hessians, 0), 0)
        return self._center(center_bias_var, mean_gradients, mean_hessians)

    def grow_tree(self, stats_summaries_list, last_layer_nodes_range):
        """A layer."""
        return self._grow(stats_summaries_list, last_layer_nodes_range)


class AccumulatorGrower(Grower):
    """A layer grows when `n_batches_per_layer` batches have been added up."""

    def __init__(
        self, tree_ensemble, quantile_accumulator, tree_hparams, stamp_token, n_batches_per_layer, bucket_size_list, is_chief,
        center_bias, feature_ids_list,
    ):  # fmt: skip
        super().__init__(tree_ensemble, quantile_accumulator, tree_hparams, feature_ids_list)
        self._stamp_token, self._n_batches_per_layer, self._is_chief = stamp_token, n_batches_per_layer, is_chief
        self._accumulators, self._chief_init_ops = [], []
        for i, (ids, buckets) in enumerate(zip(feature_ids_list, bucket_size_list)):
            shape = [len(ids), self.max_splits, buckets, 2]
            self._accumulators.append(self._accumulator(shape, f"numeric_stats_summary_accumulator_{i}"))
        self._bias_accumulator = self._accumulator([2, 1], "bias_accumulator") if center_bias else None

    def _accumulator(self, shape, shared_name):
        made = ConditionalAccumulator(dtype=dtypes.float32, shape=shape, shared_name=shared_name)
        self._chief_init_ops.append(made.set_global_step(self._stamp_token))
        return made

    def accumulate_quantiles(self, float_features, weights, are_boundaries_ready):
        """The boundaries are known after `n_batches_per_layer` batches."""
        summary_op = self._quantiles.add_summaries(float_features, weights)
        counter = ConditionalAccumulator(dtype=dtypes.float32, shape={}, shared_name="quantile_summary_accum")
        step = counter.set_global_step(self._stamp_token)
        count = counter.apply_grad(constant(0.0), self._stamp_token)
        update = group(summary_op, step, count)
        if not self._is_chief:
            return update

        def flush():
            taken = counter.take_grad(1)
            flushed = self._quantiles.flush()
            return group(flushed, taken, are_boundaries_ready.assign(True).op)

        with control_dependencies([update]):
            enough = math_ops.greater_equal(counter.num_accumulated(), self._n_batches_per_layer)
            return cond_v2(enough, flush, no_op, name="wait_until_quaniles_accumulated")

    def center_bias(self, center_bias_var, gradients, hessians):
        """By the means of `n_batches_per_layer` batches."""
        means = math_ops.reduce_mean(array_ops.stack([gradients, hessians], axis=0), axis=1)
        count = self._bias_accumulator.apply_grad(means, self._stamp_token)

        def restart_accumulators():
            return group([a.set_global_step(self._stamp_token + 1) for a in self._accumulators])

        def center():
            gradient, hessian = array_ops.unstack(self._bias_accumulator.take_grad(1), axis=0)
            centered = self._center(center_bias_var, array_ops.expand_dims(gradient, 0), array_ops.expand_dims(hessian, 0))
            with control_dependencies([centered]):
                return cond_v2(center_bias_var, no_op, restart_accumulators)

        with control_dependencies([count]):
            if not self._is_chief:
                return no_op()
            enough = math_ops.greater_equal(self._bias_accumulator.num_accumulated(), self._n_batches_per_layer)
            return cond_v2(enough, center, no_op, name="wait_until_n_batches_for_bias_accumulated")

    def grow_tree(self, stats_summaries_list, last_layer_nodes_range):
        """Counts the batch, and grows a layer if it was the last."""
        counted = [
            accumulator.apply_grad(array_ops.stack(summaries, axis=0), self._stamp_token)
            for accumulator, summaries in zip(self._accumulators, stats_summaries_list)
        ]

        def grow():
            summaries = [array_ops.unstack(a.take_grad(1), axis=0) for a in self._accumulators]
            return self._grow(summaries, last_layer_nodes_range)

        with control_dependencies(counted):
            if not self._is_chief:
                return no_op()
            fewest = math_ops.reduce_min(array_ops.stack([a.num_accumulated() for a in self._accumulators]))
            enough = math_ops.greater_equal(fewest, self._n_batches_per_layer)
            return cond_v2(enough, grow, no_op, name="wait_until_n_batches_accumulated")

    def chief_init_op(self):
        """Sets the accumulators to the ensemble's stamp."""
        return group(self._chief_init_ops)
