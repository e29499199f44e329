"""What RNN loops share: shapes with a batch dimension, and a step for sequences of different lengths."""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.constant_value import public_constant_value as constant_value
from tinytf.graph.default_graph import colocate_with, get_default_graph
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant, zeros
from tinytf.ops.control_flow import cond
from tinytf.ops.control_flow.control_flow_util import containing_while_context
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.ops.math import math_ops
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


def step_cell(cell, inputs, state):
    """cell(inputs, state); a Keras cell takes its states as a list and gives a list."""
    if hasattr(cell, "zero_state") or nest.is_nested(state):
        return cell(inputs, state)
    output, new_state = cell(inputs, [state])
    if isinstance(new_state, (list, tuple)) and len(new_state) == 1:
        new_state = new_state[0]
    return output, new_state


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


def transpose_batch_time(x):
    """The first two axes swapped; the static shape stays as known as it was."""
    if x.dims is not None and len(x.dims) < 2:
        return x
    rank = array_ops.rank(x)
    result = array_ops.transpose(x, array_ops.concat(([1, 0], math_ops.range(2, rank)), axis=0))
    if x.dims is not None:
        result.set_shape((x.dims[1], x.dims[0], *x.dims[2:]))
    return result


def batch_size_of_time_major(flat_input):
    """The batch size of time-major inputs: an int where one of them tells, else a tensor."""
    for x in flat_input:
        if x.dims is None:
            continue
        if len(x.dims) < 2:
            raise ValueError("Expected input tensor %s to have rank at least 2" % x)
        if x.dims[1] is not None:
            return x.dims[1]
    return array_ops.shape(flat_input[0])[1]


def state_dtype_of(explicit, state):
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


def static_size(size):
    """A size of a cell as a shape: of a tensor, its constant value."""
    return TensorShape(constant_value(size)) if isinstance(size, Tensor) else as_shape(size)


def cache_variables(scope):
    """Outside of loops, variables are cached where they are used, lest a loop reads them in each iteration."""
    if containing_while_context(get_default_graph()._control_flow_context) is None and scope.caching_device is None:
        scope.set_caching_device(lambda op: op.device)


def initial_state_of(cell, initial_state, batch_size, dtype, message):
    if initial_state is not None:
        return initial_state
    if not dtype:
        raise ValueError(message)
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


# One step where sequences have different lengths ------------------------------------------------


def rnn_step(time, sequence_length, min_sequence_length, max_sequence_length, zero_output, state, call_cell, skip_conditionals=False):
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
