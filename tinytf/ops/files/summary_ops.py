"""Summaries: ops that turn tensors into serialised Summary messages for TensorBoard.  Follows tf.summary of TF 1.15."""

from __future__ import annotations

import contextlib
import re

import numpy as np

from tinytf import dtypes, errors, logging, protos
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, get_collection, name_scope
from tinytf.graph.keys import GraphKeys
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar as scalar_shape
from tinytf.ops.files.histogram_proto import histogram_proto
from tinytf.ops.image.png import encode_png
from tinytf.ops.signal.audio_ops import wav_file
from tinytf.shapes import in_brackets


def _serialized(values):
    return np.array(protos.Summary(value=values).SerializeToString(), dtype=object)


def _text(value) -> str:
    value = value.item() if isinstance(value, np.ndarray) else value
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def _scalar_kernel(op_):
    def run(tags, values):
        tags, values = np.asarray(tags), np.asarray(values)
        if tags.shape != values.shape:
            tag = " (tag '%s')" % _text(tags) if tags.ndim == 0 else ""
            raise errors.InvalidArgumentError(
                op_.node_def,
                op_,
                "tags and values not the same shape: %s != %s%s" % (in_brackets(tags.shape), in_brackets(values.shape), tag),
            )
        pairs = zip(tags.reshape(-1), values.reshape(-1))
        return _serialized([protos.Summary.Value(tag=_text(t), simple_value=float(v)) for t, v in pairs])

    return run


def histogram_kernel(op_):
    """Numbers counted into buckets."""

    def run(tag, values):
        tag, values = _text(tag), np.asarray(values).astype(np.float64).reshape(-1)
        for what, there in (("Nan", np.isnan), ("Infinity", np.isinf)):
            if there(values).any():
                raise errors.InvalidArgumentError(op_.node_def, op_, "%s in summary histogram for: %s" % (what, tag))
        return _serialized([protos.Summary.Value(tag=tag, histo=histogram_proto(values))])

    return run


def image_kernel(op_):
    """Images as PNG; what is not finite has the colour that the attribute, or the third input, says."""
    most = op_.attr("max_images")
    of_attr = op_.attr("bad_color").int_val or [255, 0, 0, 255] if op_.type == "ImageSummary" else None

    def run(tag, tensor, bad_color=of_attr):
        tag, bad_color = _text(tag), np.asarray(bad_color, dtype=np.uint8)
        if tensor.ndim != 4 or tensor.shape[3] not in (1, 3, 4):
            raise errors.InvalidArgumentError(
                op_.node_def, op_, "Tensor must be 4-D with last dim 1, 3, or 4, not %s" % in_brackets(tensor.shape)
            )
        values = []
        for i, image in enumerate(tensor[:most]):
            pixels = image if image.dtype == np.uint8 else _normalized(image, bad_color)
            height, width, channels = image.shape
            proto = protos.Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=encode_png(pixels))
            name = tag + "/image" + ("/%d" % i if most > 1 else "")
            values.append(protos.Summary.Value(tag=name, image=proto))
        return _serialized(values)

    return run


def _normalized(image, bad_color):
    """Floats as uint8: 0 to the maximum as 0 to 255, or around 128 where there are negative ones; NaN and infinity in `bad_color`."""
    image = image.astype(np.float32) if image.dtype == np.float16 else image
    finite = np.isfinite(image).all(axis=2)
    low, high = (image[finite].min(), image[finite].max()) if finite.any() else (0.0, 0.0)
    most = max(abs(low), abs(high)) if low < 0 else high
    full, offset = (127, 128) if low < 0 else (255, 0)
    scale = image.dtype.type(0 if most < 1e-6 else full / most)
    with np.errstate(invalid="ignore"):
        pixels = (image * scale + image.dtype.type(offset)).astype(np.uint8)
    pixels[~finite] = bad_color[: image.shape[2]]
    return pixels


def audio_kernel(op_):
    """Sounds as WAV files."""
    most = op_.attr("max_outputs")

    def run(tag, tensor, sample_rate=None):
        tag = _text(tag)
        rate = float(op_.attr("sample_rate") if sample_rate is None else sample_rate)
        if rate <= 0:
            raise errors.InvalidArgumentError(op_.node_def, op_, "sample_rate must be positive, but is %s" % rate)
        channels = 1 if tensor.ndim == 2 else tensor.shape[2]
        values = []
        for i, sound in enumerate(tensor[:most]):
            audio = protos.Summary.Audio(
                sample_rate=rate,
                num_channels=channels,
                length_frames=tensor.shape[1],
                encoded_audio_string=wav_file(sound, rate, channels),
                content_type="audio/wav",
            )
            values.append(protos.Summary.Value(tag=tag + "/audio" + ("/%d" % i if most > 1 else ""), audio=audio))
        return _serialized(values)

    return run


def content_proto(array):
    """The TensorProto of an array: numbers as bytes, as TensorFlow's kernel writes even a single one."""
    from tinytf.graph.tensor_proto import make_tensor_proto

    array = np.asarray(array)
    proto = make_tensor_proto(array)
    if array.dtype.kind not in "OSU" and array.size:
        shape, dtype = proto.tensor_shape, proto.dtype
        proto = protos.TensorProto(dtype=dtype, tensor_shape=shape, tensor_content=array.tobytes())
    return proto


def _tensor_kernel(op_):
    node_name = op_.name

    def run(*inputs):
        if len(inputs) == 1:  # TensorSummary, which has no tag
            return _serialized([protos.Summary.Value(node_name=node_name, tensor=content_proto(inputs[0]))])
        tag, tensor, metadata = inputs
        value = protos.Summary.Value(tag=_text(tag), tensor=content_proto(tensor))
        value.metadata.ParseFromString(metadata.item() if isinstance(metadata, np.ndarray) else metadata)
        return _serialized([value])

    return run


def _merge_kernel(op_):
    def run(*inputs):
        merged, tags = protos.Summary(), set()
        for serialized in inputs:
            for text in np.asarray(serialized, dtype=object).reshape(-1):
                summary = protos.Summary()
                try:
                    summary.ParseFromString(text)
                except Exception:  # protobuf's DecodeError, whose class has moved between versions
                    raise errors.InvalidArgumentError(op_.node_def, op_, "Could not parse one of the summary inputs") from None
                for value in summary.value:
                    if value.tag and value.tag in tags:
                        raise errors.InvalidArgumentError(
                            op_.node_def, op_, "Duplicate tag %s found in summary inputs" % value.tag
                        )
                    tags.add(value.tag)
                merged.value.extend(summary.value)
        return np.array(merged.SerializeToString(), dtype=object)

    return run


REAL_NUMBERS = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
for _signature, _kernel in (
    ("ScalarSummary(tags: string, values: T) -> (summary: string); T: " + REAL_NUMBERS, _scalar_kernel),
    ("HistogramSummary(tag: string, values: T) -> (summary: string); T: " + REAL_NUMBERS + " = float", histogram_kernel),
    (
        "ImageSummary(tag: string, tensor: T) -> (summary: string); max_images: int >= 1 = 3; "
        "T: {uint8, float, half, double} = float; bad_color: tensor = uint8 [255, 0, 0, 255]",
        image_kernel,
    ),
    (
        "AudioSummary(tag: string, tensor: float) -> (summary: string); sample_rate: float; max_outputs: int >= 1 = 3; "
        "deprecated 15 'Use AudioSummaryV2.'",
        audio_kernel,
    ),
    ("AudioSummaryV2(tag: string, tensor: float, sample_rate: float) -> (summary: string); max_outputs: int >= 1 = 3", audio_kernel),
    (
        "TensorSummary(tensor: T) -> (summary: string); T: type; description: string = ''; "
        "labels: list(string) = []; display_name: string = ''",
        _tensor_kernel,
    ),
    (
        "TensorSummaryV2(tag: string, tensor: T, serialized_summary_metadata: string) -> (summary: string); T: type",
        _tensor_kernel,
    ),
    ("MergeSummary(inputs: N*string) -> (summary: string); N: int >= 1", _merge_kernel),
):
    op(_signature, shape=scalar_shape, kernel=_kernel, gradient=NOT_DIFFERENTIABLE)


# The functions of tf.summary ------------------------------------------------------------------------------------------

_ILLEGAL_IN_TAG = re.compile(r"[^-/\w\.]")


def clean_tag(name):
    """A name without what tags may not hold; None stays None."""
    if name is None:
        return None
    clean = _ILLEGAL_IN_TAG.sub("_", name).lstrip("/")
    if clean != name:
        logging.info("Summary name %s is illegal; using %s instead.", name, clean)
    return clean


@contextlib.contextmanager
def summary_scope(name, family=None, default_name=None, values=None):
    """Yields the tag, unique as the scope's name is, and the scope."""
    name, family = clean_tag(name), clean_tag(family)
    with name_scope(name if family is None else "%s/%s" % (family, name), default_name, values) as scope:
        tag = scope.rstrip("/")
        yield tag if family is None else "%s/%s" % (family, tag), scope


def _collect(summary, collections, default):
    for key in default if collections is None else collections:
        add_to_collection(key, summary)
    return summary


_SUMMARIES = [GraphKeys.SUMMARIES]


def scalar(name, tensor, collections=None, family=None):
    """A summary of one number. Returns a string tensor: a serialised Summary. Follows tf.summary.scalar of TF 1.15."""
    with summary_scope(name, family, values=[tensor]) as (tag, scope):
        return _collect(make("ScalarSummary", tag, tensor, name=scope), collections, _SUMMARIES)


def histogram(name, values, collections=None, family=None):
    """A summary of how `values` (any shape) are distributed. InvalidArgumentError for NaN and infinity.

    Follows tf.summary.histogram of TF 1.15.
    """
    with summary_scope(name, family, "HistogramSummary", [values]) as (tag, scope):
        return _collect(make("HistogramSummary", tag, values, name=scope), collections, _SUMMARIES)


def image(name, tensor, max_outputs=3, collections=None, family=None):
    """A summary of the first images of [batch, height, width, 1, 3 or 4]: uint8, or floats, which are scaled.

    Follows tf.summary.image of TF 1.15.
    """
    with summary_scope(name, family, values=[tensor]) as (tag, scope):
        return _collect(make("ImageSummary", tag, tensor, max_images=max_outputs, name=scope), collections, _SUMMARIES)


def audio(name, tensor, sample_rate, max_outputs=3, collections=None, family=None):
    """A summary of the first sounds of [batch, frames] or [batch, frames, channels], in [-1, 1].

    Follows tf.summary.audio of TF 1.15.
    """
    with summary_scope(name, family, values=[tensor]) as (tag, scope):
        rate = convert_to_tensor(sample_rate, dtype=dtypes.float32, name="sample_rate")
        return _collect(make("AudioSummaryV2", tag, tensor, rate, max_outputs=max_outputs, name=scope), collections, _SUMMARIES)


def text(name, tensor, collections=None):
    """A summary of strings, which TensorBoard shows as Markdown. ValueError if they are none.

    Follows tf.summary.text of TF 1.15.
    """
    if tensor.dtype != dtypes.string:
        raise ValueError("Expected tensor %s to have dtype string, got %s" % (tensor.name, tensor.dtype))
    metadata = protos.SummaryMetadata(plugin_data=protos.SummaryMetadata.PluginData(plugin_name="text"))
    return tensor_summary(name, tensor, summary_metadata=metadata, collections=collections)


def tensor_summary(
    name, tensor, summary_description=None, collections=None, summary_metadata=None, family=None, display_name=None
):
    """A summary of a tensor of any type and shape. Follows tf.summary.tensor_summary of TF 1.15."""
    metadata = protos.SummaryMetadata() if summary_metadata is None else summary_metadata
    if summary_description is not None:
        metadata.summary_description = summary_description
    if display_name is not None:
        metadata.display_name = display_name
    with summary_scope(name, family, values=[tensor]) as (tag, scope):
        summary = make("TensorSummaryV2", tag, tensor, metadata.SerializeToString(), name=scope)
        return _collect(summary, collections, _SUMMARIES)


def merge(inputs, collections=None, name=None):
    """One summary of all `inputs`. InvalidArgumentError, when it runs, for two of the same tag.

    Follows tf.summary.merge of TF 1.15.
    """
    name = clean_tag(name)
    with name_scope(name, "Merge", inputs):
        return _collect(make("MergeSummary", list(inputs), name=name), collections, [])


def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None):
    """One summary of all that the graph has collected (under `scope`), or None. Follows tf.summary.merge_all of TF 1.15."""
    summaries = get_collection(key, scope=scope)
    return merge(summaries, name=name) if summaries else None


# What came before tf.summary, and is tf.contrib.deprecated since: tags are inputs, not the names of the ops ---------------


def scalar_summary(tags, values, collections=None, name=None):
    """Summaries of `values` under `tags` (of the same shape). Follows tf.contrib.deprecated.scalar_summary of TF 1.15."""
    with name_scope(name, "ScalarSummary", [tags, values]) as scope:
        return _collect(make("ScalarSummary", tags, values, name=scope), collections, _SUMMARIES)


def histogram_summary(tag, values, collections=None, name=None):
    """As histogram(), under `tag`. Follows tf.contrib.deprecated.histogram_summary of TF 1.15."""
    with name_scope(name, "HistogramSummary", [tag, values]) as scope:
        return _collect(make("HistogramSummary", tag, values, name=scope), collections, _SUMMARIES)


def image_summary(tag, tensor, max_images=3, collections=None, name=None):
    """As image(), under `tag`. Follows tf.contrib.deprecated.image_summary of TF 1.15."""
    with name_scope(name, "ImageSummary", [tag, tensor]) as scope:
        return _collect(make("ImageSummary", tag, tensor, max_images=max_images, name=scope), collections, _SUMMARIES)


def audio_summary(tag, tensor, sample_rate, max_outputs=3, collections=None, name=None):
    """As audio(), under `tag`. Follows tf.contrib.deprecated.audio_summary of TF 1.15."""
    with name_scope(name, "AudioSummary", [tag, tensor]) as scope:
        rate = convert_to_tensor(sample_rate, dtype=dtypes.float32, name="sample_rate")
        return _collect(make("AudioSummaryV2", tag, tensor, rate, max_outputs=max_outputs, name=scope), collections, _SUMMARIES)


def merge_summary(inputs, collections=None, name=None):
    """As merge(). Follows tf.contrib.deprecated.merge_summary of TF 1.15."""
    with name_scope(name, "MergeSummary", inputs):
        return _collect(make("MergeSummary", list(inputs), name=name), collections, [])


def merge_all_summaries(key=GraphKeys.SUMMARIES):
    """As merge_all(). Follows tf.contrib.deprecated.merge_all_summaries of TF 1.15."""
    summaries = get_collection(key)
    return merge_summary(summaries) if summaries else None
