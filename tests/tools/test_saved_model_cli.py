"""saved_model_cli prints what TensorFlow's prints, and runs signatures on arrays, expressions and Examples."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.tools import saved_model_utils
from tinytf.tools.saved_model_cli import main


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("models") / "m")
    with tf.Graph().as_default(), tf.Session() as sess:
        x, z = tf.placeholder(tf.float32, [None, 2], name="x"), tf.placeholder(tf.string, [None], name="z")
        v = tf.Variable(3.0, name="v")
        y = tf.multiply(x, v, name="y")
        parsed = tf.multiply(tf.parse_example(z, {"a": tf.FixedLenFeature([2], tf.float32)})["a"], v, name="p")
        tf.read_file("f")
        sess.run(tf.global_variables_initializer())
        info, signature = tf.saved_model.utils.build_tensor_info, tf.saved_model.signature_def_utils.build_signature_def
        builder = tf.saved_model.Builder(folder)
        signatures = {"d": signature({"in": info(x)}, {"out": info(y)}, "predict"), "e": signature({"in": info(z)}, {"o": info(parsed)}, "m")}
        builder.add_meta_graph_and_variables(sess, ["serve"], signatures)
    with tf.Graph().as_default():
        builder.add_meta_graph(["serve", "gpu"])
    builder.save()
    return folder


SHOWN = """\
The given SavedModel SignatureDef contains the following input(s):
  inputs['in'] tensor_info:
      dtype: DT_FLOAT
      shape: (-1, 2)
      name: x:0
The given SavedModel SignatureDef contains the following output(s):
  outputs['out'] tensor_info:
      dtype: DT_FLOAT
      shape: (-1, 2)
      name: y:0
Method name is: predict
"""


@pytest.mark.parametrize(
    "arguments, output",
    [
        ("show", "The given SavedModel contains the following tag-sets:\nserve\ngpu, serve\n"),
        ("show --tag_set serve", 'The given SavedModel MetaGraphDef contains SignatureDefs with the following keys:\nSignatureDef key: "d"\nSignatureDef key: "e"\n'),
        ("show --tag_set serve --signature_def d", SHOWN),
        ("scan --tag_set gpu,serve", "MetaGraph with tag set ['serve', 'gpu'] does not contain blacklisted ops.\n"),
        ("scan --tag_set serve", "MetaGraph with tag set ['serve'] contains the following blacklisted ops: {'ReadFile'}\n"),
        ("run --tag_set serve --signature_def d --input_exprs in=np.ones((1,2))", "Result for output key out:\n[[3. 3.]]\n"),
        ('run --tag_set serve --signature_def e --input_examples in=[{"a":[1.0,2.0]}]', "Result for output key o:\n[[3. 6.]]\n"),
    ],
)
def test_output(model, arguments, output, capsys):
    command, *rest = arguments.split(" ")
    main([command, "--dir", model, *rest])
    assert capsys.readouterr().out == output


def test_show_all(model, capsys):
    main(["show", "--dir", model, "--all"])
    out = capsys.readouterr().out
    assert out.startswith("\nMetaGraphDef with tag-set: 'serve' contains the following SignatureDefs:\n\nsignature_def['d']:\n  The given")
    assert out.endswith("\nMetaGraphDef with tag-set: 'serve, gpu' contains the following SignatureDefs:\n")


def test_files_in_and_out(model, tmp_path, capsys):
    np.savez(tmp_path / "in.npz", a=np.float32([[1, 2]]), b=np.float32([[3, 4]]))
    run = ["run", "--dir", model, "--tag_set", "serve", "--signature_def", "d", "--outdir", str(tmp_path / "out")]
    main([*run, "--inputs", f"in={tmp_path}/in.npz[b]"])
    assert np.load(tmp_path / "out" / "out.npy").tolist() == [[9, 12]]
    assert capsys.readouterr().out.endswith(f"Output out is saved to {tmp_path}/out/out.npy\n")
    with pytest.raises(RuntimeError, match='already exists. Add "--overwrite" to overwrite'):
        main([*run, "--inputs", f"in={tmp_path}/in.npz[a]"])
    with pytest.raises(RuntimeError, match="contains more than one ndarrays"):
        main([*run, "--inputs", f"in={tmp_path}/in.npz"])
    with pytest.raises(RuntimeError, match='does not contain variable with name "c"'):
        main([*run, "--inputs", f"in={tmp_path}/in.npz[c]"])


def test_a_pickle_is_not_read(model, tmp_path):
    np.save(tmp_path / "p.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="tinytf reads no pickles"):
        main(["run", "--dir", model, "--tag_set", "serve", "--signature_def", "d", "--inputs", f"in={tmp_path}/p.npy"])


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        (["--input_exprs", "nope=1"], ValueError, '"nope" is not a valid input key. Please choose from "in", or use --show option.'),
        (["--inputs", "bad"], RuntimeError, '--inputs "bad" format is incorrect'),
        (["--input_exprs", "bad"], RuntimeError, '--input_exprs "bad" format is incorrect'),
        (["--input_examples", "in={}"], ValueError, "tf.Example input must be a list of dictionaries"),
        (["--input_examples", 'in=[{"a":1}]'], ValueError, "feature value must be a list"),
        ([], AttributeError, "At least one of --inputs, --input_exprs or --input_examples must be required"),
    ],
)
def test_what_cannot_be_run(model, arguments, error, words):
    with pytest.raises(error) as raised:
        main(["run", "--dir", model, "--tag_set", "serve", "--signature_def", "d", *arguments])
    assert words in str(raised.value)


def test_tag_sets(model, tmp_path):
    assert saved_model_utils.get_saved_model_tag_sets(model) == [["serve"], ["serve", "gpu"]]
    assert not saved_model_utils.get_meta_graph_def(model, "gpu,serve").signature_def
    with pytest.raises(RuntimeError, match="MetaGraphDef associated with tag-set gpu could not be found in SavedModel"):
        saved_model_utils.get_meta_graph_def(model, "gpu")
    with pytest.raises(OSError, match=f"SavedModel file does not exist at: {tmp_path}"):
        saved_model_utils.read_saved_model(str(tmp_path))
