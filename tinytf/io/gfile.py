"""tf.io.gfile: files and folders, under their newer names."""

from __future__ import annotations

from tinytf import file_io
from tinytf.file_io import FileIO as GFile  # noqa: F401


def exists(path) -> bool:
    """Whether there is a file or folder of this name."""
    return file_io.file_exists(path)


def remove(path) -> None:
    """Deletes a file. NotFoundError without one."""
    file_io.delete_file(path)


def glob(pattern) -> list:
    """The files and folders that a pattern, or a list of them, names."""
    return file_io.get_matching_files(pattern)


def mkdir(path) -> None:
    """Makes a folder. NotFoundError if the one above it is not there."""
    file_io.create_dir(path)


def makedirs(path) -> None:
    """Makes a folder and those above it."""
    file_io.recursive_create_dir(path)


def copy(src, dst, overwrite: bool = False) -> None:
    """Copies a file. AlreadyExistsError if there is one at `dst` and `overwrite` is False."""
    file_io.copy(src, dst, overwrite)


def rename(src, dst, overwrite: bool = False) -> None:
    """Renames or moves a file or folder. AlreadyExistsError if there is one at `dst` and `overwrite` is False."""
    file_io.rename(src, dst, overwrite)


def rmtree(path) -> None:
    """Deletes a folder with all that is in it."""
    file_io.delete_recursively(path)


def isdir(path) -> bool:
    """Whether this is a folder."""
    return file_io.is_directory(path)


def listdir(path) -> list:
    """The names of what is in a folder. NotFoundError if it is none."""
    return file_io.list_directory(path)


def stat(path):
    """Size, time of change and kind. NotFoundError if it is not there."""
    return file_io.stat(path)


def walk(top, topdown: bool = True, onerror=None):
    """As tf.gfile.Walk. `onerror` is called with the error if `top` is no folder."""
    if onerror is not None:
        try:
            file_io.list_directory(top)
        except Exception as error:  # noqa: BLE001  (handed on, not hidden)
            onerror(error)
            return iter(())
    return file_io.walk(top, in_order=topdown)


# Their names in TensorFlow's file_io, which has functions of the plain names, too.
copy_v2, rename_v2, stat_v2, walk_v2 = copy, rename, stat, walk
