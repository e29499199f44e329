"""Activations: Relu, Relu6, LeakyRelu, Elu, Selu, Softplus, Softsign with their gradient ops; crelu, swish, relu_layer.

The formulas are those of TensorFlow's CPU kernels to the letter (`exp(x) - 1` rather than `expm1`),
because the numbers are to be the same.
"""

from __future__ import annotations

import math

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merged, same_as_input
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.math.wide_rows import against_scalar
from tinytf.ops.nn import nn_basic

_REAL = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
_FLOAT = "{half, bfloat16, float, double}"

# Kernels ----------------------------------------------------------------------------------------


def _plain(function):
    """A kernel without state: the function itself."""
    return lambda op: function


def _relu(x, out=None):
    return against_scalar(np.maximum, x, x.dtype.type(0), out)


_relu.takes_out = True


def _relu_grad(g, f, out=None):
    # A mask of the gradient's own type: NumPy multiplies by bools in small buffers.
    mask = np.greater(f, 0).astype(np.asarray(g).dtype)
    return np.multiply(mask, g, out=mask if out is None else out) if mask.ndim else mask * g


_relu_grad.takes_out = True


def _relu6(x):
    return against_scalar(np.minimum, _relu(x), x.dtype.type(6))


def _relu6_grad(g, f):
    return np.multiply(g, ((f > 0) & (f < 6)).astype(np.asarray(g).dtype))


def _leaky_relu(op):
    alpha = np.float32(op.attr("alpha"))  # what the attribute holds, for doubles too

    def run(x):
        return np.maximum(x, x * x.dtype.type(alpha))

    return run


def _leaky_relu_grad(op):
    alpha = np.float32(op.attr("alpha"))

    def run(g, f):
        if not 0 <= alpha <= 1 or not f.ndim:
            return np.where(f > 0, g, g * g.dtype.type(alpha))
        slope = np.greater(f, 0).astype(g.dtype)  # four passes that NumPy vectorizes, where np.where goes one by one
        against_scalar(np.maximum, slope, g.dtype.type(alpha), slope)
        return np.multiply(slope, g, out=slope)

    return run


def _expm1(x):
    """exp(x) - 1 of the negative part, so that large values do not overflow; 0 of the positive."""
    e = np.exp(against_scalar(np.minimum, x, x.dtype.type(0)))
    e -= e.dtype.type(1)
    return e


def _elu(x):
    return _relu(x) + _expm1(x)


def _elu_grad(g, y):
    slope = against_scalar(np.fmin, y, y.dtype.type(0)) + y.dtype.type(1)  # fmin: of a NaN the gradient passes
    return slope * g


_SCALE = 1.0507009873554804934193349852946
_SCALE_ALPHA = 1.7580993408473768599402175208123


def _selu(x):
    t = x.dtype.type
    return t(_SCALE) * _relu(x) + t(_SCALE_ALPHA) * _expm1(x)


def _selu_grad(g, y):
    t = y.dtype.type
    return np.where(y < 0, g * (y + t(_SCALE_ALPHA)), g * t(_SCALE))


def _softplus(x):
    t = x.dtype.type
    # Beyond the threshold, log(1 + exp(x)) is x, or exp(x), to the last bit.
    threshold = t(math.log(np.finfo(x.dtype).eps) + 2.0)
    e = np.exp(against_scalar(np.minimum, x, -threshold))
    y = np.asarray(np.log1p(e))
    for beyond, value in ((x > -threshold, x), (x < threshold, e)):
        if np.any(beyond):
            np.copyto(y, value, where=beyond)
    return y


def _softplus_grad(g, x):
    with np.errstate(over="ignore"):
        return g / (np.exp(-x) + x.dtype.type(1))


def _softsign(x):
    with np.errstate(invalid="ignore"):
        return x / (np.abs(x) + x.dtype.type(1))


def _softsign_grad(g, x):
    return g / np.square(np.abs(x) + x.dtype.type(1))


# Gradients --------------------------------------------------------------------------------------


def _from_output(grad_type):
    return lambda op, grad: make(grad_type, grad, op.outputs[0])


def _from_input(grad_type):
    return lambda op, grad: make(grad_type, grad, op.inputs[0])


def _step_grad_grad(grad_type):
    """Of a gradient that is piecewise linear: nothing flows to the features."""

    def gradient(op, grad):
        x = op.inputs[1]
        return [make(grad_type, grad, x), array_ops.zeros(shape=array_ops.shape(x), dtype=x.dtype)]

    return gradient


def _leaky_grad(op, grad):
    return make("LeakyReluGrad", grad, op.inputs[0], alpha=op.attr("alpha"))


def _leaky_grad_grad(op, grad):
    x = op.inputs[1]
    return [make("LeakyReluGrad", grad, x, alpha=op.attr("alpha")), array_ops.zeros(shape=array_ops.shape(x), dtype=x.dtype)]


def _elu_like_grad_grad(grad_type, zero):
    def gradient(op, grad):
        y = op.inputs[1]
        again = make(grad_type, grad, y)
        return [again, array_ops.where(y < zero, grad * op.inputs[0], array_ops.zeros_like(y))]

    return gradient


def _softplus_gradient(op, grad):
    return grad * math_ops.sigmoid(op.inputs[0])


def _softplus_grad_gradient(op, grad):
    dy, x = op.inputs
    with control_dependencies([grad]):
        return [make("SoftplusGrad", grad, x), grad * dy / (math_ops.exp(-x) + 2.0 + math_ops.exp(x))]


# Entries ----------------------------------------------------------------------------------------

op("Relu(features: T) -> (activations: T); T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64, qint8}",
   shape=same_as_input, kernel=_plain(_relu), gradient=_from_output("ReluGrad"))  # fmt: skip
op(f"ReluGrad(gradients: T, features: T) -> (backprops: T); T: {_REAL}",
   shape=merged, kernel=_plain(_relu_grad), gradient=_step_grad_grad("ReluGrad"))  # fmt: skip
op(f"Relu6(features: T) -> (activations: T); T: {_REAL}",
   shape=same_as_input, kernel=_plain(_relu6), gradient=_from_output("Relu6Grad"))  # fmt: skip
op(f"Relu6Grad(gradients: T, features: T) -> (backprops: T); T: {_REAL}",
   shape=merged, kernel=_plain(_relu6_grad), gradient=_step_grad_grad("Relu6Grad"))  # fmt: skip
op(f"LeakyRelu(features: T) -> (activations: T); alpha: float = 0.2; T: {_FLOAT} = float",
   shape=same_as_input, kernel=_leaky_relu, gradient=_leaky_grad)  # fmt: skip
op(f"LeakyReluGrad(gradients: T, features: T) -> (backprops: T); alpha: float = 0.2; T: {_FLOAT} = float",
   shape=merged, kernel=_leaky_relu_grad, gradient=_leaky_grad_grad)  # fmt: skip
op(f"Elu(features: T) -> (activations: T); T: {_FLOAT}",
   shape=same_as_input, kernel=_plain(_elu), gradient=_from_output("EluGrad"))  # fmt: skip
op(f"EluGrad(gradients: T, outputs: T) -> (backprops: T); T: {_FLOAT}",
   shape=merged, kernel=_plain(_elu_grad), gradient=_elu_like_grad_grad("EluGrad", 0))  # fmt: skip
op(f"Selu(features: T) -> (activations: T); T: {_FLOAT}",
   shape=same_as_input, kernel=_plain(_selu), gradient=_from_output("SeluGrad"))  # fmt: skip
op(f"SeluGrad(gradients: T, outputs: T) -> (backprops: T); T: {_FLOAT}",
   shape=merged, kernel=_plain(_selu_grad), gradient=_elu_like_grad_grad("SeluGrad", 0.0))  # fmt: skip
op(f"Softplus(features: T) -> (activations: T); T: {_FLOAT}",
   shape=same_as_input, kernel=_plain(_softplus), gradient=_softplus_gradient)  # fmt: skip
op(f"SoftplusGrad(gradients: T, features: T) -> (backprops: T); T: {_FLOAT}",
   shape=merged, kernel=_plain(_softplus_grad), gradient=_softplus_grad_gradient)  # fmt: skip
op(f"Softsign(features: T) -> (activations: T); T: {_FLOAT}",
   shape=same_as_input, kernel=_plain(_softsign), gradient=_from_input("SoftsignGrad"))  # fmt: skip
op(f"SoftsignGrad(gradients: T, features: T) -> (backprops: T); T: {_FLOAT}",
   shape=merged, kernel=_plain(_softsign_grad))  # fmt: skip

# Public functions -------------------------------------------------------------------------------


def relu(features, name=None):
    """max(features, 0). Follows tf.nn.relu of TF 1.15."""
    return make("Relu", features, name=name)


def relu6(features, name=None):
    """min(max(features, 0), 6). Follows tf.nn.relu6 of TF 1.15."""
    with name_scope(name, "Relu6", [features]) as name:
        return make("Relu6", convert_to_tensor(features, name="features"), name=name)


def leaky_relu(features, alpha=0.2, name=None):
    """features where positive, alpha * features elsewhere; integers become float32. Follows tf.nn.leaky_relu of TF 1.15."""
    with name_scope(name, "LeakyRelu", [features, alpha]) as name:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = math_ops.cast(features, dtypes.float32)
        if isinstance(alpha, np.ndarray):
            alpha = alpha.item()
        return make("LeakyRelu", features, alpha=alpha, name=name)


def elu(features, name=None):
    """exp(features) - 1 where negative, features elsewhere. Follows tf.nn.elu of TF 1.15."""
    return make("Elu", features, name=name)


def selu(features, name=None):
    """The scaled elu whose outputs keep mean 0 and variance 1. Follows tf.nn.selu of TF 1.15."""
    return make("Selu", features, name=name)


def softplus(features, name=None):
    """log(exp(features) + 1). Follows tf.nn.softplus of TF 1.15."""
    return make("Softplus", features, name=name)


def softsign(features, name=None):
    """features / (|features| + 1). Follows tf.nn.softsign of TF 1.15."""
    return make("Softsign", features, name=name)


def crelu(features, name=None, axis=-1):
    """relu of features and of -features, joined along `axis`, which doubles. Follows tf.nn.crelu of TF 1.15."""
    with name_scope(name, "CRelu", [features]) as name:
        features = convert_to_tensor(features, name="features")
        return relu(array_ops.concat([features, -features], axis, name=name))


def swish(features):
    """features * sigmoid(features), keeping only the features for its gradient. Follows tf.nn.swish of TF 1.15."""
    from tinytf.ops.autodiff.custom_gradient import custom_gradient

    @custom_gradient
    def with_gradient(features):
        features = convert_to_tensor(features, name="features")

        def grad(dy):
            with control_dependencies([dy]):
                s = math_ops.sigmoid(features)
            return dy * (s * (1.0 + features * (1.0 - s)))

        return features * math_ops.sigmoid(features), grad

    return with_gradient(features)


def relu_layer(x, weights, biases, name=None):
    """relu(x @ weights + biases). Follows tf.nn.relu_layer of TF 1.15."""
    with name_scope(name, "relu_layer", [x, weights, biases]) as name:
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(weights, name="weights")
        biases = convert_to_tensor(biases, name="biases")
        return relu(nn_basic.bias_add(math_ops.matmul(x, weights), biases), name=name)
