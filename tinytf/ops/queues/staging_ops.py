"""Staging areas: `StagingArea` and `MapStagingArea` of tensorflow.python.ops.data_flow_ops, and their ops."""

from __future__ import annotations

import numpy as np

from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, get_default_graph, name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar, unknown
from tinytf.ops.queues.staging import MapStage, Stage
from tinytf.shapes import TensorShape

# The ops --------------------------------------------------------------------------------------------


def _area(op, resources, make_area):
    key = ("staging", op.attr("container"), op.attr("shared_name") or op.name.encode())
    if key not in resources:
        resources[key] = make_area(op.attr("capacity"), op.attr("memory_limit"))
    return resources[key]


def _results(values):
    return values[0] if len(values) == 1 else values


def _owned(values) -> tuple:
    return tuple(np.array(v) for v in values)


def _stage(run):
    """A kernel on a Stage; `run(area, op)` gives the function."""
    return lambda op, resources: run(_area(op, resources, Stage), op)


def _map_stage(run):
    def kernel(op, resources):
        ordered, count = op.type.startswith("Ordered"), len(op.attr("dtypes"))
        return run(_area(op, resources, lambda *limits: MapStage(*limits, count, ordered)), op)

    return kernel


_LIMITS = "capacity: int >= 0 = 0; memory_limit: int >= 0 = 0"
_SHARED = "container: string = ''; shared_name: string = ''; is_stateful"
op(f"Stage(values: dtypes) -> (); {_LIMITS}; dtypes: list(type) >= 1; {_SHARED}", shape=no_outputs, gradient=NOT_DIFFERENTIABLE,
   stateful_kernel=_stage(lambda area, op: lambda *values: area.put(_owned(values))))  # fmt: skip
op(f"Unstage() -> (values: dtypes); {_LIMITS}; dtypes: list(type) >= 1; {_SHARED}", shape=unknown, gradient=NOT_DIFFERENTIABLE,
   stateful_kernel=_stage(lambda area, op: lambda: _results(area.get())))  # fmt: skip
op(f"StagePeek(index: int32) -> (values: dtypes); {_LIMITS}; dtypes: list(type) >= 1; {_SHARED}", shape=unknown, gradient=NOT_DIFFERENTIABLE,
   stateful_kernel=_stage(lambda area, op: lambda index: _results(area.peek(int(index)))))  # fmt: skip
op(f"StageSize() -> (size: int32); {_LIMITS}; dtypes: list(type); {_SHARED}", shape=scalar, gradient=NOT_DIFFERENTIABLE,
   stateful_kernel=_stage(lambda area, op: lambda: np.int32(len(area.tuples))))  # fmt: skip
op(f"StageClear() -> (); {_LIMITS}; dtypes: list(type); {_SHARED}", shape=no_outputs, gradient=NOT_DIFFERENTIABLE,
   stateful_kernel=_stage(lambda area, op: area.clear))  # fmt: skip
for _kind in ("Map", "OrderedMap"):
    op(f"{_kind}Stage(key: int64, indices: int32, values: fake_dtypes) -> (); {_LIMITS}; dtypes: list(type); fake_dtypes: list(type) >= 1; {_SHARED}",
       shape=no_outputs, gradient=NOT_DIFFERENTIABLE,
       stateful_kernel=_map_stage(lambda area, op: lambda key, indices, *values: area.put(int(key), indices.tolist(), _owned(values))))  # fmt: skip
    op(f"{_kind}Unstage(key: int64, indices: int32) -> (values: dtypes); {_LIMITS}; dtypes: list(type) >= 1; {_SHARED}",
       shape=unknown, gradient=NOT_DIFFERENTIABLE,
       stateful_kernel=_map_stage(lambda area, op: lambda key, indices: _results(area.get(int(key), indices.tolist()))))  # fmt: skip
    op(f"{_kind}UnstageNoKey(indices: int32) -> (key: int64, values: dtypes); {_LIMITS}; dtypes: list(type) >= 1; {_SHARED}",
       shape=unknown, gradient=NOT_DIFFERENTIABLE, stateful_kernel=_map_stage(lambda area, op: lambda indices: area.get_any(indices.tolist())))  # fmt: skip
    op(f"{_kind}Peek(key: int64, indices: int32) -> (values: dtypes); {_LIMITS}; dtypes: list(type) >= 1; {_SHARED}",
       shape=unknown, gradient=NOT_DIFFERENTIABLE,
       stateful_kernel=_map_stage(lambda area, op: lambda key, indices: _results(area.peek(int(key), indices.tolist()))))  # fmt: skip
    op(f"{_kind}Size() -> (size: int32); {_LIMITS}; dtypes: list(type); {_SHARED}", shape=scalar, gradient=NOT_DIFFERENTIABLE,
       stateful_kernel=_map_stage(lambda area, op: lambda: np.int32(len(area.complete))))  # fmt: skip
    op(f"{_kind}IncompleteSize() -> (size: int32); {_LIMITS}; dtypes: list(type); {_SHARED}", shape=scalar, gradient=NOT_DIFFERENTIABLE,
       stateful_kernel=_map_stage(lambda area, op: lambda: np.int32(len(area.incomplete))))  # fmt: skip
    op(f"{_kind}Clear() -> (); {_LIMITS}; dtypes: list(type); {_SHARED}", shape=no_outputs, gradient=NOT_DIFFERENTIABLE,
       stateful_kernel=_map_stage(lambda area, op: area.clear))  # fmt: skip

# The classes ----------------------------------------------------------------------------------------


class _BaseStagingArea:
    """What both kinds have: the dtypes, shapes and names of the components, and the limits."""

    def __init__(self, dtypes, shapes=None, names=None, shared_name=None, capacity=0, memory_limit=0):
        from tinytf.ops.control_flow import control_flow_ops

        if shared_name is None:
            self._name = get_default_graph().unique_name(type(self).__name__)
        elif isinstance(shared_name, str):
            self._name = shared_name
        else:
            raise ValueError("shared_name must be a string")
        for what, given in (("shapes", shapes), ("names", names)):
            if given is not None and len(given) != len(dtypes):
                raise ValueError(f"StagingArea {what} must be the same length as dtypes")
        self._dtypes, self._names = dtypes, names
        self._shapes = [TensorShape(None)] * len(dtypes) if shapes is None else [TensorShape(s) for s in shapes]
        self._capacity, self._memory_limit = capacity, memory_limit
        with name_scope("%s_root" % self._name):
            self._coloc_op = control_flow_ops.no_op()

    name = property(lambda self: self._name, doc="The name by which sessions share it.")
    dtypes = property(lambda self: self._dtypes, doc="The dtypes of the components.")
    shapes = property(lambda self: self._shapes, doc="The static shapes of the components.")
    names = property(lambda self: self._names, doc="The names of the components, or None.")
    capacity = property(lambda self: self._capacity, doc="How many tuples it holds; 0 is no limit.")
    memory_limit = property(lambda self: self._memory_limit, doc="How many bytes it holds; 0 is no limit.")

    def _make(self, op_type, *inputs, name, dtypes=None):
        return make(
            op_type, *inputs, dtypes=self._dtypes if dtypes is None else dtypes, shared_name=self._name, name=name, capacity=self._capacity,
            memory_limit=self._memory_limit,
        )  # fmt: skip

    def _checked(self, values, indices=None) -> tuple:
        """(tensors, their positions); ValueError where they are not what the area holds."""
        if isinstance(values, dict):
            if not self._names:
                raise ValueError("Staging areas must have names to enqueue a dictionary")
            if not set(values).issubset(self._names):
                raise ValueError(
                    "Keys in dictionary to put do not match names of staging area. Dictionary: (%s), Queue: (%s)"
                    % (sorted(values), sorted(self._names))
                )
            indices = [i for i, name in enumerate(self._names) if name in values]
            values = [values[self._names[i]] for i in indices]
        else:
            if self._names:
                raise ValueError("You must enqueue a dictionary in a staging area with names")
            if indices is None:
                raise ValueError("Indices must be supplied when inserting a list of tensors")
            if len(indices) != len(values):
                raise ValueError("Number of indices '%s' doesn't match number of values '%s'")
        if len(values) > len(self._dtypes):
            raise ValueError("Unexpected number of inputs '%s' vs '%s'" % (len(values), len(self._dtypes)))
        tensors = []
        for value, i in zip(values, indices):
            if value.dtype != self._dtypes[i]:
                raise ValueError("Datatypes do not match. '%s' != '%s'" % (value.dtype, self._dtypes[i]))
            value.get_shape().assert_is_compatible_with(self._shapes[i])
            tensors.append(convert_to_tensor(value, dtype=self._dtypes[i], name="component_%d" % i))
        return tensors, indices

    def _returned(self, tensors, indices):
        """What a program gets: a list of tensors, or a dict by name; copied where this is another device than the area's."""
        tensors = self._brought_here(tensors)
        for tensor, i in zip(tensors, indices):
            tensor.set_shape(self._shapes[i])
        return {self._names[i]: t for t, i in zip(tensors, indices)} if self._names else tensors

    def _brought_here(self, tensors) -> list:
        from tinytf.ops.array import array_ops
        from tinytf.ops.control_flow import control_flow_ops

        tensors = list(tensors) if isinstance(tensors, (tuple, list)) else [tensors]
        if control_flow_ops.no_op().device != self._coloc_op.device:
            tensors = [array_ops.identity(t) for t in tensors]
        return tensors


def _listed(values):
    return values if isinstance(values, (list, tuple)) else list(values.values()) if isinstance(values, dict) else [values]


class StagingArea(_BaseStagingArea):
    """Tuples of tensors, kept from one run to the next: first in, first out.  Follows `data_flow_ops.StagingArea` of TF 1.15."""

    def put(self, values, name=None):
        """An op that appends a tuple (a tensor, a list, or a dict by name), waiting for room."""
        with name_scope(name, "%s_put" % self._name, _listed(values)) as scope:
            if not isinstance(values, (list, tuple, dict)):
                values = [values]
            tensors, _ = self._checked(values, list(range(len(values))))
            with colocate_with(self._coloc_op):
                return self._make("Stage", tensors, name=scope, dtypes=[t.dtype.base_dtype for t in tensors])

    def get(self, name=None):
        """The oldest tuple, which is taken."""
        with colocate_with(self._coloc_op):
            tensors = self._make("Unstage", name=name or "%s_get" % self._name)
        return self._returned(tensors, range(len(self._dtypes)))

    def peek(self, index, name=None):
        """The tuple at `index`, which stays."""
        with colocate_with(self._coloc_op):
            tensors = self._make("StagePeek", index, name=name or "%s_peek" % self._name)
        return self._returned(tensors, range(len(self._dtypes)))

    def size(self, name=None):
        """How many tuples are there."""
        return self._make("StageSize", name=name or "%s_size" % self._name)

    def clear(self, name=None):
        """An op that drops all."""
        return self._make("StageClear", name=name or "%s_clear" % self._name)


class MapStagingArea(_BaseStagingArea):
    """Tuples of tensors by an int64 key, which may come in parts.  Follows `data_flow_ops.MapStagingArea` of TF 1.15."""

    def __init__(self, dtypes, shapes=None, names=None, shared_name=None, ordered=False, capacity=0, memory_limit=0):
        super().__init__(dtypes, shapes, names, shared_name, capacity, memory_limit)
        self._ordered, self._kind = ordered, "OrderedMap" if ordered else "Map"

    def put(self, key, vals, indices=None, name=None):
        """An op that adds components (a dict by name, or a list with its `indices`) to the tuple of `key`."""
        with name_scope(name, "%s_put" % self._name, _listed(vals)) as scope:
            tensors, indices = self._checked(vals, indices)
            with colocate_with(self._coloc_op):
                return self._make(self._kind + "Stage", key, indices, tensors, name=scope)

    def _positions(self, indices):
        if indices is None:
            indices = list(range(len(self._dtypes)))
        if not isinstance(indices, (tuple, list)):
            raise TypeError("Invalid indices type '%s'" % type(indices))
        if not indices:
            raise ValueError("Empty indices")
        if all(isinstance(i, str) for i in indices):
            if self._names is None:
                raise ValueError("String indices provided '%s', but this Staging Area was not created with names." % indices)
            unknown_names = [i for i in indices if i not in self._names]
            if unknown_names:
                raise ValueError("Named index '%s' not in Staging Area names '%s'" % (unknown_names[0], self._names))
            indices = [self._names.index(i) for i in indices]
        elif not all(isinstance(i, int) for i in indices):
            raise TypeError("Mixed types in indices '%s'. May only be str or int" % indices)
        return indices, [self._dtypes[i] for i in indices]

    def peek(self, key, indices=None, name=None):
        """Components of the tuple of `key`, which stay."""
        indices, types = self._positions(indices)
        with colocate_with(self._coloc_op):
            tensors = self._make(self._kind + "Peek", key, indices, name=name or "%s_pop" % self._name, dtypes=types)
        return self._returned(tensors, indices)

    def get(self, key=None, indices=None, name=None):
        """(key, components) of the tuple of `key`, or of any, which are taken."""
        indices, types = self._positions(indices)
        with colocate_with(self._coloc_op):
            if key is not None:
                tensors = self._make(self._kind + "Unstage", key, indices, name=name or "%s_get" % self._name, dtypes=types)
                found = key
            else:
                found, tensors = self._make(self._kind + "UnstageNoKey", indices, name=name or "%s_get_nokey" % self._name, dtypes=types)
        if key is None:
            found = self._brought_here(found)[0]
        return found, self._returned(tensors, indices)

    def size(self, name=None):
        """How many tuples are complete."""
        return self._make(self._kind + "Size", name=name or "%s_size" % self._name)

    def incomplete_size(self, name=None):
        """How many tuples lack components."""
        return self._make(self._kind + "IncompleteSize", name=name or "%s_incomplete_size" % self._name)

    def clear(self, name=None):
        """An op that drops all."""
        return self._make(self._kind + "Clear", name=name or "%s_clear" % self._name)
