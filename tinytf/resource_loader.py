"""tf.resource_loader: data files that lie beside a program."""

from __future__ import annotations

import os
import sys

from tinytf import file_io


def _folder_of_caller(depth):
    return os.path.dirname(os.path.abspath(sys._getframe(depth + 1).f_code.co_filename))


def load_resource(path) -> bytes:
    """The content of a file whose path begins at the folder of the tinytf package. OSError without it."""
    with open(os.path.join(get_root_dir_with_all_resources(), path), "rb") as f:
        return f.read()


def get_data_files_path() -> str:
    """The folder of the file that asks."""
    return _folder_of_caller(1)


def get_path_to_datafile(path) -> str:
    """`path` in the folder of the file that asks."""
    return os.path.join(_folder_of_caller(1), path)


def get_root_dir_with_all_resources() -> str:
    """The folder of the tinytf package."""
    return os.path.dirname(os.path.abspath(__file__))


def readahead_file_path(path, readahead="128M") -> str:
    """`path`: a hint for TensorFlow's file systems, which local files do not need."""
    return file_io.as_str_any(path)
