"""TensorFlow 2's spellings of the neural functions: the same graphs, other arguments.

TF 1.15 keeps them in nn_ops, nn_impl and embedding_ops (`conv2d_v2`, `moments_v2` …), where its own code and tests call them.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import (
    activations,
    conv_functions,
    cross_entropy,
    dilation,
    embedding,
    nn_basic,
    normalization,
    pool_functions,
    sampled_losses,
    softmax,
)
from tinytf.ops.nn.conv_functions import conv2d_transpose_v2, conv3d_transpose_v2  # noqa: F401
from tinytf.ops.nn.dropout import dropout_v2  # noqa: F401
from tinytf.ops.nn.fractional_pool import fractional_avg_pool_v2, fractional_max_pool_v2  # noqa: F401
from tinytf.ops.nn.pool_functions import avg_pool_v2, max_pool_v2  # noqa: F401

# Convolutions and pools -------------------------------------------------------------------------


def convolution_v2(input, filters, strides=None, padding="VALID", data_format=None, dilations=None, name=None):
    """`convolution` of TF 2."""
    return conv_functions.convolution(
        input, filters, padding=padding, strides=strides, dilation_rate=dilations, name=name, data_format=data_format
    )


def conv1d_v2(input, filters, stride, padding, data_format="NWC", dilations=None, name=None):
    """`conv1d` of TF 2."""
    return conv_functions.conv1d(input, filters, stride, padding, use_cudnn_on_gpu=True, data_format=data_format, name=name, dilations=dilations)


def conv2d_v2(input, filters, strides, padding, data_format="NHWC", dilations=None, name=None):
    """`conv2d` of TF 2."""
    dilations = [1, 1, 1, 1] if dilations is None else dilations
    return conv_functions.conv2d(input, filters, strides, padding, data_format=data_format, dilations=dilations, name=name)


def conv3d_v2(input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None):
    """`conv3d` of TF 2."""
    dilations = [1, 1, 1, 1, 1] if dilations is None else dilations
    return conv_functions.conv3d(input, filters, strides, padding, data_format=data_format, dilations=dilations, name=name)


def depthwise_conv2d_v2(input, filter, strides, padding, data_format=None, dilations=None, name=None):
    """`depthwise_conv2d` of TF 2."""
    return conv_functions.depthwise_conv2d(input, filter, strides, padding, rate=dilations, name=name, data_format=data_format)


def separable_conv2d_v2(input, depthwise_filter, pointwise_filter, strides, padding, data_format=None, dilations=None, name=None):
    """`separable_conv2d` of TF 2."""
    return conv_functions.separable_conv2d(
        input, depthwise_filter, pointwise_filter, strides, padding, rate=dilations, name=name, data_format=data_format
    )


def pool_v2(input, window_shape, pooling_type, strides=None, padding="VALID", data_format=None, dilations=None, name=None):
    """`pool` of TF 2."""
    return pool_functions.pool(
        input, window_shape, pooling_type, padding, dilation_rate=dilations, strides=strides, name=name, data_format=data_format
    )


def max_pool_with_argmax_v2(input, ksize, strides, padding, data_format="NHWC", output_dtype=dtypes.int64, include_batch_in_index=False,
                            name=None):  # fmt: skip
    """`max_pool_with_argmax` of TF 2."""
    if data_format != "NHWC":
        raise ValueError("Data formats other than 'NHWC' are not yet supported")
    return make(
        "MaxPoolWithArgmax", input, ksize=conv_functions.sequence(ksize, 2, 3, "ksize"),
        strides=conv_functions.sequence(strides, 2, 3, "strides"), padding=padding, Targmax=output_dtype,
        include_batch_in_index=include_batch_in_index, name=name,
    )  # fmt: skip


def dilation2d_v2(input, filters, strides, padding, data_format, dilations, name=None):
    """`dilation2d` of TF 2."""
    if data_format != "NHWC":
        raise ValueError("Data formats other than NHWC are not yet supported")
    return dilation.dilation2d(input, filters, strides=strides, rates=dilations, padding=padding, name=name)


def erosion2d_v2(value, filters, strides, padding, data_format, dilations, name=None):
    """`erosion2d` of TF 2."""
    if data_format != "NHWC":
        raise ValueError("Data formats other than NHWC are not yet supported")
    return dilation.erosion2d(value, filters, strides=strides, rates=dilations, padding=padding, name=name)


# Activations, softmax, cross entropies ----------------------------------------------------------


def crelu_v2(features, axis=-1, name=None):
    """`crelu` of TF 2."""
    return activations.crelu(features, name=name, axis=axis)


def softmax_v2(logits, axis=None, name=None):
    """`softmax` of TF 2."""
    return softmax.softmax(logits, axis=axis, name=name)


def log_softmax_v2(logits, axis=None, name=None):
    """`log_softmax` of TF 2."""
    return softmax.log_softmax(logits, axis=axis, name=name)


def sparse_softmax_cross_entropy_with_logits_v2(labels, logits, name=None):
    """`sparse_softmax_cross_entropy_with_logits` of TF 2."""
    return softmax.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def sigmoid_cross_entropy_with_logits_v2(labels=None, logits=None, name=None):
    """`sigmoid_cross_entropy_with_logits` of TF 2."""
    return cross_entropy.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def weighted_cross_entropy_with_logits_v2(labels, logits, pos_weight, name=None):
    """`weighted_cross_entropy_with_logits` of TF 2."""
    return cross_entropy.weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=name)


def in_top_k_v2(targets, predictions, k, name=None):
    """`in_top_k` of TF 2."""
    return nn_basic.in_top_k(predictions, targets, k, name=name)


# Moments and norms ------------------------------------------------------------------------------


def normalize(tensor, ord="euclidean", axis=None, name=None):
    """(tensor / its norm along `axis`, the norm)."""
    from tinytf.ops.linalg.linalg_functions import norm

    with name_scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        found = norm(tensor, ord, axis, keepdims=True)
        found = math_ops.cast(found, tensor.dtype)
        return tensor / found, found


def l2_normalize_v2(x, axis=None, epsilon=1e-12, name=None):
    """`l2_normalize` of TF 2."""
    return normalization.l2_normalize(x, axis=axis, epsilon=epsilon, name=name)


def sufficient_statistics_v2(x, axes, shift=None, keepdims=False, name=None):
    """`sufficient_statistics` of TF 2."""
    return normalization.sufficient_statistics(x, axes, shift=shift, keep_dims=keepdims, name=name)


def moments_v2(x, axes, shift=None, keepdims=False, name=None):
    """`moments` of TF 2."""
    return normalization.moments(x, axes, shift=shift, name=name, keep_dims=keepdims)


def weighted_moments_v2(x, axes, frequency_weights, keepdims=False, name=None):
    """`weighted_moments` of TF 2."""
    return normalization.weighted_moments(x, axes, frequency_weights, name=name, keep_dims=keepdims)


def batch_norm_with_global_normalization_v2(input, mean, variance, beta, gamma, variance_epsilon, scale_after_normalization, name=None):
    """`batch_norm_with_global_normalization` of TF 2."""
    return normalization.batch_norm_with_global_normalization(
        t=input, m=mean, v=variance, beta=beta, gamma=gamma, variance_epsilon=variance_epsilon,
        scale_after_normalization=scale_after_normalization, name=name,
    )  # fmt: skip


# Embeddings and sampled losses: TF 2 divides tables into runs -----------------------------------


def embedding_lookup_v2(params, ids, max_norm=None, name=None):
    """`embedding_lookup` of TF 2."""
    return embedding.embedding_lookup(params, ids, "div", name, max_norm=max_norm)


def embedding_lookup_sparse_v2(params, sp_ids, sp_weights, combiner=None, max_norm=None, name=None):
    """`embedding_lookup_sparse` of TF 2."""
    return embedding.embedding_lookup_sparse(params, sp_ids, sp_weights, "div", name, combiner, max_norm)


def safe_embedding_lookup_sparse_v2(embedding_weights, sparse_ids, sparse_weights=None, combiner="mean", default_id=None, max_norm=None,
                                    name=None):  # fmt: skip
    """`safe_embedding_lookup_sparse` of TF 2."""
    return embedding.safe_embedding_lookup_sparse(
        embedding_weights, sparse_ids, sparse_weights=sparse_weights, combiner=combiner, default_id=default_id, name=name,
        partition_strategy="div", max_norm=max_norm,
    )  # fmt: skip


def nce_loss_v2(weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None, remove_accidental_hits=False,
                name="nce_loss"):  # fmt: skip
    """`nce_loss` of TF 2."""
    return sampled_losses.nce_loss(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true=num_true, sampled_values=sampled_values,
        remove_accidental_hits=remove_accidental_hits, partition_strategy="div", name=name,
    )  # fmt: skip


def sampled_softmax_loss_v2(weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None,
                            remove_accidental_hits=True, seed=None, name="sampled_softmax_loss"):  # fmt: skip
    """`sampled_softmax_loss` of TF 2."""
    return sampled_losses.sampled_softmax_loss(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true=num_true, sampled_values=sampled_values,
        remove_accidental_hits=remove_accidental_hits, partition_strategy="div", name=name, seed=seed,
    )  # fmt: skip


# Losses over replicas: here is always one --------------------------------------------------------


def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """The sum of the (weighted) losses over the global batch size. Follows tf.nn.compute_average_loss of TF 1.15."""
    from tinytf.ops.nn.loss_weights import check_per_example_loss_rank, scale_losses_by_sample_weight

    per_example_loss = convert_to_tensor(per_example_loss)
    dtype = per_example_loss.dtype
    with check_per_example_loss_rank(per_example_loss):
        if sample_weight is not None:
            per_example_loss = scale_losses_by_sample_weight(per_example_loss, sample_weight)
        per_example_loss = math_ops.cast(per_example_loss, dtype)
        if global_batch_size is None:
            replicas = 1
            global_batch_size = math_ops.cast(array_ops.shape(per_example_loss)[0] * replicas, dtype)
        return math_ops.reduce_sum(per_example_loss) / global_batch_size


def scale_regularization_loss(regularization_loss):
    """The sum of the losses over the number of replicas, which is one. Follows tf.nn.scale_regularization_loss of TF 1.15."""
    replicas = 1
    return math_ops.reduce_sum(regularization_loss) / replicas
