"""What one does with checkpoints on the command line:

    python -m tinytf.tools inspect  PREFIX [NAME …]        names, dtypes and shapes; the values of those named
    python -m tinytf.tools explain  FILE …                 what a file is, and its bytes with their meaning
    python -m tinytf.tools diff     PREFIX PREFIX          what differs between two checkpoints
    python -m tinytf.tools rename   PREFIX NEW OLD=NEW …   a copy with other names (NEW may be empty: a prefix goes)
    python -m tinytf.tools convert  SOURCE TARGET          V1, V2 and .npz into each other

PREFIX is what the files of a checkpoint begin with, e.g. save/model.ckpt.
"""

from __future__ import annotations

import argparse
import os
import sys
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np

from tinytf import checkpoint, errors
from tinytf.checkpoint import files


def inspect(prefix: str, names: list) -> list:
    """A line for each tensor, or the values of those that are named."""
    weights = checkpoint.load(prefix)
    if names:
        return [line for name in names for line in (f"{name}:", str(_get(weights, name)))]
    lines = [f"{name}  {weights.dtype(name).name}  {list(weights.shape(name))}" for name in weights]
    total = sum(int(np.prod(weights.shape(name), dtype=np.int64)) for name in weights)
    return [*lines, f"{len(weights)} tensors, {total} elements, format {weights.format}"]


def _get(weights, name: str):
    if name not in weights:
        import difflib

        near = difflib.get_close_matches(name, list(weights), 3, 0.5)
        raise errors.NotFoundError(None, None, f"Key {name} not found in checkpoint" + (f"; near it: {', '.join(near)}" if near else ""))
    return weights[name]


_KINDS = {
    ".index": "the index of a V2 checkpoint: for each tensor its dtype, its shape and its place in the data file",
    ".meta": "a MetaGraphDef: the graph and its collections; tf.train.import_meta_graph reads it",
    ".npz": "NumPy's archive of arrays",
}


def explain(path: str) -> list:
    """What a file is; for the files of the two formats, their bytes with their meaning."""
    from tinytf.tools.annotate import annotate

    name = os.path.basename(path)
    if name == "checkpoint":
        with files.open_to_read(path) as file:
            lines = file.read().decode("utf-8", "replace").splitlines()
        return [f"{path}: a CheckpointState: the latest checkpoint of the folder and those that are kept", *lines]
    if ".data-" in name:
        return [f"{path}: the numbers of a V2 checkpoint, tensor after tensor (shard {name.rsplit('.data-')[1].replace('-of-', ' of ')})", *annotate(path)]
    for suffix, meaning in _KINDS.items():
        if name.endswith(suffix):
            return [f"{path}: {meaning}", *(annotate(path) if suffix == ".index" else ())]
    return [f"{path}: a V1 checkpoint: index and numbers in one table", *annotate(path)]


def diff(one: str, other: str) -> list:
    """A line for each tensor that is missing on one side or differs."""
    a, b = checkpoint.load(one), checkpoint.load(other)
    lines = []
    for name in sorted({*a, *b}):
        if name not in a or name not in b:
            lines.append(f"{name}: only in {one if name in a else other}")
        elif a.dtype(name) != b.dtype(name) or a.shape(name) != b.shape(name):
            lines.append(f"{name}: {a.dtype(name).name} {list(a.shape(name))} against {b.dtype(name).name} {list(b.shape(name))}")
        elif a[name].tobytes() != b[name].tobytes() if a[name].dtype != object else a[name].tolist() != b[name].tolist():
            lines.append(f"{name}: " + _difference(a[name], b[name]))
    return lines


def _difference(x, y) -> str:
    if x.dtype.kind not in "biufc":
        return "values differ"
    differ = x != y
    largest = np.max(np.abs(x[differ].astype(complex) - y[differ].astype(complex))) if differ.any() else 0
    return f"{int(differ.sum())} of {x.size} elements differ, by at most {largest:.6g}"


def rename(source: str, target: str, rules: list) -> list:
    """Copies a checkpoint; each rule `old=new` replaces the beginning of names (or whole names)."""
    pairs = [rule.partition("=")[::2] for rule in rules]
    weights = checkpoint.load(source)
    renamed: dict = {}
    lines = []
    for name in weights:
        new = next((to + name[len(old) :] for old, to in pairs if name.startswith(old)), name)
        if new in renamed or not new:
            raise errors.InvalidArgumentError(None, None, f"two tensors would be called '{new}'" if new else f"'{name}' would have no name")
        renamed[new] = weights[name]
        if new != name:
            lines.append(f"{name} -> {new}")
    checkpoint.save(target, renamed, 1 if weights.format == "V1" else 2)
    return lines


def _read_npz(path: str) -> dict:
    """The arrays of an .npz file; DataLossError where it is none."""
    with files.open_to_read(path) as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, MemoryError, AttributeError) as error:
            raise errors.DataLossError(None, None, f"{path} is no .npz file that can be read: {error}") from None


def convert(source: str, target: str, version: int) -> list:
    """Reads a checkpoint or an .npz and writes the other; `version` is that of a checkpoint."""
    weights: Mapping
    if source.endswith(".npz"):
        weights = _read_npz(source)
    else:
        weights = checkpoint.load(source)
    if target.endswith(".npz"):
        texts = [name for name in weights if weights[name].dtype == object]
        if texts:
            raise errors.UnimplementedError(None, None, f"an .npz holds no string tensors: {', '.join(texts)}")
        arrays: dict = {name: weights[name] for name in weights}
        np.savez(target, **arrays)
    else:
        checkpoint.save(target, dict(weights.items()), version)
    return [f"{len(weights)} tensors in {target}"]


def main(argv=None) -> int:
    """The command line; 0 where all went well, 1 for an error (and for `diff` where something differs)."""
    parser = argparse.ArgumentParser(prog="python -m tinytf.tools", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("inspect")
    command.add_argument("prefix")
    command.add_argument("names", nargs="*")
    commands.add_parser("explain").add_argument("files", nargs="+")
    command = commands.add_parser("diff")
    command.add_argument("one")
    command.add_argument("other")
    command = commands.add_parser("rename")
    command.add_argument("source")
    command.add_argument("target")
    command.add_argument("rules", nargs="+", metavar="OLD=NEW")
    command = commands.add_parser("convert")
    command.add_argument("source")
    command.add_argument("target")
    command.add_argument("--version", type=int, choices=(1, 2), default=2)
    options = parser.parse_args(argv)
    try:
        if options.command == "inspect":
            lines = inspect(options.prefix, options.names)
        elif options.command == "explain":
            lines = [line for path in options.files for line in explain(path)]
        elif options.command == "diff":
            lines = diff(options.one, options.other)
        elif options.command == "rename":
            if any("=" not in rule for rule in options.rules):
                parser.error("a rule is OLD=NEW")
            lines = rename(options.source, options.target, options.rules)
        else:
            lines = convert(options.source, options.target, options.version)
    except (OSError, errors.OpError) as error:
        print(error, file=sys.stderr)
        return 1
    for line in lines:
        print(line.rstrip())
    return int(options.command == "diff" and bool(lines))


if __name__ == "__main__":
    raise SystemExit(main())
