"""Blocks of residual units, at any output stride.  Follows resnet_utils of tf.contrib.slim of TF 1.15."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf.contrib.framework.arg_scope import add_arg_scope, arg_scope
from tinytf.contrib.layers import utils
from tinytf.contrib.layers.batch_norm import batch_norm
from tinytf.contrib.layers.initializers import variance_scaling_initializer
from tinytf.contrib.layers.layers import conv2d, max_pool2d, softmax
from tinytf.contrib.layers.regularizers import l2_regularizer
from tinytf.graph.graph import GraphKeys
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations
from tinytf.ops.state.variable_scope import variable_scope


class Block(NamedTuple):
    """A scope, the function of a unit, and the arguments of each unit of the block."""

    scope: str
    unit_fn: Any
    args: list


def subsample(inputs, factor, scope=None):
    """Each `factor`-th pixel."""
    return inputs if factor == 1 else max_pool2d(inputs, [1, 1], stride=factor, scope=scope)


def conv2d_same(inputs, num_outputs, kernel_size, stride, rate=1, scope=None):
    """A convolution padded by the same numbers of pixels whatever the size of the image is."""
    if stride == 1:
        return conv2d(inputs, num_outputs, kernel_size, stride=1, rate=rate, padding="SAME", scope=scope)
    total = kernel_size + (kernel_size - 1) * (rate - 1) - 1
    before = total // 2
    sides = [before, total - before]
    padded = array_ops.pad(inputs, [[0, 0], sides, sides, [0, 0]])
    return conv2d(padded, num_outputs, kernel_size, stride=stride, rate=rate, padding="VALID", scope=scope)


@add_arg_scope
def stack_blocks_dense(net, blocks, output_stride=None, outputs_collections=None):
    """The blocks, one after the other; once the `output_stride` is reached, units get a rate in place of their stride.

    ValueError where the blocks do not come to that stride.
    """
    unreachable = "The target output_stride cannot be reached."
    stride, rate = 1, 1
    for block in blocks:
        with variable_scope(block.scope, "block", [net]) as scope:
            for i, unit in enumerate(block.args, 1):
                if output_stride is not None and stride > output_stride:
                    raise ValueError(unreachable)
                with variable_scope("unit_%d" % i, values=[net]):
                    if output_stride is not None and stride == output_stride:
                        net = block.unit_fn(net, rate=rate, **dict(unit, stride=1))
                        rate *= unit.get("stride", 1)
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        stride *= unit.get("stride", 1)
            net = utils.collect_named_outputs(outputs_collections, scope.name, net)
    if output_stride is not None and stride != output_stride:
        raise ValueError(unreachable)
    return net


def resnet_arg_scope(weight_decay=0.0001, batch_norm_decay=0.997, batch_norm_epsilon=1e-05, batch_norm_scale=True):
    """The default arguments of the layers of a ResNet."""
    normalizing = {
        "decay": batch_norm_decay, "epsilon": batch_norm_epsilon, "scale": batch_norm_scale, "updates_collections": GraphKeys.UPDATE_OPS,
    }  # fmt: skip
    with arg_scope(
        [conv2d], weights_regularizer=l2_regularizer(weight_decay), weights_initializer=variance_scaling_initializer(),
        activation_fn=activations.relu, normalizer_fn=batch_norm, normalizer_params=normalizing,
    ):  # fmt: skip
        with arg_scope([batch_norm], **normalizing):
            with arg_scope([max_pool2d], padding="SAME") as scope:
                return scope


# How many units the four blocks of each network have.
UNITS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3), 200: (3, 24, 36, 3)}


def block_of(unit_fn, scope, base_depth, num_units, stride) -> Block:
    """A block of bottleneck units, the last of which has the stride."""
    unit = {"depth": base_depth * 4, "depth_bottleneck": base_depth, "stride": 1}
    return Block(scope, unit_fn, [unit] * (num_units - 1) + [dict(unit, stride=stride)])


def blocks_of(unit_fn, depth: int) -> list:
    """The four blocks of the ResNet of 50, 101, 152 or 200 layers."""
    return [
        block_of(unit_fn, "block%d" % (i + 1), 64 << i, count, stride) for i, (count, stride) in enumerate(zip(UNITS[depth], (2, 2, 2, 1)))
    ]


def root_stride(output_stride):
    """The stride that is left for the blocks after the root's of 4; ValueError for one that is no multiple of it."""
    if output_stride is None:
        return None
    if output_stride % 4 != 0:
        raise ValueError("The output_stride needs to be a multiple of 4.")
    return output_stride / 4


def pooled_logits(net, num_classes, global_pool, end_points_collection):
    """(logits, or features where there are no classes; end points)."""
    if global_pool:
        net = math_ops.reduce_mean(net, [1, 2], name="pool5", keepdims=True)
    if num_classes is not None:
        net = conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="logits")
    end_points = utils.convert_collection_to_dict(end_points_collection)
    if num_classes is not None:
        end_points["predictions"] = softmax(net, scope="predictions")
    return net, end_points


def networks(resnet, unit) -> list:
    """The networks of 50, 101, 152 and 200 layers: functions that call `resnet` on blocks of `unit`."""
    return [_network(resnet, unit, depth) for depth in (50, 101, 152, 200)]


def _network(resnet, unit, depth: int):
    name = f"{resnet.__name__}_{depth}"

    def network(inputs, num_classes=None, is_training=True, global_pool=True, output_stride=None, reuse=None, scope=name):
        return resnet(inputs, blocks_of(unit, depth), num_classes, is_training, global_pool, output_stride, True, reuse, scope)

    network.__name__ = network.__qualname__ = name
    network.__module__ = resnet.__module__
    network.__doc__ = f"(net, end points) of the ResNet of {depth} layers; arguments as those of {resnet.__name__}."
    network.default_image_size = resnet.default_image_size
    return network
