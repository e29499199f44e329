"""Files as TensorFlow sees them: what tf.gfile, tf.io.gfile and tensorflow.python.lib.io.file_io are made of.

Names may begin with `file://`; other schemes raise UnimplementedError. Every failure is one of tf.errors.
"""

from __future__ import annotations

import collections
import contextlib
import fnmatch
import os
import re
import shutil

from tinytf import errors
from tinytf.checkpoint import files
from tinytf.compat import as_bytes, as_str_any

FileStatistics = collections.namedtuple("FileStatistics", ["length", "mtime_nsec", "is_directory"])
FileStatistics.__doc__ = "What stat() tells: bytes, time of the last change in nanoseconds, whether it is a folder."

_READABLE = ("r", "r+", "a+", "w+")
_WRITABLE = ("a", "w", "r+", "a+", "w+")


def _path(filename):
    return files.local_path(as_str_any(as_bytes(filename)))


@contextlib.contextmanager
def _typed_errors(path):
    try:
        yield
    except OSError as error:
        raise files.typed(error, path) from None


class FileIO:
    """A file that is opened when it is first read or written. Follows tf.gfile.GFile of TF 1.15.

    Modes are r, w, a, r+, w+, a+, each with an optional b; without it, text is UTF-8 and line ends stay as they are. The
    first write in r+ or w+ replaces the file's content, as it does in TensorFlow.
    """

    def __init__(self, name, mode: str = "r"):
        self._name = name
        self._mode = mode
        self._binary = "b" in mode
        plain = mode.replace("b", "")
        if plain not in ("r", "w", "a", "r+", "w+", "a+"):
            raise errors.InvalidArgumentError(None, None, "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'")
        self._may_read, self._may_write = plain in _READABLE, plain in _WRITABLE
        self._append = plain[0] == "a"
        self._reader = self._writer = None

    @property
    def name(self):
        """The name that it was made with."""
        return self._name

    @property
    def mode(self) -> str:
        """The mode that it was made with."""
        return self._mode

    def _open_to_read(self):
        if self._reader is None:
            if not self._may_read:
                raise errors.PermissionDeniedError(None, None, "File isn't open for reading")
            self._reader = self._open("rb")
        return self._reader

    def _open_to_write(self):
        if self._writer is None:
            if not self._may_write:
                raise errors.PermissionDeniedError(None, None, "File isn't open for writing")
            self._writer = self._open("ab" if self._append else "wb")
        return self._writer

    def _open(self, mode):
        path = _path(self._name)
        if mode == "rb":
            return files.open_to_read(path)
        with _typed_errors(path):
            return open(path, mode)

    def _decoded(self, data):
        return data if self._binary else data.decode("utf-8")

    def size(self) -> int:
        """How many bytes the file has now."""
        return stat(self._name).length

    def write(self, file_content) -> None:
        """Appends text or bytes."""
        writer = self._open_to_write()
        with _typed_errors(self._name):
            writer.write(as_bytes(file_content))

    def read(self, n: int = -1):
        """The next `n` bytes (decoded, in text mode), or the rest."""
        reader = self._open_to_read()
        with _typed_errors(self._name):
            return self._decoded(reader.read(n))

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> None:
        """Reading goes on at `offset` from the start (whence 0), here (1) or the end (2).

        OutOfRangeError past the end, InvalidArgumentError before the start.
        """
        reader = self._open_to_read()
        if offset is not None and position is not None:
            raise TypeError("seek(): offset and position are one argument, and both were given")
        offset = position if offset is None else offset  # `position` is the name that it had before
        if offset is None:
            raise TypeError("seek(): offset argument required")
        if whence not in (0, 1, 2):
            raise errors.InvalidArgumentError(
                None, None, "Invalid whence argument: %s. Valid values are 0, 1, or 2." % whence
            )
        target = offset + (0, reader.tell(), self.size())[whence]
        if target < 0:
            raise errors.InvalidArgumentError(None, None, "Seeking to a negative position: %d" % target)
        if target > self.size():
            raise errors.OutOfRangeError(None, None, "reached end of file")
        reader.seek(target)

    def tell(self) -> int:
        """The position in bytes: of the reading, if it may be read, else of the writing."""
        if self._may_read:
            return self._open_to_read().tell()
        return self._open_to_write().tell()

    def seekable(self) -> bool:
        """True: `seek` works."""
        return True

    def readline(self):
        """The next line with its end, without its carriage returns; empty at the end of the file."""
        return self._decoded(self._open_to_read().readline().replace(b"\r", b""))

    def readlines(self) -> list:
        """All further lines."""
        return list(self)

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def flush(self) -> None:
        """What was written is in the file now."""
        if self._writer is not None:
            with _typed_errors(self._name):
                self._writer.flush()

    def close(self) -> None:
        """Flushes and closes. Reading again opens it again, from the start."""
        writer, reader, self._writer, self._reader = self._writer, self._reader, None, None
        for stream in (writer, reader):
            if stream is not None:
                with _typed_errors(self._name):
                    stream.close()


def file_exists(filename) -> bool:
    """Whether there is a file or folder of this name."""
    return os.path.exists(_path(filename))


def is_directory(dirname) -> bool:
    """Whether this is a folder."""
    return os.path.isdir(_path(dirname))


def delete_file(filename) -> None:
    """Deletes a file. NotFoundError without one, FailedPreconditionError for a folder."""
    path = _path(filename)
    if os.path.isdir(path) and not os.path.islink(path):
        raise errors.FailedPreconditionError(None, None, "%s; Is a directory" % path)
    with _typed_errors(path):
        os.unlink(path)


def read_file_to_string(filename, binary_mode: bool = False):
    """The whole file, as text or bytes."""
    with FileIO(filename, "rb" if binary_mode else "r") as f:
        return f.read()


def write_string_to_file(filename, file_content) -> None:
    """Makes this the file's whole content."""
    with FileIO(filename, "w") as f:
        f.write(file_content)


def atomic_write_string_to_file(filename, contents, overwrite: bool = True) -> None:
    """Writes a file whole or not at all. AlreadyExistsError if there is one and `overwrite` is False."""
    if not overwrite and file_exists(filename):
        raise errors.AlreadyExistsError(None, None, "file already exists")
    files.write_atomically(_path(filename), as_bytes(contents))


def get_matching_files(filename) -> list:
    """The files and folders that a pattern (or a list of them) names: `*`, `?` and `[…]`, none of which matches a `/`.

    NotFoundError if the folder that the pattern begins with is not there.
    """
    patterns = [filename] if isinstance(filename, (str, bytes)) else filename
    return [found for pattern in patterns for found in _matching(as_str_any(pattern))]


def _matching(pattern):
    path = _path(pattern)
    prefix = pattern[: len(pattern) - len(path)]
    parts = path.split("/")
    if not parts[-1]:
        return []
    fixed = 0  # folders before the first wildcard
    while fixed < len(parts) - 1 and not re.search(r"[*?\[\\]", parts[fixed]):
        fixed += 1
    root = "/".join(parts[:fixed]) or ("/" if path.startswith("/") else ".")
    with _typed_errors(root):
        os.listdir(root)
    found = [root]
    for i, part in enumerate(parts[fixed:], fixed):
        last = i == len(parts) - 1
        found = [os.path.join(folder, name) for folder in found for name in _names(folder, part)]
        if not last:
            found = [name for name in found if os.path.isdir(name)]
    return [prefix + name for name in found]


def _names(folder, part):
    match = re.compile(fnmatch.translate(part.replace("[^", "[!"))).match
    try:
        return sorted(name for name in os.listdir(folder) if match(name))
    except OSError:
        return []


def create_dir(dirname) -> None:
    """Makes a folder; that it is there already is no error. NotFoundError if the one above it is not."""
    path = _path(dirname)
    if not os.path.isdir(path):
        with _typed_errors(path):
            os.mkdir(path)


def recursive_create_dir(dirname) -> None:
    """Makes a folder and those above it, as far as they are not there. FailedPreconditionError if a file is in the way."""
    path = _path(dirname)
    if path and not os.path.exists(path):
        with _typed_errors(path):
            os.makedirs(path, exist_ok=True)


def copy(oldpath, newpath, overwrite: bool = False) -> None:
    """Copies a file. AlreadyExistsError if there is one at `newpath` and `overwrite` is False."""
    source, target = _path(oldpath), _path(newpath)
    _check_target(target, overwrite)
    if os.path.isdir(source):
        raise errors.InvalidArgumentError(None, None, "%s; Invalid argument: %s is a folder" % (target, source))
    with files.open_to_read(source) as stream, _typed_errors(target), open(target, "wb") as out:
        shutil.copyfileobj(stream, out, 1 << 20)


def rename(oldname, newname, overwrite: bool = False) -> None:
    """Renames or moves a file or folder. AlreadyExistsError if there is one at `newname` and `overwrite` is False."""
    source, target = _path(oldname), _path(newname)
    _check_target(target, overwrite)
    with _typed_errors(source):
        os.replace(source, target)


def _check_target(path, overwrite):
    if not overwrite and os.path.exists(path):
        raise errors.AlreadyExistsError(None, None, "file already exists")


def delete_recursively(dirname) -> None:
    """Deletes a folder with all that is in it. NotFoundError without one, FailedPreconditionError for a file."""
    path = _path(dirname)
    if not os.path.lexists(path):
        raise errors.NotFoundError(None, None, "%s not found" % path)
    if not os.path.isdir(path):
        raise errors.FailedPreconditionError(None, None, "%s; Not a directory" % path)
    with _typed_errors(path):
        shutil.rmtree(path)


def list_directory(dirname) -> list:
    """The names of what is in a folder. NotFoundError if it is none."""
    path = _path(dirname)
    if not os.path.isdir(path):
        raise errors.NotFoundError(None, None, "Could not find directory %s" % path)
    with _typed_errors(path):
        return os.listdir(path)


def walk(top, in_order: bool = True):
    """Yields (folder, names of its folders, names of its files) for `top` and all below it; with `in_order` False, from below."""
    if not is_directory(top):
        return
    top = as_str_any(as_bytes(top))
    folders, plain = [], []
    for name in sorted(list_directory(top)):
        (folders if is_directory(os.path.join(top, name)) else plain).append(name)
    here = (top, folders, plain)
    if in_order:
        yield here
    for name in folders:
        yield from walk(os.path.join(top, name), in_order)
    if not in_order:
        yield here


def stat(filename) -> FileStatistics:
    """Size, time of change and kind. NotFoundError if it is not there."""
    path = _path(filename)
    with _typed_errors(path):
        found = os.stat(path)
    return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(path))


def file_crc32(filename, block_size: int = 1 << 24) -> str:
    """The CRC-32 (zlib's) of a file's content, as hexadecimal text."""
    import zlib

    crc = 0
    with FileIO(filename, "rb") as f:
        for chunk in iter(lambda: f.read(block_size), b""):
            crc = zlib.crc32(chunk, crc)
    return hex(crc & 0xFFFFFFFF)


def filecmp(filename_a, filename_b) -> bool:
    """Whether two files have the same content."""
    if stat(filename_a).length != stat(filename_b).length:
        return False
    return file_crc32(filename_a) == file_crc32(filename_b)
