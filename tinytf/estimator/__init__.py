"""tf.estimator: models as functions, which an Estimator trains, evaluates, asks for predictions and exports."""

from __future__ import annotations

from tinytf.estimator import experimental, export, inputs  # noqa: F401
from tinytf.estimator.baseline import BaselineClassifier, BaselineEstimator, BaselineRegressor  # noqa: F401
from tinytf.estimator.boosted_trees import BoostedTreesClassifier, BoostedTreesEstimator, BoostedTreesRegressor  # noqa: F401
from tinytf.estimator.dnn import DNNClassifier, DNNEstimator, DNNRegressor  # noqa: F401
from tinytf.estimator.dnn_linear_combined import (  # noqa: F401
    DNNLinearCombinedClassifier,
    DNNLinearCombinedEstimator,
    DNNLinearCombinedRegressor,
)
from tinytf.estimator.estimator import Estimator, WarmStartSettings  # noqa: F401
from tinytf.estimator.exporters import BestExporter, Exporter, FinalExporter, LatestExporter  # noqa: F401
from tinytf.estimator.extenders import add_metrics  # noqa: F401
from tinytf.estimator.linear import LinearClassifier, LinearEstimator, LinearRegressor  # noqa: F401
from tinytf.estimator.mode_keys import ModeKeys  # noqa: F401
from tinytf.estimator.parsing import classifier_parse_example_spec, regressor_parse_example_spec  # noqa: F401
from tinytf.estimator.run_config import RunConfig  # noqa: F401
from tinytf.estimator.spec import EstimatorSpec  # noqa: F401
from tinytf.estimator.training import EvalSpec, TrainSpec, train_and_evaluate  # noqa: F401
from tinytf.train import (  # noqa: F401
    CheckpointSaverHook,
    CheckpointSaverListener,
    FeedFnHook,
    FinalOpsHook,
    GlobalStepWaiterHook,
    LoggingTensorHook,
    NanLossDuringTrainingError,
    NanTensorHook,
    ProfilerHook,
    SecondOrStepTimer,
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    StepCounterHook,
    StopAtStepHook,
    SummarySaverHook,
)
from tinytf.train.warm_start import VocabInfo  # noqa: F401
