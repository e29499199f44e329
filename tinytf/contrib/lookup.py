"""`tf.contrib.lookup`: lookup tables, as before they moved to `tf.lookup`."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.state.lookup_ops import (  # noqa: F401
    FastHashSpec,
    HasherSpec,
    HashTable,
    IdTableWithHashBuckets,
    KeyValueTensorInitializer,
    LookupInterface,
    MutableDenseHashTable,
    MutableHashTable,
    StrongHashSpec,
    TableInitializerBase,
    TextFileIdTableInitializer,
    TextFileIndex,
    TextFileInitializer,
    TextFileStringTableInitializer,
    index_table_from_file,
    index_table_from_tensor,
    index_to_string_table_from_file,
    index_to_string_table_from_tensor,
)


def string_to_index_table_from_tensor(mapping, num_oov_buckets=0, default_value=-1, hasher_spec=FastHashSpec, name=None):
    """The words of a tensor to their places.  Follows `tf.contrib.lookup.string_to_index_table_from_tensor` of TF 1.15."""
    with name_scope(name, "string_to_index") as scope:
        mapping = convert_to_tensor(mapping)
    if mapping.dtype.base_dtype != dtypes.string:
        raise ValueError("string_to_index_table_from_tensor requires string.")
    return index_table_from_tensor(mapping, num_oov_buckets, default_value, hasher_spec, name=scope)


def string_to_index(tensor, mapping, default_value=-1, name=None):
    """The words' places in `mapping`.  Follows `tf.contrib.lookup.string_to_index` of TF 1.15."""
    return index_table_from_tensor(mapping, default_value=default_value, name=name).lookup(tensor)


def index_to_string(tensor, mapping, default_value="UNK", name=None):
    """The words at places of `mapping`.  Follows `tf.contrib.lookup.index_to_string` of TF 1.15."""
    return index_to_string_table_from_tensor(mapping, default_value=default_value, name=name).lookup(tensor)
