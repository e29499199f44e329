"""The datasets themselves: what a dataset op's variant holds while a session runs.

A `Stream` can be iterated any number of times; each iteration gives elements, which are tuples of
arrays.  Every transformation is a generator over the stream before it.  Random order follows the
kernels of TF 1.15: the same seeds give the same elements.
"""

from __future__ import annotations

import functools
import itertools
from collections import deque

import numpy as np

from tinytf import errors
from tinytf.ops.queues import _draws as draws


class Stream:
    """A dataset: `iterate()` starts from its beginning."""

    def __init__(self, iterate):
        self.iterate = iterate
        self.made = None  # (transformation, its arguments), for `optimized`

    def __iter__(self):
        return iter(self.iterate())


def transformation(function):
    """Marks a function that makes a stream of another: the stream remembers how it was made."""

    @functools.wraps(function)
    def make(*arguments):
        stream = function(*arguments)
        stream.made = make, arguments
        return stream

    return make


def optimized(stream: Stream) -> Stream:
    """What TensorFlow's rewriting of a dataset changes of its order: a shuffle that is repeated becomes one step."""
    if stream.made is None:
        return stream
    make, arguments = stream.made
    arguments = [optimized(a) if isinstance(a, Stream) else a for a in arguments]
    if make is repeated and arguments[0].made is not None:
        inner, (source, size, seed, seed2, *reshuffle) = arguments[0].made[0], (*arguments[0].made[1], *[None] * 4)[:5]
        if inner is shuffled and reshuffle[0] is not False:
            return shuffled_and_repeated(source, size, seed, seed2, arguments[1])
    return make(*arguments)


class Cursor:
    """What an iterator's handle refers to: a stream and the place in it."""

    def __init__(self, name: str):
        self.name, self.place, self.error = name, None, None

    def start(self, stream: Stream) -> None:
        """To the beginning of a stream."""
        self.place = iter(stream)

    def next(self) -> tuple:
        """The next element; OutOfRangeError at the end, FailedPreconditionError before any start."""
        if self.place is None:
            raise errors.FailedPreconditionError(
                None, None, "GetNext() failed because the iterator has not been initialized. Ensure that you have run the initializer operation for this iterator before getting the next element."
            )
        for element in self.place:
            return element
        raise errors.OutOfRangeError(None, None, "End of sequence")


def tensors(components) -> Stream:
    """One element."""
    return Stream(lambda: [tuple(components)])


def slices(components) -> Stream:
    """One element for each row."""

    def rows():
        for i in range(len(components[0])):
            yield tuple([c[i : i + 1].reshape(c.shape[1:]) for c in components])

    return Stream(rows)


def counting(start: int, stop: int, step: int) -> Stream:
    """The int64 numbers from `start` to before `stop`."""
    return Stream(lambda: ((np.int64(i),) for i in range(start, stop, step)))


@transformation
def mapped(stream, function) -> Stream:
    """`function` of each element."""
    return Stream(lambda: (function(*element) for element in stream))


@transformation
def filtered(stream, predicate) -> Stream:
    """The elements for which `predicate` is true."""
    return Stream(lambda: (element for element in stream if bool(predicate(*element)[0])))


@transformation
def flat_mapped(stream, function) -> Stream:
    """The elements of the streams that `function` makes of the elements."""
    return Stream(lambda: itertools.chain.from_iterable(function(*element)[0] for element in stream))


@transformation
def interleaved(stream, function, cycle: int, block: int) -> Stream:
    """Blocks of elements, in turn, from `cycle` streams at a time."""

    def elements():
        source = iter(stream)
        slots: list = [None] * cycle
        exhausted = False
        position = 0
        while True:
            if slots[position] is None and not exhausted:
                element = next(source, None)
                if element is None:
                    exhausted = True
                else:
                    slots[position] = iter(function(*element)[0])
            if slots[position] is not None:
                taken = list(itertools.islice(slots[position], block))
                yield from taken
                if len(taken) < block:
                    slots[position] = None  # filled again when its turn comes
            elif exhausted and all(s is None for s in slots):
                return
            position = (position + 1) % cycle

    return Stream(elements)


@transformation
def repeated(stream, count: int) -> Stream:
    """The stream `count` times; below 0 without end."""

    def elements():
        for _ in itertools.count() if count < 0 else range(count):
            empty = True
            for element in stream:
                empty = False
                yield element
            if empty and count < 0:
                return  # an empty stream repeated without end is empty

    return Stream(elements)


@transformation
def taken(stream, count: int) -> Stream:
    """The first `count` elements; all below 0."""
    return Stream(lambda: itertools.islice(stream, count if count >= 0 else None))


@transformation
def skipped(stream, count: int) -> Stream:
    """What follows the first `count` elements; nothing below 0."""
    return Stream(lambda: itertools.islice(stream, count, None) if count >= 0 else iter(()))


@transformation
def sharded(stream, shards: int, index: int) -> Stream:
    """Every `shards`-th element from `index` on."""
    return Stream(lambda: itertools.islice(stream, index, None, shards))


@transformation
def chained(a, b) -> Stream:
    """The elements of `a`, then those of `b`."""
    return Stream(lambda: itertools.chain(a, b))


def zipped(streams) -> Stream:
    """Elements side by side, as far as the shortest stream goes."""
    return Stream(lambda: (tuple(itertools.chain.from_iterable(parts)) for parts in zip(*streams)))


def cached(stream) -> Stream:
    """The stream, computed once: a first iteration that runs to its end is kept."""
    memory: list = []
    complete = [False]

    def elements():
        if complete[0]:
            yield from memory
            return
        collected = []
        for element in stream:
            collected.append(element)
            yield element
        memory[:] = collected
        complete[0] = True

    return Stream(elements)


@transformation
def shuffled(stream, size: int, seed: int, seed2: int, reshuffle: bool = True) -> Stream:
    """A random element of a buffer of `size`, again and again; with `reshuffle`, differently in each iteration."""
    seeds = draws(seed, seed2)

    def elements():
        own = (next(seeds), next(seeds)) if reshuffle else (seed, seed2)
        return _shuffle(stream, size, draws(*own), 1)

    return Stream(elements)


def shuffled_and_repeated(stream, size: int, seed: int, seed2: int, count: int) -> Stream:
    """`count` shuffled iterations (below 0: without end); the next one's elements fill the buffer while this one's last are drawn."""
    return Stream(lambda: _shuffle(stream, size, draws(seed, seed2), count))


def _shuffle(stream, size: int, own, count: int):
    """The buffer is a ring; each iteration's elements in it are a run of places, drawn from run by run."""
    ring: dict = {}
    runs = deque([[0, 0]])
    source = iter(stream)
    done = 0
    while True:
        while source is not None and len(ring) < size:
            element = next(source, None)
            if element is not None:
                ring[runs[-1][1] % size] = element
                runs[-1][1] += 1
                continue
            done += 1
            empty = runs[-1][0] == runs[-1][1] and len(runs) == 1 and done == 1
            source = iter(stream) if not empty and done != count else None
            runs.append([runs[-1][1], runs[-1][1]])
        while len(runs) > 1 and runs[0][0] == runs[0][1]:
            runs.popleft()
        start, end = runs[0]
        if start == end:
            return
        # What stands first moves to where the element is taken from.
        index, first = (start + next(own) % (end - start)) % size, start % size
        element, ring[index] = ring[index], ring[first]
        del ring[first]
        runs[0][0] += 1
        yield element


@transformation
def batched(stream, size: int, drop_remainder: bool) -> Stream:
    """Elements stacked `size` at a time."""

    def elements():
        source = iter(stream)
        while True:
            block = list(itertools.islice(source, size))
            if not block or (drop_remainder and len(block) < size):
                return
            yield stacked(block)

    return Stream(elements)


def _array(component):
    """A component as an array; one string, which functions give as bytes, with the type that strings have."""
    return np.asarray(component, dtype=object if isinstance(component, bytes) else None)


def stacked(block: list) -> tuple:
    """Components stacked; InvalidArgumentError where shapes differ."""
    result = []
    for i, parts in enumerate(zip(*block)):
        shapes = {np.shape(p) for p in parts}
        if len(shapes) > 1:
            first, other = np.shape(parts[0]), next(np.shape(p) for p in parts if np.shape(p) != np.shape(parts[0]))
            raise errors.InvalidArgumentError(
                None, None, f"Cannot batch tensors with different shapes in component {i}. First element had shape {list(first)} and element {[np.shape(p) for p in parts].index(other)} had shape {list(other)}."
            )
        result.append(np.stack([_array(p) for p in parts]))
    return tuple(result)


@transformation
def padded(stream, size: int, shapes, values, drop_remainder: bool) -> Stream:
    """Elements padded to one shape and stacked; an entry of `shapes` below 0 means the largest of the batch."""

    def elements():
        source = iter(stream)
        while True:
            block = list(itertools.islice(source, size))
            if not block or (drop_remainder and len(block) < size):
                return
            yield tuple([_pad(parts, shape, value) for parts, shape, value in zip(zip(*block), shapes, values)])

    return Stream(elements)


def _pad(parts, shape, value):
    parts = [_array(p) for p in parts]
    target = []
    for axis, wanted in enumerate(shape):
        largest = max(p.shape[axis] for p in parts)
        if wanted >= 0 and largest > wanted:
            raise errors.DataLossError(
                None, None, f"Attempted to pad to a smaller size than the input element: dimension {axis} is {largest}, the padded shape says {wanted}"
            )
        target.append(int(largest if wanted < 0 else wanted))
    result = np.full((len(parts), *target), value, dtype=parts[0].dtype)
    for i, p in enumerate(parts):
        result[(i, *[slice(n) for n in p.shape])] = p
    return result


@transformation
def unbatched(stream) -> Stream:
    """The rows of each element."""
    return Stream(lambda: itertools.chain.from_iterable(slices([_array(c) for c in element]) for element in stream))


@transformation
def windows(stream, size: int, shift: int, stride: int, drop_remainder: bool) -> Stream:
    """Streams of up to `size` elements, one a component, `shift` apart."""

    def elements():
        source = iter(stream)
        buffer: list = []
        span = (size - 1) * stride + 1
        done = False
        while True:
            while len(buffer) < span and not done:
                element = next(source, None)
                if element is None:
                    done = True
                else:
                    buffer.append(element)
            window = buffer[:span:stride]
            if not window or (drop_remainder and len(window) < size):
                return
            yield tuple([Stream(lambda part=part: ((v,) for v in part)) for part in zip(*window)])
            for _ in range(max(0, shift - len(buffer))):
                next(source, None)
            del buffer[:shift]

    return Stream(elements)


@transformation
def without_errors(stream) -> Stream:
    """The elements that can be computed: an error of a single element passes it over."""

    def elements():
        source = iter(stream)
        while True:
            try:
                yield next(source)
            except StopIteration:
                return
            except errors.OutOfRangeError:
                raise
            except errors.OpError:
                continue

    return Stream(elements)
