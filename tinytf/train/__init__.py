"""`tf.train`: training, saving, and what runs a training loop."""

from tinytf.graph.graph_io import write_graph  # noqa: F401
from tinytf.protos import (  # noqa: F401
    BytesList,
    CheckpointState,
    ClusterDef,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    JobDef,
    SaverDef,
    SequenceExample,
    ServerDef,
)
from tinytf.train.saver import Saver, export_meta_graph, import_meta_graph  # noqa: F401
