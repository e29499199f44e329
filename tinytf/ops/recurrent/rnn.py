"""Recurrent networks: a cell along the time axis, unrolled (`static_rnn`) or in a loop (`dynamic_rnn`, `raw_rnn`).

A cell is anything with `state_size`, `output_size`, `zero_state(batch_size, dtype)` and `cell(inputs, state)`, which returns
the output and the new state. `tinytf.layers.rnn_cells` has them.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant, zeros
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.control_flow import while_loop as loops
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.ops.math import math_ops
from tinytf.ops.recurrent.rnn_common import (
    assert_like_rnncell,
    batch_size_of_time_major,
    cache_variables,
    initial_state_of,
    joined_shape,
    rnn_step,
    state_dtype_of,
    static_size,
    step_cell,
    transpose_batch_time,
)
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.shapes import TensorShape

# dynamic_rnn ------------------------------------------------------------------------------------


def dynamic_rnn(
    cell,
    inputs,
    sequence_length=None,
    initial_state=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """Runs `cell` over `inputs` [batch, time, …] (with `time_major`, [time, batch, …]) in a while_loop.

    Returns (outputs, final state). After `sequence_length` [batch] the outputs are zero and the state stays.
    ValueError: neither `initial_state` nor `dtype`. Follows tf.nn.dynamic_rnn of TF 1.15.
    """
    assert_like_rnncell("cell", cell)
    with variable_scope(scope or "rnn") as variables:
        cache_variables(variables)
        flat_input = nest.flatten(inputs)
        if not time_major:
            flat_input = [convert_to_tensor(x) for x in flat_input]
            flat_input = [transpose_batch_time(x) for x in flat_input]
        if sequence_length is not None:
            sequence_length = math_ops.cast(sequence_length, dtypes.int32)
            if sequence_length.dims is not None and len(sequence_length.dims) != 1:
                raise ValueError("sequence_length must be a vector of length batch_size, but saw shape: %s" % sequence_length.get_shape())
            sequence_length = array_ops.identity(sequence_length, name="sequence_length")
        batch_size = batch_size_of_time_major(flat_input)
        state = initial_state_of(cell, initial_state, batch_size, dtype, "If there is no initial_state, you must give a dtype.")
        if sequence_length is not None:
            with control_dependencies([_assert_has_shape(sequence_length, [batch_size])]):
                sequence_length = array_ops.identity(sequence_length, name="CheckSeqLen")
        outputs, state = _loop(
            cell, nest.pack_sequence_as(inputs, flat_input), state, parallel_iterations or 32, swap_memory, sequence_length, dtype
        )
        if not time_major:
            outputs = nest.map_structure(transpose_batch_time, outputs)
        return outputs, state


def _assert_has_shape(x, shape):
    got, wanted = array_ops.shape(x), array_ops.stack(shape)
    return control_flow_ops.Assert(
        math_ops.reduce_all(math_ops.equal(got, wanted)), ["Expected shape for Tensor %s is " % x.name, wanted, " but saw shape: ", got]
    )


def _loop(cell, inputs, state, parallel_iterations, swap_memory, sequence_length, dtype):
    """The loop of dynamic_rnn, on time-major inputs."""
    flat_input, flat_output_size = nest.flatten(inputs), nest.flatten(cell.output_size)
    time_steps = array_ops.shape(flat_input[0])[0]
    batch_size = batch_size_of_time_major(flat_input)
    shapes = [x.get_shape().with_rank_at_least(3) for x in flat_input]
    known_steps, known_batch = shapes[0].as_list()[:2]
    _check_same_steps_and_batch(shapes, known_steps, known_batch)
    state_dtype = state_dtype_of(dtype, state)

    zero_output = [zeros(array_ops.stack(joined_shape(batch_size, size)), state_dtype) for size in flat_output_size]
    zero_output = nest.pack_sequence_as(cell.output_size, zero_output)
    shortest, longest = None, time_steps
    if sequence_length is not None:
        shortest, longest = math_ops.reduce_min(sequence_length), math_ops.reduce_max(sequence_length)
    time = constant(0, dtype=dtypes.int32, name="time")
    with name_scope("dynamic_rnn") as base_name:
        pass  # only its name is wanted, for the TensorArrays

    def array(name, element_shape, element_dtype):
        return TensorArray(dtype=element_dtype, size=time_steps, element_shape=element_shape, tensor_array_name=base_name + name)

    out_arrays = tuple(
        [
            array("output_%d" % i, TensorShape([known_batch]).concatenate(static_size(size)), state_dtype)
            for i, size in enumerate(flat_output_size)
        ]
    )
    in_arrays = [array("input_%d" % i, x.get_shape()[1:], x.dtype) for i, x in enumerate(flat_input)]
    in_arrays = [a.unstack(x) for a, x in zip(in_arrays, flat_input)]

    def step(time, out_arrays, state):
        rows = [a.read(time) for a in in_arrays]
        for row, shape in zip(rows, shapes):
            row.set_shape(shape[1:])
        rows = nest.pack_sequence_as(inputs, rows)

        def call_cell():
            return step_cell(cell, rows, state)

        if sequence_length is None:
            output, new_state = call_cell()
        else:
            output, new_state = rnn_step(time, sequence_length, shortest, longest, zero_output, state, call_cell, skip_conditionals=True)
        out_arrays = tuple([a.write(time, value) for a, value in zip(out_arrays, nest.flatten(output))])
        return time + 1, out_arrays, new_state

    bound = math_ops.minimum(time_steps, math_ops.maximum(1, longest))  # at least one step, for shapes' sake
    _, out_arrays, state = loops.while_loop(
        cond=lambda time, *_: time < bound,
        body=step,
        loop_vars=(time, out_arrays, state),
        parallel_iterations=parallel_iterations,
        maximum_iterations=time_steps,
        swap_memory=swap_memory,
    )
    outputs = [a.stack() for a in out_arrays]
    for output, size in zip(outputs, flat_output_size):
        output.set_shape(joined_shape([known_steps, known_batch], size, static=True))
    return nest.pack_sequence_as(cell.output_size, outputs), state


def _check_same_steps_and_batch(shapes, steps, batch):
    for shape in shapes:
        if not shape[2:].is_fully_defined():
            raise ValueError("Input size (depth of inputs) must be accessible via shape inference, but saw value None.")
        if shape.as_list()[0] != steps:
            raise ValueError("Time steps is not the same for all the elements in the input in a batch.")
        if shape.as_list()[1] != batch:
            raise ValueError("Batch_size is not the same for all the elements in the input.")


def bidirectional_dynamic_rnn(
    cell_fw,
    cell_bw,
    inputs,
    sequence_length=None,
    initial_state_fw=None,
    initial_state_bw=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """`dynamic_rnn` forwards with one cell, and backwards with the other.

    Returns ((outputs forwards, outputs backwards), (states)). Follows tf.nn.bidirectional_dynamic_rnn of TF 1.15.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)
    settings = dict(
        sequence_length=sequence_length,
        dtype=dtype,
        parallel_iterations=parallel_iterations,
        swap_memory=swap_memory,
        time_major=time_major,
    )

    def reverse(x):
        if sequence_length is None:
            return array_ops.reverse(x, axis=[time_axis])
        return array_ops.reverse_sequence(input=x, seq_lengths=sequence_length, seq_axis=time_axis, batch_axis=batch_axis)

    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as scope_fw:
            output_fw, state_fw = dynamic_rnn(cell_fw, inputs, initial_state=initial_state_fw, scope=scope_fw, **settings)
        with variable_scope("bw") as scope_bw:
            reversed_inputs = nest.map_structure(reverse, inputs)
            output_bw, state_bw = dynamic_rnn(cell_bw, reversed_inputs, initial_state=initial_state_bw, scope=scope_bw, **settings)
    return (output_fw, reverse(output_bw)), (state_fw, state_bw)


# raw_rnn ----------------------------------------------------------------------------------------


def raw_rnn(cell, loop_fn, parallel_iterations=None, swap_memory=False, scope=None):
    """A loop of which `loop_fn` decides everything: the next input, the state, what is emitted and when sequences end.

    `loop_fn(time, cell_output, cell_state, loop_state)` (first with None for all but time) returns (finished [batch],
    next input, next cell state, emitted, next loop state). Returns (TensorArrays of what was emitted, final state, final
    loop state). Follows tf.nn.raw_rnn of TF 1.15.
    """
    assert_like_rnncell("cell", cell)
    if not callable(loop_fn):
        raise TypeError("loop_fn must be a callable")
    with variable_scope(scope or "rnn") as variables:
        cache_variables(variables)
        time = constant(0, dtype=dtypes.int32)
        finished, next_input, state, emit_structure, first_loop_state = loop_fn(time, None, None, None)
        flat_input = nest.flatten(next_input)
        loop_state = constant(0, dtype=dtypes.int32) if first_loop_state is None else first_loop_state
        known_batch = _first_dimension(flat_input)
        batch_size = array_ops.shape(flat_input[0])[0] if known_batch is None else known_batch
        nest.assert_same_structure(state, cell.state_size)
        flat_state = [convert_to_tensor(part) for part in nest.flatten(state)]
        state = nest.pack_sequence_as(state, flat_state)
        if emit_structure is not None:
            emitted = nest.flatten(emit_structure)
            sizes = [e.get_shape() if e.get_shape().is_fully_defined() else array_ops.shape(e) for e in emitted]
            emit_dtypes = [e.dtype for e in emitted]
        else:
            emit_structure = cell.output_size
            sizes = nest.flatten(emit_structure)
            emit_dtypes = [flat_state[0].dtype] * len(sizes)
        arrays = [
            TensorArray(
                dtype=t,
                dynamic_size=True,
                element_shape=TensorShape([known_batch]).concatenate(static_size(size)),
                size=0,
                name="rnn_output_%d" % i,
            )
            for i, (t, size) in enumerate(zip(emit_dtypes, sizes))
        ]
        arrays = nest.pack_sequence_as(emit_structure, arrays)
        zero_emit = [zeros(joined_shape(batch_size, size), t) for size, t in zip(sizes, emit_dtypes)]
        zero_emit = nest.pack_sequence_as(emit_structure, zero_emit)

        def more(_, finished, *rest):
            return math_ops.logical_not(math_ops.reduce_all(finished))

        def step(time, finished, current_input, arrays, state, loop_state):
            output, cell_state = step_cell(cell, current_input, state)
            nest.assert_same_structure(state, cell_state)
            nest.assert_same_structure(cell.output_size, output)
            next_time = time + 1
            next_finished, following, next_state, emit, next_loop_state = loop_fn(next_time, output, cell_state, loop_state)
            nest.assert_same_structure(state, next_state)
            nest.assert_same_structure(current_input, following)
            nest.assert_same_structure(arrays, emit)

            def keep(old, new):
                if isinstance(old, TensorArray) or old.dims == ():
                    return new
                with colocate_with(new):
                    return math_ops.where(finished, old, new)

            emit = nest.map_structure(keep, zero_emit, emit)
            next_state = nest.map_structure(keep, state, next_state)
            arrays = nest.map_structure(lambda array, value: array.write(time, value), arrays, emit)
            finished = math_ops.logical_or(finished, next_finished)
            return next_time, finished, following, arrays, next_state, loop_state if next_loop_state is None else next_loop_state

        returned = loops.while_loop(
            more,
            step,
            loop_vars=[time, finished, next_input, arrays, state, loop_state],
            parallel_iterations=parallel_iterations or 32,
            swap_memory=swap_memory,
        )
        arrays, state, loop_state = returned[-3:]
        return arrays, state, None if first_loop_state is None else loop_state


def _first_dimension(tensors):
    """What the shapes together tell of the first dimension."""
    known = TensorShape([None])
    for t in tensors:
        if t.dims is not None:
            known = known.merge_with(t.get_shape()[:1])
    return known.as_list()[0]
