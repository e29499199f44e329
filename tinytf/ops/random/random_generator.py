"""`tf.random.experimental.Generator`: random numbers whose state is a variable."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.trackable import AutoTrackable
from tinytf.ops.random import random_ops
from tinytf.ops.state.variables_v2 import VariableV2

MAX_INT64 = SEED_MAX = 2**63 - 1
MIN_INT64 = SEED_MIN = -(2**63)
UINT64_SPAN = SEED_UINT_SPAN = 2**64
SEED_TYPE = STATE_TYPE = ALGORITHM_TYPE = "int64"
SEED_TYPE_BITS = 64
SEED_BIT_MASK = UINT64_SPAN - 1
SEED_SIZE = 16
RNG_ALG_PHILOX = DEFAULT_ALGORITHM = 1
RNG_ALG_THREEFRY = 2
PHILOX_STATE_SIZE = 3
THREEFRY_STATE_SIZE = 2
_STATE_SIZES = {RNG_ALG_PHILOX: PHILOX_STATE_SIZE, RNG_ALG_THREEFRY: THREEFRY_STATE_SIZE}


def non_deterministic_ints(shape, dtype=dtypes.int64):
    """Integers from the operating system's source of randomness."""
    return make("NonDeterministicInts", shape, dtype=dtype)


def _get_state_size(alg) -> int:
    if alg not in _STATE_SIZES:
        raise ValueError("Unsupported algorithm id: %s" % alg)
    return _STATE_SIZES[alg]


def _uint_to_int(n):
    return n - UINT64_SPAN if n > MAX_INT64 else n


def _make_1d_state(state_size: int, seed) -> np.ndarray:
    """int64 [state_size] from an integer of any size, or a list; short ones get zeros before them."""
    if isinstance(seed, int):
        seed = [seed >> 64 * i & SEED_BIT_MASK for i in range(state_size)]
    words = np.asarray([_uint_to_int(word) for word in seed], dtype=STATE_TYPE)
    if words.ndim != 1:
        raise ValueError("seed should only have one dimension; got shape: %s" % (words.shape,))
    words = words[:state_size]
    return np.concatenate([np.zeros(state_size - len(words), STATE_TYPE), words])


def create_rng_state(seed, algorithm):
    """The state that a seed, an integer or a list of them, stands for.  Follows tf.random.experimental.create_rng_state of TF 1.15."""
    return _make_1d_state(_get_state_size(algorithm), seed)


def _shape_tensor(shape):
    empty = isinstance(shape, (tuple, list)) and not shape
    return convert_to_tensor(shape, dtype=dtypes.int64 if empty else None, name="shape")


def _state_tensor(state):
    if isinstance(state, list):
        state = [_uint_to_int(word) for word in state]
    return convert_to_tensor(state, dtype=dtypes.int64)


def _join(key, counter, alg):
    """The state [counter, key]."""
    from tinytf.ops.array import array_ops

    counter, key = _state_tensor(counter), _state_tensor(key)
    counter.shape.assert_is_compatible_with([_get_state_size(alg) - 1])
    key.shape.assert_is_compatible_with([])
    return array_ops.concat([counter, array_ops.reshape(key, [1])], 0)


class Generator(AutoTrackable):
    """Random numbers from a state in a resource variable, which each draw moves on.  Follows tf.random.experimental.Generator of TF 1.15."""

    def __init__(self, copy_from=None, state=None, alg=None):
        if copy_from is not None:
            if state is not None or alg is not None:
                raise AssertionError("give `copy_from` or `state` and `alg`, not both")
            state, alg = copy_from.state, copy_from.algorithm
        else:
            if alg is None or state is None:
                raise AssertionError("`state` and `alg` go together")
            state = _state_tensor(state)
            state.shape.assert_is_compatible_with([_get_state_size(alg)])
        self._state_var = VariableV2(state, dtype=dtypes.int64, trainable=False)
        self._alg_var = alg

    @classmethod
    def from_state(cls, state, alg):
        """A generator that begins with a state."""
        return cls(alg=alg, state=state)

    @classmethod
    def from_seed(cls, seed, alg=None):
        """A generator from a seed: an integer or a list of them."""
        alg = DEFAULT_ALGORITHM if alg is None else alg
        return cls(state=create_rng_state(seed, alg), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        """A generator that begins anywhere."""
        alg = DEFAULT_ALGORITHM if alg is None else alg
        return cls(state=non_deterministic_ints([_get_state_size(alg)], dtypes.int64), alg=alg)

    @classmethod
    def from_key_counter(cls, key, counter, alg):
        """A generator that hashes `counter`, `counter` + 1, … with `key`."""
        return cls(state=_join(key, counter, alg), alg=alg)

    def reset(self, state):
        """Adds the assignment of a new state to the graph."""
        state = _state_tensor(state)
        state.shape.assert_is_compatible_with([_get_state_size(self.algorithm)])
        self._state_var.assign(state)

    def reset_from_seed(self, seed):
        """Adds the assignment of the state that a seed stands for to the graph."""
        self._state_var.assign(create_rng_state(seed, self.algorithm))

    def reset_from_key_counter(self, key, counter):
        """Adds the assignment of a new key and counter to the graph."""
        self._state_var.assign(_join(key, counter, self.algorithm))

    @property
    def state(self):
        """The variable."""
        return self._state_var

    @property
    def algorithm(self):
        """The number of the algorithm; Philox is 1."""
        return self._alg_var

    @property
    def key(self):
        """The part of the state that stays."""
        _get_state_size(self.algorithm)
        return self._state_var[-1]

    def skip(self, delta):
        """Adds an op that moves the state as far as drawing `delta` numbers does."""
        make("RngSkip", self.state.handle, self.algorithm, delta)

    def _draw(self, op_type, shape, *parameters, dtype, name=None):
        return make(op_type, self.state.handle, self.algorithm, shape, *parameters, dtype=dtype, name=name)

    def _scaled_normal(self, op_type, scope_name, shape, mean, stddev, dtype, name):
        with name_scope(name, scope_name, [shape, mean, stddev]) as scope:
            shape = _shape_tensor(shape)
            mean = convert_to_tensor(mean, dtype=dtype, name="mean")
            stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
            return random_ops._add(self._draw(op_type, shape, dtype=dtype) * stddev, mean, scope)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
        """Normal numbers."""
        return self._scaled_normal("StatefulStandardNormalV2", "stateful_normal", shape, mean, stddev, dtype, name)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
        """Normal numbers within two standard deviations of the mean."""
        return self._scaled_normal("StatefulTruncatedNormal", "truncated_normal", shape, mean, stddev, dtype, name)

    def uniform(self, shape, minval=0, maxval=None, dtype=dtypes.float32, name=None):
        """Numbers in [minval, maxval); ValueError for an integer dtype without `maxval`."""
        dtype = dtypes.as_dtype(dtype)
        if maxval is None:
            if dtype.is_integer:
                raise ValueError("Must specify maxval for integer dtype %r" % dtype)
            maxval = 1
        with name_scope(name, "stateful_uniform", [shape, minval, maxval]) as scope:
            shape = _shape_tensor(shape)
            minval = convert_to_tensor(minval, dtype=dtype, name="min")
            maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
            if dtype.is_integer:
                return self._draw("StatefulUniformInt", shape, minval, maxval, dtype=dtype, name=scope)
            drawn = self._draw("StatefulUniform", shape, dtype=dtype)
            return random_ops._add(drawn * (maxval - minval), minval, scope)

    def uniform_full_int(self, shape, dtype=dtypes.uint64, name=None):
        """Integers from the whole range of a type."""
        with name_scope(name, "stateful_uniform_full_int", [shape]) as scope:
            return self._draw("StatefulUniformFullInt", _shape_tensor(shape), dtype=dtypes.as_dtype(dtype), name=scope)

    def binomial(self, shape, counts, probs, dtype=dtypes.int32, name=None):
        """How many of `counts` trials succeed that do so with probability `probs`; one of each for a row of `shape`."""
        dtype = dtypes.as_dtype(dtype)
        with name_scope(name, "binomial", [shape, counts, probs]) as scope:
            counts = convert_to_tensor(counts, name="counts")
            probs = convert_to_tensor(probs, name="probs")
            return self._draw("StatefulRandomBinomial", _shape_tensor(shape), counts, probs, dtype=dtype, name=scope)

    def _make_int64_keys(self, shape=()):
        return self.uniform_full_int(shape=shape, dtype=dtypes.int64)

    def make_seeds(self, count=1):
        """int64 [2, count]: seeds for stateless random ops."""
        from tinytf.ops.array import array_ops

        _get_state_size(self.algorithm)
        keys = self._make_int64_keys(shape=[count])
        return array_ops.stack([keys, array_ops.zeros_like(keys)])

    def split(self, count=1):
        """Needs the values of the keys while the graph is built, which only eager execution has."""
        raise NotImplementedError(
            "Generator.split needs eager execution, which tinytf does not have; make one generator a key with "
            "Generator.from_key_counter(key, [0, 0], alg), from the keys that sess.run(generator.make_seeds(%d)) gives" % count
        )


_global_generator = None


def get_global_generator() -> Generator:
    """The generator that programs share.  Follows tf.random.experimental.get_global_generator of TF 1.15."""
    global _global_generator
    if _global_generator is None:
        _global_generator = Generator.from_non_deterministic_state()
    return _global_generator


def set_global_generator(generator) -> None:
    """Makes `generator` the one that programs share.  Follows tf.random.experimental.set_global_generator of TF 1.15."""
    global _global_generator
    _global_generator = generator
