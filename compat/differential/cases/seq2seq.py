"""tf.contrib.seq2seq: decoders, helpers, attention, loss."""

from __future__ import annotations

import numpy as np

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(2, 3, 4).astype(np.float32)  # batch, time, size
MEMORY = RANDOM.randn(2, 5, 6).astype(np.float32)


def _leaves(nested):
    return [leaf for part in nested for leaf in _leaves(part)] if isinstance(nested, (list, tuple)) else [nested]


def _initialized(tf, fetches, feed=None):
    def run(session):
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)

    return run


def _loss_case(**settings):
    def case(tf):
        logits = tf.placeholder(tf.float32, [None, None, 4], name="logits")
        weights = tf.constant([[1.0, 1.0, 0.0], [1.0, 0.5, 0.0]])
        return tf.contrib.seq2seq.sequence_loss(logits, tf.constant([[1, 2, 3], [0, 0, 1]]), weights, **settings), {logits: X}

    return case


def case_loss_bad_rank(tf):
    return tf.contrib.seq2seq.sequence_loss(tf.zeros([2, 3]), tf.zeros([2, 3], tf.int32), tf.zeros([2, 3]))


def _trained(tf, decoder, **settings):
    outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(decoder, **settings)
    grads = [tf.convert_to_tensor(g) for g in tf.gradients(outputs.rnn_output, tf.trainable_variables()) if g is not None]
    tensors = [s for s in _leaves(state) if hasattr(s, "op")]
    return [outputs.rnn_output, outputs.sample_id, lengths] + tensors + grads


def case_training_helper(tf):
    tf.set_random_seed(1)
    x, s = tf.placeholder(tf.float32, [2, None, 4], name="x"), tf.contrib.seq2seq
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    decoder = s.BasicDecoder(cell, s.TrainingHelper(x, tf.constant([3, 2])), cell.zero_state(2, tf.float32), tf.layers.Dense(5))
    return _initialized(tf, _trained(tf, decoder), {x: X})


def case_training_helper_imputed(tf):
    tf.set_random_seed(1)
    x, s = tf.placeholder(tf.float32, [None, None, 4], name="x"), tf.contrib.seq2seq
    cell = tf.nn.rnn_cell.GRUCell(3)
    decoder = s.BasicDecoder(cell, s.TrainingHelper(x, [3, 2], time_major=True), cell.zero_state(tf.shape(x)[1], tf.float32))
    fetches = _trained(tf, decoder, impute_finished=True, output_time_major=True, maximum_iterations=7)
    return _initialized(tf, fetches, {x: X.transpose(1, 0, 2)})


def case_greedy_helper(tf):
    tf.set_random_seed(1)
    s, embedding = tf.contrib.seq2seq, tf.get_variable("embedding", [5, 4])
    cell = tf.nn.rnn_cell.GRUCell(3)
    helper = s.GreedyEmbeddingHelper(embedding, tf.fill([2], 1), 2)
    decoder = s.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32), tf.layers.Dense(5))
    outputs, state, lengths = s.dynamic_decode(decoder, maximum_iterations=4)
    return _initialized(tf, [outputs.rnn_output, outputs.sample_id, state, lengths])


def case_sample_helper(tf):
    tf.set_random_seed(1)
    s, embedding = tf.contrib.seq2seq, tf.get_variable("embedding", [5, 4])
    cell = tf.nn.rnn_cell.GRUCell(3)
    helper = s.SampleEmbeddingHelper(embedding, tf.fill([2], 1), 2, softmax_temperature=0.5, seed=3)
    decoder = s.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32), tf.layers.Dense(5))
    outputs, _, lengths = s.dynamic_decode(decoder, maximum_iterations=4)
    return _initialized(tf, [tf.shape(outputs.rnn_output), lengths])


def case_scheduled_embedding_helper(tf):
    tf.set_random_seed(1)
    s, embedding = tf.contrib.seq2seq, tf.get_variable("embedding", [5, 4])
    cell, x = tf.nn.rnn_cell.GRUCell(5), tf.placeholder(tf.float32, [2, 3, 4], name="x")
    helper = s.ScheduledEmbeddingTrainingHelper(x, [3, 2], embedding, 0.5, seed=1, scheduling_seed=2)
    decoder = s.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    outputs, _, lengths = s.dynamic_decode(decoder)
    return _initialized(tf, [tf.shape(outputs.rnn_output), lengths], {x: X})


def case_scheduled_output_helper(tf):
    tf.set_random_seed(1)
    s, cell = tf.contrib.seq2seq, tf.nn.rnn_cell.GRUCell(4)
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    helper = s.ScheduledOutputTrainingHelper(x, [3, 2], 1.0, seed=1)
    outputs, _, lengths = s.dynamic_decode(s.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32)))
    return _initialized(tf, [outputs.rnn_output, lengths], {x: X})


def case_inference_and_custom_helper(tf):
    tf.set_random_seed(1)
    s, cell = tf.contrib.seq2seq, tf.nn.rnn_cell.GRUCell(4)
    start = tf.zeros([2, 4])
    inference = s.InferenceHelper(lambda out: out, [4], tf.float32, start, lambda ids: tf.reduce_sum(ids, 1) > 100.0)
    first = s.dynamic_decode(s.BasicDecoder(cell, inference, cell.zero_state(2, tf.float32)), maximum_iterations=3)
    custom = s.CustomHelper(
        lambda: (tf.tile([False], [2]), start),
        lambda time, outputs, state: tf.cast(tf.argmax(outputs, 1), tf.int32),
        lambda time, outputs, state, sample_ids: (tf.tile([time > 1], [2]), outputs, state),
    )
    second = s.dynamic_decode(s.BasicDecoder(cell, custom, cell.zero_state(2, tf.float32)))
    return _initialized(tf, [first[0].rnn_output, first[2], second[0].sample_id, second[2]])


ATTENTION = {
    "bahdanau": lambda s, m, n: s.BahdanauAttention(3, m, memory_sequence_length=n),
    "bahdanau_normalized": lambda s, m, n: s.BahdanauAttention(3, m, normalize=True),
    "luong": lambda s, m, n: s.LuongAttention(3, m, memory_sequence_length=n),
    "luong_scaled": lambda s, m, n: s.LuongAttention(3, m, scale=True),
    "luong_hard": lambda s, m, n: s.LuongAttention(3, m, probability_fn=s.hardmax),
    "bahdanau_monotonic": lambda s, m, n: s.BahdanauMonotonicAttention(3, m, memory_sequence_length=n),
    "luong_monotonic": lambda s, m, n: s.LuongMonotonicAttention(3, m, mode="recursive"),
    "luong_monotonic_hard": lambda s, m, n: s.LuongMonotonicAttention(3, m, mode="hard"),
    "several": lambda s, m, n: [s.LuongAttention(3, m), s.BahdanauAttention(2, m)],
}


def _attention_case(make, size, history):
    def case(tf):
        tf.set_random_seed(1)
        s, memory = tf.contrib.seq2seq, tf.placeholder(tf.float32, [2, None, 6], name="memory")
        x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
        mechanism = make(s, memory, tf.constant([5, 3]))
        wrapper = s.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), mechanism, attention_layer_size=size, alignment_history=history)
        decoder = s.BasicDecoder(wrapper, s.TrainingHelper(x, [3, 2]), wrapper.zero_state(2, tf.float32))
        fetches = _trained(tf, decoder)
        return _initialized(tf, fetches, {x: X, memory: MEMORY})

    return case


def case_attention_initial_state(tf):
    tf.set_random_seed(1)
    s, memory = tf.contrib.seq2seq, tf.constant(MEMORY)
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    start = cell.zero_state(2, tf.float32)
    wrapper = s.AttentionWrapper(cell, s.LuongAttention(3, memory), initial_cell_state=start, output_attention=False)
    outputs, _ = tf.nn.dynamic_rnn(wrapper, tf.constant(X), dtype=tf.float32)
    state = wrapper.zero_state(2, tf.float32).clone(cell_state=start)
    return _initialized(tf, [outputs, state.attention])


def _beam_search(tf, attention=False, history=False, **settings):
    tf.set_random_seed(1)
    s, embedding, width = tf.contrib.seq2seq, tf.get_variable("embedding", [7, 4]), 3
    cell = tf.nn.rnn_cell.BasicLSTMCell(5)
    if attention:
        memory = s.tile_batch(tf.constant(MEMORY), width)
        cell = s.AttentionWrapper(cell, s.LuongAttention(5, memory), attention_layer_size=6, alignment_history=history)
    state = cell.zero_state(2 * width, tf.float32)
    start, layer = tf.fill([2], 1), tf.layers.Dense(7)
    decoder = s.BeamSearchDecoder(cell, embedding, start, 2, state, width, layer, **settings)
    outputs, final, lengths = s.dynamic_decode(decoder, maximum_iterations=6)
    fetches = [outputs.predicted_ids, outputs.beam_search_decoder_output.scores, lengths]
    return _initialized(tf, fetches + [t for t in _leaves(final) if hasattr(t, "op")])


def case_beam_search(tf):
    return _beam_search(tf)


def case_beam_search_length_penalty(tf):
    return _beam_search(tf, length_penalty_weight=0.6)


def case_beam_search_attention(tf):
    return _beam_search(tf, attention=True)


def case_beam_search_attention_history(tf):
    return _beam_search(tf, attention=True, history=True)


def case_beam_search_coverage_penalty(tf):
    return _beam_search(tf, attention=True, coverage_penalty_weight=0.3)


def case_gather_tree(tf):
    steps = tf.constant([[[1, 2, 3]], [[4, 5, 6]], [[7, 2, 9]]])
    parents = tf.constant([[[0, 0, 0]], [[0, 1, 1]], [[2, 1, 2]]])
    return tf.contrib.seq2seq.gather_tree(steps, parents, [3], 2)


def case_tile_batch(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    return tf.contrib.seq2seq.tile_batch((x, tf.constant([1, 2])), 3), {x: np.ones((2, 2))}


def case_attention_not_a_mechanism(tf):
    return tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), 5)


def cases():
    found = [("loss", _loss_case()), ("loss_by_time", _loss_case(average_across_batch=True, average_across_timesteps=False)),
             ("loss_by_example", _loss_case(average_across_batch=False)),
             ("loss_of_each", _loss_case(average_across_batch=False, average_across_timesteps=False)),
             ("loss_summed", _loss_case(average_across_batch=False, average_across_timesteps=False, sum_over_timesteps=True,
                                        sum_over_batch=True))]  # fmt: skip
    for name, make in ATTENTION.items():
        size = [2, 3] if name == "several" else 4
        found.append(("attention_" + name, _attention_case(make, size, name in ("bahdanau", "several"))))
    found.append(("attention_context_only", _attention_case(ATTENTION["luong"], None, False)))
    for _, case in found:
        case.ulps = ULPS
    return found


ULPS = 256
for _name, _case in list(globals().items()):
    if _name.startswith("case_"):
        _case.ulps = ULPS
