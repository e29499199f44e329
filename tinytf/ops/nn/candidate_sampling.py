"""Candidate samplers: a few classes drawn from many, for losses that cannot afford all of them.

Each op gives the sampled classes, and how often the true and the sampled ones are expected in such a sample.
"""

from __future__ import annotations

import math

import numpy as np

from tinytf import errors
from tinytf.checkpoint import files
from tinytf.graph import shape_rules
from tinytf.graph.build import make
from tinytf.graph.op_entry import op
from tinytf.ops import named_results
from tinytf.ops.random import philox
from tinytf.ops.random.random_ops import generator, seeds


class Stream:
    """The words of a generator one after the other; `first`: those that are known already."""

    def __init__(self, state, first=np.empty(0, np.uint32)):
        self._key, self._counter = state
        self._counter += len(first) // 4
        self._left = first

    def take(self, count: int) -> np.ndarray:
        """The next `count` words."""
        if count > len(self._left):
            # A few more than asked for: a small draw costs as much as these.
            counters = max(128, -(-(count - len(self._left)) // 4))
            fresh = philox.words((self._key, self._counter), counters).reshape(-1)
            self._counter += counters
            self._left = np.concatenate([self._left, fresh])
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def uniform(self, n: int, bits: int) -> int:
        """An integer below n, exactly uniform, from words of 32 or 64 bits."""
        while True:
            words = self.take(bits // 32)
            value = int(words[0]) | (int(words[1]) << 32 if bits == 64 else 0)
            if n & (n - 1) == 0:
                return value & (n - 1)
            if value >= ((1 << bits) - 1) % n + 1:
                return value % n


class _Ahead:
    """The first words of a sampler's next runs, drawn together: few words cost NumPy as much as many."""

    RUNS = 16

    def __init__(self, step: int, counters: int):
        self._known: dict = {}
        starts = np.arange(self.RUNS, dtype=np.uint64)[:, None] * np.uint64(step)
        self._offsets = (starts + np.arange(counters, dtype=np.uint64)).reshape(-1)
        self._step = step

    def words(self, state) -> np.ndarray:
        """The words that the run which starts at `state` draws first."""
        found = self._known.pop(state, None)
        if found is None:
            key, counter = state
            runs = philox.words_at(state, self._offsets).reshape(self.RUNS, -1)
            self._known = {(key, (counter + i * self._step) & _COUNTER): run for i, run in enumerate(runs)}
            found = self._known.pop(state)
        return found


_COUNTER = (1 << 128) - 1


class LogUniform:
    """Classes in order of falling frequency: P(k) = log((k + 2) / (k + 1)) / log(range + 1)."""

    def __init__(self, op_):
        self.range = op_.attr("range_max")
        self.log_range = math.log1p(self.range)

    def draw(self, stream, count):
        words = stream.take(2 * count).reshape(count, 2)
        values = np.exp(philox.to_double(words[:, 0], words[:, 1]) * self.log_range).astype(np.int64) - 1
        return values % self.range

    def probability(self, values):
        return (np.log((values + 2.0) / (values + 1.0)) / self.log_range).astype(np.float32)


class Uniform:
    """All classes alike."""

    def __init__(self, op_):
        self.range = op_.attr("range_max")

    def draw(self, stream, count):
        return np.array([stream.uniform(self.range, 64) for _ in range(count)], np.int64)

    def probability(self, values):
        return np.full(values.shape, 1.0 / self.range, np.float32)


class LearnedUnigram:
    """As often as the true classes were seen in earlier runs."""

    def __init__(self, op_):
        self.range = op_.attr("range_max")
        self.weights = np.ones(self.range, np.int64)

    def draw(self, stream, count):
        bounds = np.cumsum(self.weights)
        picks = [stream.uniform(int(bounds[-1]), 32) for _ in range(count)]
        return np.searchsorted(bounds, picks, side="right").astype(np.int64)

    def probability(self, values):
        return self.weights[values].astype(np.float32) / np.float32(self.weights.sum())

    def update(self, values):
        np.add.at(self.weights, values.reshape(-1), 1)


class FixedUnigram:
    """By given frequencies, to the power `distortion`; drawn with the alias method."""

    def __init__(self, op_):
        self.range = op_.attr("range_max")
        distortion, shards, shard = op_.attr("distortion"), op_.attr("num_shards"), op_.attr("shard")
        counts = list(op_.attr("unigrams")) or _read_counts(op_)
        weights = [0.0] * op_.attr("num_reserved_ids")
        for i, count in enumerate(counts, start=len(weights)):
            if i % shards == shard:
                weights.append(float(np.float32(count)) ** distortion if distortion != 1.0 else count)
        if len(weights) != self.range:
            raise errors.InvalidArgumentError(
                op_.node_def, op_, "range is %d but must be equal to weights size %d" % (self.range, len(weights))
            )
        self.weights = np.array(weights, np.float32)
        self.total = np.float32(self.weights.astype(np.float64).sum())
        self.chance, self.alias = _alias_table(self.weights)

    def draw(self, stream, count):
        values = np.empty(count, np.int64)
        for i in range(count):
            r = philox.to_float(stream.take(1).copy())[0]
            column = stream.uniform(self.range, 32)
            values[i] = column if r < self.chance[column] else self.alias[column]
        return values

    def probability(self, values):
        return self.weights[values] / self.total


def _read_counts(op_):
    path = op_.attr("vocab_file").decode()
    if not path:
        raise errors.InvalidArgumentError(op_.node_def, op_, "Must provide either vocab_file or unigrams.")
    if op_._imported:
        raise errors.PermissionDeniedError(
            op_.node_def, op_, "An imported graph does not read files here: give `unigrams` instead of vocab_file"
        )
    with files.open_to_read(path) as lines:
        try:
            return [float(line.rsplit(b",", 1)[-1]) for line in lines if line.strip()]
        except ValueError as e:
            raise errors.InvalidArgumentError(op_.node_def, op_, f"vocab_file {path} has a line that does not end in a number: {e}") from None


def _alias_table(weights):
    """(chance of a column's own class, the other class of the column), by Vose's method."""
    count = len(weights)
    share = (weights * np.float32(count)).astype(np.float64) / weights.astype(np.float64).sum()
    share = share.tolist()
    alias = [-1] * count
    low = [i for i, p in enumerate(share) if p < 1.0]
    high = [i for i, p in enumerate(share) if not p < 1.0]
    while high and low:
        small, large = low.pop(), high.pop()
        alias[small] = large
        share[large] -= 1.0 - share[small]
        (low if share[large] < 1.0 else high).append(large)
    for i in high + low:  # what rounding left over
        share[i], alias[i] = 1.0, i
    return np.array(share, np.float32), np.array(alias, np.int64)


def _sample(sampler, stream, count, unique):
    """(classes, number of draws)."""
    if not unique:
        return sampler.draw(stream, count), count
    values, tries, seen = [], 0, set()
    while len(values) < count:
        for value in sampler.draw(stream, max(count - len(values), 16)).tolist():
            tries += 1
            if value not in seen:
                seen.add(value)
                values.append(value)
                if len(values) == count:
                    break
    return np.array(values, np.int64), tries


def _expected(probability, count, tries):
    if tries == count:
        return probability * np.float32(count)
    return -np.expm1(np.float32(tries) * np.log1p(-probability))


def _check(op_, true_classes):
    if true_classes.ndim != 2:
        raise errors.InvalidArgumentError(op_.node_def, op_, "true_classes must be a matrix")
    if true_classes.shape[1] != op_.attr("num_true"):
        raise errors.InvalidArgumentError(
            op_.node_def,
            op_,
            "true_classes must have num_true columns, expected: %d was: %d"
            % (true_classes.shape[1], op_.attr("num_true")),
        )


def _kernel(make_sampler):
    def kernel(op_):
        sampler, source = make_sampler(op_), generator(op_)
        count, unique = op_.attr("num_sampled"), op_.attr("unique")
        reserved = 2048 * count // 4
        ahead = _Ahead(reserved, min(reserved, count + 16))  # two words for each draw, some drawn twice

        def sample(true_classes):
            _check(op_, true_classes)
            if unique and count > sampler.range:
                raise errors.InvalidArgumentError(op_.node_def, op_, "Sampler's range is too small.")
            if true_classes.size and not 0 <= int(true_classes.min()) <= int(true_classes.max()) < sampler.range:
                raise errors.InvalidArgumentError(
                    op_.node_def, op_, "true_classes must lie in [0, %d)" % sampler.range
                )
            state = source.reserve(reserved)
            stream = Stream(state, ahead.words(state))
            values, tries = _sample(sampler, stream, count, unique)
            true_expected = _expected(sampler.probability(true_classes), count, tries)
            sampled_expected = _expected(sampler.probability(values), count, tries)
            if hasattr(sampler, "update"):
                sampler.update(true_classes)
            return values, true_expected, sampled_expected

        return sample

    return kernel


def _all_kernel(op_):
    count = op_.attr("num_sampled")

    def sample(true_classes):
        _check(op_, true_classes)
        return np.arange(count), np.ones(true_classes.shape, np.float32), np.ones(count, np.float32)

    return sample


def _shape(op_):
    batch = shape_rules.with_rank(op_.inputs[0].dims, 2)[0]
    sampled = (op_.attr("num_sampled"),)
    return [sampled, (batch, op_.attr("num_true")), sampled]


_OUTPUTS = (
    "(true_classes: int64) -> (sampled_candidates: int64, true_expected_count: float, "
    "sampled_expected_count: float); num_true: int >= 1; num_sampled: int >= 1; unique: bool; "
)
_SEEDS = "seed: int = 0; seed2: int = 0; is_stateful"
for _name, _make_sampler in (
    ("LogUniformCandidateSampler", LogUniform),
    ("UniformCandidateSampler", Uniform),
    ("LearnedUnigramCandidateSampler", LearnedUnigram),
    ("ThreadUnsafeUnigramCandidateSampler", LearnedUnigram),
):
    op(_name + _OUTPUTS + "range_max: int >= 1; " + _SEEDS, shape=_shape, kernel=_kernel(_make_sampler))
op(
    "FixedUnigramCandidateSampler" + _OUTPUTS + "range_max: int >= 1; vocab_file: string = ''; "
    "distortion: float = 1.0; num_reserved_ids: int = 0; num_shards: int >= 1 = 1; shard: int >= 0 = 0; "
    "unigrams: list(float) = []; " + _SEEDS,
    shape=_shape,
    kernel=_kernel(FixedUnigram),
)
op("AllCandidateSampler" + _OUTPUTS + _SEEDS, shape=_shape, kernel=_all_kernel)


def _hits_kernel(op_):
    num_true = op_.attr("num_true")

    def hits(true_classes, sampled):
        if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
            raise errors.InvalidArgumentError(
                op_.node_def, op_, "true_candidates must be a batch_size * num_true matrix"
            )
        if sampled.ndim != 1:
            raise errors.InvalidArgumentError(op_.node_def, op_, "sampled_candidates must be a vector")
        place = {value: i for i, value in enumerate(sampled.tolist())}
        found = [(row, place[v]) for row, values in enumerate(true_classes.tolist()) for v in values if v in place]
        rows, places = zip(*found) if found else ((), ())
        weights = np.full(len(found), -np.finfo(np.float32).max, np.float32)
        return np.array(rows, np.int32), np.array(places, np.int64), weights

    return hits


def _hits_shape(op_):
    true = shape_rules.with_rank(op_.inputs[0].dims, 2)
    if true[1] not in (None, op_.attr("num_true")):
        raise ValueError(f"Dimension must be {op_.attr('num_true')} but is {true[1]}")
    return [(None,)] * 3


op(
    "ComputeAccidentalHits(true_classes: int64, sampled_candidates: int64) -> (indices: int32, ids: int64, "
    "weights: float); num_true: int; seed: int = 0; seed2: int = 0",
    shape=_hits_shape,
    kernel=_hits_kernel,
)


# --- public functions ------------------------------------------------------------------------------------


def _sampler(op_type, true_classes, num_true, num_sampled, unique, seed, name, **attrs):
    made = make(op_type, true_classes, num_true=num_true, num_sampled=num_sampled, unique=unique, name=name, **seeds(seed), **attrs)
    return getattr(named_results, op_type)(*made)


def uniform_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None):
    """(sampled, true_expected_count, sampled_expected_count), all classes alike.

    Follows tf.nn.uniform_candidate_sampler of TF 1.15.
    """
    return _sampler(
        "UniformCandidateSampler", true_classes, num_true, num_sampled, unique, seed, name, range_max=range_max
    )


def log_uniform_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None):
    """(sampled, true_expected_count, sampled_expected_count), low class numbers more often.

    Follows tf.nn.log_uniform_candidate_sampler of TF 1.15.
    """
    return _sampler(
        "LogUniformCandidateSampler", true_classes, num_true, num_sampled, unique, seed, name, range_max=range_max
    )


def learned_unigram_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None):
    """(sampled, true_expected_count, sampled_expected_count), by how often classes were true so far.

    Follows tf.nn.learned_unigram_candidate_sampler of TF 1.15.
    """
    return _sampler(
        "LearnedUnigramCandidateSampler", true_classes, num_true, num_sampled, unique, seed, name, range_max=range_max
    )


def fixed_unigram_candidate_sampler(
    true_classes,
    num_true,
    num_sampled,
    unique,
    range_max,
    vocab_file="",
    distortion=1.0,
    num_reserved_ids=0,
    num_shards=1,
    shard=0,
    unigrams=(),
    seed=None,
    name=None,
):
    """(sampled, true_expected_count, sampled_expected_count), by given frequencies.

    Follows tf.nn.fixed_unigram_candidate_sampler of TF 1.15.
    """
    return _sampler(
        "FixedUnigramCandidateSampler", true_classes, num_true, num_sampled, unique, seed, name,
        range_max=range_max, vocab_file=vocab_file, distortion=distortion, num_reserved_ids=num_reserved_ids,
        num_shards=num_shards, shard=shard, unigrams=list(unigrams),
    )  # fmt: skip


def all_candidate_sampler(true_classes, num_true, num_sampled, unique, seed=None, name=None):
    """All classes, each expected once.  Follows tf.nn.all_candidate_sampler of TF 1.15."""
    return _sampler("AllCandidateSampler", true_classes, num_true, num_sampled, unique, seed, name)


def compute_accidental_hits(true_classes, sampled_candidates, num_true, seed=None, name=None):
    """(rows, positions, weights) of the sampled classes that are true ones; the weights are minus infinity, nearly.

    Follows tf.nn.compute_accidental_hits of TF 1.15.
    """
    made = make("ComputeAccidentalHits", true_classes, sampled_candidates, num_true=num_true, name=name, **seeds(seed))
    return named_results.ComputeAccidentalHits(*made)
