"""`inspect_checkpoint`: prints what is in a checkpoint.

    python -m tinytf.tools.inspect_checkpoint --file_name=model.ckpt [--tensor_name=v1] [--all_tensors]

Follows `tensorflow.python.tools.inspect_checkpoint` of TF 1.15.
"""

from __future__ import annotations

import argparse
import re
import sys

import numpy as np

from tinytf.checkpoint import NewCheckpointReader


def _count_total_params(reader, count_exclude_pattern="") -> int:
    """How many numbers a checkpoint holds, without tensors whose names match the pattern."""
    shapes = reader.get_variable_to_shape_map()
    if count_exclude_pattern:
        out = {n: s for n, s in shapes.items() if re.search(count_exclude_pattern, n)}
        shapes = {n: s for n, s in shapes.items() if n not in out}
        params = sum(int(np.prod(s, dtype=np.int64)) for s in out.values())
        print(f"# Excluding {len(out)} tensors ({params} params) that match {count_exclude_pattern} when counting.")
    return sum(int(np.prod(s, dtype=np.int64)) for s in shapes.values())


def print_tensors_in_checkpoint_file(file_name, tensor_name, all_tensors, all_tensor_names=False, count_exclude_pattern=""):
    """Prints one tensor, all tensors, all names, or (where none is asked for) names, types and shapes."""
    try:
        reader = NewCheckpointReader(file_name)
        if all_tensors or all_tensor_names:
            for name in sorted(reader.get_variable_to_shape_map()):
                print("tensor_name: ", name)
                if all_tensors:
                    print(reader.get_tensor(name))
        elif not tensor_name:
            print(reader.debug_string().decode("utf-8"))
        else:
            print("tensor_name: ", tensor_name)
            print(reader.get_tensor(tensor_name))
        print("# Total number of params: %d" % _count_total_params(reader, count_exclude_pattern))
    except Exception as e:  # noqa: BLE001  (a command prints what is wrong)
        print(str(e))


def parse_numpy_printoption(kv_str: str) -> None:
    """Sets one option of `numpy.set_printoptions` from 'key=value'; ArgumentTypeError where there is none such."""
    key, equals, value = kv_str.partition("=")
    known: dict = dict(np.get_printoptions())
    if not equals:
        raise argparse.ArgumentTypeError(f"'{kv_str}' is not in the form k=v.")
    if key not in known:
        raise argparse.ArgumentTypeError(f"'{key}' is not a valid printoption.")
    kind = type(known[key])
    if known[key] is None:
        raise argparse.ArgumentTypeError(f"Setting '{key}' from the command line is not supported.")
    try:
        chosen: dict = {key: value.lower() == "true" if kind is bool else kind(value)}
        np.set_printoptions(**chosen)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main(argv=None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="inspect_checkpoint", description="Prints what is in a checkpoint.")

    def boolean(text):
        return text.lower() == "true"

    parser.add_argument("--file_name", default="", help="what the checkpoint's files begin with")
    parser.add_argument("--tensor_name", default="", help="the tensor to print")
    parser.add_argument("--count_exclude_pattern", default="", help="names to leave out of the count")
    parser.add_argument("--all_tensors", nargs="?", const=True, type=boolean, default=False, help="print all names and values")
    parser.add_argument("--all_tensor_names", nargs="?", const=True, type=boolean, default=False, help="print all names")
    parser.add_argument("--printoptions", nargs="*", default=(), help="k=v for numpy.set_printoptions")
    flags = parser.parse_args(argv)
    if not flags.file_name:
        parser.print_usage()
        sys.exit(1)
    try:
        for option in flags.printoptions:
            parse_numpy_printoption(option)
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    print_tensors_in_checkpoint_file(
        flags.file_name, flags.tensor_name, flags.all_tensors, flags.all_tensor_names, flags.count_exclude_pattern
    )


if __name__ == "__main__":
    main()
