"""Which rank each element of a list argument must have, asked of TensorFlow as for `input_ranks`.

A line is an op type and `argument=rank`, or `argument=n-` (at most) and `argument=n+` (at least).
"""

from __future__ import annotations

TABLE = """
BoostedTreesCalculateBestGainsPerFeature stats_summary_list=3
BoostedTreesExampleDebugOutputs bucketized_features=1
BoostedTreesMakeQuantileSummaries float_values=1
BoostedTreesMakeStatsSummary bucketized_features_list=1
BoostedTreesPredict bucketized_features=1
BoostedTreesQuantileStreamResourceAddSummaries summaries=2
BoostedTreesTrainingPredict bucketized_features=1
BoostedTreesUpdateEnsemble node_ids=1 gains=1 thresholds=1 left_node_contribs=2 right_node_contribs=2
BoostedTreesUpdateEnsembleV2 dimension_ids=1 node_ids=1 gains=1 thresholds=1 left_node_contribs=2 right_node_contribs=2 split_types=1
CSVDataset record_defaults=1-
EncodeProto values=2+
ExperimentalCSVDataset record_defaults=1-
QuantizedConcat input_mins=0 input_maxes=0
RaggedTensorToSparse rt_nested_splits=1
RaggedTensorToVariant rt_nested_splits=1
SparseConcat values=1
"""
