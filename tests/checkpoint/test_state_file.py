"""The file `checkpoint`."""

import os

import pytest

from tinytf import checkpoint
from tinytf.checkpoint import state


def touch(*paths):
    for path in paths:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        open(path, "w").close()


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


TEXTS = [
    (("save", "save/m-2", ["save/m-1", "save/m-2"]), {}, ["m-2", "m-1", "m-2"]),
    (("save", "save/m"), {}, ["m", "m"]),
    (("/tmp/save", "/tmp/save/m"), {}, ["/tmp/save/m", "/tmp/save/m"]),
    (("save", "/elsewhere/m"), {}, ["/elsewhere/m", "/elsewhere/m"]),
]


@pytest.mark.parametrize("args, kwargs, paths", TEXTS)
def test_paths_are_relative_where_the_save_path_was(args, kwargs, paths):
    proto = checkpoint.generate_checkpoint_state_proto(*args, **kwargs)
    assert [proto.model_checkpoint_path, *proto.all_model_checkpoint_paths] == paths


def test_text_is_that_of_tensorflow():
    checkpoint.update_checkpoint_state(
        "save", "save/m", ["save/k", "save/m"], all_model_checkpoint_timestamps=[1.5, 1606170000.123], last_preserved_timestamp=3.0
    )
    with open("save/checkpoint") as f:
        assert f.read() == (
            'model_checkpoint_path: "m"\nall_model_checkpoint_paths: "k"\nall_model_checkpoint_paths: "m"\n'
            "all_model_checkpoint_timestamps: 1.5\nall_model_checkpoint_timestamps: 1606170000.123\n"
            "last_preserved_timestamp: 3.0\n"
        )
    checkpoint.update_checkpoint_state("save", 'save/é"m')
    with open("save/checkpoint") as f:
        assert f.read().startswith('model_checkpoint_path: "\\303\\251\\"m"\n')
    assert checkpoint.get_checkpoint_state("save").model_checkpoint_path == 'save/é"m'


def test_absolute_paths_may_be_written_relative():
    folder = os.getcwd()
    checkpoint.update_checkpoint_state(folder, folder + "/m", [folder + "/m"], save_relative_paths=True)
    with open("checkpoint") as f:
        assert f.read().startswith('model_checkpoint_path: "m"\n')
    assert checkpoint.get_checkpoint_state(folder).model_checkpoint_path == folder + "/m"


def test_latest_checkpoint():
    assert checkpoint.latest_checkpoint("save") is None
    checkpoint.update_checkpoint_state("save", "save/m")
    assert checkpoint.latest_checkpoint("save") is None
    touch("save/m.index")
    assert checkpoint.latest_checkpoint("save") == "save/m"
    checkpoint.update_checkpoint_state("save", "save/v1", latest_filename="other")
    touch("save/v1")
    assert checkpoint.latest_checkpoint("save", "other") == "save/v1"


def test_a_moved_folder_is_found(caplog):
    touch("moved/m-7.index")
    for path in ("/gone/model/m-7", "C:\\\\models\\\\m-7", "/gone/m-7"):
        with open("moved/checkpoint", "w") as f:
            f.write(f'model_checkpoint_path: "{path}"\nall_model_checkpoint_paths: "{path}"\n')
        if path.startswith("/"):
            assert checkpoint.latest_checkpoint("moved") == "moved/m-7"
            assert list(checkpoint.get_checkpoint_state("moved").all_model_checkpoint_paths) == ["moved/m-7"]


@pytest.mark.parametrize("content", ["not a proto", 'model_checkpoint_path: "m', "\xff\xfe"])
def test_an_unreadable_file_is_ignored_with_a_warning(content, caplog):
    with open("checkpoint", "wb") as f:
        f.write(content.encode("latin-1"))
    assert checkpoint.get_checkpoint_state(".") is None
    assert "Checkpoint ignored" in caplog.text


def test_a_state_without_path():
    touch("checkpoint")
    with pytest.raises(ValueError, match="Invalid checkpoint state loaded from"):
        checkpoint.get_checkpoint_state(".")


def test_a_checkpoint_may_not_be_called_checkpoint():
    with pytest.raises(RuntimeError, match="Save path '/x/checkpoint' conflicts with path used for checkpoint state"):
        checkpoint.update_checkpoint_state("/x", "/x/checkpoint")


def test_timestamps_must_match():
    with pytest.raises(ValueError, match="Checkpoint timestamps, if provided, must match checkpoint paths"):
        checkpoint.generate_checkpoint_state_proto("save", "save/m", ["save/m"], all_model_checkpoint_timestamps=[1.0, 2.0])


def test_existence_times_and_removal():
    checkpoint.save("v2/m", {"x": 1})
    checkpoint.save("v1/m", {"x": 1}, version=1)
    touch("v2/m.meta", "v1/m.meta", "v2/m-1.index")
    assert checkpoint.checkpoint_exists("v2/m") and checkpoint.checkpoint_exists("v1/m")
    assert not checkpoint.checkpoint_exists("v2/n")
    assert len(checkpoint.get_checkpoint_mtimes(["v2/m", "v1/m", "v2/n"])) == 2
    checkpoint.remove_checkpoint("v2/m")
    checkpoint.remove_checkpoint("v1/m", 1)
    assert os.listdir("v2") == ["m-1.index"] and os.listdir("v1") == []


@pytest.mark.parametrize("name, meta", [("m-7", "m-7.meta"), ("m-7-?????-of-00002", "m-7.meta"), ("m-7-00001-of-00002", "m-7.meta")])
def test_meta_graph_filename(name, meta):
    assert state.meta_graph_filename(name) == meta
