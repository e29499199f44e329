"""Sequences of ids as vectors.  Follows tf.contrib.layers of TF 1.15."""

from __future__ import annotations

from tinytf.contrib.framework.variables import model_variable
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.unique import unique as unique_values
from tinytf.ops.math import math_ops
from tinytf.ops.nn import embedding
from tinytf.ops.state.variable_scope import variable_scope


def embedding_lookup_unique(params, ids, partition_strategy="mod", name=None):
    """embedding_lookup, which reads each id's row once however often the id comes."""
    with name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        ids = convert_to_tensor(ids)
        shape = array_ops.shape(ids)
        flat = array_ops.reshape(ids, math_ops.reduce_prod(shape, keepdims=True))
        once, index = unique_values(flat)
        rows = embedding.embedding_lookup(params, once, partition_strategy)
        all_rows = array_ops.gather(rows, index)
        full_shape = array_ops.concat([shape, array_ops.shape(rows)[1:]], 0)
        result = array_ops.reshape(all_rows, full_shape)
        result.set_shape(ids.shape.concatenate(rows.shape[1:]))
        return result


def embed_sequence(
    ids, vocab_size=None, embed_dim=None, unique=False, initializer=None, regularizer=None, trainable=True, scope=None, reuse=None
):
    """A vector of `embed_dim` for each id below `vocab_size`, from the new variable `embeddings`.

    `unique` reads each id's row once. ValueError without the sizes, unless the variable is reused.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(
            "Must specify vocab size and embedding dimension when not reusing. Got vocab_size=%s and embed_dim=%s" % (vocab_size, embed_dim)
        )
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = None if reuse and vocab_size is None or embed_dim is None else [vocab_size, embed_dim]
        embeddings = model_variable("embeddings", shape=shape, initializer=initializer, regularizer=regularizer, trainable=trainable)
        if unique:
            return embedding_lookup_unique(embeddings, ids)
        return embedding.embedding_lookup(embeddings, ids)


def bow_encoder(
    ids, vocab_size, embed_dim, sparse_lookup=True, initializer=None, regularizer=None, trainable=True, scope=None, reuse=None
):
    """The mean of the vectors of each row's ids, from the new variable `embeddings`.

    With `sparse_lookup`, ids of 0 (or what a SparseTensor leaves out) do not count.
    """
    from tinytf.contrib.layers.sparse_ops import dense_to_sparse_tensor

    if not vocab_size or not embed_dim:
        raise ValueError("Must specify vocab size and embedding dimension")
    with variable_scope(scope, "bow_encoder", [ids], reuse=reuse):
        embeddings = model_variable(
            "embeddings", shape=[vocab_size, embed_dim], initializer=initializer, regularizer=regularizer, trainable=trainable
        )
        if sparse_lookup:
            sparse_ids = ids if isinstance(ids, SparseTensor) else dense_to_sparse_tensor(ids)
            return embedding.safe_embedding_lookup_sparse([embeddings], sparse_ids, combiner="mean", default_id=0)
        if isinstance(ids, SparseTensor):
            raise TypeError("ids are expected to be dense Tensor, got: %s", ids)
        return math_ops.reduce_mean(embedding.embedding_lookup(embeddings, ids), axis=1)
