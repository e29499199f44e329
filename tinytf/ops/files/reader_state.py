"""The state of a reader as a string: a ReaderBaseState message.

    1 work_started   2 work_finished   3 num_records_produced   (varints, left out where 0)   4 current_work (bytes)

Readers of whole files and of names tell theirs; one in the midst of a file has none to tell.
"""

from __future__ import annotations

from typing import NamedTuple

from tinytf.checkpoint.coding import get_varint, put_varint


class ReaderState(NamedTuple):
    """How many files were begun and finished, how many records read, and the name of the last file."""

    work_started: int = 0
    work_finished: int = 0
    num_records_produced: int = 0
    current_work: bytes = b""


def to_bytes(state: ReaderState) -> bytes:
    """The message."""
    out = b"".join(bytes([number << 3]) + put_varint(value) for number, value in enumerate(state[:3], 1) if value)
    return out + (b"\x22" + put_varint(len(state.current_work)) + state.current_work if state.current_work else b"")


def from_bytes(data: bytes) -> ReaderState:
    """The state that a message tells.  ValueError where the bytes are none."""
    numbers, work = [0, 0, 0], b""
    at = 0
    while at < len(data):
        tag, at = get_varint(data, at, len(data))
        number, wire = tag >> 3, tag & 7
        if wire == 0 and number:
            value, at = get_varint(data, at, len(data))
            if number <= 3:
                numbers[number - 1] = value - (1 << 64) if value >> 63 else value
        elif wire == 2 and number:
            length, at = get_varint(data, at, len(data))
            if length > len(data) - at:
                raise ValueError("the message ends within a field")
            work = bytes(data[at : at + length]) if number == 4 else work
            at += length
        else:
            raise ValueError(f"no field of the message has the tag {tag}")
    return ReaderState(*numbers, work)


def shown(state: ReaderState) -> str:
    """The state as protobuf prints it."""
    lines = [f"{name}: {value}" for name, value in zip(state._fields[:3], state[:3]) if value]
    if state.current_work:
        lines.append('current_work: "%s"' % escaped(state.current_work))
    return "\n".join(lines) + "\n"


def escaped(data: bytes) -> str:
    """Bytes as C writes them: letters as they are, others in octal."""
    special = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}
    return "".join(special.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in data)
