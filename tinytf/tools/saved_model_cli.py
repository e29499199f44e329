"""`saved_model_cli`: shows, runs and scans SavedModels.

    python -m tinytf.tools.saved_model_cli show --dir model [--tag_set serve [--signature_def serving_default]] [--all]
    python -m tinytf.tools.saved_model_cli run  --dir model --tag_set serve --signature_def serving_default \\
        --input_exprs 'x=np.ones((2, 2))' [--outdir out]
    python -m tinytf.tools.saved_model_cli scan --dir model

Prints what `tensorflow.python.tools.saved_model_cli` of TF 1.15 prints.
"""

from __future__ import annotations

import argparse
import ast
import os
import re

import numpy as np

from tinytf import protos
from tinytf.graph.graph import Graph
from tinytf.graph.trust import FORBIDDEN
from tinytf.run.session import Session
from tinytf.saved_model import loader
from tinytf.tools import saved_model_utils

# Ops that reach out of the graph: what `scan` reports, beside those that tinytf never runs from a file.
_OP_BLACKLIST = frozenset(["WriteFile", "ReadFile", "PrintV2"])


def _show_tag_sets(saved_model_dir) -> None:
    print("The given SavedModel contains the following tag-sets:")
    for tags in sorted(saved_model_utils.get_saved_model_tag_sets(saved_model_dir)):
        print(", ".join(sorted(tags)))


def get_signature_def_map(saved_model_dir, tag_set):
    """{key: SignatureDef} of the graph with these tags."""
    return saved_model_utils.get_meta_graph_def(saved_model_dir, tag_set).signature_def


def _show_signature_def_map_keys(saved_model_dir, tag_set) -> None:
    signatures = get_signature_def_map(saved_model_dir, tag_set)
    print("The given SavedModel MetaGraphDef contains SignatureDefs with the following keys:")
    for key in sorted(signatures):
        print(f'SignatureDef key: "{key}"')


def _show_inputs_outputs(signature, indent: int = 0) -> None:
    margin = "  " * indent
    for what, infos in (("input", signature.inputs), ("output", signature.outputs)):
        print(f"{margin}The given SavedModel SignatureDef contains the following {what}(s):")
        for key in sorted(infos):
            print(f"{margin}  {what}s['{key}'] tensor_info:")
            _print_tensor_info(infos[key], margin + "  ")
    print(f"{margin}Method name is: {signature.method_name}")


def _print_tensor_info(info, margin: str) -> None:
    shape = "unknown_rank" if info.tensor_shape.unknown_rank else "(" + ", ".join(str(d.size) for d in info.tensor_shape.dim) + ")"
    for name, value in (("dtype", protos.DataType.Name(info.dtype)), ("shape", shape), ("name", info.name)):
        print(f"{margin}    {name}: {value}")


def _show_all(saved_model_dir) -> None:
    for meta_graph_def in sorted(saved_model_utils.read_saved_model(saved_model_dir).meta_graphs, key=lambda m: list(m.meta_info_def.tags)):
        print(f"\nMetaGraphDef with tag-set: '{', '.join(meta_graph_def.meta_info_def.tags)}' contains the following SignatureDefs:")
        for key in sorted(meta_graph_def.signature_def):
            print(f"\nsignature_def['{key}']:")
            _show_inputs_outputs(meta_graph_def.signature_def[key], indent=1)


def scan_meta_graph_def(meta_graph_def) -> None:
    """Prints the ops of a graph that reach out of it: files, sockets, Python."""
    used = {node.op for node in meta_graph_def.graph_def.node}
    used.update(node.op for function in meta_graph_def.graph_def.library.function for node in function.node_def)
    found = used & (_OP_BLACKLIST | FORBIDDEN)
    tags = list(meta_graph_def.meta_info_def.tags)
    if found:
        print(f"MetaGraph with tag set {tags} contains the following blacklisted ops: {found}")
    else:
        print(f"MetaGraph with tag set {tags} does not contain blacklisted ops.")


# Running ------------------------------------------------------------------------------------------


def run_saved_model_with_feed_dict(
    saved_model_dir, tag_set, signature_def_key, input_tensor_key_feed_dict, outdir, overwrite_flag
) -> None:
    """Runs one signature on arrays by its input keys; prints its outputs, or writes them to `outdir` as .npy files too.

    ValueError for a key that the signature has not, RuntimeError where a file is there and must not be replaced.
    """
    meta_graph_def = saved_model_utils.get_meta_graph_def(saved_model_dir, tag_set)
    signature = meta_graph_def.signature_def[signature_def_key]
    for key in input_tensor_key_feed_dict:
        if key not in signature.inputs:
            known = '", "'.join(signature.inputs)
            raise ValueError(f'"{key}" is not a valid input key. Please choose from "{known}", or use --show option.')
    feeds = {signature.inputs[key].name: value for key, value in input_tensor_key_feed_dict.items()}
    keys = sorted(signature.outputs)
    with Session(graph=Graph()) as sess:
        loader.load(sess, tag_set.split(","), saved_model_dir)
        results = sess.run([signature.outputs[key].name for key in keys], feed_dict=feeds)
    for key, result in zip(keys, results):
        print(f"Result for output key {key}:\n{result}")
        if outdir:
            os.makedirs(outdir, exist_ok=True)
            path = os.path.join(outdir, key + ".npy")
            if not overwrite_flag and os.path.exists(path):
                raise RuntimeError(f'Output file {path} already exists. Add "--overwrite" to overwrite the existing output files.')
            np.save(path, result)
            print(f"Output {key} is saved to {path}")


def _items(text: str) -> list:
    return [item for item in text.split(";") if item]


def preprocess_inputs_arg_string(inputs_str) -> dict:
    """{input key: (file name, name in the file or None)} of 'x=a.npy;y=b.npz[name]'."""
    found: dict = {}
    for item in _items(inputs_str):
        match = re.match(r"([^=]+)=([^\[\]]+)\[([^\[\]]+)\]$", item)
        if match:
            found[match.group(1)] = match.group(2), match.group(3)
            continue
        match = re.match(r"([^=]+)=([^\[\]]+)$", item)
        if not match:
            raise RuntimeError(
                f'--inputs "{item}" format is incorrect. Please follow"<input_key>=<filename>", or"<input_key>=<filename>[<variable_name>]"'
            )
        found[match.group(1)] = match.group(2), None
    return found


def _key_and_value(item: str, option: str) -> list:
    if "=" not in item:
        raise RuntimeError(f'--{option} "{item}" format is incorrect. Please follow"<input_key>=<python expression>"')
    return item.split("=", 1)


def preprocess_input_exprs_arg_string(input_exprs_str) -> dict:
    """{input key: value} of 'x=np.ones((2, 2))': Python of the one who types the command, with numpy as np."""
    found = {}
    for item in _items(input_exprs_str):
        key, expression = _key_and_value(item, "input_exprs")
        found[key] = eval(expression, {"np": np, "numpy": np})  # noqa: S307
    return found


def preprocess_input_examples_arg_string(input_examples_str) -> dict:
    """{input key: list of serialized Examples} of 'x=[{"a": [1.0, 2.0]}]'."""
    found = {}
    for item in _items(input_examples_str):
        key, text = _key_and_value(item, "input_examples")
        examples = ast.literal_eval(text)
        if not isinstance(examples, list):
            raise ValueError(f'tf.Example input must be a list of dictionaries, but "{examples}" is {type(examples)}')
        found[key] = [_create_example_string(example) for example in examples]
    return found


def _create_example_string(values: dict) -> bytes:
    example = protos.Example()
    for name, items in values.items():
        if not isinstance(items, list):
            raise ValueError(f'feature value must be a list, but {name}: "{items}" is {type(items)}')
        feature = example.features.feature[name]
        if isinstance(items[0], float):
            feature.float_list.value.extend(items)
        elif isinstance(items[0], (str, bytes)):
            feature.bytes_list.value.extend([i.encode() if isinstance(i, str) else i for i in items])
        elif isinstance(items[0], int):
            feature.int64_list.value.extend(items)
        else:
            raise ValueError(f"Type {type(items[0])} for value {items[0]} is not supported for tf.train.Feature.")
    return example.SerializeToString()


def load_inputs_from_input_arg_string(inputs_str, input_exprs_str, input_examples_str) -> dict:
    """{input key: array} of all three options.  RuntimeError for a name that is not in the file, or too many in it."""
    found = {}
    for key, (filename, name) in preprocess_inputs_arg_string(inputs_str).items():
        try:
            data = np.load(filename)  # never unpickles: what a pickle may do is more than hold numbers
        except ValueError as error:
            raise ValueError(f"'{filename}' is no .npy or .npz file of numbers; tinytf reads no pickles. Use np.save. ({error})") from error
        if isinstance(data, np.ndarray):
            if name:
                print(f'Input file {filename} contains a single ndarray. Name key "{name}" ignored.')
            found[key] = data
        elif name:
            if name not in data:
                raise RuntimeError(f'Input file {filename} does not contain variable with name "{name}".')
            found[key] = data[name]
        elif len(data.files) != 1:
            raise RuntimeError(
                f"Input file {filename} contains more than one ndarrays. Please specify the name of ndarray to use."
            )
        else:
            found[key] = data[data.files[0]]
    given = {**preprocess_input_exprs_arg_string(input_exprs_str), **preprocess_input_examples_arg_string(input_examples_str)}
    for key, value in given.items():
        if key in found:
            print(f'input_key {key} has been specified more than once. Will use the value of the last one.')
        found[key] = value
    return found


# The command --------------------------------------------------------------------------------------


def show(args) -> None:
    """`show`: everything, the tag sets, the keys of one graph's signatures, or one signature."""
    if args.all:
        _show_all(args.dir)
    elif args.tag_set is None:
        _show_tag_sets(args.dir)
    elif args.signature_def is None:
        _show_signature_def_map_keys(args.dir, args.tag_set)
    else:
        _show_inputs_outputs(get_signature_def_map(args.dir, args.tag_set)[args.signature_def])


def run(args) -> None:
    """`run`: one signature; AttributeError where no input is given."""
    if not args.inputs and not args.input_exprs and not args.input_examples:
        raise AttributeError("At least one of --inputs, --input_exprs or --input_examples must be required")
    feeds = load_inputs_from_input_arg_string(args.inputs, args.input_exprs, args.input_examples)
    run_saved_model_with_feed_dict(args.dir, args.tag_set, args.signature_def, feeds, args.outdir, args.overwrite)


def scan(args) -> None:
    """`scan`: the ops that reach out of the graph, of one graph or of all."""
    if args.tag_set:
        scan_meta_graph_def(saved_model_utils.get_meta_graph_def(args.dir, args.tag_set))
    else:
        for meta_graph_def in saved_model_utils.read_saved_model(args.dir).meta_graphs:
            scan_meta_graph_def(meta_graph_def)


def create_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="saved_model_cli", description="saved_model_cli: Command-line interface for SavedModel")
    commands = parser.add_subparsers(title="commands", dest="command", required=True)

    def command(name, function, text):
        sub = commands.add_parser(name, description=text, help=text)
        sub.add_argument("--dir", type=str, required=True, help="directory containing the SavedModel")
        sub.set_defaults(func=function)
        return sub

    sub = command("show", show, "Shows tag sets, signatures, inputs and outputs.")
    sub.add_argument("--all", action="store_true", help="if set, will output all information in given SavedModel")
    sub.add_argument("--tag_set", type=str, default=None, help="tag-set of graph in SavedModel to show, separated by ','")
    sub.add_argument("--signature_def", type=str, default=None, metavar="SIGNATURE_DEF_KEY", help="key of SignatureDef to display")

    sub = command("run", run, "Runs a signature and prints or saves its outputs.")
    sub.add_argument("--tag_set", type=str, required=True, help="tag-set of graph in SavedModel to load, separated by ','")
    sub.add_argument("--signature_def", type=str, required=True, metavar="SIGNATURE_DEF_KEY", help="key of SignatureDef to run")
    sub.add_argument("--inputs", type=str, default="", help="'<input_key>=<file.npy>' or '<input_key>=<file.npz>[<name>]', separated by ';'")
    sub.add_argument("--input_exprs", type=str, default="", help="'<input_key>=<python expression>', separated by ';'; np is numpy")
    sub.add_argument("--input_examples", type=str, default="", help="'<input_key>=[{\"feature\": [value, ...]}, ...]', separated by ';'")
    sub.add_argument("--outdir", type=str, default=None, help="if specified, output tensor(s) will be saved to given directory")
    sub.add_argument("--overwrite", action="store_true", help="if set, output file will be overwritten if it already exists.")

    sub = command("scan", scan, "Scans for ops that read or write files or run Python.")
    sub.add_argument("--tag_set", type=str, default=None, help="tag-set of graph in SavedModel to scan, separated by ','")
    return parser


def main(argv=None) -> None:
    """The command."""
    args = create_parser().parse_args(argv)
    args.func(args)


if __name__ == "__main__":
    main()
