"""tf.contrib.factorization: k-means."""

from __future__ import annotations

from tinytf.contrib.factorization.kmeans import (  # noqa: F401
    CLUSTERS_VAR_NAME,
    COSINE_DISTANCE,
    KMC2_INIT,
    KMEANS_PLUS_PLUS_INIT,
    RANDOM_INIT,
    SQUARED_EUCLIDEAN_DISTANCE,
    KMeans,
)
from tinytf.contrib.factorization.kmeans_clustering import KMeansClustering  # noqa: F401
from tinytf.ops.nn.clustering_ops import kmc2_chain_initialization, kmeans_plus_plus_initialization, nearest_neighbors  # noqa: F401
