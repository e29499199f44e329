"""tf.contrib.estimator: boosted trees trained at once from a data set in memory, and heads for the models that take one."""

from __future__ import annotations

from tinytf import losses
from tinytf.data import Dataset
from tinytf.estimator import (  # noqa: F401
    BaselineEstimator,
    DNNEstimator,
    DNNLinearCombinedEstimator,
    LinearEstimator,
    add_metrics,
    boosted_trees,
)
from tinytf.estimator.early_stopping import (  # noqa: F401
    make_early_stopping_hook,
    read_eval_metrics,
    stop_if_higher_hook,
    stop_if_lower_hook,
    stop_if_no_decrease_hook,
    stop_if_no_increase_hook,
)
from tinytf.estimator.heads import BinaryHead, MultiClassHead, RegressionHead
from tinytf.estimator.tree_growing import TreeHParams

_MEAN = losses.Reduction.SUM_OVER_BATCH_SIZE


def _repeated(train_input_fn):
    """The input function; TypeError where it is none. A Dataset comes again and again: each step takes all of it."""
    if not callable(train_input_fn):
        raise TypeError("train_input_fn must be a callable")

    def input_fn():
        result = train_input_fn()
        return result.repeat() if isinstance(result, Dataset) else result

    return input_fn


def _train(train_input_fn, feature_columns, head, hparams, derivatives, is_classification, model_dir, config, train_hooks):
    def model_fn(features, labels, mode, config):
        return boosted_trees._bt_model_fn(
            features, labels, mode, head, feature_columns, hparams, n_batches_per_layer=1, config=config,
            closed_form_grad_and_hess_fn=derivatives, train_in_memory=True,
        )  # fmt: skip

    model = boosted_trees._BoostedTreesBase(
        model_fn, model_dir, config, feature_columns, head, hparams.center_bias, is_classification, hparams.quantile_sketch_epsilon
    )
    model.train(input_fn=_repeated(train_input_fn), hooks=train_hooks)
    return model


def boosted_trees_classifier_train_in_memory(
    train_input_fn, feature_columns, model_dir=None, n_classes=2, weight_column=None, label_vocabulary=None, n_trees=100, max_depth=6,
    learning_rate=0.1, l1_regularization=0.0, l2_regularization=0.0, tree_complexity=0.0, min_node_weight=0.0, config=None,
    train_hooks=None, center_bias=False, pruning_mode="none", quantile_sketch_epsilon=0.01,
):  # fmt: skip
    """A trained estimator; `train_input_fn` gives the whole data set as one batch, other arguments as BoostedTreesClassifier's.

    Follows `tf.contrib.estimator.boosted_trees_classifier_train_in_memory` of TF 1.15.
    """
    head, derivatives = boosted_trees._classification_head(n_classes, weight_column, label_vocabulary)
    hparams = TreeHParams(
        n_trees, max_depth, learning_rate, l1_regularization, l2_regularization, tree_complexity, min_node_weight, center_bias,
        pruning_mode, quantile_sketch_epsilon,
    )  # fmt: skip
    return _train(train_input_fn, feature_columns, head, hparams, derivatives, True, model_dir, config, train_hooks)


def boosted_trees_regressor_train_in_memory(
    train_input_fn, feature_columns, model_dir=None, label_dimension=1, weight_column=None, n_trees=100, max_depth=6,
    learning_rate=0.1, l1_regularization=0.0, l2_regularization=0.0, tree_complexity=0.0, min_node_weight=0.0, config=None,
    train_hooks=None, center_bias=False, pruning_mode="none", quantile_sketch_epsilon=0.01,
):  # fmt: skip
    """The same for a number.  Follows `tf.contrib.estimator.boosted_trees_regressor_train_in_memory` of TF 1.15."""
    head = boosted_trees._regression_head(label_dimension, weight_column)
    hparams = TreeHParams(
        n_trees, max_depth, learning_rate, l1_regularization, l2_regularization, tree_complexity, min_node_weight, center_bias,
        pruning_mode, quantile_sketch_epsilon,
    )  # fmt: skip
    return _train(train_input_fn, feature_columns, head, hparams, None, False, model_dir, config, train_hooks)


# Heads ----------------------------------------------------------------------------------------------


def _refuse(function, **given) -> None:
    chosen = [name for name, value in given.items() if value is not None]
    if chosen:
        raise NotImplementedError(f"tinytf's tf.contrib.estimator.{function} takes no {' and no '.join(chosen)}: use a model_fn of your own")


def binary_classification_head(weight_column=None, thresholds=None, label_vocabulary=None, loss_reduction=_MEAN, loss_fn=None, name=None):
    """The head for two classes.  Follows `tf.contrib.estimator.binary_classification_head` of TF 1.15."""
    _refuse("binary_classification_head", thresholds=thresholds, loss_fn=loss_fn, name=name)
    return BinaryHead(weight_column, label_vocabulary, loss_reduction)


def multi_class_head(n_classes, weight_column=None, label_vocabulary=None, loss_reduction=_MEAN, loss_fn=None, name=None):
    """The head for more than two classes.  Follows `tf.contrib.estimator.multi_class_head` of TF 1.15."""
    _refuse("multi_class_head", loss_fn=loss_fn, name=name)
    return MultiClassHead(n_classes, weight_column, label_vocabulary, loss_reduction)


def regression_head(weight_column=None, label_dimension=1, loss_reduction=_MEAN, loss_fn=None, inverse_link_fn=None, name=None):
    """The head for numbers.  Follows `tf.contrib.estimator.regression_head` of TF 1.15."""
    _refuse("regression_head", loss_fn=loss_fn, inverse_link_fn=inverse_link_fn, name=name)
    return RegressionHead(label_dimension, weight_column, loss_reduction)
