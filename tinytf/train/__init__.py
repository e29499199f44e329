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
from tinytf.summary.event_file import summary_iterator  # noqa: F401
from tinytf.summary.writer import FileWriter as SummaryWriter  # noqa: F401  (its name before 1.0)
from tinytf.train.saver import Saver, export_meta_graph, import_meta_graph  # noqa: F401
from tinytf.train.adagrad import AdagradDAOptimizer, AdagradOptimizer, ProximalAdagradOptimizer  # noqa: F401
from tinytf.train.adam import AdamOptimizer  # noqa: F401
from tinytf.train.ftrl import FtrlOptimizer  # noqa: F401
from tinytf.train.gradient_descent import (  # noqa: F401
    GradientDescentOptimizer,
    ProximalGradientDescentOptimizer,
)
from tinytf.train.learning_rate_decay import (  # noqa: F401
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    linear_cosine_decay,
    natural_exp_decay,
    noisy_linear_cosine_decay,
    piecewise_constant,
    piecewise_constant_decay,
    polynomial_decay,
)
from tinytf.train.momentum import MomentumOptimizer  # noqa: F401
from tinytf.train.moving_averages import ExponentialMovingAverage  # noqa: F401
from tinytf.train.optimizer import Optimizer  # noqa: F401
from tinytf.train.rmsprop import AdadeltaOptimizer, RMSPropOptimizer  # noqa: F401
from tinytf.train.sync_replicas import SyncReplicasOptimizer  # noqa: F401
from tinytf.train.training_util import (  # noqa: F401
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
    global_step,
)
