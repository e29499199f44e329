"""V2: joins bundles that were saved apart (one a device, "sharded") into one checkpoint.

The data files are not copied: they are renamed to the shards of the new name, and a new index says
where each tensor lies now.  A tensor saved in slices may have slices in several bundles.

While the parts are being written they lie in a folder `PREFIX_temp_<32 hex digits>/`, which the
process that makes it marks and locks, so that the next save can tell a dead one's and remove it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil

from tinytf import errors, protos
from tinytf.checkpoint import files, slices, v2_entry, v2_files
from tinytf.checkpoint.v2_reader import BundleReader
from tinytf.checkpoint.v2_writer import write_index

_SHARD_FOLDER = re.compile(r"_temp_[0-9a-f]{32}$")
_OURS = re.compile(r"_temp_[0-9a-f]{32}(\.tinytf-[0-9a-f]{16})?")
_MARK = ".tinytf"
_held: dict = {}  # folder -> descriptor that holds its lock


def merge_v2_checkpoints(prefixes, destination: str, delete_old_dirs: bool = True) -> None:
    """Makes one checkpoint of several; they are gone afterwards.  Follows the op MergeV2Checkpoints of TF 1.15.

    Args:
      prefixes: names of the bundles, in the order of their shards.
      destination: the name of the whole; its folder is created.
      delete_old_dirs: whether the folders of the parts are removed where nothing else is left in them.

    Raises InvalidArgumentError where two bundles hold the same tensor or do not go together.
    """
    prefixes = [files.local_path(p) for p in prefixes]
    destination = files.local_path(destination)
    folder = files.folder_of(destination)
    files.make_folder(folder)
    files.remove_leftovers(destination + ".")
    merged: dict = {}
    shard_of: dict = {}  # data file -> its number in the whole
    first = None
    old_data = []
    for prefix in prefixes:
        bundle = BundleReader(prefix)
        header = bundle.header
        if first is None:
            first = header
        elif header.endianness != first.endianness:
            raise errors.InvalidArgumentError(
                None, None, "Merging bundles with conflicting endianness; inputs corrupted?"
            )
        elif header.version != first.version:
            raise errors.InvalidArgumentError(
                None, None, f"Merging bundles with different format versions: merged {first.version} vs. curr {header.version}"
            )
        old_data += [v2_files.data_name(prefix, i, header.num_shards) for i in range(min(header.num_shards, 1 << 16))]
        for key, value in bundle.scan().items():
            bundle.entry(key)  # raises where it is malformed
            entry = protos.BundleEntryProto.FromString(value)
            before = merged.get(key)
            if before is not None:
                _merge_slices(before, entry, key, prefix)
                continue
            path = v2_files.data_name(prefix, entry.shard_id, header.num_shards)
            entry.shard_id = shard_of.setdefault(path, len(shard_of))
            merged[key] = entry
    if first is None:
        raise errors.InvalidArgumentError(None, None, "Input checkpoint_prefixes should have at least 1 element")
    out = files.OutputFile(v2_files.index_name(destination))
    try:
        encoded = {key: entry.SerializeToString() for key, entry in merged.items()}
        write_index(out, v2_entry.encode_header(max(1, len(shard_of)), first.endianness, first.version), encoded)
        moves = [(path, v2_files.data_name(destination, i, len(shard_of))) for path, i in shard_of.items()]
        v2_files.replace(destination, moves, out.temporary)
        out.close()
    finally:
        out.discard()  # has no effect on what was put in place
    moved = {target for _, target in moves}
    for path in [v2_files.index_name(prefix) for prefix in prefixes] + old_data:  # data of parts without tensors
        if path not in moved and path != v2_files.index_name(destination):
            with contextlib.suppress(OSError):
                os.unlink(path)
    if delete_old_dirs:
        for old in {files.folder_of(prefix) for prefix in prefixes} - {folder}:
            if not release_folder(old):
                with contextlib.suppress(OSError):
                    os.rmdir(old)


def _merge_slices(before, entry, key: bytes, prefix: str) -> None:
    if not before.slices:
        raise errors.InvalidArgumentError(
            None, None, f"Duplicate tensor keyed by {v2_entry.show(key)} encountered, when merging prefix: {prefix}"
        )
    if not entry.slices:
        raise errors.InternalError(
            None, None, f"Duplicate tensor keyed by {v2_entry.show(key)}; attempting to merge in a non-slice bundle entry"
        )
    if entry.dtype != before.dtype or entry.shape != before.shape:
        raise errors.InvalidArgumentError(
            None, None, f"the slices of tensor {slices.name_text(key)} have another dtype or shape in prefix: {prefix}"
        )
    before.slices.extend(entry.slices)


def claim_folder(folder: str) -> None:
    """Makes a folder for parts, marks it as this process's, and removes those of dead ones for the same checkpoint."""
    if files.fcntl is None or folder in _held or not _SHARD_FOLDER.search(folder):
        return
    _remove_dead(_SHARD_FOLDER.sub("", folder))
    files.make_folder(files.folder_of(folder))
    # Made under another name, so that it never stands there without its mark.
    new = folder + ".tinytf-" + os.urandom(8).hex()
    fd = -1
    try:
        os.mkdir(new)
        fd = os.open(os.path.join(new, _MARK), os.O_RDWR | os.O_CREAT, 0o666)
        with contextlib.suppress(OSError):  # a file system without locks
            files.fcntl.flock(fd, files.fcntl.LOCK_EX | files.fcntl.LOCK_NB)
        os.rename(new, folder)
        _held[folder] = fd
    except OSError as e:
        if fd >= 0:
            os.close(fd)
        shutil.rmtree(new, ignore_errors=True)
        if not os.path.isdir(folder):  # else another process of the same job was first
            raise files.typed(e, folder) from None


def release_folder(folder: str) -> bool:
    """Removes a folder that this process had claimed; False where it had not, or something is left in it."""
    fd = _held.pop(folder, None)
    if fd is None:
        return False
    try:
        if os.listdir(folder) == [_MARK]:
            _remove_folder(folder)
            return True
        os.unlink(os.path.join(folder, _MARK))
    except OSError:
        pass
    finally:
        os.close(fd)
    return False


def _remove_dead(prefix: str) -> None:
    parent, base = files.folder_of(prefix), os.path.basename(prefix)
    with contextlib.suppress(OSError):
        for name in os.listdir(parent):
            folder = os.path.join(parent, name)
            if not name.startswith(base) or not _OURS.fullmatch(name[len(base) :]) or folder in _held:
                continue
            mark = os.path.join(folder, _MARK)
            if not os.path.exists(mark):  # TensorFlow's own, or one that its maker did not come to mark
                if ".tinytf-" in name:
                    with contextlib.suppress(OSError):
                        os.rmdir(folder)
                continue
            with contextlib.suppress(OSError):  # locked: alive
                fd = os.open(mark, os.O_RDWR)
                try:
                    files.fcntl.flock(fd, files.fcntl.LOCK_EX | files.fcntl.LOCK_NB)
                    _remove_folder(folder)
                finally:
                    os.close(fd)


def _remove_folder(folder: str) -> None:
    # The mark last: a folder that loses it before it is gone would never be removed.
    for name in os.listdir(folder):
        if name != _MARK:
            os.unlink(os.path.join(folder, name))
    gone = folder + ".tinytf-" + os.urandom(8).hex()
    os.rename(folder, gone)
    os.unlink(os.path.join(gone, _MARK))
    os.rmdir(gone)
