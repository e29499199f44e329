"""Cells of tf.contrib.rnn: their graphs and two steps of theirs."""

from __future__ import annotations

import numpy as np

_CELLS = {
    "sru": lambda rnn: rnn.SRUCell(4),
    "ind_rnn": lambda rnn: rnn.IndRNNCell(4),
    "indy_gru": lambda rnn: rnn.IndyGRUCell(4),
    "indy_lstm": lambda rnn: rnn.IndyLSTMCell(4),
    "intersection": lambda rnn: rnn.IntersectionRNNCell(4, num_in_proj=4),
    "coupled": lambda rnn: rnn.CoupledInputForgetGateLSTMCell(4, use_peepholes=True, num_proj=2, proj_clip=0.5, state_is_tuple=False),
    "phased": lambda rnn: rnn.PhasedLSTMCell(4, use_peepholes=True),
}


def _case(name):
    def case(tf):
        tf.set_random_seed(3)
        x = tf.constant(np.arange(12, dtype=np.float32).reshape(2, 2, 3) / 10)
        inputs = (tf.constant([[[1.0], [2.0]], [[1.0], [3.0]]]), x) if name == "phased" else x
        found = tf.nest.flatten(tf.nn.dynamic_rnn(_CELLS[name](tf.contrib.rnn), inputs, dtype=tf.float32))

        def run(session):
            session.run(tf.global_variables_initializer())
            return session.run(found)

        return run

    case.ulps = 64
    return case


def cases():
    """(name, function) of each cell."""
    for name in _CELLS:
        yield name, _case(name)
