"""Ops that no public function of TF 1.15 adds to a graph, or only in passing: by their raw names."""

from __future__ import annotations

import os
import tempfile

import numpy as np
from table import inner, numbers


def case_only_built(tf):
    # Ops that end TensorFlow's process where they run: static shapes and graphs are compared.
    stop = tf.raw_ops.Abort(error_msg="stop", exit_without_error=True)
    x = tf.constant(numbers([2, 4, 4, 1]))
    update = tf.raw_ops.TensorStridedSliceUpdate(input=x, begin=[1], end=[2], strides=[1], value=x[:1])
    return [tf.constant([len(stop.outputs)]), tf.constant(update.shape.as_list())]


case_only_built.same_graph = True


def case_sparse_map(tf):
    one = tf.raw_ops.AddSparseToTensorsMap(sparse_indices=np.int64([[0], [2]]), sparse_values=[1.0, 2.0], sparse_shape=np.int64([4]), shared_name="m")
    two = tf.raw_ops.AddSparseToTensorsMap(sparse_indices=np.int64([[1]]), sparse_values=[3.0], sparse_shape=np.int64([3]), shared_name="m")
    handles = tf.placeholder(tf.int64, [None])
    take = tf.raw_ops.TakeManySparseFromTensorsMap(sparse_handles=handles, dtype=tf.float32, shared_name="m")

    def run(session):
        return session.run(list(take), {handles: [session.run(one), session.run(two)]})

    return run


def case_audio_summary(tf):
    sound = tf.raw_ops.AudioSummaryV2(tag="a", tensor=numbers([2, 20, 1], low=-1, high=1), sample_rate=8000.0, max_outputs=1)

    def run(session):
        value = tf.Summary.FromString(session.run(sound)).value
        return [(v.tag, v.audio.length_frames, v.audio.encoded_audio_string) for v in value]

    return run


def case_batch_of_old(tf):
    kinds = {"output_types": ["int64"], "output_shapes": [[None]]}
    numbers_ = tf.raw_ops.RangeDataset(start=np.int64(0), stop=np.int64(4), step=np.int64(1), output_types=["int64"], output_shapes=[[]])
    return tf.raw_ops.DatasetToSingleElement(dataset=tf.raw_ops.BatchDataset(input_dataset=numbers_, batch_size=np.int64(9), **kinds), **kinds)


def case_debug_gradient_identity(tf):
    return tf.raw_ops.DebugGradientIdentity(input=[1.0, 2.0])


def case_session_tensors(tf):
    keep, handle = tf.get_session_handle(tf.constant([1.0, 2.0])), tf.placeholder(tf.string, [])
    value, delete = tf.raw_ops.GetSessionTensor(handle=handle, dtype=tf.float32), tf.raw_ops.DeleteSessionTensor(handle=handle)

    def run(session):
        held = session.run(keep)
        feed = {handle: held.handle}
        found = [session.run(value, feed)]
        session.run(delete, feed)
        try:
            session.run(value, feed)
        except tf.errors.OpError as error:
            found.append(type(error).__name__)
        return found

    return run


def case_initialize_table(tf):
    table = tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64, shared_name="t")
    fill = tf.raw_ops.InitializeTableV2(table_handle=table, keys=["a", "b"], values=np.int64([1, 2]))
    find = tf.raw_ops.LookupTableFindV2(table_handle=table, keys=["b", "c"], default_value=np.int64(-1))

    def run(session):
        session.run(fill)
        return session.run(find)

    return run


def case_load_and_remap(tf):
    path = tf.placeholder(tf.string, [])
    save = tf.raw_ops.SaveV2(prefix=path, tensor_names=["w"], shape_and_slices=[""], tensors=[numbers([4, 3])])
    remap = tf.raw_ops.LoadAndRemapMatrix(
        ckpt_path=path, old_tensor_name="w", row_remapping=np.int64([2, -1, 0]), col_remapping=np.int64([1, 0]),
        initializing_values=[7.0, 8.0], num_rows=3, num_cols=2,
    )  # fmt: skip

    def run(session):
        feed = {path: os.path.join(tempfile.mkdtemp(), "c")}
        session.run(save, feed)
        return session.run(remap, feed)

    return run


def case_remote_call(tf):
    double = inner(tf, "framework.function").Defun(tf.float32)(lambda x: x * 2.0)
    here = "/job:localhost/replica:0/task:0/device:CPU:0"
    return tf.raw_ops.RemoteCall(target=here, args=[tf.constant([1.0, 2.0])], Tout=[tf.float32], f=double)


def case_sparse_cross(tf):
    values = [tf.constant(["a", "b", "c"]), tf.constant(["5", "6"])]
    indices = [np.int64([[0, 0], [0, 1], [1, 0]]), np.int64([[0, 0], [1, 0]])]
    found = []
    for hashed, kind in ((False, "string"), (True, "int64")):
        found += tf.raw_ops.SparseCross(
            indices=indices, values=values, shapes=[np.int64([2, 2]), np.int64([2, 1])], dense_inputs=[tf.constant([["x"], ["y"]])],
            hashed_output=hashed, num_buckets=100 if hashed else 0, hash_key=956888297470, out_type=kind, internal_type="string",
        )  # fmt: skip
    return found


def case_stack(tf):
    stack = tf.raw_ops.StackV2(max_size=4, elem_type=tf.float32)
    push = tf.raw_ops.StackPushV2(handle=stack, elem=[1.0, 2.0])
    with tf.control_dependencies([push]):
        pop = tf.raw_ops.StackPopV2(handle=stack, elem_type=tf.float32)
    with tf.control_dependencies([pop]):
        close = tf.raw_ops.StackCloseV2(handle=stack)

    def run(session):
        return session.run([pop, close])

    return run


def case_flush_quantiles(tf):
    raw = tf.raw_ops
    stream = raw.BoostedTreesQuantileStreamResourceHandleOp(shared_name="q")
    create = raw.BoostedTreesCreateQuantileStreamResource(quantile_stream_resource_handle=stream, epsilon=0.1, num_streams=1)
    made = raw.BoostedTreesMakeQuantileSummaries(float_values=[np.float32([3, 1, 2, 5])], example_weights=np.float32([1, 1, 1, 1]), epsilon=0.1)
    add = raw.BoostedTreesQuantileStreamResourceAddSummaries(quantile_stream_resource_handle=stream, summaries=made)
    flush = raw.BoostedTreesFlushQuantileSummaries(quantile_stream_resource_handle=stream, num_features=1)

    def run(session):
        session.run(create)
        session.run(add)
        return session.run(flush)

    return run


def _ensemble(tf, update):
    raw = tf.raw_ops
    handle = raw.BoostedTreesEnsembleResourceHandleOp(shared_name="e")
    create = raw.BoostedTreesCreateEnsemble(tree_ensemble_handle=handle, stamp_token=np.int64(0), tree_ensemble_serialized="")
    there = raw.IsBoostedTreesEnsembleInitialized(tree_ensemble_handle=handle)
    grow, states = update(raw, handle), raw.BoostedTreesGetEnsembleStates(tree_ensemble_handle=handle)

    def run(session):
        found = [session.run(there)]
        session.run(create)
        found.append(session.run(there))
        session.run(grow)
        return found + list(session.run(states))

    return run


_SPLIT = {
    "node_ids": [np.int32([0])], "gains": [np.float32([0.9])], "thresholds": [np.int32([1])],
    "left_node_contribs": [np.float32([[0.2]])], "right_node_contribs": [np.float32([[-0.3]])],
}  # fmt: skip


def case_grow_ensemble(tf):
    return _ensemble(
        tf,
        lambda raw, handle: raw.BoostedTreesUpdateEnsemble(
            tree_ensemble_handle=handle, feature_ids=np.int32([0]), max_depth=2, learning_rate=0.1, pruning_mode=0, **_SPLIT
        ),
    )


def case_grow_ensemble_v2(tf):
    return _ensemble(
        tf,
        lambda raw, handle: raw.BoostedTreesUpdateEnsembleV2(
            tree_ensemble_handle=handle, feature_ids=np.int32([0]), dimension_ids=[np.int32([0])], split_types=[["inequality"]],
            max_depth=np.int32(2), learning_rate=np.float32(0.1), pruning_mode=np.int32(0), **_SPLIT,
        ),
    )  # fmt: skip
