"""The file `checkpoint`: which checkpoints a folder holds, and which is the last.

It is a CheckpointState in protocol buffer text:

    model_checkpoint_path: "model.ckpt-200"
    all_model_checkpoint_paths: "model.ckpt-100"
    all_model_checkpoint_paths: "model.ckpt-200"

Paths are relative to the folder where the save path was relative, else absolute.  The file is
replaced atomically, and last of all files of a save, so that it never names what is not there.
"""

from __future__ import annotations

import logging
import os
import re

from google.protobuf import text_format

from tinytf import errors, protos
from tinytf.checkpoint import files, v2_files

_log = logging.getLogger("tensorflow")
_V2 = 2
_LARGEST = 8 << 20  # bytes of a state file
_LARGEST_TEXT = 1 << 20  # of one that takes the parser of all that protocol buffer text can be
_PLAIN = re.compile(
    r'(model_checkpoint_path|all_model_checkpoint_paths): "([^"\\\x00-\x1f]*)"'
    r"|(all_model_checkpoint_timestamps|last_preserved_timestamp): ([0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?)"
)


def _state_file(folder: str, latest_filename=None) -> str:
    return os.path.join(folder, latest_filename or "checkpoint")


def generate_checkpoint_state_proto(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
):
    """A CheckpointState whose relative paths are relative to `save_dir`.

    Args:
      all_model_checkpoint_paths: oldest first; the last should be `model_checkpoint_path`, and is added where it is not.

    Raises ValueError where there are timestamps, but not one a path.  Follows
    `tf.train.generate_checkpoint_state_proto` of TF 1.15.
    """
    paths = list(all_model_checkpoint_paths or [])
    if not paths or paths[-1] != model_checkpoint_path:
        _log.info("%s is not in all_model_checkpoint_paths. Manually adding it.", model_checkpoint_path)
        paths.append(model_checkpoint_path)
    if all_model_checkpoint_timestamps and len(all_model_checkpoint_timestamps) != len(paths):
        raise ValueError(
            f"Checkpoint timestamps, if provided, must match checkpoint paths (got paths {paths} and timestamps "
            f"{all_model_checkpoint_timestamps})"
        )
    if not os.path.isabs(save_dir):
        model_checkpoint_path, *paths = [
            p if os.path.isabs(p) else os.path.relpath(p, save_dir) for p in [model_checkpoint_path, *paths]
        ]
    return protos.CheckpointState(
        model_checkpoint_path=model_checkpoint_path,
        all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=all_model_checkpoint_timestamps,
        last_preserved_timestamp=last_preserved_timestamp,
    )


def update_checkpoint_state(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    latest_filename=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
    save_relative_paths=False,
) -> None:
    """Writes the file `checkpoint` of a folder.

    Args:
      save_relative_paths: write absolute paths relative to the folder, too.

    Raises RuntimeError where the checkpoint itself would be called `checkpoint`.  Follows
    `tf.train.update_checkpoint_state` of TF 1.15.
    """
    target = _state_file(save_dir, latest_filename)
    all_paths = all_model_checkpoint_paths
    if save_relative_paths:
        model_checkpoint_path, *all_paths = [
            os.path.relpath(p, save_dir) if os.path.isabs(p) else p for p in [model_checkpoint_path, *(all_paths or [])]
        ]
    state = generate_checkpoint_state_proto(
        save_dir, model_checkpoint_path, all_paths, all_model_checkpoint_timestamps, last_preserved_timestamp
    )
    if target == state.model_checkpoint_path:
        raise RuntimeError(
            f"Save path '{model_checkpoint_path}' conflicts with path used for checkpoint state.  "
            "Please use a different save path."
        )
    files.write_text(target, text_format.MessageToString(state, as_utf8=False))


def get_checkpoint_state(checkpoint_dir, latest_filename=None):
    """The CheckpointState in a folder with the folder put before relative paths, or None where there is none to read.

    A path that names no checkpoint, while one of the same base name lies beside the file, is replaced by that: the
    folder was moved.  Raises ValueError where the file names no checkpoint.  Follows `tf.train.get_checkpoint_state`.
    """
    folder = files.local_path(checkpoint_dir)
    path = _state_file(folder, latest_filename)
    try:
        if not os.path.exists(path):
            return None
        state = _parse(files.InputFile(path))
    except (errors.OpError, ValueError, text_format.ParseError) as e:
        _log.warning("%s: %s", type(e).__name__, e)
        _log.warning("%s: Checkpoint ignored", path)
        return None
    if not state.model_checkpoint_path:
        raise ValueError(f"Invalid checkpoint state loaded from {checkpoint_dir}")
    there = _names_in(folder)
    last = _found(state.model_checkpoint_path, folder, there)
    if os.path.isabs(state.model_checkpoint_path) and last != state.model_checkpoint_path:
        _log.info("%s is not there; using %s beside the checkpoint file", state.model_checkpoint_path, last)
    state.model_checkpoint_path = last
    state.all_model_checkpoint_paths[:] = [_found(p, folder, there) for p in state.all_model_checkpoint_paths]
    return state


def _parse(file: files.InputFile):
    """The CheckpointState that a file holds; DataLossError, ParseError or ValueError where it holds something else."""
    if file.size > _LARGEST:
        raise errors.DataLossError(None, None, f"it has {file.size} bytes, at most {_LARGEST} are read [file {file.path}]")
    text = bytes(file.read(0, file.size)).decode("utf-8")
    # A file may name thousands of checkpoints. What is written plainly, as nearly all is, needs no parser of all that can be.
    fields: dict = {}
    for line in text.split("\n"):
        plain = _PLAIN.fullmatch(line)
        name = plain and (plain.group(1) or plain.group(3))
        if plain is None and line or name in fields and not name.startswith("all_"):
            if file.size > _LARGEST_TEXT:
                raise errors.DataLossError(None, None, f"it is no list of paths, and has {file.size} bytes [file {file.path}]")
            return text_format.Merge(text, protos.CheckpointState())  # or its error, as where a path stands there twice
        if plain:
            value = float(plain.group(4)) if plain.group(1) is None else plain.group(2)
            if name.startswith("all_"):
                fields.setdefault(name, []).append(value)
            else:
                fields[name] = value
    return protos.CheckpointState(**fields)


def _names_in(folder: str) -> set:
    try:
        return set(os.listdir(folder or "."))
    except OSError:
        return set()


def _found(path: str, folder: str, there: set) -> str:
    """`path`, or the checkpoint of its base name among the files `there` in the folder, if that is one and `path` is none."""
    if not os.path.isabs(path):
        return os.path.join(folder, path)
    base = re.split(r"[/\\]", path)[-1]  # a backslash: the folder may come from another kind of machine
    if base not in there and v2_files.index_name(base) not in there and "?" not in base:
        return path
    sibling = os.path.join(folder, base)
    return sibling if not checkpoint_exists(path) and checkpoint_exists(sibling) else path


def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The path of the last checkpoint of a folder, or None.  Follows `tf.train.latest_checkpoint` of TF 1.15."""
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    if checkpoint_exists(state.model_checkpoint_path):
        return state.model_checkpoint_path
    _log.error("Couldn't match files for checkpoint %s", state.model_checkpoint_path)
    return None


def checkpoint_exists(checkpoint_prefix) -> bool:
    """Whether there is a checkpoint of this name, in either format.  Follows `tf.train.checkpoint_exists` of TF 1.15."""
    return bool(_identifying_files(checkpoint_prefix))


def get_checkpoint_mtimes(checkpoint_prefixes) -> list:
    """When each checkpoint that exists was written, in seconds.  Follows `tf.train.get_checkpoint_mtimes` of TF 1.15."""
    found = [_identifying_files(prefix) for prefix in checkpoint_prefixes]
    return [os.stat(paths[0]).st_mtime_ns / 1e9 for paths in found if paths]


def _identifying_files(prefix) -> list:
    prefix = files.local_path(prefix)
    return files.matching(v2_files.index_name(prefix)) or files.matching(prefix)


def remove_checkpoint(checkpoint_prefix, checkpoint_format_version=_V2, meta_graph_suffix="meta") -> None:
    """Removes the files of a checkpoint, and its graph.  Follows `tf.train.remove_checkpoint` of TF 1.15."""
    prefix = files.local_path(checkpoint_prefix)
    doomed = [meta_graph_filename(prefix, meta_graph_suffix)]
    if checkpoint_format_version == _V2:
        # The index first: without it nobody takes the rest for a checkpoint.
        data = prefix + ".data-?????-of-?????"
        doomed += [v2_files.index_name(prefix), v2_files.index_name(prefix) + v2_files.NEXT, data, data + v2_files.NEXT]
    else:
        doomed.append(prefix)
    for pattern in doomed:
        for path in files.matching(pattern):
            try:
                os.unlink(path)
            except FileNotFoundError:
                pass
            except OSError as e:
                raise files.typed(e, path) from None


def meta_graph_filename(checkpoint_filename: str, meta_graph_suffix: str = "meta") -> str:
    """The name of the graph's file that goes with a checkpoint: "m-7.meta" for "m-7" and for "m-7-?????-of-00002"."""
    return re.sub(r"-[\d\?]+-of-\d+$", "", checkpoint_filename) + "." + meta_graph_suffix


__all__ = [
    "checkpoint_exists",
    "generate_checkpoint_state_proto",
    "get_checkpoint_mtimes",
    "get_checkpoint_state",
    "latest_checkpoint",
    "meta_graph_filename",
    "remove_checkpoint",
    "update_checkpoint_state",
]
