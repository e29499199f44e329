"""Connectionist temporal classification: the loss, the greedy and the beam search decoder.

Each time step gives a distribution over the labels and a blank (the last class).  A path stands for
the labels that are left when repeats are merged and blanks dropped; the loss is minus the logarithm of
the probability of all paths that stand for the wanted labels.
"""

from __future__ import annotations

import numpy as np

from tinytf import errors, logging
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dim, with_rank
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import deprecated_argument, show


def _fail(op, message, error=errors.InvalidArgumentError):
    raise error(op.node_def, op, message)


def _log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def _check(op, inputs, lengths, error=errors.InvalidArgumentError):
    if inputs.ndim != 3:
        _fail(op, "inputs is not a 3-Tensor")
    if lengths.shape != (inputs.shape[1],):
        _fail(op, f"len(sequence_length) != batch_size.  len(sequence_length):  {lengths.size} batch_size: {inputs.shape[1]}", error)
    if lengths.size and (lengths.max() > inputs.shape[0] or lengths.min() < 0):
        at = int(np.argmax((lengths > inputs.shape[0]) | (lengths < 0)))
        _fail(op, f"sequence_length({at}) <= {inputs.shape[0]}", error)


def _check_decoder(op, inputs, lengths):
    for what, size in zip(("max_time", "batch_size", "num_classes"), inputs.shape):
        if not size:
            _fail(op, what + " is 0")
    _check(op, inputs, lengths, errors.FailedPreconditionError)


def _target(op, batch, labels, classes, collapse):
    """The labels of a member of the batch without the blanks at their end."""
    shown = f"batch: {batch} num_classes: {classes} labels: {','.join(map(str, labels))}"
    if not labels.size:
        _fail(op, f"Labels length is zero in batch {batch}")
    if collapse:
        labels = labels[np.r_[True, labels[1:] != labels[:-1]]]
    blank = labels >= classes - 1
    end = int(blank.argmax()) if blank.any() else len(labels)
    if not blank[end:].all():
        _fail(op, f"Saw a non-null label (index >= num_classes - 1) following a null label, {shown}")
    if (labels[:end] < 0).any():
        _fail(op, f"All labels must be nonnegative integers, {shown.replace(f'num_classes: {classes} ', '')}")
    return labels[:end]


# The loss ---------------------------------------------------------------------------------------


def _one_loss(log_probs, labels, merge):
    """(loss, d loss / d logits) of one sequence: the forward-backward algorithm in logarithms, in double precision."""
    steps, classes = log_probs.shape
    blank = classes - 1
    states = np.full(2 * len(labels) + 1, blank)  # blank, label, blank, label … blank
    states[1::2] = labels
    count = len(states)
    emit = log_probs[:, states]
    # A label may follow the label before it without a blank, unless repeats would be merged into one.
    skip = np.zeros(count, bool)
    skip[3::2] = states[3::2] != states[1:-2:2] if merge else True
    stay = np.ones(count, bool)
    if not merge:
        stay[1::2] = False  # a repeated label would be a second label
    none = -np.inf
    alpha = np.full((steps, count), none)
    alpha[0, : min(2, count)] = emit[0, : min(2, count)]
    for t in range(1, steps):
        before = alpha[t - 1]
        total = np.where(stay, before, none)
        total[1:] = np.logaddexp(total[1:], before[:-1])
        total[2:] = np.where(skip[2:], np.logaddexp(total[2:], before[:-2]), total[2:])
        alpha[t] = total + emit[t]
    beta = np.full((steps, count), none)  # without the emission of its own step
    beta[-1, max(0, count - 2) :] = 0.0
    for t in range(steps - 2, -1, -1):
        after = beta[t + 1] + emit[t + 1]
        total = np.where(stay, after, none)
        total[:-1] = np.logaddexp(total[:-1], after[1:])
        total[:-2] = np.where(skip[2:], np.logaddexp(total[:-2], after[2:]), total[:-2])
        beta[t] = total
    both = alpha + beta
    likelihood = np.logaddexp.reduce(both[0])
    if likelihood == none:
        return np.inf, np.exp(log_probs)  # no path: what TensorFlow gives
    occupied = np.exp(both - likelihood)
    posterior = np.zeros_like(log_probs)
    for s, label in enumerate(states):
        posterior[:, label] += occupied[:, s]
    return -likelihood, np.exp(log_probs) - posterior


def _loss_kernel(op):
    collapse, merge = op.attr("preprocess_collapse_repeated"), op.attr("ctc_merge_repeated")
    ignore = op.attr("ignore_longer_outputs_than_inputs")

    def run(inputs, indices, values, lengths):
        _check(op, inputs, lengths)
        if indices.ndim != 2:
            _fail(op, "labels_indices is not a matrix")
        if values.shape != indices.shape[:1]:
            shapes = f"{show(indices.shape)} vs. {show(values.shape)}"
            _fail(op, f"labels_indices and labels_values must contain the same number of rows, but saw shapes: {shapes}")
        steps, batch, classes = inputs.shape
        if batch == 0:
            _fail(op, "batch_size must not be 0")
        loss, gradient = np.zeros(batch, inputs.dtype), np.zeros_like(inputs)
        log_probs = _log_softmax(inputs.astype(np.float64))
        with np.errstate(invalid="ignore"):
            for b in range(batch):
                mine = indices[:, 0] == b
                labels = values[mine][np.argsort(indices[mine, 1], kind="stable")]
                labels = _target(op, b, labels, classes, collapse)
                length = int(lengths[b])
                if length == 0:
                    continue
                needed = len(labels)
                if needed > length:
                    if ignore:
                        logging.warning("Input length is shorter than the target: batch %d is skipped", b)
                        continue
                    _fail(op, f"Not enough time for target transition sequence (required: {needed}, available: {length}){b}You can turn this error into a warning by using the flag ignore_longer_outputs_than_inputs")
                value, back = _one_loss(log_probs[:length, b], labels, merge)
                loss[b] = value
                gradient[:length, b] = back
        return loss, gradient

    return run


def _loss_shape(op):
    inputs, lengths = with_rank(op.inputs[0].dims, 3), with_rank(op.inputs[3].dims, 1)
    merge_dim(with_rank(op.inputs[1].dims, 2)[0], with_rank(op.inputs[2].dims, 1)[0])
    batch = merge_dim(inputs[1], lengths[0])
    return [(batch,), (inputs[0], batch, inputs[2])]


def _loss_grad(op, grad, _):
    message = (
        "Currently there is no way to take the second  derivative of ctc_loss due to the fused implementation's "
        "interaction  with tf.gradients()"
    )
    gradient = array_ops.prevent_gradient(op.outputs[1], message=message)
    return [array_ops.expand_dims(grad, -1) * gradient, None, None, None]


op("CTCLoss(inputs: T, labels_indices: int64, labels_values: int32, sequence_length: int32) -> (loss: T, gradient: T); preprocess_collapse_repeated: bool = false; ctc_merge_repeated: bool = true; ignore_longer_outputs_than_inputs: bool = false; T: {float, double} = float",
   shape=_loss_shape, kernel=_loss_kernel, gradient=_loss_grad)  # fmt: skip

# Decoders ---------------------------------------------------------------------------------------


def _sparse(rows):
    """(indices, values, shape) of lists of labels, one for each member of the batch."""
    indices = [(b, i) for b, labels in enumerate(rows) for i in range(len(labels))]
    values = [label for labels in rows for label in labels]
    longest = max((len(labels) for labels in rows), default=0)
    return np.array(indices, np.int64).reshape(-1, 2), np.array(values, np.int64), np.array([len(rows), longest], np.int64)


def _merged(labels):
    return [label for i, label in enumerate(labels) if i == 0 or label != labels[i - 1]]


def _greedy_kernel(op):
    merge = op.attr("merge_repeated")

    def run(inputs, lengths):
        _check_decoder(op, inputs, lengths)
        blank = inputs.shape[2] - 1
        rows, score = [], np.zeros((inputs.shape[1], 1), inputs.dtype)
        for b, length in enumerate(lengths.tolist()):
            best = inputs[:length, b].argmax(axis=-1).tolist()
            score[b] = -inputs[:length, b].max(axis=-1).sum() if length else 0
            rows.append([label for label in (_merged(best) if merge else best) if label != blank])
        return _sparse(rows) + (score,)

    return run


def _beam(log_probs, width, paths):
    """The `paths` most probable label sequences as (labels, log probability), by prefix beam search."""
    blank = log_probs.shape[1] - 1
    none = -np.inf
    beam = {(): (0.0, none)}  # prefix -> (log p of paths that end in a blank, of those that end in its last label)
    for step in log_probs:
        grown: dict = {}

        def add(prefix, which, value, grown=grown):
            entry = grown.setdefault(prefix, [none, none])
            entry[which] = np.logaddexp(entry[which], value)

        for prefix, (with_blank, with_label) in beam.items():
            total = np.logaddexp(with_blank, with_label)
            add(prefix, 0, total + step[blank])
            for label in range(blank):
                if prefix and prefix[-1] == label:
                    add(prefix, 1, with_label + step[label])
                    add(prefix + (label,), 1, with_blank + step[label])
                else:
                    add(prefix + (label,), 1, total + step[label])
        best = sorted(grown.items(), key=lambda item: -np.logaddexp(*item[1]))[:width]
        beam = {prefix: tuple(scores) for prefix, scores in best}
    ranked = sorted(((list(p), float(np.logaddexp(*s))) for p, s in beam.items()), key=lambda item: -item[1])
    return ranked[:paths]


def _beam_kernel(op):
    width, paths, merge = op.attr("beam_width"), op.attr("top_paths"), op.attr("merge_repeated")

    def run(inputs, lengths):
        _check_decoder(op, inputs, lengths)
        if paths > width:
            _fail(op, "requested more paths than the beam width.")
        log_probs = _log_softmax(inputs.astype(np.float64))
        found = []
        with np.errstate(invalid="ignore"):
            for b, length in enumerate(lengths.tolist()):
                found.append(_beam(log_probs[:length, b], width, paths))
                if len(found[-1]) < paths:
                    _fail(op, f"Less leaf nodes in the beam search than the number of top paths requested ({len(found[-1])} < {paths})")
        parts = []
        for path in range(paths):
            parts.append(_sparse([_merged(f[path][0]) if merge else f[path][0] for f in found]))
        scores = np.array([[s for _, s in f] for f in found], inputs.dtype).reshape(len(found), paths)
        return tuple(p[0] for p in parts) + tuple(p[1] for p in parts) + tuple(p[2] for p in parts) + (scores,)

    return run


def _greedy_shape(op):
    batch = merge_dim(with_rank(op.inputs[0].dims, 3)[1], with_rank(op.inputs[1].dims, 1)[0])
    return [(None, 2), (None,), (2,), (batch, 1)]


def _beam_shape(op):
    batch = merge_dim(with_rank(op.inputs[0].dims, 3)[1], with_rank(op.inputs[1].dims, 1)[0])
    paths = op.attr("top_paths")
    return [(None, 2)] * paths + [(None,)] * paths + [(2,)] * paths + [(batch, paths)]


op("CTCGreedyDecoder(inputs: T, sequence_length: int32) -> (decoded_indices: int64, decoded_values: int64, decoded_shape: int64, log_probability: T); merge_repeated: bool = false; T: {float, double} = float",
   shape=_greedy_shape, kernel=_greedy_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("CTCBeamSearchDecoder(inputs: T, sequence_length: int32) -> (decoded_indices: top_paths*int64, decoded_values: top_paths*int64, decoded_shape: top_paths*int64, log_probability: T); beam_width: int >= 1; top_paths: int >= 1; merge_repeated: bool = true; T: {float, double} = float",
   shape=_beam_shape, kernel=_beam_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def ctc_loss(
    labels, inputs=None, sequence_length=None, preprocess_collapse_repeated=False, ctc_merge_repeated=True,
    ignore_longer_outputs_than_inputs=False, time_major=True, logits=None,
):  # fmt: skip
    """The CTC loss of each sequence: labels a SparseTensor, inputs [time, batch, classes]. Follows tf.nn.ctc_loss of TF 1.15."""
    if not isinstance(labels, SparseTensor):
        raise TypeError("Expected labels (first argument) to be a SparseTensor")
    inputs = deprecated_argument("logits", logits, "inputs", inputs)
    if not time_major:
        inputs = array_ops.transpose(inputs, [1, 0, 2])
    loss, _ = make(
        "CTCLoss", inputs, labels.indices, labels.values, sequence_length, preprocess_collapse_repeated=preprocess_collapse_repeated,
        ctc_merge_repeated=ctc_merge_repeated, ignore_longer_outputs_than_inputs=ignore_longer_outputs_than_inputs,
    )  # fmt: skip
    return loss


def ctc_greedy_decoder(inputs, sequence_length, merge_repeated=True):
    """([labels as a SparseTensor], score): the most probable class of each step. Follows tf.nn.ctc_greedy_decoder of TF 1.15."""
    indices, values, shape, score = make("CTCGreedyDecoder", inputs, sequence_length, merge_repeated=merge_repeated)
    return [SparseTensor(indices, values, shape)], score


def ctc_beam_search_decoder(inputs, sequence_length, beam_width=100, top_paths=1, merge_repeated=True):
    """(SparseTensors of the top paths, their log probabilities). Follows tf.nn.ctc_beam_search_decoder of TF 1.15."""
    indices, values, shapes, scores = make(
        "CTCBeamSearchDecoder", inputs, sequence_length, beam_width=beam_width, top_paths=top_paths, merge_repeated=merge_repeated
    )
    return [SparseTensor(i, v, s) for i, v, s in zip(indices, values, shapes)], scores


def ctc_beam_search_decoder_v2(inputs, sequence_length, beam_width=100, top_paths=1):
    """As ctc_beam_search_decoder, without merging repeats in the result."""
    return ctc_beam_search_decoder(inputs, sequence_length, beam_width, top_paths, merge_repeated=False)
