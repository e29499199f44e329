"""V2: which files make a checkpoint, and how a new set takes the place of an old one.

    PREFIX.index                      a table: the header, and one entry a tensor
    PREFIX.data-00000-of-00001        the bytes of the tensors, one file a shard

No rename moves two files at once, so a set is replaced in steps that a reader can tell apart:

    1. PREFIX.data-… are written under temporary names, then the index; all are fsynced
    2. no PREFIX.index yet:  rename the data, then the index: until the last step there is no checkpoint
       otherwise:            rename to PREFIX.data-….next, then to PREFIX.index.next: from this moment on the new
                             set counts; then each `.next` moves to its place, the index last

Where PREFIX.index.next exists, it is the index, and a data file is its `.next` if that exists.  So at
every moment either the old set is whole or the new one is.  The next writer finishes what a
dead one began.  (TensorFlow itself knows no `.next`: it sees the old set until step 2, the new one after.)
"""

from __future__ import annotations

import os
import re

from tinytf import errors
from tinytf.checkpoint import files

NEXT = ".next"
_SHARD = re.compile(r"\.data-(\d{5,})-of-(\d{5,})$")


def index_name(prefix: str) -> str:
    """`PREFIX.index`."""
    return prefix + ".index"


def data_name(prefix: str, shard: int, shards: int) -> str:
    """`PREFIX.data-00000-of-00001`."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


def current_index(prefix: str) -> str:
    """The index that counts now."""
    path = index_name(prefix) + NEXT
    return path if os.path.exists(path) else index_name(prefix)


def current_data(prefix: str, shard: int, shards: int, index: str) -> str:
    """The data file that goes with `index` (as `current_index` gave it)."""
    path = data_name(prefix, shard, shards)
    return path + NEXT if index.endswith(NEXT) and os.path.exists(path + NEXT) else path


def exists(prefix: str) -> bool:
    """Whether there is a V2 checkpoint of this name."""
    return os.path.exists(index_name(prefix))


def replace(prefix: str, data: list, index: str) -> None:
    """Puts a finished set in its place.

    Args:
      data: (path now, final path) of every data file, fsynced.
      index: the path of the finished index now, fsynced.
    """
    folder = files.folder_of(prefix)
    target = index_name(prefix)
    with files.folder_lock(folder):
        finish_replacing(prefix)
        if not os.path.exists(target):
            for source, final in data:
                files.rename(source, final)
            files.sync_folder(folder)
            files.rename(index, target)
            files.sync_folder(folder)
            return
        for source, final in data:
            files.rename(source, final + NEXT)
        files.sync_folder(folder)
        files.rename(index, target + NEXT)
        files.sync_folder(folder)
        finish_replacing(prefix)


def finish_replacing(prefix: str) -> None:
    """Completes the renames that a writer of this prefix, now dead, had begun; removes what had not come to count."""
    folder = files.folder_of(prefix)
    base = os.path.basename(prefix)
    index_next = index_name(prefix) + NEXT
    waiting = []
    for name in os.listdir(folder):
        if name.endswith(NEXT) and name.startswith(base + ".data-") and _SHARD.search(name[: -len(NEXT)]):
            if _SHARD.sub("", name[: -len(NEXT)]) == base:
                waiting.append(os.path.join(folder, name))
    if not os.path.exists(index_next):
        for path in waiting:
            os.unlink(path)
        return
    for path in waiting:
        files.rename(path, path[: -len(NEXT)])
    files.sync_folder(folder)
    files.rename(index_next, index_name(prefix))
    files.sync_folder(folder)


def mistaken_for_prefix(path: str):
    """The prefix, where `path` is one of the files of a checkpoint rather than its name; else None."""
    for suffix in (r"\.index$", r"\.meta$", r"\.data-\d{5}-of-\d{5}$"):
        prefix = re.sub(suffix, "", path)
        if prefix != path and prefix and (exists(prefix) or suffix == r"\.meta$" and os.path.exists(prefix)):
            return prefix
    return None


def check_not_a_part(path: str) -> None:
    """Raises where a file of a checkpoint was given instead of the checkpoint's name, with the line to write."""
    prefix = mistaken_for_prefix(path)
    if prefix is not None:
        kind = "the graph (a MetaGraphDef)" if path.endswith(".meta") else "one of the files of a checkpoint"
        raise errors.DataLossError(
            None,
            None,
            f"Unable to open table file {path}: this is {kind}; the checkpoint is named by what its files begin with. "
            f'Write "{prefix}" instead of "{path}"',
        )
