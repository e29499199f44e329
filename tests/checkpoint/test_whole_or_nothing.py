"""A checkpoint appears whole or not at all: killed at any call, with a full disk at any write, with two writers."""

import errno
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from tinytf import checkpoint, errors
from tinytf.checkpoint import files

fcntl = pytest.importorskip("fcntl")
CALLS = ("open", "write", "fsync", "replace", "unlink", "rmdir", "close")


def tensors(value, large):
    shape = (300, 1000) if large else (5,)
    return {"a": np.full(shape, value, np.float32), "b": np.full(3, value, np.int64), "s": [str(value)] * 3}


def save_v1(path, values):
    checkpoint.save(path, values, version=1)


def save_v2(path, values):
    checkpoint.save(path, values, version=2)


def save_sharded(path, values):
    """As the sharded Saver does: parts in a folder of their own, then merged."""
    folder = f"{path}_temp_{os.urandom(16).hex()}"
    parts = []
    for i, (name, value) in enumerate(values.items()):
        parts.append(f"{folder}/part-{i:05d}-of-{len(values):05d}")
        checkpoint.bundle_writer(parts[-1], [name], [""], [value])
    checkpoint.merge_v2_checkpoints(parts, path)


def save_and_name(path, values):
    """As a Saver does: the tensors, then the graph, then the state file."""
    save_v2(path, values)
    files.write_atomically(path + ".meta", b"graph of " + values["s"][0].encode())
    checkpoint.update_checkpoint_state(os.path.dirname(path), path)


SAVES = {"V1": save_v1, "V2": save_v2, "sharded": save_sharded, "with state": save_and_name}


def value_of(path):
    """The one value that all tensors were saved with."""
    loaded = checkpoint.load(path)
    found = {str(int(v)) for name in "ab" for v in np.unique(loaded[name])} | {s.decode() for s in loaded["s"]}
    assert len(found) == 1, f"a mixture of {found}"
    return int(found.pop())


def in_child(act):
    """Runs `act` in a process of its own; its exit code."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.WEXITSTATUS(os.waitpid(pid, 0)[1])


def die_at(call_number):
    """From now on, the process ends at its n-th call of the file system, as kill -9 ends it; a write is half done."""
    left = [call_number]
    for name in CALLS:

        def dying(*args, _real=getattr(os, name), _name=name, **kwargs):
            left[0] -= 1
            if left[0] < 0:
                if _name == "write":
                    _real(args[0], bytes(args[1][: len(args[1]) // 2]))
                os._exit(9)
            return _real(*args, **kwargs)

        setattr(os, name, dying)


@pytest.mark.slow  # what the system does, on any Python
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("kind", sorted(SAVES))
def test_killed_at_every_call(kind, before, large, tmp_path):
    save = SAVES[kind]
    path = str(tmp_path / "m")
    if before:
        save(path, tensors(1, large))
    whole = None
    last = 1 if before else None
    for n in range(1000):

        def act():
            die_at(n)
            save(path, tensors(n + 2, large))

        code = in_child(act)
        assert code in (0, 9)
        if checkpoint.checkpoint_exists(path):
            found = value_of(path)
            assert found in (last, n + 2), "neither the old nor the new checkpoint"
            last = found
        else:
            assert last is None, "the checkpoint that was there is gone"
        if kind == "with state" and os.path.exists(tmp_path / "checkpoint"):
            assert checkpoint.latest_checkpoint(str(tmp_path)) == path
            assert os.path.exists(path + ".meta")
        if code == 0:
            whole = n
            break
    assert whole is not None and whole > 10
    assert value_of(path) == whole + 2
    leftovers = [f for f in os.listdir(tmp_path) if ".tinytf" in f or ".next" in f or "_temp_" in f]
    assert not leftovers, "the save after a crash removes what the crash left"


@pytest.mark.parametrize("failing", ["write", "fsync"])
@pytest.mark.parametrize("kind", sorted(SAVES))
def test_full_disk_at_every_write(kind, failing, tmp_path, monkeypatch):
    save = SAVES[kind]
    path = str(tmp_path / "m")
    save(path, tensors(1, True))
    real = getattr(os, failing)
    for n in range(100):
        left = [n]

        def full(fd, *args):
            left[0] -= 1
            if left[0] < 0:
                if args:
                    real(fd, bytes(args[0][: len(args[0]) // 2]))
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(fd, *args)

        monkeypatch.setattr(os, failing, full)
        before = value_of(path)
        try:
            save(path, tensors(n + 2, True))
        except errors.ResourceExhaustedError as e:
            assert "No space left on device: " in e.message and "bytes are needed" in e.message
        else:
            if left[0] >= 0:
                break
        monkeypatch.undo()
        assert value_of(path) in (before, n + 2)
        assert not [f for f in os.listdir(tmp_path) if ".tinytf-" in f]
    assert n >= 1


def test_a_real_limit_names_the_bytes_that_are_needed(tmp_path):
    code = """
import resource, sys, numpy, tinytf.checkpoint as c
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    c.save(sys.argv[1] + "/m", {"x": numpy.zeros(1 << 20, numpy.float32)})
except c.reader.errors.ResourceExhaustedError as e:
    print(e)
"""
    out = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert "4194304 bytes are needed, 1048576 were written" in out.stdout, out.stderr
    assert not os.listdir(tmp_path)


def test_a_read_only_folder(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # root may write everywhere, so the folder's mode would not tell
    for version in (1, 2):
        with pytest.raises(errors.PermissionDeniedError, match="m.*; Permission denied"):
            checkpoint.save(str(tmp_path / "m"), {"x": 1}, version)


@pytest.mark.parametrize("version", [1, 2])
def test_two_writers_and_a_reader_on_one_name(version, tmp_path):
    path = str(tmp_path / "m")
    checkpoint.save(path, tensors(0, False), version)
    failures, done = [], threading.Event()

    def write(begin):
        try:
            for i in range(begin, begin + 40):
                checkpoint.save(path, tensors(i, False), version)
        except Exception as e:
            failures.append(e)

    def read():
        try:
            while not done.is_set():
                a, b = checkpoint.read_tensors(path, ["a", "b"], ["", ""], ["float32", "int64"])
                assert a[0] == b[0]
        except Exception as e:
            failures.append(e)

    writers = [threading.Thread(target=write, args=[begin]) for begin in (100, 200)]
    reader = threading.Thread(target=read)
    for thread in [reader, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert not failures
    assert value_of(path) in (139, 239)
    assert len(os.listdir(tmp_path)) == version


def test_leftovers_of_the_living_stay(tmp_path):
    path = str(tmp_path / "m")
    out = files.OutputFile(path + ".index")
    checkpoint.save(path, {"x": 1})
    assert os.path.exists(out.temporary)
    out.discard()
    assert not os.path.exists(out.temporary)


def test_saving_takes_little_memory_and_copies_nothing_large(tmp_path):
    code = """
import resource, sys, numpy, tinytf.checkpoint as c
x = {"x%d" % i: numpy.ones(8 << 20, numpy.float32) for i in range(4)}
c.save(sys.argv[1] + "/warm", {"x": x["x0"][:1000000]}, int(sys.argv[2]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
c.save(sys.argv[1] + "/m", x, int(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    for version in "12":
        out = subprocess.run([sys.executable, "-c", code, str(tmp_path), version], capture_output=True, text=True)
        assert int(out.stdout) < 16 * 1024, out.stderr  # of 128 MiB
