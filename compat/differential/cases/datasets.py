"""tf.data: what datasets give, element by element, to the end and past it; and the graphs they are."""

from __future__ import annotations

import numpy as np


def elements(make, **marks):
    """A case: all elements of the dataset that `make(tf)` builds, through an iterator that is initialised twice."""

    def case(tf):
        dataset = make(tf)
        iterator = dataset.make_initializable_iterator()
        following = iterator.get_next()
        static = [str(dataset.output_types), str(dataset.output_shapes)]

        def run(session):
            found = list(static) if marks.get("static", True) else []
            for _ in range(2):
                session.run(iterator.initializer)
                for _ in range(40):
                    try:
                        value = session.run(following)
                    except tf.errors.OutOfRangeError:
                        found.append("end")
                        break
                    except tf.errors.InvalidArgumentError:
                        found.append("invalid")
                        break
                    found.append(value)
            return found

        return run

    return case


def generated():
    for i in range(4):
        yield i, [float(i)] * i


def case_one_shot(tf):
    following = tf.data.Dataset.range(3).map(lambda x: x * 2).make_one_shot_iterator().get_next()

    def run(session):
        return [session.run(following) for _ in range(3)]

    return run


def case_structures_and_handles(tf):
    first, second = tf.data.Dataset.range(3), tf.data.Dataset.from_tensor_slices(np.int64([7, 8]))
    iterator = tf.data.Iterator.from_structure(first.output_types, first.output_shapes)
    starts = [iterator.make_initializer(first), iterator.make_initializer(second)]
    following = iterator.get_next("one")
    handle = tf.placeholder(tf.string, [])
    either = tf.data.Iterator.from_string_handle(handle, first.output_types, first.output_shapes).get_next()
    others = [first.make_one_shot_iterator(), second.make_initializable_iterator()]
    names = [other.string_handle() for other in others]

    def run(session):
        found = []
        for start in starts:
            session.run(start)
            found += [session.run(following), session.run(following)]
        session.run(others[1].initializer)
        handles = session.run(names)
        return found + [session.run(either, {handle: h}) for h in handles * 2]

    return run


def case_reduce(tf):
    dataset = tf.data.Dataset.range(6)
    return [dataset.reduce(np.int64(0), lambda total, x: total + x), dataset.batch(4).reduce(0.0, lambda s, x: s + tf.reduce_sum(tf.cast(x, tf.float32)))]


def case_sync(tf):
    iterator = tf.data.Dataset.range(2).make_initializable_iterator()
    following = tf.raw_ops.IteratorGetNextSync(iterator=iterator._iterator_resource, output_types=[tf.int64], output_shapes=[[]])

    def run(session):
        session.run(iterator.initializer)
        return [session.run(following) for _ in range(2)]

    return run


def cases():
    numbers = lambda tf: tf.data.Dataset.range(7)
    pairs = lambda tf: tf.data.Dataset.from_tensor_slices({"a": np.arange(5), "b": (np.float32([[1, 2]] * 5), ["p", "q", "r", "s", "t"])})
    table = {
        "range": lambda tf: tf.data.Dataset.range(2, 11, 3),
        "tensors": lambda tf: tf.data.Dataset.from_tensors((np.float32([1, 2]), 3)),
        "slices": pairs,
        "zip": lambda tf: tf.data.Dataset.zip((numbers(tf), pairs(tf))),
        "concatenate": lambda tf: numbers(tf).concatenate(tf.data.Dataset.range(2)),
        "batch": lambda tf: numbers(tf).batch(3),
        "batch_whole": lambda tf: numbers(tf).batch(3, drop_remainder=True),
        "padded": lambda tf: numbers(tf).map(lambda x: tf.fill([x], x)).padded_batch(3, [None]),
        "padded_values": lambda tf: numbers(tf).map(lambda x: (x, tf.fill([x], "s"))).padded_batch(4, ([], [8]), (np.int64(0), "-")),
        "map": lambda tf: pairs(tf).map(lambda row: (row["a"] * 2, tf.strings.join([row["b"][1], "!"]))),
        "map_parallel": lambda tf: numbers(tf).map(lambda x: x * x, num_parallel_calls=3),
        "map_and_batch": lambda tf: numbers(tf).apply(tf.data.experimental.map_and_batch(lambda x: x + 1, 3)),
        "filter": lambda tf: numbers(tf).filter(lambda x: tf.equal(x % 2, 0)),
        "flat_map": lambda tf: numbers(tf).flat_map(lambda x: tf.data.Dataset.range(x)).take(9),
        "interleave": lambda tf: numbers(tf).interleave(lambda x: tf.data.Dataset.from_tensors(x).repeat(2), cycle_length=3, block_length=1),
        "interleave_parallel": lambda tf: numbers(tf).interleave(
            lambda x: tf.data.Dataset.from_tensors(x).repeat(3), cycle_length=2, block_length=2, num_parallel_calls=2
        ),
        "take_and_skip": lambda tf: numbers(tf).skip(2).take(3),
        "repeat": lambda tf: numbers(tf).take(2).repeat(3),
        "shuffle": lambda tf: numbers(tf).shuffle(4, seed=3),
        "shuffle_same_order": lambda tf: numbers(tf).shuffle(10, seed=1, reshuffle_each_iteration=False),
        "shuffle_and_repeat": lambda tf: numbers(tf).apply(tf.data.experimental.shuffle_and_repeat(5, 2, seed=7)),
        "shuffle_then_repeat": lambda tf: numbers(tf).shuffle(5, seed=2).repeat(2),
        "shard": lambda tf: numbers(tf).shard(3, 1),
        "prefetch": lambda tf: numbers(tf).prefetch(2),
        "cache": lambda tf: numbers(tf).cache(),
        "window": lambda tf: numbers(tf).window(3, shift=2, drop_remainder=True).flat_map(lambda w: w.batch(3)),
        "unbatch": lambda tf: numbers(tf).batch(3).apply(tf.data.experimental.unbatch()),
        "enumerate": lambda tf: pairs(tf).apply(tf.data.experimental.enumerate_dataset(5)),
        "ignore_errors": lambda tf: tf.data.Dataset.from_tensor_slices(np.float32([1, 0, 2]))
        .map(lambda x: tf.check_numerics(1.0 / x, "bad"))
        .apply(tf.data.experimental.ignore_errors()),
        "errors": lambda tf: tf.data.Dataset.from_tensor_slices(np.float32([1, 0, 2])).map(lambda x: tf.check_numerics(1.0 / x, "bad")),
        "options": lambda tf: numbers(tf).with_options(tf.data.Options()),
    }
    for name, make in table.items():
        yield name, elements(make)
    whole = elements(lambda tf: tf.data.Dataset.from_generator(generated, (tf.int32, tf.float32), (tf.TensorShape([]), tf.TensorShape([None]))))
    whole.same_graph = False  # the name of a py_func holds the number of functions that the process has registered
    yield "generator", whole
    lines = elements(lambda tf: tf.data.TextLineDataset(tf.data.Dataset.from_tensors(__file__)).take(2))
    lines.same_graph = False  # the path of this file is in it
    yield "lines", lines


def case_old_names(tf):
    """Op types of TensorFlow 1.8 to 1.14."""
    raw = tf.raw_ops
    numbers, ragged = tf.data.Dataset.range(5)._variant_tensor, tf.data.Dataset.range(4).map(lambda x: tf.fill([x], x))._variant_tensor
    one = {"output_types": [tf.int64], "output_shapes": [[]]}
    rows = {"output_types": [tf.int64], "output_shapes": [[None, None]]}
    pool = raw.ExperimentalThreadPoolHandle(num_threads=2, display_name="pool")
    made = [
        (raw.LatencyStatsDataset(input_dataset=numbers, tag="t", **one), one),
        (raw.BytesProducedStatsDataset(input_dataset=numbers, tag="t", **one), one),
        (raw.ExperimentalThreadPoolDataset(input_dataset=numbers, thread_pool=pool, **one), one),
        (raw.ExperimentalUniqueDataset(input_dataset=numbers, **one), one),
        (raw.PaddedBatchDataset(
            input_dataset=ragged, batch_size=3, padded_shapes=[np.int64([-1])], padding_values=[np.int64(7)], output_shapes=[[None, None]]
        ), rows),
    ]  # fmt: skip
    runs = []
    for dataset, kind in made:
        iterator = raw.Iterator(shared_name="", container="", **kind)
        runs.append((raw.MakeIterator(dataset=dataset, iterator=iterator), raw.IteratorGetNext(iterator=iterator, **kind)))

    def run(session):
        found = []
        for start, following in runs:
            session.run(start)
            try:
                while True:
                    found.append(session.run(following))
            except tf.errors.OutOfRangeError:
                found.append("end")
        return found

    return run


def case_random_numbers_of_each_iteration(tf):
    """An iterator that is initialised anew draws the same numbers again; repeat goes on drawing."""
    tf.set_random_seed(7)

    def draw(*unused):
        return tf.random_uniform([], seed=5)

    numbers = tf.data.Dataset.range(3)
    made = [
        numbers.map(draw).repeat(2),
        numbers.flat_map(lambda x: tf.data.Dataset.range(2).map(draw)),
        numbers.map(lambda x: tf.cond(x > 1, draw, lambda: tf.random_uniform([], seed=6))),
        numbers.filter(lambda x: draw() > 0.3).repeat(2),
        numbers.apply(tf.data.experimental.scan(0.0, lambda s, x: (s + 1.0, s + draw()))),
    ]
    iterators = [d.make_initializable_iterator() for d in made]
    followings = [i.get_next() for i in iterators]

    def run(session):
        found = []
        for iterator, following in zip(iterators * 2, followings * 2):
            session.run(iterator.initializer)
            try:
                while True:
                    found.append(session.run(following))
            except tf.errors.OutOfRangeError:
                found.append("end")
        return found

    return run
