"""Embedding lookups: rows of a large table, perhaps kept in slices, by their numbers."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_n_to_tensor_or_indexed_slices, convert_to_tensor
from tinytf.graph.default_graph import colocate_with, name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops, constant, partition
from tinytf.ops.math import clip, math_ops
from tinytf.ops.sparse import sparse_segment
from tinytf.ops.state.partitioned_variables import PartitionedVariable
from tinytf.ops.state.resource_variables import ResourceVariable
from tinytf.shapes import unknown_shape


def _table_list(params) -> list:
    if isinstance(params, PartitionedVariable):
        return list(params)
    return params if isinstance(params, list) else list(params) if isinstance(params, tuple) else [params]


def _gather(table, ids, name=None):
    if isinstance(table, ResourceVariable):
        return table.sparse_read(ids, name=name)
    return array_ops.gather(table, ids, name=name)


def _clip(rows, ids, max_norm):
    """Scales each row down to the norm `max_norm`."""
    if max_norm is None:
        return rows

    def rank(x):
        known = convert_to_tensor(x).get_shape().ndims
        return (known, True) if known else (array_ops.rank(x), False)

    ids_rank, ids_known = rank(ids)
    rows_rank, rows_known = rank(rows)
    known = ids_known and rows_known
    axes = list(range(ids_rank, rows_rank)) if known else math_ops.range(ids_rank, rows_rank)
    return clip.clip_by_norm(rows, max_norm, axes=axes)


def embedding_lookup(
    params, ids, partition_strategy="mod", name=None, validate_indices=True, max_norm=None
):
    """The rows of `params` that `ids` names: a tensor of shape ids.shape + params.shape[1:].

    `params` is a table, or a list of its slices: row i lies in slice i % n ('mod') or in equal runs ('div').
    Rows longer than `max_norm` are scaled down.  Follows tf.nn.embedding_lookup of TF 1.15.
    """
    return _embedding_lookup_and_transform(params, ids, partition_strategy, name, max_norm)


def _embedding_lookup_and_transform(params, ids, partition_strategy="mod", name=None, max_norm=None, transform_fn=None):
    """As `embedding_lookup`; `transform_fn` is given the rows of each slice, scaled down, and what it makes of them is joined."""
    if params is None:
        raise ValueError("params must be specified")
    if isinstance(params, (list, tuple)) and not params:
        raise ValueError("Need at least one param")
    tables = _table_list(params)
    with name_scope(name, "embedding_lookup", tables + [ids]) as scope:
        if not any(isinstance(t, ResourceVariable) for t in tables):
            tables = convert_n_to_tensor_or_indexed_slices(tables, name="params")
        ids = convert_to_tensor(ids, name="ids")
        if len(tables) == 1 and (transform_fn is None or ids.get_shape().ndims == 1):
            with colocate_with(tables[0]):
                rows = _clip(_gather(tables[0], ids, name=scope), ids, max_norm)
                rows = rows if transform_fn is None else transform_fn(rows)
            return array_ops.identity(rows)
        return _partitioned_lookup(tables, ids, partition_strategy, scope, max_norm, transform_fn)


def _partitioned_lookup(tables, ids, partition_strategy, scope, max_norm, transform_fn):
    count = len(tables)
    flat = array_ops.reshape(ids, [-1])
    positions = math_ops.range(array_ops.size(flat))
    if partition_strategy == "mod":
        owner = flat % count
        row = flat // count
    elif partition_strategy == "div":
        owner, row = _divided(tables, flat)
    else:
        raise ValueError("Unrecognized partition strategy: " + partition_strategy)
    owner = math_ops.cast(owner, dtypes.int32)
    rows_of = partition.dynamic_partition(row, owner, count)
    positions_of = partition.dynamic_partition(positions, owner, count)
    found = []
    for table, rows in zip(tables, rows_of):
        with colocate_with(table):
            part = _gather(table, rows)
            found.append(part if transform_fn is None else transform_fn(_clip(part, rows, max_norm)))
    result = partition.parallel_dynamic_stitch(positions_of, found, name=scope)
    inner = result.get_shape()[1:] if transform_fn is not None else tables[0].get_shape()[1:]
    for table in tables[1:] if transform_fn is None else ():
        inner = inner.merge_with(table.get_shape()[1:])
    if inner.is_fully_defined():
        inner_dims = inner
    elif transform_fn is not None:
        inner_dims = array_ops.shape(result)[1:]
    else:
        with colocate_with(tables[0]):
            whole = array_ops.shape(tables[0])
        inner_dims = whole[1:]
    result = array_ops.reshape(result, array_ops.concat([array_ops.shape(ids), inner_dims], 0))
    result.set_shape(ids.get_shape().concatenate(inner))
    return result if transform_fn is not None else _clip(result, ids, max_norm)


def _divided(tables, flat):
    """(slice, row in it) where each slice holds a run of rows, the first ones one more."""
    count = len(tables)
    sizes = [t.get_shape().as_list()[0] for t in tables]
    if all(sizes):
        total = constant.constant(sum(sizes), flat.dtype)
    else:
        parts = []
        for table, size in zip(tables, sizes):
            if size is None:
                with colocate_with(table):
                    size = array_ops.shape(table)[0]
            parts.append(size)
        total = math_ops.reduce_sum(math_ops.cast(array_ops.stack(parts), flat.dtype))
    run = total // count
    extras = total % count
    owner = math_ops.maximum(flat // (run + 1), (flat - extras) // run)
    row = array_ops.where(owner < extras, flat % (run + 1), (flat - extras) % run)
    return owner, row


_COMBINERS = ("mean", "sqrtn", "sum")


def embedding_lookup_sparse(
    params, sp_ids, sp_weights, partition_strategy="mod", name=None, combiner=None, max_norm=None
):
    """The combined embeddings of each row of a SparseTensor of ids, weighted where `sp_weights` is given.

    `combiner` is 'mean' (the default), 'sqrtn' or 'sum'.  Follows tf.nn.embedding_lookup_sparse of TF 1.15.
    """
    combiner = combiner or "mean"
    if combiner not in _COMBINERS:
        raise ValueError("combiner must be one of 'mean', 'sqrtn' or 'sum'")
    tables = _table_list(params)
    if not isinstance(sp_ids, SparseTensor):
        raise TypeError("sp_ids must be SparseTensor")
    if sp_weights is not None:
        if not isinstance(sp_weights, SparseTensor):
            raise TypeError("sp_weights must be either None or SparseTensor")
        for part in ("values", "indices", "dense_shape"):
            getattr(sp_ids, part).get_shape().assert_is_compatible_with(getattr(sp_weights, part).get_shape())
    with name_scope(name, "embedding_lookup_sparse", tables + [sp_ids]) as scope:
        segments = sp_ids.indices[:, 0]
        if segments.dtype != dtypes.int32:
            segments = math_ops.cast(segments, dtypes.int32)
        ids, index = array_ops.unique(sp_ids.values)
        rows = embedding_lookup(tables, ids, partition_strategy=partition_strategy, max_norm=max_norm)
        if rows.dtype in (dtypes.float16, dtypes.bfloat16):
            rows = math_ops.cast(rows, dtypes.float32)
        if sp_weights is None:
            combine = {
                "sum": sparse_segment.sparse_segment_sum,
                "mean": sparse_segment.sparse_segment_mean,
                "sqrtn": sparse_segment.sparse_segment_sqrt_n,
            }[combiner]
            return combine(rows, index, segments, name=scope)
        return _weighted(rows, index, segments, sp_weights.values, combiner, scope)


def _weighted(rows, index, segments, weights, combiner, scope):
    if weights.dtype != rows.dtype:
        weights = math_ops.cast(weights, rows.dtype)
    rows = array_ops.gather(rows, index)
    ones = array_ops.fill(array_ops.expand_dims(array_ops.rank(rows) - 1, 0), 1)
    spread = array_ops.concat([array_ops.shape(weights), ones], 0)
    flat_shape = weights.get_shape()
    weights = array_ops.reshape(weights, spread)
    if rows.get_shape().ndims is not None:
        weights.set_shape(flat_shape.concatenate([1] * (rows.get_shape().ndims - 1)))
    rows *= weights
    if combiner == "sum":
        return math_ops.segment_sum(rows, segments, name=scope)
    rows = math_ops.segment_sum(rows, segments)
    if combiner == "mean":
        norm = math_ops.segment_sum(weights, segments)
    else:
        norm = math_ops.sqrt(math_ops.segment_sum(math_ops.pow(weights, 2), segments))
    return math_ops.div(rows, norm, name=scope)


def safe_embedding_lookup_sparse(
    embedding_weights,
    sparse_ids,
    sparse_weights=None,
    combiner="mean",
    default_id=None,
    name=None,
    partition_strategy="div",
    max_norm=None,
):
    """As `embedding_lookup_sparse`, but invalid ids and weights are left out, and empty rows give `default_id` or zeros.

    Follows tf.nn.safe_embedding_lookup_sparse of TF 1.15.
    """
    from tinytf.ops.sparse import sparse_ops

    if embedding_weights is None:
        raise ValueError("Missing embedding_weights %s." % embedding_weights)
    tables = _table_list(embedding_weights)
    if not tables:
        raise ValueError("Missing embedding_weights %s." % embedding_weights)
    dtype = None if sparse_weights is None else sparse_weights.dtype
    tables = [
        t if isinstance(t, ResourceVariable) and dtype in (None, t.dtype) else convert_to_tensor(t, dtype=dtype)
        for t in tables
    ]
    with name_scope(name, "embedding_lookup", tables + [sparse_ids, sparse_weights]) as scope:
        shape = sparse_ids.dense_shape
        static_rank = shape.get_shape().as_list()[0]
        rank = array_ops.size(shape) if static_rank is None else static_rank
        rows = math_ops.reduce_prod(array_ops.slice(shape, [0], [rank - 1]))
        sparse_ids = sparse_ops.sparse_reshape(sparse_ids, [rows, array_ops.gather(shape, rank - 1)])
        if sparse_weights is not None:
            sparse_weights = SparseTensor(sparse_ids.indices, sparse_weights.values, sparse_ids.dense_shape)
        sparse_ids, sparse_weights = _valid_ids(sparse_ops, sparse_ids, sparse_weights)
        if combiner != "sum" and sparse_weights is not None:
            positive = math_ops.greater(sparse_weights.values, 0)
            sparse_ids = sparse_ops.sparse_retain(sparse_ids, positive)
            sparse_weights = sparse_ops.sparse_retain(sparse_weights, positive)
        sparse_ids, is_empty = sparse_ops.sparse_fill_empty_rows(sparse_ids, default_id or 0)
        if sparse_weights is not None:
            sparse_weights, _ = sparse_ops.sparse_fill_empty_rows(sparse_weights, 1.0)
        result = embedding_lookup_sparse(
            tables,
            sparse_ids,
            sparse_weights,
            combiner=combiner,
            partition_strategy=partition_strategy,
            name=None if default_id is None else scope,
            max_norm=max_norm,
        )
        if default_id is None:
            is_empty = array_ops.reshape(is_empty, [-1, 1])
            is_empty = array_ops.tile(is_empty, array_ops.stack([1, array_ops.shape(result)[1]]))
            result = array_ops.where(is_empty, array_ops.zeros_like(result), result, name=scope)
        outer = array_ops.slice(math_ops.cast(shape, dtypes.int32), [0], [rank - 1])
        inner = array_ops.slice(array_ops.shape(result), [1], [-1])
        final = array_ops.reshape(result, array_ops.concat([outer, inner], 0))
        known = unknown_shape(None if static_rank is None else static_rank - 1)
        final.set_shape(known.concatenate(result.get_shape()[1:]))
        return final


def _valid_ids(sparse_ops, sparse_ids, sparse_weights):
    valid = math_ops.greater_equal(sparse_ids.values, 0)
    if sparse_weights is not None:
        valid = math_ops.logical_and(valid, array_ops.ones_like(sparse_weights.values, dtype=dtypes.bool))
    sparse_ids = sparse_ops.sparse_retain(sparse_ids, valid)
    if sparse_weights is not None:
        sparse_weights = sparse_ops.sparse_retain(sparse_weights, valid)
    return sparse_ids, sparse_weights
