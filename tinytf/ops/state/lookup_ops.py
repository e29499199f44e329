"""Lookup tables for scripts: from lists, arrays and vocabulary files, fixed or growing, with buckets for unknown words.

What is in `tf.lookup` and `tf.contrib.lookup`.  Fixed tables are filled by `tf.tables_initializer()`.
"""

from __future__ import annotations

import collections
import functools
import uuid

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, colocate_with, device, get_collection, get_default_graph, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.graph.trackable import Trackable
from tinytf.ops.array import array_ops  # noqa: F401  (registers the ops)
from tinytf.ops.control_flow import control_flow_ops  # noqa: F401  (registers the ops)
from tinytf.ops.state import lookup_kernels  # noqa: F401  (registers the ops)
from tinytf.ops.state.variables import init_scope
from tinytf.ops.strings import string_ops  # noqa: F401  (registers the ops)


def tables_initializer(name="init_all_tables"):
    """An op that fills all tables of the graph.  Follows `tf.tables_initializer` of TF 1.15."""
    initializers = get_collection(GraphKeys.TABLE_INITIALIZERS)
    if initializers:
        return control_flow_ops.group(*initializers, name=name)
    return control_flow_ops.no_op(name=name)


initialize_all_tables = tables_initializer


class LookupInterface(Trackable):
    """What all tables offer: dtypes, name, size and lookup."""

    def __init__(self, key_dtype, value_dtype):
        self._key_dtype, self._value_dtype = dtypes.as_dtype(key_dtype), dtypes.as_dtype(value_dtype)

    @property
    def key_dtype(self):
        """The dtype of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self):
        """The dtype of the values."""
        return self._value_dtype

    def _check_key_dtype(self, keys):
        if keys.dtype.base_dtype != self._key_dtype:
            raise TypeError(f"Signature mismatch. Keys must be dtype {self._key_dtype}, got {keys.dtype}.")


class TextFileIndex:
    """Special columns of a vocabulary file."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


# ---- what fills a fixed table


class TableInitializerBase(Trackable):
    """What fills a table: override `initialize`."""

    _shared_name = ""

    def __init__(self, key_dtype, value_dtype):
        self._key_dtype, self._value_dtype = dtypes.as_dtype(key_dtype), dtypes.as_dtype(value_dtype)

    @property
    def key_dtype(self):
        """The dtype of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self):
        """The dtype of the values."""
        return self._value_dtype

    def initialize(self, table):
        """Adds and returns the op that fills `table`."""
        raise NotImplementedError("initialize must be overridden")

    @staticmethod
    def _check(table, key_dtype, value_dtype):
        if key_dtype.base_dtype != table.key_dtype:
            raise TypeError(f"Invalid key dtype, expected {table.key_dtype} but got {key_dtype}.")
        if value_dtype.base_dtype != table.value_dtype:
            raise TypeError(f"Invalid value dtype, expected {table.value_dtype} but got {value_dtype}.")


class KeyValueTensorInitializer(TableInitializerBase):
    """Fills a table from two tensors.  Follows `tf.lookup.KeyValueTensorInitializer` of TF 1.15."""

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        def convert():
            return (
                convert_to_tensor(keys, dtype=key_dtype, name="keys"),
                convert_to_tensor(values, dtype=value_dtype, name="values"),
            )

        if get_default_graph()._get_control_flow_context() is not None:
            with init_scope():
                self._keys, self._values = convert()
        else:
            self._keys, self._values = convert()
        self._name = "key_value_init" if name is None else name
        super().__init__(self._keys.dtype, self._values.dtype)

    def initialize(self, table):
        """Adds the import of the keys and values."""
        self._check(table, self._keys.dtype, self._values.dtype)
        with name_scope(self._name, values=(table.resource_handle, self._keys, self._values)):
            fill = make("LookupTableImportV2", table.resource_handle, self._keys, self._values)
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, fill)
        return fill


class TextFileInitializer(TableInitializerBase):
    """Fills a table from a file, a line an entry.  Follows `tf.lookup.TextFileInitializer` of TF 1.15.

    `key_index` and `value_index` name a column, the whole line or the line's number (`TextFileIndex`).
    """

    def __init__(
        self, filename, key_dtype, key_index, value_dtype, value_index, vocab_size=None, delimiter="\t", name=None
    ):
        if not isinstance(filename, Tensor) and not filename:
            raise ValueError(f"Filename required for {name}.")
        key_dtype, value_dtype = dtypes.as_dtype(key_dtype), dtypes.as_dtype(value_dtype)
        if key_index < -2:
            raise ValueError(f"Invalid key index {key_index}.")
        if key_index == TextFileIndex.LINE_NUMBER and key_dtype != dtypes.int64:
            raise ValueError(f"Signature mismatch. Keys must be dtype {dtypes.int64}, got {key_dtype}.")
        if key_index == TextFileIndex.WHOLE_LINE and not key_dtype.is_integer and key_dtype != dtypes.string:
            raise ValueError(f"Signature mismatch. Keys must be integer or string, got {key_dtype}.")
        if value_index < -2:
            raise ValueError(f"Invalid value index {value_index}.")
        if value_index == TextFileIndex.LINE_NUMBER and value_dtype != dtypes.int64:
            raise ValueError(f"Signature mismatch. Values must be dtype {dtypes.int64}, got {value_dtype}.")
        if value_index == TextFileIndex.WHOLE_LINE and value_dtype != dtypes.string:
            raise ValueError(f"Signature mismatch. Values must be dtype {dtypes.string}, got {value_dtype}.")
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"Invalid vocab_size {vocab_size}.")
        self._key_index, self._value_index, self._vocab_size = key_index, value_index, vocab_size
        self._delimiter, self._name, self._filename_arg = delimiter, name, filename
        with init_scope(), device("CPU"):
            self._filename = convert_to_tensor(filename, dtype=dtypes.string, name="asset_path")
        super().__init__(key_dtype, value_dtype)

    def initialize(self, table):
        """Adds the op that reads the file; the file's name becomes an asset of a SavedModel."""
        self._check(table, self.key_dtype, self.value_dtype)
        with name_scope(self._name, "text_file_init", (table.resource_handle,)):
            fill = make(
                "InitializeTableFromTextFileV2", table.resource_handle, self._filename, key_index=self._key_index,
                value_index=self._value_index, vocab_size=-1 if self._vocab_size is None else self._vocab_size,
                delimiter=self._delimiter,
            )  # fmt: skip
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, fill)
        if self._filename.op.type == "Const":
            add_to_collection(GraphKeys.ASSET_FILEPATHS, self._filename)
        return fill

    @property
    def _shared_name(self):
        size = f"{self._vocab_size}_" if self._vocab_size else ""
        return f"hash_table_{self._filename_arg}_{size}{self._key_index}_{self._value_index}"


class TextFileStringTableInitializer(TextFileInitializer):
    """Numbers to the words of a vocabulary file."""

    def __init__(
        self, filename, key_column_index=TextFileIndex.LINE_NUMBER, value_column_index=TextFileIndex.WHOLE_LINE,
        vocab_size=None, delimiter="\t", name="text_file_string_table_init",
    ):  # fmt: skip
        super().__init__(
            filename, dtypes.int64, key_column_index, dtypes.string, value_column_index, vocab_size, delimiter, name
        )


class TextFileIdTableInitializer(TextFileInitializer):
    """The words of a vocabulary file to numbers."""

    def __init__(
        self, filename, key_column_index=TextFileIndex.WHOLE_LINE, value_column_index=TextFileIndex.LINE_NUMBER,
        vocab_size=None, delimiter="\t", name="text_file_id_table_init", key_dtype=dtypes.string,
    ):  # fmt: skip
        super().__init__(
            filename, key_dtype, key_column_index, dtypes.int64, value_column_index, vocab_size, delimiter, name
        )


# ---- fixed tables


class StaticHashTable(LookupInterface):
    """A table that is filled once, by `initializer`.  Follows `tf.lookup.StaticHashTable` of TF 1.15."""

    _export_is_scope = False

    def __init__(self, initializer, default_value, name=None):
        super().__init__(initializer.key_dtype, initializer.value_dtype)
        self._initializer = initializer
        if isinstance(initializer, Trackable):
            self._track_trackable(initializer, "_initializer")
        self._shared_name = self._choose_shared_name(initializer)
        self._name = name or "hash_table"
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype)
        self._default_value.get_shape().merge_with([])
        with init_scope():
            self.resource_handle = make(
                "HashTableV2", shared_name=self._shared_name, key_dtype=self._key_dtype, value_dtype=self._value_dtype,
                name=self._name,
            )  # fmt: skip
            self._table_name = self.resource_handle.op.name.split("/")[-1]
        if get_default_graph()._get_control_flow_context() is not None:
            with init_scope():
                self._init_op = initializer.initialize(self)
        else:
            self._init_op = initializer.initialize(self)

    def _choose_shared_name(self, initializer):
        return initializer._shared_name or f"hash_table_{uuid.uuid4()}"

    @property
    def initializer(self):
        """The op that fills the table; `tf.tables_initializer()` runs it too."""
        return self._init_op

    init = initializer

    @property
    def name(self) -> str:
        """The name of the table's node, without scopes."""
        return self._table_name

    @property
    def default_value(self) -> Tensor:
        """What a lookup gives for a key that is not there."""
        return self._default_value

    def size(self, name=None) -> Tensor:
        """The number of entries."""
        with name_scope(name, f"{self.name}_Size", [self.resource_handle]):
            return make("LookupTableSizeV2", self.resource_handle)

    def lookup(self, keys, name=None):
        """The values of `keys` (a Tensor or a SparseTensor, as is the result)."""
        sparse = isinstance(keys, SparseTensor)
        key_tensor = keys.values if sparse else keys
        self._check_key_dtype(keys)
        with name_scope(name, f"{self.name}_Lookup", (self.resource_handle, key_tensor, self._default_value)):
            values = make("LookupTableFindV2", self.resource_handle, key_tensor, self._default_value)
        values.set_shape(key_tensor.get_shape())
        return SparseTensor(keys.indices, values, keys.dense_shape) if sparse else values

    def export(self, name=None) -> tuple:
        """(all keys, all values)."""
        with name_scope(name, f"{self.name}_Export", [self.resource_handle]) as scope:
            keys, values = make(
                "LookupTableExportV2", self.resource_handle, Tkeys=self._key_dtype, Tvalues=self._value_dtype,
                name=scope if self._export_is_scope else None,
            )  # fmt: skip
        values.set_shape(keys.get_shape().concatenate(self._default_value.get_shape()))
        return keys, values


class HashTable(StaticHashTable):
    """As StaticHashTable, with a shared name of one's own.  Follows `tf.contrib.lookup.HashTable` of TF 1.15."""

    _export_is_scope = True

    def __init__(self, initializer, default_value, shared_name=None, name=None):
        self._given_name = shared_name
        super().__init__(initializer, default_value, name)

    def _choose_shared_name(self, initializer):
        return self._given_name


# ---- buckets for unknown words


class HasherSpec(collections.namedtuple("HasherSpec", ["hasher", "key"])):
    """Which hash puts unknown words into buckets."""


FastHashSpec = HasherSpec("fasthash", None)


class StrongHashSpec(HasherSpec):
    """SipHash with a key of two integers."""

    def __new__(cls, key):
        if len(key) != 2:
            raise ValueError(f"key must have size 2, got {len(key)}.")
        if not all(isinstance(k, (int, np.integer)) for k in key):
            raise TypeError(f"Invalid key {key}. Must be unsigned integer values.")
        return super().__new__(cls, "stronghash", key)


def _bucket_function(spec):
    if not isinstance(spec, HasherSpec):
        raise TypeError(f"hasher_spec must be of type HasherSpec {spec}")
    if spec.hasher == "fasthash":
        return string_ops.string_to_hash_bucket_fast
    if spec.hasher == "legacy":
        return string_ops.string_to_hash_bucket
    if spec.hasher == "stronghash":
        return functools.partial(string_ops.string_to_hash_bucket_strong, key=spec.key)
    raise ValueError(f"Unknown hasher {spec.hasher}")


class IdTableWithHashBuckets(LookupInterface):
    """A table of ids, and `num_oov_buckets` further ids that unknown words are hashed to.

    Follows `tf.contrib.lookup.IdTableWithHashBuckets` of TF 1.15.
    """

    def __init__(self, table, num_oov_buckets, hasher_spec=FastHashSpec, name=None, key_dtype=None):
        name = name.rstrip("/") if name else name
        if table:
            key_dtype = table.key_dtype if key_dtype is None else dtypes.as_dtype(key_dtype)
            if table.key_dtype not in (dtypes.int64, dtypes.string):
                raise TypeError(f"Invalid key dtype, expected one of {(dtypes.int64, dtypes.string)}, but got {key_dtype}.")
            if table.key_dtype.is_integer != key_dtype.is_integer:
                kind = "integer" if key_dtype.is_integer else "non-integer"
                raise TypeError(f"Invalid key dtype, expected {kind} but got {table.key_dtype}.")
            if table.value_dtype != dtypes.int64:
                raise TypeError(f"Invalid value dtype, expected {dtypes.int64} but got {table.value_dtype}.")
            name = name or table.name
        else:
            if num_oov_buckets <= 0:
                raise ValueError("oov_buckets must be > 0 if no table is supplied.")
            key_dtype = dtypes.string if key_dtype is None else dtypes.as_dtype(key_dtype)
            table, name = None, name or "hash_bucket"
        if not key_dtype.is_integer and key_dtype != dtypes.string:
            raise TypeError(f"Invalid key_dtype, expected integer or string, got {key_dtype}.")
        if not isinstance(hasher_spec, HasherSpec):
            raise TypeError(f"hasher_spec must be of type HasherSpec, got {hasher_spec}")
        self._table, self._num_oov_buckets, self._hasher_spec = table, num_oov_buckets, hasher_spec
        self._table_name = name.split("/")[-1]
        super().__init__(key_dtype, dtypes.int64)

    @property
    def initializer(self):
        """The op that fills the inner table."""
        if self._table is not None:
            return self._table.initializer
        with name_scope(None, "init"):
            return control_flow_ops.no_op()

    init = initializer

    @property
    def resource_handle(self):
        """The handle of the inner table, None where there is none."""
        return None if self._table is None else self._table.resource_handle

    @property
    def name(self) -> str:
        """The name of the table."""
        return self._table_name

    def size(self, name=None) -> Tensor:
        """The number of ids, buckets included."""
        with name_scope(name, f"{self.name}_Size"):
            size = self._table.size() if self._table else convert_to_tensor(0, dtype=dtypes.int64)
            return size + self._num_oov_buckets

    def lookup(self, keys, name=None):
        """The ids of `keys` (a Tensor or a SparseTensor, as is the result)."""
        from tinytf.ops.math import math_ops

        self._check_key_dtype(keys)
        sparse = isinstance(keys, SparseTensor)
        values = keys.values if sparse else keys
        if self._table and self._table.key_dtype.base_dtype == dtypes.int64:
            values = math_ops.cast(values, dtypes.int64)
        if self._num_oov_buckets == 0:
            ids = self._table.lookup(values, name=name)
        else:
            with name_scope(name, f"{self.name}_Lookup"):
                text = values if values.dtype.base_dtype == dtypes.string else string_ops.as_string(values)
                to_bucket = _bucket_function(self._hasher_spec)
                ids = to_bucket(text, num_buckets=self._num_oov_buckets, name="hash_bucket")
                if self._table:
                    buckets, ids = ids, self._table.lookup(values)
                    buckets = math_ops.add(buckets, self._table.size())
                    known = math_ops.not_equal(ids, self._table.default_value)
                    ids = array_ops.where_v2(known, ids, buckets)
        return SparseTensor(keys.indices, ids, keys.dense_shape) if sparse else ids


class StaticVocabularyTable(IdTableWithHashBuckets):
    """Words to ids, unknown ones hashed to buckets.  Follows `tf.lookup.StaticVocabularyTable` of TF 1.15."""

    def __init__(self, initializer, num_oov_buckets, lookup_key_dtype=None, name=None):
        if num_oov_buckets <= 0:
            raise ValueError("oov_buckets must be > 0.")
        if initializer and initializer.value_dtype != dtypes.int64:
            raise TypeError("Invalid value dtype, expected %s but got %s." % (dtypes.int64, initializer.value_dtype))
        table = StaticHashTable(initializer, default_value=-1) if initializer else None
        super().__init__(table, num_oov_buckets, name=name, key_dtype=lookup_key_dtype if initializer else None)


# ---- vocabularies


def _check_vocabulary_file(vocabulary_file, vocab_size):
    if vocabulary_file is None or (isinstance(vocabulary_file, str) and not vocabulary_file):
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}. vocabulary_file: {vocabulary_file}")


def _check_buckets(num_oov_buckets):
    if num_oov_buckets < 0:
        raise ValueError(f"num_oov_buckets must be greater or equal than 0, got {num_oov_buckets}.")


def index_table_from_file(
    vocabulary_file=None, num_oov_buckets=0, vocab_size=None, default_value=-1, hasher_spec=FastHashSpec,
    key_dtype=dtypes.string, name=None, key_column_index=TextFileIndex.WHOLE_LINE,
    value_column_index=TextFileIndex.LINE_NUMBER, delimiter="\t",
):  # fmt: skip
    """The words of a file to their line numbers.  Follows `tf.contrib.lookup.index_table_from_file` of TF 1.15."""
    _check_vocabulary_file(vocabulary_file, vocab_size)
    _check_buckets(num_oov_buckets)
    if not key_dtype.is_integer and key_dtype.base_dtype != dtypes.string:
        raise TypeError("Only integer and string keys are supported.")
    with name_scope(name, "string_to_index"):
        with name_scope(None, "hash_table"):
            fill = TextFileIdTableInitializer(
                vocabulary_file, vocab_size=vocab_size, key_dtype=dtypes.int64 if key_dtype.is_integer else key_dtype,
                name="table_init", key_column_index=key_column_index, value_column_index=value_column_index,
                delimiter=delimiter,
            )  # fmt: skip
            table = StaticHashTable(fill, default_value)
        if num_oov_buckets:
            table = IdTableWithHashBuckets(
                table, num_oov_buckets=num_oov_buckets, hasher_spec=hasher_spec, key_dtype=key_dtype
            )
        return table


def index_table_from_tensor(
    vocabulary_list, num_oov_buckets=0, default_value=-1, hasher_spec=FastHashSpec, dtype=dtypes.string, name=None
):
    """The words of a list to their places.  Follows `tf.contrib.lookup.index_table_from_tensor` of TF 1.15."""
    from tinytf.ops.math import math_ops

    if vocabulary_list is None:
        raise ValueError("vocabulary_list must be specified.")
    _check_buckets(num_oov_buckets)
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_integer and dtype.base_dtype != dtypes.string:
        raise TypeError("Only integer and string keys are supported.")
    with name_scope(name, "string_to_index"):
        keys = convert_to_tensor(vocabulary_list)
        if keys.dtype.is_integer != dtype.is_integer:
            raise ValueError(f"Expected {'integer' if dtype.is_integer else 'non-integer'}, got {keys.dtype}.")
        if not dtype.is_integer and keys.dtype.base_dtype != dtype:
            raise ValueError(f"Expected {dtype}, got {keys.dtype}.")
        values = math_ops.cast(math_ops.range(array_ops.size(keys)), dtypes.int64)
        with name_scope(None, "hash_table"):
            table_keys = math_ops.cast(keys, dtypes.int64) if keys.dtype.is_integer else keys
            fill = KeyValueTensorInitializer(
                table_keys, values, table_keys.dtype.base_dtype, dtypes.int64, name="table_init"
            )
            table = StaticHashTable(fill, default_value)
        if num_oov_buckets:
            table = IdTableWithHashBuckets(
                table, num_oov_buckets=num_oov_buckets, hasher_spec=hasher_spec, key_dtype=dtype
            )
        return table


def index_to_string_table_from_file(
    vocabulary_file, vocab_size=None, default_value="UNK", name=None, key_column_index=TextFileIndex.LINE_NUMBER,
    value_column_index=TextFileIndex.WHOLE_LINE, delimiter="\t",
):  # fmt: skip
    """Line numbers to the words of a file.  Follows `tf.contrib.lookup.index_to_string_table_from_file` of TF 1.15."""
    _check_vocabulary_file(vocabulary_file, vocab_size)
    with name_scope(name, "index_to_string"):
        fill = TextFileStringTableInitializer(
            vocabulary_file, vocab_size=vocab_size, name="table_init", key_column_index=key_column_index,
            value_column_index=value_column_index, delimiter=delimiter,
        )  # fmt: skip
        return StaticHashTable(fill, default_value)


def index_to_string_table_from_tensor(vocabulary_list, default_value="UNK", name=None):
    """Places to the words of a list.  Follows `tf.contrib.lookup.index_to_string_table_from_tensor` of TF 1.15."""
    from tinytf.ops.math import math_ops

    if vocabulary_list is None:
        raise ValueError("vocabulary_list must be specified.")
    with name_scope(name, "index_to_string"):
        words = convert_to_tensor(vocabulary_list, dtypes.string)
        keys = math_ops.cast(math_ops.range(array_ops.size(words)), dtypes.int64)
        fill = KeyValueTensorInitializer(keys, words, dtypes.int64, dtypes.string, name="table_init")
        return StaticHashTable(fill, default_value)


# ---- growing tables


class MutableHashTable(LookupInterface):
    """A table that grows; with `checkpoint` a Saver saves it.  Follows `tf.contrib.lookup.MutableHashTable` of TF 1.15."""

    _default_name = None

    def __init__(
        self, key_dtype, value_dtype, default_value, name="MutableHashTable", checkpoint=True
    ):
        super().__init__(key_dtype, value_dtype)
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype, name=self._default_name)
        self._name, self._checkpoint = name, checkpoint
        self.resource_handle = self._create()
        self._table_name = self.resource_handle.op.name.split("/")[-1]
        if checkpoint:
            add_to_collection(GraphKeys.SAVEABLE_OBJECTS, self._saveable(name))

    def _saveable(self, name):
        # The one place where an op reaches up to the Saver's room: the table says itself how it is saved.
        from tinytf.train.saveable import TableSaveable

        return TableSaveable(self, name)

    def _gather_saveables_for_checkpoint(self) -> dict:
        return {"table": self._saveable}

    def _create(self):
        attrs = dict(
            use_node_name_sharing=self._checkpoint,
            key_dtype=self._key_dtype,
            value_dtype=self._value_dtype,
            name=self._name,
        )
        shape = self._default_value.get_shape()
        if shape.ndims == 0:
            return make("MutableHashTableV2", **attrs)
        return make("MutableHashTableOfTensorsV2", value_shape=shape, **attrs)

    @property
    def name(self) -> str:
        """The name of the table's node, without scopes."""
        return self._table_name

    def size(self, name=None) -> Tensor:
        """The number of entries."""
        with name_scope(name, f"{self.name}_Size", [self.resource_handle]), colocate_with(self.resource_handle):
            return make("LookupTableSizeV2", self.resource_handle)

    def remove(self, keys, name=None):
        """An op that removes `keys`, those that are there."""
        if keys.dtype != self._key_dtype:
            raise TypeError(f"Signature mismatch. Keys must be dtype {self._key_dtype}, got {keys.dtype}.")
        scope = f"{self.name}_lookup_table_remove"
        with name_scope(name, scope, (self.resource_handle, keys, self._default_value)):
            return make("LookupTableRemoveV2", self.resource_handle, keys)

    def lookup(self, keys, name=None) -> Tensor:
        """The values of `keys`."""
        with name_scope(name, f"{self.name}_lookup_table_find", (self.resource_handle, keys, self._default_value)):
            keys = convert_to_tensor(keys, dtype=self._key_dtype, name="keys")
            with colocate_with(self.resource_handle):
                return make("LookupTableFindV2", self.resource_handle, keys, self._default_value)

    def insert(self, keys, values, name=None):
        """An op that adds entries, or replaces those that are there."""
        with name_scope(name, f"{self.name}_lookup_table_insert", [self.resource_handle, keys, values]):
            keys = convert_to_tensor(keys, self._key_dtype, name="keys")
            values = convert_to_tensor(values, self._value_dtype, name="values")
            with colocate_with(self.resource_handle):
                return make("LookupTableInsertV2", self.resource_handle, keys, values)

    def export(self, name=None) -> tuple:
        """(all keys, all values)."""
        with name_scope(name, f"{self.name}_lookup_table_export_values", [self.resource_handle]):
            with colocate_with(self.resource_handle):
                return tuple(
                    make("LookupTableExportV2", self.resource_handle, Tkeys=self._key_dtype, Tvalues=self._value_dtype)
                )


class DenseHashTable(MutableHashTable):
    """A growing table with two reserved keys.  Follows `tf.lookup.experimental.DenseHashTable` of TF 1.15."""

    _default_name = "default_value"

    def __init__(
        self, key_dtype, value_dtype, default_value, empty_key, deleted_key, initial_num_buckets=None,
        name="MutableDenseHashTable", checkpoint=True,
    ):  # fmt: skip
        self._reserved = empty_key, deleted_key
        self._initial_num_buckets = initial_num_buckets
        super().__init__(key_dtype, value_dtype, default_value, name, checkpoint)

    def _create(self):
        empty = convert_to_tensor(self._reserved[0], dtype=self._key_dtype, name="empty_key")
        deleted = convert_to_tensor(self._reserved[1], dtype=self._key_dtype, name="deleted_key")
        return make(
            "MutableDenseHashTableV2", empty, deleted, use_node_name_sharing=self._checkpoint, value_dtype=self._value_dtype,
            value_shape=self._default_value.get_shape(), initial_num_buckets=self._initial_num_buckets, name=self._name,
        )  # fmt: skip

    insert_or_assign = MutableHashTable.insert
    erase = MutableHashTable.remove


MutableDenseHashTable = DenseHashTable
