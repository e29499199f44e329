"""tf.contrib.losses.metric_learning: losses that bring the embeddings of one class together. Follows TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.select import where
from tinytf.ops.control_flow.script_ops import Print
from tinytf.ops.linalg.matrix_diag import diag
from tinytf.ops.math import math_ops
from tinytf.ops.nn import softmax
from tinytf.ops.sparse.sparse_ops import sparse_minimum, sparse_reduce_sum


def _float(x):
    return math_ops.cast(x, dtype=dtypes.float32)


def pairwise_distance(feature, squared=False):
    """The distances [n, n] between the rows of [n, depth]; 0 of each to itself."""
    squares = math_ops.reduce_sum(math_ops.square(feature), axis=[1], keepdims=True)
    squares_across = math_ops.reduce_sum(math_ops.square(array_ops.transpose(feature)), axis=[0], keepdims=True)
    distances = math_ops.add(squares, squares_across) - 2.0 * math_ops.matmul(feature, array_ops.transpose(feature))
    distances = math_ops.maximum(distances, 0.0)
    is_zero = math_ops.less_equal(distances, 0.0)
    if not squared:  # the root has no gradient at 0
        distances = math_ops.sqrt(distances + _float(is_zero) * 1e-16)
    distances = math_ops.multiply(distances, _float(math_ops.logical_not(is_zero)))
    count = array_ops.shape(feature)[0]
    off_diagonal = array_ops.ones_like(distances) - diag(array_ops.ones([count]))
    return math_ops.multiply(distances, off_diagonal)


def contrastive_loss(labels, embeddings_anchor, embeddings_positive, margin=1.0):
    """Pairs of label 1 are to be near, pairs of label 0 at least `margin` apart."""
    distances = math_ops.sqrt(math_ops.reduce_sum(math_ops.squared_difference(embeddings_anchor, embeddings_positive), 1))
    near = math_ops.cast(labels, distances.dtype) * math_ops.square(distances)
    far = (1.0 - math_ops.cast(labels, distances.dtype)) * math_ops.square(math_ops.maximum(margin - distances, 0.0))
    return math_ops.reduce_mean(near + far, name="contrastive_loss")


def masked_maximum(data, mask, dim=1):
    """The largest of the chosen elements (`mask` 1) along `dim`, which becomes 1."""
    least = math_ops.reduce_min(data, dim, keepdims=True)
    return math_ops.reduce_max(math_ops.multiply(data - least, mask), dim, keepdims=True) + least


def masked_minimum(data, mask, dim=1):
    """The smallest of the chosen elements (`mask` 1) along `dim`, which becomes 1."""
    most = math_ops.reduce_max(data, dim, keepdims=True)
    return math_ops.reduce_min(math_ops.multiply(data - most, mask), dim, keepdims=True) + most


def _column(labels):
    shape = array_ops.shape(labels)
    assert shape.shape == 1
    return array_ops.reshape(labels, [shape[0], 1])


def _pairs_of_one_class(same, count):
    """1 where two different rows are of one class."""
    return _float(same) - diag(array_ops.ones([count]))


def triplet_semihard_loss(labels, embeddings, margin=1.0):
    """Each pair of a class is to be nearer, by `margin`, than the nearest row of another class that is farther than the pair.

    Where there is no such row, the farthest of another class counts. `embeddings` should have length 1.
    """
    labels = _column(labels)
    distances = pairwise_distance(embeddings, squared=True)
    same = math_ops.equal(labels, array_ops.transpose(labels))
    other = math_ops.logical_not(same)
    count = array_ops.size(labels)
    tiled = array_ops.tile(distances, [count, 1])
    mask = math_ops.logical_and(
        array_ops.tile(other, [count, 1]),
        math_ops.greater(tiled, array_ops.reshape(array_ops.transpose(distances), [-1, 1])),
    )
    farther_ones = math_ops.reduce_sum(math_ops.cast(mask, dtype=dtypes.float32), 1, keepdims=True)
    has_farther = array_ops.transpose(array_ops.reshape(math_ops.greater(farther_ones, 0.0), [count, count]))
    other, mask = _float(other), _float(mask)
    outside = array_ops.transpose(array_ops.reshape(masked_minimum(tiled, mask), [count, count]))
    inside = array_ops.tile(masked_maximum(distances, other), [1, count])
    losses = math_ops.add(margin, distances - where(has_farther, outside, inside))
    positives = _pairs_of_one_class(same, count)
    number = math_ops.reduce_sum(positives)
    total = math_ops.reduce_sum(math_ops.maximum(math_ops.multiply(losses, positives), 0.0))
    return math_ops.truediv(total, number, name="triplet_semihard_loss")


def _mean_square_length(embeddings):
    return math_ops.reduce_mean(math_ops.reduce_sum(math_ops.square(embeddings), 1))


def _npairs(make_targets, embeddings_anchor, embeddings_positive, reg_lambda, print_losses):
    lengths = _mean_square_length(embeddings_anchor) + _mean_square_length(embeddings_positive)
    l2loss = math_ops.multiply(0.25 * reg_lambda, lengths, name="l2loss")
    similarity = math_ops.matmul(embeddings_anchor, embeddings_positive, transpose_a=False, transpose_b=True)
    targets = make_targets()
    targets /= math_ops.reduce_sum(targets, 1, keepdims=True)
    entropy = softmax.softmax_cross_entropy_with_logits(logits=similarity, labels=targets)
    entropy = math_ops.reduce_mean(entropy, name="xentropy")
    if print_losses:
        entropy = Print(entropy, ["cross entropy:", entropy, "l2loss:", l2loss])
    return l2loss + entropy


def npairs_loss(labels, embeddings_anchor, embeddings_positive, reg_lambda=0.002, print_losses=False):
    """The similarities of each anchor to all positives as logits; which are of its class is what they should say."""

    def targets():
        column = _column(labels)
        return math_ops.cast(math_ops.equal(column, array_ops.transpose(column)), dtypes.float32)

    return _npairs(targets, embeddings_anchor, embeddings_positive, reg_lambda, print_losses)


def npairs_loss_multilabel(sparse_labels, embeddings_anchor, embeddings_positive, reg_lambda=0.002, print_losses=False):
    """As `npairs_loss`, where a row has several classes: how many two rows share. `sparse_labels` are SparseTensors of bools."""
    if not all(isinstance(labels, SparseTensor) for labels in sparse_labels):
        raise TypeError("sparse_labels must be a list of SparseTensors, but got %s" % str(sparse_labels))
    with name_scope("NpairsLossMultiLabel"):
        return _npairs(
            lambda: math_ops.cast(_shared_classes(sparse_labels), dtypes.float32), embeddings_anchor, embeddings_positive, reg_lambda, print_losses
        )


def _shared_classes(sparse_labels):
    count = len(sparse_labels)
    shared = array_ops.zeros([count, count])
    for i in range(count):
        for j in range(count):
            number = math_ops.cast(sparse_reduce_sum(sparse_minimum(sparse_labels[i], sparse_labels[j])), dtypes.float32)
            number = array_ops.expand_dims(array_ops.expand_dims(number, 0), 1)
            shared += array_ops.pad(number, [[i, count - i - 1], [j, count - j - 1]], "CONSTANT")
    return shared


def lifted_struct_loss(labels, embeddings, margin=1.0):
    """Each pair of a class against all rows of other classes that are near to either of the two."""
    labels = _column(labels)
    distances = pairwise_distance(embeddings)
    same = math_ops.equal(labels, array_ops.transpose(labels))
    other = math_ops.logical_not(same)
    count = array_ops.size(labels)
    diff = margin - distances
    mask = _float(other)
    largest = masked_maximum(diff, mask, 1)
    largest = math_ops.maximum(largest, array_ops.transpose(largest))
    tiled, mask_tiled = array_ops.tile(diff, [count, 1]), array_ops.tile(mask, [count, 1])
    largest_vector = array_ops.reshape(array_ops.transpose(largest), [-1, 1])
    sums = math_ops.reduce_sum(math_ops.multiply(math_ops.exp(tiled - largest_vector), mask_tiled), 1, keepdims=True)
    left = array_ops.reshape(sums, [count, count])
    losses = largest + math_ops.log(left + array_ops.transpose(left))
    losses += distances
    positives = _pairs_of_one_class(same, count)
    number = math_ops.reduce_sum(positives) / 2.0
    total = 0.25 * math_ops.reduce_sum(math_ops.square(math_ops.maximum(math_ops.multiply(losses, positives), 0.0)))
    return math_ops.truediv(total, number, name="liftedstruct_loss")


def cluster_loss(labels, embeddings, margin_multiplier, enable_pam_finetuning=True, margin_type="nmi", print_losses=False):
    """Needs scikit-learn's metrics inside the graph."""
    raise NotImplementedError("tf.contrib.losses.metric_learning.cluster_loss: use triplet_semihard_loss or lifted_struct_loss")
