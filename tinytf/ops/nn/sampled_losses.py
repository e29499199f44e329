"""Losses over many classes that look at a sample of them: NCE and sampled softmax."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import candidate_sampling, cross_entropy, embedding, softmax
from tinytf.ops.state.partitioned_variables import PartitionedVariable


def _sum_rows(x):
    # As a product with ones: that is what BLAS is fast at.
    columns = array_ops.shape(x)[1]
    ones = array_ops.ones(array_ops.stack([columns, 1]), x.dtype)
    return array_ops.reshape(math_ops.matmul(x, ones), [-1])


def _kind(value):
    """The kind of NumPy dtype that a tensor, or what will become one, has: f, i, u …"""
    dtype = getattr(value, "dtype", None)
    return np.dtype(dtype.as_numpy_dtype).kind if isinstance(dtype, dtypes.DType) else np.asarray(value).dtype.kind


def sampled_logits(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None, subtract_log_q=True,
    remove_accidental_hits=False, partition_strategy="mod", name=None, seed=None,
):  # fmt: skip
    """(logits, labels) [batch, num_true + num_sampled], the logits less the log of the expected counts (`subtract_log_q`).

    Follows _compute_sampled_logits of TF 1.15's nn_impl.
    """
    if isinstance(weights, PartitionedVariable):
        weights = list(weights)
    if not isinstance(weights, list):
        weights = [weights]
    if _kind(labels) == "f" and _kind(inputs) in "iu":
        labels, inputs = inputs, labels  # their order before TensorFlow 1.0
    with name_scope(name, "compute_sampled_logits", weights + [biases, inputs, labels]):
        if labels.dtype != dtypes.int64:
            labels = math_ops.cast(labels, dtypes.int64)
        flat_labels = array_ops.reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = candidate_sampling.log_uniform_candidate_sampler(
                true_classes=labels,
                num_true=num_true,
                num_sampled=num_sampled,
                unique=True,
                range_max=num_classes,
                seed=seed,
            )
        sampled, true_expected, sampled_expected = [array_ops.stop_gradient(s) for s in sampled_values]
        sampled = math_ops.cast(sampled, dtypes.int64)
        all_ids = array_ops.concat([flat_labels, sampled], 0)

        all_w = embedding.embedding_lookup(weights, all_ids, partition_strategy=partition_strategy)
        if all_w.dtype != inputs.dtype:
            all_w = math_ops.cast(all_w, inputs.dtype)
        true_w = array_ops.slice(all_w, [0, 0], array_ops.stack([array_ops.shape(flat_labels)[0], -1]))
        sampled_w = array_ops.slice(all_w, array_ops.stack([array_ops.shape(flat_labels)[0], 0]), [-1, -1])
        sampled_scores = math_ops.matmul(inputs, sampled_w, transpose_b=True)

        all_b = embedding.embedding_lookup(biases, all_ids, partition_strategy=partition_strategy)
        if all_b.dtype != inputs.dtype:
            all_b = math_ops.cast(all_b, inputs.dtype)
        true_b = array_ops.slice(all_b, [0], array_ops.shape(flat_labels))
        sampled_b = array_ops.slice(all_b, array_ops.shape(flat_labels), [-1])

        width = array_ops.shape(true_w)[1:2]
        by_true = array_ops.concat([[-1, num_true], width], 0)
        products = math_ops.multiply(array_ops.expand_dims(inputs, 1), array_ops.reshape(true_w, by_true))
        as_matrix = array_ops.reshape(products, array_ops.concat([[-1], width], 0))
        true_scores = array_ops.reshape(_sum_rows(as_matrix), [-1, num_true])
        true_b = array_ops.reshape(true_b, [-1, num_true])
        true_scores += true_b
        sampled_scores += sampled_b

        if remove_accidental_hits:
            sampled_scores += _hit_penalty(labels, sampled, num_true, num_sampled, sampled_scores.dtype)
        if subtract_log_q:
            true_scores -= math_ops.log(true_expected)
            sampled_scores -= math_ops.log(sampled_expected)
        logits = array_ops.concat([true_scores, sampled_scores], 1)
        targets = array_ops.concat(
            [array_ops.ones_like(true_scores) / num_true, array_ops.zeros_like(sampled_scores)], 1
        )
        return logits, targets


def _hit_penalty(labels, sampled, num_true, num_sampled, dtype):
    """Nearly minus infinity where a sampled class is one of the row's true ones."""
    rows, ids, weights = candidate_sampling.compute_accidental_hits(labels, sampled, num_true=num_true)
    rows = array_ops.reshape(rows, [-1, 1])
    ids = array_ops.reshape(math_ops.cast(ids, dtypes.int32), [-1, 1])
    indices = array_ops.concat([rows, ids], 1, "sparse_indices")
    shape = array_ops.concat([array_ops.shape(labels)[:1], array_ops.expand_dims(num_sampled, 0)], 0)
    if weights.dtype != dtype:
        weights = math_ops.cast(weights, dtype)
    return make("SparseToDense", indices, shape, weights, 0.0, validate_indices=False)


def nce_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=False,
    partition_strategy="mod",
    name="nce_loss",
):
    """The noise-contrastive estimation loss of each example [batch].

    `weights` [num_classes, dim] (or its slices), `biases` [num_classes], `labels` int64 [batch, num_true],
    `inputs` [batch, dim]; the noise classes are log-uniform unless `sampled_values` is given.
    Follows tf.nn.nce_loss of TF 1.15.
    """
    logits, targets = sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        True, remove_accidental_hits, partition_strategy, name,
    )  # fmt: skip
    losses = cross_entropy.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits, name="sampled_losses")
    return _sum_rows(losses)


def sampled_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=True,
    partition_strategy="mod",
    name="sampled_softmax_loss",
    seed=None,
):
    """The softmax cross entropy over the true and some sampled classes, for each example [batch].

    Arguments as `nce_loss`.  Follows tf.nn.sampled_softmax_loss of TF 1.15.
    """
    logits, targets = sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        True, remove_accidental_hits, partition_strategy, name, seed,
    )  # fmt: skip
    targets = array_ops.stop_gradient(targets, name="labels_stop_gradient")
    return softmax.softmax_cross_entropy_with_logits_v2(labels=targets, logits=logits)
