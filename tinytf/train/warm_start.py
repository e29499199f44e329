"""`tf.train.warm_start`: variables take initial values from an old checkpoint, also where vocabularies changed."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import errors, logging
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_collection
from tinytf.graph.graph import GraphKeys
from tinytf.ops.state import state_ops
from tinytf.ops.state.variables import Variable
from tinytf.train import checkpoint_utils, object_based
from tinytf.train.saveable import is_partitioned, op_list_to_dict


class _VocabInfo(NamedTuple):
    new_vocab: Any
    new_vocab_size: int
    num_oov_buckets: int
    old_vocab: Any
    old_vocab_size: int = -1
    backup_initializer: Any = None
    axis: int = 0


class VocabInfo(_VocabInfo):
    """The old and the new vocabulary file of an embedding, for `warm_start`.

    `axis`: 0 where the rows are words, 1 where the columns are.  Follows `tf.train.VocabInfo` of TF 1.15.
    """

    __slots__ = ()

    def __new__(
        cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab, old_vocab_size=-1, backup_initializer=None, axis=0
    ):
        if axis not in (0, 1):
            raise ValueError(f"The only supported values for the axis argument are 0 and 1.  Provided axis: {axis}")
        return super().__new__(
            cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab, old_vocab_size, backup_initializer, axis
        )


def _get_var_info(var, prev_tensor_name=None) -> tuple:
    """(name in the old checkpoint, variable or list of slices) of a variable; TypeError for anything else."""
    if is_partitioned(var):
        name, var = _name_of([var]), var._get_variable_list()
    elif isinstance(var, Variable):
        name = _name_of([var])
    elif isinstance(var, list) and all(isinstance(v, Variable) for v in var):
        name = _name_of(var)
    else:
        raise TypeError(f"var MUST be one of the following: a Variable, list of Variable or PartitionedVariable, but is {type(var)}")
    return prev_tensor_name or name, var


def _name_of(variables) -> str:
    names = list(op_list_to_dict(variables))
    if len(names) > 1:
        raise TypeError(f"`var` = {variables} passed as arg violates the constraints.  name_to_var_dict = {names}")
    return names[0]


def _grouped(vars_to_warm_start) -> dict:
    """{name in a checkpoint: its variables (several where it is partitioned)}"""
    if isinstance(vars_to_warm_start, str) or vars_to_warm_start is None:
        logging.info("Warm-starting variables only in TRAINABLE_VARIABLES.")
        found = get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=vars_to_warm_start)
    elif not isinstance(vars_to_warm_start, list):
        raise ValueError(f"`vars_to_warm_start must be a `list` or `str`.  Given type is {type(vars_to_warm_start)}")
    elif all(isinstance(v, str) for v in vars_to_warm_start):
        found = [v for scope in vars_to_warm_start for v in get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope)]
    elif all(isinstance(v, Variable) for v in vars_to_warm_start):
        found = vars_to_warm_start
    else:
        raise ValueError(
            "If `vars_to_warm_start` is a list, it must be all `Variable` or all `str`.  Given types are "
            f"{[type(v) for v in vars_to_warm_start]}"
        )
    groups: dict = {}
    for v in found:
        groups.setdefault(_name_of(v if isinstance(v, list) else [v]), []).append(v)
    return groups


def _object_based_names(path, names) -> dict:
    try:
        keys = object_based.object_graph_key_mapping(checkpoint_utils._checkpoint_path(path))
    except errors.NotFoundError:
        return {}
    missing = set(names) - set(keys)
    if missing:
        raise ValueError(
            "Attempting to warm-start from an object-based checkpoint, but found that the checkpoint did not contain values for "
            f"all variables. The following variables were missing: {missing}"
        )
    return {name: keys[name] for name in names}


def warm_start(
    ckpt_to_initialize_from, vars_to_warm_start=".*", var_name_to_vocab_info=None, var_name_to_prev_var_name=None
) -> None:
    """Makes variables take their initial values from a checkpoint, once their initializers are run.

    Args:
      ckpt_to_initialize_from: a checkpoint, or a folder.
      vars_to_warm_start: a regular expression over trainable variables, a list of such over global
        ones, a list of variables, or None for those of var_name_to_vocab_info only.
      var_name_to_vocab_info: {name: VocabInfo} of embeddings whose rows (or columns) are words.
      var_name_to_prev_var_name: {name now: name in the checkpoint}.

    ValueError for names that are not used.  Follows `tf.train.warm_start` of TF 1.15.
    """
    logging.info("Warm-starting from: %s", ckpt_to_initialize_from)
    groups = _grouped(vars_to_warm_start)
    vocabularies = var_name_to_vocab_info or {}
    old_names = var_name_to_prev_var_name or _object_based_names(ckpt_to_initialize_from, groups)
    count, plain = 0, {}
    for name, found in groups.items():
        if name in vocabularies:
            info = vocabularies[name]
            _warm_start_var_with_vocab(
                found[0] if len(found) == 1 else found, info.new_vocab, info.new_vocab_size, ckpt_to_initialize_from, info.old_vocab,
                info.old_vocab_size, info.num_oov_buckets, old_names.get(name), info.backup_initializer, info.axis,
            )  # fmt: skip
            count += 1
        elif vars_to_warm_start:
            plain[old_names.get(name) or name] = found[0] if len(found) == 1 else found
            count += 1
    checkpoint_utils.init_from_checkpoint(ckpt_to_initialize_from, plain)
    logging.info("Warm-started %d variables.", count)
    for argument, given in (("var_name_to_prev_var_name", old_names), ("var_name_to_vocab_info", vocabularies)):
        unused = {n for n in given if n not in groups}
        if unused:
            raise ValueError(
                f"You provided the following variables in {argument} that were not used: {unused}.  Perhaps you misspelled them?  "
                f"Here is the list of viable variable names: {list(groups)}"
            )


def _warm_start_var_with_vocab(
    var, current_vocab_path, current_vocab_size, prev_ckpt, prev_vocab_path, previous_vocab_size=-1, current_oov_buckets=0,
    prev_tensor_name=None, initializer=None, axis=0,
) -> None:  # fmt: skip
    """Rows (or columns) of words that the old vocabulary had are taken over, others come from `initializer`."""
    from tinytf.ops.files import checkpoint_ops
    from tinytf.ops.state import variable_store

    if not (current_vocab_path and current_vocab_size and prev_ckpt and prev_vocab_path):
        raise ValueError(
            "Invalid args: Must provide all of [current_vocab_path, current_vocab_size, prev_ckpt, prev_vocab_path}."
        )
    old_name, found = _get_var_info(var, prev_tensor_name)
    parts = found if isinstance(found, list) else [found]
    rows = sum(v.get_shape().as_list()[0] for v in parts)
    for v in parts:
        shape = v.get_shape().as_list()
        slice_info = v._get_save_slice_info()
        partition = None
        if slice_info:
            partition = variable_store.PartitionInfo(full_shape=slice_info.full_shape, var_offset=slice_info.var_offset)
        by_row = axis == 0
        remapped = checkpoint_ops._load_and_remap_matrix_initializer(
            ckpt_path=checkpoint_utils._checkpoint_path(prev_ckpt),
            old_tensor_name=old_name,
            new_row_vocab_size=current_vocab_size if by_row else rows,
            new_col_vocab_size=shape[1] if by_row else current_vocab_size,
            old_row_vocab_size=previous_vocab_size if by_row else -1,
            old_row_vocab_file=prev_vocab_path if by_row else None,
            new_row_vocab_file=current_vocab_path if by_row else None,
            old_col_vocab_file=None if by_row else prev_vocab_path,
            new_col_vocab_file=None if by_row else current_vocab_path,
            num_row_oov_buckets=current_oov_buckets if by_row else 0,
            num_col_oov_buckets=0 if by_row else current_oov_buckets,
            initializer=initializer,
        )
        v._initializer_op = state_ops.assign(v, convert_to_tensor(remapped(shape=shape, partition_info=partition)))
