"""Writes checkpoints of either format: from a dict, and as the save ops do."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.checkpoint import cpp_sort, elements, files, slices, v2_merge
from tinytf.checkpoint.v1_writer import SliceWriter
from tinytf.checkpoint.v2_writer import BundleWriter


def save(path, tensors: dict, version: int = 2) -> str:
    """Saves arrays under a checkpoint's name; TensorFlow reads it.

    The folder is created.  The checkpoint appears whole or not at all: what was there under the name
    before stays until the new one is safely on disk.

    Args:
      path: what the files begin with, e.g. "save/model.ckpt".
      tensors: name -> array (or number, or nested list); str and bytes become string tensors.
      version: 1 or 2, the format.

    Returns `path`.  Raises ResourceExhaustedError (full disk), PermissionDeniedError, InvalidArgumentError.
    """
    names = list(tensors)
    write = {1: slice_writer, 2: bundle_writer}.get(version)
    if write is None:
        raise ValueError(f"version must be 1 or 2, not {version!r}")
    write(path, names, [""] * len(names), [tensors[name] for name in names])
    return files.local_path(path)


def bundle_writer(prefix, names, shape_and_slices, arrays) -> None:
    """What the op SaveV2 does: writes tensors, or parts of larger ones, as a V2 checkpoint.

    Args:
      prefix: the checkpoint's name.
      names: names of tensors, in the order of the file.
      shape_and_slices: for each "" (the array is all of it) or e.g. "4 10 0,2:-" (it is that part).
      arrays: the values.
    """
    prefix = files.local_path(prefix)
    v2_merge.claim_folder(files.folder_of(prefix))
    with BundleWriter(prefix, lambda: sum([elements.as_array(a).nbytes for a in arrays])) as writer:
        _add_all(writer, names, shape_and_slices, arrays)


def slice_writer(filename, names, shape_and_slices, arrays) -> None:
    """What the ops Save and SaveSlices do: as `bundle_writer`, but a V1 file."""
    # TensorFlow's V1 ops go through the names in order; it shows in the file's first entry.
    keys = [_name(name).encode("utf-8", "surrogateescape") for name in names]
    if len(set(keys)) < len(keys) or keys != sorted(keys):
        order = cpp_sort.sorted_places(keys)
        names, shape_and_slices, arrays = ([items[i] for i in order] for items in (names, shape_and_slices, arrays))
    with SliceWriter(files.local_path(filename)) as writer:
        _add_all(writer, names, shape_and_slices, arrays)


def _name(name) -> str:
    return name if isinstance(name, str) else slices.name_text(bytes(name))


def _add_all(writer, names, shape_and_slices, arrays) -> None:
    names = [name if type(name) is str else _name(name) for name in names]
    if not any(shape_and_slices):
        writer.add_many(names, arrays)
        return
    for name, spec, array in zip(names, shape_and_slices, arrays):
        spec = spec if isinstance(spec, str) else bytes(spec).decode()
        if not spec:
            writer.add(name, array)
            continue
        shape, extents = slices.parse_shape_and_slice(spec)
        if slices.shape_of(extents, shape) != np.shape(array):
            raise errors.InvalidArgumentError(
                None,
                None,
                "Slice in shape_and_slice specification does not match the shape of the tensor to  save: "
                f"{spec}, tensor: {slices.shape_string(np.shape(array))}",
            )
        writer.add_slice(name, shape, extents, array)
