"""Ops on checkpoints: what is wrong with their arguments is said when the graph is built, as TensorFlow does."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import checkpoint, errors

BUILD = {
    "fewer specs than names": (dict(tensor_names=["a", "b"], shape_and_slices=[""]), ValueError, "must be equal, but are 2 and 1"),
    "more names than dtypes": (dict(tensor_names=["a", "b"], shape_and_slices=["", ""]), ValueError, "doesn't match tensor outputs"),
    "no slice": (dict(shape_and_slices=["2"]), ValueError, "Need least two elements"),
    "no numbers": (dict(shape_and_slices=["x 0,1"]), ValueError, "Non numerical dimension"),
    "number that no int64 holds": (dict(shape_and_slices=["9" * 5000 + " 0,1"]), ValueError, "Non numerical dimension"),
    "no pair": (dict(shape_and_slices=["2 0,1,2"]), ValueError, "Expected a pair of numbers or '-' but got '0,1,2'"),
    "negative start": (dict(shape_and_slices=["2 -1,1"]), ValueError, "Expected non-negative start and positive length"),
    "outside": (dict(shape_and_slices=["2 0,9"]), errors.InternalError, "Extent in dimension 0 out of bounds"),
    "another rank": (dict(shape_and_slices=["2 0,1:0,1"]), errors.InternalError, "Mismatching ranks"),
}


@pytest.mark.parametrize("case", BUILD)
def test_restore_looks_at_its_slices_when_it_is_built(case):
    arguments, error, words = BUILD[case]
    with tf.Graph().as_default(), pytest.raises(error, match=words):
        tf.raw_ops.RestoreV2(**{**dict(prefix="m", tensor_names=["a"], shape_and_slices=[""], dtypes=[tf.float32]), **arguments})


@pytest.mark.parametrize("version", [1, 2])
def test_a_dtype_that_differs_is_noticed_before_anything_is_read(tmp_path, version):
    path = str(tmp_path / "m")
    checkpoint.save(path, {"a": np.float32(1), "b": np.arange(2)}, version)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        restored = tf.raw_ops.RestoreV2(prefix=path, tensor_names=["b", "a"], shape_and_slices=["", ""], dtypes=[tf.float64, tf.int32])
        with pytest.raises(errors.InvalidArgumentError) as caught:
            session.run(restored)
    if version == 2:
        assert "tensor_name = a; expected dtype int32 does not equal original dtype float\n" in caught.value.message
        assert "tensor_name = b; expected dtype double does not equal original dtype int64" in caught.value.message
    else:
        assert "Expected to restore a tensor of type int32, got a tensor of type float instead: tensor_name = a" in caught.value.message


REMAP = {
    "two new rows of one": (dict(row_remapping=[0, 0]), errors.UnimplementedError, "Old ID 0 is mapped to both new ID 0 and 1"),
    "row outside": (dict(row_remapping=[0, 9]), errors.InternalError, r"shape = \[3,2\], slice = 0,10:-"),
    "another width": (dict(num_cols=3), errors.InvalidArgumentError, "the size of its 2nd dimension is 2 instead of being equal to num_cols=3"),
    "too few values": (dict(row_remapping=[0, -1]), errors.InvalidArgumentError, "contained 0 elements, but more missing values remain"),
    "too many values": (dict(initializing_values=[1.0]), errors.InvalidArgumentError, "but only 0 elements were used"),
    "no checkpoint": (dict(ckpt_path="/nowhere/m"), errors.NotFoundError, "/nowhere/m.index; No such file"),
}


@pytest.mark.parametrize("case", REMAP)
def test_remapping_that_cannot_be(tmp_path, case):
    arguments, error, words = REMAP[case]
    path = str(tmp_path / "m")
    checkpoint.save(path, {"w": np.zeros([3, 2], np.float32)})
    right = dict(ckpt_path=path, old_tensor_name="w", row_remapping=[2, 0], col_remapping=[], initializing_values=[], num_rows=2, num_cols=2)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        assert session.run(tf.raw_ops.LoadAndRemapMatrix(**right)).shape == (2, 2)
        with pytest.raises(error, match=words):
            session.run(tf.raw_ops.LoadAndRemapMatrix(**{**right, **arguments}))
