"""Which ranks the inputs of ops may have: written by compat/input_ranks.py, do not edit.

A line is an op type and, for each of its inputs, a rank, `n+` (at least), `n-` (at most) or `*` (any, or it depends).
"""

from __future__ import annotations

TABLE = """
AddManySparseToTensorsMap 2 1 1
AddSparseToTensorsMap 2 1 1
AdjustContrastv2 3+ 0
AdjustHue 3+ *
AdjustSaturation 3+ *
AllCandidateSampler 2
ArgMax * 0
ArgMin * 0
AssertNextDataset * 1
AudioSpectrogram 2
AvgPool 4
AvgPool3D 5
AvgPool3DGrad 1 *
AvgPoolGrad 1 *
BatchDataset * 0
BatchDatasetV2 * 0 0
BatchMatMul 2+ 2+
BatchMatMulV2 2+ 2+
BatchToSpace 4 *
BiasAdd 2+ 1
BiasAddGrad 2+
BiasAddV1 2+ 1
Bincount * 0 *
BlockLSTM * 3 * * * * * * 1
BlockLSTMGrad * 3 2 2 2 1 1 1 1 * * * * * * * * *
BlockLSTMGradV2 * 3 2 2 2 1 1 1 1 * * * * * * * * *
BlockLSTMV2 * 3 * * * * * * 1
BoostedTreesCalculateBestFeatureSplit 1 4 0 0 0 0
BoostedTreesCalculateBestGainsPerFeature 1 * 0 0 0 *
BoostedTreesCenterBias * 2 2 0 0
BoostedTreesCreateEnsemble 0 0 0
BoostedTreesCreateQuantileStreamResource 0 0 0
BoostedTreesDeserializeEnsemble 0 0 0
BoostedTreesGetEnsembleStates 0
BoostedTreesMakeQuantileSummaries * 1 0
BoostedTreesMakeStatsSummary 1 2 2 *
BoostedTreesQuantileStreamResourceAddSummaries 0 *
BoostedTreesQuantileStreamResourceDeserialize 0 *
BoostedTreesQuantileStreamResourceFlush 0 0
BoostedTreesQuantileStreamResourceGetBucketBoundaries 0
BoostedTreesSerializeEnsemble 0
BoostedTreesSparseCalculateBestFeatureSplit 1 2 1 1 0 0 0 0
BoostedTreesUpdateEnsemble * 1 * * * * * * *
BoostedTreesUpdateEnsembleV2 * 1 * * * * * * * * * *
BroadcastArgs 1 1
BroadcastGradientArgs 1 1
BroadcastTo * 1
BytesProducedStatsDataset * 0
CSVDataset 1- 0 0 0 0 0 0 1 *
CTCBeamSearchDecoder 3 1
CTCGreedyDecoder 3 1
CTCLoss 3 2 1 1
CacheDataset * 0
CacheDatasetV2 * 0 0
Cholesky 2+
CholeskyGrad 2+ *
CombinedNonMaxSuppression 4 3 0 0 0 0
CompareAndBitpack 1+ 0
ComputeAccidentalHits 2 1
Concat 0 *
ConcatV2 * 0
Conv2DBackpropFilter * 1 *
Conv2DBackpropInput 1 * *
Conv3D 5 5
Conv3DBackpropFilterV2 * 1 *
Conv3DBackpropInputV2 1 * *
CropAndResize 4 2 1 1
CropAndResizeGradImage * * * 1
Cross 1+ 1+
CudnnRNNParamsSize 0 0 0
CudnnRNNParamsToCanonical * * * 1
CudnnRNNParamsToCanonicalV2 * * * 1
DatasetToSingleElement 0
DecodeAndCropJpeg 0 1
DecodeBmp 0
DecodeGif 0
DecodeJpeg 0
DecodePng 0
DecodeWav 0
DeleteSessionTensor 0
DenseToDenseSetOperation 2+ 2+
DenseToSparseBatchDataset * 0 1
DenseToSparseSetOperation 2+ 2 1 1
DepthwiseConv2dNativeBackpropFilter * 1 *
DepthwiseConv2dNativeBackpropInput 1 * *
Dequantize * 0 0
DeserializeManySparse 2
Diag 1+
Dilation2D 4 3
DrawBoundingBoxes 4 3
DrawBoundingBoxesV2 3+ * *
EditDistance 2 1 1 2 1 1
Empty 1
EncodeJpeg 3
EncodeJpegVariableQuality 3 *
EncodePng 3
EncodeWav 2 0
ExperimentalAssertNextDataset * 1
ExperimentalBytesProducedStatsDataset * 0
ExperimentalCSVDataset 1- 0 0 0 0 0 0 1 *
ExperimentalDenseToSparseBatchDataset * 0 1
ExperimentalLatencyStatsDataset * 0
ExperimentalMatchingFilesDataset 1-
ExperimentalRandomDataset 0 0
ExperimentalSleepDataset 0- 0-
ExperimentalSlidingWindowDataset * 0 0 0
ExperimentalSqlDataset 0 0 0
ExtractGlimpse 4 1 2
ExtractImagePatches 4
ExtractJpegShape 0
ExtractVolumePatches 5
FFT 1+
FFT2D 2+
FFT3D 3+
FakeQuantWithMinMaxVars * 0 0
FakeQuantWithMinMaxVarsGradient * * 0 *
FakeQuantWithMinMaxVarsPerChannel 1+ 1 1
Fill 1 0
Fingerprint 1+ 0
FixedLengthRecordDataset 1- 0 0 0 0
FixedLengthRecordDatasetV2 1- 0 0 0 0 *
FixedUnigramCandidateSampler 2
FractionalAvgPool 4
FractionalMaxPool 4
FractionalMaxPoolGrad 4 * * * *
FusedBatchNorm 4 1 1 * *
FusedBatchNormGrad 4 4 1 1 1
FusedBatchNormGradV2 4 4 1 1 1
FusedBatchNormGradV3 4 4 1 1 1 *
FusedBatchNormV2 4 1 1 * *
FusedBatchNormV3 4 1 1 * *
GRUBlockCell 2 2 * * * *
GRUBlockCellGrad 2 2 2 * * * * * * *
Gather 1+ *
GatherNd * 1+
GatherV2 1+ * 0
GenerateVocabRemapping 0 0
GetSessionTensor 0
HSVToRGB 1+
HistogramFixedWidth * 1 0
IFFT 1+
IFFT2D 2+
IFFT3D 3+
IRFFT 1+ 1
IRFFT2D 2+ 1
IRFFT3D 3+ 1
InTopK 2 1
InTopKV2 2 1 *
InitializeTableFromTextFileV2 0 0
InitializeTableV2 0 1 *
InvertPermutation 1
IsBoostedTreesEnsembleInitialized 0
IsBoostedTreesQuantileStreamResourceInitialized 0
IteratorGetNext 0
IteratorGetNextSync 0
LRN 4
LRNGrad 4 * *
LSTMBlockCell 2 2 * * * * * *
LSTMBlockCellGrad 2 2 * * * * * * * * * * * * * *
LatencyStatsDataset * 0
LearnedUnigramCandidateSampler 2
LinSpace 0 0 0
ListDiff 1 1
LoadAndRemapMatrix * 0 * * *
LogMatrixDeterminant 2+
LogSoftmax 1+
LogUniformCandidateSampler 2
LookupTableExportV2 0
LookupTableFindV2 0 * 1-
LookupTableImportV2 0 1 *
LookupTableInsertV2 0 * *
LookupTableRemoveV2 0 1+
LookupTableSizeV2 0
LoopCond 0
LowerBound 2 2
Lu 2+
MatMul 2 2
MatchingFiles 1-
MatchingFilesDataset 1-
MatrixDeterminant 2+
MatrixDiag 1+
MatrixDiagPart 2+
MatrixDiagPartV2 2+ 1- 0
MatrixDiagV2 1+ 1- 0 0 0
MatrixInverse 2+
MatrixLogarithm 2+
MatrixSetDiag 2+ 1+
MatrixSetDiagV2 2+ 1+ 1-
MatrixSolve 2+ 2+
MatrixSolveLs 2+ 2+ 0
MatrixSquareRoot 2+
MatrixTriangularSolve 2+ 2+
MaxPool3D 5
MaxPool3DGrad 5 * *
MaxPool3DGradGrad 5 * *
MaxPoolGrad 4 * *
MaxPoolGradGrad 4 * *
MaxPoolGradGradV2 4 * * 1 1
MaxPoolGradGradWithArgmax 4 * *
MaxPoolGradV2 4 * * * *
MaxPoolGradWithArgmax 4 * *
MaxPoolWithArgmax 4
MergeV2Checkpoints 1 0
Mfcc 3 0
MirrorPad * 2
MirrorPadGrad * 2
MultiDeviceIteratorGetNextFromShard 0 * *
Multinomial 2 0
MutableDenseHashTableV2 1- *
NonDeterministicInts 1
NonMaxSuppression 2 1 0
NonMaxSuppressionV2 2 1 0 0
NonMaxSuppressionV3 2 1 0 0 0
NonMaxSuppressionV4 2 1 0 0 0
NonMaxSuppressionV5 2 1 0 0 0 0
NonMaxSuppressionWithOverlaps 2 1 0 0 0
NthElement 1+ *
OptionalGetValue 0
Pad * 2
PadV2 * 2 *
PaddedBatchDataset * 0 * *
PaddedBatchDatasetV2 * 0 * * 0
ParameterizedTruncatedNormal 1 1- 1- 1- 1-
PrefetchDataset * 0
Qr 2+
QuantizeAndDequantizeV2 * 0 0
QuantizeAndDequantizeV3 * 0 0 0
QuantizeDownAndShrinkRange * 0 0
QuantizeV2 * 0 0
QuantizedAdd * * 0 0 0 0
QuantizedBatchNormWithGlobalNormalization 4 * * 1 * * 1 * * 1 * * 1 * *
QuantizedBiasAdd 2+ 1 0 0 0 0
QuantizedConcat 0 * * *
QuantizedInstanceNorm 4 0 0
QuantizedMatMul 2 2 0 0 0 0
QuantizedMatMulWithBias 2 2 1 0 0 0 0
QuantizedMatMulWithBiasAndRelu 2 2 1 0 0 0 0
QuantizedMatMulWithBiasAndReluAndRequantize 2 2 1 0 0 0 0 0 0
QuantizedRelu * 0 0
QuantizedRelu6 * 0 0
QuantizedReluX * 0 0 0
QuantizedReshape * 1 0 0
QuantizedResizeBilinear 4 1 0 0
RFFT 1+ 1
RFFT2D 2+ 1
RFFT3D 3+ 1
RGBToHSV 1+
RaggedGather * 1+ *
RaggedRange 1- 1- 1-
RaggedTensorToSparse * 1+
RaggedTensorToVariant * 1+
RandomDataset 0 0
RandomGamma 1 *
RandomPoissonV2 1 *
RandomStandardNormal 1
RandomUniform 1
RandomUniformInt 1 0 0
Range 0 0 0
RangeDataset 0 0 0
ReadFile 0
ReaderNumRecordsProducedV2 0
ReaderNumWorkUnitsCompletedV2 0
ReaderReadUpToV2 0 0 0
ReaderReadV2 0 0
ReaderResetV2 0
ReaderRestoreStateV2 0 0
ReaderSerializeStateV2 0
ReduceJoin * 1-
RegexFullMatch * 0
RegexReplace * 0 0
RepeatDataset * 0
RequantizationRange * 0 0
RequantizationRangePerChannel * 1 1
Requantize * 0 0 0 0
RequantizePerChannel * 1 1 0 0
Reshape * 1
ResizeArea 4 1
ResizeBicubic 4 1
ResizeBilinear 4 1
ResizeNearestNeighbor 4 1
ResizeNearestNeighborGrad 4 1
ResourceAccumulatorApplyGradient * 0 *
ResourceAccumulatorSetGlobalStep * 0
ResourceAccumulatorTakeGradient * 0
ResourceApplyAdaMax * * * 0 0 0 0 0 *
ResourceApplyAdadelta * * * 0 0 0 *
ResourceApplyAdagrad * * 0 *
ResourceApplyAdagradDA * * * * 0 0 0 0
ResourceApplyAdagradV2 * * 0 0 *
ResourceApplyAdam * * * 0 0 0 0 0 0 *
ResourceApplyAdamWithAmsgrad * * * * 0 0 0 0 0 0 *
ResourceApplyAddSign * * 0 0 0 0 *
ResourceApplyCenteredRMSProp * * * * 0 0 0 0 *
ResourceApplyFtrl * * * * 0 0 0 0
ResourceApplyFtrlV2 * * * * 0 0 0 0 *
ResourceApplyGradientDescent * 0 *
ResourceApplyKerasMomentum * * 0 * 0
ResourceApplyMomentum * * 0 * 0
ResourceApplyPowerSign * * 0 0 0 0 *
ResourceApplyProximalAdagrad * * 0 0 0 *
ResourceApplyProximalGradientDescent * 0 0 0 *
ResourceApplyRMSProp * * * 0 0 0 0 *
ResourceGatherNd * 1+
ResourceScatterNdAdd * 1+ 1+
ResourceScatterNdSub * 1+ 1+
ResourceScatterNdUpdate * 1+ 1+
Restore 0 0
RestoreSlice 0 0 0
RestoreV2 0 1 1
Reverse * 1
ReverseSequence * 1
ReverseV2 * 1
RngSkip * 0 0
Roll 1+ 1- 1-
SampleDistortedBoundingBox 1 3
SampleDistortedBoundingBoxV2 1 3 0
SamplingDataset * 0 0 0
Save 0 1 *
SaveSlices 0 1 1 *
SaveV2 0 1 1 *
ScaleAndTranslate 4 1 * *
ScatterNd 1+ 1+ 1
ScatterNdNonAliasingAdd * 1+ 1+
SdcaFprint 1
SegmentMax 1+ 1
SegmentMean 1+ 1
SegmentMin 1+ 1
SegmentProd 1+ 1
SegmentSum 1+ 1
SelfAdjointEigV2 2+
SerializeManySparse 2 1 1
SerializeSparse 2 1 1
ShardDataset * 0 0
ShardedFilename 0 0 0
ShardedFilespec 0 0
ShuffleAndRepeatDataset * 0 0 0 0
ShuffleDataset * 0 0 0
ShuffleDatasetV2 * 0 0
SkipDataset * 0
SleepDataset 0- 0-
Slice * 1 1
SlidingWindowDataset * 0 0 0
SnapshotDataset * 0
Softmax 1+
SpaceToBatch 4 *
SparseAdd * * 1 * * * *
SparseAddGrad * 2 2 *
SparseDenseCwiseAdd 2 * * *
SparseDenseCwiseDiv 2 * * *
SparseDenseCwiseMul 2 * * *
SparseFillEmptyRows 2 1 1 0
SparseFillEmptyRowsGrad 1 1
SparseMatMul 2 2
SparseReorder 2 1 1
SparseReshape 2 1 1
SparseSegmentMean 1+ 1 1
SparseSegmentMeanGrad 1+ 1 * 0
SparseSegmentMeanWithNumSegments 1+ 1 1 0
SparseSegmentSqrtN 1+ 1 1
SparseSegmentSqrtNGrad 1+ 1 * 0
SparseSegmentSqrtNWithNumSegments 1+ 1 1 0
SparseSegmentSum 1+ 1 1
SparseSegmentSumWithNumSegments 1+ 1 1 0
SparseSliceGrad * 2 * *
SparseSoftmax 2 1 1
SparseSoftmaxCrossEntropyWithLogits 2 1
SparseSparseMaximum 2 1 1 2 1 1
SparseSparseMinimum 2 1 1 2 1 1
SparseTensorDenseMatMul 2 1 1 2
SparseToDense * 1 * *
SparseToSparseSetOperation 2 1 1 2 1 1
SqlDataset 0 0 0
StackCloseV2 1
StatefulRandomBinomial * * 1 1- 1-
StatefulStandardNormalV2 * 0 1
StatefulTruncatedNormal * 0 1
StatefulUniform * 0 1
StatefulUniformFullInt * 0 1
StatefulUniformInt * 0 1 0 0
StatelessMultinomial 2 0 1
StatelessRandomNormal 1 1
StatelessRandomUniform 1 1
StatelessRandomUniformInt 1 1 0 0
StatelessTruncatedNormal 1 1
StridedSlice * 1 1 1
StridedSliceGrad 1 * * * *
StringNGrams 1 1
StringSplit 1 0
StringSplitV2 1 0
Svd 2+
Switch * 0
TFRecordDataset 1- 0 0
TakeDataset * 0
TakeManySparseFromTensorsMap 1
TensorArrayCloseV3 1
TensorArrayConcatV2 1 0
TensorArrayConcatV3 1 0
TensorArrayGatherV3 1 1 0
TensorArrayGradV3 1 *
TensorArrayGradWithShape 1 * *
TensorArrayReadV3 1 0 0
TensorArrayScatterV3 1 1 1+ 0
TensorArraySizeV3 1 *
TensorArraySplitV3 1 * 1 0
TensorArrayV3 0
TensorArrayWriteV3 1 0 * 0
TensorListPushBackBatch 1 1+
TensorListResize * 0
TensorListScatterIntoExistingList * 1+ 1
TensorListSplit 1+ * 1
TensorScatterAdd 1+ 1+ 1+
TensorScatterSub 1+ 1+ 1+
TensorScatterUpdate 1+ 1+ 1+
TextLineDataset 1- 0 0
ThreadUnsafeUnigramCandidateSampler 2
Tile * 1
TopKV2 1+ *
TridiagonalMatMul 2+ 2+ 2+ 2+
TridiagonalSolve 2+ 2+
TruncatedNormal 1
UnicodeEncode 1 1
UniformCandidateSampler 2
Unique 1
UnravelIndex * 1
UnsortedSegmentJoin * * 0
UnsortedSegmentMax * * 0
UnsortedSegmentMin * * 0
UnsortedSegmentProd * * 0
UnsortedSegmentSum * * 0
UpperBound 2 2
WindowDataset * 0 0 0 0
WriteFile 0 0
"""
