"""Batches of elements that are kept with a probability.  Follows sampling_ops of tf.contrib.training of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_n_to_tensor_or_indexed_slices, convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.select import where_v2
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.control_flow.control_flow_ops import with_dependencies
from tinytf.ops.control_flow.script_ops import Print
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.random import random_ops
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.ops.state.variables import Variable
from tinytf.train.input_pipeline import batch, maybe_batch


def _check_first_dimensions(tensors, size) -> None:
    for tensor in tensors:
        tensor.get_shape().with_rank_at_least(1).dims[0].assert_is_compatible_with(size)


def rejection_sample(
    tensors, accept_prob_fn, batch_size, queue_threads=1, enqueue_many=False, prebatch_capacity=16, prebatch_threads=1, runtime_checks=False,
    name=None,
):  # fmt: skip
    """Batches of elements, each of which is kept with the probability `accept_prob_fn(element)`.

    Follows tf.contrib.training.rejection_sample of TF 1.15.
    """
    with variable_scope(name, "rejection_sample", tensors):
        tensors = convert_n_to_tensor_or_indexed_slices(tensors)
        if enqueue_many:
            _check_first_dimensions(tensors, tensors[0].get_shape().dims[0])
            one = batch(tensors, batch_size=1, num_threads=prebatch_threads, capacity=prebatch_capacity, enqueue_many=True)
            tensors = [array_ops.squeeze(x, [0]) for x in ([one] if isinstance(one, Tensor) else one)]
        probability = accept_prob_fn(tensors)
        if runtime_checks:
            checks = [check_ops.assert_less_equal(0.0, probability), check_ops.assert_less_equal(probability, 1.0)]
            probability = array_ops.identity(with_dependencies(checks, probability), name="prob_with_checks")
        keep = random_ops.random_uniform([]) < probability
        made = maybe_batch(tensors, keep_input=keep, batch_size=batch_size, num_threads=queue_threads)
        return [made] if isinstance(made, Tensor) else made


def stratified_sample(
    tensors, labels, target_probs, batch_size, init_probs=None, enqueue_many=False, queue_capacity=16, threads_per_queue=1, name=None
):
    """(batches of the tensors, labels) in which the classes have the shares `target_probs`.

    `init_probs` are the classes' shares in the data; they are estimated where that is None.
    Follows tf.contrib.training.stratified_sample of TF 1.15.
    """
    with name_scope(name, "stratified_sample", list(tensors) + [labels]):
        tensors = convert_n_to_tensor_or_indexed_slices(tensors)
        labels = convert_to_tensor(labels)
        target_probs = convert_to_tensor(target_probs, dtype=dtypes.float32)
        if not enqueue_many:
            tensors = [array_ops.expand_dims(tensor, 0) for tensor in tensors]
            labels = array_ops.expand_dims(labels, 0)
        if init_probs is None:
            target_probs.get_shape().assert_is_fully_defined()
            init_probs = _estimated(labels, target_probs.get_shape().num_elements())
        else:
            init_probs = convert_to_tensor(init_probs, dtype=dtypes.float32)
        tensors, labels, (init_probs, target_probs) = _verified(tensors, labels, [init_probs, target_probs])
        possible = math_ops.logical_or(math_ops.not_equal(init_probs, 0), math_ops.equal(target_probs, 0))
        message = "All classes with zero initial probability must also have zero target probability: "
        checked = control_flow_ops.Assert(math_ops.reduce_all(possible), [message, init_probs, target_probs])
        init_probs = with_dependencies([checked], init_probs)
        ratios = target_probs / init_probs
        ratios = where_v2(math_ops.is_nan(ratios), array_ops.zeros_like(ratios), ratios)
        accepted = ratios / math_ops.reduce_max(ratios)
        rejected = math_ops.reduce_sum((1 - accepted) * init_probs)
        warning = "Proportion of examples rejected by sampler is high."
        accepted = cond(math_ops.less(rejected, 0.5), lambda: accepted, lambda: Print(accepted, [accepted], message=warning, first_n=10))
        one = batch(tensors + [labels], batch_size=1, num_threads=threads_per_queue, capacity=queue_capacity, enqueue_many=True)
        values = [array_ops.squeeze(x, [0]) for x in one[:-1]]
        label = array_ops.squeeze(one[-1], [0])
        probability = array_ops.gather(accepted, label)
        keep = random_ops.random_uniform([]) < probability
        made = maybe_batch(values + [label], keep_input=keep, batch_size=batch_size, num_threads=threads_per_queue)
        return made[:-1], made[-1]


def _estimated(labels, num_classes):
    """The classes' shares in what came so far, as if there had been ten of each."""
    seen = Variable([10] * num_classes, trainable=False, name="class_count", dtype=dtypes.int64)
    counts = seen.assign_add(math_ops.reduce_sum(array_ops.one_hot(labels, num_classes, dtype=dtypes.int64), 0))
    counts += 0  # a copy, which the next update does not change
    return math_ops.cast(math_ops.truediv(counts, math_ops.reduce_sum(counts)), dtypes.float32)


def _verified(tensors, labels, probabilities):
    """The same tensors, which are checked when they are computed."""
    checked = []
    for given in probabilities:
        given.get_shape().assert_is_fully_defined()
        given.get_shape().assert_has_rank(1)
        total, tolerance = math_ops.reduce_sum(given), 1e-6
        checks = [
            check_ops.assert_non_negative(given), check_ops.assert_less(total, 1.0 + tolerance),
            check_ops.assert_less(1.0 - tolerance, total),
        ]  # fmt: skip
        checked.append(with_dependencies(checks, given))
    size = checked[0].get_shape().num_elements()
    if any(given.get_shape().num_elements() != size for given in checked):
        raise ValueError("Probability parameters must have the same length.")
    labels.get_shape().assert_has_rank(1)
    _check_first_dimensions(tensors, labels.get_shape().dims[0])
    count = array_ops.shape(labels)[0]
    positive = check_ops.assert_positive(count)
    labels = with_dependencies([positive], labels)
    tensors = [with_dependencies([positive, check_ops.assert_equal(array_ops.shape(x)[0], count)], x) for x in tensors]
    checks = [
        check_ops.assert_integer(labels), check_ops.assert_non_negative(labels),
        check_ops.assert_less(labels, math_ops.cast(size, labels.dtype)),
    ]  # fmt: skip
    return tensors, with_dependencies(checks, labels), checked
