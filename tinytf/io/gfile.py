"""tf.io.gfile: files and folders, under their newer names."""

from __future__ import annotations

from tinytf import file_io
from tinytf.file_io import FileIO as GFile  # noqa: F401
from tinytf.file_io import copy, rename, stat  # noqa: F401
from tinytf.file_io import create_dir as mkdir  # noqa: F401
from tinytf.file_io import delete_file as remove  # noqa: F401
from tinytf.file_io import delete_recursively as rmtree  # noqa: F401
from tinytf.file_io import file_exists as exists  # noqa: F401
from tinytf.file_io import get_matching_files as glob  # noqa: F401
from tinytf.file_io import is_directory as isdir  # noqa: F401
from tinytf.file_io import list_directory as listdir  # noqa: F401
from tinytf.file_io import recursive_create_dir as makedirs  # noqa: F401


def walk(top, topdown: bool = True, onerror=None):
    """As tf.gfile.Walk. `onerror` is called with the error if `top` is no folder."""
    if onerror is not None:
        try:
            file_io.list_directory(top)
        except Exception as error:  # noqa: BLE001  (handed on, not hidden)
            onerror(error)
            return iter(())
    return file_io.walk(top, in_order=topdown)
