"""The named tuples that ops with several results return, as TensorFlow's do."""

from __future__ import annotations

import collections

TopKV2 = collections.namedtuple("TopKV2", ["values", "indices"])
MaxPoolWithArgmax = collections.namedtuple("MaxPoolWithArgmax", ["output", "argmax"])
FusedBatchNormV3 = collections.namedtuple(
    "FusedBatchNormV3", ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"]
)
FractionalPool = collections.namedtuple("FractionalPool", ["output", "row_pooling_sequence", "col_pooling_sequence"])
SampleDistortedBoundingBoxV2 = collections.namedtuple("SampleDistortedBoundingBoxV2", ["begin", "size", "bboxes"])
NonMaxSuppressionV4 = collections.namedtuple("NonMaxSuppressionV4", ["selected_indices", "valid_outputs"])
CombinedNonMaxSuppression = collections.namedtuple(
    "CombinedNonMaxSuppression", ["nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections"]
)
QuantizeV2 = collections.namedtuple("QuantizeV2", ["output", "output_min", "output_max"])
QuantizedConcat = collections.namedtuple("QuantizedConcat", ["output", "output_min", "output_max"])
DecodeWav = collections.namedtuple("DecodeWav", ["audio", "sample_rate"])
ComputeAccidentalHits = collections.namedtuple("ComputeAccidentalHits", ["indices", "ids", "weights"])
_SAMPLED = ["sampled_candidates", "true_expected_count", "sampled_expected_count"]
UniformCandidateSampler = collections.namedtuple("UniformCandidateSampler", _SAMPLED)
LogUniformCandidateSampler = collections.namedtuple("LogUniformCandidateSampler", _SAMPLED)
LearnedUnigramCandidateSampler = collections.namedtuple("LearnedUnigramCandidateSampler", _SAMPLED)
FixedUnigramCandidateSampler = collections.namedtuple("FixedUnigramCandidateSampler", _SAMPLED)
AllCandidateSampler = collections.namedtuple("AllCandidateSampler", _SAMPLED)
