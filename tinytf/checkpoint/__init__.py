"""Checkpoint files of TensorFlow, read and written without it: usable alone, knows nothing of graphs.

    from tinytf import checkpoint
    checkpoint.save("save/model.ckpt", {"v1": np.zeros([1, 2], np.float32)})
    checkpoint.load("save/model.ckpt")["v1"]

The layers, one a file, each with its bytes drawn on top:

    coding      varints, fixed numbers, ordered code
    crc32c      the checksum, at memory speed
    snappy      the compression of TensorFlow 2's indexes
    table, table_builder                sorted keys and values in blocks
    slices, elements                    parts of tensors; their types and bytes
    v1_values, v1_entry, v1_writer, v1_reader     format V1: one table that holds everything
    cpp_sort    the order in which TensorFlow takes names into it
    v2_files, v2_entry, v2_writer, v2_bulk, v2_reader, v2_merge     format V2: an index and data files
    files       temporaries, fsync, renames, locks, mapped reading
    reader, writer                      either format
    state       the file `checkpoint`
"""

from __future__ import annotations

from tinytf.checkpoint.reader import (
    Checkpoint,
    CheckpointReader,
    NewCheckpointReader,
    list_variables,
    load,
    load_checkpoint,
    load_variable,
    object_graph_keys,
    open_checkpoint,
    read_tensors,
)
from tinytf.checkpoint.state import (
    checkpoint_exists,
    generate_checkpoint_state_proto,
    get_checkpoint_mtimes,
    get_checkpoint_state,
    latest_checkpoint,
    meta_graph_filename,
    remove_checkpoint,
    update_checkpoint_state,
)
from tinytf.checkpoint.v2_merge import merge_v2_checkpoints
from tinytf.checkpoint.writer import bundle_writer, save, slice_writer

__all__ = [
    "Checkpoint",
    "CheckpointReader",
    "NewCheckpointReader",
    "bundle_writer",
    "checkpoint_exists",
    "generate_checkpoint_state_proto",
    "get_checkpoint_mtimes",
    "get_checkpoint_state",
    "latest_checkpoint",
    "list_variables",
    "load",
    "load_checkpoint",
    "load_variable",
    "merge_v2_checkpoints",
    "meta_graph_filename",
    "object_graph_keys",
    "open_checkpoint",
    "read_tensors",
    "remove_checkpoint",
    "save",
    "slice_writer",
    "update_checkpoint_state",
]
