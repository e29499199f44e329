"""`strip_unused`: the part of a GraphDef between some inputs and some outputs; the inputs become placeholders.

Follows `tensorflow.python.tools.strip_unused_lib` of TF 1.15.
"""

from __future__ import annotations

import argparse

from tinytf import dtypes, protos
from tinytf.graph import graph_io
from tinytf.graph.pruning import extract_sub_graph


def strip_unused(input_graph_def, input_node_names, output_node_names, placeholder_type_enum):
    """The GraphDef of what lies between inputs and outputs.

    `placeholder_type_enum`: the dtype number of the new placeholders, or a list of one an input.
    ValueError for a tensor's name, KeyError for an input that is not there.
    """
    for name in input_node_names:
        if ":" in name:
            raise ValueError(f"Name '{name}' appears to refer to a Tensor, not a Operation.")
    missing = set(input_node_names) - {n.name for n in input_graph_def.node}
    if missing:
        raise KeyError(f"The following input nodes were not found: {missing}")
    replaced = protos.GraphDef()
    for node in input_graph_def.node:
        if node.name not in input_node_names:
            replaced.node.add().CopyFrom(node)
            continue
        kind = placeholder_type_enum
        if isinstance(kind, list):
            kind = kind[list(input_node_names).index(node.name)]
        placeholder = replaced.node.add(op="Placeholder", name=node.name)
        placeholder.attr["dtype"].type = int(kind)
        for key in ("_output_shapes", "shape"):
            if key in node.attr:
                placeholder.attr[key].CopyFrom(node.attr[key])
    return extract_sub_graph(replaced, output_node_names)


def strip_unused_from_files(
    input_graph, input_binary, output_graph, output_binary, input_node_names, output_node_names, placeholder_type_enum
):
    """The same from file to file; names are texts with commas.  -1 where something is missing, as in TensorFlow."""
    if not output_node_names:
        print("You need to supply the name of a node to --output_node_names.")
        return -1
    try:
        graph_def = graph_io.read_message(input_graph, protos.GraphDef)
    except OSError as e:
        print(e)
        return -1
    stripped = strip_unused(graph_def, input_node_names.split(","), output_node_names.split(","), placeholder_type_enum)
    graph_io.write_whole(output_graph, graph_io.message_bytes(stripped, as_text=not output_binary))
    print(f"{len(stripped.node)} ops in the final graph.")
    return None


def main(argv=None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="strip_unused", description="Cuts a graph down to what lies between inputs and outputs.")

    def boolean(text):
        return text.lower() == "true"

    for name in ("input_graph", "output_graph", "input_node_names", "output_node_names"):
        parser.add_argument("--" + name, default="")
    parser.add_argument("--input_binary", nargs="?", const=True, type=boolean, default=False)
    parser.add_argument("--output_binary", nargs="?", const=True, type=boolean, default=True)
    parser.add_argument("--placeholder_type_enum", type=int, default=dtypes.float32.as_datatype_enum)
    strip_unused_from_files(**vars(parser.parse_args(argv)))


if __name__ == "__main__":
    main()
