"""Data formats as data: DataFormatDimMap translates numbers of dimensions, DataFormatVecPermute reorders sizes of dimensions."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import same_as_input
from tinytf.ops.array.shape_ops import show


def _fail(op, message):
    raise errors.InvalidArgumentError(op.node_def, op, message)


def _formats(op):
    """(source, destination), two orders of the same letters; else an error."""
    source, destination = op.attr("src_format").decode(), op.attr("dst_format").decode()
    for name, attr, value in (("Source", "src_format", source), ("Destination", "dst_format", destination)):
        if len(value) not in (4, 5):
            _fail(op, f"{name} format must be of length 4 or 5, received {attr} = {value}")
    if sorted(source) != sorted(destination) or len(set(source)) != len(source):
        _fail(op, f"Destination and source format must determine a permutation, got {source} and {destination}")
    return source, destination


def _dim_map_kernel(op):
    source, destination = _formats(op)
    places = np.array([destination.index(letter) for letter in source])
    # TensorFlow's kernel counts every number modulo 4, with formats of five letters, too.
    return lambda x: places.astype(x.dtype)[(x + 4 * (x < 0)) & 3]


def _permute_kernel(op):
    source, destination = _formats(op)
    order = np.array([source.index(letter) for letter in destination])

    def run(x):
        if x.ndim not in (1, 2):
            _fail(op, f"input must be a vector or 2D tensor, but got shape {show(x.shape)}")
        if x.ndim == 2 and x.shape[1] != 2:
            _fail(op, f"Second dimension of 2D input must be of size 2, but got shape [{x.shape[0]},{x.shape[1]}]")
        if x.shape[0] == len(source):
            return x[order]
        _fail(op, f"{x.ndim}D input must be of size {len(source)}, but got shape [{','.join(map(str, x.shape))}]")

    return run


_ATTRS = "T: {int32, int64} = int32; src_format: string = 'NHWC'; dst_format: string = 'NCHW'"

op("DataFormatDimMap(x: T) -> (y: T); " + _ATTRS, shape=same_as_input, kernel=_dim_map_kernel)
op("DataFormatVecPermute(x: T) -> (y: T); " + _ATTRS, shape=same_as_input, kernel=_permute_kernel)
