"""`tensorflow.python.training.saver_test_utils`: a table with a SaveableObject of its own, as tests of savers use."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.default_graph import add_to_collection
from tinytf.graph.graph import GraphKeys
from tinytf.train.saveable import SaveableObject, SaveSpec


class CheckpointedOp:
    """A hash table of strings to floats that a Saver saves as two tensors, `name`-keys and `name`-values."""

    def __init__(self, name, table_ref=None):
        if table_ref is None:
            table_ref = make("MutableHashTableV2", key_dtype=dtypes.string, value_dtype=dtypes.float32, name=name)
        self.table_ref = table_ref
        self._name = name
        self._saveable = CheckpointedOp.CustomSaveable(self, name)
        add_to_collection(GraphKeys.SAVEABLE_OBJECTS, self._saveable)

    @property
    def name(self):
        """The name under which it is saved."""
        return self._name

    @property
    def saveable(self):
        """Its SaveableObject."""
        return self._saveable

    def insert(self, keys, values):
        """The op that inserts."""
        return make("LookupTableInsertV2", self.table_ref, keys, values)

    def lookup(self, keys, default):
        """The values of some keys."""
        return make("LookupTableFindV2", self.table_ref, keys, default)

    def keys(self):
        """All keys."""
        return self._export()[0]

    def values(self):
        """All values, in the order of the keys."""
        return self._export()[1]

    def _export(self):
        return make("LookupTableExportV2", self.table_ref, Tkeys=dtypes.string, Tvalues=dtypes.float32)

    class CustomSaveable(SaveableObject):
        """Its keys and values."""

        def __init__(self, table, name):
            keys, values = table._export()
            super().__init__(table, [SaveSpec(keys, "", name + "-keys"), SaveSpec(values, "", name + "-values")], name)

        def restore(self, restored_tensors, restored_shapes):
            """The op that imports them."""
            return make("LookupTableImportV2", self.op.table_ref, restored_tensors[0], restored_tensors[1])
