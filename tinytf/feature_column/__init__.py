"""tf.feature_column: descriptions of features, and the dense tensors and linear sums made of them."""

from __future__ import annotations
