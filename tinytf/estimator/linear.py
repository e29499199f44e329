"""LinearClassifier and LinearRegressor."""

from __future__ import annotations

from tinytf import dtypes, losses
from tinytf.estimator.dnn import check_features
from tinytf.estimator.estimator import Estimator
from tinytf.estimator.heads import RegressionHead, classifier_head
from tinytf.estimator.optimizers import optimizer_of
from tinytf.feature_column.models import linear_model
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.files import summary_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn.normalization import zero_fraction
from tinytf.ops.state.partitioned_variables import min_max_variable_partitioner
from tinytf.ops.state.variable_scope import variable_scope

_SUM = losses.Reduction.SUM


def linear_logits(features, units, columns, sparse_combiner):
    """The logits, in the current variable scope."""
    logits, weights, bias = linear_model(features, columns, units, sparse_combiner)
    if units > 1:
        summary_ops.histogram("bias", bias)
    else:
        summary_ops.scalar("bias", bias[0][0])
    summary_ops.scalar("fraction_of_zero_weights", _share_of_zeros(weights))
    return logits


def linear_logit_fn_builder(units, feature_columns, sparse_combiner="sum"):
    """f(features) -> the logits of a linear model, for models of one's own.

    Follows `tf.estimator.experimental.linear_logit_fn_builder` of TF 1.15.
    """
    return lambda features: linear_logits(features, units, feature_columns, sparse_combiner)


def _share_of_zeros(variables):
    with name_scope("zero_fraction"):
        with name_scope("total_size"):
            sizes = [array_ops.size(v, out_type=dtypes.int64) for v in variables]
            total = math_ops.add_n(sizes)
        with name_scope("total_zero"):
            zeros = math_ops.add_n([_zeros(v, size) for v, size in zip(variables, sizes)])
        with name_scope("compute"):
            share = zeros / math_ops.cast(total, dtype=dtypes.float32, name="float32_size")
        return array_ops.identity(share, name="zero_fraction_or_nan")


def _zeros(variable, size):
    return cond(
        math_ops.equal(size, constant(0, dtype=dtypes.int64)),
        true_fn=lambda: constant(0, dtype=dtypes.float32),
        false_fn=lambda: zero_fraction(variable) * math_ops.to_float(size),
        name="zero_count",
    )


def _model_fn(head, columns, optimizer, partitioner, sparse_combiner):
    def model_fn(features, labels, mode, config):
        check_features(features)
        parts = config.num_ps_replicas if config else 0
        whole = partitioner or min_max_variable_partitioner(max_partitions=parts, min_slice_size=64 << 20)
        with variable_scope("linear", values=tuple(features.values()), partitioner=whole):
            logits = linear_logits(features, head.logits_dimension, columns, sparse_combiner)
            chosen = optimizer_of(optimizer or "Ftrl", learning_rate=min(0.2, 1.0 / len(columns) ** 0.5) if not optimizer else 0.2)
            return head.create_estimator_spec(features=features, mode=mode, labels=labels, optimizer=chosen, logits=logits)

    return model_fn


class LinearClassifier(Estimator):
    """A linear classifier over feature columns; arguments as DNNClassifier's.

    `sparse_combiner` (sum, mean, sqrtn) joins the weights of a categorical column's ids.
    Follows `tf.estimator.LinearClassifier` of TF 1.15.
    """

    def __init__(
        self, feature_columns, model_dir=None, n_classes=2, weight_column=None, label_vocabulary=None, optimizer="Ftrl",
        config=None, partitioner=None, warm_start_from=None, loss_reduction=_SUM, sparse_combiner="sum",
    ):  # fmt: skip
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        fn = _model_fn(head, tuple(feature_columns or []), optimizer, partitioner, sparse_combiner)
        super().__init__(fn, model_dir=model_dir, config=config, warm_start_from=warm_start_from)


class LinearEstimator(Estimator):
    """The same for a head of one's own.  Follows `tf.estimator.LinearEstimator` of TF 1.15."""

    def __init__(self, head, feature_columns, model_dir=None, optimizer="Ftrl", config=None, partitioner=None, sparse_combiner="sum"):
        fn = _model_fn(head, tuple(feature_columns or []), optimizer, partitioner, sparse_combiner)
        super().__init__(fn, model_dir=model_dir, config=config)


class LinearRegressor(Estimator):
    """The same for `label_dimension` numbers.  Follows `tf.estimator.LinearRegressor` of TF 1.15."""

    def __init__(
        self, feature_columns, model_dir=None, label_dimension=1, weight_column=None, optimizer="Ftrl", config=None,
        partitioner=None, warm_start_from=None, loss_reduction=_SUM, sparse_combiner="sum",
    ):  # fmt: skip
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        fn = _model_fn(head, tuple(feature_columns or []), optimizer, partitioner, sparse_combiner)
        super().__init__(fn, model_dir=model_dir, config=config, warm_start_from=warm_start_from)
