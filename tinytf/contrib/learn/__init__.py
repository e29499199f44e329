"""tf.contrib.learn: the estimators, monitors and experiments of before tf.estimator, and preprocessing of text."""

from __future__ import annotations

from tinytf.contrib.learn import (  # noqa: F401
    data_feeder,
    datasets,
    estimator,
    estimators,
    experiment,
    input_fn_utils,
    learn_io,
    learn_runner,
    metric_spec,
    model_fn,
    monitors,
    preprocessing,
    run_config,
    saved_model_export_utils,
)
from tinytf.contrib.learn import learn_io as io  # noqa: F401
from tinytf.contrib.learn.estimator import (  # noqa: F401
    Estimator,
    NotFittedError,
    SKCompat,
    infer_real_valued_columns_from_input,
    infer_real_valued_columns_from_input_fn,
)
from tinytf.contrib.learn.estimators import head  # noqa: F401
from tinytf.contrib.learn.estimators.constants import ProblemType  # noqa: F401
from tinytf.contrib.learn.estimators.dnn import DNNClassifier, DNNEstimator, DNNRegressor  # noqa: F401
from tinytf.contrib.learn.estimators.dnn_linear_combined import (  # noqa: F401
    DNNLinearCombinedClassifier,
    DNNLinearCombinedEstimator,
    DNNLinearCombinedRegressor,
)
from tinytf.contrib.learn.estimators.head import (  # noqa: F401
    Head,
    binary_svm_head,
    loss_only_head,
    multi_class_head,
    multi_head,
    multi_label_head,
    no_op_train_fn,
    poisson_regression_head,
    regression_head,
)
from tinytf.contrib.learn.estimators.kmeans import KMeansClustering  # noqa: F401
from tinytf.contrib.learn.estimators.linear import LinearClassifier, LinearEstimator, LinearRegressor  # noqa: F401
from tinytf.contrib.learn.estimators.logistic_regressor import LogisticRegressor  # noqa: F401
from tinytf.contrib.learn.estimators.prediction_key import PredictionKey  # noqa: F401
from tinytf.contrib.learn.experiment import Experiment  # noqa: F401
from tinytf.contrib.learn.input_fn_utils import InputFnOps, build_parsing_serving_input_fn  # noqa: F401
from tinytf.contrib.learn.learn_io import (  # noqa: F401
    extract_pandas_data,
    extract_pandas_labels,
    extract_pandas_matrix,
)
from tinytf.contrib.learn.metric_spec import MetricSpec  # noqa: F401
from tinytf.contrib.learn.model_fn import ModeKeys, ModelFnOps  # noqa: F401
from tinytf.contrib.learn.run_config import RunConfig  # noqa: F401
from tinytf.contrib.learn.saved_model_export_utils import ExportStrategy, make_export_strategy  # noqa: F401
from tinytf.estimator.run_config import TaskType  # noqa: F401
from tinytf.train.basic_session_run_hooks import NanLossDuringTrainingError  # noqa: F401

BaseEstimator = Estimator
