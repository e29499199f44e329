"""The loop of recurrent layers: a step function over the time steps of a tensor, as a while loop or unrolled."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.while_loop import while_loop
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.ops.math import math_ops


def _swap(x):
    """[batch, time, …] <-> [time, batch, …]."""
    return array_ops.transpose(x, perm=[1, 0] + list(range(2, x.shape.ndims)))


def _chosen(mask, new, old):
    """`new` where the step is not masked, else `old`; mask [batch]."""
    wide = array_ops.reshape(mask, array_ops.concat([array_ops.shape(mask), [1] * (new.shape.ndims - 1)], 0))
    return array_ops.where_v2(wide, new, old)


def run_over_time(step, inputs, states, go_backwards=False, mask=None, unroll=False, time_major=False):
    """(last output, outputs [batch, time, …], last states) of `step(x, states) -> (output, states)`.

    A masked step leaves the states as they are and repeats the last output (at first: zeros).
    """
    if not time_major:
        inputs = _swap(inputs)
    if mask is not None:
        mask = math_ops.cast(mask, dtypes.bool)
        mask = mask if time_major else array_ops.transpose(mask, [1, 0])
    if go_backwards:
        inputs = array_ops.reverse(inputs, [0])
        mask = array_ops.reverse(mask, [0]) if mask is not None else None
    if unroll:
        if inputs.dims[0] is None:
            raise ValueError("Unrolling requires a fixed number of timesteps.")
        last, outputs, states = _unrolled(step, inputs, states, mask)
    else:
        last, outputs, states = _looped(step, inputs, states, mask)
    return last, outputs if time_major else _swap(outputs), states


def _one_step(step, x, states, mask, last):
    output, new = step(x, states)
    if mask is not None:
        output = _chosen(mask, output, array_ops.zeros_like(output) if last is None else last)
        new = [_chosen(mask, n, s) for n, s in zip(new, states)]
    return output, new


def _unrolled(step, inputs, states, mask):
    xs = array_ops.unstack(inputs)
    masks = array_ops.unstack(mask) if mask is not None else [None] * len(xs)
    outputs: list = []
    for x, m in zip(xs, masks):
        output, states = _one_step(step, x, states, m, outputs[-1] if outputs else None)
        outputs.append(output)
    return outputs[-1], array_ops.stack(outputs), states


def _looped(step, inputs, states, mask):
    length = array_ops.shape(inputs)[0]
    steps = TensorArray(inputs.dtype, size=length, tensor_array_name="input_ta").unstack(inputs)
    masks = None if mask is None else TensorArray(dtypes.bool, size=length, tensor_array_name="mask_ta").unstack(mask)
    width = step_width(step, inputs, states)
    batch = array_ops.shape(inputs)[1]
    zero = array_ops.zeros(array_ops.stack([batch] + width), inputs.dtype)
    outputs = TensorArray(inputs.dtype, size=length, tensor_array_name="output_ta")

    def body(time, outputs, last, *states):
        output, new = _one_step(step, steps.read(time), list(states), None if masks is None else masks.read(time), last)
        for n, s in zip(new, states):
            n.set_shape(s.shape)
        return (time + 1, outputs.write(time, output), output, *new)

    zero.set_shape([inputs.dims[1]] + width)
    states = [_with_batch(s, inputs.dims[1]) for s in states]
    results = while_loop(lambda time, *_: time < length, body, (0, outputs, zero, *states), maximum_iterations=length)
    stacked = results[1].stack()
    stacked.set_shape([inputs.dims[0], inputs.dims[1]] + width)
    results[2].set_shape([inputs.dims[1]] + width)
    return results[2], stacked, list(results[3:])


def _with_batch(state, batch):
    state.set_shape([batch] + state.shape.as_list()[1:])
    return state


def step_width(step, inputs, states) -> list:
    """The static shape of one output without the batch, known from the layer's cell."""
    cell = getattr(getattr(getattr(step, "func", step), "__self__", None), "cell", None)
    size = getattr(cell, "output_size", None)
    if size is None:
        size = getattr(cell, "state_size", None)
    first = size[0] if isinstance(size, (list, tuple)) else size
    if first is None:
        return states[0].shape.as_list()[1:]
    return list(first.as_list()) if hasattr(first, "as_list") else [int(first)]
