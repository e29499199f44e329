"""Files, so that a crash, a full disk or a second writer never costs what was there before.

    new file    written under a temporary name beside its own (`X.tinytf-<hex>`), fsynced, renamed, folder fsynced
    temporary   locked (flock) by the process that writes it: a lock that nobody holds marks a leftover of a dead
                writer, which the next writer removes
    errors      OSErrors become the typed errors that TensorFlow raises, with the path and, on a full disk, how many
                bytes were needed and how many are free
"""

from __future__ import annotations

import contextlib
import errno
import glob
import mmap
import os
import re
import shutil
import stat

import numpy as np

from tinytf import errors

try:
    import fcntl
except ImportError:  # Windows: no locks, so leftovers stay until removed by hand
    fcntl = None  # type: ignore[assignment]

_LARGE = 1 << 20
_TEMPORARY = ".tinytf-"
_TEMPORARY_NAME = re.compile(r"\.tinytf-[0-9a-f]{16}$")

_CLASS_OF_ERRNO = {
    **dict.fromkeys([errno.ENOENT, errno.ENXIO], errors.NotFoundError),
    **dict.fromkeys([errno.EACCES, errno.EPERM, errno.EROFS], errors.PermissionDeniedError),
    **dict.fromkeys([errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM, errno.EMFILE, errno.ENFILE], errors.ResourceExhaustedError),
    **dict.fromkeys([errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY, errno.EBUSY, errno.ETXTBSY], errors.FailedPreconditionError),
    **dict.fromkeys([errno.EINVAL, errno.ENAMETOOLONG], errors.InvalidArgumentError),
    errno.EEXIST: errors.AlreadyExistsError,
}


def typed(error: OSError, path: str, more: str = "") -> errors.OpError:
    """The typed error for an OSError on `path`."""
    cls = _CLASS_OF_ERRNO.get(error.errno, errors.UnknownError)
    message = f"{path}; {error.strerror or error}{more}"
    return cls(None, None, message, errors.UNKNOWN) if cls is errors.UnknownError else cls(None, None, message)


def local_path(path) -> str:
    """`path` as a path of this machine: `file://` is dropped, other schemes raise UnimplementedError."""
    path = os.fspath(path)
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    scheme, found, rest = path.partition("://")
    if not found or not scheme.isalnum():
        if "\0" in path:
            raise errors.InvalidArgumentError(None, None, f"a path holds a zero byte: {path!r}")
        return path
    if scheme == "file":
        return "/" + rest.lstrip("/") if rest.startswith("/") else rest
    raise errors.UnimplementedError(
        None, None, f"File system scheme '{scheme}' not implemented (file: '{path}'); copy the files to a local folder first"
    )


def matching(pattern: str) -> list:
    """The files that `pattern` names, sorted; a file of exactly that name wins.

    `*`, `?` and `[…]` count in the last part only: a file may hold the pattern, and no file may have the whole disk searched.
    """
    if os.path.exists(pattern):
        return [pattern]
    folder, base = os.path.split(pattern)
    return sorted(glob.glob(os.path.join(glob.escape(folder), base))) if glob.has_magic(base) else []


def folder_of(path: str) -> str:
    """The folder that holds `path`."""
    return os.path.dirname(path) or "."


def make_folder(path: str) -> None:
    """Creates a folder and those above it."""
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as e:
        raise typed(e, path) from None


def sync_folder(path: str) -> None:
    """Makes renames in a folder durable."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(fd)
    except OSError:  # nor do some network file systems sync them
        pass
    finally:
        os.close(fd)


class WholeOrNothing:
    """A writer in a `with` statement: `finish` where all went well, and what is not finished is discarded."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.finish()
        finally:
            self.discard()  # has no effect on what was finished


class OutputFile:
    """A file on its way: written under a temporary name, `finish`ed, then `rename`d; `discard` at any time before.

    Args:
      path: its final name.
      needed: gives how many bytes are going to be written, if that is known: for the message of a full disk.
    """

    def __init__(self, path: str, needed=lambda: 0):
        self.path = path
        self.needed = needed
        self.size = 0
        try:
            self._fd, self.temporary = _make_temporary(path)
        except OSError as e:
            raise typed(e, path) from None

    def write(self, data) -> None:
        """Appends a buffer (bytes-like or contiguous array)."""
        view = memoryview(data).cast("B") if len(data) else memoryview(b"")
        try:
            while view.nbytes:
                written = os.write(self._fd, view)
                self.size += written
                view = view[written:]
        except OSError as e:
            raise self._typed(e) from None

    def finish(self) -> None:
        """Makes the bytes durable and frees nothing yet: the temporary stays locked until it is renamed."""
        try:
            os.fsync(self._fd)
        except OSError as e:
            raise self._typed(e) from None

    def rename(self) -> None:
        """Gives the file its name."""
        rename(self.temporary, self.path)
        self.close()

    def close(self) -> None:
        """Closes the descriptor, and with it the lock."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def discard(self) -> None:
        """Removes the temporary."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.unlink(self.temporary)
            self.close()

    def _typed(self, e: OSError):
        more = ""
        if e.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            needed = max(self.needed(), self.size)
            more = f": {needed} bytes are needed, {self.size} were written"
            with contextlib.suppress(OSError):
                more += f", {shutil.disk_usage(folder_of(self.path)).free} are free now"
            more += "; what was there before is untouched"
        return typed(e, self.path, more)


def _make_temporary(path: str) -> tuple:
    while True:
        name = path + _TEMPORARY + os.urandom(8).hex()
        fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0), 0o666)
        if fcntl is None:
            return fd, name
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(fd, fcntl.LOCK_EX)
        if os.fstat(fd).st_nlink:  # else a writer that cleans up came between open and lock
            return fd, name
        os.close(fd)


def rename(source: str, target: str) -> None:
    """Renames over whatever has that name."""
    try:
        os.replace(source, target)
    except OSError as e:
        raise typed(e, target) from None


def write_atomically(path: str, data: bytes) -> None:
    """Writes a whole file so that readers see the old one or the new one, also after a crash."""
    path = local_path(path)
    make_folder(folder_of(path))
    remove_leftovers(path)
    out = OutputFile(path, lambda: len(data))
    try:
        out.write(data)
        out.finish()
        out.rename()
    except BaseException:
        out.discard()
        raise
    sync_folder(folder_of(path))


def write_text(path: str, text: str) -> None:
    """`write_atomically` of UTF-8 text."""
    write_atomically(path, text.encode("utf-8"))


def remove_leftovers(prefix: str) -> None:
    """Removes temporaries of dead writers whose final names begin with `prefix`."""
    if fcntl is None:
        return
    folder, base = folder_of(prefix), os.path.basename(prefix)
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if _TEMPORARY in name and name.startswith(base) and _TEMPORARY_NAME.search(name):
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                fd = os.open(path, os.O_WRONLY)
                try:
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.unlink(path)
                finally:
                    os.close(fd)


@contextlib.contextmanager
def folder_lock(folder: str):
    """Keeps other writers (processes and threads) out of a folder's renames."""
    if fcntl is None:
        yield
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _open_to_read(path: str) -> tuple:
    """(descriptor, status) of a file.  Only a file proper is opened: a pipe would never answer, a device never end."""
    try:
        fd = os.open(path, os.O_RDONLY | sum([getattr(os, flag, 0) for flag in ("O_CLOEXEC", "O_BINARY", "O_NONBLOCK")]))
    except OSError as e:
        raise typed(e, path) from None
    try:
        status = os.fstat(fd)
        if stat.S_ISDIR(status.st_mode):
            raise typed(IsADirectoryError(errno.EISDIR, "Is a directory"), path)
        if not stat.S_ISREG(status.st_mode):
            raise errors.FailedPreconditionError(None, None, f"{path}; not a file, but a pipe, socket or device")
    except BaseException:
        os.close(fd)
        raise
    return fd, status


def open_to_read(path):
    """A file as a buffered stream of bytes; a typed error where there is none, or something else has its name."""
    return os.fdopen(_open_to_read(local_path(path))[0], "rb")


class InputFile:
    """A file that is read in places.

    Args:
      path: its name.
    """

    def __init__(self, path: str):
        self.path = path
        self._fd, status = _open_to_read(path)
        self.size = status.st_size
        self.identity = _identity_of(status)
        self._map = None

    def __del__(self):
        if getattr(self, "_fd", -1) >= 0:
            os.close(self._fd)

    def read(self, offset: int, size: int):
        """`size` bytes at `offset`, which the caller has held against `self.size`: a writable buffer."""
        # Large ones come from NumPy, which does not write zeros first and asks for large pages.
        data = bytearray(size) if size < _LARGE else memoryview(np.empty(size, np.uint8))
        self.read_into(offset, data)
        return data

    def read_into(self, offset: int, target) -> None:
        """Fills a writable buffer; OutOfRangeError where the file has become shorter."""
        view = memoryview(target).cast("B")
        wanted = view.nbytes
        try:
            while view.nbytes:
                got = os.preadv(self._fd, [view[: 1 << 30]], offset) if hasattr(os, "preadv") else self._seek_and_read(offset, view)
                if not got:
                    raise errors.OutOfRangeError(
                        None, None, f"Read less bytes than requested: {wanted - view.nbytes} of {wanted} [file {self.path}]"
                    )
                offset += got
                view = view[got:]
        except OSError as e:
            raise typed(e, self.path) from None

    def _seek_and_read(self, offset: int, view) -> int:
        os.lseek(self._fd, offset, os.SEEK_SET)
        data = os.read(self._fd, view.nbytes)
        view[: len(data)] = data
        return len(data)

    def mapped(self, offset: int, size: int):
        """`size` bytes at `offset` as a read-only buffer, paged in as it is touched; a copy where the file cannot be mapped.

        A page that is cut off the file kills the process that touches it, so the size is looked at each time.
        """
        if os.fstat(self._fd).st_size < self.size:
            raise errors.OutOfRangeError(None, None, f"Read less bytes than requested: the file was cut short [file {self.path}]")
        if self._map is None:
            try:
                self._map = memoryview(mmap.mmap(self._fd, self.size, access=mmap.ACCESS_READ))
            except (OSError, ValueError):
                return memoryview(self.read(offset, size)).toreadonly()
        return self._map[offset : offset + size]


def identity(path: str):
    """What tells a file from the one that replaces it; None where there is none."""
    try:
        return _identity_of(os.stat(path))
    except OSError:
        return None


def _identity_of(status: os.stat_result) -> tuple:
    return status.st_ino, status.st_size, status.st_mtime_ns
