"""tf.keras.activations: functions of one tensor, by name."""

from __future__ import annotations

from tinytf.graph.convert import convert_to_tensor
from tinytf.keras import names
from tinytf.ops.array import array_ops
from tinytf.ops.math import clip, math_ops
from tinytf.ops.nn import activations
from tinytf.ops.nn import softmax as softmax_ops


def softmax(x, axis=-1):
    """exp(x) over its sum along `axis`. Follows tf.keras.activations.softmax of TF 1.15."""
    rank = x.shape.ndims
    if rank == 2:
        return softmax_ops.softmax(x)
    if rank is None or rank > 2:
        e = math_ops.exp(x - math_ops.reduce_max(x, axis=axis, keepdims=True))
        return e / math_ops.reduce_sum(e, axis=axis, keepdims=True)
    raise ValueError("Cannot apply softmax to a tensor that is 1D. Received input: %s" % x)


def elu(x, alpha=1.0):
    """x, or alpha * (exp(x) - 1) below 0."""
    result = activations.elu(x)
    return result if alpha == 1 else array_ops.where(x > 0, result, alpha * result)


def selu(x):
    """The scaled exponential linear unit."""
    return activations.selu(x)


def softplus(x):
    """log(exp(x) + 1)."""
    return activations.softplus(x)


def softsign(x):
    """x / (|x| + 1)."""
    return activations.softsign(x)


def relu(x, alpha=0.0, max_value=None, threshold=0):
    """max(x, 0), or with a slope below, a limit above, a threshold. Follows tf.keras.activations.relu of TF 1.15."""
    if alpha == 0 and threshold == 0 and max_value == 6:
        return activations.relu6(x)
    if alpha != 0:
        if max_value is None and threshold == 0:
            return activations.leaky_relu(x, alpha=alpha)
        below = activations.relu(-x + threshold) if threshold != 0 else activations.relu(-x)
    if threshold != 0:
        x = x * math_ops.cast(math_ops.greater(x, threshold), x.dtype)
    else:
        x = activations.relu(x)
    if max_value is not None:
        high, zero = (convert_to_tensor(float(v), dtype=x.dtype.base_dtype) for v in (max_value, 0.0))
        x = clip.clip_by_value(x, zero, high)
    return x - alpha * below if alpha != 0 else x


def tanh(x):
    """The hyperbolic tangent."""
    return math_ops.tanh(x)


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    return math_ops.sigmoid(x)


def exponential(x):
    """exp(x)."""
    return math_ops.exp(x)


def hard_sigmoid(x):
    """0.2 x + 0.5 within [0, 1]. Follows tf.keras.activations.hard_sigmoid of TF 1.15."""
    slope, offset = (convert_to_tensor(v, dtype=x.dtype.base_dtype) for v in (0.2, 0.5))
    x = math_ops.multiply(x, slope)
    return clip.clip_by_value(math_ops.add(x, offset), 0.0, 1.0)


def linear(x):
    """x itself."""
    return x


_TABLE = {
    f.__name__: f for f in (softmax, elu, selu, softplus, softsign, relu, tanh, sigmoid, exponential, hard_sigmoid, linear)
}  # fmt: skip


def get(identifier):
    """The function of an activation given by name (None is linear), or as it is."""
    if identifier is None:
        return linear
    if isinstance(identifier, (str, dict)):
        return names.made("activation function", identifier, _TABLE)
    if not callable(identifier):
        raise TypeError(f"Could not interpret activation function identifier: {identifier!r}")
    return identifier


def serialize(activation):
    """Its name."""
    return activation.__name__


deserialize = names.deserializer(get)
