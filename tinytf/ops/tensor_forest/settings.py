"""The settings of a forest, from the attributes of its ops."""

from __future__ import annotations

from typing import NamedTuple

from tinytf import errors, protos


class Settings(NamedTuple):
    """What the kernels need of a TensorForestParams."""

    is_regression: bool
    num_outputs: int
    max_nodes: int
    less_than: bool  # a value equal to the threshold goes right
    average_splits: bool
    checkpoint_stats: bool
    tree_paths: bool
    num_splits_to_consider: object  # messages DepthDependentParam
    split_after_samples: object


def settings_of(op) -> Settings:
    """The settings in the attribute `params`; NotImplementedError for those that tinytf does not have."""
    try:
        params = protos.TensorForestParams.FromString(op.attr("params"))
    except protos.PARSE_ERRORS:
        raise errors.InvalidArgumentError(op.node_def, op, "Failed to parse params") from None
    for unsupported, wanted in (
        (params.leaf_type not in (protos.MODEL_DENSE_CLASSIFICATION, protos.MODEL_REGRESSION), "model_name='all_dense'"),
        (params.pruning_type.type != protos.SPLIT_PRUNE_NONE, "split_pruning_name='none'"),
        (params.finish_type.type != protos.SPLIT_FINISH_BASIC, "split_finish_name='basic'"),
        (params.collection_type != protos.COLLECTION_BASIC, "COLLECTION_BASIC"),
    ):
        if unsupported:
            raise NotImplementedError(f"tinytf grows forests only with {wanted} (tf.contrib.tensor_forest.python.tensor_forest.ForestHParams)")
    return Settings(
        params.is_regression, params.num_outputs, params.max_nodes, params.inequality_test_type == protos.InequalityTest.LESS_THAN,
        params.initialize_average_splits, params.checkpoint_stats, params.inference_tree_paths,
        params.num_splits_to_consider, params.split_after_samples,
    )  # fmt: skip


def resolve(param, depth: int) -> float:
    """The value of a DepthDependentParam at a depth.  Follows ResolveParam of TF 1.15."""
    kind = param.WhichOneof("ParamType")
    if kind == "linear":
        value = depth * param.linear.slope + param.linear.y_intercept
        return min(max(value, param.linear.min_val), param.linear.max_val)
    if kind == "exponential":
        e = param.exponential
        return e.bias + e.multiplier * e.base ** (e.depth_multiplier * depth)
    if kind == "threshold":
        return param.threshold.on_value if depth >= param.threshold.threshold else param.threshold.off_value
    return param.constant_value
