"""Inputs of any rank brought to the rank that a layer of columns reads."""

from __future__ import annotations

from tinytf import logging
from tinytf.contrib.framework.arg_scope import add_arg_scope
from tinytf.contrib.layers import utils
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.sparse import sparse_ops


@add_arg_scope
def inner_flatten(inputs, new_rank, output_collections=None, scope=None):
    """Joins the last dimensions into one, so that `new_rank` are left.  Follows _inner_flatten of tf.contrib.layers of TF 1.15."""
    with name_scope(scope, "InnerFlatten", [inputs, new_rank]) as sc:
        if isinstance(inputs, SparseTensor):
            flat = _flat_sparse(inputs, new_rank)
        else:
            flat = _flat_dense(convert_to_tensor(inputs), new_rank)
    return utils.collect_named_outputs(output_collections, sc, flat)


def _flat_sparse(inputs, new_rank):
    rank = inputs.dense_shape.get_shape().as_list()[0]
    if rank is not None and rank < new_rank:
        raise ValueError(
            "Inputs has rank less than new_rank. {} must have rank at least {}. Received rank {}, shape {}".format(
                inputs, new_rank, rank, inputs.get_shape()
            )
        )
    outer = inputs.dense_shape[: new_rank - 1]
    inner = inputs.dense_shape[new_rank - 1 :]
    return sparse_ops.sparse_reshape(inputs, array_ops.concat((outer, [math_ops.reduce_prod(inner)]), 0))


def _flat_dense(inputs, new_rank):
    enough = check_ops.assert_rank_at_least(inputs, new_rank, message="inputs has rank less than new_rank")
    with control_dependencies([enough]):
        outer = array_ops.strided_slice(array_ops.shape(inputs), [0], [new_rank - 1])
        flat = array_ops.reshape(inputs, array_ops.concat((outer, [-1]), 0))
    shape = inputs.get_shape()
    if isinstance(new_rank, int) and shape.ndims is not None:
        outer, inner = shape.as_list()[: new_rank - 1], shape[new_rank - 1 :]
        flat.set_shape(outer + [inner.num_elements()])
    return flat


def reshaped_to_rank(tensor, output_rank, column_name=None):
    """A dense tensor with one dimension more, as it is, or with its last dimensions joined; ValueError where it lacks two."""
    rank = tensor.get_shape().ndims
    if rank is not None:
        if output_rank > rank + 1:
            where = "" if column_name is None else "Error while processing column {}.".format(column_name)
            raise ValueError(
                where + "Rank of input Tensor ({}) should be the same as output_rank ({}). For example, sequence data should typically "
                "be 3 dimensional (rank 3) while non-sequence data is typically 2 dimensional (rank 2).".format(rank, output_rank)
            )
        if output_rank == rank + 1:
            logging.warning(
                "Rank of input Tensor (%s) should be the same as output_rank (%s) for column. Will attempt to expand dims. It is highly "
                "recommended that you resize your input, as this behavior may change.", rank, output_rank,
            )  # fmt: skip
            return array_ops.expand_dims(tensor, -1, name="expand_dims")
        if output_rank == rank:
            return tensor
    return inner_flatten(tensor, output_rank)
