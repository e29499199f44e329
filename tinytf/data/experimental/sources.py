"""Further sources of elements, and where they may go: counters, random numbers, databases, files of Examples, variants."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.dataset import AUTOTUNE, Dataset, _seeds
from tinytf.data.experimental.batching import parse_example_dataset
from tinytf.data.experimental.streams import scan, shuffle_and_repeat
from tinytf.data.readers import TFRecordDataset
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor_spec import TensorSpec


def Counter(start=0, step=1, dtype=dtypes.int64) -> Dataset:
    """The numbers from `start` on, `step` apart, without end."""
    with name_scope("counter"):
        start = convert_to_tensor(start, dtype=dtype, name="start")
        step = convert_to_tensor(step, dtype=dtype, name="step")
        return Dataset.from_tensors(0).repeat(None).apply(scan(start, lambda state, _: (state + step, state)))


class RandomDataset(Dataset):
    """Random int64 numbers below 2**32, without end."""

    def __init__(self, seed=None):
        specs = TensorSpec((), dtypes.int64)
        super().__init__(make("RandomDataset", *_seeds(seed), **structure.attributes(specs)), specs)


class SqlDataset(Dataset):
    """The rows that an SQL query gives; `driver_name` is "sqlite"."""

    def __init__(self, driver_name, data_source_name, query, output_types):
        names = zip(("driver_name", "data_source_name", "query"), (driver_name, data_source_name, query))
        inputs = [convert_to_tensor(value, dtype=dtypes.string, name=name) for name, value in names]
        specs = structure.map_structure(lambda t: TensorSpec((), t), output_types)
        super().__init__(make("SqlDataset", *inputs, **structure.attributes(specs)), specs)


class TFRecordWriter:
    """Writes a dataset of strings to a file of records: `writer.write(dataset)` is the operation that does."""

    def __init__(self, filename, compression_type=None):
        self._filename = convert_to_tensor(filename, dtype=dtypes.string, name="filename")
        self._compression_type = convert_to_tensor(compression_type or "", dtype=dtypes.string, name="compression_type")

    def write(self, dataset):
        """The operation that writes."""
        if not isinstance(dataset, Dataset):
            raise TypeError("`dataset` must be a `tf.data.Dataset` object.")
        if not structure.compatible(dataset._specs, TensorSpec((), dtypes.string)):
            raise TypeError(
                f"`dataset` must produce scalar `DT_STRING` tensors whereas it produces shape {dataset.output_shapes} and types {dataset.output_types}"
            )
        return make("DatasetToTFRecord", dataset._variant_tensor, self._filename, self._compression_type)


def to_variant(dataset: Dataset):
    """The variant tensor of a dataset."""
    return dataset._variant_tensor


def from_variant(variant, structure) -> Dataset:
    """The dataset of a variant tensor, whose elements have the given specs."""
    return Dataset(variant, structure)


def shuffled_and_repeated(dataset, num_epochs, shuffle, buffer_size, seed) -> Dataset:
    """What the functions that read whole sets of files do with the rows."""
    if num_epochs != 1 and shuffle:
        return dataset.apply(shuffle_and_repeat(buffer_size, num_epochs, seed))
    if shuffle:
        return dataset.shuffle(buffer_size, seed)
    return dataset.repeat(num_epochs) if num_epochs != 1 else dataset


def matched_files(file_pattern, shuffle) -> list:
    """The names of the files that a pattern, or each of a list, matches; ValueError where none does."""
    from tinytf import file_io

    if isinstance(file_pattern, list):
        if not file_pattern:
            raise ValueError("File pattern is empty.")
        names = [name for pattern in file_pattern for name in file_io.get_matching_files(pattern)]
    else:
        names = list(file_io.get_matching_files(file_pattern))
    if not names:
        raise ValueError("No files match %s." % file_pattern)
    return names if shuffle else sorted(names)


def make_batched_features_dataset(
    file_pattern, batch_size, features, reader=TFRecordDataset, label_key=None, reader_args=None, num_epochs=None, shuffle=True,
    shuffle_buffer_size=10000, shuffle_seed=None, prefetch_buffer_size=AUTOTUNE, reader_num_threads=1, parser_num_threads=2,
    sloppy_ordering=False, drop_final_batch=False,
) -> Dataset:  # fmt: skip
    """Batches of the Examples in files, parsed.  Follows `tf.data.experimental.make_batched_features_dataset` of TF 1.15."""
    from tinytf.data.experimental.mixing import parallel_interleave

    dataset = Dataset.list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    arguments = reader_args or []
    dataset = dataset.apply(parallel_interleave(lambda name: reader(name, *arguments), cycle_length=reader_num_threads, sloppy=sloppy_ordering))
    if dataset.output_types == (dtypes.string, dtypes.string):
        dataset = dataset.map(lambda _, v: v)
    dataset = shuffled_and_repeated(dataset, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    dataset = dataset.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    dataset = dataset.apply(parse_example_dataset(features, num_parallel_calls=parser_num_threads))
    if label_key:
        if label_key not in features:
            raise ValueError("The `label_key` provided (%r) must be one of the `features` keys." % label_key)
        dataset = dataset.map(lambda x: (x, x.pop(label_key)))
    return dataset.prefetch(prefetch_buffer_size)



def make_tf_record_dataset(
    file_pattern, batch_size, parser_fn=None, num_epochs=None, shuffle=True, shuffle_buffer_size=None, shuffle_seed=None,
    prefetch_buffer_size=None, num_parallel_reads=None, num_parallel_parser_calls=None, drop_final_batch=False,
) -> Dataset:  # fmt: skip
    """Batches of the records in files, parsed by `parser_fn`.  Follows the function of data.experimental.ops.readers of TF 1.15."""
    files = Dataset.list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    dataset = TFRecordDataset(files, num_parallel_reads=24 if num_parallel_reads is None else num_parallel_reads)
    dataset = shuffled_and_repeated(dataset, num_epochs, shuffle, shuffle_buffer_size or 10000, shuffle_seed)
    if parser_fn is not None:
        dataset = dataset.map(parser_fn, num_parallel_calls=num_parallel_parser_calls or batch_size)
    dataset = dataset.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    if prefetch_buffer_size == 0:
        return dataset
    return dataset.prefetch(AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)
