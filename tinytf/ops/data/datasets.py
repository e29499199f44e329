"""The datasets themselves: what a dataset op's variant holds while a session runs.

A `Stream` can be iterated any number of times; each iteration gives elements, which are tuples of
arrays.  Every transformation is an iterator over the stream before it; those that `ignore_errors` may
follow (map, filter, batch) are none that an exception ends, as it ends a generator.  Random order
follows the kernels of TF 1.15: the same seeds give the same elements.
"""

from __future__ import annotations

import functools
import itertools
from collections import deque

import numpy as np

from tinytf import errors
from tinytf.ops.queues.queues import _draws as draws

INFINITE, UNKNOWN = -1, -2  # sizes of streams, as TensorFlow's cardinality gives them


class Stream:
    """A dataset: `iterate()` starts from its beginning; `size` is the number of its elements, INFINITE or UNKNOWN."""

    def __init__(self, iterate, size: int = UNKNOWN):
        self.iterate, self.size = iterate, size
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
    """What TensorFlow's rewriting of a dataset changes of its order.

    A shuffle that is repeated becomes one step; a dataset that is used twice becomes two, whose random orders are the same.
    """
    if stream.made is None:
        return stream
    make, arguments = stream.made
    arguments = [_each_optimized(a) for a in arguments]
    if make is repeated and arguments[0].made is not None:
        inner, (source, size, seed, seed2, *reshuffle) = arguments[0].made[0], (*arguments[0].made[1], *[None] * 4)[:5]
        if inner is shuffled and reshuffle[0] is not False:
            return shuffled_and_repeated(source, size, seed, seed2, arguments[1])
    return make(*arguments)


def check(holds: bool, message: str) -> None:
    """InvalidArgumentError unless `holds`."""
    if not holds:
        raise errors.InvalidArgumentError(None, None, message)


def _each_optimized(argument):
    if isinstance(argument, Stream):
        return optimized(argument)
    return tuple([_each_optimized(a) for a in argument]) if isinstance(argument, tuple) else argument


class Cursor:
    """What an iterator's handle refers to: a stream, the place in it, and what elements its op promises."""

    def __init__(self, name: str, types=(), shapes=()):
        self.name, self.types, self.shapes, self.place = name, types, shapes, None
        self._stream, self._given, self._ended = None, 0, False

    def start(self, stream: Stream) -> None:
        """To the beginning of a stream."""
        self._stream, self.place, self._given, self._ended = stream, iter(stream), 0, False

    def next(self) -> tuple:
        """The next element; OutOfRangeError at the end, FailedPreconditionError before any start."""
        if self.place is None:
            raise errors.FailedPreconditionError(
                None, None, "GetNext() failed because the iterator has not been initialized. Ensure that you have run the initializer operation for this iterator before getting the next element."
            )
        for element in self.place:
            self._given += 1
            return element
        self._ended = True
        raise errors.OutOfRangeError(None, None, "End of sequence")

    def progress(self) -> tuple:
        """(the number of elements given, whether the end was met); FailedPreconditionError before any start."""
        if self.place is None:
            raise errors.FailedPreconditionError(None, None, "Save() failed because the iterator has not been initialized.")
        return self._given, self._ended

    def go_to(self, given: int, ended: bool) -> None:
        """To the place after `given` elements of the stream."""
        if self.place is None:
            raise errors.FailedPreconditionError(
                None, None, "Restore() failed because the iterator has not been initialized. Ensure that you have run the initializer operation for this iterator before restoring it."
            )
        if self._given or self._ended:
            self.start(self._stream)
        for _ in itertools.islice(self.place, given):
            self._given += 1
        if ended:
            self.place, self._ended = iter(()), True


def tensors(components) -> Stream:
    """One element."""
    return Stream(lambda: [tuple(components)], 1)


def slices(components) -> Stream:
    """One element for each row."""

    def rows():
        for i in range(len(components[0])):
            yield tuple([c[i, ...] for c in components])

    return Stream(rows, len(components[0]))


def counting(start: int, stop: int, step: int) -> Stream:
    """The int64 numbers from `start` to before `stop`."""
    check(step != 0, "step must be a non-zero integer.")
    numbers = range(start, stop, step)
    return Stream(lambda: ((np.int64(i),) for i in numbers), (max(stop - start, 0) + step - 1) // step if step > 0 else len(numbers))


@transformation
def mapped(stream, function) -> Stream:
    """`function` of each element."""
    return Stream(lambda: itertools.starmap(function, stream), stream.size)


@transformation
def filtered(stream, predicate) -> Stream:
    """The elements for which `predicate` is true."""
    return Stream(lambda: filter(lambda element: bool(predicate(*element)[0]), iter(stream)))


@transformation
def flat_mapped(stream, function) -> Stream:
    """The elements of the streams that `function` makes of the elements."""
    return Stream(lambda: itertools.chain.from_iterable(map(lambda element: function(*element)[0], iter(stream))))


@transformation
def interleaved(stream, function, cycle: int, block: int) -> Stream:
    """Blocks of elements, in turn, from `cycle` streams at a time."""
    check(cycle > 0, "cycle_length must be greater than zero.")
    check(block > 0, "block_length must be greater than zero.")

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

    if count < 0:
        size = 0 if stream.size == 0 else INFINITE
    else:
        size = 0 if count == 0 else stream.size * count if stream.size >= 0 else stream.size
    return Stream(elements, size)


@transformation
def taken(stream, count: int) -> Stream:
    """The first `count` elements; all below 0."""
    size = stream.size if stream.size == UNKNOWN else INFINITE if count < 0 else count if stream.size < 0 else min(count, stream.size)
    return Stream(lambda: itertools.islice(stream, count if count >= 0 else None), size)


@transformation
def skipped(stream, count: int) -> Stream:
    """What follows the first `count` elements; nothing below 0."""
    size = stream.size if stream.size < 0 else 0 if count < 0 else max(0, stream.size - count)
    return Stream(lambda: itertools.islice(stream, count, None) if count >= 0 else iter(()), size)


@transformation
def sharded(stream, shards: int, index: int) -> Stream:
    """Every `shards`-th element from `index` on."""
    check(shards > 0, f"Number of shards must be greater than zero (currently num_shards = {shards}).")
    check(0 <= index < shards, f"Index must be between 0 and {shards - 1} (currently index = {index}).")
    size = stream.size if stream.size < 0 else stream.size // shards + (index < stream.size % shards)
    return Stream(lambda: itertools.islice(stream, index, None, shards), size)


@transformation
def chained(a, b) -> Stream:
    """The elements of `a`, then those of `b`."""
    sizes = (a.size, b.size)
    size = INFINITE if INFINITE in sizes else UNKNOWN if UNKNOWN in sizes else sum(sizes)
    return Stream(lambda: itertools.chain(a, b), size)


@transformation
def zipped(streams: tuple) -> Stream:
    """Elements side by side, as far as the shortest stream goes."""
    sizes = [s.size for s in streams]
    known = [n for n in sizes if n >= 0]
    size = UNKNOWN if UNKNOWN in sizes else min(known) if known else INFINITE
    return Stream(lambda: (tuple(itertools.chain.from_iterable(parts)) for parts in zip(*streams)), size)


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

    return Stream(elements, stream.size)


@transformation
def shuffled(stream, size: int, seed: int, seed2: int, reshuffle: bool = True) -> Stream:
    """A random element of a buffer of `size`, again and again; with `reshuffle`, differently in each iteration."""
    check(size > 0, "buffer_size must be greater than zero.")
    seeds = draws(seed, seed2)

    def elements():
        own = (next(seeds), next(seeds)) if reshuffle else (seed, seed2)
        return _shuffle(stream, size, draws(*own), 1)

    return Stream(elements, stream.size)


def shuffled_and_repeated(stream, size: int, seed: int, seed2: int, count: int) -> Stream:
    """`count` shuffled iterations (below 0: without end); the next one's elements fill the buffer while this one's last are drawn."""
    check(size > 0, "buffer_size must be greater than zero.")
    return Stream(lambda: _shuffle(stream, size, draws(seed, seed2), count), repeated(stream, count).size)


def _shuffle(stream, size: int, own, count: int):
    """The buffer is a ring; each iteration's elements in it are a run of places, drawn from run by run."""
    ring: dict = {}
    runs = deque([[0, 0]])
    source = iter(stream)
    done = 0
    start = end = 0
    for element in source:  # the first iteration, as long as it lasts: one in, one out
        ring[end % size] = element
        end += 1
        if end - start == size:
            given = _drawn(ring, size, start, end, next(own))
            start += 1
            yield given
    runs[0] = [start, end]
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
        runs[0][0] += 1
        yield _drawn(ring, size, start, end, next(own))


def _drawn(ring: dict, size: int, start: int, end: int, number: int):
    """Takes an element out of the run of places from `start` to `end`; what stands first moves to where it was."""
    index, first = (start + number % (end - start)) % size, start % size
    element, ring[index] = ring[index], ring[first]
    del ring[first]
    return element


@transformation
def batched(stream, size: int, drop_remainder: bool) -> Stream:
    """Elements stacked `size` at a time."""
    check(size > 0, "Batch size must be greater than zero.")

    def elements():
        source = iter(stream)

        def following():
            block = list(itertools.islice(source, size))
            return None if not block or (drop_remainder and len(block) < size) else stacked(block)

        return iter(following, None)

    return Stream(elements, _batches(stream.size, size, drop_remainder))


def _batches(size: int, batch: int, drop_remainder: bool) -> int:
    """The number of batches of a stream."""
    return size if size < 0 else size // batch + (size % batch > 0 and not drop_remainder)


def _array(component):
    """A component as an array; one string, which functions give as bytes, with the type that strings have."""
    return component if type(component) is np.ndarray else np.asarray(component, dtype=object if isinstance(component, bytes) else None)


def stacked(block: list) -> tuple:
    """Components stacked; InvalidArgumentError where shapes differ."""
    result = []
    for i, parts in enumerate(zip(*block)):
        arrays = [_array(p) for p in parts]
        shapes = [a.shape for a in arrays]
        shape = shapes[0]
        if shapes.count(shape) < len(shapes):
            at, other = next((at, other) for at, other in enumerate(shapes) if other != shape)
            raise errors.InvalidArgumentError(
                None, None, f"Cannot batch tensors with different shapes in component {i}. First element had shape {list(shape)} and element {at} had shape {list(other)}."
            )
        # Joining is several times as fast as np.stack.
        result.append(np.concatenate(arrays).reshape(len(arrays), *shape) if shape else np.stack(arrays))
    return tuple(result)


@transformation
def padded(stream, size: int, shapes, values, drop_remainder: bool) -> Stream:
    """Elements padded to one shape and stacked; an entry of `shapes` below 0 means the largest of the batch."""
    check(size > 0, "Batch size must be greater than zero.")

    def elements():
        source = iter(stream)
        while True:
            block = list(itertools.islice(source, size))
            if not block or (drop_remainder and len(block) < size):
                return
            yield tuple([_pad(i, parts, shape, value) for i, (parts, shape, value) in enumerate(zip(zip(*block), shapes, values))])

    return Stream(elements, _batches(stream.size, size, drop_remainder))


def _pad(component, parts, shape, value):
    parts = [_array(p) for p in parts]
    target = []
    for p in parts:
        check(
            p.ndim == len(shape),
            f"All elements in a batch must have the same rank as the padded shape for component{component}: expected rank {len(shape)} but got element with rank {p.ndim}",
        )
    for axis, wanted in enumerate(shape):
        largest = max(p.shape[axis] for p in parts)
        if wanted >= 0 and largest > wanted:
            raise errors.DataLossError(
                None, None, "Attempted to pad to a smaller size than the input element."
            )
        target.append(int(largest if wanted < 0 else wanted))
    result = np.full((len(parts), *target), value, dtype=parts[0].dtype)
    for i, p in enumerate(parts):
        result[(i, *[slice(n) for n in p.shape], ...)] = p  # with the dots, a scalar string is a value, no array in an array
    return result


@transformation
def unbatched(stream) -> Stream:
    """The rows of each element."""

    def rows(element):
        arrays = [_array(c) for c in element]
        check(len({len(a) for a in arrays}) == 1, "Cannot unbatch an input whose components have different batch sizes.")
        return slices(arrays)

    return Stream(lambda: itertools.chain.from_iterable(rows(element) for element in stream))


@transformation
def windows(stream, size: int, shift: int, stride: int, drop_remainder: bool) -> Stream:
    """Streams of up to `size` elements, one a component, `shift` apart."""
    check(size > 0, "Window size must be greater than zero.")
    check(shift > 0, "Window shift must be greater than zero.")
    check(stride > 0, "Window stride must be greater than zero.")

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
            yield tuple([Stream(lambda part=part: ((v,) for v in part), len(part)) for part in zip(*window)])
            for _ in range(max(0, shift - len(buffer))):
                next(source, None)
            del buffer[:shift]

    total = stream.size
    if total >= 0:
        reach = (size - 1) * stride + 1 if drop_remainder else 1
        total = max(0, (total - reach) // shift + 1)
    return Stream(elements, total)


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

    return Stream(elements, stream.size)
