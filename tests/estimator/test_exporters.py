"""What train_and_evaluate exports: the best evaluation's model, and no more exports than asked for."""

import os

import pytest

import tinytf as tf
from tinytf.estimator.exporters import BestExporter


class Model:
    """Stands in for an Estimator, which is only asked to export."""

    def __init__(self, model_dir):
        self.model_dir = str(model_dir)

    def export_saved_model(self, *args, **kwargs):
        return b"exported"


def test_the_best_evaluation_is_exported(tmp_path):
    (tmp_path / "eval").mkdir()
    exporter = BestExporter()
    found = [exporter.export(Model(tmp_path), str(tmp_path), "ckpt", {"loss": loss}, False) for loss in (3.0, 4.0, 2.0, 2.0)]
    assert exporter.name == "best_exporter" and found == [b"exported", None, b"exported", None]


def test_evaluations_of_an_earlier_run_count(tmp_path):
    with tf.summary.FileWriter(str(tmp_path / "eval")) as writer:
        for loss in (0.7, 0.5, 0.6):
            writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=loss)]))
    exporter = BestExporter()
    assert exporter.export(Model(tmp_path), str(tmp_path), "ckpt", {"loss": 0.55}, False) is None
    assert exporter.export(Model(tmp_path), str(tmp_path), "ckpt", {"loss": 0.45}, False) == b"exported"


def test_only_the_newest_exports_are_kept(tmp_path):
    for time in range(1600000001, 1600000005):
        (tmp_path / str(time)).mkdir()
    BestExporter(event_file_pattern=None, exports_to_keep=2).export(Model(tmp_path), str(tmp_path), "ckpt", {"loss": 1.0}, False)
    assert sorted(os.listdir(tmp_path)) == ["1600000003", "1600000004"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"exports_to_keep": 0}, "positive number"),
        ({"compare_fn": None}, "must not be None"),
        ({"compare_fn": lambda current_eval_result: True}, "must include best_eval_result"),
        ({"compare_fn": lambda best_eval_result, current_eval_result, more: True}, "not expected args: .'more'"),
    ],
)
def test_mistakes_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        BestExporter(**arguments)
