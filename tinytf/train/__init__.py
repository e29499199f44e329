"""`tf.train`: training, saving, and what runs a training loop."""

# Also where this module was imported by its own path: a symbol that is missing is named.
import sys as _sys  # noqa: E402

from tinytf.checkpoint import (  # noqa: F401
    NewCheckpointReader,
    checkpoint_exists,
    generate_checkpoint_state_proto,
    get_checkpoint_mtimes,
    get_checkpoint_state,
    latest_checkpoint,
    list_variables,
    load_checkpoint,
    load_variable,
    remove_checkpoint,
    update_checkpoint_state,
)
from tinytf.graph.graph_io import write_graph  # noqa: F401
from tinytf.missing import name_missing as _name_missing  # noqa: E402
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
from tinytf.train import experimental  # noqa: F401
from tinytf.train.adagrad import AdagradDAOptimizer, AdagradOptimizer, ProximalAdagradOptimizer  # noqa: F401
from tinytf.train.adam import AdamOptimizer  # noqa: F401
from tinytf.train.basic_loops import basic_train_loop  # noqa: F401
from tinytf.train.basic_session_run_hooks import (  # noqa: F401
    CheckpointSaverHook,
    CheckpointSaverListener,
    FeedFnHook,
    FinalOpsHook,
    GlobalStepWaiterHook,
    LoggingTensorHook,
    NanLossDuringTrainingError,
    NanTensorHook,
    StepCounterHook,
    StopAtStepHook,
)
from tinytf.train.checkpoint_manager import CheckpointManager  # noqa: F401
from tinytf.train.checkpoint_utils import checkpoints_iterator, init_from_checkpoint  # noqa: F401
from tinytf.train.coordinator import Coordinator, LooperThread  # noqa: F401
from tinytf.train.device_setter import replica_device_setter  # noqa: F401
from tinytf.train.ftrl import FtrlOptimizer  # noqa: F401
from tinytf.train.gradient_descent import (  # noqa: F401
    GradientDescentOptimizer,
    ProximalGradientDescentOptimizer,
)
from tinytf.train.hook_timers import SecondOrStepTimer  # noqa: F401
from tinytf.train.input_pipeline import (  # noqa: F401
    batch,
    batch_join,
    input_producer,
    limit_epochs,
    match_filenames_once,
    maybe_batch,
    maybe_batch_join,
    maybe_shuffle_batch,
    maybe_shuffle_batch_join,
    range_input_producer,
    shuffle_batch,
    shuffle_batch_join,
    slice_input_producer,
    string_input_producer,
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
from tinytf.train.monitored_session import (  # noqa: F401
    ChiefSessionCreator,
    MonitoredSession,
    MonitoredTrainingSession,
    SessionCreator,
    SingularMonitoredSession,
    WorkerSessionCreator,
)
from tinytf.train.moving_averages import ExponentialMovingAverage  # noqa: F401
from tinytf.train.object_checkpoint import Checkpoint  # noqa: F401
from tinytf.train.optimizer import Optimizer  # noqa: F401
from tinytf.train.queue_runner import QueueRunner, add_queue_runner, start_queue_runners  # noqa: F401
from tinytf.train.rmsprop import AdadeltaOptimizer, RMSPropOptimizer  # noqa: F401
from tinytf.train.saver import Saver, export_meta_graph, import_meta_graph  # noqa: F401
from tinytf.train.scaffold import Scaffold  # noqa: F401
from tinytf.train.server_lib import ClusterSpec, Server  # noqa: F401
from tinytf.train.session_manager import SessionManager  # noqa: F401
from tinytf.train.session_run_hook import (  # noqa: F401
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)
from tinytf.train.summary_hooks import ProfilerHook, SummarySaverHook  # noqa: F401
from tinytf.train.supervisor import Supervisor  # noqa: F401
from tinytf.train.sync_replicas import SyncReplicasOptimizer  # noqa: F401
from tinytf.train.training_util import (  # noqa: F401
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
    global_step,
)
from tinytf.train.warm_start import VocabInfo, warm_start  # noqa: F401

_name_missing(_sys.modules[__name__], "tf.train")
