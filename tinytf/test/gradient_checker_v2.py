"""`tensorflow.python.ops.gradient_checker_v2`: gradients of Python functions held against finite differences.

Where gradient_checker takes tensors, this takes a function of them, which is built into the default graph and run in the
default session.
"""

from __future__ import annotations

import numpy as np

from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.default_session import get_default_session
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import constant, placeholder
from tinytf.ops.autodiff import gradients
from tinytf.test.gradient_checker import _numeric, _theoretical


def compute_gradient(f, x, delta=1.0 / 1024) -> tuple:
    """(theoretical, numerical) Jacobians of `f(*x)`: a tuple of lists, one array [elements of y, elements of x] each.

    `x`: arrays, or tensors whose values in the default session are taken.  Follows TF 1.15.
    """
    if not isinstance(x, (list, tuple)):
        raise ValueError("`x` must be a list or tuple of values convertible to a Tensor (arguments to `f`), not a %s" % type(x))
    session = get_default_session()
    if session is None:
        from tinytf.run.session import Session

        with Session(graph=get_default_graph()):
            return compute_gradient(f, x, delta)
    tensors = [convert_to_tensor(value) for value in x]
    starts = [np.asarray(value) for value in session.run(tensors)]
    inputs = [placeholder.placeholder(t.dtype.base_dtype, start.shape) for t, start in zip(tensors, starts)]
    y = f(*inputs)
    if not isinstance(y, Tensor):
        y = convert_to_tensor(y)
    feeds = dict(zip(inputs, starts))
    size = session.run(y, feeds).shape
    dy = placeholder.placeholder(y.dtype.base_dtype, size)
    pairs = []
    for one, start, dx in zip(inputs, starts, gradients.gradients(y, inputs, grad_ys=dy)):
        dx = constant.zeros_like(one) if dx is None else dx
        numeric = _numeric(session, one, start, y, delta, feeds)
        pairs.append((_theoretical(session, one, start, y, size, dy, dx, feeds).T, numeric.T))
    return [t for t, _ in pairs], [n for _, n in pairs]


def max_error(grad1, grad2) -> float:
    """The largest difference between two lists of Jacobians."""
    return max((np.abs(a - b).max() for a, b in zip(grad1, grad2) if a.size), default=0)
