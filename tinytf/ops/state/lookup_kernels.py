"""Lookup tables: a dict per table and session, behind the ops HashTableV2, LookupTableFindV2 and the like."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors, file_io
from tinytf.graph import trust
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dims, with_rank, with_rank_at_most
from tinytf.inflated import without_end
from tinytf.ops.array.shape_ops import show
from tinytf.ops.strings.string_kernels import objects, parse_number

_TYPE_STRING = {d: name for name, d in dtypes.SIGNATURE_NAMES.items()}


class Table:
    """Keys and values of one table.  `fixed` tables are filled once; values have the shape `value_dims`.

    A dense table has `reserved` keys, {key: what it is called}, and its keys may be vectors: they have the shape `key_dims`.
    """

    def __init__(self, key_dtype, value_dtype, value_dims=(), fixed=False):
        self.key_dtype, self.value_dtype, self.value_dims = key_dtype, value_dtype, tuple(value_dims)
        self.key_dims: tuple = ()
        self.reserved: dict = {}
        self.fixed = fixed
        self.ready = not fixed
        self.entries: dict = {}

    def batch(self, keys) -> tuple:
        """The shape of an array of keys, without that of one key."""
        return keys.shape[: keys.ndim - len(self.key_dims)]

    def keys_of(self, array) -> list:
        """An array of keys as what the dict holds: numbers, bytes, or tuples of them."""
        return [tuple(k) for k in array.tolist()] if self.key_dims else array.ravel().tolist()

    def as_keys(self, keys):
        """Keys of the dict as an array."""
        if self.key_dtype == dtypes.string and not self.key_dims:
            return objects(keys, (len(keys),))
        return np.array(keys, self.key_dtype.as_numpy_dtype).reshape((len(keys), *self.key_dims))

    def values_of(self, array) -> list:
        """An array of values as what the dict holds: numbers, bytes, or arrays."""
        if not self.value_dims:
            return array.ravel().tolist()
        return [np.array(v) for v in array.reshape((-1, *self.value_dims))]

    def as_array(self, values, dims):
        """Values of the dict as an array of shape dims + value_dims."""
        if self.value_dtype == dtypes.string and not self.value_dims:
            return objects(values, dims)
        np_type = self.value_dtype.as_numpy_dtype
        if not self.value_dims:
            return np.array(values, np_type).reshape(dims)
        out = np.empty((len(values), *self.value_dims), np_type)
        for i, v in enumerate(values):
            out[i] = v
        return out.reshape((*dims, *self.value_dims))


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _dims(shape):
    return tuple(shape.as_list() or ())


_KEYS_TO_NUMBERS = {dtypes.int32: "double float int32", dtypes.int64: "double float int32 int64 string",
                    dtypes.string: "double float int32 int64 bool"}  # fmt: skip
_EXTRA = {"HashTableV2": [("int32", "string"), ("string", "string")], "MutableHashTableV2": [("int64", "variant")],
          "MutableHashTableOfTensorsV2": [("string", "string")],
          "MutableDenseHashTableV2": [("int64", "bool"), ("int64", "variant")]}  # fmt: skip


def _need_kernel(op):
    """TensorFlow has kernels for some pairs of types only."""
    key, value = (_TYPE_STRING[op.attr(name)] for name in ("key_dtype", "value_dtype"))
    known = value in _KEYS_TO_NUMBERS.get(op.attr("key_dtype"), "").split() and not (op.type == "MutableDenseHashTableV2" and value == "string")
    if not known and (key, value) not in _EXTRA[op.type]:
        raise _invalid(op, f"No OpKernel was registered to support Op '{op.type}' used by node {op.name} with these attrs: [key_dtype=DT_{key.upper()}, value_dtype=DT_{value.upper()}]")


def _table_kernel(fixed, value_shape=False):
    def kernel(op, resources):
        _need_kernel(op)
        name = op.attr("shared_name").decode() or op.name
        key = (op.attr("container").decode(), name)
        dims = _dims(op.attr("value_shape")) if value_shape else ()
        if len(dims) > 1 and not op.inputs:
            raise _invalid(op, f"Default value must be a vector, got shape {show(dims)}")
        table = resources.get(key)
        if table is None:
            table = resources[key] = Table(op.attr("key_dtype"), op.attr("value_dtype"), dims, fixed)
        elif not isinstance(table, Table) or (table.key_dtype, table.value_dtype) != (op.attr("key_dtype"), op.attr("value_dtype")):
            raise _invalid(op, f"The resource {name} exists already and is no table of these types")
        return _dense_kernel(op, table) if op.inputs else lambda: table

    return kernel


def _dense_kernel(op, table):
    buckets = op.attr("initial_num_buckets")

    def dense(empty_key, deleted_key):
        if table.reserved:
            return table
        if len(table.value_dims) > 1:
            raise _invalid(op, f"Empty value must be a scalar or a vector, got shape {show(table.value_dims)}")
        if empty_key.shape != deleted_key.shape:
            raise _invalid(op, f"Empty and deleted keys must have same shape, got shapes: {show(empty_key.shape)} and {show(deleted_key.shape)}")
        if np.array_equal(empty_key, deleted_key):
            raise _invalid(op, "Empty and deleted keys cannot be equal")
        if buckets < 4 or buckets & (buckets - 1):
            raise _invalid(op, f"Number of buckets must be at least 4 and a power of 2, got: {buckets}")
        table.key_dims = empty_key.shape
        empty, deleted = table.keys_of(empty_key[np.newaxis]) + table.keys_of(deleted_key[np.newaxis])
        table.reserved = {empty: "empty_key", deleted: "deleted_key"}
        return table

    return dense


def _dense_shape(op):
    for key in op.inputs:
        with_rank_at_most(key.dims, 1)
    return [()]


_SHARING = "container: string = ''; shared_name: string = ''; use_node_name_sharing: bool = false; key_dtype: type; value_dtype: type"
op(f"HashTableV2() -> (table_handle: resource); {_SHARING}; is_stateful",
   shape=lambda op: [()], stateful_kernel=_table_kernel(True), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"MutableHashTableV2() -> (table_handle: resource); {_SHARING}; is_stateful",
   shape=lambda op: [()], stateful_kernel=_table_kernel(False), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"MutableHashTableOfTensorsV2() -> (table_handle: resource); {_SHARING}; value_shape: shape = []; is_stateful",
   shape=lambda op: [()], stateful_kernel=_table_kernel(False, True), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"MutableDenseHashTableV2(empty_key: key_dtype, deleted_key: key_dtype) -> (table_handle: resource); {_SHARING}; "
   "value_shape: shape = []; initial_num_buckets: int = 131072; max_load_factor: float = 0.8; is_stateful",
   shape=_dense_shape, stateful_kernel=_table_kernel(False, True), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# ---- filling


def _check_types(op, table, keys, values):
    for what, given, wanted in (("Key", keys, table.key_dtype), ("Value", values, table.value_dtype)):
        if given is not None and given.dtype != np.dtype(wanted.as_numpy_dtype):
            raise _invalid(op, f"{what} must be type {_TYPE_STRING[wanted]} but got {given.dtype}")


def _fill_once(op, table, keys: list, values: list):
    if table.ready:
        if len(table.entries) != len(keys):
            raise errors.FailedPreconditionError(op.node_def, op, "Table already initialized.")
        return
    entries: dict = {}
    for k, v in zip(keys, values):
        if entries.setdefault(k, v) != v:
            message = f"HashTable has different value for same key. Key {_show(k)} has {_show(entries[k])} and trying to add value {_show(v)}"
            raise errors.FailedPreconditionError(op.node_def, op, message)
    table.entries = entries
    table.ready = True


def _show(value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _check_keys(op, table, keys):
    rank = len(table.key_dims)
    if keys.shape[keys.ndim - rank :] != table.key_dims:
        raise _invalid(op, f"Input key shape {show(keys.shape)} must end with the table's key shape {show(table.key_dims)}")
    if rank and keys.ndim > rank + 1:
        expected = (keys.shape[0], *table.key_dims)
        raise _invalid(op, f"Expected key shape {show(expected)} got {show(keys.shape)}")


def _check_reserved(op, table, keys):
    for key, called in table.reserved.items():
        if key in keys:
            raise _invalid(op, f"Using the {called} as a table key is not allowed")


def _check_sizes(op, table, keys, values):
    expected = table.batch(keys) + table.value_dims
    if values.shape != expected:
        raise _invalid(op, f"Expected shape {show(expected)} for value, got {show(values.shape)}")


def _import(clear):
    def kernel(op):
        def insert(table, keys, values):
            _check_types(op, table, keys, values)
            _check_keys(op, table, keys)
            _check_sizes(op, table, keys, values)
            names, contents = table.keys_of(keys), table.values_of(values)
            _check_reserved(op, table, names)
            if table.fixed:
                _fill_once(op, table, names, contents)
            else:
                if clear:
                    table.entries.clear()
                table.entries.update(zip(names, contents))

        return insert

    return kernel


def _fixed_only(op):
    fill = _import(True)(op)

    def initialize(table, keys, values):
        if not table.fixed:
            raise _invalid(op, "Table is not initializable: use an import or an insert")
        fill(table, keys, values)

    return initialize


def _import_shape(op):
    merge_dims(with_rank(op.inputs[1].dims, 1), op.inputs[2].dims)
    return []


# Tables are resources that a kernel changes: none of these may be folded.
op("InitializeTableV2(table_handle: resource, keys: Tkey, values: Tval) -> (); Tkey: type; Tval: type; is_stateful",
   shape=_import_shape, kernel=_fixed_only, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("LookupTableImportV2(table_handle: resource, keys: Tin, values: Tout) -> (); Tin: type; Tout: type; is_stateful",
   shape=_import_shape, kernel=_import(True))  # fmt: skip
op("LookupTableInsertV2(table_handle: resource, keys: Tin, values: Tout) -> (); Tin: type; Tout: type; is_stateful",
   shape=lambda op: [], kernel=_import(False), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _remove_kernel(op):
    def remove(table, keys):
        _check_types(op, table, keys, None)
        _check_keys(op, table, keys)
        names = table.keys_of(keys)
        _check_reserved(op, table, names)
        for k in names:
            table.entries.pop(k, None)

    return remove


op("LookupTableRemoveV2(table_handle: resource, keys: Tin) -> (); Tin: type; is_stateful",
   shape=lambda op: [], kernel=_remove_kernel)  # fmt: skip


def _from_file_kernel(op):
    key_index, value_index = op.attr("key_index"), op.attr("value_index")
    size, delimiter = op.attr("vocab_size"), op.attr("delimiter")

    def initialize(table, filename):
        name = filename.item()
        trust.check_op(op, name)
        content = file_io.read_file_to_string(name, binary_mode=True)
        lines = [without_end(line) for line in content.split(b"\n")]
        if not lines[-1]:
            lines.pop()
        if size > 0:
            if len(lines) < size:
                raise _invalid(op, f"Invalid vocab_size in {_show(name)}: expected {size} but got {len(lines)}")
            lines = lines[:size]
        elif not lines:
            raise errors.OutOfRangeError(op.node_def, op, "Read less bytes than requested")
        if b"" in lines:
            place = sum(len(line) + 1 for line in content.split(b"\n")[: lines.index(b"") + 1])
            raise _invalid(op, f"Invalid content in {_show(name)}: empty line found at position {place}.")

        def column(text, number, index, dtype):
            if index == -1:
                return number
            if index >= 0:
                fields = text.split(delimiter)
                if index >= len(fields):
                    raise _invalid(op, f"Invalid number of columns in {_show(name)} line {number} ({_show(text)}) : expected {max(key_index, value_index) + 1} got {len(fields)}")
                text = fields[index]
            if dtype == dtypes.string:
                return text
            try:
                return parse_number(text, dtype.as_numpy_dtype).item()
            except ValueError:
                raise _invalid(op, f"Field {_show(text)} in line {number} is not a valid {_TYPE_STRING[dtype]}.") from None

        keys = [column(line, i, key_index, table.key_dtype) for i, line in enumerate(lines)]
        values = [column(line, i, value_index, table.value_dtype) for i, line in enumerate(lines)]
        _fill_once(op, table, keys, values)

    return initialize


op("InitializeTableFromTextFileV2(table_handle: resource, filename: string) -> (); key_index: int >= -2; value_index: int >= "
   "-2; vocab_size: int >= -1 = -1; delimiter: string = '\\t'; is_stateful",
   shape=lambda op: [], kernel=_from_file_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# ---- reading


def _need_ready(op, table):
    if not table.ready:
        raise errors.FailedPreconditionError(op.node_def, op, "Table not initialized.")


def _find_kernel(op):
    def find(table, keys, default):
        _check_types(op, table, keys, default)
        _need_ready(op, table)
        _check_keys(op, table, keys)
        if default.shape != table.value_dims:
            raise _invalid(op, f"Expected shape {show(table.value_dims)} for default value, got {show(default.shape)}")
        names = table.keys_of(keys)
        _check_reserved(op, table, names)
        get, other = table.entries.get, table.values_of(default)[0]
        return table.as_array([get(k, other) for k in names], table.batch(keys))

    return find


def _key_dims(table):
    """The shape of one key of the table that this op makes."""
    return table.inputs[0].dims if table.inputs else ()


def _find_shape(op):
    table, keys = op.inputs[0].op, op.inputs[1].dims
    with_rank_at_most(op.inputs[2].dims, 1)
    if not table.type.startswith("Mutable") or keys is None:
        return [None]
    value_dims = _dims(table.attr("value_shape")) if "value_shape" in table.attrs else ()
    key_rank = len(_key_dims(table) or ())
    if len(keys) < key_rank:
        raise ValueError(f"Expected keys to have suffix {show(_key_dims(table))} but saw shape: {show(keys)}")
    return [keys[: len(keys) - key_rank] + value_dims]


op("LookupTableFindV2(table_handle: resource, keys: Tin, default_value: Tout) -> (values: Tout); Tin: type; Tout: type; is_stateful",
   shape=_find_shape, kernel=_find_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _size_kernel(op):
    def size(table):
        _need_ready(op, table)
        return np.int64(len(table.entries))

    return size


op("LookupTableSizeV2(table_handle: resource) -> (size: int64); is_stateful",
   shape=lambda op: [()], kernel=_size_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _export_kernel(op):
    def export(table):
        _need_ready(op, table)
        keys, values = list(table.entries), list(table.entries.values())
        return table.as_keys(keys), table.as_array(values, (len(values),))

    return export


def _export_shape(op):
    table = op.inputs[0].op
    if not table.type.startswith("Mutable"):
        return [(None,), None]
    value_dims = _dims(table.attr("value_shape")) if "value_shape" in table.attrs else ()
    return [(None,), (None, *value_dims)]


op("LookupTableExportV2(table_handle: resource) -> (keys: Tkeys, values: Tvalues); Tkeys: type; Tvalues: type; is_stateful",
   shape=_export_shape, kernel=_export_kernel)  # fmt: skip
