"""Stacks of bidirectional networks: each layer reads both directions of the one below."""

from __future__ import annotations

from tinytf.ops.array import array_ops
from tinytf.ops.recurrent.rnn import bidirectional_dynamic_rnn
from tinytf.ops.recurrent.static_rnn import static_bidirectional_rnn
from tinytf.ops.state.variable_scope import variable_scope


def _check_stack(cells_fw, cells_bw, initial_states_fw, initial_states_bw):
    if not cells_fw:
        raise ValueError("Must specify at least one fw cell for BidirectionalRNN.")
    if not cells_bw:
        raise ValueError("Must specify at least one bw cell for BidirectionalRNN.")
    if not isinstance(cells_fw, list):
        raise ValueError("cells_fw must be a list of RNNCells (one per layer).")
    if not isinstance(cells_bw, list):
        raise ValueError("cells_bw must be a list of RNNCells (one per layer).")
    if len(cells_fw) != len(cells_bw):
        raise ValueError("Forward and Backward cells must have the same depth.")
    for what, states in (("fw", initial_states_fw), ("bw", initial_states_bw)):
        if states is not None and (not isinstance(states, list) or len(states) != len(cells_fw)):
            raise ValueError("initial_states_%s must be a list of state tensors (one per layer)." % what)


def _stacked(cells_fw, cells_bw, initial_states_fw, initial_states_bw, scope, layer):
    _check_stack(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states_fw, states_bw = [], []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (cell_fw, cell_bw) in enumerate(zip(cells_fw, cells_bw)):
            with variable_scope("cell_%d" % i) as cell_scope:
                state_fw, state_bw = layer(
                    cell_fw,
                    cell_bw,
                    initial_states_fw[i] if initial_states_fw else None,
                    initial_states_bw[i] if initial_states_bw else None,
                    cell_scope,
                )
            states_fw.append(state_fw)
            states_bw.append(state_bw)
    return tuple(states_fw), tuple(states_bw)


def stack_bidirectional_rnn(
    cells_fw, cells_bw, inputs, initial_states_fw=None, initial_states_bw=None, dtype=None, sequence_length=None, scope=None
):
    """`static_bidirectional_rnn` in layers; returns (outputs, states forwards, states backwards). Follows TF 1.15."""

    def layer(cell_fw, cell_bw, state_fw, state_bw, cell_scope):
        nonlocal inputs
        inputs, state_fw, state_bw = static_bidirectional_rnn(
            cell_fw,
            cell_bw,
            inputs,
            initial_state_fw=state_fw,
            initial_state_bw=state_bw,
            sequence_length=sequence_length,
            dtype=dtype,
            scope=cell_scope,
        )
        return state_fw, state_bw

    states_fw, states_bw = _stacked(cells_fw, cells_bw, initial_states_fw, initial_states_bw, scope, layer)
    return inputs, states_fw, states_bw


def stack_bidirectional_dynamic_rnn(
    cells_fw,
    cells_bw,
    inputs,
    initial_states_fw=None,
    initial_states_bw=None,
    dtype=None,
    sequence_length=None,
    parallel_iterations=None,
    time_major=False,
    scope=None,
    swap_memory=False,
):
    """`bidirectional_dynamic_rnn` in layers; returns (outputs, states forwards, states backwards). Follows TF 1.15."""

    def layer(cell_fw, cell_bw, state_fw, state_bw, _):
        nonlocal inputs
        outputs, states = bidirectional_dynamic_rnn(
            cell_fw,
            cell_bw,
            inputs,
            initial_state_fw=state_fw,
            initial_state_bw=state_bw,
            sequence_length=sequence_length,
            parallel_iterations=parallel_iterations,
            dtype=dtype,
            swap_memory=swap_memory,
            time_major=time_major,
        )
        inputs = array_ops.concat(outputs, 2)
        return states

    states_fw, states_bw = _stacked(cells_fw, cells_bw, initial_states_fw, initial_states_bw, scope, layer)
    return inputs, states_fw, states_bw
