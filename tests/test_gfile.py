"""tf.gfile does to files what TensorFlow 1.15 did: the expectations are what it printed."""

import os

import pytest

import tinytf as tf

gfile = tf.gfile


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(name, content, mode="w"):
    with gfile.GFile(name, mode) as f:
        f.write(content)


def read(name, mode="r", *n):
    with gfile.GFile(name, mode) as f:
        return f.read(*n)


@pytest.mark.parametrize("content, mode", [("héllo\nline2\r\n", "w"), (b"\x00\xff", "wb"), (b"bytes", "w"), ("text", "wb")])
def test_written_is_read(content, mode):
    write("f", content, mode)
    assert read("f", "rb") == (content if isinstance(content, bytes) else content.encode("utf-8"))


def test_modes():
    write("f", "abc")
    write("f", "more", "a")
    assert read("f") == "abcmore"
    write("f", "ZZ", "r+")  # the first write replaces the content, as in TensorFlow
    assert read("f") == "ZZ"
    write("g", "x", "a+")
    assert read("g", "a+") == "x"
    gfile.GFile("never written", "w").close()
    assert not gfile.Exists("never written")


def test_reading_in_parts():
    write("s", "0123456789\nabc\n\nlast")
    f = gfile.GFile("s")
    assert [f.read(2), f.tell()] == ["01", 2]
    f.seek(5)
    assert f.read(2) == "56"
    f.seek(1, 1)
    assert [f.tell(), f.read(1)] == [8, "8"]
    f.seek(-2, 2)
    assert f.read() == "st"
    f.seek(0)
    assert [f.readline(), f.readlines(), f.size(), f.read()] == ["0123456789\n", ["abc\n", "\n", "last"], 20, ""]
    f.seek(position=3)
    assert f.read(1) == "3"
    assert list(gfile.GFile("s", "rb")) == [b"0123456789\n", b"abc\n", b"\n", b"last"]
    assert read("s", "r", 4) == "0123"


E = tf.errors


@pytest.mark.parametrize(
    "attempt, error, message",
    [
        (lambda: read("missing"), E.NotFoundError, "missing; No such file or directory"),
        (lambda: gfile.GFile("missing").size(), E.NotFoundError, "No such file"),
        (lambda: gfile.GFile("f", "z"), E.InvalidArgumentError, "mode is not 'r' or 'w' or 'a' or 'r[+]' or 'w[+]' or 'a[+]'"),
        (lambda: read("f", "w"), E.PermissionDeniedError, "File isn't open for reading"),
        (lambda: write("f", "x", "r"), E.PermissionDeniedError, "File isn't open for writing"),
        (lambda: write("nodir/x", "x"), E.NotFoundError, "nodir/x; No such file or directory"),
        (lambda: gfile.GFile("f").seek(-1), E.InvalidArgumentError, "Seeking to a negative position: -1"),
        (lambda: gfile.GFile("f").seek(0, 5), E.InvalidArgumentError, "Invalid whence argument: 5"),
        (lambda: gfile.GFile("f").seek(100), E.OutOfRangeError, "reached end of file"),
        (lambda: gfile.MkDir("x/y/z"), E.NotFoundError, "x/y/z"),
        (lambda: gfile.MakeDirs("f/q"), E.FailedPreconditionError, "f/q; Not a directory"),
        (lambda: gfile.ListDirectory("nope"), E.NotFoundError, "Could not find directory nope"),
        (lambda: gfile.ListDirectory("f"), E.NotFoundError, "Could not find directory f"),
        (lambda: gfile.Glob("nope/*"), E.NotFoundError, "nope; No such file"),
        (lambda: gfile.Copy("f", "d/g"), E.AlreadyExistsError, "file already exists"),
        (lambda: gfile.Copy("nope", "x"), E.NotFoundError, "nope"),
        (lambda: gfile.Copy("d", "copy"), E.InvalidArgumentError, "copy; Invalid argument"),
        (lambda: gfile.Rename("f", "d/g"), E.AlreadyExistsError, "file already exists"),
        (lambda: gfile.Remove("nope"), E.NotFoundError, "nope; No such file"),
        (lambda: gfile.Remove("d"), E.FailedPreconditionError, "d; Is a directory"),
        (lambda: gfile.Stat("nope"), E.NotFoundError, "nope"),
        (lambda: gfile.DeleteRecursively("nope"), E.NotFoundError, "nope not found"),
        (lambda: gfile.DeleteRecursively("f"), E.FailedPreconditionError, "f; Not a directory"),
        (lambda: gfile.Exists("gs://bucket/x"), E.UnimplementedError, "File system scheme 'gs' not implemented"),
        (lambda: gfile.Exists(3), TypeError, "Expected binary or unicode string, got 3"),
        (lambda: read("d"), E.FailedPreconditionError, "d; Is a directory"),
    ],
)
def test_what_goes_wrong(attempt, error, message):
    gfile.MkDir("d")
    write("f", "content")
    write("d/g", "x")
    with pytest.raises(error, match=message):
        attempt()


@pytest.fixture
def tree():
    gfile.MakeDirs("d/e/f")
    for name in ("a.txt", "b.bin", "d/1.txt", "d/.hid", "d/e/2.txt"):
        write(name, name)


@pytest.mark.parametrize(
    "pattern, found",
    [
        ("d/*", ["d/.hid", "d/1.txt", "d/e"]),
        (["d/*.txt", "*.bin"], ["d/1.txt", "./b.bin"]),
        ("a.txt", ["./a.txt"]),
        ("d/?.txt", ["d/1.txt"]),
        ("[ab].*", ["./a.txt", "./b.bin"]),
        ("*/*/*.txt", ["./d/e/2.txt"]),
        ("zz*", []),
        ("d/", []),
        ("{a,b}.*", []),
    ],
)
def test_glob(tree, pattern, found):
    assert gfile.Glob(pattern) == found


def test_folders(tree):
    assert sorted(gfile.ListDirectory("d")) == [".hid", "1.txt", "e"]
    walked = [("d", ["e"], [".hid", "1.txt"]), ("d/e", ["f"], ["2.txt"]), ("d/e/f", [], [])]
    assert list(gfile.Walk("d")) == walked
    assert list(gfile.Walk("d", in_order=False)) == walked[::-1]
    assert list(gfile.Walk("nope")) == []
    assert (gfile.IsDirectory("d"), gfile.IsDirectory("a.txt"), gfile.IsDirectory("nope")) == (True, False, False)
    assert (gfile.Exists("d"), gfile.Exists("a.txt"), gfile.Exists(b"a.txt"), gfile.Exists("")) == (True, True, True, False)
    gfile.MkDir("d")  # that it is there is no error
    gfile.Rename("d", "d2")
    gfile.DeleteRecursively("d2")
    assert sorted(os.listdir(".")) == ["a.txt", "b.bin"]


def test_copy_rename_remove_stat():
    write("a", "content")
    gfile.Copy("a", "b")
    write("a", "new")
    gfile.Copy("a", "b", overwrite=True)
    assert read("b") == "new"
    gfile.Rename("b", "a", overwrite=True)
    assert not gfile.Exists("b")
    stat = gfile.Stat("a")
    assert (stat.length, stat.is_directory, gfile.Stat(".").is_directory) == (3, False, True)
    assert stat.mtime_nsec > 10**18
    gfile.Remove("a")
    assert not gfile.Exists("a")


def test_file_scheme(tmp_path):
    url = "file://%s/u.txt" % tmp_path
    write(url, "u")
    assert read("u.txt") == "u" and gfile.Exists(url) and gfile.Glob(url[:-5] + "*") == [url]


def test_the_newer_names_do_the_same(tree):
    new = tf.io.gfile
    assert new.exists("a.txt") and new.isdir("d") and new.glob("*.bin") == ["./b.bin"]
    assert [folder for folder, _, _ in new.walk("d")] == ["d", "d/e", "d/e/f"]
    problems = []
    assert list(new.walk("nope", onerror=problems.append)) == [] and isinstance(problems[0], E.NotFoundError)
    new.rmtree("d")
    with pytest.raises(E.NotFoundError):
        new.remove("d/1.txt")


def test_atomic_write():
    from tinytf import file_io

    file_io.atomic_write_string_to_file("z", "abc")
    assert file_io.read_file_to_string("z", binary_mode=True) == b"abc"
    with pytest.raises(E.AlreadyExistsError):
        file_io.atomic_write_string_to_file("z", "abc", overwrite=False)
    assert os.listdir(".") == ["z"]


def test_newer_names_have_arguments_of_their_own(tmp_path):
    from tinytf import file_io
    from tinytf.io import gfile

    gfile.makedirs(path=str(tmp_path / "a/b"))
    with gfile.GFile(str(tmp_path / "a/f"), "w") as f:
        f.write("x")
    gfile.copy(src=str(tmp_path / "a/f"), dst=str(tmp_path / "a/b/g"))
    assert gfile.exists(path=str(tmp_path / "a/b/g")) and gfile.isdir(path=str(tmp_path / "a"))
    assert [(len(folders), names) for _, folders, names in gfile.walk(str(tmp_path), topdown=False)] == [(0, ["g"]), (1, ["f"]), (1, [])]
    assert file_io.filecmp(str(tmp_path / "a/f"), str(tmp_path / "a/b/g"))
    gfile.rmtree(path=str(tmp_path / "a"))
    assert gfile.listdir(path=str(tmp_path)) == []
