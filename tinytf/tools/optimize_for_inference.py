"""`optimize_for_inference`: a frozen GraphDef without training nodes, batch norms folded into convolutions.

Follows `tensorflow.python.tools.optimize_for_inference_lib` of TF 1.15.
"""

from __future__ import annotations

import argparse
import re

import numpy as np

from tinytf import dtypes, logging, protos
from tinytf.graph import graph_io
from tinytf.graph.pruning import remove_training_nodes
from tinytf.graph.tensor_proto import make_ndarray, make_tensor_proto
from tinytf.tools.strip_unused import strip_unused

_INPUT_ORDER = {
    "BatchNormWithGlobalNormalization": ["conv", "mean", "var", "beta", "gamma"],
    "FusedBatchNorm": ["conv", "gamma", "beta", "mean", "var"],
}
_EPSILON = {"BatchNormWithGlobalNormalization": "variance_epsilon", "FusedBatchNorm": "epsilon"}


def optimize_for_inference(
    input_graph_def, input_node_names, output_node_names, placeholder_type_enum, toco_compatible=False
):
    """A GraphDef that computes the same outputs with less.  Arguments as those of `strip_unused`.

    `toco_compatible`: leaves ResizeBilinear and MirrorPad as they are instead of fusing them.
    """
    ensure_graph_is_valid(input_graph_def)
    result = strip_unused(input_graph_def, input_node_names, output_node_names, placeholder_type_enum)
    result = remove_training_nodes(result, output_node_names)
    result = fold_batch_norms(result)
    if not toco_compatible:
        result = fuse_resize_and_conv(result, output_node_names)
    ensure_graph_is_valid(result)
    return result


def node_name_from_input(name: str) -> str:
    """The node that an input names."""
    return re.sub(r":\d+$", "", name[1:] if name.startswith("^") else name)


def node_from_map(node_map: dict, name: str):
    """The node that an input names, of {name: node}; ValueError where it is not there."""
    stripped = node_name_from_input(name)
    if stripped not in node_map:
        raise ValueError(f"No node named '{stripped}' found in map.")
    return node_map[stripped]


def values_from_const(node_def):
    """The array of a constant node; ValueError for another op."""
    if node_def.op != "Const":
        raise ValueError(f"Node named '{node_def.name}' should be a Const op for values_from_const.")
    return make_ndarray(node_def.attr["value"].tensor)


def _by_name(graph_def) -> dict:
    nodes: dict = {}
    for node in graph_def.node:
        if node.name in nodes:
            raise ValueError(f"Duplicate node names detected for {node.name}")
        nodes[node.name] = node
    return nodes


def ensure_graph_is_valid(graph_def) -> None:
    """ValueError for a name used twice or an input that is not there."""
    nodes = _by_name(graph_def)
    for node in graph_def.node:
        for name in node.input:
            if node_name_from_input(name) not in nodes:
                raise ValueError(f"Input for {node.name} not found: {name}")


def _const(nodes, name):
    """The value of a constant node, or None where it is none."""
    node = node_from_map(nodes, name)
    return values_from_const(node) if node.op == "Const" else None


def _add_const(graph_def, name, like, value) -> None:
    node = graph_def.node.add(op="Const", name=name)
    node.attr["dtype"].CopyFrom(like)
    node.attr["value"].tensor.CopyFrom(make_tensor_proto(value, value.dtype.type, value.shape))


def fold_batch_norms(input_graph_def):
    """Multiplies a batch norm's scale into the constant weights of the convolution before it; a BiasAdd stays."""
    nodes = _by_name(input_graph_def)
    folded: set = set()
    added = protos.GraphDef()
    for node in input_graph_def.node:
        order = _INPUT_ORDER.get(node.op)
        if order is None:
            continue
        source = dict(zip(order, node.input))
        conv = nodes[node_name_from_input(source["conv"])]
        if conv.op not in ("Conv2D", "DepthwiseConv2dNative"):
            logging.warning("Didn't find expected Conv2D or DepthwiseConv2dNative input to '%s'", node.name)
            continue
        weights = _const(nodes, conv.input[1])
        if weights is None:
            logging.warning(
                "Didn't find expected conv Constant input to '%s', found %s instead. Maybe because freeze_graph wasn't run first?",
                conv.name, nodes[node_name_from_input(conv.input[1])].op,
            )  # fmt: skip
            continue
        channels = weights.shape[3] if conv.op == "Conv2D" else weights.shape[2] * weights.shape[3]
        values = {key: _const(nodes, source[key]) for key in ("mean", "var", "beta", "gamma")}
        wrong = [k for k, v in values.items() if v is None or v.shape != (channels,)]
        if wrong:
            logging.warning("Didn't find a Constant of shape %s as %s of '%s'", (channels,), wrong[0], node.name)
            continue
        scale = 1.0 / np.sqrt(values["var"].astype(np.float64) + node.attr[_EPSILON[node.op]].f)
        if node.op != "BatchNormWithGlobalNormalization" or node.attr["scale_after_normalization"].b:
            scale = scale * values["gamma"]
        offset = (-values["mean"] * scale + values["beta"]).astype(values["mean"].dtype)
        scaled = weights * (scale if conv.op == "Conv2D" else scale.reshape(weights.shape[2:]))
        weights_name, mean_name = node_name_from_input(conv.input[1]), node_name_from_input(source["mean"])
        folded.update([node.name, conv.name, weights_name])
        folded.update(node_name_from_input(source[k]) for k in values)
        _add_const(added, weights_name, nodes[weights_name].attr["dtype"], scaled.astype(weights.dtype))
        added.node.add().CopyFrom(conv)
        _add_const(added, conv.name + "_bn_offset", nodes[mean_name].attr["dtype"], offset)
        bias = added.node.add(op="BiasAdd", name=node.name, input=[conv.name, conv.name + "_bn_offset"])
        bias.attr["T"].CopyFrom(conv.attr["T"])
        bias.attr["data_format"].CopyFrom(conv.attr["data_format"])
    return _replaced(input_graph_def, folded, added)


def _replaced(graph_def, left_out, added):
    result = protos.GraphDef()
    for node in graph_def.node:
        if node.name not in left_out:
            result.node.add().CopyFrom(node)
    result.node.extend(added.node)
    return result


def fuse_resize_and_conv(input_graph_def, output_node_names):
    """ResizeBilinear and MirrorPad before a Conv2D become one FusedResizeAndPadConv2D or FusedPadConv2D."""
    nodes = _by_name(input_graph_def)
    uses = {name: 0 for name in nodes}
    for name in [node_name_from_input(i) for n in input_graph_def.node for i in n.input] + list(output_node_names):
        uses[name] = uses.get(name, 0) + 1
    added = protos.GraphDef()
    for conv in input_graph_def.node:
        if conv.op != "Conv2D":
            continue
        before = nodes[node_name_from_input(conv.input[0])]
        pad = before if before.op == "MirrorPad" else None
        resize = nodes[node_name_from_input(pad.input[0])] if pad else before
        resize = resize if resize.op == "ResizeBilinear" else None
        if not pad and not resize:
            continue
        uses[conv.name] = 0
        for node in (pad, resize):
            if node:
                uses[node.name] -= 1
        if pad:
            paddings, mode = pad.input[1], pad.attr["mode"]
        else:
            paddings, mode = conv.name + "_dummy_paddings", protos.AttrValue(s=b"REFLECT")
            _add_const(added, paddings, protos.AttrValue(type=dtypes.int32.as_datatype_enum), np.zeros([4, 2], np.int32))
        fused = added.node.add(op="FusedResizeAndPadConv2D" if resize else "FusedPadConv2D", name=conv.name)
        if resize:
            fused.input.extend([resize.input[0], resize.input[1], paddings, conv.input[1]])
            fused.attr["resize_align_corners"].CopyFrom(resize.attr["align_corners"])
        else:
            fused.input.extend([pad.input[0], paddings, conv.input[1]])
        fused.attr["T"].CopyFrom(conv.attr["T"])
        fused.attr["mode"].CopyFrom(mode)
        fused.attr["strides"].CopyFrom(conv.attr["strides"])
        fused.attr["padding"].CopyFrom(conv.attr["padding"])
    return _replaced(input_graph_def, {name for name, count in uses.items() if count < 1}, added)


def main(argv=None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="optimize_for_inference", description="Prepares a frozen graph for inference.")
    parser.add_argument("--input", required=True, help="a frozen GraphDef, binary or text")
    parser.add_argument("--output", required=True)
    parser.add_argument("--input_names", required=True, help="comma separated")
    parser.add_argument("--output_names", required=True, help="comma separated")
    parser.add_argument("--frozen_graph", default="True", help="whether to write binary")
    parser.add_argument("--placeholder_type_enum", default=str(dtypes.float32.as_datatype_enum), help="comma separated")
    parser.add_argument("--toco_compatible", default="False")
    flags = parser.parse_args(argv)
    kinds = [int(k) for k in flags.placeholder_type_enum.split(",")]
    result = optimize_for_inference(
        graph_io.read_message(flags.input, protos.GraphDef), flags.input_names.split(","), flags.output_names.split(","),
        kinds if len(kinds) > 1 else kinds[0], flags.toco_compatible.lower() == "true",
    )  # fmt: skip
    graph_io.write_whole(flags.output, graph_io.message_bytes(result, as_text=flags.frozen_graph.lower() != "true"))


if __name__ == "__main__":
    main()
