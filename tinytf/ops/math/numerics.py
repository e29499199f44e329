"""NaN and infinity found out: CheckNumerics."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, control_dependencies, get_default_graph, name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.util.dispatch import add_dispatch_support


def _check_kernel(op):
    message = op.attr("message").decode("utf-8", "replace")

    def check_numerics(x):
        # A sum is finite where all terms are, but for overflow: then the slow way decides.
        with np.errstate(all="ignore"):
            if np.isfinite(np.add.reduce(x, axis=None)) or np.isfinite(x).all():
                return x
        what = [w for w, bad in (("Inf", np.isinf(x).any()), ("NaN", np.isnan(x).any())) if bad]
        raise errors.InvalidArgumentError(op.node_def, op, f"{message} : Tensor had {' and '.join(what)} values")

    return check_numerics


def _check_grad(op, grad):
    # TensorFlow on Python 3 writes the message as bytes: b'...'; the graph is to be the same.
    text = "Not a number (NaN) or infinity (Inf) values detected in gradient. %r" % op.attr("message")
    return check_numerics(grad, text)


op("CheckNumerics(tensor: T) -> (output: T); T: {bfloat16, half, float, double}; message: string; is_stateful",
   shape=same_as_input, kernel=_check_kernel, gradient=_check_grad, view=True)  # fmt: skip


@add_dispatch_support
def check_numerics(tensor, message, name=None) -> Tensor:
    """`tensor`, failing with InvalidArgumentError where it holds NaN or infinity.  Follows `tf.check_numerics` of TF 1.15."""
    return make("CheckNumerics", tensor, message=message, name=name)


def verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None) -> Tensor:
    """The tensor, after a check that all of it is finite.  Follows `tf.verify_tensor_all_finite` of TF 1.15."""
    from tinytf.ops.control_flow import control_flow_ops

    x = deprecated_argument("x", x, "t", t)
    message = deprecated_argument("message", message, "msg", msg)
    with name_scope(name, "VerifyFinite", [x]):
        x = convert_to_tensor(x, name="x")
        with colocate_with(x):
            checked = check_numerics(x, message=message)
            return control_flow_ops.with_dependencies([checked], x)


def verify_tensor_all_finite_v2(x, message, name=None) -> Tensor:
    """`debugging.assert_all_finite` of TF 2."""
    return verify_tensor_all_finite(name=name, x=x, message=message)


def add_check_numerics_ops():
    """An op that checks every floating tensor of the graph, in the order they were made.

    Raises ValueError where the graph has conditionals or loops.  Follows `tf.add_check_numerics_ops` of TF 1.15.
    """
    from tinytf.ops.control_flow import control_flow_ops

    check: list = []
    for node in get_default_graph().get_operations():
        for output in node.outputs:
            if output.dtype in (dtypes.float16, dtypes.float32, dtypes.float64):
                if node._control_flow_context is not None:
                    raise ValueError(
                        "`tf.add_check_numerics_ops() is not compatible with TensorFlow control flow operations such as "
                        "`tf.cond()` or `tf.while_loop()`."
                    )
                with control_dependencies(check):
                    check = [check_numerics(output, message=f"{node.name}:{output.value_index}")]
    return control_flow_ops.group(*check)
