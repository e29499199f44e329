"""`tf.load_op_library` and its kin: compiled kernels, which tinytf cannot load."""

from __future__ import annotations

import os

from tinytf import errors


def _missing(path: str):
    return errors.NotFoundError(None, None, f"{path}: cannot open shared object file: No such file or directory")


def load_op_library(library_filename: str):
    """NotFoundError where there is no such file, else NotImplementedError.  Follows tf.load_op_library of TF 1.15."""
    if not os.path.exists(library_filename):
        raise _missing(library_filename)
    raise NotImplementedError("tf.load_op_library: tinytf cannot load compiled kernels; use tf.py_func")


def load_file_system_library(library_filename: str) -> None:
    """NotFoundError where there is no such file, else NotImplementedError.  Follows tf.load_file_system_library of TF 1.15."""
    if not os.path.exists(library_filename):
        raise _missing(library_filename)
    raise NotImplementedError("tf.load_file_system_library: tinytf cannot load compiled libraries; copy the files to a local disk")


def load_library(library_location: str) -> None:
    """OSError where there is no such file or folder, else NotImplementedError.  Follows tf.load_library of TF 1.15."""
    if not os.path.exists(library_location):
        raise FileNotFoundError(2, "The file or folder to load kernel libraries from does not exist.", library_location)
    raise NotImplementedError("tf.load_library: tinytf cannot load compiled kernels; use tf.py_func")
