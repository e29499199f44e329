"""tf.data: the graphs that datasets add, and what they give."""

from __future__ import annotations

import numpy as np


def elements(tf, dataset, limit=12):
    following = dataset.make_initializable_iterator()
    one = following.get_next()

    def run(sess):
        sess.run(tf.tables_initializer())
        sess.run(following.initializer)
        found = []
        try:
            for _ in range(limit):
                found.append(sess.run(one))
        except tf.errors.OutOfRangeError:
            found.append("end")
        return found

    return run


def _cases(tf):
    D, X = tf.data.Dataset, tf.data.experimental
    sparse = tf.SparseTensor([[0, 0], [1, 2]], np.array([1, 2], np.int32), [2, 4])
    ten = D.range(10)
    return {
        "sparse_tensors": lambda: D.from_tensors(sparse),
        "sparse_slices": lambda: D.from_tensor_slices((sparse, [1, 2])).map(lambda a, b: (b, a)).batch(2),
        "sparse_rows": lambda: D.from_sparse_tensor_slices(sparse),
        "dense_to_sparse": lambda: D.from_tensor_slices([[1, 2], [0, 3], [5, 6]]).apply(X.dense_to_sparse_batch(2, [4])),
        "counter": lambda: X.Counter(3, 2),
        "reducer": lambda: ten.apply(X.group_by_reducer(lambda x: x % 2, X.Reducer(lambda _: np.int64(0), lambda s, x: s + x, lambda s: s))),
        "windows": lambda: ten.apply(X.group_by_window(lambda x: x % 3, lambda k, d: d.batch(2), 2)),
        "window_sizes": lambda: ten.apply(X.group_by_window(lambda x: x % 3, lambda k, d: d.batch(4), window_size_func=lambda k: k + 1)),
        "buckets": lambda: D.from_tensor_slices([2, 5, 1, 6, 3, 2, 4]).map(lambda n: tf.fill([n], n)).apply(
            X.bucket_by_sequence_length(lambda x: tf.shape(x)[0], [3, 5], [2, 2, 2])
        ),
        "interleave": lambda: ten.apply(X.parallel_interleave(lambda x: D.from_tensors(x).repeat(2), 2)),
        "sample": lambda: X.sample_from_datasets([ten, D.range(100, 110)], [0.3, 0.7], seed=3),
        "sample_varying": lambda: X.sample_from_datasets([ten, D.range(100, 110)], D.from_tensors([0.3, 0.7]).repeat(), seed=3),
        "choose": lambda: X.choose_from_datasets([ten, D.range(100, 110)], D.range(2).repeat(3)),
        "random": lambda: X.RandomDataset(3),
        "scan": lambda: ten.apply(X.scan(np.int64(0), lambda s, x: (s + x, s))),
        "scan_shapes": lambda: D.range(3).apply(X.scan(tf.constant([0.0]), lambda s, x: (tf.concat([s, s], 0), tf.reduce_sum(s)))),
        "take_while": lambda: ten.apply(X.take_while(lambda x: x < 3)),
        "unique": lambda: D.from_tensor_slices(["a", "b", "a"]).apply(X.unique()),
        "parse": lambda: D.from_tensors([b""]).apply(
            X.parse_example_dataset({"a": tf.FixedLenFeature([2], tf.int64, [3, 4]), "b": tf.VarLenFeature(tf.string), "c": tf.FixedLenSequenceFeature([], tf.float32, True)}, 2)
        ),
        "unbatch": lambda: ten.batch(4).apply(X.unbatch()),
        "errors_ignored": lambda: D.from_tensor_slices([1.0, 0.0, 2.0]).map(lambda x: tf.check_numerics(1.0 / x, "no")).apply(X.ignore_errors()),
        "map_and_batch": lambda: ten.apply(X.map_and_batch(lambda x: x * 2, 3)),
        "shuffle_and_repeat": lambda: ten.apply(X.shuffle_and_repeat(3, 2, seed=4)),
        "resample_known": lambda: ten.apply(X.rejection_resample(lambda x: tf.cast(x % 2, tf.int32), [0.5, 0.5], [0.5, 0.5], seed=1)),
        "padded": lambda: D.range(1, 5).map(lambda n: tf.fill([n], n)).padded_batch(2, [None], np.int64(-1)),
        "reduced": lambda: D.from_tensors(ten.reduce(np.int64(0), lambda s, x: s + x)),
        "nested": lambda: ten.window(3, 2).flat_map(lambda d: d.batch(3)),
        "options": lambda: ten.with_options(_options(tf)),
        "optional": lambda: D.from_tensors((X.Optional.from_value((1, 2.0)).get_value(), X.Optional.none_from_structure(tf.TensorSpec([], tf.int32)).has_value())),
    }


def _options(tf):
    options = tf.data.Options()
    options.experimental_optimization.map_fusion = True
    options.experimental_optimization.noop_elimination = False
    options.experimental_threading.private_threadpool_size = 2
    return options


NAMES = """optional unbatch padded reduced sparse_tensors sparse_slices sparse_rows dense_to_sparse counter reducer windows window_sizes buckets interleave sample
sample_varying choose random scan scan_shapes take_while unique parse errors_ignored map_and_batch shuffle_and_repeat
nested options resample_known""".split()


def cases():
    for name in NAMES:
        case = lambda tf, name=name: elements(tf, _cases(tf)[name]())  # noqa: E731
        if name == "resample_known":
            case.why_different = "a cond within a function is Switch and Merge nodes here, an If there"
        yield name, case


def case_sizes(tf):
    X = tf.data.experimental
    ten = tf.data.Dataset.range(10)
    made = [ten.batch(3), ten.repeat(), ten.filter(lambda x: True), ten.shard(3, 1), ten.window(3, 2), ten.take(4), ten.skip(-1), tf.data.Dataset.zip((ten, ten.repeat()))]
    return [X.cardinality(d) for d in made]


def case_single(tf):
    return tf.data.experimental.get_single_element(tf.data.Dataset.from_tensors({"a": 1, "b": [2.0]}))


def case_single_of_many(tf):
    return tf.data.experimental.get_single_element(tf.data.Dataset.range(2))


def case_optional_at_the_end(tf):
    iterator = tf.data.Dataset.range(1).make_initializable_iterator()
    found = tf.data.experimental.get_next_as_optional(iterator)
    has = found.has_value()

    def run(sess):
        sess.run(iterator.initializer)
        return [sess.run(has), sess.run(has)]

    return run
