"""`tf.saved_model.utils`: TensorInfo messages, which name a signature's tensors."""

from __future__ import annotations

import os

from tinytf import dtypes, protos
from tinytf.graph.collection_protos import prepend_name_scope
from tinytf.graph.default_graph import get_default_graph
from tinytf.saved_model import constants
from tinytf.shapes import dims_to_proto


def build_tensor_info(tensor):
    """The TensorInfo (name, dtype, shape) of a tensor, a variable or a SparseTensor.  Follows TF 1.15."""
    info = protos.TensorInfo(
        dtype=dtypes.as_dtype(tensor.dtype).as_datatype_enum, tensor_shape=tensor.get_shape().as_proto()
    )
    if hasattr(tensor, "dense_shape") and hasattr(tensor, "indices") and hasattr(tensor, "values"):
        info.coo_sparse.values_tensor_name = tensor.values.name
        info.coo_sparse.indices_tensor_name = tensor.indices.name
        info.coo_sparse.dense_shape_tensor_name = tensor.dense_shape.name
    else:
        info.name = tensor.name
    return info


def build_tensor_info_from_op(op):
    """The TensorInfo that names an operation."""
    return protos.TensorInfo(dtype=0, tensor_shape=dims_to_proto(None), name=op.name)


def get_tensor_from_tensor_info(tensor_info, graph=None, import_scope=None):
    """The tensor (or SparseTensor) of a graph that a TensorInfo names.

    KeyError where it is not there, ValueError for an encoding that tinytf does not read.
    """
    graph = graph or get_default_graph()

    def tensor(name):
        return graph.get_tensor_by_name(prepend_name_scope(name, import_scope))

    encoding = tensor_info.WhichOneof("encoding")
    if encoding == "name":
        return tensor(tensor_info.name)
    if encoding == "coo_sparse":
        from tinytf.graph.sparse_tensor import SparseTensor

        sparse = tensor_info.coo_sparse
        return SparseTensor(
            tensor(sparse.indices_tensor_name), tensor(sparse.values_tensor_name), tensor(sparse.dense_shape_tensor_name)
        )
    raise ValueError(f"Invalid TensorInfo.encoding: {encoding}")


def get_element_from_tensor_info(tensor_info, graph=None, import_scope=None):
    """The operation or tensor of a graph that a TensorInfo names."""
    return (graph or get_default_graph()).as_graph_element(prepend_name_scope(tensor_info.name, import_scope))


def get_variables_dir(export_dir) -> str:
    """The folder of a SavedModel's variables."""
    return os.path.join(os.fspath(export_dir), constants.VARIABLES_DIRECTORY)


def get_or_create_variables_dir(export_dir) -> str:
    """The same, made where it is missing."""
    return _made(get_variables_dir(export_dir))


def get_variables_path(export_dir) -> str:
    """The prefix of the checkpoint in it."""
    return os.path.join(get_variables_dir(export_dir), constants.VARIABLES_FILENAME)


def get_assets_dir(export_dir) -> str:
    """The folder of a SavedModel's assets."""
    return os.path.join(os.fspath(export_dir), constants.ASSETS_DIRECTORY)


def get_or_create_assets_dir(export_dir) -> str:
    """The same, made where it is missing."""
    return _made(get_assets_dir(export_dir))


def _made(folder: str) -> str:
    os.makedirs(folder, exist_ok=True)
    return folder
