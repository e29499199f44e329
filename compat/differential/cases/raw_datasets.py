"""Dataset ops by their raw names, those of 1.13 (`Experimental…`) included, which graphs of that time hold."""

from __future__ import annotations

import os
import sqlite3
import tempfile

import numpy as np
from table import inner

_INTS = {"output_types": ["int64"], "output_shapes": [[]]}


def elements(tf, dataset, types, shapes, feed=None, limit=12):
    """What a dataset, given as its variant, holds; of paths, their last parts."""
    kinds = {"output_types": types, "output_shapes": shapes}
    iterator = tf.raw_ops.IteratorV2(shared_name="", container="", **kinds)
    start = tf.raw_ops.MakeIterator(dataset=dataset, iterator=iterator)
    one = tf.raw_ops.IteratorGetNext(iterator=iterator, **kinds)

    def run(session):
        session.run(start, feed)
        found = []
        try:
            for _ in range(limit):
                found.append([os.path.basename(x) if isinstance(x, bytes) else x for x in session.run(one)])
        except tf.errors.OutOfRangeError:
            found.append("end")
        return found

    return run


def counting(tf, count):
    return tf.raw_ops.RangeDataset(start=np.int64(0), stop=np.int64(count), step=np.int64(1), **_INTS)


def file_with(text, name="f"):
    path = os.path.join(tempfile.mkdtemp(), name)
    with open(path, "w") as f:
        f.write(text)
    return path


def define(tf, *types):
    return inner(tf, "framework.function").Defun(*types)


def two_names(op, build, types=("int64",), shapes=((),), content=None):
    """Two cases: of the op and of the op by its name of 1.13.  `content()` makes a file whose path `build` gets as a placeholder."""

    def case_of(name):
        def case(tf):
            kinds = {"output_types": list(types), "output_shapes": [list(s) for s in shapes]}
            path = tf.placeholder(tf.string, [])
            dataset = build(tf, getattr(tf.raw_ops, name), path, kinds) if content else build(tf, getattr(tf.raw_ops, name), kinds)
            return elements(tf, dataset, list(types), [list(s) for s in shapes], {path: content()} if content else None)

        return case

    return [(op, case_of(op)), ("experimental_" + op, case_of("Experimental" + op))]


def _csv(tf, op, path, kinds):
    return op(
        filenames=path, compression_type="", buffer_size=np.int64(100), header=True, field_delim=",", use_quote_delim=True, na_value="",
        select_cols=np.int64([]), record_defaults=[np.int64([7]), np.float32([8.0])], output_shapes=kinds["output_shapes"],
    )  # fmt: skip


def _database():
    path = os.path.join(tempfile.mkdtemp(), "s.db")
    with sqlite3.connect(path) as base:
        base.execute("create table t (n integer, s text)")
        base.executemany("insert into t values (?, ?)", [(1, "one"), (2, "two")])
    base.close()
    return path


def _sql(tf, op, path, kinds):
    return op(driver_name="sqlite", data_source_name=path, query="select n, s from t order by n", **kinds)


def _pattern():
    return os.path.join(os.path.dirname(file_with("x", "a.txt")), "*.txt")


def _group_by_window(tf, op, kinds):
    int64, variant = tf.int64, tf.variant
    key = define(tf, int64)(lambda x: x % 2)
    size = define(tf, int64)(lambda k: tf.constant(2, int64))
    window = define(tf, int64, variant)(
        lambda k, d: tf.raw_ops.BatchDatasetV2(input_dataset=d, batch_size=np.int64(2), drop_remainder=False, output_types=[int64], output_shapes=[[None]])
    )
    others = {p + "_func_other_arguments": [] for p in ("key", "reduce", "window_size")}
    return op(input_dataset=counting(tf, 7), key_func=key, reduce_func=window, window_size_func=size, **others, **kinds)


def _interleave(tf, op, kinds):
    repeat = define(tf, tf.int64)(lambda x: tf.raw_ops.RangeDataset(start=x, stop=x + 2, step=np.int64(1), **_INTS))
    sizes = {"cycle_length": np.int64(2), "block_length": np.int64(1), "buffer_output_elements": np.int64(1), "prefetch_input_elements": np.int64(1)}
    return op(input_dataset=counting(tf, 4), other_arguments=[], sloppy=False, f=repeat, **sizes, **kinds)


def _parse(tf, op, kinds):
    example = tf.train.Example()
    example.features.feature["a"].int64_list.value.extend([3, 4])
    texts = tf.raw_ops.TensorDataset(components=[tf.constant([example.SerializeToString()])], output_shapes=[[1]])
    return op(
        input_dataset=texts, num_parallel_calls=np.int64(1), dense_defaults=[np.int64([])], sparse_keys=[], dense_keys=["a"],
        sparse_types=[], dense_shapes=[[2]], **kinds,
    )  # fmt: skip


def _scan(tf, op, kinds):
    add = define(tf, tf.int64, tf.int64)(lambda state, x: (state + x, state * x))
    return op(input_dataset=counting(tf, 5), initial_state=[np.int64(1)], other_arguments=[], f=add, **kinds)


def _errors(tf, op, kinds):
    checked = define(tf, tf.int64)(lambda x: tf.check_numerics(1.0 / tf.cast(x - 1, tf.float32), "no"))
    mapped = tf.raw_ops.MapDataset(input_dataset=counting(tf, 4), other_arguments=[], f=checked, **kinds)
    return op(input_dataset=mapped, **kinds)


def _map_and_batch(tf, op, kinds):
    double = define(tf, tf.int64)(lambda x: x * 2)
    sizes = {"batch_size": np.int64(3), "num_parallel_calls": np.int64(1)}
    return op(input_dataset=counting(tf, 5), other_arguments=[], drop_remainder=False, f=double, **sizes, **kinds)


def _unbatch(tf, op, kinds):
    batched = tf.raw_ops.BatchDataset(input_dataset=counting(tf, 5), batch_size=np.int64(2), output_types=["int64"], output_shapes=[[None]])
    return op(input_dataset=batched, **kinds)


def _directed(tf, op, kinds):
    return op(selector_input_dataset=counting(tf, 2), data_input_datasets=[counting(tf, 3), counting(tf, 4)], **kinds)


def _dense_to_sparse(tf, op, kinds):
    rows = tf.raw_ops.TensorSliceDataset(components=[np.int64([[1, 2], [0, 3], [5, 6]])], output_shapes=[[2]])
    batched = op(input_dataset=rows, batch_size=np.int64(2), row_shape=np.int64([4]), **kinds)
    many = define(tf, tf.variant)(lambda s: tuple(tf.raw_ops.DeserializeSparse(serialized_sparse=s, dtype="int64")))
    return tf.raw_ops.MapDataset(
        input_dataset=batched, other_arguments=[], f=many, output_types=["int64"] * 3, output_shapes=[[None, 2], [None], [2]]
    )


def case_dense_to_sparse_batch(tf):
    kinds = {"output_types": ["variant"], "output_shapes": [[None, 3]]}
    found = _dense_to_sparse(tf, tf.raw_ops.ExperimentalDenseToSparseBatchDataset, kinds)
    return elements(tf, found, ["int64"] * 3, [[None, 2], [None], [2]])


def _record_case(name):
    def case(tf):
        path = tf.placeholder(tf.string, [])
        feed = {path: os.path.join(tempfile.mkdtemp(), "r")}
        words = tf.raw_ops.TensorSliceDataset(components=[tf.constant(["one", "two"])], output_shapes=[[]])
        write = getattr(tf.raw_ops, name)(input_dataset=words, filename=path, compression_type="")
        read = elements(tf, tf.raw_ops.TFRecordDataset(filenames=path, compression_type="", buffer_size=np.int64(0)), ["string"], [[]], feed)

        def run(session):
            session.run(write, feed)
            return read(session)

        return run

    return case


def case_cardinality(tf):
    words = tf.raw_ops.TensorSliceDataset(components=[np.int64([1, 2, 3])], output_shapes=[[]])
    endless = tf.raw_ops.RepeatDataset(input_dataset=words, count=np.int64(-1), **_INTS)
    return [tf.raw_ops.ExperimentalDatasetCardinality(input_dataset=d) for d in (words, endless, counting(tf, 3))]


def case_wrapped(tf):
    # Behind the op, as when a dataset crosses from host to device.
    wrapped = tf.raw_ops.WrapDatasetVariant(input_handle=counting(tf, 3))
    return elements(tf, tf.raw_ops.UnwrapDatasetVariant(input_handle=wrapped), ["int64"], [[]])


def case_thread_pool(tf):
    pool = tf.raw_ops.ThreadPoolHandle(num_threads=2, display_name="pool")
    return elements(tf, tf.raw_ops.ThreadPoolDataset(input_dataset=counting(tf, 3), thread_pool=pool, **_INTS), ["int64"], [[]])


def case_group_by_reducer(tf):
    int64 = tf.int64
    functions = {
        "key_func": define(tf, int64)(lambda x: x % 2),
        "init_func": define(tf, int64)(lambda k: k * 100),
        "reduce_func": define(tf, int64, int64)(lambda state, x: state + x),
        "finalize_func": define(tf, int64)(lambda state: -state),
    }
    others = {name + "_other_arguments": [] for name in functions}
    return elements(tf, tf.raw_ops.GroupByReducerDataset(input_dataset=counting(tf, 7), **others, **functions, **_INTS), ["int64"], [[]])


def case_iterator_from_string_handle(tf):
    iterator = tf.raw_ops.IteratorV2(shared_name="shared", container="", **_INTS)
    start = tf.raw_ops.MakeIterator(dataset=counting(tf, 2), iterator=iterator)
    handle, text = tf.raw_ops.IteratorToStringHandle(resource_handle=iterator), tf.placeholder(tf.string, [])
    again = tf.raw_ops.IteratorFromStringHandle(string_handle=text, **_INTS)
    one = tf.raw_ops.IteratorGetNext(iterator=again, **_INTS)

    def run(session):
        session.run(start)
        feed = {text: session.run(handle)}
        return [session.run(one, feed), session.run(one, feed)]

    return run


def cases():
    yield "dataset_to_record", _record_case("DatasetToTFRecord")
    yield "experimental_dataset_to_record", _record_case("ExperimentalDatasetToTFRecord")
    yield from two_names("BytesProducedStatsDataset", lambda tf, op, kinds: op(input_dataset=counting(tf, 3), tag="t", **kinds))
    yield from two_names("LatencyStatsDataset", lambda tf, op, kinds: op(input_dataset=counting(tf, 3), tag="t", **kinds))
    yield from two_names("CSVDataset", _csv, ["int64", "float32"], [[], []], lambda: file_with("a,b\n1,2.5\n3,\n,4.5\n"))
    yield from two_names("SqlDataset", _sql, ["int64", "string"], [[], []], _database)
    yield from two_names("MatchingFilesDataset", lambda tf, op, path, kinds: op(patterns=path), ["string"], content=_pattern)
    yield from two_names("DirectedInterleaveDataset", _directed)
    yield from two_names("GroupByWindowDataset", _group_by_window, shapes=[[None]])
    yield from two_names("IgnoreErrorsDataset", _errors, ["float32"])
    yield from two_names("MapAndBatchDataset", _map_and_batch, shapes=[[None]])
    yield from two_names(
        "MaxIntraOpParallelismDataset", lambda tf, op, kinds: op(input_dataset=counting(tf, 3), max_intra_op_parallelism=np.int64(1), **kinds)
    )
    yield from two_names("NonSerializableDataset", lambda tf, op, kinds: op(input_dataset=counting(tf, 3), **kinds))
    yield from two_names("ParallelInterleaveDataset", _interleave)
    yield from two_names("ParseExampleDataset", _parse, shapes=[[None, 2]])
    yield from two_names("PrivateThreadPoolDataset", lambda tf, op, kinds: op(input_dataset=counting(tf, 3), num_threads=np.int64(1), **kinds))
    yield from two_names("RandomDataset", lambda tf, op, kinds: op(seed=np.int64(3), seed2=np.int64(4), **kinds))
    yield from two_names("ScanDataset", _scan)
    yield from two_names("SleepDataset", lambda tf, op, kinds: op(input_dataset=counting(tf, 3), sleep_microseconds=np.int64(1), **kinds))
    yield from two_names(
        "TakeWhileDataset",
        lambda tf, op, kinds: op(input_dataset=counting(tf, 9), other_arguments=[], predicate=define(tf, tf.int64)(lambda x: x < 3), **kinds),
    )
    yield from two_names("UnbatchDataset", _unbatch)
