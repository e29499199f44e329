"""How the tables of the Inception networks are read.

    MaxPool_3a_3x3 /2                                     a line that begins at the margin is an end point: one layer,
    Mixed_3b                                              or a module, whose branches are the lines below it,
      Conv2d_0a_1x1 64                                    set side by side
      Conv2d_0a_1x1 96 > Conv2d_0b_3x3 128                layers one after the other
      Conv2d_0a_1x1 9 > Conv2d_0b_1x3 8 & Conv2d_0b_3x1 8 two convolutions of the same input, side by side

A layer is its scope, which ends in the size of its kernel, then the number of filters of a convolution, and what is special
about it: `/2` its stride, `VALID` or `SAME` its padding, `~0.09` the deviation of its first weights, `3x3` a kernel that is not
the one of the name, `separable` a convolution by channel and then across.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tinytf.contrib.framework.arg_scope import arg_scope
from tinytf.contrib.layers.batch_norm import batch_norm
from tinytf.contrib.layers.initializers import variance_scaling_initializer
from tinytf.contrib.layers.layers import avg_pool2d, conv2d, fully_connected, max_pool2d, separable_conv2d
from tinytf.contrib.layers.regularizers import l2_regularizer
from tinytf.contrib.slim.nets.classic import truncated_normal
from tinytf.graph.graph import GraphKeys
from tinytf.ops.array import array_ops
from tinytf.ops.nn import activations
from tinytf.ops.state.variable_scope import variable_scope


class Module(NamedTuple):
    """An end point of a network."""

    name: str
    layer: Any  # its one layer, or
    branches: list  # of each: the layers, of which each is a list of those that are side by side


def parse(table: str) -> list:
    """The Modules of a table."""
    modules: list = []
    for line in filter(None, table.splitlines()):
        if line[0] != " ":
            name = line.split()[0]
            modules.append(Module(name, None if name.startswith("Mixed") else line, []))
        else:
            modules[-1].branches.append([[layer.strip() for layer in step.split("&")] for step in line.split(">")])
    return modules


def _layer(net, text, depth):
    """Adds one layer of a table."""
    scope, *words = text.split()
    kernel = [int(size) for size in re.findall(r"(\d+)x(\d+)$", scope)[0]]
    filters, options, make = None, {}, conv2d
    for word in words:
        if word.isdigit():
            filters = depth(int(word))
        elif word[0] == "/":
            options["stride"] = int(word[1:])
        elif word[0] == "~":
            options["weights_initializer"] = truncated_normal(float(word[1:]))
        elif word in ("VALID", "SAME"):
            options["padding"] = word
        elif word == "separable":
            make = separable_conv2d
            options["depth_multiplier"] = min(int(depth(64) / 3), 8)
        else:
            kernel = [int(size) for size in word.split("x")]
    if filters is None:
        pool = max_pool2d if scope.startswith("MaxPool") else avg_pool2d
        return pool(net, kernel, scope=scope, **options)
    return make(net, filters, kernel, scope=scope, **options)


def check_endpoint(name, modules) -> None:
    """ValueError for an end point that there is not."""
    if not any(module.name == name for module in modules):
        raise ValueError("Unknown final endpoint %s" % name)


def build(net, modules, end_points, final_endpoint, depth=int):
    """Adds modules up to the one that is asked for; (net, whether that was among them)."""
    for module in modules:
        if module.layer:
            net = _layer(net, module.layer, depth)
        else:
            with variable_scope(module.name):
                net = array_ops.concat([_branch(net, i, branch, depth) for i, branch in enumerate(module.branches)], 3)
        end_points[module.name] = net
        if module.name == final_endpoint:
            return net, True
    return net, False


def _branch(net, number, steps, depth):
    with variable_scope("Branch_%d" % number):
        for step in steps:
            made = [_layer(net, layer, depth) for layer in step]
            net = made[0] if len(made) == 1 else array_ops.concat(made, 3)
    return net


def multiplied(depth_multiplier, min_depth):
    """The function that makes layers thinner; ValueError for a factor that is none."""
    if depth_multiplier <= 0:
        raise ValueError("depth_multiplier is not greater than zero.")
    return lambda depth: max(int(depth * depth_multiplier), min_depth)


def fitting_kernel(tensor, kernel) -> list:
    """The kernel of a pool over all of an image, which may be smaller than it should be."""
    height, width = tensor.get_shape().as_list()[1:3]
    return kernel if height is None or width is None else [min(height, kernel[0]), min(width, kernel[1])]


def inception_arg_scope(weight_decay, collection, decay=0.9997, epsilon=0.001, updates=GraphKeys.UPDATE_OPS, normalize=True, **more):
    """The default arguments of the layers of an Inception network; moving averages are in a collection of their own."""
    normalizing = {
        "decay": decay, "epsilon": epsilon, "updates_collections": updates,
        "variables_collections": {"beta": None, "gamma": None, "moving_mean": [collection], "moving_variance": [collection]}, **more,
    }  # fmt: skip
    with arg_scope([conv2d, fully_connected], weights_regularizer=l2_regularizer(weight_decay)):
        with arg_scope(
            [conv2d], weights_initializer=variance_scaling_initializer(), activation_fn=activations.relu,
            normalizer_fn=batch_norm if normalize else None, normalizer_params=normalizing if normalize else {},
        ) as scope:  # fmt: skip
            return scope
