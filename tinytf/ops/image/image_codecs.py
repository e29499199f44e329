"""Image files in and out of graphs: JPEG, PNG, GIF, BMP.  The formats themselves are in jpeg.py, png.py, gif.py, bmp.py."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dim, with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import show
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.control_flow.control_flow_ops import Assert
from tinytf.ops.control_flow.summarize import escaped
from tinytf.ops.image import bmp, gif, jpeg, jpeg_encoder, png
from tinytf.ops.image.image_adjust import convert_image_dtype
from tinytf.ops.math import math_ops
from tinytf.ops.strings import string_ops

# Reading --------------------------------------------------------------------------------------------------


def _decoded_shape(op):
    with_rank(op.inputs[0].dims, 0)
    if op.attr("channels") < 0:
        raise ValueError(f"channels must be non-negative, got {op.attr('channels')}")
    return [(None, None, op.attr("channels") or None)]


def _cropped_shape(op):
    (_, _, channels), window = _decoded_shape(op)[0], constant_value(op.inputs[1])
    merge_dim(with_rank(op.inputs[1].dims, 1)[0], 4)
    return [(None, None, channels) if window is None else (int(window[2]), int(window[3]), channels)]


def _gif_shape(op):
    with_rank(op.inputs[0].dims, 0)
    return [(None, None, None, 3)]


def _vector3(op):
    with_rank(op.inputs[0].dims, 0)
    return [(3,)]


def _failing(op):
    def fail(message):
        raise errors.InvalidArgumentError(op.node_def, op, message)

    return fail


def _file(fail, contents) -> bytes:
    if np.ndim(contents):
        fail(f"contents must be scalar, got shape {list(np.shape(contents))}")
    return contents if isinstance(contents, bytes) else contents.item()


def _decode_kernel(op):
    """DecodeJpeg, DecodePng, DecodeGif and DecodeAndCropJpeg: each reads all three formats."""
    fail = _failing(op)
    channels = 3 if op.type == "DecodeGif" else op.attr("channels")
    if channels not in (0, 1, 3, 4):
        fail(f"channels must be 0, 1, 3, or 4, got {channels}")
    dtype = op.attr("dtype") if op.type == "DecodePng" else dtypes.uint8
    options = _jpeg_options(op, fail) if "ratio" in op.attrs else {}

    def decode(contents, window=None):
        data = _file(fail, contents)
        if not data:
            fail("Expected image (JPEG, PNG, or GIF), got empty file")
        if data[:3] == b"\xff\xd8\xff":
            if channels not in (0, 1, 3):
                fail(f"channels must be 0, 1, or 3 for JPEG, got {channels}")
            if dtype is not dtypes.uint8:
                fail("JPEG does not support uint16 output")
            try:
                image = jpeg.decode(data, channels, crop=None if window is None else [int(w) for w in window], **options)
            except ValueError as error:
                fail(f"Invalid JPEG data or crop window, data size {len(data)}: {error}")
        elif data[:8] == png.SIGNATURE:
            try:
                image = png.decode_png(data, channels, dtype.as_numpy_dtype)
            except png.PngError as error:
                if "too large" in str(error):
                    fail(str(error))
                where = "header, data" if error.in_header else "data,"
                fail(f"Invalid PNG {where} size {len(data)}: {error}")
        elif data[:4] == b"GIF8":
            if channels not in (0, 3):
                fail(f"channels must be 0 or 3 for GIF, got {channels}")
            if dtype is not dtypes.uint8:
                fail("GIF does not support uint16 output")
            image = _gif_frames(op, data, fail)
        else:
            fail(f"Expected image (JPEG, PNG, or GIF), got unknown format starting with '{escaped(data[:16])}'")
        return image[None] if op.type == "DecodeGif" and image.ndim == 3 else image

    return decode


def _gif_frames(op, data, fail):
    try:
        frames = gif.decode(data)
    except gif.GifError as error:
        fail(f"Invalid GIF data (size {len(data)}), {error}")
    if op.type == "DecodeGif":
        return frames
    if len(frames) != 1:
        fail(f"Got {len(frames)} frames, but animated gifs can only be decoded by tf.image.decode_gif or tf.image.decode_image")
    return frames[0]


def _jpeg_options(op, fail) -> dict:
    ratio, method = op.attr("ratio"), op.attr("dct_method")
    if ratio not in (1, 2, 4, 8):
        fail(f"ratio must be 1, 2, 4, or 8, got {ratio}")
    if method not in (b"", b"INTEGER_FAST", b"INTEGER_ACCURATE"):
        fail("dct_method must be one of {'', 'INTEGER_FAST', 'INTEGER_ACCURATE'}")
    return {
        "ratio": ratio, "fancy": op.attr("fancy_upscaling"), "fast": method != b"INTEGER_ACCURATE",
        "recover": op.attr("try_recover_truncated"), "fraction": op.attr("acceptable_fraction"),
    }  # fmt: skip


def _bmp_kernel(op):
    fail, channels = _failing(op), op.attr("channels")
    if channels not in (0, 1, 3, 4):
        fail(f"channels must be 0, 1, 3 or 4, got {channels}")

    def decode(contents):
        try:
            return bmp.decode(_file(fail, contents), channels)
        except ValueError as error:
            fail(str(error))

    return decode


def _shape_kernel(op):
    fail, dtype = _failing(op), op.attr("output_type").as_numpy_dtype

    def shape(contents):
        data = _file(fail, contents)
        try:
            return np.array(jpeg.shape(data), dtype)
        except jpeg.JpegError:
            fail(f"Invalid JPEG data, size {len(data)}")

    return shape


_JPEG_ATTRS = "channels: int = 0; ratio: int = 1; fancy_upscaling: bool = true; try_recover_truncated: bool = false; acceptable_fraction: float = 1.0; dct_method: string = ''"
op("DecodeJpeg(contents: string) -> (image: uint8); " + _JPEG_ATTRS, shape=_decoded_shape, kernel=_decode_kernel)
op("DecodeAndCropJpeg(contents: string, crop_window: int32) -> (image: uint8); " + _JPEG_ATTRS, shape=_cropped_shape, kernel=_decode_kernel)
op("DecodePng(contents: string) -> (image: dtype); channels: int = 0; dtype: {uint8, uint16} = uint8",
   shape=_decoded_shape, kernel=_decode_kernel)  # fmt: skip
op("DecodeGif(contents: string) -> (image: uint8)", shape=_gif_shape, kernel=_decode_kernel)
op("DecodeBmp(contents: string) -> (image: uint8); channels: int = 0", shape=_decoded_shape, kernel=_bmp_kernel)
op("ExtractJpegShape(contents: string) -> (image_shape: output_type); output_type: {int32, int64} = int32",
   shape=_vector3, kernel=_shape_kernel)  # fmt: skip


# Writing --------------------------------------------------------------------------------------------------


def _encoded_shape(op):
    with_rank(op.inputs[0].dims, 3)
    return [()]


def _checked_image(fail, image, allowed, words):
    if image.ndim != 3:
        fail(f"image must be 3-dimensional [{','.join(map(str, image.shape))}]")
    if image.shape[2] not in allowed:
        fail(f"image must have {words} channels, got [{','.join(map(str, image.shape))}]")


def _as_string(data) -> np.ndarray:
    return np.array(data, dtype=object)


def _check_jpeg_size(op, image):
    if not 0 < min(image.shape[:2]) <= max(image.shape[:2]) <= 65500:
        raise errors.InternalError(op.node_def, op, f"JPEG encoding failed: sides must be 1 to 65500, got {show(image.shape)}")


def _encode_jpeg_kernel(op):
    fail, quality, form = _failing(op), op.attr("quality"), op.attr("format")
    if not 0 <= quality <= 100:
        fail(f"quality must be in [0,100], got {quality}")
    if op.attr("progressive"):
        raise errors.UnimplementedError(op.node_def, op, "tinytf writes no progressive JPEG; use progressive=False")

    def encode(image):
        _checked_image(fail, image, (1, 3), "1 or 3")
        channels = {b"grayscale": 1, b"rgb": 3}.get(form, image.shape[2])
        if channels != image.shape[2]:
            fail(f"format {form.decode()} expects {channels} channels, got [{','.join(map(str, image.shape))}]")
        _check_jpeg_size(op, image)
        density = op.attr("x_density") & 0xFFFF, op.attr("y_density") & 0xFFFF
        unit = 1 if op.attr("density_unit") == b"in" else 2
        options = op.attr("chroma_downsampling"), op.attr("optimize_size"), unit, density, op.attr("xmp_metadata")
        return _as_string(jpeg_encoder.encode(image, quality, *options))

    return encode


def _encode_variable_kernel(op):
    fail = _failing(op)

    def encode(image, quality):
        _checked_image(fail, image, (1, 3), "1 or 3")
        _check_jpeg_size(op, image)
        return _as_string(jpeg_encoder.encode(image, int(quality)))

    return encode


def _encode_png_kernel(op):
    fail, level = _failing(op), op.attr("compression")
    if not -1 <= level <= 9:
        fail(f"compression should be in [-1,9], got {level}")

    def encode(image):
        _checked_image(fail, image, (1, 2, 3, 4), "1, 2, 3, or 4")
        if not image.size:
            fail(f"image must not be empty, got shape {show(image.shape)}")
        return _as_string(png.encode_png(image, level))

    return encode


op("EncodeJpeg(image: uint8) -> (contents: string); format: {'', 'grayscale', 'rgb'} = ''; quality: int = 95; progressive: bool = false; optimize_size: bool = false; chroma_downsampling: bool = true; density_unit: {'in', 'cm'} = 'in'; x_density: int = 300; y_density: int = 300; xmp_metadata: string = ''",
   shape=_encoded_shape, kernel=_encode_jpeg_kernel)  # fmt: skip
op("EncodeJpegVariableQuality(images: uint8, quality: int32) -> (contents: string)",
   shape=_encoded_shape, kernel=_encode_variable_kernel)  # fmt: skip
op("EncodePng(image: T) -> (contents: string); compression: int = -1; T: {uint8, uint16} = uint8",
   shape=_encoded_shape, kernel=_encode_png_kernel)  # fmt: skip


# Functions ------------------------------------------------------------------------------------------------


def _given(**attrs) -> dict:
    return {name: value for name, value in attrs.items() if value is not None}


def decode_jpeg(
    contents, channels=0, ratio=1, fancy_upscaling=True, try_recover_truncated=False, acceptable_fraction=1, dct_method="", name=None
) -> Tensor:
    """A JPEG file as uint8 [height, width, channels].  InvalidArgumentError where it is none.  Follows tf.image.decode_jpeg of TF 1.15."""
    attrs = _given(
        channels=channels, ratio=ratio, fancy_upscaling=fancy_upscaling, try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction, dct_method=dct_method,
    )  # fmt: skip
    return make("DecodeJpeg", contents, name=name, **attrs)


def decode_and_crop_jpeg(
    contents, crop_window, channels=0, ratio=1, fancy_upscaling=True, try_recover_truncated=False, acceptable_fraction=1, dct_method="", name=None
) -> Tensor:
    """The part [top, left, height, width] of a JPEG file.  Follows tf.image.decode_and_crop_jpeg of TF 1.15."""
    attrs = _given(
        channels=channels, ratio=ratio, fancy_upscaling=fancy_upscaling, try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction, dct_method=dct_method,
    )  # fmt: skip
    return make("DecodeAndCropJpeg", contents, crop_window, name=name, **attrs)


def decode_png(contents, channels=0, dtype=dtypes.uint8, name=None) -> Tensor:
    """A PNG file as uint8 or uint16 [height, width, channels].  Follows tf.image.decode_png of TF 1.15."""
    return make("DecodePng", contents, name=name, **_given(channels=channels, dtype=dtype))


def decode_gif(contents, name=None) -> Tensor:
    """A GIF file as uint8 [frames, height, width, 3].  Follows tf.image.decode_gif of TF 1.15."""
    return make("DecodeGif", contents, name=name)


def decode_bmp(contents, channels=0, name=None) -> Tensor:
    """A BMP file as uint8 [height, width, channels].  Follows tf.image.decode_bmp of TF 1.15."""
    return make("DecodeBmp", contents, name=name, **_given(channels=channels))


def extract_jpeg_shape(contents, output_type=dtypes.int32, name=None) -> Tensor:
    """[height, width, channels] of a JPEG file, from its headers alone.  Follows tf.image.extract_jpeg_shape of TF 1.15."""
    return make("ExtractJpegShape", contents, output_type=output_type, name=name)


def encode_jpeg(
    image, format="", quality=95, progressive=False, optimize_size=False, chroma_downsampling=True, density_unit="in",  # noqa: A002
    x_density=300, y_density=300, xmp_metadata="", name=None,
) -> Tensor:  # fmt: skip
    """uint8 [height, width, 1 or 3] as a JPEG file.  Follows tf.image.encode_jpeg of TF 1.15."""
    attrs = _given(
        format=format, quality=quality, progressive=progressive, optimize_size=optimize_size, chroma_downsampling=chroma_downsampling,
        density_unit=density_unit, x_density=x_density, y_density=y_density, xmp_metadata=xmp_metadata,
    )  # fmt: skip
    return make("EncodeJpeg", image, name=name, **attrs)


def encode_png(image, compression=-1, name=None) -> Tensor:
    """uint8 or uint16 [height, width, 1 to 4] as a PNG file.  Follows tf.image.encode_png of TF 1.15."""
    return make("EncodePng", image, name=name, **_given(compression=compression))


def is_jpeg(contents, name=None) -> Tensor:
    """Whether a file begins as JPEG files do.  Follows tf.image.is_jpeg of TF 1.15."""
    with name_scope(name, "is_jpeg"):
        return math_ops.equal(string_ops.substr(contents, 0, 3), b"\xff\xd8\xff", name=name)


def decode_image(contents, channels=None, dtype=dtypes.uint8, name=None, expand_animations=True) -> Tensor:
    """A JPEG, PNG, GIF or BMP file as `dtype`: [height, width, channels], or with frames first for GIF.

    Without `expand_animations` only the first frame.  Follows tf.image.decode_image of TF 1.15.
    """
    with name_scope(name, "decode_image"):
        if channels not in (None, 0, 1, 3, 4):
            raise ValueError("channels must be in (None, 0, 1, 3, 4)")
        start = string_ops.substr(contents, 0, 3)
        number = 0 if channels is None else channels

        def as_bmp():
            is_bmp = math_ops.equal(string_ops.substr(contents, 0, 2), "BM", name="is_bmp")
            checks = [Assert(is_bmp, ["Unable to decode bytes as JPEG, PNG, GIF, or BMP"])]
            good = math_ops.not_equal(number, 1, name="check_channels")
            checks.append(Assert(good, ["Channels must be in (None, 0, 3) when decoding BMP images"]))
            with control_dependencies(checks):
                return convert_image_dtype(decode_bmp(contents), dtype)

        def as_gif():
            good = [math_ops.not_equal(number, bad, name="check_gif_channels") for bad in (1, 4)]
            good = math_ops.logical_and(*good)
            check = Assert(good, ["Channels must be in (None, 0, 3) when decoding GIF images"])
            with control_dependencies([check]):
                frames = convert_image_dtype(decode_gif(contents), dtype)
                return frames if expand_animations else array_ops.gather(frames, 0)

        def as_png():
            depth = dtypes.uint8 if dtype == dtypes.uint8 else dtypes.uint16
            return convert_image_dtype(decode_png(contents, channels, dtype=depth), dtype)

        def as_jpeg():
            good = math_ops.not_equal(number, 4, name="check_jpeg_channels")
            check = Assert(good, ["Channels must be in (None, 0, 1, 3) when decoding JPEG images"])
            with control_dependencies([check]):
                return convert_image_dtype(decode_jpeg(contents, channels), dtype)

        def other():
            return cond(math_ops.equal(start, b"GIF", name="is_gif"), as_gif, as_bmp, name="cond_gif")

        def not_jpeg():
            return cond(_is_png(contents), as_png, other, name="cond_png")

        return cond(is_jpeg(contents), as_jpeg, not_jpeg, name="cond_jpeg")


def _is_png(contents):
    with name_scope(None, "is_png"):
        return math_ops.equal(string_ops.substr(contents, 0, 3), b"\x89PN")
