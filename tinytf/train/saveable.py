"""What a Saver saves: variables, their slices, and objects of one's own.

A `SaveableObject` names the tensors to save (`SaveSpec`: tensor, name in the file, slice) and adds
the nodes that put restored values back.  `validate_and_slice_inputs` turns the list or dict that
the user gives to `Saver` into SaveableObjects, ordered by name as TensorFlow orders them.
"""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, device, name_scope
from tinytf.graph.device import DeviceSpec
from tinytf.graph.tensor import Tensor
from tinytf.graph.trackable import VARIABLE_VALUE_KEY, Trackable
from tinytf.ops.state import state_ops
from tinytf.ops.state.resource_variables import ResourceVariable
from tinytf.ops.state.variables import RefVariable, Variable

_REF_VARIABLE_OPS = ("Variable", "VariableV2", "AutoReloadVariable")
_VARIABLE_OPS = (*_REF_VARIABLE_OPS, "VarHandleOp", "ReadVariableOp")


def set_cpu0(device_string: str) -> str:
    """The same machine's /CPU:0."""
    return DeviceSpec.from_string(device_string or "").replace(device_type="CPU", device_index=0).to_string()


class SaveSpec:
    """One tensor to save: the tensor (or a function that makes it), its slice spec and its name in the file.

    `dtype` and `device` must be given where `tensor` is a function.  Follows `SaveableObject.SaveSpec` of TF 1.15.
    """

    def __init__(self, tensor, slice_spec, name, dtype=None, device=None):
        self._tensor, self.slice_spec, self.name = tensor, slice_spec, name
        if callable(tensor):
            if dtype is None or device is None:
                raise AssertionError(
                    "When passing a callable `tensor` to a SaveSpec, an explicit dtype and device must be provided."
                )
            self.dtype, self.device = dtype, device
        else:
            self.dtype, self.device = tensor.dtype, tensor.device

    @property
    def tensor(self):
        """The tensor; made anew each time where a function makes it."""
        return self._tensor() if callable(self._tensor) else self._tensor


class SaveableObject:
    """Something that a Saver can save: derive from it for state of one's own.

    Args:
      op: what it stands for (a variable, a table …); no two SaveableObjects of a Saver share one.
      specs: its SaveSpecs, all on one device.
      name: its name.

    Override `restore`.  Follows `tf.train.Saver`'s SaveableObject of TF 1.15.
    """

    def __init__(self, op, specs, name):
        self.op, self.specs, self.name = op, specs, name

    @property
    def optional_restore(self) -> bool:
        """Whether a checkpoint without it is fine."""
        return False

    @property
    def device(self) -> str:
        """The device of its tensors."""
        return self.specs[0].device

    def restore(self, restored_tensors, restored_shapes):
        """Adds and returns the op that takes the restored tensors (reshaped to `restored_shapes` unless None)."""
        raise ValueError("Calling an abstract method.")


class ReferenceVariableSaveable(SaveableObject):
    """A variable of the old kind: restored by an Assign."""

    def __init__(self, var, slice_spec, name):
        super().__init__(var, [SaveSpec(var, slice_spec, name, dtype=var.dtype)], name)

    def restore(self, restored_tensors, restored_shapes):
        """An Assign; its shape is checked unless reshaping was asked for."""
        value = restored_tensors[0]
        if restored_shapes is not None:
            value = make("Reshape", value, _shape_tensor(restored_shapes[0]))
        check = restored_shapes is None and self.op.get_shape().is_fully_defined()
        return state_ops.assign(self.op, value, validate_shape=check)


class ResourceVariableSaveable(SaveableObject):
    """A resource variable, or a read of one: restored by an AssignVariableOp."""

    def __init__(self, var, slice_spec, name):
        self._device, self._shape = var.device, var.shape
        if isinstance(var, Tensor):
            self.handle_op = var.op.inputs[0]
            tensor = var
        elif isinstance(var, ResourceVariable):
            self.handle_op = var.handle

            def tensor():
                with device(var.device):
                    value = var.read_value()
                    with device("/device:CPU:0"):
                        return make("Identity", value)
        else:
            raise ValueError(f"Saveable is neither a resource variable nor a read operation. Got: {var!r}")
        super().__init__(var, [SaveSpec(tensor, slice_spec, name, dtype=var.dtype, device=var.device)], name)

    def restore(self, restored_tensors, restored_shapes):
        """An AssignVariableOp on the variable's device; ValueError where the static shapes cannot fit."""
        value = restored_tensors[0]
        if restored_shapes is not None:
            value = make("Reshape", value, _shape_tensor(restored_shapes[0]))
        with device(self._device):
            value = make("Identity", value)
            self._shape.assert_is_compatible_with(value.shape)
            return make("AssignVariableOp", self.handle_op, value)


def _shape_tensor(shape):
    return shape if isinstance(shape, Tensor) else shape.as_list()


def is_partitioned(var) -> bool:
    """Whether this is a PartitionedVariable: several variables that are slices of one."""
    return hasattr(var, "_get_variable_list") and not isinstance(var, Variable)


def _is_trackable(var) -> bool:
    return isinstance(var, Trackable) and not isinstance(var, Variable)


def _from_variable(tensor) -> bool:
    return isinstance(tensor, Tensor) and tensor.op.type in _VARIABLE_OPS


class TableSaveable(SaveableObject):
    """A growing lookup table: its keys and values, restored by an import."""

    def __init__(self, table, name):
        keys, values = table.export()
        super().__init__(table, [SaveSpec(keys, "", name + "-keys"), SaveSpec(values, "", name + "-values")], name)

    def restore(self, restored_tensors, restored_shapes, name=None):
        """The import into the emptied table."""
        with name_scope(name, f"{self.name}_table_restore"), colocate_with(self.op.resource_handle):
            return make("LookupTableImportV2", self.op.resource_handle, restored_tensors[0], restored_tensors[1])


def _variable_saveable(var, slice_spec, name) -> SaveableObject:
    kind = ReferenceVariableSaveable if var.op.type in _REF_VARIABLE_OPS else ResourceVariableSaveable
    return kind(var, slice_spec, name)


def saveable_objects_for_op(op, name):
    """Yields the SaveableObjects that together save `op` under `name`.

    Raises TypeError for a name that is no string or an op that is no variable, ValueError for
    slices that do not belong together.
    """
    if not isinstance(name, str):
        raise TypeError(
            f"names_to_saveables must be a dict mapping string names to trackable operations. Name is not a string: {name}"
        )
    if isinstance(op, SaveableObject):
        yield op
    elif isinstance(op, (list, tuple)) or is_partitioned(op):
        yield from _slices(list(op), name)
    elif _is_trackable(op):
        for attribute, factory in op._gather_saveables_for_checkpoint().items():
            full_name = name if attribute == VARIABLE_VALUE_KEY else f"{name}_{attribute}"
            part = factory(full_name) if callable(factory) else factory
            yield from saveable_objects_for_op(part, part.name)
    elif isinstance(op, ResourceVariable):
        yield ResourceVariableSaveable(op._graph_element, "", name)
    else:
        tensor = convert_to_tensor(op, as_ref=True)
        if not _from_variable(tensor):
            raise TypeError(
                f"names_to_saveables must be a dict mapping string names to Tensors/Variables. Not a variable: {tensor}"
            )
        yield _variable_saveable(tensor, "", name)


def _slices(parts: list, name: str):
    full_name = None
    for var in parts:
        if not isinstance(var, Variable):
            raise ValueError(f"Slices must all be Variables: {var}")
        info = var._get_save_slice_info()
        if not info:
            raise ValueError(f"Slices must all be slices: {var}")
        if full_name is None:
            full_name = info.full_name
        elif full_name != info.full_name:
            raise ValueError(f"Slices must all be from the same tensor: {full_name} != {info.full_name}")
        yield _variable_saveable(var, info.spec, name)


def op_list_to_dict(op_list, convert_variable_to_tensor: bool = True) -> dict:
    """{name: what to save under it} of a list of variables; slices of one variable share its name.

    Raises TypeError where the list or an item is of the wrong type, ValueError for a name used twice.
    """
    if not isinstance(op_list, (list, tuple, set)):
        raise TypeError(f"Variables to save should be passed in a dict or a list: {op_list}")
    found: dict = {}
    for var in sorted(op_list, key=lambda v: v.name):
        if isinstance(var, SaveableObject):
            found[var.name] = var
        elif is_partitioned(var):
            _put_once(found, var.name, var)
        elif isinstance(var, Variable) and var._get_save_slice_info():
            name = var._get_save_slice_info().full_name
            if not isinstance(found.setdefault(name, []), list):
                raise ValueError(f"Mixing slices and non-slices with the same name: {name}")
            found[name].append(var)
        elif _is_trackable(var):
            parts = [f() if callable(f) else f for f in var._gather_saveables_for_checkpoint().values()]
            found.update(op_list_to_dict(parts))
        else:
            if convert_variable_to_tensor:
                var = var._graph_element if isinstance(var, ResourceVariable) else convert_to_tensor(var, as_ref=True)
                if not _from_variable(var):
                    raise TypeError(f"Variable to save is not a Variable: {var}")
            owner = var.op.inputs[0].op if var.op.type == "ReadVariableOp" else var.op
            _put_once(found, owner.name, var)
    return found


def _put_once(found: dict, name: str, var) -> None:
    if name in found:
        raise ValueError(f"At least two variables have the same name: {name}")
    found[name] = var


def validate_and_slice_inputs(names_to_saveables) -> list:
    """The SaveableObjects for the list or dict given to a Saver, sorted by name.

    Raises TypeError and ValueError as `op_list_to_dict`; ValueError where one thing has two names.
    """
    if not isinstance(names_to_saveables, dict):
        names_to_saveables = op_list_to_dict(names_to_saveables)
    saveables: list = []
    seen: set = set()
    for name, op in sorted(names_to_saveables.items(), key=lambda item: item[0]):
        for saveable in saveable_objects_for_op(op, name):
            if id(saveable.op) in seen:
                raise ValueError(f"The same saveable will be restored with two names: {saveable.name}")
            seen.add(id(saveable.op))
            saveables.append(saveable)
    return saveables


__all__ = [
    "RefVariable", "ReferenceVariableSaveable", "ResourceVariableSaveable", "SaveSpec", "SaveableObject", "is_partitioned",
    "op_list_to_dict", "saveable_objects_for_op", "set_cpu0", "validate_and_slice_inputs",
]  # fmt: skip
