"""`freeze_graph`: a graph and its checkpoint become one GraphDef of constants.

    python -m tinytf.tools.freeze_graph --input_graph=graph.pb --input_binary=true \\
        --input_checkpoint=model.ckpt-100 --output_graph=frozen.pb --output_node_names=softmax

Follows `tensorflow.python.tools.freeze_graph` of TF 1.15.
"""

from __future__ import annotations

import argparse
import re

from tinytf import protos
from tinytf.checkpoint import NewCheckpointReader, checkpoint_exists
from tinytf.graph import graph_io
from tinytf.graph.freezing import convert_variables_to_constants
from tinytf.graph.importer import import_graph_def
from tinytf.run.session import Session
from tinytf.saved_model import loader, tag_constants
from tinytf.train.saver import Saver, import_meta_graph


def _names(text: str) -> list:
    return text.replace(" ", "").split(",")


def freeze_graph_with_def_protos(
    input_graph_def, input_saver_def, input_checkpoint, output_node_names, restore_op_name, filename_tensor_name, output_graph,
    clear_devices, initializer_nodes, variable_names_whitelist="", variable_names_blacklist="", input_meta_graph_def=None,
    input_saved_model_dir=None, saved_model_tags=None, checkpoint_version=2,
):  # fmt: skip
    """The frozen GraphDef of a model that is given as messages; written to `output_graph` where that is a path.

    Works on the default graph.  Lists of names are texts with commas; restore_op_name and
    filename_tensor_name are ignored, as in TensorFlow 1.15.  ValueError where the checkpoint or the
    output names are missing, or there is no variable to freeze.
    """
    if not input_saved_model_dir and not checkpoint_exists(input_checkpoint):
        raise ValueError(f"Input checkpoint '{input_checkpoint}' doesn't exist!")
    if not output_node_names:
        raise ValueError("You need to supply the name of a node to --output_node_names.")
    if clear_devices:
        for node in (input_meta_graph_def.graph_def if input_meta_graph_def else input_graph_def or protos.GraphDef()).node:
            node.device = ""
    if input_graph_def:
        import_graph_def(input_graph_def, name="")
    with Session() as sess:
        if input_saver_def:
            Saver(saver_def=input_saver_def, write_version=checkpoint_version).restore(sess, input_checkpoint)
        elif input_meta_graph_def:
            import_meta_graph(input_meta_graph_def, clear_devices=True).restore(sess, input_checkpoint)
            if initializer_nodes:
                sess.run(_names(initializer_nodes))
        elif input_saved_model_dir:
            loader.load(sess, saved_model_tags or [], input_saved_model_dir)
        else:
            _saver_by_names(sess.graph, input_checkpoint, checkpoint_version).restore(sess, input_checkpoint)
            if initializer_nodes:
                sess.run(_names(initializer_nodes))
        frozen = convert_variables_to_constants(
            sess,
            input_meta_graph_def.graph_def if input_meta_graph_def else input_graph_def,
            _names(output_node_names),
            variable_names_whitelist=_names(variable_names_whitelist) if variable_names_whitelist else None,
            variable_names_blacklist=_names(variable_names_blacklist) if variable_names_blacklist else None,
        )
    if output_graph:
        graph_io.write_whole(output_graph, graph_io.message_bytes(frozen, as_text=False))
    return frozen


def _saver_by_names(graph, checkpoint, version) -> Saver:
    """A Saver for the tensors of the graph whose names are in the checkpoint."""
    var_list = {}
    for name in NewCheckpointReader(checkpoint).get_variable_to_shape_map():
        try:
            var_list[name] = graph.get_tensor_by_name(name + ":0")
        except KeyError:
            continue
    try:
        return Saver(var_list=var_list, write_version=version)
    except (TypeError, ValueError):
        operations = graph.get_operations()
        if any(re.search(r"/part_\d+/", op.name + "/") and any(n in op.name for n in var_list) for op in operations):
            raise ValueError(
                "Models containing partition variables cannot be converted from checkpoint files. Please pass in a SavedModel "
                "using the flag --input_saved_model_dir."
            ) from None
        if not any(op.type.startswith("Variable") or op.type.endswith("VariableOp") for op in operations):
            raise ValueError(
                "No variables were found in this model. It is likely the model was frozen previously. You cannot freeze a graph "
                "twice."
            ) from None
        raise


def _read(path, message_type, what: str):
    try:
        return graph_io.read_message(path, message_type)
    except OSError as e:
        if "does not exist" in str(e):
            raise OSError(f"{what} file '{path}' does not exist!") from None
        raise


def freeze_graph(
    input_graph, input_saver, input_binary, input_checkpoint, output_node_names, restore_op_name, filename_tensor_name,
    output_graph, clear_devices, initializer_nodes, variable_names_whitelist="", variable_names_blacklist="",
    input_meta_graph=None, input_saved_model_dir=None, saved_model_tags=tag_constants.SERVING, checkpoint_version=2,
):  # fmt: skip
    """The frozen GraphDef of a model in files; written to `output_graph`.

    One of input_graph (a GraphDef), input_meta_graph (a `.meta`) and input_saved_model_dir is given.
    Binary and text files are told apart by what is in them; input_binary is not needed.
    """
    graph_def = meta_graph_def = saver_def = None
    if input_saved_model_dir:
        tags = _names(saved_model_tags)
        graph_def = loader.SavedModelLoader(input_saved_model_dir).get_meta_graph_def_from_tags(tags).graph_def
    elif input_graph:
        graph_def = _read(input_graph, protos.GraphDef, "Input graph")
    if input_meta_graph:
        meta_graph_def = _read(input_meta_graph, protos.MetaGraphDef, "Input meta graph")
        print(f"Loaded meta graph file '{input_meta_graph}")
    if input_saver:
        saver_def = _read(input_saver, protos.SaverDef, "Input saver")
    from tinytf.graph.default_graph import get_default_graph
    from tinytf.graph.graph import Graph

    # A SavedModel brings its own graph; a second copy of the nodes would only be in the way.
    with (Graph() if input_saved_model_dir else get_default_graph()).as_default():
        if input_saved_model_dir:
            with Session() as sess:
                loader.load(sess, _names(saved_model_tags), input_saved_model_dir)
                frozen = convert_variables_to_constants(
                    sess, graph_def, _names(output_node_names),
                    _names(variable_names_whitelist) if variable_names_whitelist else None,
                    _names(variable_names_blacklist) if variable_names_blacklist else None,
                )  # fmt: skip
            if output_graph:
                graph_io.write_whole(output_graph, graph_io.message_bytes(frozen, as_text=False))
            return frozen
        return freeze_graph_with_def_protos(
            graph_def, saver_def, input_checkpoint, output_node_names, restore_op_name, filename_tensor_name, output_graph,
            clear_devices, initializer_nodes, variable_names_whitelist, variable_names_blacklist, meta_graph_def,
            checkpoint_version=checkpoint_version,
        )  # fmt: skip


def main(argv=None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="freeze_graph", description="Turns a graph's variables into constants.")

    def boolean(text):
        return text.lower() == "true"

    for name, default in (
        ("input_graph", ""), ("input_saver", ""), ("input_checkpoint", ""), ("output_graph", ""), ("output_node_names", ""),
        ("restore_op_name", "save/restore_all"), ("filename_tensor_name", "save/Const:0"), ("initializer_nodes", ""),
        ("variable_names_whitelist", ""), ("variable_names_blacklist", ""), ("input_meta_graph", ""),
        ("input_saved_model_dir", ""), ("saved_model_tags", tag_constants.SERVING),
    ):  # fmt: skip
        parser.add_argument("--" + name, default=default)
    parser.add_argument("--checkpoint_version", type=int, default=2, choices=(1, 2))
    parser.add_argument("--input_binary", nargs="?", const=True, type=boolean, default=False)
    parser.add_argument("--clear_devices", nargs="?", const=True, type=boolean, default=True)
    frozen = freeze_graph(**vars(parser.parse_args(argv)))
    print(f"{len(frozen.node)} ops in the final graph.")


if __name__ == "__main__":
    main()
