"""Recurrent networks: a cell along the time axis, unrolled (`static_rnn`) or in a loop (`dynamic_rnn`, `raw_rnn`).

A cell is anything with `state_size`, `output_size`, `zero_state(batch_size, dtype)` and `cell(inputs, state)`, which returns
the output and the new state. `tinytf.layers.rnn_cells` has them.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.constant_value import public_constant_value as constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.graph import colocate_with, control_dependencies, get_default_graph, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops import array_ops, cond, control_flow_ops, math_ops
from tinytf.ops import while_loop as loops
from tinytf.ops.constant import constant, zeros
from tinytf.ops.control_flow_util import containing_while_context
from tinytf.ops.tensor_array_ops import TensorArray
from tinytf.ops.variable_scope import variable_scope
from tinytf.shapes import TensorShape, as_shape


def assert_like_rnncell(cell_name, cell) -> None:
    """TypeError, saying what is missing, unless `cell` can be used as an RNN cell."""
    missing = []
    if not hasattr(cell, "output_size"):
        missing.append("'output_size' property is missing")
    if not hasattr(cell, "state_size"):
        missing.append("'state_size' property is missing")
    if not hasattr(cell, "zero_state") and not hasattr(cell, "get_initial_state"):
        missing.append("either 'zero_state' or 'get_initial_state' method is required")
    if not callable(cell):
        missing.append("is not callable")
    if missing:
        raise TypeError("The argument %r (%s) is not an RNNCell: %s." % (cell_name, cell, ", ".join(missing)))


# Shapes with a batch dimension ------------------------------------------------------------------


def joined_shape(batch_size, size, static=False):
    """[batch_size] + size as an int32 vector; with `static`, what is known of it as a list (None: nothing).

    The constants for both parts are made either way: TF does.
    """
    first, first_known = _shape_part(batch_size, "prefix")
    second, second_known = _shape_part(size, "suffix")
    if static:
        shape = as_shape(first_known).concatenate(second_known)
        return shape.as_list() if shape.ndims is not None else None
    if first is None or second is None:
        raise ValueError("Provided a prefix or suffix of None: %s and %s" % (batch_size, size))
    return array_ops.concat((first, second), 0)


def _shape_part(value, what):
    """A size (int, shape or int tensor) as a vector tensor, None if not known, and as a list, None if not known."""
    if isinstance(value, Tensor):
        known = constant_value(value)
        known = None if known is None else known.reshape(-1).tolist()
        if value.dims == ():
            return array_ops.expand_dims(value, 0), known
        if value.dims is not None and len(value.dims) != 1:
            raise ValueError("%s tensor must be either a scalar or vector, but saw tensor: %s" % (what, value))
        return value, known
    shape = as_shape(value)
    known = shape.as_list() if shape.ndims is not None else None
    return constant(known, dtype=dtypes.int32) if shape.is_fully_defined() else None, known


def zero_state_tensors(state_size, batch_size, dtype):
    """Zeros of shape [batch_size, size] for each size of the nest `state_size`."""

    def one(size):
        result = zeros(joined_shape(batch_size, size), dtype=dtype)
        result.set_shape(joined_shape(batch_size, size, static=True))
        return result

    return nest.map_structure(one, state_size)


def _transpose_batch_time(x):
    """The first two axes swapped; the static shape stays as known as it was."""
    if x.dims is not None and len(x.dims) < 2:
        return x
    rank = array_ops.rank(x)
    result = array_ops.transpose(x, array_ops.concat(([1, 0], math_ops.range(2, rank)), axis=0))
    if x.dims is not None:
        result.set_shape((x.dims[1], x.dims[0], *x.dims[2:]))
    return result


def _batch_size_of_time_major(flat_input):
    """The batch size of time-major inputs: an int where one of them tells, else a tensor."""
    for x in flat_input:
        if x.dims is None:
            continue
        if len(x.dims) < 2:
            raise ValueError("Expected input tensor %s to have rank at least 2" % x)
        if x.dims[1] is not None:
            return x.dims[1]
    return array_ops.shape(flat_input[0])[1]


def _state_dtype(explicit, state):
    if explicit is not None:
        return explicit
    if not nest.is_nested(state):
        return state.dtype
    found = [part.dtype for part in nest.flatten(state)]
    if not found:
        raise ValueError("Unable to infer dtype from empty state.")
    if any(t != found[0] for t in found):
        raise ValueError("State has tensors of different inferred_dtypes. Unable to infer a single representative dtype.")
    return found[0]


def _static_size(size):
    """A size of a cell as a shape: of a tensor, its constant value."""
    return TensorShape(constant_value(size)) if isinstance(size, Tensor) else as_shape(size)


def _cache_variables(scope):
    """Outside of loops, variables are cached where they are used, lest a loop reads them in each iteration."""
    if containing_while_context(get_default_graph()._control_flow_context) is None and scope.caching_device is None:
        scope.set_caching_device(lambda op: op.device)


def _initial_state(cell, initial_state, batch_size, dtype, message):
    if initial_state is not None:
        return initial_state
    if not dtype:
        raise ValueError(message)
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


# One step where sequences have different lengths ------------------------------------------------


def _rnn_step(time, sequence_length, min_sequence_length, max_sequence_length, zero_output, state, call_cell, skip_conditionals=False):
    """A step that gives zeros, and keeps the state, for the sequences that have ended.

    Unless `skip_conditionals`, the cell is not even computed once all have ended, and nothing is copied while none has.
    """
    flat_state, flat_zero = nest.flatten(state), nest.flatten(zero_output)
    ended = time >= sequence_length

    def keep(old, new):
        if isinstance(old, TensorArray) or old.dims == ():
            return new
        with colocate_with(new):
            return math_ops.where(ended, old, new)

    def keep_some(new_output, new_state):
        return [keep(old, new) for old, new in zip(flat_zero, new_output)] + [keep(old, new) for old, new in zip(flat_state, new_state)]

    def step():
        new_output, new_state = call_cell()
        nest.assert_same_structure(zero_output, new_output)
        nest.assert_same_structure(state, new_state)
        return new_output, new_state

    if skip_conditionals:
        new_output, new_state = step()
        new_state, new_output = nest.flatten(new_state), nest.flatten(new_output)
        result = keep_some(new_output, new_state)
    else:

        def step_or_keep():
            new_output, new_state = step()
            new_state, new_output = nest.flatten(new_state), nest.flatten(new_output)
            return cond.cond(time < min_sequence_length, lambda: new_output + new_state, lambda: keep_some(new_output, new_state))

        result = cond.cond(time >= max_sequence_length, lambda: flat_zero + flat_state, step_or_keep)
    output, new_state = result[: len(flat_zero)], result[len(flat_zero) :]
    for new, old in zip(output, flat_zero):
        new.set_shape(old.get_shape())
    for new, old in zip(new_state, flat_state):
        if not isinstance(new, TensorArray):
            new.set_shape(old.get_shape())
    return nest.pack_sequence_as(zero_output, output), nest.pack_sequence_as(state, new_state)


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
        _cache_variables(variables)
        flat_input = nest.flatten(inputs)
        if not time_major:
            flat_input = [convert_to_tensor(x) for x in flat_input]
            flat_input = [_transpose_batch_time(x) for x in flat_input]
        if sequence_length is not None:
            sequence_length = math_ops.cast(sequence_length, dtypes.int32)
            if sequence_length.dims is not None and len(sequence_length.dims) != 1:
                raise ValueError("sequence_length must be a vector of length batch_size, but saw shape: %s" % sequence_length.get_shape())
            sequence_length = array_ops.identity(sequence_length, name="sequence_length")
        batch_size = _batch_size_of_time_major(flat_input)
        state = _initial_state(cell, initial_state, batch_size, dtype, "If there is no initial_state, you must give a dtype.")
        if sequence_length is not None:
            with control_dependencies([_assert_has_shape(sequence_length, [batch_size])]):
                sequence_length = array_ops.identity(sequence_length, name="CheckSeqLen")
        outputs, state = _loop(
            cell, nest.pack_sequence_as(inputs, flat_input), state, parallel_iterations or 32, swap_memory, sequence_length, dtype
        )
        if not time_major:
            outputs = nest.map_structure(_transpose_batch_time, outputs)
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
    batch_size = _batch_size_of_time_major(flat_input)
    shapes = [x.get_shape().with_rank_at_least(3) for x in flat_input]
    known_steps, known_batch = shapes[0].as_list()[:2]
    _check_same_steps_and_batch(shapes, known_steps, known_batch)
    state_dtype = _state_dtype(dtype, state)

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
            array("output_%d" % i, TensorShape([known_batch]).concatenate(_static_size(size)), state_dtype)
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
            return cell(rows, state)

        if sequence_length is None:
            output, new_state = call_cell()
        else:
            output, new_state = _rnn_step(time, sequence_length, shortest, longest, zero_output, state, call_cell, skip_conditionals=True)
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


# static_rnn -------------------------------------------------------------------------------------


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
        _cache_variables(variables)
        known_batch, first = _static_batch_size(inputs)
        batch_size = known_batch or array_ops.shape(first)[0]
        state = _initial_state(cell, initial_state, batch_size, dtype, "If no initial_state is provided, dtype must be specified")
        if sequence_length is not None:
            sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
            if sequence_length.dims is not None and len(sequence_length.dims) != 1:
                raise ValueError("sequence_length must be a vector of length batch_size")

            def zero(size):
                result = zeros(array_ops.stack(joined_shape(batch_size, size)), _state_dtype(dtype, state))
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
                output, state = cell(x, state)
            else:
                output, state = _rnn_step(
                    time, sequence_length, shortest, longest, zero_output, state, lambda x=x, state=state: cell(x, state)
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
        _cache_variables(variables)
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
                element_shape=TensorShape([known_batch]).concatenate(_static_size(size)),
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
            output, cell_state = cell(current_input, state)
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
