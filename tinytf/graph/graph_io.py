"""A GraphDef or MetaGraphDef as a file: binary or text, written whole or not at all."""

from __future__ import annotations

import os

from google.protobuf import text_format

from tinytf import errors
from tinytf.checkpoint import files


def write_whole(path: str, data: bytes) -> None:
    """Writes a file so that it appears complete or not at all, also when the machine stops in between."""
    temporary = f"{path}.tempstate{os.getpid()}"
    try:
        with open(temporary, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except FileNotFoundError as e:
        raise errors.NotFoundError(None, None, f"{path}; {e.strerror}") from e
    except BaseException:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise


def message_bytes(message, as_text: bool) -> bytes:
    """A message in binary or text format.  ValueError where it is past the 2 GB that protobuf allows."""
    if as_text:
        return text_format.MessageToString(message).encode()
    try:
        data = message.SerializeToString()
    except Exception as e:  # protobuf's own error differs from version to version
        if message.ByteSize() > _MOST_BYTES:
            raise ValueError("GraphDef cannot be larger than 2GB.") from e
        raise
    if len(data) > _MOST_BYTES:
        raise ValueError("GraphDef cannot be larger than 2GB.")
    return data


def write_graph(graph_or_graph_def, logdir, name, as_text: bool = True) -> str:
    """Writes a graph (or a message) to `logdir/name`, made where it is missing, and returns the path.

    Follows `tf.train.write_graph` / `tf.io.write_graph` of TF 1.15.
    """
    message = graph_or_graph_def.as_graph_def() if hasattr(graph_or_graph_def, "as_graph_def") else graph_or_graph_def
    logdir = os.fspath(logdir)
    if logdir:
        os.makedirs(logdir, exist_ok=True)
    path = os.path.join(logdir, name)
    write_whole(path, message_bytes(message, as_text))
    return path


_MOST_BYTES = (1 << 31) - 1  # that protobuf allows


def read_message(path, message_type):
    """A message from a file in binary or text format; IOError where it is missing or is neither."""
    path = path.decode() if isinstance(path, bytes) else os.fspath(path)
    try:
        with files.open_to_read(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            data = stream.read() if size <= _MOST_BYTES else b""
    except errors.OpError as e:
        if os.path.exists(path) and not os.path.isdir(path):
            raise OSError(f"File {e.message}.") from e
        meant = f" Did you mean {path + '.meta'!r}?" if os.path.exists(path + ".meta") else ""
        raise OSError(f"File {path} does not exist.{meant}") from e
    if size > _MOST_BYTES:
        raise OSError(f"File {path} is larger than the {_MOST_BYTES} bytes that a message of this kind may have.")
    message = message_type()
    try:
        if message.ParseFromString(data) == len(data):  # protobuf 3.20 only warns where it stops before the end
            return message
    except Exception:  # noqa: BLE001  (protobuf's DecodeError, or text)
        pass
    message = message_type()
    try:
        return text_format.Merge(data.decode("utf-8"), message)
    except RecursionError:
        raise OSError(f"Cannot parse file {path}: its messages are nested too deeply.") from None
    except (text_format.ParseError, UnicodeDecodeError) as e:
        raise OSError(f"Cannot parse file {path}: {e}.") from e
