"""tf.contrib.legacy_seq2seq (tf.nn.seq2seq before 1.0): sequences into sequences, unrolled.

Inputs and outputs are lists with one tensor for each step. Where a decoder is to take its own last output as next input,
`feed_previous` says so: a bool, or a bool tensor that decides it at run time.
"""

from __future__ import annotations

import copy

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.layers.linear import Linear
from tinytf.layers.rnn_cell_wrappers import EmbeddingWrapper, OutputProjectionWrapper
from tinytf.layers.rnn_cells import RNNCell
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import math_ops
from tinytf.ops.nn.conv_functions import conv2d
from tinytf.ops.nn.embedding import embedding_lookup
from tinytf.ops.nn.nn_basic import xw_plus_b
from tinytf.ops.nn.softmax import softmax, sparse_softmax_cross_entropy_with_logits
from tinytf.ops.recurrent.static_rnn import static_rnn
from tinytf.ops.state.variable_scope import get_variable, get_variable_scope, variable_scope

__all__ = [
    "attention_decoder",
    "basic_rnn_seq2seq",
    "embedding_attention_decoder",
    "embedding_attention_seq2seq",
    "embedding_rnn_decoder",
    "embedding_rnn_seq2seq",
    "embedding_tied_rnn_seq2seq",
    "model_with_buckets",
    "one2many_rnn_seq2seq",
    "rnn_decoder",
    "sequence_loss",
    "sequence_loss_by_example",
    "tied_rnn_seq2seq",
]


def _embedded_argmax(embedding, output_projection=None, update_embedding=True):
    """A loop function: the embedding of the most likely symbol of the previous output."""

    def loop_function(previous, _):
        if output_projection is not None:
            previous = xw_plus_b(previous, output_projection[0], output_projection[1])
        embedded = embedding_lookup(embedding, math_ops.argmax(previous, 1))
        return embedded if update_embedding else array_ops.stop_gradient(embedded)

    return loop_function


def _looped(loop_function, previous, i, inp):
    """The input of step i: what `loop_function` makes of the previous output, where there are both."""
    if loop_function is None or previous is None:
        return inp
    with variable_scope("loop_function", reuse=True):
        return loop_function(previous, i)


def rnn_decoder(decoder_inputs, initial_state, cell, loop_function=None, scope=None):
    """`cell` over the inputs; with `loop_function(previous output, i)`, that gives all inputs but the first.

    Returns (outputs, state). Follows tf.contrib.legacy_seq2seq.rnn_decoder of TF 1.15.
    """
    with variable_scope(scope or "rnn_decoder"):
        state, outputs, previous = initial_state, [], None
        for i, inp in enumerate(decoder_inputs):
            inp = _looped(loop_function, previous, i, inp)
            if i > 0:
                get_variable_scope().reuse_variables()
            output, state = cell(inp, state)
            outputs.append(output)
            previous = output
    return outputs, state


def basic_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, dtype=dtypes.float32, scope=None):
    """An encoder whose last state starts a decoder with weights of its own. Follows TF 1.15's function of this name."""
    with variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(copy.deepcopy(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, loop_function=None, dtype=dtypes.float32, scope=None):
    """An encoder and a decoder with the same weights. Follows TF 1.15's function of this name."""
    with variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function=loop_function, scope=scope)


def _check_projection(projection, num_symbols, dtype, weights=True):
    if projection is None:
        return
    if weights:
        matrix = convert_to_tensor(projection[0], dtype=dtype)
        matrix.get_shape().assert_is_compatible_with([None, num_symbols])
    bias = convert_to_tensor(projection[1], dtype=dtype)
    bias.get_shape().assert_is_compatible_with([num_symbols])


def embedding_rnn_decoder(
    decoder_inputs,
    initial_state,
    cell,
    num_symbols,
    embedding_size,
    output_projection=None,
    feed_previous=False,
    update_embedding_for_previous=True,
    scope=None,
):
    """`rnn_decoder` on the embeddings of symbols (vectors of int32). Follows TF 1.15's function of this name."""
    with variable_scope(scope or "embedding_rnn_decoder") as scope:
        _check_projection(output_projection, num_symbols, scope.dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = _embedded_argmax(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        inputs = (embedding_lookup(embedding, symbols) for symbols in decoder_inputs)
        return rnn_decoder(inputs, initial_state, cell, loop_function=loop_function)


def _either(feed_previous, decode, like_state, length):
    """(outputs, state) of `decode(True)` or `decode(False)`, as the bool tensor `feed_previous` decides at run time.

    `like_state()` is a state of the structure that comes out.
    """

    def branch(feed):
        with variable_scope(get_variable_scope(), reuse=None if feed else True):
            outputs, state = decode(feed)
            return outputs + nest.flatten(state)

    values = cond(feed_previous, lambda: branch(True), lambda: branch(False))
    state = like_state()
    flat_state = values[length:]
    return values[:length], nest.pack_sequence_as(state, flat_state) if nest.is_nested(state) else flat_state[0]


def embedding_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_encoder_symbols,
    num_decoder_symbols,
    embedding_size,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """`basic_rnn_seq2seq` on symbols. Follows TF 1.15's function of this name."""
    with variable_scope(scope or "embedding_rnn_seq2seq") as scope:
        if dtype is not None:
            scope.set_dtype(dtype)
        else:
            dtype = scope.dtype
        encoder = EmbeddingWrapper(copy.deepcopy(cell), embedding_classes=num_encoder_symbols, embedding_size=embedding_size)
        _, encoder_state = static_rnn(encoder, encoder_inputs, dtype=dtype)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)

        def decode(feed, **settings):
            return embedding_rnn_decoder(
                decoder_inputs,
                encoder_state,
                cell,
                num_decoder_symbols,
                embedding_size,
                output_projection=output_projection,
                feed_previous=feed,
                **settings,
            )

        if isinstance(feed_previous, bool):
            return decode(feed_previous)
        return _either(
            feed_previous, lambda feed: decode(feed, update_embedding_for_previous=False), lambda: encoder_state, len(decoder_inputs)
        )


def embedding_tied_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_symbols,
    embedding_size,
    num_decoder_symbols=None,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """`tied_rnn_seq2seq` on symbols with one embedding for both sides. Follows TF 1.15's function of this name."""
    with variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as scope:
        dtype = scope.dtype
        _check_projection(output_projection, num_symbols, dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size], dtype=dtype)
        encoder_embedded = [embedding_lookup(embedding, x) for x in encoder_inputs]
        decoder_embedded = [embedding_lookup(embedding, x) for x in decoder_inputs]
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_symbols if num_decoder_symbols is None else num_decoder_symbols)

        def decode(feed, update_embedding):
            loop_function = _embedded_argmax(embedding, output_projection, update_embedding) if feed else None
            return tied_rnn_seq2seq(encoder_embedded, decoder_embedded, cell, loop_function=loop_function, dtype=dtype)

        if isinstance(feed_previous, bool):
            return decode(feed_previous, True)

        def like_state():
            known = encoder_inputs[0].get_shape()[:1]
            for x in encoder_inputs[1:]:
                known.merge_with(x.get_shape()[:1])
            batch_size = known.as_list()[0]
            return cell.zero_state(array_ops.shape(encoder_inputs[0])[0] if batch_size is None else batch_size, dtype)

        return _either(feed_previous, lambda feed: decode(feed, False), like_state, len(decoder_inputs))


def attention_decoder(
    decoder_inputs,
    initial_state,
    attention_states,
    cell,
    output_size=None,
    num_heads=1,
    loop_function=None,
    dtype=None,
    scope=None,
    initial_state_attention=False,
):
    """A decoder that looks, in each step, at the states [batch, length, size] that `attention` weighs (Vinyals et al. 2014).

    Returns (outputs [batch, output_size], state). Follows TF 1.15's function of this name.
    """
    if not decoder_inputs:
        raise ValueError("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise ValueError("With less than 1 heads, use a non-attention decoder.")
    _, length, size = attention_states.get_shape().with_rank(3).as_list()
    if size is None:
        raise ValueError("Shape[2] of attention_states must be known: %s" % attention_states.get_shape())
    if output_size is None:
        output_size = cell.output_size
    with variable_scope(scope or "attention_decoder", dtype=dtype) as scope:
        dtype = scope.dtype
        batch_size = array_ops.shape(decoder_inputs[0])[0]
        if length is None:
            length = array_ops.shape(attention_states)[1]
        hidden = array_ops.reshape(attention_states, [-1, length, 1, size])  # W·h of the paper is a 1-by-1 convolution
        features, v = [], []
        for head in range(num_heads):
            k = get_variable("AttnW_%d" % head, [1, 1, size, size], dtype=dtype)
            features.append(conv2d(hidden, k, [1, 1, 1, 1], "SAME"))
            v.append(get_variable("AttnV_%d" % head, [size], dtype=dtype))

        def attention(query):
            if nest.is_nested(query):
                query = array_ops.concat(nest.flatten(query), 1)
            reads = []
            for head in range(num_heads):
                with variable_scope("Attention_%d" % head):
                    y = Linear(query, size, True)(query)
                    y = math_ops.cast(array_ops.reshape(y, [-1, 1, 1, size]), dtype)
                    score = math_ops.reduce_sum(v[head] * math_ops.tanh(features[head] + y), [2, 3])
                    weight = math_ops.cast(softmax(math_ops.cast(score, dtype=dtypes.float32)), dtype)
                    read = math_ops.reduce_sum(array_ops.reshape(weight, [-1, length, 1, 1]) * hidden, [1, 2])
                    reads.append(array_ops.reshape(read, [-1, size]))
            return reads

        state, outputs, previous = initial_state, [], None
        shape = array_ops.stack([batch_size, size])
        reads = [array_ops.zeros(shape, dtype=dtype) for _ in range(num_heads)]
        for read in reads:
            read.set_shape([None, size])
        if initial_state_attention:
            reads = attention(initial_state)
        for i, inp in enumerate(decoder_inputs):
            if i > 0:
                get_variable_scope().reuse_variables()
            inp = _looped(loop_function, previous, i, inp)
            input_size = inp.get_shape().with_rank(2).as_list()[1]
            if input_size is None:
                raise ValueError("Could not infer input size from input: %s" % inp.name)
            inputs = [math_ops.cast(x, dtype) for x in [inp] + reads]
            output, state = cell(Linear(inputs, input_size, True)(inputs), state)
            if i == 0 and initial_state_attention:
                with variable_scope(get_variable_scope(), reuse=True):
                    reads = attention(state)
            else:
                reads = attention(state)
            with variable_scope("AttnOutputProjection"):
                inputs = [math_ops.cast(output, dtype)] + reads
                output = Linear(inputs, output_size, True)(inputs)
            previous = output
            outputs.append(output)
    return outputs, state


def embedding_attention_decoder(
    decoder_inputs,
    initial_state,
    attention_states,
    cell,
    num_symbols,
    embedding_size,
    num_heads=1,
    output_size=None,
    output_projection=None,
    feed_previous=False,
    update_embedding_for_previous=True,
    dtype=None,
    scope=None,
    initial_state_attention=False,
):
    """`attention_decoder` on the embeddings of symbols. Follows TF 1.15's function of this name."""
    if output_size is None:
        output_size = cell.output_size
    _check_projection(output_projection, num_symbols, dtype, weights=False)
    with variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = _embedded_argmax(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        inputs = [embedding_lookup(embedding, symbols) for symbols in decoder_inputs]
        return attention_decoder(
            inputs,
            initial_state,
            attention_states,
            cell,
            output_size=output_size,
            num_heads=num_heads,
            loop_function=loop_function,
            initial_state_attention=initial_state_attention,
        )


def embedding_attention_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_encoder_symbols,
    num_decoder_symbols,
    embedding_size,
    num_heads=1,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
    initial_state_attention=False,
):
    """An encoder on symbols, and a decoder that looks at all of the encoder's outputs. Follows TF 1.15's function of this name."""
    with variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as scope:
        dtype = scope.dtype
        encoder = EmbeddingWrapper(copy.deepcopy(cell), embedding_classes=num_encoder_symbols, embedding_size=embedding_size)
        encoder_outputs, encoder_state = static_rnn(encoder, encoder_inputs, dtype=dtype)
        tops = [array_ops.reshape(output, [-1, 1, cell.output_size]) for output in encoder_outputs]
        attention_states = array_ops.concat(tops, 1)
        output_size = None
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols

        def decode(feed, **settings):
            return embedding_attention_decoder(
                decoder_inputs,
                encoder_state,
                attention_states,
                cell,
                num_decoder_symbols,
                embedding_size,
                num_heads=num_heads,
                output_size=output_size,
                output_projection=output_projection,
                feed_previous=feed,
                initial_state_attention=initial_state_attention,
                **settings,
            )

        if isinstance(feed_previous, bool):
            return decode(feed_previous)
        return _either(
            feed_previous, lambda feed: decode(feed, update_embedding_for_previous=False), lambda: encoder_state, len(decoder_inputs)
        )


def one2many_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs_dict,
    enc_cell,
    dec_cells_dict,
    num_encoder_symbols,
    num_decoder_symbols_dict,
    embedding_size,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """One encoder and several decoders, by name; returns dicts of outputs and states. Follows TF 1.15's function of this name."""
    if not isinstance(enc_cell, RNNCell):
        raise TypeError("enc_cell is not an RNNCell: %s" % type(enc_cell))
    if set(dec_cells_dict) != set(decoder_inputs_dict):
        raise ValueError("keys of dec_cells_dict != keys of decodre_inputs_dict")
    for cell in dec_cells_dict.values():
        if not isinstance(cell, RNNCell):
            raise TypeError("dec_cell is not an RNNCell: %s" % type(cell))
    outputs, states = {}, {}
    with variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as scope:
        encoder = EmbeddingWrapper(enc_cell, embedding_classes=num_encoder_symbols, embedding_size=embedding_size)
        _, encoder_state = static_rnn(encoder, encoder_inputs, dtype=scope.dtype)
        for name, inputs in decoder_inputs_dict.items():
            symbols = num_decoder_symbols_dict[name]
            with variable_scope("one2many_decoder_" + str(name)):
                cell = OutputProjectionWrapper(dec_cells_dict[name], symbols)

                def decode(feed, inputs=inputs, cell=cell, symbols=symbols):
                    return embedding_rnn_decoder(inputs, encoder_state, cell, symbols, embedding_size, feed_previous=feed)

                if isinstance(feed_previous, bool):
                    outputs[name], states[name] = decode(feed_previous)
                else:
                    outputs[name], states[name] = _either(feed_previous, decode, lambda: encoder_state, len(inputs))
    return outputs, states


def sequence_loss_by_example(logits, targets, weights, average_across_timesteps=True, softmax_loss_function=None, name=None):
    """The weighted cross entropy [batch] of lists of logits [batch, symbols] and targets [batch]. Follows TF 1.15's function."""
    if len(targets) != len(logits) or len(weights) != len(logits):
        raise ValueError("Lengths of logits, weights, and targets must be the same %d, %d, %d." % (len(logits), len(weights), len(targets)))
    with name_scope(name, "sequence_loss_by_example", logits + targets + weights):
        losses = []
        for logit, target, weight in zip(logits, targets, weights):
            if softmax_loss_function is None:
                target = array_ops.reshape(target, [-1])
                loss = sparse_softmax_cross_entropy_with_logits(labels=target, logits=logit)
            else:
                loss = softmax_loss_function(labels=target, logits=logit)
            losses.append(loss * weight)
        total = math_ops.add_n(losses)
        if average_across_timesteps:
            total_weight = math_ops.add_n(weights)
            total_weight += 1e-12  # all weights may be zero
            total /= total_weight
    return total


def sequence_loss(
    logits, targets, weights, average_across_timesteps=True, average_across_batch=True, softmax_loss_function=None, name=None
):
    """`sequence_loss_by_example`, summed, or averaged over the batch. Follows TF 1.15's function of this name."""
    with name_scope(name, "sequence_loss", logits + targets + weights):
        cost = math_ops.reduce_sum(
            sequence_loss_by_example(
                logits, targets, weights, average_across_timesteps=average_across_timesteps, softmax_loss_function=softmax_loss_function
            )
        )
        if not average_across_batch:
            return cost
        batch_size = array_ops.shape(targets[0])[0]
        return cost / math_ops.cast(batch_size, cost.dtype)


def model_with_buckets(
    encoder_inputs, decoder_inputs, targets, weights, buckets, seq2seq, softmax_loss_function=None, per_example_loss=False, name=None
):
    """A model for each bucket (encoder length, decoder length), all with the same weights; returns (outputs, losses).

    `seq2seq(encoder_inputs, decoder_inputs)` gives (outputs, state). Follows TF 1.15's function of this name.
    """
    longest = buckets[-1]
    for what, given, needed in (
        ("encoder_inputs", encoder_inputs, longest[0]),
        ("targets", targets, longest[1]),
        ("weights", weights, longest[1]),
    ):
        if len(given) < needed:
            raise ValueError("Length of %s (%d) must be at least that of last bucket (%d)." % (what, len(given), needed))
    loss_of = sequence_loss_by_example if per_example_loss else sequence_loss
    outputs, losses = [], []
    with name_scope(name, "model_with_buckets", encoder_inputs + decoder_inputs + targets + weights):
        for i, (encoder_length, length) in enumerate(buckets):
            with variable_scope(get_variable_scope(), reuse=True if i > 0 else None):
                output, _ = seq2seq(encoder_inputs[:encoder_length], decoder_inputs[:length])
                outputs.append(output)
                losses.append(loss_of(output, targets[:length], weights[:length], softmax_loss_function=softmax_loss_function))
    return outputs, losses
