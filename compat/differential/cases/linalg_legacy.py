"""Op types that TensorFlow's own functions build no longer but old graphs hold: Batch…, Concat, Reverse, TopK, SpaceToBatch and so on."""

from __future__ import annotations

import numpy as np
from table import numbers


def removed_ops(tf, producer=0):
    """From here on the graph is one of an old TensorFlow, in which ops of later removal may be made."""
    tf.import_graph_def(tf.GraphDef(versions=dict(producer=producer)))
    return tf.raw_ops


def positive(n=3, batch=2):
    a = np.round(numbers([batch, n, n], "float64") * 8) / 8  # products are exact, whatever NumPy's are made of
    return np.matmul(a, a.transpose(0, 2, 1)) + n * np.eye(n)


def case_batch_linear_algebra(tf):
    raw, a, b = removed_ops(tf), positive(), numbers([2, 3, 2], "float64")
    lower = np.tril(a)
    made = [raw.BatchCholesky(input=a), raw.BatchCholeskyGrad(l=lower, grad=lower), raw.BatchMatrixDeterminant(input=a)]
    made += [raw.BatchMatrixInverse(input=a), raw.BatchMatrixInverse(input=a, adjoint=True), raw.BatchMatrixSolve(matrix=a, rhs=b)]
    made += [raw.BatchMatrixTriangularSolve(matrix=lower, rhs=b), raw.BatchMatrixTriangularSolve(matrix=lower, rhs=b, lower=True, adjoint=True)]
    made += [raw.BatchMatrixSolveLs(matrix=a, rhs=b, l2_regularizer=np.float64(0.5))]
    return made


case_batch_linear_algebra.ulps = 200


def case_batch_decompositions(tf):
    raw, a = removed_ops(tf), positive()
    values, vectors = raw.BatchSelfAdjointEigV2(input=a)
    s, u, v = raw.BatchSvd(input=a)
    rebuilt = tf.matmul(vectors * values[:, None, :], vectors, transpose_b=True)
    made = [values, tf.abs(vectors), rebuilt, s, tf.matmul(u * s[:, None, :], v, transpose_b=True)]
    made += [raw.BatchSelfAdjointEig(input=a)[:, :1], raw.SelfAdjointEig(input=a[0])[:1]]
    return made + [raw.BatchSelfAdjointEigV2(input=a, compute_v=False)[0]]


case_batch_decompositions.ulps = 400


def case_batch_parts(tf):
    raw, x, d = removed_ops(tf), numbers([2, 3, 3]), numbers([2, 3])
    made = [raw.BatchMatrixBandPart(input=x, num_lower=1, num_upper=0), raw.BatchMatrixDiag(diagonal=d)]
    return made + [raw.BatchMatrixDiagPart(input=x), raw.BatchMatrixSetDiag(input=x, diagonal=d)]


def case_batch_fourier(tf):
    raw, x = removed_ops(tf), numbers([2, 4, 4, 4], "complex64")
    made = []
    for name in ("FFT", "IFFT", "FFT2D", "IFFT2D", "FFT3D", "IFFT3D"):
        made.append(getattr(raw, "Batch" + name)(input=x))
    return made


case_batch_fourier.why_different = "TensorFlow 1.15 has no kernel for these on a CPU any more; here they run"


def case_old_array_ops(tf):
    raw, x = removed_ops(tf), numbers([2, 4, 3])
    made = [raw.Concat(concat_dim=1, values=[x, x]), raw.Reverse(tensor=x, dims=[True, False, True]), raw.Gather(params=x, indices=[1, 0])]
    made += [raw.ScatterNdNonAliasingAdd(input=numbers([4]), indices=[[1], [3]], updates=np.float32([5, 6])), raw.DeepCopy(x=x)]
    made += [raw.Snapshot(input=x), raw.GuaranteeConst(input=tf.constant(x)), raw.OnesLike(x=x), raw.ClipByValue(t=x, clip_value_min=-1.0, clip_value_max=1.0)]
    made += [raw.SpaceToBatch(input=numbers([1, 4, 4, 1]), paddings=[[0, 0], [0, 0]], block_size=2)]
    made += [raw.BatchToSpace(input=numbers([4, 2, 2, 1]), crops=[[0, 1], [1, 0]], block_size=2)]
    made += list(raw.TopK(input=x, k=2)) + list(raw.UniqueV2(x=numbers([6, 2], "int32", 0, 2), axis=[0]))
    return made + list(raw.UniqueWithCountsV2(x=numbers([3, 6], "int64", 0, 2), axis=[1]))


def case_old_neural_ops(tf):
    raw, x, bias = removed_ops(tf), numbers([2, 5, 5, 3]), numbers([3])
    made = [raw.BiasAddV1(value=x, bias=bias), raw.InTopK(predictions=numbers([4, 6]), targets=[1, 0, 5, 3], k=2)]
    moments = dict(m=bias, v=np.abs(bias), beta=bias, variance_epsilon=0.01, scale_after_normalization=True)
    made += [raw.BatchNormWithGlobalNormalization(t=x, gamma=bias, **moments)]
    del moments["beta"]
    made += list(raw.BatchNormWithGlobalNormalizationGrad(t=x, gamma=bias, backprop=x * 2, **moments))
    made += [raw.SoftplusGrad(gradients=x, features=x)]
    made += [raw.MaxPoolV2(input=x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")]
    pooled = dict(ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")
    made += [raw.MaxPoolGradV2(orig_input=x, orig_output=made[-1], grad=made[-1], **pooled)]
    made += [raw.MaxPoolGradGradV2(orig_input=x, orig_output=made[-2], grad=x, **pooled)]
    return made


case_old_neural_ops.ulps = 60


def case_old_fused_batch_norm(tf):
    raw, x, c, dy = tf.raw_ops, numbers([2, 3, 4, 3]), np.abs(numbers([3])), numbers([2, 3, 4, 3], seed=1)
    made = []
    for name in ("FusedBatchNorm", "FusedBatchNormV2"):
        y = getattr(raw, name)(x=x, scale=c, offset=c, mean=np.float32([]), variance=np.float32([]))
        grads = getattr(raw, name.replace("Norm", "NormGrad"))(
            y_backprop=dy, x=x, scale=c, reserve_space_1=y.reserve_space_1, reserve_space_2=y.reserve_space_2
        )
        made += [y.y, y.batch_mean, y.batch_variance] + list(grads)[:3]
        made += [getattr(raw, name)(x=x, scale=c, offset=c, mean=c, variance=c, is_training=False).y]
    return made


case_old_fused_batch_norm.ulps = 300


def case_conv3d_first_version(tf):
    raw, x, w = removed_ops(tf), numbers([1, 3, 4, 3, 2]), numbers([2, 2, 2, 2, 3])
    options = dict(strides=[1, 1, 1, 1, 1], padding="SAME")
    y = raw.Conv3D(input=x, filter=w, **options)
    return [raw.Conv3DBackpropInput(input=x, filter=w, out_backprop=y, **options), raw.Conv3DBackpropFilter(input=x, filter=w, out_backprop=y, **options)]


case_conv3d_first_version.ulps = 60


def case_quantize_and_dequantize(tf):
    raw, x = removed_ops(tf), numbers([3, 4])
    made = [raw.QuantizeAndDequantize(input=x, num_bits=4), raw.QuantizeAndDequantize(input=x, range_given=True, input_min=-1.0, input_max=1.0)]
    return made + [raw.QuantizeAndDequantizeV3(input=x, input_min=-2.0, input_max=2.0, num_bits=5)]


def case_sets(tf):
    raw = tf.raw_ops
    a = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], tf.constant([1, 2, 3], tf.int64), [2, 2])
    b = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], tf.constant([2, 3, 9], tf.int64), [2, 2])
    made = []
    for operation in ("a-b", "b-a", "intersection", "union"):
        made += list(raw.SparseToSparseSetOperation(
            set1_indices=a.indices, set1_values=a.values, set1_shape=a.dense_shape, set2_indices=b.indices, set2_values=b.values,
            set2_shape=b.dense_shape, set_operation=operation,
        ))  # fmt: skip
        made += list(raw.DenseToSparseSetOperation(
            set1=np.int64([[1, 2], [9, 4]]), set2_indices=b.indices, set2_values=b.values, set2_shape=b.dense_shape, set_operation=operation
        ))
    made += [raw.SetSize(set_indices=a.indices, set_values=a.values, set_shape=a.dense_shape)]
    return made + list(raw.SparseReduceMaxSparse(input_indices=b.indices, input_values=b.values, input_shape=b.dense_shape, reduction_axes=[1]))


def case_strings_and_numbers(tf):
    raw = removed_ops(tf)
    made = [raw.RegexFullMatch(input=["ab", "abc", ""], pattern="a.*c?"), raw.DecodePaddedRaw(input_bytes=["abcd", "ef"], fixed_length=4, out_type=tf.uint8)]
    made += [raw.DecodeCompressed(bytes=["plain"], compression_type=""), raw.RandomPoisson(shape=[5], rate=np.float32([0.5, 20.0]), seed=1, seed2=2)]
    return made


def case_summaries(tf):
    raw = removed_ops(tf)
    image = np.random.RandomState(0).randint(0, 256, [2, 3, 4, 1]).astype(np.uint8)
    made = [raw.ImageSummary(tag="i", tensor=image), raw.TensorSummary(tensor=np.float32([1, 2]), description="d")]
    made += [raw.TensorSummaryV2(tag="t", tensor=np.int32([3]), serialized_summary_metadata=""), raw.ImageSummary(tag="f", tensor=numbers([1, 4, 3, 3]))]
    return made + [raw.MergeSummary(inputs=[made[1], made[2]]), raw.AudioSummary(tag="a", tensor=numbers([1, 30]), sample_rate=8000.0)]


def case_placeholder(tf):
    x = removed_ops(tf).PlaceholderV2(dtype=tf.float32, shape=[2])
    return x * 2, {x: np.float32([1, 2])}


def case_several_diagonals(tf):
    raw = tf.raw_ops
    x = tf.constant(np.arange(24.0).reshape(2, 3, 4), tf.float32)
    found = []
    for k in (0, 1, [-1, 1], [-2, -1]):
        part = raw.MatrixDiagPartV2(input=x, k=k, padding_value=9.0)
        found += [part, raw.MatrixDiagV2(diagonal=part, k=k, num_rows=-1, num_cols=-1, padding_value=5.0)]
        found.append(raw.MatrixSetDiagV2(input=x, diagonal=part * 2.0, k=k))
    return found


def case_diagonals_out_of_bounds(tf):
    return tf.raw_ops.MatrixDiagPartV2(input=tf.ones([2, 3]), k=[7], padding_value=0.0)
