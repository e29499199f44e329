"""Cells, static and dynamic RNNs, legacy_seq2seq: graphs, variables' names, values, gradients."""

from __future__ import annotations

import numpy as np

X = np.random.RandomState(0).randn(2, 3, 4).astype(np.float32)  # batch, time, size


def _leaves(nested):
    return [leaf for part in nested for leaf in _leaves(part)] if isinstance(nested, (list, tuple)) else [nested]


def _initialized(tf, fetches, feed):
    def run(session):
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)

    return run


def _over_time(tf, cell, static=False, **settings):
    """Outputs, state and the gradients of all variables of an RNN."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 3, 4], name="x")
    if static:
        outputs, state = tf.nn.static_rnn(cell, tf.unstack(x, 3, 1), dtype=tf.float32, **settings)
        outputs = tf.stack(outputs)
    else:
        outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, **settings)
    grads = tf.gradients(tf.reduce_sum(outputs * outputs), tf.trainable_variables())
    return _initialized(tf, [outputs] + _leaves(state) + grads, {x: X})


CELLS = {
    "basic": lambda tf, c: c.BasicRNNCell(5),
    "basic_relu": lambda tf, c: c.BasicRNNCell(5, activation=tf.nn.relu),
    "gru": lambda tf, c: c.GRUCell(5),
    "basic_lstm": lambda tf, c: c.BasicLSTMCell(5),
    "basic_lstm_concatenated": lambda tf, c: c.BasicLSTMCell(5, forget_bias=0.0, state_is_tuple=False),
    "lstm": lambda tf, c: c.LSTMCell(5),
    "lstm_with_all": lambda tf, c: c.LSTMCell(5, use_peepholes=True, cell_clip=0.1, num_proj=3, proj_clip=0.2,
                                              initializer=tf.random_uniform_initializer(-0.1, 0.1)),
    "lstm_concatenated": lambda tf, c: c.LSTMCell(5, num_proj=3, state_is_tuple=False),
    "multi": lambda tf, c: c.MultiRNNCell([c.BasicLSTMCell(5), c.GRUCell(4)]),
    "variational_dropout": lambda tf, c: c.DropoutWrapper(
        c.BasicLSTMCell(5), input_keep_prob=0.7, output_keep_prob=0.5, state_keep_prob=0.8, variational_recurrent=True,
        input_size=4, dtype=tf.float32, seed=3),
    "residual": lambda tf, c: c.ResidualWrapper(c.BasicLSTMCell(4)),
    "device": lambda tf, c: c.DeviceWrapper(c.BasicLSTMCell(4), "/cpu:0"),
    "lstm_block": lambda tf, c: tf.contrib.rnn.LSTMBlockCell(5),
    "lstm_block_with_all": lambda tf, c: tf.contrib.rnn.LSTMBlockCell(5, forget_bias=0.0, use_peephole=True, cell_clip=0.1),
    "gru_block": lambda tf, c: tf.contrib.rnn.GRUBlockCellV2(5),
    "projections": lambda tf, c: tf.contrib.rnn.OutputProjectionWrapper(
        tf.contrib.rnn.InputProjectionWrapper(c.BasicRNNCell(4), 3), 2),
}  # fmt: skip


def _fused_lstm(tf, lengths, **settings):
    """A whole sequence as one op: outputs, state, gradients of the variables and of the inputs."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [3, None, 4])
    cell = tf.contrib.rnn.LSTMBlockFusedCell(5, **settings)
    outputs, state = cell(x, dtype=tf.float32, **lengths)
    loss = tf.reduce_sum(outputs * outputs) + tf.reduce_sum(state.c)
    grads = tf.gradients(loss, [x] + tf.trainable_variables())
    return _initialized(tf, [outputs, state.c, state.h] + grads, {x: X.transpose(1, 0, 2)})


def case_fused_lstm(tf):
    return _fused_lstm(tf, {})


def case_fused_lstm_with_peepholes_and_lengths(tf):
    z = tf.ones([2, 5])
    return _fused_lstm(tf, {"initial_state": (z, z), "sequence_length": tf.constant([2, 0])}, use_peephole=True, cell_clip=0.3)


def case_dropout_static(tf):
    c = tf.nn.rnn_cell
    return _over_time(
        tf, c.DropoutWrapper(c.BasicLSTMCell(5), input_keep_prob=0.7, output_keep_prob=0.5, state_keep_prob=0.8, seed=3), static=True
    )


def case_dropout_fed(tf):
    c, keep = tf.nn.rnn_cell, tf.placeholder_with_default(0.5, [])
    return _over_time(tf, c.DropoutWrapper(c.GRUCell(5), output_keep_prob=keep), static=True)


def case_dynamic_sequence_length(tf):
    return _over_time(tf, tf.nn.rnn_cell.BasicLSTMCell(5), sequence_length=tf.constant([2, 1]))


def case_static_sequence_length(tf):
    return _over_time(tf, tf.nn.rnn_cell.BasicLSTMCell(5), static=True, sequence_length=tf.constant([2, 1]))


def case_embedding_wrapper(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.int32, [2, 3], name="x")
    cell = tf.contrib.rnn.EmbeddingWrapper(tf.nn.rnn_cell.GRUCell(4), 7, 3)
    _, s = tf.nn.static_rnn(cell, tf.unstack(x, 3, 1), dtype=tf.float32)
    grads = [tf.convert_to_tensor(g) for g in tf.gradients(s, tf.trainable_variables())]
    return _initialized(tf, [s] + grads, {x: [[1, 2, 3], [0, 1, 6]]})


def case_bidirectional_dynamic(tf):
    tf.set_random_seed(1)
    x, gru = tf.placeholder(tf.float32, [None, 3, 4], name="x"), tf.nn.rnn_cell.GRUCell
    (a, b), s = tf.nn.bidirectional_dynamic_rnn(gru(3), gru(3), x, dtype=tf.float32)
    return _initialized(tf, [a, b] + list(s) + tf.gradients(a + b, tf.trainable_variables()), {x: X})


def case_bidirectional_dynamic_sequence_length(tf):
    tf.set_random_seed(1)
    x, gru = tf.placeholder(tf.float32, [2, 3, 4], name="x"), tf.nn.rnn_cell.GRUCell
    (a, b), s = tf.nn.bidirectional_dynamic_rnn(gru(3), gru(3), x, sequence_length=[3, 2], dtype=tf.float32, scope="both")
    return _initialized(tf, [a, b] + list(s), {x: X})


def case_bidirectional_static(tf):
    tf.set_random_seed(1)
    x, lstm = tf.placeholder(tf.float32, [None, 3, 4], name="x"), tf.nn.rnn_cell.BasicLSTMCell
    outputs, _, _ = tf.nn.static_bidirectional_rnn(lstm(3), lstm(3), tf.unstack(x, 3, 1), dtype=tf.float32)
    return _initialized(tf, outputs, {x: X})


def case_bidirectional_static_sequence_length(tf):
    tf.set_random_seed(1)
    x, gru = tf.placeholder(tf.float32, [None, 3, 4], name="x"), tf.nn.rnn_cell.GRUCell
    outputs, _, _ = tf.nn.static_bidirectional_rnn(gru(3), gru(3), tf.unstack(x, 3, 1), dtype=tf.float32,
                                                   sequence_length=tf.constant([2, 3]))  # fmt: skip
    return _initialized(tf, outputs, {x: X})


def case_stacked_bidirectional(tf):
    tf.set_random_seed(1)
    x, gru = tf.placeholder(tf.float32, [2, 3, 4], name="x"), tf.nn.rnn_cell.GRUCell
    dynamic, _, _ = tf.contrib.rnn.stack_bidirectional_dynamic_rnn([gru(2), gru(3)], [gru(2), gru(3)], x, dtype=tf.float32)
    static, _, _ = tf.contrib.rnn.stack_bidirectional_rnn([gru(2)], [gru(2)], tf.unstack(x, 3, 1), dtype=tf.float32)
    return _initialized(tf, [dynamic, static], {x: X})


def case_time_major(tf):
    tf.set_random_seed(1)
    x, cell = tf.placeholder(tf.float32, [3, 2, 4], name="x"), tf.nn.rnn_cell.BasicLSTMCell(3)
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=cell.zero_state(2, tf.float32), time_major=True)
    return _initialized(tf, [outputs, state[0]] + tf.gradients(outputs, [x]), {x: X.transpose(1, 0, 2)})


def case_zero_state_of_unknown_batch(tf):
    batch, c = tf.placeholder(tf.int32, [], name="batch"), tf.nn.rnn_cell
    return _leaves(c.MultiRNNCell([c.BasicLSTMCell(3), c.GRUCell(2)]).zero_state(batch, tf.float32)), {batch: 3}


def case_unrolled_by_hand(tf):
    tf.set_random_seed(1)
    x, outputs = tf.placeholder(tf.float32, [2, 3, 4], name="x"), []
    with tf.variable_scope("model"):
        cell = tf.nn.rnn_cell.BasicLSTMCell(3)
        state = cell.zero_state(2, tf.float32)
        with tf.variable_scope("RNN"):
            for t in range(3):
                if t > 0:
                    tf.get_variable_scope().reuse_variables()
                output, state = cell(x[:, t, :], state)
                outputs.append(output)
    return _initialized(tf, outputs, {x: X})


def case_raw_rnn(tf):
    tf.set_random_seed(1)
    x, cell = tf.placeholder(tf.float32, [3, 2, 4], name="x"), tf.nn.rnn_cell.BasicLSTMCell(3)
    inputs, lengths = tf.TensorArray(tf.float32, size=3).unstack(x), tf.constant([3, 2])

    def loop_fn(time, output, state, loop_state):
        finished = time >= lengths
        following = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([2, 4]), lambda: inputs.read(time))
        return finished, following, cell.zero_state(2, tf.float32) if output is None else state, output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    outputs = outputs.stack()
    grads = tf.gradients(outputs, tf.trainable_variables())
    return _initialized(tf, [outputs, state[0]] + grads, {x: X.transpose(1, 0, 2)})


def case_state_saving(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")

    class Saver:
        def state(self, name):
            return tf.zeros([2, 3], name="start")

        def save_state(self, name, value):
            return tf.identity(value, name="save")

    outputs, state = tf.nn.static_state_saving_rnn(tf.nn.rnn_cell.GRUCell(3), tf.unstack(x, 3, 1), Saver(), "s")
    return _initialized(tf, outputs + [state], {x: X})


def case_not_a_cell(tf):
    return tf.nn.dynamic_rnn(5, tf.zeros([2, 3, 4]), dtype=tf.float32)


def case_neither_state_nor_dtype(tf):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), tf.zeros([2, 3, 4]))


def case_no_inputs(tf):
    return tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(2), [])


def case_integer_inputs(tf):
    return tf.nn.rnn_cell.GRUCell(2)(tf.zeros([2, 3], tf.int32), tf.zeros([2, 2]))


def case_bad_probability(tf):
    return tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(2), input_keep_prob=2.0)


# legacy_seq2seq ---------------------------------------------------------------------------------


def _symbols(tf):
    encoder = [tf.placeholder(tf.int32, [None], name="e%d" % i) for i in range(3)]
    decoder = [tf.placeholder(tf.int32, [None], name="d%d" % i) for i in range(3)]
    feed = {t: [1, 2] for t in encoder}
    feed.update({t: [0, 3] for t in decoder})
    return encoder, decoder, feed


def _seq2seq(tf, function, **settings):
    tf.set_random_seed(1)
    encoder, decoder, feed = _symbols(tf)
    library = tf.contrib.legacy_seq2seq
    outputs, state = getattr(library, function)(encoder, decoder, tf.nn.rnn_cell.GRUCell(4), embedding_size=3, **settings)
    loss = library.sequence_loss(outputs, decoder, [tf.ones([2]) for _ in decoder])
    grads = [tf.convert_to_tensor(g) for g in tf.gradients(loss, tf.trainable_variables()) if g is not None]
    return _initialized(tf, [loss] + outputs + _leaves(state) + grads, feed)


BOTH = {"num_encoder_symbols": 6, "num_decoder_symbols": 5}
SEQ2SEQ = {
    "embedding": ("embedding_rnn_seq2seq", BOTH),
    "embedding_fed_back": ("embedding_rnn_seq2seq", dict(BOTH, feed_previous=True)),
    "embedding_tied": ("embedding_tied_rnn_seq2seq", {"num_symbols": 5}),
    "attention": ("embedding_attention_seq2seq", BOTH),
    "attention_fed_back": ("embedding_attention_seq2seq", dict(BOTH, feed_previous=True, num_heads=2, initial_state_attention=True)),
}


def case_seq2seq_fed_back_by_tensor(tf):
    return _seq2seq(tf, "embedding_rnn_seq2seq", feed_previous=tf.constant(True), **BOTH)


def case_seq2seq_buckets(tf):
    tf.set_random_seed(1)
    encoder, decoder, feed = _symbols(tf)
    library = tf.contrib.legacy_seq2seq

    def model(x, y):
        return library.embedding_rnn_seq2seq(x, y, tf.nn.rnn_cell.GRUCell(4), 6, 5, 3)

    _, losses = library.model_with_buckets(encoder, decoder, decoder, [tf.ones([2])] * 3, [(2, 2), (3, 3)], model)
    return _initialized(tf, losses, feed)


def case_seq2seq_of_vectors(tf):
    tf.set_random_seed(1)
    x, library = [tf.constant(X[:, i]) for i in range(3)], tf.contrib.legacy_seq2seq
    basic = library.basic_rnn_seq2seq(x, x, tf.nn.rnn_cell.BasicLSTMCell(4))[0]
    tied = library.tied_rnn_seq2seq(x, x, tf.nn.rnn_cell.BasicLSTMCell(4))[0]
    decoded = library.rnn_decoder(x, tf.zeros([2, 4]), tf.nn.rnn_cell.GRUCell(4), loop_function=lambda previous, i: previous * 2.0)[0]
    return _initialized(tf, [basic, tied, decoded], None)


def cases():
    found = []
    for name, make in CELLS.items():
        found.append(("dynamic_" + name, lambda tf, make=make: _over_time(tf, make(tf, tf.nn.rnn_cell))))
        found.append(("static_" + name, lambda tf, make=make: _over_time(tf, make(tf, tf.nn.rnn_cell), static=True)))
    for name, (function, settings) in SEQ2SEQ.items():
        found.append(("seq2seq_" + name, lambda tf, f=function, s=settings: _seq2seq(tf, f, **s)))
    for _, case in found:
        case.ulps = ULPS
    return found


ULPS = 256  # products of matrices are summed in another order, step after step
for _name, _case in list(globals().items()):
    if _name.startswith("case_"):
        _case.ulps = ULPS
