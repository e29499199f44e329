"""k-means as an estimator of tf.contrib.learn.  Follows TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf import summary
from tinytf.contrib.factorization import kmeans
from tinytf.contrib.factorization.kmeans_clustering import InitializeClustersHook, LossRelativeChangeHook, joined_features
from tinytf.contrib.learn.estimator import Estimator
from tinytf.contrib.learn.model_fn import ModelFnOps
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state import state_ops
from tinytf.train.training_util import get_global_step


def _kmeans_clustering_model_fn(features, labels, mode, params, config):
    assert labels is None, labels
    params = dict(params)
    tolerance = params.pop("relative_tolerance")
    model = kmeans.KMeans(joined_features(features), params.pop("num_clusters"), **params)
    scores, nearest, losses, is_initialized, init_op, train_op = model.training_graph()
    step = state_ops.assign_add(get_global_step(), 1)
    loss = math_ops.reduce_sum(losses, name=KMeansClustering.LOSS_OP_NAME)
    summary.scalar("loss/raw", loss)
    train_op = control_flow_ops.with_dependencies([train_op, step], loss)
    hooks = [InitializeClustersHook(init_op, is_initialized)]
    if tolerance is not None:
        hooks.append(LossRelativeChangeHook(loss, tolerance))
    predictions = {KMeansClustering.ALL_SCORES: scores[0], KMeansClustering.CLUSTER_IDX: nearest[0]}
    return ModelFnOps(mode, predictions, loss, train_op, {KMeansClustering.SCORES: loss}, training_hooks=hooks)


class KMeansClustering(Estimator):
    """Groups points by the nearest of `num_clusters` centers."""

    SQUARED_EUCLIDEAN_DISTANCE = kmeans.SQUARED_EUCLIDEAN_DISTANCE
    COSINE_DISTANCE = kmeans.COSINE_DISTANCE
    RANDOM_INIT = kmeans.RANDOM_INIT
    KMEANS_PLUS_PLUS_INIT = kmeans.KMEANS_PLUS_PLUS_INIT
    SCORES = "scores"
    CLUSTER_IDX = "cluster_idx"
    CLUSTERS = "clusters"
    ALL_SCORES = "all_scores"
    LOSS_OP_NAME = "kmeans_loss"

    def __init__(
        self, num_clusters, model_dir=None, initial_clusters=RANDOM_INIT, distance_metric=SQUARED_EUCLIDEAN_DISTANCE, random_seed=0,
        use_mini_batch=True, mini_batch_steps_per_iteration=1, kmeans_plus_plus_num_retries=2, relative_tolerance=None, config=None,
    ):  # fmt: skip
        params = {
            "num_clusters": num_clusters, "initial_clusters": initial_clusters, "distance_metric": distance_metric,
            "random_seed": random_seed, "use_mini_batch": use_mini_batch,
            "mini_batch_steps_per_iteration": mini_batch_steps_per_iteration,
            "kmeans_plus_plus_num_retries": kmeans_plus_plus_num_retries, "relative_tolerance": relative_tolerance,
        }  # fmt: skip
        super().__init__(model_fn=_kmeans_clustering_model_fn, params=params, model_dir=model_dir, config=config)

    def predict_cluster_idx(self, input_fn=None):
        """The number of the nearest center, for each point."""
        for example in self.predict(input_fn=input_fn, outputs=[self.CLUSTER_IDX]):
            yield example[self.CLUSTER_IDX]

    def score(self, input_fn=None, steps=None):
        """The sum of the points' distances to their centers."""
        return np.sum(self.evaluate(input_fn=input_fn, steps=steps)[self.SCORES])

    def transform(self, input_fn=None, as_iterable=False):
        """The distances to all centers, for each point."""
        found = self.predict(input_fn=input_fn, outputs=[self.ALL_SCORES], as_iterable=as_iterable)
        return found if as_iterable else found[self.ALL_SCORES]

    def clusters(self):
        """The centers."""
        return self.get_variable_value(self.CLUSTERS)
