"""ResNet with normalizations before the convolutions (He et al., Identity mappings in deep residual networks)."""

from __future__ import annotations

from tinytf.contrib.framework.arg_scope import add_arg_scope, arg_scope
from tinytf.contrib.layers import utils
from tinytf.contrib.layers.batch_norm import batch_norm
from tinytf.contrib.layers.layers import conv2d, max_pool2d
from tinytf.contrib.slim.nets import resnet_utils
from tinytf.ops.nn import activations
from tinytf.ops.state.variable_scope import variable_scope

resnet_arg_scope = resnet_utils.resnet_arg_scope


@add_arg_scope
def bottleneck(inputs, depth, depth_bottleneck, stride, rate=1, outputs_collections=None, scope=None):
    """inputs + three convolutions of them, normalized; with a projection where the depth changes."""
    plain = {"normalizer_fn": None, "activation_fn": None}
    with variable_scope(scope, "bottleneck_v2", [inputs]) as sc:
        depth_in = utils.last_dimension(inputs.get_shape(), min_rank=4)
        normalized = batch_norm(inputs, activation_fn=activations.relu, scope="preact")
        if depth == depth_in:
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = conv2d(normalized, depth, [1, 1], stride=stride, scope="shortcut", **plain)
        residual = conv2d(normalized, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = resnet_utils.conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = conv2d(residual, depth, [1, 1], stride=1, scope="conv3", **plain)
        return utils.collect_named_outputs(outputs_collections, sc.name, shortcut + residual)


def resnet_v2(
    inputs, blocks, num_classes=None, is_training=True, global_pool=True, output_stride=None, include_root_block=True, reuse=None, scope=None
):
    """(net, end points) of any blocks; arguments as those of resnet_v1."""
    with variable_scope(scope, "resnet_v2", [inputs], reuse=reuse) as sc:
        collection = sc.original_name_scope + "_end_points"
        with arg_scope([conv2d, bottleneck, resnet_utils.stack_blocks_dense], outputs_collections=collection):
            with arg_scope([batch_norm], is_training=is_training):
                net = inputs
                if include_root_block:
                    output_stride = resnet_utils.root_stride(output_stride)
                    with arg_scope([conv2d], activation_fn=None, normalizer_fn=None):  # the first unit does both
                        net = resnet_utils.conv2d_same(net, 64, 7, stride=2, scope="conv1")
                    net = max_pool2d(net, [3, 3], stride=2, scope="pool1")
                net = resnet_utils.stack_blocks_dense(net, blocks, output_stride)
                net = batch_norm(net, activation_fn=activations.relu, scope="postnorm")
                return resnet_utils.pooled_logits(net, num_classes, global_pool, collection)


resnet_v2.default_image_size = 224


def resnet_v2_block(scope, base_depth, num_units, stride) -> resnet_utils.Block:
    """A block of `num_units`, the last of which has the stride."""
    return resnet_utils.block_of(bottleneck, scope, base_depth, num_units, stride)


resnet_v2_50, resnet_v2_101, resnet_v2_152, resnet_v2_200 = resnet_utils.networks(resnet_v2, bottleneck)
