"""A rectangular part of a tensor: how partitioned variables are cut, named in files, and written in graphs.

A slice is a tuple with one extent a dimension: `(start, length)`, or None for all of it.

    as text     "4 10 0,2:-"    the full shape [4, 10], then rows 0-1 and all columns (`shape_and_slices` of SaveV2)
    as a proto  TensorSliceProto { extent { start length } … }; an extent without length is all of it
    as a key    ordered code: number 0, the tensor's name, number of dimensions, then start and length of
                each, signed (all of it is 0, -1); the leading 00 keeps such keys apart from tensor names
"""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.checkpoint import coding

MAX_RANK = 254
_MOST_CELLS = 1 << 22  # of the grid that all boundaries of a tensor's slices span


def full(rank: int) -> tuple:
    """The slice that is all of a tensor."""
    return (None,) * rank


def is_full(extents: tuple, shape: tuple) -> bool:
    """Whether the slice is all of a tensor of this shape."""
    return all(e is None or (e[0] == 0 and e[1] == n) for e, n in zip(extents, shape))


def spans(extents: tuple, shape: tuple) -> list:
    """(start, end) in each dimension."""
    return [(0, n) if e is None else (e[0], e[0] + e[1]) for e, n in zip(extents, shape)]


def shape_of(extents: tuple, shape: tuple) -> tuple:
    """The shape of the part."""
    return tuple(n if e is None else e[1] for e, n in zip(extents, shape))


def to_string(extents: tuple) -> str:
    """E.g. `0,2:-`."""
    return ":".join("-" if e is None else f"{e[0]},{e[1]}" for e in extents)


def shape_string(shape) -> str:
    """How TensorFlow's runtime prints a shape: `[2,3]`."""
    return "[" + ",".join(map(str, shape)) + "]"


def check(extents: tuple, shape: tuple) -> None:
    """Raises InternalError, as TensorFlow does, where the slice is not within the shape."""
    if len(extents) != len(shape):
        raise errors.InternalError(
            None, None, f"Mismatching ranks: shape = {shape_string(shape)}, slice = {to_string(extents)}"
        )
    for i, (e, n) in enumerate(zip(extents, shape)):
        if e is not None and (e[0] < 0 or e[1] < 0 or e[0] + e[1] > n):
            raise errors.InternalError(
                None,
                None,
                f"Extent in dimension {i} out of bounds: shape = {shape_string(shape)}, slice = {to_string(extents)}",
            )


def parse_shape_and_slice(text: str) -> tuple:
    """The (full shape, slice) that an entry of `shape_and_slices` describes.

    Raises InvalidArgumentError (malformed) or InternalError (a slice outside of the shape), as TensorFlow does.
    """

    def bad(reason):
        return errors.InvalidArgumentError(None, None, reason)

    *dims, last = text.split(" ")
    if not dims:
        raise bad(f"Need least two elements in shape_and_slice specification: {text}")
    if not all(d.isascii() and d.isdigit() and len(d) < 19 for d in dims):
        raise bad(f"Non numerical dimension in shape_and_slice: {text}")
    shape = tuple(map(int, dims))
    extents = []
    for item in last.split(":") if last else []:
        if item == "-":
            extents.append(None)
            continue
        try:
            start, length = map(int, item.split(","))
            if max(start, length) >= 1 << 63:
                raise ValueError
        except ValueError:
            raise bad(f"Expected a pair of numbers or '-' but got '{item}': string = {last}") from None
        if start < 0 or length <= 0:
            raise bad(
                f"Expected non-negative start and positive length but got start = {start}, length = {length}: string = {last}"
            )
        extents.append((start, length))
    check(tuple(extents), shape)
    return shape, tuple(extents)


def put(proto, extents: tuple) -> None:
    """Fills a TensorSliceProto."""
    for e in extents:
        extent = proto.extent.add()
        if e is not None:
            extent.start, extent.length = e


def get(proto) -> tuple:
    """The slice in a TensorSliceProto."""
    return tuple([(e.start, e.length) if e.HasField("length") else None for e in proto.extent])


def encode_key(name: str, extents: tuple) -> bytes:
    """The key under which a slice of tensor `name` stands in a table."""
    return b"\x00" + coding.ordered_string(name_bytes(name)) + key_end(extents)


def encode_keys(names: list, ends: list) -> list:
    """The keys of many slices, from the bytes of their names and what `key_end` gave for each."""
    all_names = b"".join(names)
    if b"\x00" in all_names or b"\xff" in all_names:
        return [b"\x00" + coding.ordered_string(name) + end for name, end in zip(names, ends)]
    return [b"\x00%b\x00\x01%b" % pair for pair in zip(names, ends)]  # names that are their own ordered code


def key_end(extents: tuple) -> bytes:
    """The part of a key that says the slice."""
    parts = [coding.ordered_number(len(extents))]
    for e in extents:
        start, length = e or (0, -1)
        parts.append(coding.ordered_signed(start) + coding.ordered_signed(length))
    return b"".join(parts)


def decode_key(key: bytes) -> tuple:
    """The (name, slice) that a key stands for; ValueError where it is none."""
    zero, pos = coding.get_ordered_number(key, 0)
    name, pos = coding.get_ordered_string(key, pos)
    rank, pos = coding.get_ordered_number(key, pos)
    if zero != 0 or rank > MAX_RANK:
        raise ValueError("not the key of a slice")
    extents: list = []
    for _ in range(rank):
        start, pos = coding.get_ordered_signed(key, pos)
        length, pos = coding.get_ordered_signed(key, pos)
        extents.append(None if length == -1 else (start, length))
    if pos != len(key):
        raise ValueError("bytes are left after the key of a slice")
    return name_text(name), tuple(extents)


def name_bytes(name: str) -> bytes:
    """A tensor's name as it stands in a file."""
    return name.encode("utf-8", "surrogateescape")


def name_text(name: bytes) -> str:
    """A tensor's name as Python text; bytes that are no UTF-8 survive."""
    return name.decode("utf-8", "surrogateescape")


def within(extents: tuple, part: tuple, shape: tuple):
    """Where `part` and `extents` overlap: (index into the part's array, index into the extents' array), or None."""
    from_part, into = [], []
    for (a, b), (c, d) in zip(spans(part, shape), spans(extents, shape)):
        low, high = max(a, c), min(b, d)
        if low >= high:
            return None
        from_part.append(slice(low - a, high - a))
        into.append(slice(low - c, high - c))
    return tuple(from_part), tuple(into)


def cover_once(parts: list, extents: tuple, shape: tuple) -> bool:
    """Whether every element of the slice `extents` lies in exactly one of `parts`.

    The boundaries of all parts cut the slice into a grid of cells; each part counts the cells it covers.
    """
    box = spans(extents, shape)
    if any(start == end for start, end in box):
        return True
    clipped = []
    for part in parts:
        clip = [(max(a, c), min(b, d)) for (a, b), (c, d) in zip(spans(part, shape), box)]
        if all(a < b for a, b in clip):
            clipped.append(clip)
    cuts = [sorted({c, d}.union(*[clip[i] for clip in clipped])) for i, (c, d) in enumerate(box)]
    cells = 1
    for cut in cuts:
        cells *= max(1, len(cut) - 1)
        if cells > _MOST_CELLS:
            raise errors.UnimplementedError(None, None, f"a tensor cut into more than {_MOST_CELLS} pieces")
    cut_axes = [i for i, cut in enumerate(cuts) if len(cut) > 2]  # each doubles the cells: they are fewer than NumPy's dimensions
    places = [{value: i for i, value in enumerate(cuts[axis])} for axis in cut_axes]
    count = np.zeros([len(cuts[axis]) - 1 for axis in cut_axes], np.uint8)
    for clip in clipped:
        cell = tuple([slice(place[clip[axis][0]], place[clip[axis][1]]) for place, axis in zip(places, cut_axes)])
        region = count[cell]
        if region.any():
            return False
        count[cell] = 1
    return bool(count.all())
