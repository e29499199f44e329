"""Helpers choose a decoder's inputs: the right ones while it learns, its own outputs when it is used."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.ops.math import math_ops
from tinytf.ops.nn.embedding import embedding_lookup
from tinytf.ops.random import random_ops
from tinytf.ops.recurrent.rnn_common import transpose_batch_time
from tinytf.shapes import TensorShape


class Helper:
    """What BasicDecoder asks for. Follows tf.contrib.seq2seq.Helper of TF 1.15."""

    @property
    def batch_size(self):
        """The batch size: an int or a scalar tensor."""
        raise NotImplementedError("batch_size has not been implemented")

    @property
    def sample_ids_shape(self):
        """The shape of what is sampled, without the batch."""
        raise NotImplementedError("sample_ids_shape has not been implemented")

    @property
    def sample_ids_dtype(self):
        """The dtype of what is sampled."""
        raise NotImplementedError("sample_ids_dtype has not been implemented")

    def initialize(self, name=None):
        """(finished, first inputs)."""
        raise NotImplementedError

    def sample(self, time, outputs, state, name=None):
        """What is sampled from the outputs of a step."""
        raise NotImplementedError

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """(finished, next inputs, next state)."""
        raise NotImplementedError


class CustomHelper(Helper):
    """A helper of three functions. Follows tf.contrib.seq2seq.CustomHelper of TF 1.15."""

    def __init__(self, initialize_fn, sample_fn, next_inputs_fn, sample_ids_shape=None, sample_ids_dtype=None):
        self._initialize_fn, self._sample_fn, self._next_inputs_fn = initialize_fn, sample_fn, next_inputs_fn
        self._batch_size = None
        self._sample_ids_shape = TensorShape(sample_ids_shape or [])
        self._sample_ids_dtype = sample_ids_dtype or dtypes.int32

    @property
    def batch_size(self):
        if self._batch_size is None:
            raise ValueError("batch_size accessed before initialize was called")
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self):
        return self._sample_ids_dtype

    def initialize(self, name=None):
        with name_scope(name, "%sInitialize" % type(self).__name__):
            finished, inputs = self._initialize_fn()
            if self._batch_size is None:
                self._batch_size = array_ops.size(finished)
        return finished, inputs

    def sample(self, time, outputs, state, name=None):
        with name_scope(name, "%sSample" % type(self).__name__, (time, outputs, state)):
            return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with name_scope(name, "%sNextInputs" % type(self).__name__, (time, outputs, state)):
            return self._next_inputs_fn(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


def unstacked(tensor):
    """A TensorArray of the rows of a tensor."""
    return TensorArray(dtype=tensor.dtype, size=array_ops.shape(tensor)[0], element_shape=tensor.get_shape()[1:]).unstack(tensor)


class _OfSymbols(Helper):
    """A helper that samples one int32 for each sequence."""

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return TensorShape([])

    @property
    def sample_ids_dtype(self):
        return dtypes.int32


class TrainingHelper(_OfSymbols):
    """Gives a decoder the inputs [batch, time, …] one after the other. Follows tf.contrib.seq2seq.TrainingHelper of TF 1.15."""

    def __init__(self, inputs, sequence_length, time_major=False, name=None):
        with name_scope(name, "TrainingHelper", [inputs, sequence_length]):
            inputs = convert_to_tensor(inputs, name="inputs")
            self._inputs = inputs
            if not time_major:
                inputs = transpose_batch_time(inputs)
            self._input_arrays = unstacked(inputs)
            self._sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
            if self._sequence_length.get_shape().ndims != 1:
                raise ValueError("Expected sequence_length to be a vector, but received shape: %s" % self._sequence_length.get_shape())
            self._zero_inputs = array_ops.zeros_like(inputs[0, :])
            self._batch_size = array_ops.size(sequence_length)

    @property
    def inputs(self):
        """The inputs as they were given."""
        return self._inputs

    @property
    def sequence_length(self):
        """The lengths of the sequences."""
        return self._sequence_length

    def initialize(self, name=None):
        with name_scope(name, "TrainingHelperInitialize"):
            finished = math_ops.equal(0, self._sequence_length)
            inputs = cond(math_ops.reduce_all(finished), lambda: self._zero_inputs, lambda: self._input_arrays.read(0))
            return finished, inputs

    def sample(self, time, outputs, name=None, **_):
        with name_scope(name, "TrainingHelperSample", [time, outputs]):
            return math_ops.cast(math_ops.argmax(outputs, axis=-1), dtypes.int32)

    def next_inputs(self, time, outputs, state, name=None, **_):
        with name_scope(name, "TrainingHelperNextInputs", [time, outputs, state]):
            following = time + 1
            finished = following >= self._sequence_length
            inputs = cond(math_ops.reduce_all(finished), lambda: self._zero_inputs, lambda: self._input_arrays.read(following))
            return finished, inputs, state


def embedding_function(embedding):
    """A function from symbols to vectors: `embedding` itself, or the rows of it."""
    return embedding if callable(embedding) else lambda ids: embedding_lookup(embedding, ids)


class GreedyEmbeddingHelper(_OfSymbols):
    """The next input is the embedding of the most likely symbol, until that is `end_token`. Follows TF 1.15."""

    def __init__(self, embedding, start_tokens, end_token):
        self._embedding_fn = embedding_function(embedding)
        self._start_tokens = convert_to_tensor(start_tokens, dtype=dtypes.int32, name="start_tokens")
        self._end_token = convert_to_tensor(end_token, dtype=dtypes.int32, name="end_token")
        if self._start_tokens.get_shape().ndims != 1:
            raise ValueError("start_tokens must be a vector")
        self._batch_size = array_ops.size(start_tokens)
        if self._end_token.get_shape().ndims != 0:
            raise ValueError("end_token must be a scalar")
        self._start_inputs = self._embedding_fn(self._start_tokens)

    def initialize(self, name=None):
        return array_ops.tile([False], [self._batch_size]), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        _check_tensor(outputs)
        return math_ops.argmax(outputs, axis=-1, output_type=dtypes.int32)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        finished = math_ops.equal(sample_ids, self._end_token)
        inputs = cond(math_ops.reduce_all(finished), lambda: self._start_inputs, lambda: self._embedding_fn(sample_ids))
        return finished, inputs, state


def _check_tensor(outputs):
    if not isinstance(outputs, Tensor):
        raise TypeError("Expected outputs to be a single Tensor, got: %s" % type(outputs))


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """The next input is the embedding of a symbol drawn as likely as the outputs say. Follows TF 1.15."""

    def __init__(self, embedding, start_tokens, end_token, softmax_temperature=None, seed=None):
        super().__init__(embedding, start_tokens, end_token)
        self._softmax_temperature, self._seed = softmax_temperature, seed

    def sample(self, time, outputs, state, name=None):
        _check_tensor(outputs)
        logits = outputs if self._softmax_temperature is None else outputs / self._softmax_temperature
        return categorical_sample(logits=logits, seed=self._seed)


class InferenceHelper(Helper):
    """A decoder on its own outputs, of which `sample_fn` makes the next inputs. Follows tf.contrib.seq2seq.InferenceHelper."""

    def __init__(self, sample_fn, sample_shape, sample_dtype, start_inputs, end_fn, next_inputs_fn=None):
        self._sample_fn, self._end_fn, self._next_inputs_fn = sample_fn, end_fn, next_inputs_fn
        self._sample_shape, self._sample_dtype = TensorShape(sample_shape), sample_dtype
        self._batch_size = array_ops.shape(start_inputs)[0]
        self._start_inputs = convert_to_tensor(start_inputs, name="start_inputs")

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return self._sample_shape

    @property
    def sample_ids_dtype(self):
        return self._sample_dtype

    def initialize(self, name=None):
        return array_ops.tile([False], [self._batch_size]), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        return self._sample_fn(outputs)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        inputs = sample_ids if self._next_inputs_fn is None else self._next_inputs_fn(sample_ids)
        return self._end_fn(sample_ids), inputs, state


def _sample(draw, sample_shape):
    """draw(n) for as many draws as `sample_shape` has, in that shape."""
    with name_scope(None, "call_sampler", values=[sample_shape]):
        sample_shape = convert_to_tensor(sample_shape, dtype=dtypes.int32, name="sample_shape")
        pad = math_ops.cast(math_ops.equal(array_ops.rank(sample_shape), 0), dtypes.int32)
        sample_shape = array_ops.reshape(sample_shape, array_ops.pad(array_ops.shape(sample_shape), paddings=[[pad, 0]], constant_values=1))
        samples = draw(math_ops.reduce_prod(sample_shape))
        rest = array_ops.shape(samples)[1:]
        return array_ops.reshape(samples, array_ops.concat([sample_shape, rest], 0))


def bernoulli_sample(probs, dtype=dtypes.int32, sample_shape=(), seed=None):
    """Draws that are 1 with probability `probs`."""
    probs = convert_to_tensor(probs, name="probs")
    batch_shape = array_ops.shape(probs)

    def draw(n):
        shape = array_ops.concat([[n], batch_shape], 0)
        uniform = random_ops.random_uniform(shape, seed=seed, dtype=probs.dtype)
        return math_ops.cast(math_ops.less(uniform, probs), dtype)

    return _sample(draw, sample_shape)


def categorical_sample(logits, dtype=dtypes.int32, sample_shape=(), seed=None):
    """Draws of classes, as likely as `logits` say."""
    logits = convert_to_tensor(logits, name="logits")
    classes = array_ops.shape(logits)[-1]
    batch_shape = array_ops.shape(logits)[:-1]

    def draw(n):
        flat = logits if logits.get_shape().ndims == 2 else array_ops.reshape(logits, [-1, classes])
        wide = dtypes.int64 if logits.dtype.size > 4 else dtypes.int32
        draws = random_ops.multinomial(flat, n, seed=seed, output_dtype=wide)
        draws = array_ops.reshape(array_ops.transpose(draws), array_ops.concat([[n], batch_shape], 0))
        return math_ops.cast(draws, dtype)

    return _sample(draw, sample_shape)
