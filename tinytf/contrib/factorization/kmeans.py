"""The graph of k-means: which center is nearest, and how the centers move. Follows tf.contrib.factorization.KMeans of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.contrib.factorization.first_centers import KMC2_INIT, KMEANS_PLUS_PLUS_INIT, RANDOM_INIT, first_centers
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, control_dependencies
from tinytf.ops.array import array_ops, constant
from tinytf.ops.array.unique import unique
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.control_flow.control_flow_ops import group, no_op
from tinytf.ops.math import math_ops
from tinytf.ops.math.segment import unsorted_segment_sum
from tinytf.ops.nn.clustering_ops import nearest_neighbors
from tinytf.ops.nn.normalization import l2_normalize
from tinytf.ops.state import state_ops
from tinytf.ops.state.variables import Variable

SQUARED_EUCLIDEAN_DISTANCE = "squared_euclidean"
COSINE_DISTANCE = "cosine"
CLUSTERS_VAR_NAME = "clusters"


def _near(x):
    return colocate_with(x, ignore_existing=True)


class KMeans:
    """k-means over `inputs`, a tensor [points, columns] or a list of them.

    Args:
      initial_clusters: "random", "kmeans_plus_plus", "kmc2", a tensor of centers, or a function of
        (inputs, number of centers that are still to be chosen) which gives some.
      distance_metric: "squared_euclidean" or "cosine".
      use_mini_batch: each step sees other points, and a center moves by less the more points it has had.
      mini_batch_steps_per_iteration: after how many of them the centers that points are assigned to are renewed.
    """

    def __init__(
        self,
        inputs,
        num_clusters,
        initial_clusters=RANDOM_INIT,
        distance_metric=SQUARED_EUCLIDEAN_DISTANCE,
        use_mini_batch=False,
        mini_batch_steps_per_iteration=1,
        random_seed=0,
        kmeans_plus_plus_num_retries=2,
        kmc2_chain_length=200,
    ):
        if isinstance(initial_clusters, str) and initial_clusters not in (RANDOM_INIT, KMEANS_PLUS_PLUS_INIT, KMC2_INIT):
            raise ValueError("Unsupported initialization algorithm '%s'" % initial_clusters)
        if distance_metric not in (SQUARED_EUCLIDEAN_DISTANCE, COSINE_DISTANCE):
            raise ValueError("Unsupported distance metric '%s'" % distance_metric)
        self._inputs = inputs if isinstance(inputs, list) else [inputs]
        self._num_clusters = num_clusters
        self._initial_clusters = initial_clusters
        self._cosine = distance_metric == COSINE_DISTANCE
        self._use_mini_batch = use_mini_batch
        self._steps = int(mini_batch_steps_per_iteration)
        self._random_seed = random_seed
        self._retries = kmeans_plus_plus_num_retries
        self._chain_length = kmc2_chain_length

    @property
    def _late_updates(self):
        return self._use_mini_batch and self._steps > 1

    @property
    def _centers_stay_normalized(self):
        return self._cosine and (not self._use_mini_batch or self._steps > 1)

    def training_graph(self):
        """(all_scores, cluster_idx, scores, cluster_centers_initialized, init_op, train_op).

        `all_scores`, `cluster_idx` and `scores` have an element for each input: the distances [points, clusters], the nearest
        cluster and its distance. `init_op` chooses the first centers, in several runs where one batch has too few points.
        """
        initial, count = self._initial_clusters, None
        if isinstance(initial, str) or callable(initial):
            count = convert_to_tensor(self._num_clusters)
        else:
            initial = convert_to_tensor(initial)
            count = array_ops.shape(initial)[0]
        inputs = self._inputs
        centers_var, initialized, counts, moving, update_in = self._make_variables(count)
        init_op = first_centers(
            self._inputs,
            count,
            initial,
            self._cosine,
            self._random_seed,
            self._retries,
            self._chain_length,
            centers_var,
            moving,
            initialized,
        )
        centers = centers_var
        if self._cosine:
            inputs = [self._normalized(x) for x in inputs]
            if not self._centers_stay_normalized:
                centers = l2_normalize(centers, dim=1)
        all_scores, scores, nearest = self._assign(inputs, centers)
        if self._use_mini_batch:
            with control_dependencies([self._renew(update_in, centers_var, moving, counts)]):
                train_op = _mini_batch_step(inputs, nearest, moving, counts)
        else:
            train_op = self._full_step(inputs, count, nearest, centers_var)
        return all_scores, nearest, scores, initialized, init_op, train_op

    @staticmethod
    def _normalized(x):
        with _near(x):
            return l2_normalize(x, dim=1)

    def _make_variables(self, count):
        empty = constant.constant([], dtype=dtypes.float32)
        centers = Variable(empty, name=CLUSTERS_VAR_NAME, validate_shape=False)
        initialized = Variable(False, dtype=dtypes.bool, name="initialized")
        if not self._late_updates:
            counts = Variable(array_ops.ones([count], dtype=dtypes.int64)) if self._use_mini_batch else None
            return centers, initialized, counts, centers, None
        moving = Variable(empty, name="clusters_updated", validate_shape=False)
        update_in = Variable(self._steps, dtype=dtypes.int64, name="update_in_steps")
        return centers, initialized, Variable(array_ops.zeros([count], dtype=dtypes.int64)), moving, update_in

    def _distances(self, x, centers):
        with _near(x):
            if self._cosine:
                return 1 - math_ops.matmul(x, centers, transpose_b=True)
            own = math_ops.reduce_sum(math_ops.square(x), 1, keepdims=True)
            both = own - 2 * math_ops.matmul(x, centers, transpose_b=True)
            return both + array_ops.transpose(math_ops.reduce_sum(math_ops.square(centers), 1, keepdims=True))

    def _assign(self, inputs, centers):
        """(distances to all centers, to the nearest, which that is), each a tuple over the inputs."""
        scores = [self._distances(x, centers) for x in inputs]
        if self._cosine and not self._centers_stay_normalized:
            with _near(centers):
                centers = l2_normalize(centers, dim=1)
        parts = []
        for x, score in zip(inputs, scores):
            with _near(x):
                indices, distances = nearest_neighbors(x, centers, 1)
                if self._cosine:  # of unit vectors, half the square of the distance
                    distances *= 0.5
                parts.append((score, array_ops.squeeze(distances, [-1]), array_ops.squeeze(indices, [-1])))
        return zip(*parts)

    def _renew(self, update_in, centers_var, moving, counts):
        """Every few steps: the moved centers become those that points are assigned to."""
        if not self._late_updates:
            return no_op()

        def renew():
            with control_dependencies([state_ops.assign(update_in, self._steps - 1)]):
                with _near(moving):
                    centers = l2_normalize(moving, dim=1) if self._cosine else moving
                with _near(centers_var), control_dependencies([state_ops.assign(centers_var, centers)]), _near(None):
                    with control_dependencies([state_ops.assign(counts, array_ops.zeros_like(counts))]):
                        return array_ops.identity(update_in)

        with _near(update_in):
            return cond(update_in <= 0, renew, lambda: state_ops.assign_sub(update_in, 1))

    def _full_step(self, inputs, count, nearest, centers):
        """Each center becomes the mean of its points."""
        sums, counts = [], []
        epsilon = constant.constant(1e-6, dtype=inputs[0].dtype)
        for x, index in zip(inputs, nearest):
            with _near(x):
                sums.append(unsorted_segment_sum(x, index, count))
                one_each = array_ops.ones(array_ops.reshape(array_ops.shape(x)[0], [-1]))
                counts.append(unsorted_segment_sum(array_ops.reshape(one_each, [-1, 1]), index, count))
        with _near(centers):
            means = math_ops.add_n(sums) / (math_ops.cast(math_ops.add_n(counts), sums[0].dtype) + epsilon)
            if self._centers_stay_normalized:
                means = l2_normalize(means, dim=1)
        return state_ops.assign(centers, means)


def _mini_batch_step(inputs, nearest, centers, counts):
    """A center x that has had n points moves by (their sum - k x) / (n + k) for k new ones."""
    updates = []
    for x, index in zip(inputs, nearest):
        with _near(x):
            ids, position = unique(array_ops.reshape(index, [-1]))
            found = array_ops.size(ids)
            with _near(counts):
                old_counts = array_ops.gather(counts, ids)
            with _near(centers):
                old_centers = array_ops.gather(centers, ids)
            new = unsorted_segment_sum(array_ops.ones_like(position, dtype=counts.dtype), position, found)
            moves = unsorted_segment_sum(x, position, found)
            rows = array_ops.reshape(found, [1])
            ones = array_ops.ones(array_ops.reshape(array_ops.rank(x) - 1, [1]), dtype=dtypes.int32)
            shape = array_ops.concat([rows, ones], 0)
            moves -= math_ops.cast(array_ops.reshape(new, shape), x.dtype) * old_centers
            rate = math_ops.reciprocal(math_ops.cast(old_counts + new, x.dtype))
            moves *= array_ops.reshape(rate, shape)
        updates += [state_ops.scatter_add(counts, ids, new), state_ops.scatter_add(centers, ids, moves)]
    return group(*updates)
