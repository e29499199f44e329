"""BoostedTreesClassifier and BoostedTreesRegressor: trees that each correct what those before them say.

Follows `tensorflow_estimator.python.estimator.canned.boosted_trees` of TF 1.15.
"""

from __future__ import annotations

import functools

from tinytf import checkpoint, dtypes, losses, protos, switches
from tinytf.estimator import head_parts, tree_caches, tree_explanations, tree_features
from tinytf.estimator.estimator import Estimator
from tinytf.estimator.heads import BinaryHead, MultiClassHead, RegressionHead
from tinytf.estimator.mode_keys import ModeKeys
from tinytf.estimator.tree_ensemble import QuantileAccumulator, TreeEnsemble
from tinytf.estimator.tree_growing import AccumulatorGrower, InMemoryGrower, TreeHParams
from tinytf.feature_column.make import numeric_column
from tinytf.graph.build import make
from tinytf.graph.default_graph import control_dependencies, device, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.autodiff.gradients import gradients
from tinytf.ops.control_flow.control_flow_ops import group, no_op
from tinytf.ops.files import summary_ops
from tinytf.ops.functions.cond_v2 import cond_v2
from tinytf.ops.math import math_ops
from tinytf.ops.state.state_ops import assign_add
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunHook
from tinytf.train.training_util import get_or_create_global_step

_MEAN = losses.Reduction.SUM_OVER_BATCH_SIZE
_DEFAULT_SIZE = object()  # n_classes or label_dimension where none is given


# Hooks --------------------------------------------------------------------------------------------


class _StopAtAttemptsHook(SessionRunHook):
    """Stops when all trees are grown, or when many more layers were tried than these have."""

    def __init__(self, num_finalized_trees, num_attempted_layers, max_trees, max_depth):
        self._tensors, self._max_trees, self._max_depth = [num_finalized_trees, num_attempted_layers], max_trees, max_depth

    def before_run(self, run_context):
        """Asks for the counts."""
        return SessionRunArgs(self._tensors)

    def after_run(self, run_context, run_values):
        """What the run read may be older than what it grew, so near the end the counts are read again."""
        finalized, attempted = run_values.results
        limit = 2 * self._max_trees * self._max_depth
        if finalized >= self._max_trees - 1 or attempted > limit - 1:
            finalized, attempted = run_context.session.run(self._tensors)
        if finalized >= self._max_trees or attempted > limit:
            run_context.request_stop()


class GrowerInitializationHook(SessionRunHook):
    """Runs an op once a session is there."""

    def __init__(self, init_op):
        self._init_op = init_op

    def after_create_session(self, session, coord):
        """Runs it."""
        session.run(self._init_op)


# The model ----------------------------------------------------------------------------------------


def _quantiles(columns, epsilon) -> tuple:
    """(QuantileAccumulator, {name: boundaries}) of float columns, (None, {}) where there are none."""
    if not columns:
        return None, {}
    accumulator = QuantileAccumulator(
        epsilon=epsilon, num_streams=tree_features.number_of_features(columns), num_quantiles=int(1.0 / epsilon),
        name="QuantileAccumulator",
    )  # fmt: skip
    return accumulator, tree_features.boundaries_of(columns, accumulator.get_bucket_boundaries())


def _bt_model_fn(
    features, labels, mode, head, feature_columns, tree_hparams, n_batches_per_layer, config, closed_form_grad_and_hess_fn=None,
    weight_column=None, train_in_memory=False, name="boosted_trees",
):  # fmt: skip
    """The EstimatorSpec of an ensemble of trees."""
    columns = tree_features.sorted_columns(feature_columns)
    float_columns = tree_features.float_columns(columns)
    with name_scope(name) as scope:
        global_step = get_or_create_global_step()
        ensemble = TreeEnsemble(name=scope)
        accumulator, boundaries = _quantiles(float_columns, tree_hparams.quantile_sketch_epsilon)
        sizes, ids_by_size = tree_features.group_by_buckets(columns, int(1.0 / tree_hparams.quantile_sketch_epsilon))
        if mode != ModeKeys.TRAIN:
            buckets = tree_features.buckets(features, columns, boundaries)
            logits = make("BoostedTreesPredict", ensemble.resource_handle, buckets, logits_dimension=head.logits_dimension)
            return head.create_estimator_spec(features=features, mode=mode, labels=labels, train_op_fn=no_op, logits=logits)

        _check_in_memory(train_in_memory, n_batches_per_layer, config)
        worker = no_op().device
        ready = tree_caches.local_variable(not float_columns, "are_boundaries_ready")
        cache = cache_op = None
        if train_in_memory:
            batch_size = array_ops.shape(labels)[0]
            buckets, cache_op = tree_caches.cached_features(features, columns, batch_size, boundaries, ready)
            cache = tree_caches.StateCache(batch_size, head.logits_dimension)
            known = cache.lookup()
        else:
            buckets = tree_features.buckets(features, columns, boundaries)
            known = _nothing_known(labels, head.logits_dimension)
        local, reload = _local_copy(ensemble, scope, worker, config)
        with control_dependencies([reload]):
            stamp, num_trees, num_finalized_trees, num_attempted_layers, last_nodes = local.get_states()
            change, tree_ids, node_ids = make(
                "BoostedTreesTrainingPredict", local.resource_handle, known[0], known[1], buckets, logits_dimension=head.logits_dimension
            )
        logits = known[2] + change
        if train_in_memory:
            grower = InMemoryGrower(ensemble, accumulator, tree_hparams, ids_by_size)
        else:
            grower = AccumulatorGrower(
                ensemble, accumulator, tree_hparams, stamp, n_batches_per_layer, sizes, config.is_chief, tree_hparams.center_bias, ids_by_size
            )  # fmt: skip
        summary_ops.scalar("ensemble/num_trees", num_trees)
        summary_ops.scalar("ensemble/num_finalized_trees", num_finalized_trees)
        summary_ops.scalar("ensemble/num_attempted_layers", num_attempted_layers)
        centers = tree_caches.local_variable(tree_hparams.center_bias, "center_bias_needed")
        if weight_column is None:
            weights = constant(1.0, shape=[1])
        else:
            column = numeric_column(weight_column, shape=(1,)) if isinstance(weight_column, str) else weight_column
            weights = tree_features.buckets(features, [column])[0]

        def update_quantiles():
            with name_scope("UpdateQuantile"):
                return grower.accumulate_quantiles(tree_features.buckets(features, float_columns), weights, ready)

        def grow(loss):
            ops = [cache_op] if train_in_memory else []
            if cache is not None:
                ops.append(cond_v2(centers, no_op, lambda: cache.insert(tree_ids, node_ids, logits)))
            if closed_form_grad_and_hess_fn:
                grads, hessians = closed_form_grad_and_hess_fn(logits, labels)
            else:
                grads = gradients(loss, logits, name="Gradients")[0]
                hessians = gradients(grads, logits, name="Hessians")[0]
            summaries = _summaries(grower, buckets, node_ids, grads, hessians, ids_by_size, sizes)
            if tree_hparams.center_bias:
                center = functools.partial(grower.center_bias, centers, grads, hessians)
                ops.append(cond_v2(centers, center, functools.partial(grower.grow_tree, summaries, last_nodes)))
            else:
                ops.append(grower.grow_tree(summaries, last_nodes))
            with control_dependencies(ops[-1:]):
                ops.append(assign_add(global_step, 1).op)
            return group(ops, name="grow_op")

        def train_op(loss):
            if not float_columns:
                return grow(loss)
            return cond_v2(ready, functools.partial(grow, loss), update_quantiles)

    spec = head.create_estimator_spec(features=features, mode=mode, labels=labels, train_op_fn=train_op, logits=logits)
    stop = _StopAtAttemptsHook(num_finalized_trees, num_attempted_layers, tree_hparams.n_trees, tree_hparams.max_depth)
    return spec._replace(
        training_hooks=(*spec.training_hooks, stop),
        training_chief_hooks=[GrowerInitializationHook(grower.chief_init_op()), *spec.training_chief_hooks],
    )


def _check_in_memory(train_in_memory, n_batches_per_layer, config) -> None:
    if not train_in_memory:
        return
    assert n_batches_per_layer == 1, (
        "When train_in_memory is enabled, input_fn should return the entire dataset as a single batch, and "
        "n_batches_per_layer should be set as 1."
    )
    if not config.is_chief or config.num_worker_replicas > 1 or config.num_ps_replicas > 0:
        raise ValueError("train_in_memory is supported only for non-distributed training.")


def _nothing_known(labels, logits_dimension) -> tuple:
    """Every example starts at the first tree's root."""
    batch_size = array_ops.shape(labels)[0]
    return (
        array_ops.zeros([batch_size], dtype=dtypes.int32),
        tree_caches.NO_NODE * array_ops.ones([batch_size], dtype=dtypes.int32),
        array_ops.zeros([batch_size, logits_dimension], dtype=dtypes.float32),
    )


def _local_copy(ensemble, scope, worker, config) -> tuple:
    """(the ensemble that this worker asks, the op that brings it up to date)."""
    if config.num_worker_replicas <= 1:
        return ensemble, no_op()
    with device(worker):
        local = TreeEnsemble(name=scope + "_local", is_local=True)
    return local, local.deserialize(*ensemble.serialize())


def _summaries(grower, buckets, node_ids, grads, hessians, ids_by_size, sizes) -> list:
    return [
        [
            array_ops.squeeze(
                make("BoostedTreesMakeStatsSummary", node_ids, grads, hessians, [buckets[f]], max_splits=grower.max_splits, num_buckets=size),
                axis=0,
            )
            for f in ids
        ]
        for ids, size in zip(ids_by_size, sizes)
    ]  # fmt: skip


def _explanations_fn(features, head, columns, epsilon, name="boosted_trees"):
    """The EstimatorSpec for predictions with the paths through the trees."""
    with name_scope(name) as scope:
        ensemble = TreeEnsemble(name=scope)
        _, boundaries = _quantiles(tree_features.float_columns(columns), epsilon)
        buckets = tree_features.buckets(features, columns, boundaries)
        logits = make("BoostedTreesPredict", ensemble.resource_handle, buckets, logits_dimension=head.logits_dimension)
        spec = head.create_estimator_spec(features=features, mode=ModeKeys.PREDICT, labels=None, train_op_fn=no_op, logits=logits)
        spec.predictions[tree_explanations.DEBUG_KEY] = make(
            "BoostedTreesExampleDebugOutputs", ensemble.resource_handle, buckets, logits_dimension=head.logits_dimension
        )
        return spec


# Heads --------------------------------------------------------------------------------------------


def _log_loss_derivatives(logits, labels) -> tuple:
    """(gradients, hessians) of the mean logistic loss."""
    predictions = math_ops.reciprocal(math_ops.exp(-logits) + 1.0)
    normalizer = math_ops.reciprocal(math_ops.cast(array_ops.size(predictions), dtypes.float32))
    labels = head_parts.checked_labels(math_ops.cast(labels, dtypes.float32), logits, 1)
    return (predictions - labels) * normalizer, predictions * (1.0 - predictions) * normalizer


def _classification_head(n_classes, weight_column, label_vocabulary) -> tuple:
    """(head, the function for its derivatives or None)."""
    if n_classes != 2:
        raise ValueError(f"For now only binary classification is supported.n_classes given as {n_classes}")
    head = BinaryHead(weight_column, label_vocabulary, _MEAN)
    return head, _log_loss_derivatives if weight_column is None and label_vocabulary is None else None


def _regression_head(label_dimension, weight_column=None):
    if label_dimension != 1:
        raise ValueError(f"For now only 1 dimension regression is supported.label_dimension given as {label_dimension}")
    return RegressionHead(label_dimension, weight_column, _MEAN)


# Estimators ---------------------------------------------------------------------------------------


class _BoostedTreesBase(Estimator):
    def __init__(self, model_fn, model_dir, config, feature_columns, head, center_bias, is_classification, quantile_sketch_epsilon):
        switches.enable_resource_variables()  # so that the global step is one, too
        super().__init__(model_fn=model_fn, model_dir=model_dir, config=config)
        self._sorted_feature_columns = tree_features.sorted_columns(feature_columns)
        self._head, self._center_bias, self._is_classification = head, center_bias, is_classification
        self._n_features = tree_features.number_of_features(self._sorted_feature_columns)
        self._feature_col_names = tree_features.column_names(self._sorted_feature_columns)
        self._quantile_sketch_epsilon = quantile_sketch_epsilon

    def experimental_feature_importances(self, normalize=False):
        """An OrderedDict from the names of columns to what their splits gained, the largest first.

        ValueError before training; AssertionError where `normalize` is asked of trees without splits.
        """
        serialized = checkpoint.load_variable(self._model_dir, "boosted_trees:0_serialized")
        if not serialized:
            raise ValueError("Found empty serialized string for TreeEnsemble.You should only call this method after training.")
        ensemble = protos.TreeEnsemble.FromString(serialized)
        importances = tree_explanations.feature_importances(ensemble, self._n_features, normalize)
        return tree_explanations.summed_by_column(self._feature_col_names, importances)

    def experimental_predict_with_explanations(self, input_fn, predict_keys=None, hooks=None, checkpoint_path=None):
        """As `predict`; each prediction also has `bias`, and `dfc`: the contribution of each column to it.

        ValueError: the estimator was made without `center_bias`.
        """
        if not self._center_bias:
            raise ValueError("center_bias must be enabled during estimator instantiation when using experimental_predict_with_explanations.")
        head, columns, epsilon = self._head, self._sorted_feature_columns, self._quantile_sketch_epsilon
        explained = Estimator(
            model_fn=lambda features, labels, mode: _explanations_fn(features, head, columns, epsilon),
            model_dir=self.model_dir, config=self.config, warm_start_from=self._warm_start_settings,
        )  # fmt: skip
        if predict_keys is not None:
            predict_keys = {*predict_keys, tree_explanations.DEBUG_KEY}
        for prediction in explained.predict(input_fn, predict_keys, hooks, checkpoint_path, yield_single_examples=True):
            serialized = prediction.pop(tree_explanations.DEBUG_KEY)
            prediction["bias"], prediction["dfc"] = tree_explanations.explanation(
                serialized, self._feature_col_names, self._is_classification
            )
            yield prediction


class BoostedTreesClassifier(_BoostedTreesBase):
    """A classifier of two classes.

    Args:
      feature_columns: numeric, bucketized and indicator columns.
      n_batches_per_layer: how many batches are summed up before a layer grows.
      model_dir, config: as Estimator's.
      n_classes: 2.
      weight_column: the feature that holds the examples' weights.
      label_vocabulary: the classes, where labels are strings.
      n_trees, max_depth: of the ensemble.
      learning_rate: what a tree's leaves are multiplied by.
      l1_regularization, l2_regularization: penalties on the values of leaves.
      tree_complexity: a penalty on each split; for pruning.
      min_node_weight: the sum of hessians that a node must have to be split.
      center_bias: whether the first root starts at the mean of the labels.
      pruning_mode: 'none', 'pre' (no split without a gain) or 'post' (such splits are undone when a tree is grown).
      quantile_sketch_epsilon: the error of the quantiles of float features, which are put into 1/epsilon buckets.
      train_in_memory: whether each batch is the whole data set.

    Follows `tf.estimator.BoostedTreesClassifier` of TF 1.15.
    """

    def __init__(
        self, feature_columns, n_batches_per_layer, model_dir=None, n_classes=_DEFAULT_SIZE, weight_column=None,
        label_vocabulary=None, n_trees=100, max_depth=6, learning_rate=0.1, l1_regularization=0.0, l2_regularization=0.0,
        tree_complexity=0.0, min_node_weight=0.0, config=None, center_bias=False, pruning_mode="none",
        quantile_sketch_epsilon=0.01, train_in_memory=False,
    ):  # fmt: skip
        if n_classes is _DEFAULT_SIZE:
            n_classes = 2
        elif n_classes > 2 and pruning_mode is not None:
            raise ValueError("For now pruning is not supported with multi class.")
        head, derivatives = _classification_head(n_classes, weight_column, label_vocabulary)
        hparams = TreeHParams(
            n_trees, max_depth, learning_rate, l1_regularization, l2_regularization, tree_complexity, min_node_weight, center_bias,
            pruning_mode, quantile_sketch_epsilon,
        )  # fmt: skip

        def model_fn(features, labels, mode, config):
            return _bt_model_fn(
                features, labels, mode, head, feature_columns, hparams, n_batches_per_layer, config,
                closed_form_grad_and_hess_fn=derivatives, weight_column=weight_column, train_in_memory=train_in_memory,
            )  # fmt: skip

        super().__init__(model_fn, model_dir, config, feature_columns, head, center_bias, True, quantile_sketch_epsilon)


class BoostedTreesRegressor(_BoostedTreesBase):
    """The same for a number.  Follows `tf.estimator.BoostedTreesRegressor` of TF 1.15."""

    def __init__(
        self, feature_columns, n_batches_per_layer, model_dir=None, label_dimension=_DEFAULT_SIZE, weight_column=None, n_trees=100,
        max_depth=6, learning_rate=0.1, l1_regularization=0.0, l2_regularization=0.0, tree_complexity=0.0, min_node_weight=0.0,
        config=None, center_bias=False, pruning_mode="none", quantile_sketch_epsilon=0.01, train_in_memory=False,
    ):  # fmt: skip
        if label_dimension is _DEFAULT_SIZE:
            label_dimension = 1
        elif label_dimension > 1 and pruning_mode is not None:
            raise ValueError("For now pruning is not supported with multi-dimensionregression.")
        head = _regression_head(label_dimension, weight_column)
        hparams = TreeHParams(
            n_trees, max_depth, learning_rate, l1_regularization, l2_regularization, tree_complexity, min_node_weight, center_bias,
            pruning_mode, quantile_sketch_epsilon,
        )  # fmt: skip

        def model_fn(features, labels, mode, config):
            return _bt_model_fn(
                features, labels, mode, head, feature_columns, hparams, n_batches_per_layer, config, weight_column=weight_column,
                train_in_memory=train_in_memory,
            )  # fmt: skip

        super().__init__(model_fn, model_dir, config, feature_columns, head, center_bias, False, quantile_sketch_epsilon)


class BoostedTreesEstimator(_BoostedTreesBase):
    """The same for a head of one's own.  Follows `tf.estimator.BoostedTreesEstimator` of TF 1.15."""

    def __init__(
        self, feature_columns, n_batches_per_layer, head, model_dir=None, weight_column=None, n_trees=100, max_depth=6,
        learning_rate=0.1, l1_regularization=0.0, l2_regularization=0.0, tree_complexity=0.0, min_node_weight=0.0, config=None,
        center_bias=False, pruning_mode="none", quantile_sketch_epsilon=0.01,
    ):  # fmt: skip
        hparams = TreeHParams(
            n_trees, max_depth, learning_rate, l1_regularization, l2_regularization, tree_complexity, min_node_weight, center_bias,
            pruning_mode, quantile_sketch_epsilon,
        )  # fmt: skip

        def model_fn(features, labels, mode, config):
            return _bt_model_fn(features, labels, mode, head, feature_columns, hparams, n_batches_per_layer, config=config)

        classifies = isinstance(head, (BinaryHead, MultiClassHead))
        super().__init__(model_fn, model_dir, config, feature_columns, head, center_bias, classifies, quantile_sketch_epsilon)
