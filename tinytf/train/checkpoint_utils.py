"""Values for new variables out of old checkpoints: `init_from_checkpoint`; waiting for new checkpoints."""

from __future__ import annotations

import os
import time

from tinytf import logging
from tinytf.checkpoint import load_checkpoint
from tinytf.checkpoint.state import latest_checkpoint
from tinytf.graph.default_graph import device
from tinytf.ops.files import io_ops
from tinytf.ops.state.variables import Variable
from tinytf.train.saveable import op_list_to_dict, saveable_objects_for_op


def wait_for_new_checkpoint(checkpoint_dir, last_checkpoint=None, seconds_to_sleep=1, timeout=None):
    """Waits for a checkpoint other than `last_checkpoint`; its path, or None after `timeout` seconds."""
    logging.info("Waiting for new checkpoint at %s", checkpoint_dir)
    deadline = None if timeout is None else time.time() + timeout
    while True:
        path = latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            logging.info("Found new checkpoint at %s", path)
            return path
        if deadline is not None and time.time() + seconds_to_sleep > deadline:
            return None
        time.sleep(seconds_to_sleep)


def checkpoints_iterator(checkpoint_dir, min_interval_secs=0, timeout=None, timeout_fn=None):
    """Yields each new checkpoint of a folder as it comes.

    After `timeout` seconds without one, `timeout_fn()` says whether to end (it ends where that is None).
    Follows `tf.train.checkpoints_iterator` of TF 1.15.
    """
    path = None
    while True:
        found = wait_for_new_checkpoint(checkpoint_dir, path, timeout=timeout)
        if found is None:
            if not timeout_fn:
                logging.info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        start, path = time.time(), found
        yield path
        left = start + min_interval_secs - time.time()
        if left > 0:
            time.sleep(left)


def _checkpoint_path(ckpt_dir_or_file):
    path = os.fspath(ckpt_dir_or_file)
    return latest_checkpoint(path) if os.path.isdir(path) else path


def init_from_checkpoint(ckpt_dir_or_file, assignment_map) -> None:
    """Makes variables take their initial values from a checkpoint, once their initializers are run.

    `assignment_map` maps what is in the checkpoint to what is in the graph:
      {"scope/": "scope/"} every variable of a scope; "/" is the root;
      {"name": "name"} or {"name": variable} one variable; {"name": [slices]} a partitioned one.

    Raises ValueError for what is not in the checkpoint or has another shape.
    Follows `tf.train.init_from_checkpoint` of TF 1.15.
    """
    path = _checkpoint_path(ckpt_dir_or_file)
    shapes = load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    store = _store_variables()
    for saved_name, target in sorted(assignment_map.items()):
        var = _resolve(target, store)
        if var is None:
            _init_scope(path, ckpt_dir_or_file, shapes, saved_name, target, store)
            continue
        if saved_name not in shapes:
            raise ValueError(f"Tensor {saved_name} is not found in {ckpt_dir_or_file} checkpoint {shapes}")
        if isinstance(var, Variable) and not var.get_shape().is_compatible_with(shapes[saved_name]):
            raise ValueError(
                f"Shape of variable {var.name} ({var.get_shape()}) doesn't match with shape of tensor {saved_name} "
                f"({shapes[saved_name]}) from checkpoint reader."
            )
        _set_initializer(var, path, saved_name)


def _store_variables() -> dict:
    from tinytf.ops.state import variable_scope

    return variable_scope._get_default_variable_store()._vars


def _resolve(target, store: dict):
    """A variable, a list of slices, or None where the name is no variable's (but a scope's)."""
    if isinstance(target, Variable):
        return target
    if isinstance(target, (list, tuple)) and all(isinstance(v, Variable) for v in target):
        return list(target)
    if hasattr(target, "_get_variable_list"):
        return target._get_variable_list()
    return store.get(target) or _partitions(target, store)


def _partitions(name: str, store: dict):
    parts = []
    while f"{name}/part_{len(parts)}" in store:
        parts.append(store[f"{name}/part_{len(parts)}"])
    return parts or None


def _init_scope(path, shown, shapes, saved_scope, scope, store) -> None:
    prefix = scope[: scope.rindex("/")] if "/" in scope else ""
    if not saved_scope.endswith("/"):
        raise ValueError(
            f"Assignment map with scope only name {prefix} should map to scope only {saved_scope}. Should be 'scope/': "
            "'other_scope/'."
        )
    names = {n[: n.index("/part_")] if "/part_" in n else n for n in store if not prefix or n.startswith(prefix + "/")}
    for name in sorted(names):
        saved_name = name[len(prefix) :]
        if scope != "/":
            saved_name = saved_name[1:]
        if saved_scope != "/":
            saved_name = saved_scope + saved_name
        saved_name = saved_name[:-1] if saved_name.endswith("/") else saved_name
        if saved_name not in shapes:
            raise ValueError(f"Tensor {saved_name} ({name[len(prefix) + 1 :]} in {saved_scope}) is not found in {shown} checkpoint")
        var = store.get(name)
        _set_initializer(_partitions(name, store) if var is None else var, path, saved_name)


def _set_initializer(var_or_slices, path, saved_name) -> None:
    if isinstance(var_or_slices, Variable):
        _set_one(var_or_slices, path, saved_name, "")
        return
    full_name = None
    for part in var_or_slices:
        info = part._get_save_slice_info()
        if full_name is None:
            full_name = info.full_name
        elif full_name != info.full_name:
            raise ValueError(f"Slices must all be from the same tensor: {full_name} != {info.full_name}")
        _set_one(part, path, saved_name, info.spec)


def _set_one(variable, path, saved_name, slice_spec) -> None:
    with device(variable.device), device("/cpu:0"):
        restored = io_ops.restore_v2(
            path, [saved_name], [slice_spec], [variable.dtype.base_dtype], name="checkpoint_initializer"
        )[0]
        found = [s for name, op in op_list_to_dict([variable]).items() for s in saveable_objects_for_op(op, name)]
    variable._initializer_op = found[0].restore([restored], restored_shapes=None)
    restored.set_shape(variable.shape)
    variable._initial_value = restored
    logging.debug("Initialize variable %s from checkpoint %s with %s", variable.name, path, saved_name)
