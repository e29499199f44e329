"""The box that holds a variable's value in a session."""

from __future__ import annotations


class Ref:
    """A place for one array: what a reference edge or a resource handle carries.

    `value` is None until the variable is initialised.  The array belongs to the box: whoever
    writes may update it in place, whoever hands it to the user copies it first.
    """

    __slots__ = ("value", "name", "dtype")

    def __init__(self, name: str, dtype=None, value=None):
        self.name, self.dtype, self.value = name, dtype, value

    def __repr__(self):
        return f"Ref({self.name!r}, {'uninitialized' if self.value is None else self.value.shape})"


# What gives out a reference that is a handle of something and holds no value of its own.
HANDLES = frozenset(
    """FIFOQueue PaddingFIFOQueue RandomShuffleQueue PriorityQueue HashTable MutableHashTable MutableHashTableOfTensors MutableDenseHashTable
    TextLineReader WholeFileReader FixedLengthRecordReader TFRecordReader IdentityReader Stack TensorArray TensorArrayGrad""".split()
)
