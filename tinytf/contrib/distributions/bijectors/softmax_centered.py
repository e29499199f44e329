"""Softmax as a bijector: one element more comes out than goes in."""

from __future__ import annotations

from tinytf.distributions.bijector import Bijector
from tinytf.distributions.static_values import pad
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn.activations import softplus
from tinytf.ops.nn.softmax import softmax
from tinytf.shapes import TensorShape


class SoftmaxCentered(Bijector):
    """softmax of x with a 0 at its end. Follows tf.contrib.distributions.bijectors.SoftmaxCentered of TF 1.15."""

    def __init__(self, validate_args=False, name="softmax_centered"):
        super().__init__(forward_min_event_ndims=1, validate_args=validate_args, name=name)

    def _forward_event_shape(self, input_shape):
        if input_shape.ndims is None or input_shape.as_list()[-1] is None:
            return input_shape
        return TensorShape([input_shape.as_list()[-1] + 1])

    def _forward_event_shape_tensor(self, input_shape):
        return (input_shape[-1] + 1)[..., None]

    def _inverse_event_shape(self, output_shape):
        if output_shape.ndims is None or output_shape.as_list()[-1] is None:
            return output_shape
        classes = output_shape.as_list()[-1]
        if classes <= 1:
            raise ValueError("output_shape[-1] = %d <= 1" % classes)
        return TensorShape([classes - 1])

    def _inverse_event_shape_tensor(self, output_shape):
        if self.validate_args:
            check = check_ops.assert_greater(output_shape[-1], 1, message="Need last dimension greater than 1.")
            output_shape = control_flow_ops.with_dependencies([check], output_shape)
        return (output_shape[-1] - 1)[..., None]

    def _forward(self, x):
        y = pad(x, axis=-1, back=True)
        _set_last_size(y, x.shape, 1)
        return softmax(y)

    def _inverse(self, y):
        logs = math_ops.log(y)
        last = (-logs[..., -1])[..., None]
        x = logs[..., :-1] + last
        _set_last_size(x, y.shape, -1)
        return x

    def _inverse_log_det_jacobian(self, y):
        return -math_ops.reduce_sum(math_ops.log(y), axis=-1)

    def _forward_log_det_jacobian(self, x):
        normalization = softplus(math_ops.reduce_logsumexp(x, axis=-1, keepdims=True))
        total = -normalization + math_ops.reduce_sum(x - normalization, axis=-1, keepdims=True)
        return array_ops.squeeze(total, axis=-1)


def _set_last_size(tensor, shape, more) -> None:
    if shape.ndims is not None:
        size = shape.as_list()[-1]
        tensor.set_shape(shape[:-1].concatenate([None if size is None else size + more]))
