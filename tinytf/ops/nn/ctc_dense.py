"""The CTC loss of dense labels, made of common ops: all sequences of a batch step through one transition matrix each.

A sequence of L labels has 2·(L + 1) states: a start, one state a label, and L + 1 blanks.  What a state's
probability is after some frames (forward) and what it is before the others (backward) are two scans in
logarithms; their sum is the posterior, from which loss and gradient follow.  Class 0 is the blank.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops, inplace_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.array.masks import boolean_mask, one_hot, sequence_mask
from tinytf.ops.array.unique import unique as unique_values
from tinytf.ops.autodiff.custom_gradient import custom_gradient
from tinytf.ops.control_flow import map_ops
from tinytf.ops.functions.defun import Defun
from tinytf.ops.functions.function_calls import While
from tinytf.ops.linalg.matrix_diag import eye
from tinytf.ops.math import math_ops
from tinytf.ops.nn import ctc
from tinytf.ops.nn.softmax import log_softmax
from tinytf.ops.sparse import sparse_ops


def _dim(tensor, i):
    """The size of dimension `i`: the number if it is known and not 0, else a tensor."""
    return tensor.shape.dims[i].value or array_ops.shape(tensor)[i]


# States -----------------------------------------------------------------------------------------


def state_transitions(label_seq):
    """[batch, states, states]: 1 where a state may follow a state, by the labels [batch, length]."""
    with name_scope("ctc_state_trans"):
        label_seq = convert_to_tensor(label_seq, name="label_seq")
        batch_size = _dim(label_seq, 0)
        num_label_states = _dim(label_seq, 1) + 1
        num_states = 2 * num_label_states
        label_states = math_ops.range(num_label_states)
        blank_states = label_states + num_label_states

        to_first_label = [[1, 0]]
        blank_to_label = array_ops.stack([label_states[1:], blank_states[:-1]], 1)
        label_to_blank = array_ops.stack([blank_states, label_states], 1)
        indices = array_ops.concat([to_first_label, blank_to_label, label_to_blank], 0)
        values = array_ops.ones([_dim(indices, 0)])
        trans = array_ops.scatter_nd(indices, values, shape=[num_states, num_states])
        trans += eye(num_states)  # any state may last

        # A label follows the label before it, without a blank, where the two differ.
        row = array_ops.zeros_like(label_states[2:])
        indices = array_ops.stack([row, label_states[2:], label_states[1:-1]], 1)
        indices = array_ops.tile(array_ops.expand_dims(indices, 0), [batch_size, 1, 1])
        row = array_ops.expand_dims(math_ops.range(batch_size), 1) * [1, 0, 0]
        indices += array_ops.expand_dims(row, 1)
        repeats = math_ops.equal(label_seq[:, :-1], label_seq[:, 1:])
        values = 1.0 - math_ops.cast(repeats, dtypes.float32)
        label_to_label = array_ops.scatter_nd(indices, values, [batch_size, num_states, num_states])
        return array_ops.expand_dims(trans, 0) + label_to_label


def ctc_state_log_probs(seq_lengths, max_seq_length):
    """(initial, final) log probabilities [batch, states]: sequences begin at the start and end in the last label or blank.

    Follows ctc_ops.ctc_state_log_probs of TF 1.15.
    """
    batch_size = _dim(seq_lengths, 0)
    num_label_states = max_seq_length + 1
    num_states = 2 * num_label_states
    log_0 = math_ops.cast(math_ops.log(math_ops.cast(0, dtypes.float64) + 1e-307), dtypes.float32)
    initial = one_hot(array_ops.zeros([batch_size], dtype=dtypes.int32), num_states, on_value=0.0, off_value=log_0, axis=1)
    last_label = one_hot(seq_lengths, num_label_states, axis=0)
    last_states = array_ops.ones([2, 1, batch_size]) * last_label
    final = array_ops.reshape((1.0 - last_states) * log_0, [num_states, batch_size])
    return initial, array_ops.transpose(final)


def labels_to_states(labels, num_labels, label_log_probs):
    """Log probabilities of the classes [frames, batch, classes] as those of the states."""
    blank = array_ops.tile(label_log_probs[:, :, :1], [1, 1, _dim(labels, 1) + 1])
    chosen = array_ops.expand_dims(one_hot(labels, depth=num_labels), axis=0)
    log_probs = math_ops.reduce_sum(array_ops.expand_dims(label_log_probs, axis=2) * chosen, axis=3)
    log_probs = array_ops.concat([log_probs, blank], axis=2)
    return array_ops.pad(log_probs, [[0, 0], [0, 0], [1, 0]], constant_values=math_ops.log(0.0))


def _label_and_blank_states(labels, states):
    num_label_states = _dim(labels, 1) + 1
    return states[:, :, 1:num_label_states], states[:, :, num_label_states:]


def states_to_labels(labels, num_labels, states):
    """Log probabilities of the states summed for each class."""
    label_states, blank_states = _label_and_blank_states(labels, states)
    of_label = one_hot(labels - 1, depth=num_labels - 1, on_value=0.0, off_value=math_ops.log(0.0))
    of_label = array_ops.expand_dims(of_label, axis=0)
    log_probs = math_ops.reduce_logsumexp(array_ops.expand_dims(label_states, axis=3) + of_label, axis=2)
    blank = math_ops.reduce_logsumexp(blank_states, axis=2, keepdims=True)
    return array_ops.concat([blank, log_probs], axis=-1)


def states_to_unique_labels(labels, num_labels, states, unique):
    """As `states_to_labels`, by way of the labels that each sequence has: less memory where there are many classes."""
    label_states, blank_states = _label_and_blank_states(labels, states)
    num_states = _dim(labels, 1)
    values, places = unique
    summed = sum_states(places, label_states)
    num_frames, batch_size = states.shape[0], states.shape[1]
    summed = array_ops.reshape(array_ops.transpose(summed, perm=[1, 2, 0]), [batch_size * num_states, num_frames])
    offset = math_ops.range(batch_size, dtype=values.dtype) * num_labels
    indices = array_ops.reshape(values + array_ops.expand_dims(offset, axis=-1), [-1, 1])
    scattered = array_ops.scatter_nd(indices=indices, updates=summed, shape=[batch_size * num_labels, num_frames])
    scattered = array_ops.reshape(scattered, [batch_size, num_labels, num_frames])
    untouched = math_ops.equal(scattered, 0.0)
    scattered = array_ops.where(untouched, array_ops.fill(array_ops.shape(scattered), math_ops.log(0.0)), scattered)
    log_probs = array_ops.transpose(scattered, [2, 0, 1])[:, :, 1:]
    blank = math_ops.reduce_logsumexp(blank_states, axis=2, keepdims=True)
    return array_ops.concat([blank, log_probs], axis=-1)


def sum_states(idx, states):
    """Log probabilities [frames, batch, labels] summed over the labels that have the same index in `idx` [batch, labels]."""
    with name_scope("sum_states"):
        idx = convert_to_tensor(idx, name="idx")
        num_states = _dim(states, 2)
        states = array_ops.expand_dims(states, axis=2)
        same = one_hot(idx, depth=num_states, on_value=0.0, off_value=math_ops.log(0.0), axis=1)
        return math_ops.reduce_logsumexp(states + same, axis=-1)


# The two scans ----------------------------------------------------------------------------------


def scan(fn, elems, initial, reverse=False, inclusive=False, final_only=False):
    """`fn(accumulators, elements)` over the first dimension of `elems`, by a While op that fills its results in place.

    Unlike tf.scan it has no gradient; `inclusive` results begin with `initial`.
    """
    elems_list = [convert_to_tensor(x) for x in nest.flatten(elems)]
    count = array_ops.shape(elems_list[0])[0]
    initial_list = [convert_to_tensor(x) for x in nest.flatten(initial)]
    accumulators = len(initial_list)
    kept = 0 if final_only else accumulators

    def cond(i, num_elems, *_):
        return i >= 0 if reverse else i < num_elems

    def body(i, num_elems, *state):
        i.set_shape([])
        out, accum = state[:kept], state[kept:]
        slices = [array_ops.gather(e, i) for e in elems_list]
        accum = fn(nest.pack_sequence_as(initial, list(accum)), nest.pack_sequence_as(elems, slices))
        accum_list = nest.flatten(accum)
        out_list = []
        if kept:
            at = i + 1 if inclusive and not reverse else i
            out_list = [inplace_ops.alias_inplace_update(x, at, y) for x, y in zip(out, accum_list)]
        return [i - 1 if reverse else i + 1, num_elems] + out_list + accum_list

    start = array_ops.shape(elems_list[0])[0] - 1 if reverse else constant(0, dtype=dtypes.int32)
    outputs = []
    if kept:
        rows = array_ops.shape(elems_list[0])[0] + (1 if inclusive else 0)
        for x in initial_list:
            out = inplace_ops.empty(array_ops.concat([[rows], array_ops.shape(x)], 0), dtype=x.dtype, init=True)
            if inclusive:
                out = inplace_ops.alias_inplace_add(out, start + (1 if reverse else 0), x)
            outputs.append(out)
    loop_in = [start, count] + outputs + initial_list
    types = [dtypes.int32, dtypes.int32] + [x.dtype for x in outputs + initial_list]
    hostmem = [i for i, x in enumerate(loop_in) if x.dtype.base_dtype in (dtypes.int32, dtypes.int64)]
    results = While(loop_in, Defun(*types)(cond), Defun(*types)(body), hostmem=hostmem)
    return nest.pack_sequence_as(initial, list(results[2 : accumulators + 2]))


def forward_backward_log(
    state_trans_log_probs, initial_state_log_probs, final_state_log_probs, observed_log_probs, sequence_length
):  # fmt: skip
    """(log posteriors of the states [frames, batch, states], log likelihoods [batch])."""
    rank = state_trans_log_probs.shape.ndims
    if rank not in (2, 3):
        raise ValueError("state_trans_log_probs rank must be known and == 2 or 3, is: %s" % rank)
    backward_log_probs = array_ops.transpose(state_trans_log_probs, [1, 0] if rank == 2 else [0, 2, 1])
    batch_size = _dim(observed_log_probs, 1)

    def step(log_prob, transitions):
        return math_ops.reduce_logsumexp(array_ops.expand_dims(log_prob, axis=1) + transitions, axis=-1)

    def forward(log_prob, observed):
        log_prob = step(log_prob, state_trans_log_probs)
        log_prob += observed
        return log_prob - math_ops.reduce_logsumexp(log_prob, axis=-1, keepdims=True)

    def backward(accumulated, elements):
        log_prob, likelihood = accumulated
        observed, mask = elements
        log_prob = step(log_prob + observed, backward_log_probs)
        total = math_ops.reduce_logsumexp(log_prob, axis=-1, keepdims=True)
        log_prob -= total
        likelihood += array_ops.squeeze(total) * mask
        within = array_ops.expand_dims(mask, axis=1)
        out = log_prob * within
        out += final_state_log_probs * (1.0 - within)  # behind its end a sequence has its final states
        return out, likelihood

    before = scan(forward, observed_log_probs, initial_state_log_probs, inclusive=True)
    nothing = array_ops.zeros([batch_size])
    mask = sequence_mask(sequence_length, _dim(observed_log_probs, 0), dtypes.float32)
    mask = array_ops.transpose(mask, perm=[1, 0])
    after, likelihood = scan(
        backward, (observed_log_probs, mask), (final_state_log_probs, nothing), reverse=True, inclusive=True
    )
    log_probs = before[1:] + after[1:]
    log_probs -= math_ops.reduce_logsumexp(log_probs, axis=2, keepdims=True)
    log_probs += math_ops.log(array_ops.expand_dims(mask, axis=2))
    return log_probs, after[0, :, 0] + likelihood[0]


# Losses -----------------------------------------------------------------------------------------


def ctc_loss_and_grad(logits, labels, label_length, logit_length, unique=None):
    """(loss [batch], its gradient by the logits [frames, batch, classes]).  Follows ctc_ops.ctc_loss_and_grad of TF 1.15."""
    num_labels = _dim(logits, 2)
    max_label_length = _dim(labels, 1)
    label_log_probs = log_softmax(logits)
    observed = labels_to_states(labels, num_labels, label_log_probs)
    transitions = state_transitions(labels)
    initial, final = ctc_state_log_probs(label_length, max_label_length)
    states, log_likelihood = forward_backward_log(math_ops.log(transitions), initial, final, observed, logit_length)
    if unique:
        posterior = states_to_unique_labels(labels, num_labels, states, unique)
    else:
        posterior = states_to_labels(labels, num_labels, states)
    grad = math_ops.exp(label_log_probs) - math_ops.exp(posterior)
    return -log_likelihood, grad


def _with_blank(logits, blank_index, first):
    """The logits with the blank's moved to the first place, or to the last."""
    blank = [logits[:, :, blank_index : blank_index + 1]]
    others = [logits[:, :, :blank_index], logits[:, :, blank_index + 1 :]]
    return array_ops.concat(blank + others if first else others + blank, axis=2)


def ctc_loss_v2(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None, blank_index=None, name=None
):  # fmt: skip
    """The CTC loss of each sequence: by the CTCLoss op for sparse labels, else by `ctc_loss_dense`.

    Follows `tf.nn.ctc_loss_v2` of TF 1.15.
    """
    if not isinstance(labels, SparseTensor):
        blank_index = 0 if blank_index is None else blank_index
        return ctc_loss_dense(labels, logits, label_length, logit_length, logits_time_major, unique, blank_index, name)
    if blank_index is None:
        raise ValueError("blank_index must be given when using SparseTensor labels.")
    if blank_index < 0:
        blank_index += _dim(logits, 2)
    if blank_index != _dim(logits, 2) - 1:
        logits = _with_blank(logits, blank_index, first=False)
        values = array_ops.where(labels.values < blank_index, labels.values, labels.values - 1)
        labels = SparseTensor(labels.indices, values, labels.dense_shape)
    return ctc.ctc_loss(labels=labels, inputs=logits, sequence_length=logit_length, time_major=logits_time_major)


def ctc_loss_dense(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None, blank_index=0, name=None
):  # fmt: skip
    """The CTC loss of dense labels [batch, length], padded with 0.  Follows ctc_ops.ctc_loss_dense of TF 1.15."""
    with name_scope(name, "ctc_loss_dense", [logits, labels, label_length, logit_length]):
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        label_length = convert_to_tensor(label_length, name="label_length")
        logit_length = convert_to_tensor(logit_length, name="logit_length")
        if not logits_time_major:
            logits = array_ops.transpose(logits, perm=[1, 0, 2])
        if blank_index != 0:
            if blank_index < 0:
                blank_index += _dim(logits, 2)
            logits = _with_blank(logits, blank_index, first=True)
            labels = array_ops.where(labels < blank_index, labels + 1, labels)
        args = [logits, labels, label_length, logit_length, *(unique or ())]

        @custom_gradient
        def compute_ctc_loss(logits_t, labels_t, label_length_t, logit_length_t, *unique_t):
            for copied, given in zip((logits_t, labels_t, label_length_t, logit_length_t), args):
                copied.set_shape(given.shape)
            loss, by_logits = ctc_loss_and_grad(logits_t, labels_t, label_length_t, logit_length_t, unique_t)

            def grad(grad_loss):
                return [array_ops.reshape(grad_loss, [1, -1, 1]) * by_logits] + [None] * (len(args) - 1)

            return loss, grad

        return compute_ctc_loss(*args)


# Labels -----------------------------------------------------------------------------------------


def collapse_repeated(labels, seq_length, name=None):
    """(labels with repeats merged, their lengths): [[A, A, B, B, A]] becomes [[A, B, A]].

    Follows `tf.nn.collapse_repeated` of TF 1.15.
    """
    with name_scope(name, "collapse_repeated_labels", [labels, seq_length]):
        labels = convert_to_tensor(labels, name="labels")
        seq_length = convert_to_tensor(seq_length, name="seq_length")
        new = array_ops.concat(
            [array_ops.ones_like(labels[:, :1], dtypes.bool), math_ops.not_equal(labels[:, 1:], labels[:, :-1])], axis=1
        )
        kept = math_ops.logical_and(new, sequence_mask(seq_length, maxlen=_dim(labels, 1)))
        lengths = math_ops.reduce_sum(math_ops.cast(kept, dtypes.int32), axis=1)
        longest = math_ops.reduce_max(lengths)
        places = sequence_mask(lengths, maxlen=longest)

        flat_labels = array_ops.reshape(labels, [-1])
        flat_kept = array_ops.reshape(kept, [-1])
        flat_places = array_ops.reshape(places, [-1])
        idx = math_ops.range(_dim(flat_places, 0))
        flat = array_ops.scatter_nd(
            indices=array_ops.expand_dims(boolean_mask(idx, flat_places), axis=1),
            updates=boolean_mask(flat_labels, flat_kept),
            shape=array_ops.shape(flat_places),
        )
        collapsed = array_ops.reshape(flat, [_dim(labels, 0), longest])
        return collapsed, math_ops.cast(lengths, seq_length.dtype)


def dense_labels_to_sparse(dense, length):
    """The labels [batch, length] as a SparseTensor of those within the lengths.  Follows ctc_ops.dense_labels_to_sparse of TF 1.15."""
    flat_values = array_ops.reshape(dense, [-1])
    flat_indices = math_ops.range(array_ops.shape(flat_values, out_type=dtypes.int64)[0])
    mask = sequence_mask(length, maxlen=array_ops.shape(dense)[1])
    flat_mask = array_ops.reshape(mask, [-1])
    indices = array_ops.expand_dims(boolean_mask(flat_indices, flat_mask), 1)
    values = boolean_mask(flat_values, flat_mask)
    flat = SparseTensor(indices, math_ops.cast(values, dtypes.int32), array_ops.shape(flat_values, out_type=dtypes.int64))
    rows = sparse_ops.sparse_reshape(flat, array_ops.shape(dense))
    longest = math_ops.reduce_max(length)
    shape = [math_ops.cast(rows.dense_shape[0], dtypes.int64), math_ops.cast(longest, dtypes.int64)]
    return SparseTensor(rows.indices, rows.values, shape)


def ctc_unique_labels(labels, name=None):
    """(the different labels of each sequence, padded with 0; the index of each label in them).

    Follows `tf.nn.ctc_unique_labels` of TF 1.15.
    """
    with name_scope(name, "ctc_unique_labels", [labels]):
        labels = convert_to_tensor(labels, name="labels")

        def unique(x):
            values, idx = unique_values(x)
            values = array_ops.pad(values, [[0, _dim(idx, 0) - _dim(values, 0)]])
            return [math_ops.cast(values, dtypes.int64), idx]

        return map_ops.map_fn(unique, labels, dtype=[dtypes.int64, dtypes.int32])
