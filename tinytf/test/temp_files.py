"""The files and folders that `absltest.TestCase.create_tempfile` and `create_tempdir` give: paths that can do a little more."""

from __future__ import annotations

import os
import tempfile


class TempFile(str):
    """A file, as its path."""

    @property
    def full_path(self) -> str:
        """The path."""
        return str(self)

    def __fspath__(self) -> str:
        return str(self)

    def read_text(self, encoding="utf8", errors="strict") -> str:
        """All of it."""
        with open(self, encoding=encoding, errors=errors) as file:
            return file.read()

    def write_text(self, text, mode="w", encoding="utf8", errors="strict") -> None:
        """Replaces what is in it."""
        with open(self, mode, encoding=encoding, errors=errors) as file:
            file.write(text)

    def read_bytes(self) -> bytes:
        """All of it."""
        with open(self, "rb") as file:
            return file.read()

    def write_bytes(self, data, mode="wb") -> None:
        """Replaces what is in it."""
        with open(self, mode) as file:
            file.write(data)

    def open_text(self, mode="rt", encoding="utf8", errors="strict"):
        """The open file."""
        return open(self, mode, encoding=encoding, errors=errors)

    def open_bytes(self, mode="rb"):
        """The open file."""
        return open(self, mode)


class TempDir(str):
    """A folder, as its path."""

    @property
    def full_path(self) -> str:
        """The path."""
        return str(self)

    def __fspath__(self) -> str:
        return str(self)

    def create_file(self, file_path=None, content=None, mode="w", encoding="utf8", errors="strict") -> TempFile:
        """A new file in it."""
        return new_file(self, file_path, content, mode, encoding, errors)

    def mkdir(self, dir_path=None) -> TempDir:
        """A new folder in it."""
        return new_folder(self, dir_path)


def new_file(folder, file_path=None, content=None, mode="w", encoding="utf8", errors="strict") -> TempFile:
    """A file in `folder`, of this path or a new name, with this content."""
    if file_path:
        path = os.path.join(folder, file_path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
    else:
        handle, path = tempfile.mkstemp(dir=folder)
        os.close(handle)
    with open(path, mode, **({} if "b" in mode else {"encoding": encoding, "errors": errors})) as file:
        if content:
            file.write(content)
    return TempFile(path)


def new_folder(folder, path=None) -> TempDir:
    """A folder in `folder`, of this path or a new name."""
    if not path:
        return TempDir(tempfile.mkdtemp(dir=folder))
    full = os.path.join(folder, path)
    os.makedirs(full, exist_ok=True)
    return TempDir(full)
