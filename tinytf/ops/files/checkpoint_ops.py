"""Ops that take rows and columns of a saved matrix over to a new vocabulary: what `warm_start` and embeddings use."""

from __future__ import annotations

import math

import numpy as np

from tinytf import checkpoint, dtypes, errors
from tinytf.checkpoint import files
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.ops.array.shape_ops import show


def _text(value) -> str:
    item = value.item() if hasattr(value, "item") else value
    return item.decode() if isinstance(item, bytes) else item


def _lines(op_, path: str) -> list:
    with files.open_to_read(path) as stream:
        return [line.rstrip(b"\r\n") for line in stream]


def _remapping_kernel(op_):
    offset, count, old_size = op_.attr("new_vocab_offset"), op_.attr("num_new_vocab"), op_.attr("old_vocab_size")

    def remap(new_file, old_file):
        new, old = _lines(op_, _text(new_file)), _lines(op_, _text(old_file))
        if len(new) < offset + count:
            raise errors.InvalidArgumentError(
                op_.node_def, op_,
                f"lookup table size must be larger than last new vocab entry's line: {_text(new_file)} has {len(new)} lines, "
                f"line {offset + count} is asked for",
            )  # fmt: skip
        if old_size >= 0:
            old = old[:old_size]
        number = {word: i for i, word in enumerate(old)}
        ids = np.array([number.get(word, -1) for word in new[offset : offset + count]], np.int64).reshape(count)
        return ids, np.array(np.count_nonzero(ids >= 0), np.int32)

    return remap


def _remapping_shape(op_):
    for tensor in op_.inputs:
        if tensor.dims is not None and len(tensor.dims):
            raise ValueError(f"Shape must be rank 0 but is rank {len(tensor.dims)}")
    return [(op_.attr("num_new_vocab"),), ()]


op(
    "GenerateVocabRemapping(new_vocab_file: string, old_vocab_file: string) -> (remapping: int64, num_present: int32); "
    "new_vocab_offset: int >= 0; num_new_vocab: int >= 0; old_vocab_size: int >= -1 = -1",
    shape=_remapping_shape,
    kernel=_remapping_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _load_kernel(op_):
    rows, cols = op_.attr("num_rows"), op_.attr("num_cols")

    def fail(text):
        raise errors.InvalidArgumentError(op_.node_def, op_, text)

    def check(ids):
        new_of: dict = {}
        for new, old in enumerate(ids.tolist()):
            if old >= 0 and new_of.setdefault(old, new) != new:
                reason = f"Old ID {old} is mapped to both new ID {new_of[old]} and {new}, which is not supported."
                raise errors.UnimplementedError(op_.node_def, op_, reason)

    def load(path, name, row_remapping, col_remapping, initial):
        if row_remapping.shape != (rows,):
            fail(f"Size of row_remapping is {row_remapping.size} instead of being equal to num_rows={rows}")
        if col_remapping.size not in (0, cols):
            fail(f"Provided col_remapping, but its size is {col_remapping.size} instead of being equal to num_cols={cols}")
        if not checkpoint.checkpoint_exists(_text(path)):
            raise errors.NotFoundError(op_.node_def, op_, f"{_text(path)}.index; No such file or directory")
        check(row_remapping)
        check(col_remapping)
        saved = np.asarray(checkpoint.read_tensors(_text(path), [_text(name)], [""], [dtypes.float32])[0])
        if saved.ndim != 2:
            fail(f"Old tensor must have shape of rank 2, got {show(saved.shape)} for {_text(name)}")
        shape = "[%d,%d]" % saved.shape
        if not col_remapping.size and saved.shape[1] != cols:
            fail(
                f"Tensor {_text(name)} has shape {shape}, where the size of its 2nd dimension is {saved.shape[1]} instead of being "
                f"equal to num_cols={cols}"
            )
        columns = col_remapping if col_remapping.size else np.arange(cols)
        for axis, ids in enumerate((row_remapping, columns)):
            last = ids.max() if ids.size else -1
            if last >= saved.shape[axis]:
                text = f"0,{last + 1}:-" if axis == 0 else f"-:0,{last + 1}"
                reason = f"Extent in dimension {axis} out of bounds: shape = {shape}, slice = {text}"
                raise errors.InternalError(op_.node_def, op_, reason)
        known = (row_remapping >= 0)[:, None] & (columns >= 0)[None, :]
        missing = known.size - np.count_nonzero(known)
        if missing > initial.size:
            fail(f"initializing_values contained {initial.size} elements, but more missing values remain.")
        if missing < initial.size:
            fail(f"initializing_values contained {initial.size} elements, but only {missing} elements were used to fill in missing values.")
        result = np.empty((rows, cols), np.float32)
        result[known] = saved[np.ix_(row_remapping[row_remapping >= 0], columns[columns >= 0])].ravel()
        result[~known] = initial.ravel()
        return result

    return load


op(
    "LoadAndRemapMatrix(ckpt_path: string, old_tensor_name: string, row_remapping: int64, col_remapping: int64, "
    "initializing_values: float) -> (output_matrix: float); num_rows: int >= 0; num_cols: int >= 1; "
    "max_rows_in_memory: int = -1; is_stateful",
    shape=lambda op_: [(op_.attr("num_rows"), op_.attr("num_cols"))],
    kernel=_load_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _load_and_remap_matrix(
    ckpt_path, old_tensor_name, new_row_vocab_offset, num_rows_to_load, new_col_vocab_size, initializer,
    old_row_vocab_size=-1, old_row_vocab_file=None, new_row_vocab_file=None, old_col_vocab_file=None, new_col_vocab_file=None,
    num_row_oov_buckets=0, num_col_oov_buckets=0, max_rows_in_memory=-1,
):  # fmt: skip
    """A saved matrix with rows and columns in the order of new vocabularies; `initializer` fills what is new."""
    from tinytf.ops.array import array_ops, ranges

    for kind, count in (("row", num_row_oov_buckets), ("col", num_col_oov_buckets)):
        if count < 0:
            raise ValueError(f"num_{kind}_oov_buckets must be >= 0, but received {count}")
    for kind, old, new in (("row", old_row_vocab_file, new_row_vocab_file), ("col", old_col_vocab_file, new_col_vocab_file)):
        if bool(old) != bool(new):
            raise ValueError(
                f"old_{kind}_vocab_file and new_{kind}_vocab_file must both be specified or left unspecified. "
                f"old_{kind}_vocab_file='{old}', new_{kind}_vocab_file='{new}'"
            )
    if not (old_row_vocab_file or old_col_vocab_file):
        raise ValueError(
            "Must provide either row or column vocab files. If no remapping is necessary, consider using "
            "`tf.contrib.framework.init_from_checkpoint` instead."
        )
    rows_present, cols_present = num_rows_to_load, new_col_vocab_size
    if old_row_vocab_file:
        row_remapping, rows_present = make(
            "GenerateVocabRemapping", new_row_vocab_file, old_row_vocab_file, new_vocab_offset=new_row_vocab_offset,
            num_new_vocab=num_rows_to_load, old_vocab_size=old_row_vocab_size,
        )  # fmt: skip
    else:
        row_remapping = ranges.range(new_row_vocab_offset, new_row_vocab_offset + num_rows_to_load, dtype=dtypes.int64)
    col_remapping: object = []
    if old_col_vocab_file:
        col_remapping, cols_present = make(
            "GenerateVocabRemapping", new_col_vocab_file, old_col_vocab_file, new_vocab_offset=0,
            num_new_vocab=new_col_vocab_size,
        )  # fmt: skip
    initial = initializer([num_rows_to_load * new_col_vocab_size - rows_present * cols_present, 1])
    result = make(
        "LoadAndRemapMatrix", ckpt_path, old_tensor_name, row_remapping, col_remapping, initial, num_rows=num_rows_to_load,
        num_cols=new_col_vocab_size, max_rows_in_memory=max_rows_in_memory,
    )  # fmt: skip
    if num_row_oov_buckets > 0:
        result = array_ops.concat([result, convert_to_tensor(initializer([num_row_oov_buckets, new_col_vocab_size]))], 0)
    if num_col_oov_buckets > 0:
        rows = num_rows_to_load + num_row_oov_buckets
        result = array_ops.concat([result, convert_to_tensor(initializer([rows, num_col_oov_buckets]))], 1)
    return result


def _load_and_remap_matrix_initializer(
    ckpt_path, old_tensor_name, new_row_vocab_size, new_col_vocab_size, old_row_vocab_size=-1, old_row_vocab_file=None,
    new_row_vocab_file=None, old_col_vocab_file=None, new_col_vocab_file=None, num_row_oov_buckets=0, num_col_oov_buckets=0,
    initializer=None, max_rows_in_memory=-1,
):  # fmt: skip
    """An initializer, also of a partitioned variable, that takes a saved matrix over to new vocabularies."""
    from tinytf.ops.state import init_ops

    initializer = init_ops.zeros_initializer() if initializer is None else initializer
    if not callable(initializer):
        raise TypeError(f"initializer must be callable, instead of being {initializer} of type {type(initializer)}.")

    def initialize(shape, dtype=dtypes.float32, partition_info=None):
        if dtype != dtypes.float32:
            raise TypeError(f"Currently, only float32 is supported. Received dtype: {dtype}")
        if len(shape) != 2:
            raise ValueError(f"Expected 2-dim shape, but received: {shape}")
        if shape[0] <= 0:
            raise ValueError(f"Expected 1st dim of shape to be > 0, but received shape: {shape}")
        if shape[1] != new_col_vocab_size + num_col_oov_buckets:
            raise ValueError(
                f"Expected 2nd dim of shape to be new_col_vocab_size ({new_col_vocab_size}) + num_col_oov_buckets "
                f"({num_col_oov_buckets}) = {new_col_vocab_size + num_col_oov_buckets}, but received shape: {shape}"
            )
        offset = 0 if partition_info is None else partition_info.single_offset(shape)
        total = new_row_vocab_size + num_row_oov_buckets
        if offset + shape[0] > total:
            raise ValueError(
                f"Trying to initialize {shape[0]} additional rows after {offset} rows have already been initialized, which would "
                f"exceed expected total row count of new_row_vocab_size ({new_row_vocab_size}) + num_row_oov_buckets "
                f"({num_row_oov_buckets}) = {total}."
            )
        oov_rows = min(shape[0], max(0, offset + shape[0] - new_row_vocab_size))
        if offset > new_row_vocab_size:
            return initializer(shape)  # words out of the vocabulary only
        return _load_and_remap_matrix(
            ckpt_path, old_tensor_name, offset, shape[0] - oov_rows, new_col_vocab_size, initializer, old_row_vocab_size,
            old_row_vocab_file, new_row_vocab_file, old_col_vocab_file, new_col_vocab_file, oov_rows, num_col_oov_buckets,
            max_rows_in_memory,
        )  # fmt: skip

    return initialize


def _load_embedding_initializer(
    ckpt_path, embedding_tensor_name, new_vocab_size, embedding_dim, old_vocab_file, new_vocab_file, old_vocab_size=-1,
    num_oov_buckets=0, initializer=None, max_rows_in_memory=-1,
):  # fmt: skip
    """An initializer that takes a saved embedding over to a new vocabulary."""
    from tinytf.ops.state import init_ops

    if initializer is None:
        initializer = init_ops.truncated_normal_initializer(stddev=1.0 / math.sqrt(embedding_dim))
    return _load_and_remap_matrix_initializer(
        ckpt_path, embedding_tensor_name, new_vocab_size, embedding_dim, old_vocab_size, old_vocab_file, new_vocab_file,
        num_row_oov_buckets=num_oov_buckets, initializer=initializer, max_rows_in_memory=max_rows_in_memory,
    )  # fmt: skip
