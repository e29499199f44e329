"""tensorflow.python.framework.test_util: what TensorFlow's own tests are written with."""

from __future__ import annotations

import contextlib

from tinytf import protos
from tinytf.graph import collection_protos
from tinytf.graph.default_graph import device as graph_device
from tinytf.test import gpu_device_name, is_gpu_available  # noqa: F401
from tinytf.test.case import CapturedWrites, assert_equal_graph_def  # noqa: F401
from tinytf.test.case import TestCase as TensorFlowTestCase  # noqa: F401
from tinytf.test.decorators import *  # noqa: F403

assert_equal_graph_def_v1 = assert_equal_graph_def


def assert_equal_graph_def_v2(expected, actual) -> None:
    """assert_equal_graph_def, arguments the other way round."""
    assert_equal_graph_def(actual, expected, checkpoint_v2=True, hash_table_shared_name=True)


def assert_ops_in_graph(expected_ops, graph) -> dict:
    """{name: NodeDef} of the ops {name: type} in the graph; ValueError where one is missing or of another type."""
    found = {node.name: node for node in graph.as_graph_def().node if node.name in expected_ops}
    for name, op_type in expected_ops.items():
        if name not in found:
            raise ValueError("Not all expected ops are present. Expected %s, found %s" % (sorted(expected_ops), sorted(found)))
        if found[name].op != op_type:
            raise ValueError("Expected op for node %s is different. %s vs %s" % (name, op_type, found[name].op))
    return found


def assert_meta_graph_protos_equal(tester, a, b) -> None:
    """Fails the test `tester` unless two MetaGraphDefs are equal; their collections and graphs are cleared after."""
    tester.assertEqual(set(a.collection_def), set(b.collection_def))
    for key in a.collection_def:
        proto_type = collection_protos.get_collection_proto_type(key)
        if proto_type is None:
            tester.assertEqual(a.collection_def[key], b.collection_def[key])
            continue
        ours, theirs = a.collection_def[key].bytes_list.value, b.collection_def[key].bytes_list.value
        tester.assertEqual(len(ours), len(theirs))
        for x, y in zip(ours, theirs):
            tester.assertProtoEquals(proto_type.FromString(x), proto_type.FromString(y))
    assert_equal_graph_def(a.graph_def, b.graph_def, checkpoint_v2=True)
    tester.assertProtoEquals(a.graph_def.versions, b.graph_def.versions)
    for message in (a, b):
        message.ClearField("collection_def")
        message.ClearField("graph_def")
    tester.assertProtoEquals(a, b)


def get_node_def_from_graph(node_name, graph_def):
    """The NodeDef of this name in a GraphDef, or None."""
    return next((node for node in graph_def.node if node.name == node_name), None)


def set_producer_version(graph, producer_version) -> None:
    """Makes the graph one that a TensorFlow of this version produced."""
    from tinytf.graph.importer import import_graph_def

    with graph.as_default():
        import_graph_def(protos.GraphDef(versions=protos.VersionDef(producer=producer_version)))


@contextlib.contextmanager
def device(use_gpu):
    """Ops made within are placed on the CPU."""
    with graph_device("/device:CPU:0"):
        yield


def force_cpu():
    """Ops made within are placed on the CPU."""
    return device(False)


use_gpu = force_gpu = force_cpu


def is_xla_enabled() -> bool:
    """False."""
    return False


IsGoogleCudaEnabled = IsBuiltWithROCm = GpuSupportsHalfMatMulAndConv = IsMklEnabled = is_xla_enabled


def InstallStackTraceHandler() -> None:
    """Does nothing."""


def NHWCToNCHW(input_tensor):
    """Channels first: a tensor of rank 4 or 5 transposed, or a shape given as a list."""
    return _permute(input_tensor, {4: [0, 3, 1, 2], 5: [0, 4, 1, 2, 3]})


def NCHWToNHWC(input_tensor):
    """Channels last: a tensor of rank 4 or 5 transposed, or a shape given as a list."""
    return _permute(input_tensor, {4: [0, 2, 3, 1], 5: [0, 2, 3, 4, 1]})


def NHWCToNCHW_VECT_C(input_shape_or_tensor):
    """Channels first, in groups of four that come last: of a tensor [N, H, W, C], or of a shape given as a list."""
    from tinytf.graph.tensor import Tensor
    from tinytf.ops.array import shape_ops, transpose

    is_tensor = isinstance(input_shape_or_tensor, Tensor)
    n, h, w, c = input_shape_or_tensor.shape.as_list() if is_tensor else input_shape_or_tensor
    if c % 4:
        raise ValueError("NCHW_VECT_C requires the channels to be a multiple of 4, got %d" % c)
    if not is_tensor:
        return [n, c // 4, h, w, 4]
    return transpose.transpose(shape_ops.reshape(input_shape_or_tensor, [n, h, w, c // 4, 4]), [0, 3, 1, 2, 4])


def NCHW_VECT_CToNHWC(input_shape_or_tensor):
    """The opposite of NHWCToNCHW_VECT_C."""
    from tinytf.graph.tensor import Tensor
    from tinytf.ops.array import shape_ops, transpose

    is_tensor = isinstance(input_shape_or_tensor, Tensor)
    n, groups, h, w, four = input_shape_or_tensor.shape.as_list() if is_tensor else input_shape_or_tensor
    if not is_tensor:
        return [n, h, w, groups * four]
    return shape_ops.reshape(transpose.transpose(input_shape_or_tensor, [0, 2, 3, 1, 4]), [n, h, w, groups * four])


def _permute(value, orders):
    from tinytf.graph.tensor import Tensor
    from tinytf.ops.array.transpose import transpose

    if isinstance(value, Tensor):
        return transpose(value, orders[value.shape.ndims])
    return [value[i] for i in orders[len(value)]]
