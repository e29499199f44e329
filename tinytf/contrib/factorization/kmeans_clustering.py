"""k-means as an estimator.  Follows tf.contrib.factorization.KMeansClustering of TF 1.15."""

from __future__ import annotations

from tinytf import metrics, summary
from tinytf.contrib.factorization import kmeans
from tinytf.estimator.estimator import Estimator
from tinytf.estimator.export_outputs import PredictOutput
from tinytf.estimator.spec import EstimatorSpec
from tinytf.feature_column import input_layer
from tinytf.graph.default_graph import colocate_with
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state import state_ops
from tinytf.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunHook
from tinytf.train.training_util import get_global_step


class LossRelativeChangeHook(SessionRunHook):
    """Stops once the loss changes by less than a share of it."""

    def __init__(self, loss_tensor, tolerance):
        self._loss_tensor, self._tolerance, self._last = loss_tensor, tolerance, None

    def before_run(self, run_context):
        """Asks for the loss."""
        return SessionRunArgs(self._loss_tensor)

    def after_run(self, run_context, run_values):
        """Compares it with the one before."""
        loss = run_values.results
        if self._last and abs(loss - self._last) / (1 + abs(self._last)) < self._tolerance:
            run_context.request_stop()
        self._last = loss


class InitializeClustersHook(SessionRunHook):
    """Chooses the first centers, in as many runs as it takes."""

    def __init__(self, init_op, is_initialized):
        self._init_op, self._is_initialized = init_op, is_initialized

    def after_create_session(self, session, coord):
        """Runs until the centers are there."""
        while not session.run(self._is_initialized):
            session.run(self._init_op)


def joined_features(features):
    """The features of a dict side by side, by name."""
    if not isinstance(features, dict):
        return features
    keys = sorted(features)
    with colocate_with(features[keys[0]]):
        return array_ops.concat([features[key] for key in keys], 1)


class KMeansClustering(Estimator):
    """Groups points by the nearest of `num_clusters` centers.

    Args:
      initial_clusters: "random", "kmeans_plus_plus", centers, or a function that gives some.
      relative_tolerance: training stops where the loss changes by less.
      feature_columns: columns of tf.feature_column, where the features are a dict that is not to be joined as it is.
    """

    SQUARED_EUCLIDEAN_DISTANCE = kmeans.SQUARED_EUCLIDEAN_DISTANCE
    COSINE_DISTANCE = kmeans.COSINE_DISTANCE
    RANDOM_INIT = kmeans.RANDOM_INIT
    KMEANS_PLUS_PLUS_INIT = kmeans.KMEANS_PLUS_PLUS_INIT
    SCORE = "score"
    CLUSTER_INDEX = "cluster_index"
    ALL_DISTANCES = "all_distances"
    CLUSTER_CENTERS_VAR_NAME = kmeans.CLUSTERS_VAR_NAME

    def __init__(
        self, num_clusters, model_dir=None, initial_clusters=RANDOM_INIT, distance_metric=SQUARED_EUCLIDEAN_DISTANCE, random_seed=0,
        use_mini_batch=True, mini_batch_steps_per_iteration=1, kmeans_plus_plus_num_retries=2, relative_tolerance=None, config=None,
        feature_columns=None,
    ):  # fmt: skip
        if isinstance(initial_clusters, str) and initial_clusters not in (self.RANDOM_INIT, self.KMEANS_PLUS_PLUS_INIT):
            raise ValueError("Unsupported initialization algorithm '%s'" % initial_clusters)
        if distance_metric not in (self.SQUARED_EUCLIDEAN_DISTANCE, self.COSINE_DISTANCE):
            raise ValueError("Unsupported distance metric '%s'" % distance_metric)

        def model_fn(features, mode, config):
            points = input_layer(features, feature_columns) if isinstance(features, dict) and feature_columns else joined_features(features)
            model = kmeans.KMeans(
                inputs=points, num_clusters=num_clusters, initial_clusters=initial_clusters, distance_metric=distance_metric,
                use_mini_batch=use_mini_batch, mini_batch_steps_per_iteration=mini_batch_steps_per_iteration, random_seed=random_seed,
                kmeans_plus_plus_num_retries=kmeans_plus_plus_num_retries,
            )  # fmt: skip
            return _spec(mode, model.training_graph(), relative_tolerance)

        super().__init__(model_fn=model_fn, model_dir=model_dir, config=config)

    def _predict_one(self, input_fn, key):
        for example in self.predict(input_fn=input_fn, predict_keys=[key]):
            yield example[key]

    def predict_cluster_index(self, input_fn):
        """The number of the nearest center, for each point."""
        return self._predict_one(input_fn, self.CLUSTER_INDEX)

    def score(self, input_fn):
        """The sum of the points' distances to their centers, in one batch."""
        return self.evaluate(input_fn=input_fn, steps=1)[self.SCORE]

    def transform(self, input_fn):
        """The distances to all centers, for each point."""
        return self._predict_one(input_fn, self.ALL_DISTANCES)

    def cluster_centers(self):
        """The centers."""
        return self.get_variable_value(self.CLUSTER_CENTERS_VAR_NAME)


def _spec(mode, graph, relative_tolerance):
    distances, nearest, losses, is_initialized, init_op, train_op = graph
    loss = math_ops.reduce_sum(losses)
    summary.scalar("loss/raw", loss)
    step = state_ops.assign_add(get_global_step(), 1)
    hooks = [InitializeClustersHook(init_op, is_initialized)]
    train_op = control_flow_ops.with_dependencies([train_op, step], loss)
    if relative_tolerance is not None:
        hooks.append(LossRelativeChangeHook(loss, relative_tolerance))
    return EstimatorSpec(
        mode=mode,
        predictions={KMeansClustering.ALL_DISTANCES: distances[0], KMeansClustering.CLUSTER_INDEX: nearest[0]},
        loss=loss,
        train_op=train_op,
        eval_metric_ops={KMeansClustering.SCORE: metrics.mean(loss)},
        training_hooks=hooks,
        export_outputs={
            KMeansClustering.ALL_DISTANCES: PredictOutput(distances[0]),
            KMeansClustering.CLUSTER_INDEX: PredictOutput(nearest[0]),
            DEFAULT_SERVING_SIGNATURE_DEF_KEY: PredictOutput(nearest[0]),
        },
    )
