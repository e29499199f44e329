"""The ending of a Defun's name: a hash of its FunctionDef, by which two functions of one name differ.

Follows `FunctionDefHash` of TF 1.15; the function's own name is not part of it.
"""

from __future__ import annotations

import base64
import struct

import numpy as np

from tinytf import protos
from tinytf.checkpoint.coding import put_varint
from tinytf.graph.tensor_proto import decode

_MASK = (1 << 64) - 1
_SEED = 0xDECAFCAFFE
_M = 0xC6A4A7935BD1E995  # of MurmurHash64A


def hash64(data: bytes, seed: int = _SEED) -> int:
    """TensorFlow's Hash64: MurmurHash64A."""
    h = seed ^ (len(data) * _M & _MASK)
    whole = len(data) // 8 * 8
    for (k,) in struct.iter_unpack("<Q", data[:whole]):
        k = k * _M & _MASK
        k = (k ^ k >> 47) * _M & _MASK
        h = (h ^ k) * _M & _MASK
    if len(data) > whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    h = (h ^ h >> 47) * _M & _MASK
    return h ^ h >> 47


def _combine(a: int, b: int) -> int:
    return a ^ (b + 0x9E3779B97F4A7800 + (a << 10 & _MASK) + (a >> 4)) & _MASK


def function_hash(fdef) -> str:
    """Eleven letters and digits that stand for the FunctionDef."""
    signature = protos.OpDef()
    signature.CopyFrom(fdef.signature)
    signature.ClearField("name")
    h = _op_def_hash(signature)
    h = _attrs_hash(fdef.attr, h)
    nodes = _SEED
    for node in sorted(fdef.node_def, key=lambda n: n.name):
        nodes = _combine(_node_hash(node), hash64(node.name.encode(), nodes))
    h = _combine(nodes, h)
    for results in (fdef.ret, fdef.control_ret):
        for name in sorted(results):
            h = hash64(results[name].encode(), hash64(name.encode(), h))
    return base64.b64encode(struct.pack("<Q", h))[:11].decode().replace("+", "a").replace("/", "A")


def _op_def_hash(op_def) -> int:
    h = _SEED
    for attr in sorted(op_def.attr, key=lambda a: a.name):
        h = _combine(_proto_hash(attr), hash64(attr.name.encode(), h))
    for name in sorted(set(op_def.control_output)):
        h = _combine(h, hash64(name.encode()))
    op_def.ClearField("attr")
    op_def.ClearField("control_output")
    return hash64(op_def.SerializeToString(deterministic=True), h)


def _node_hash(node) -> int:
    h = hash64(node.device.encode(), hash64(node.op.encode(), hash64(node.name.encode())))
    controls = sorted({i for i in node.input if i.startswith("^")})
    for name in [i for i in node.input if not i.startswith("^")] + controls:
        h = hash64(name.encode(), h)
    return _attrs_hash({k: v for k, v in node.attr.items() if not k.startswith("_")}, h)


def _attrs_hash(attrs, h: int) -> int:
    for name in sorted(attrs):
        h = _combine(_value_hash(attrs[name]), hash64(name.encode(), h))
    return h


def _value_hash(value) -> int:
    if value.HasField("tensor"):
        return _tensor_hash(value.tensor)
    if value.HasField("func"):
        return _attrs_hash(value.func.attr, hash64(value.func.name.encode()))
    return _proto_hash(value)


def _tensor_hash(tensor) -> int:
    """However its values are written, a tensor counts by its bytes."""
    array = decode(tensor)
    if array.dtype == object:
        strings = array.reshape(-1).tolist()
        content = b"".join(put_varint(len(s)) for s in strings) + b"".join(strings)
    else:
        content = np.ascontiguousarray(array).tobytes()
    return _proto_hash(protos.TensorProto(dtype=tensor.dtype, tensor_shape=tensor.tensor_shape, tensor_content=content))


def _proto_hash(message) -> int:
    return hash64(message.SerializeToString(deterministic=True))
