"""tf.flags and tf.app.run: the outcomes in the tables are those of TensorFlow 1.15."""

import sys

import pytest

import tinytf as tf
from tinytf import flags


@pytest.fixture
def values(monkeypatch):
    """FLAGS with one flag of each kind."""
    fresh = flags.FlagValues()
    monkeypatch.setattr(flags, "FLAGS", fresh)
    flags.DEFINE_string("data_dir", "/tmp", "dir help")
    flags.DEFINE_integer("steps", 10, "n")
    flags.DEFINE_float("lr", 0.1, "l")
    flags.DEFINE_boolean("train", False, "b")
    flags.DEFINE_bool("ok", True, "b")
    flags.DEFINE_enum("kind", "a", ["a", "b"], "k")
    flags.DEFINE_list("names", "x,y", "n")
    flags.DEFINE_multi_string("ms", ["q"], "m")
    flags.DEFINE_multi_integer("mi", None, "m")
    flags.DEFINE_string("none", None, "n")
    flags.DEFINE_spaceseplist("ss", "a b", "h")
    flags.DEFINE_integer("bounded", 5, "h", lower_bound=1, upper_bound=9)
    flags.DEFINE_integer("short", 3, "h", short_name="k")
    return fresh


def test_defaults_before_any_parsing(values, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["prog"])
    assert not values.is_parsed()
    assert (values.data_dir, values.steps, values.lr, values.train, values.ok) == ("/tmp", 10, 0.1, False, True)
    assert (values.kind, values.names, values.ms, values.mi, values.ss) == ("a", ["x", "y"], ["q"], None, ["a", "b"])
    assert values.is_parsed()


@pytest.mark.parametrize(
    "arguments, rest, expected",
    [
        (["--data_dir=/x", "--steps", "7", "-lr=0.5", "--train", "--nook", "rest", "--steps=8"], ["rest"],
         dict(data_dir="/x", steps=8, lr=0.5, train=True, ok=False)),
        (["--train=false", "--ok=1", "--kind=b", "--names=1,2, 3", "--ms=a", "--ms=b", "--mi=3", "--ss=x  y", "--", "--steps=1"],
         ["--steps=1"], dict(train=False, ok=True, kind="b", names=["1", "2", "3"], ms=["a", "b"], mi=[3], ss=["x", "y"], steps=10)),
        (["-k", "4"], [], dict(short=4)),
        (["--steps=0x10"], [], dict(steps=16)),
        (["--none=", "--names="], [], dict(none="", names=[])),
        (["--undefok=zzz", "--zzz=3"], [], {}),
    ],
)  # fmt: skip
def test_parsing(values, arguments, rest, expected):
    assert values(["prog"] + arguments) == ["prog"] + rest
    assert {name: getattr(values, name) for name in expected} == expected


@pytest.mark.parametrize(
    "arguments, rest, steps",
    [(["--nope=1", "a", "--steps=3"], ["--nope=1", "a"], 3), (["--nope", "--steps=4", "b"], ["--nope", "b"], 4)],
)
def test_known_only_leaves_the_others(values, arguments, rest, steps):
    assert values(["prog"] + arguments, known_only=True) == ["prog"] + rest
    assert values.steps == steps


@pytest.mark.parametrize(
    "argument, error, message",
    [
        ("--step=1", "UnrecognizedFlagError", "Unknown command line flag 'step'. Did you mean: steps ?"),
        ("--nosteps", "UnrecognizedFlagError", "Unknown command line flag 'nosteps'. Did you mean: steps ?"),
        ("--steps=abc", "IllegalFlagValueError", "flag --steps=abc: invalid literal for int() with base 10: 'abc'"),
        ("--steps=1.5", "IllegalFlagValueError", "flag --steps=1.5: invalid literal for int() with base 10: '1.5'"),
        ("--lr=x", "IllegalFlagValueError", "flag --lr=x: could not convert string to float: 'x'"),
        ("--kind=z", "IllegalFlagValueError", "flag --kind=z: value should be one of <a|b>"),
        ("--train=maybe", "IllegalFlagValueError", "flag --train=maybe: ('Non-boolean argument to boolean flag', 'maybe')"),
        ("--steps", "Error", "Missing value for flag --steps"),
        ("--bounded=10", "IllegalFlagValueError", "flag --bounded=10: 10 is not an integer in the range [1, 9]"),
    ],
)
def test_bad_arguments(values, argument, error, message):
    with pytest.raises(flags.Error) as caught:
        values(["prog", argument])
    assert (type(caught.value).__name__, str(caught.value)) == (error, message)


@pytest.mark.parametrize(
    "define, error, message",
    [
        (lambda: flags.DEFINE_string("data_dir", "q", "other"), "DuplicateFlagError", "The flag 'data_dir' is defined twice"),
        (lambda: flags.DEFINE_integer("i", "abc", "h"), "IllegalFlagValueError", "flag --i=abc"),
        (lambda: flags.DEFINE_integer("i", 1.0, "h"), "IllegalFlagValueError", "Expect argument to be a string or int"),
        (lambda: flags.DEFINE_string("s", 3, "h"), "IllegalFlagValueError", "flag value must be a string"),
    ],
)
def test_bad_definitions(values, define, error, message):
    with pytest.raises(flags.Error, match=message) as caught:
        define()
    assert type(caught.value).__name__ == error


def test_old_argument_names(values):
    holder = flags.DEFINE_string(flag_name="old", default_value="v", docstring="h")
    values(["prog"])
    assert (values.old, holder.value, values["old"].help) == ("v", "v", "h")


def test_setting(values):
    values(["prog"])
    values.steps = 99
    assert values.steps == 99 and values.flag_values_dict()["steps"] == 99 and values["steps"].default == 10
    with pytest.raises(flags.UnrecognizedFlagError, match="undefd"):
        values.undefd = 1
    with pytest.raises(AttributeError, match="undefd"):
        values.undefd  # noqa: B018
    values.set_default("lr", 0.7)
    assert values.lr == 0.7
    del values.lr
    assert "lr" not in values and "steps" in values
    assert [name for name in values][:3] == ["data_dir", "steps", "train"]
    values.unparse_flags()
    assert not values.is_parsed() and values["steps"].value == 10


def test_validators(values):
    flags.mark_flag_as_required("none")
    flags.register_validator("steps", lambda v: v < 50, message="too many")
    with pytest.raises(flags.IllegalFlagValueError, match="flag --none=None: Flag --none must have a value other than None."):
        values(["prog"])
    with pytest.raises(flags.IllegalFlagValueError, match="flag --steps=60: too many"):
        values(["prog", "--none=1", "--steps=60"])
    values(["prog", "--none=1", "--steps=6"])
    with pytest.raises(flags.IllegalFlagValueError):
        values.steps = 70
    assert values.steps == 6
    flags.mark_flags_as_mutual_exclusive(["none", "mi"])
    with pytest.raises(flags.IllegalFlagValueError, match="At most one of"):
        values(["prog", "--none=1", "--mi=3"])


def test_flagfile(values, tmp_path):
    (tmp_path / "flags.txt").write_text("# comment\n--none=2\n--steps=6\n")
    values(["prog", "--flagfile=%s" % (tmp_path / "flags.txt")])
    assert (values.none, values.steps) == ("2", 6)
    assert values["steps"].serialize() == "--steps=6" and values["train"].serialize() == "--notrain"


def test_app_run(values, monkeypatch):
    calls = []

    def main(argv):
        calls.append((argv, flags.FLAGS.steps))
        return 3

    monkeypatch.setattr(sys, "argv", ["prog", "--steps=2", "x", "--unknown=1"])
    with pytest.raises(SystemExit) as ended:
        tf.app.run(main)
    assert ended.value.code == 3 and calls == [(["prog", "x", "--unknown=1"], 2)]
    with pytest.raises(SystemExit):
        tf.app.run(main, argv=["p", "--steps=3", "q"])
    assert calls[1] == (["p", "q"], 3)


def test_help(values, capsys):
    with pytest.raises(SystemExit) as ended:
        tf.app.run(lambda argv: 0, argv=["prog", "--help"])
    assert ended.value.code == 1
    out = capsys.readouterr().out
    assert "--data_dir: dir help" in out and "--[no]train" in out


def test_tf_app_flags_is_tf_flags():
    assert tf.app.flags is tf.flags
