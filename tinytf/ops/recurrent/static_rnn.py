"""Recurrent networks unrolled: `static_rnn` and its kin, on lists with a tensor for each step."""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import zeros
from tinytf.ops.math import math_ops
from tinytf.ops.recurrent.rnn_common import (
    assert_like_rnncell,
    cache_variables,
    initial_state_of,
    joined_shape,
    rnn_step,
    state_dtype_of,
    step_cell,
)
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.shapes import TensorShape


def static_rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """Runs `cell` over `inputs`, a list with a tensor [batch, size] for each step; returns (list of outputs, final state).

    Follows tf.nn.static_rnn of TF 1.15.
    """
    assert_like_rnncell("cell", cell)
    if not nest.is_nested(inputs):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    with variable_scope(scope or "rnn") as variables:
        cache_variables(variables)
        known_batch, first = _static_batch_size(inputs)
        batch_size = known_batch or array_ops.shape(first)[0]
        state = initial_state_of(cell, initial_state, batch_size, dtype, "If no initial_state is provided, dtype must be specified")
        if sequence_length is not None:
            sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
            if sequence_length.dims is not None and len(sequence_length.dims) != 1:
                raise ValueError("sequence_length must be a vector of length batch_size")

            def zero(size):
                result = zeros(array_ops.stack(joined_shape(batch_size, size)), state_dtype_of(dtype, state))
                result.set_shape(joined_shape(known_batch, size, static=True))
                return result

            zero_output = nest.map_structure(zero, cell.output_size)
            sequence_length = math_ops.cast(sequence_length, dtypes.int32)
            shortest, longest = math_ops.reduce_min(sequence_length), math_ops.reduce_max(sequence_length)
        outputs = []
        for time, x in enumerate(inputs):
            if time > 0:
                variables.reuse_variables()
            if sequence_length is None:
                output, state = step_cell(cell, x, state)
            else:
                output, state = rnn_step(
                    time, sequence_length, shortest, longest, zero_output, state, lambda x=x, state=state: step_cell(cell, x, state)
                )
            outputs.append(output)
        return outputs, state


def _static_batch_size(inputs):
    """What all inputs together tell of the batch size, and the first input; ValueError where an input's size is not known."""
    first = inputs
    while nest.is_nested(first):
        first = first[0]
    if first.dims is not None and len(first.dims) == 1:
        return first.dims[0], first
    batch = first.get_shape().with_rank_at_least(2)[:1]
    for x in nest.flatten(inputs):
        shape = x.get_shape().with_rank_at_least(2)
        batch.merge_with(shape[:1])
        if shape.ndims is not None:
            for i, size in enumerate(shape.as_list()[1:]):
                if size is None:
                    raise ValueError("Input size (dimension %d of inputs) must be accessible via shape inference, but saw value None." % i)
    return batch.as_list()[0], first


def static_state_saving_rnn(cell, inputs, state_saver, state_name, sequence_length=None, scope=None):
    """`static_rnn` whose state is taken from `state_saver.state(name)` and given to `state_saver.save_state(name, value)`.

    Follows tf.nn.static_state_saving_rnn of TF 1.15.
    """
    nested = nest.is_nested(cell.state_size)
    if nested != nest.is_nested(state_name):
        raise ValueError(
            "state_name should be the same type as cell.state_size.  state_name: %s, cell.state_size: %s" % (state_name, cell.state_size)
        )
    names, sizes = nest.flatten(state_name), nest.flatten(cell.state_size)
    if len(names) != len(sizes):
        raise ValueError("#elems(state_name) != #elems(state_size): %d vs. %d" % (len(names), len(sizes)))
    start = nest.pack_sequence_as(cell.state_size, [state_saver.state(name) for name in names])
    outputs, state = static_rnn(cell, inputs, initial_state=start, sequence_length=sequence_length, scope=scope)
    saved = [state_saver.save_state(name, part) for name, part in zip(names, nest.flatten(state))]
    with control_dependencies(saved):
        outputs[-1] = nest.map_structure(array_ops.identity, outputs[-1])
        state = nest.map_structure(array_ops.identity, state)
    return outputs, state


def static_bidirectional_rnn(
    cell_fw, cell_bw, inputs, initial_state_fw=None, initial_state_bw=None, dtype=None, sequence_length=None, scope=None
):
    """`static_rnn` forwards with one cell, and backwards with the other; outputs are concatenated.

    Returns (outputs, state forwards, state backwards). Follows tf.nn.static_bidirectional_rnn of TF 1.15.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    if not nest.is_nested(inputs):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as scope_fw:
            output_fw, state_fw = static_rnn(cell_fw, inputs, initial_state_fw, dtype, sequence_length, scope=scope_fw)
        with variable_scope("bw") as scope_bw:
            backwards, state_bw = static_rnn(
                cell_bw, _reversed(inputs, sequence_length), initial_state_bw, dtype, sequence_length, scope=scope_bw
            )
    output_bw = _reversed(backwards, sequence_length)
    pairs = zip(nest.flatten(output_fw), nest.flatten(output_bw))
    outputs = [array_ops.concat([fw, bw], 1) for fw, bw in pairs]
    return nest.pack_sequence_as(output_fw, outputs), state_fw, state_bw


def _reversed(steps, lengths):
    """A list of steps in reverse order; with `lengths` [batch], each sequence only up to its end."""
    if lengths is None:
        return list(reversed(steps))
    results = [[] for _ in steps]
    for sequence in zip(*[nest.flatten(step) for step in steps]):
        shape = TensorShape(None) if sequence[0].dims is None else TensorShape([None] * len(sequence[0].dims))
        for x in sequence:
            x.set_shape(shape)
        joined = array_ops.stack(sequence)
        for result, x in zip(results, array_ops.unstack(array_ops.reverse_sequence(joined, lengths, 0, 1))):
            x.set_shape(shape)
            result.append(x)
    return [nest.pack_sequence_as(step, result) for step, result in zip(steps, results)]
