"""Images as grids: flips, turns, crops, padding, resizing.  An image is [height, width, channels], or a batch of them."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.control_flow.cond import case, cond
from tinytf.ops.control_flow.control_flow_ops import Assert, with_dependencies
from tinytf.ops.math import math_ops
from tinytf.ops.math.check_ops import assert_equal, assert_greater_equal, assert_positive
from tinytf.ops.random.random_ops import random_uniform

# What is checked -----------------------------------------------------------------------------------------
# What the static shape tells is checked here; the rest becomes assertions that run with the graph.


def is_tensor(x) -> bool:
    """Whether a value is known only when the graph runs."""
    from tinytf.ops.state.variables import Variable

    return isinstance(x, (Tensor, Variable))


def require(condition, message: str) -> list:
    """Assertions that `condition` (a bool or a tensor) is true; a plain false raises ValueError."""
    if is_tensor(condition):
        return [Assert(condition, [message])]
    if not condition:
        raise ValueError(message)
    return []


def at_least_3d(image) -> list:
    """Assertions that `image` has three dimensions or more, and none of size 0."""
    shape = image.get_shape()
    try:
        shape = shape.with_rank(3) if shape.ndims is None else shape.with_rank_at_least(3)
    except ValueError:
        raise ValueError("'image' must be at least three-dimensional.") from None
    if 0 in shape.as_list():
        raise ValueError(f"all dims of 'image.shape' must be > 0: {shape}")
    if shape.is_fully_defined():
        return []
    return [
        assert_positive(array_ops.shape(image), ["all dims of 'image.shape' must be > 0."]),
        assert_greater_equal(array_ops.rank(image), 3, message="'image' must be at least three-dimensional."),
    ]


def assert_at_least_3d(image) -> Tensor:
    """`image`, once it is known to be one."""
    return with_dependencies(at_least_3d(image), image)


def assert_grayscale(image) -> Tensor:
    """`image`, once its last dimension is known to be 1."""
    shape = image.get_shape()
    try:
        shape = shape.with_rank(2) if shape.ndims is None else shape.with_rank_at_least(2)
    except ValueError:
        raise ValueError("A grayscale image must be at least two-dimensional.") from None
    checks = []
    message = "Last dimension of a grayscale image should be size 1."
    if not shape.is_fully_defined():
        checks = [
            assert_equal(array_ops.shape(image)[-1], 1, message=message),
            assert_greater_equal(array_ops.rank(image), 3, message="A grayscale image must be at least two-dimensional."),
        ]
    elif shape.as_list()[-1] != 1:
        raise ValueError(message)
    return with_dependencies(checks, image)


def _sizes(image, rank: int) -> list:
    """The image's dimensions: integers where known, else tensors."""
    shape = image.get_shape()
    if shape.is_fully_defined():
        return shape.as_list()
    known = shape.with_rank(rank).as_list()
    return [d if k is None else k for k, d in zip(known, array_ops.unstack(array_ops.shape(image), rank))]


def _as_batch(image) -> tuple:
    """(a batch, whether it was one)"""
    image = convert_to_tensor(image, name="image")
    rank = image.get_shape().ndims
    if rank == 4:
        return image, True
    if rank not in (None, 3):
        raise ValueError("'image' must have either 3 or 4 dimensions.")
    image = array_ops.expand_dims(image, 0)
    if rank is None:
        image.set_shape([None] * 4)
    return image, False


def _as_given(batch, was_batch: bool):
    return batch if was_batch else array_ops.squeeze(batch, axis=[0])


def _static(*sizes) -> list:
    return [None if is_tensor(s) else s for s in sizes]


def _by_rank(image, of_one, of_batch):
    """`of_one(image)` or `of_batch(image)`; an image of unknown rank counts as one."""
    rank = image.get_shape().ndims
    if rank in (None, 3):
        return of_one(image)
    if rank == 4:
        return of_batch(image)
    raise ValueError("'image' must have either 3 or 4 dimensions.")


def _either(function, in_python, *values):
    """`function` of tensors, or what Python has for plain numbers."""
    return (function if any(is_tensor(v) for v in values) else in_python)(*values)


def _max(x, y):
    return _either(math_ops.maximum, max, x, y)


# Flips and turns -----------------------------------------------------------------------------------------


def _shaped_like(image, result):
    result.set_shape([None] * 3 if image.dims is None else image.get_shape())
    return result


def _flip(image, axis, scope):
    with name_scope(None, scope, [image]):
        image = assert_at_least_3d(convert_to_tensor(image, name="image"))
        return _by_rank(image, lambda x: _shaped_like(x, array_ops.reverse(x, [axis])), lambda x: array_ops.reverse(x, [axis + 1]))


def flip_left_right(image) -> Tensor:
    """The mirror image.  Follows tf.image.flip_left_right of TF 1.15."""
    return _flip(image, 1, "flip_left_right")


def flip_up_down(image) -> Tensor:
    """The image upside down.  Follows tf.image.flip_up_down of TF 1.15."""
    return _flip(image, 0, "flip_up_down")


def _random_flip(image, axis, seed, scope_name):
    with name_scope(None, scope_name, [image]) as scope:
        image = assert_at_least_3d(convert_to_tensor(image, name="image"))

        def one(x):
            flips = math_ops.less(random_uniform([], 0, 1.0, seed=seed), 0.5)
            return _shaped_like(x, cond(flips, lambda: array_ops.reverse(x, [axis]), lambda: x, name=scope))

        def batch(x):
            count = array_ops.shape(x)[0]
            chance = random_uniform([count], 0, 1.0, seed=seed)
            flips = math_ops.round(array_ops.reshape(chance, [count, 1, 1, 1]))
            flips = math_ops.cast(flips, x.dtype)
            flipped = array_ops.reverse(x, [axis + 1])
            return flips * flipped + (1 - flips) * x

        return _by_rank(image, one, batch)


def random_flip_left_right(image, seed=None) -> Tensor:
    """The mirror image half of the time (each of a batch for itself).  Follows tf.image.random_flip_left_right of TF 1.15."""
    return _random_flip(image, 1, seed, "random_flip_left_right")


def random_flip_up_down(image, seed=None) -> Tensor:
    """Upside down half of the time.  Follows tf.image.random_flip_up_down of TF 1.15."""
    return _random_flip(image, 0, seed, "random_flip_up_down")


def rot90(image, k=1, name=None) -> Tensor:
    """Turned `k` times by 90 degrees, counter-clockwise.  Follows tf.image.rot90 of TF 1.15."""
    with name_scope(name, "rot90", [image, k]) as scope:
        image = assert_at_least_3d(convert_to_tensor(image, name="image"))
        k = convert_to_tensor(k, dtype=dtypes.int32, name="k")
        k.get_shape().assert_has_rank(0)
        k = math_ops.mod(k, 4)

        def turned(x, rows, columns, swapped):
            def quarter():
                return array_ops.transpose(array_ops.reverse(x, [columns]), swapped)

            def half():
                return array_ops.reverse(x, [rows, columns])

            def three_quarters():
                return array_ops.reverse(array_ops.transpose(x, swapped), [columns])

            turns = [(math_ops.equal(k, n), f) for n, f in ((1, quarter), (2, half), (3, three_quarters))]
            result = case(turns, default=lambda: x, exclusive=True, name=scope)
            shape = x.get_shape() if rows == 0 else result.get_shape()
            result.set_shape([None, None, shape[2]] if rows == 0 else [shape[0], None, None, shape[3]])
            return result

        return _by_rank(image, lambda x: turned(x, 0, 1, [1, 0, 2]), lambda x: turned(x, 1, 2, [0, 2, 1, 3]))


def transpose(image, name=None) -> Tensor:
    """Rows and columns exchanged.  Follows tf.image.transpose (transpose_image) of TF 1.15."""
    with name_scope(name, "transpose", [image]):
        image = assert_at_least_3d(convert_to_tensor(image, name="image"))
        return _by_rank(
            image,
            lambda x: array_ops.transpose(x, [1, 0, 2], name=name),
            lambda x: array_ops.transpose(x, [0, 2, 1, 3], name=name),
        )


# Crops and padding ---------------------------------------------------------------------------------------


def central_crop(image, central_fraction) -> Tensor:
    """The middle of an image: this fraction of each side.  Follows tf.image.central_crop of TF 1.15."""
    with name_scope(None, "central_crop", [image]):
        image = convert_to_tensor(image, name="image")
        if central_fraction <= 0.0 or central_fraction > 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return image
        assert_at_least_3d(image)
        dims = image.dims
        if dims is None or len(dims) not in (3, 4):
            rank = None if dims is None else len(dims)
            raise ValueError(f"`image` should either be a Tensor with rank = 3 or rank = 4. Had rank = {rank}.")
        rows = len(dims) - 3
        sides = [array_ops.shape(image)[i] if dims[i] is None else dims[i] for i in (rows, rows + 1)]
        starts = []
        for side in sides:
            if is_tensor(side):
                length = math_ops.cast(side, dtypes.float64)
                starts.append(math_ops.cast((length - length * central_fraction) / 2, dtypes.int32))
            else:
                starts.append(int((float(side) - float(side) * central_fraction) / 2))
        lengths = [side - start * 2 for side, start in zip(sides, starts)]
        begin, size = array_ops.stack([0] * rows + starts + [0]), array_ops.stack([-1] * rows + lengths + [-1])
        image = array_ops.slice(image, begin, size)
        image.set_shape([*dims[:rows], *_static(*lengths), dims[-1]])
        return image


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width) -> Tensor:
    """Zeros around the image: so many rows above, columns on the left, and the rest on the other sides.

    Raises ValueError (or InvalidArgumentError, when it runs) where the image does not fit.
    Follows tf.image.pad_to_bounding_box of TF 1.15.
    """
    with name_scope(None, "pad_to_bounding_box", [image]):
        image, was_batch = _as_batch(image)
        checks = at_least_3d(image)
        batch, height, width, depth = _sizes(image, 4)
        right = target_width - offset_width - width
        below = target_height - offset_height - height
        checks += require(offset_height >= 0, "offset_height must be >= 0")
        checks += require(offset_width >= 0, "offset_width must be >= 0")
        checks += require(right >= 0, "width must be <= target - offset")
        checks += require(below >= 0, "height must be <= target - offset")
        image = with_dependencies(checks, image)
        paddings = array_ops.reshape(array_ops.stack([0, 0, offset_height, below, offset_width, right, 0, 0]), [4, 2])
        padded = array_ops.pad(image, paddings)
        padded.set_shape(_static(batch, target_height, target_width, depth))
        return _as_given(padded, was_batch)


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width) -> Tensor:
    """The part of the image that starts at the offset and has the target's size.

    Raises ValueError (or InvalidArgumentError, when it runs) where it does not lie in the image.
    Follows tf.image.crop_to_bounding_box of TF 1.15.
    """
    with name_scope(None, "crop_to_bounding_box", [image]):
        image, was_batch = _as_batch(image)
        checks = at_least_3d(image)
        batch, height, width, depth = _sizes(image, 4)
        checks += require(offset_width >= 0, "offset_width must be >= 0.")
        checks += require(offset_height >= 0, "offset_height must be >= 0.")
        checks += require(target_width > 0, "target_width must be > 0.")
        checks += require(target_height > 0, "target_height must be > 0.")
        checks += require(width >= target_width + offset_width, "width must be >= target + offset.")
        checks += require(height >= target_height + offset_height, "height must be >= target + offset.")
        image = with_dependencies(checks, image)
        begin = array_ops.stack([0, offset_height, offset_width, 0])
        cropped = array_ops.slice(image, begin, array_ops.stack([-1, target_height, target_width, -1]))
        cropped.set_shape(_static(batch, target_height, target_width, depth))
        return _as_given(cropped, was_batch)


def resize_image_with_crop_or_pad(image, target_height, target_width) -> Tensor:
    """The middle of the image, with zeros around it where it is too small.

    Follows tf.image.resize_image_with_crop_or_pad of TF 1.15.
    """
    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        image, was_batch = _as_batch(image)
        checks = at_least_3d(image)
        checks += require(target_width > 0, "target_width must be > 0.")
        checks += require(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        if is_tensor(target_height):
            target_height = with_dependencies(checks, target_height)
        if is_tensor(target_width):
            target_width = with_dependencies(checks, target_width)
        _, height, width, _ = _sizes(image, 4)
        difference = target_width - width
        crop_width, pad_width = _max(-difference // 2, 0), _max(difference // 2, 0)
        difference = target_height - height
        crop_height, pad_height = _max(-difference // 2, 0), _max(difference // 2, 0)
        least_height = _either(math_ops.minimum, min, target_height, height)
        least_width = _either(math_ops.minimum, min, target_width, width)
        cropped = crop_to_bounding_box(image, crop_height, crop_width, least_height, least_width)
        resized = pad_to_bounding_box(cropped, pad_height, pad_width, target_height, target_width)
        _, height, width, _ = _sizes(resized, 4)
        same = math_ops.equal, lambda a, b: a == b
        checks = require(_either(*same, height, target_height), "resized height is not correct.")
        checks += require(_either(*same, width, target_width), "resized width is not correct.")
        return _as_given(with_dependencies(checks, resized), was_batch)


# Resizing ------------------------------------------------------------------------------------------------


class ResizeMethod:
    """How `resize_images` finds the pixels between pixels.  Follows tf.image.ResizeMethod of TF 1.15."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


_RESIZERS = {
    0: "ResizeBilinear", 1: "ResizeNearestNeighbor", 2: "ResizeBicubic", 3: "ResizeArea",
    "bilinear": "ResizeBilinear", "nearest": "ResizeNearestNeighbor", "bicubic": "ResizeBicubic", "area": "ResizeArea",
}  # fmt: skip


def resize_images(images, size, method=ResizeMethod.BILINEAR, align_corners=False, preserve_aspect_ratio=False, name=None) -> Tensor:
    """`images` ([height, width, channels] or a batch) in the size [new height, new width].

    The result is float32 (`images` as they are where the size is already right; their own type with NEAREST_NEIGHBOR).
    With `preserve_aspect_ratio` as large as fits into `size`.  Raises ValueError for an unknown method or rank.
    Follows tf.image.resize_images of TF 1.15.
    """

    def resize(images, size):
        return make(resize_op_type(method), images, size, align_corners=align_corners)

    return resize_by(images, size, resize, preserve_aspect_ratio, name)


def resize_op_type(method) -> str:
    """The op that resizes so; ValueError for an unknown method."""
    resizer = _RESIZERS.get(method) if isinstance(method, (int, str)) else None
    if resizer is None:
        raise ValueError("Resize method is not implemented.")
    return resizer


def resize_by(images, size, resize, preserve_aspect_ratio, name, keep_same_size=True) -> Tensor:
    """What all ways of resizing share; `resize` is given a batch and its new size."""
    with name_scope(name, "resize", [images, size]):
        images = convert_to_tensor(images, name="images")
        if images.dims is None:
            raise ValueError("'images' contains no shape.")
        was_batch = len(images.dims) == 4
        if len(images.dims) == 3:
            images = array_ops.expand_dims(images, 0)
        elif not was_batch:
            raise ValueError("'images' must have either 3 or 4 dimensions.")
        _, height, width, _ = images.dims
        try:
            size = convert_to_tensor(size, dtypes.int32, name="size")
        except (TypeError, ValueError):
            raise ValueError("'size' must be a 1-D int32 Tensor") from None
        if not size.get_shape().is_compatible_with([2]):
            raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
        new = constant_dims(size) or (None, None)
        if preserve_aspect_ratio:
            size = _fitting_size(images, new)
            new = constant_dims(size) or (None, None)
        if keep_same_size and None not in (*new, height, width) and (height, width) == tuple(new):
            return _as_given(images, was_batch)
        images = resize(images, size)
        images.set_shape([None, *new, None])
        return _as_given(images, was_batch)


def _fitting_size(images, new):
    _, height, width, _ = _sizes(images, 4)
    float32, int32 = dtypes.float32, dtypes.int32
    ratios = [math_ops.cast(n, float32) / math_ops.cast(old, float32) for n, old in zip(new, (height, width))]
    scale = math_ops.minimum(*ratios)
    scaled = [math_ops.cast(math_ops.round(scale * math_ops.cast(old, float32)), int32) for old in (height, width)]
    return convert_to_tensor(scaled, int32, name="size")


def resize_image_with_pad(image, target_height, target_width, method=ResizeMethod.BILINEAR, align_corners=False) -> Tensor:
    """Resized to fit, its aspect ratio kept, with zeros around it.  Follows tf.image.resize_image_with_pad of TF 1.15."""
    return pad_by(image, target_height, target_width, lambda images, size: resize_images(images, size, method, align_corners))


def pad_by(image, target_height, target_width, resize) -> Tensor:
    """An image that `resize` makes fit, with zeros around it."""
    with name_scope(None, "resize_image_with_pad", [image]):
        image, was_batch = _as_batch(image)
        checks = at_least_3d(image)
        checks += require(target_width > 0, "target_width must be > 0.")
        checks += require(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        _, height, width, _ = _sizes(image, 4)
        height, width, high, wide = (math_ops.cast(x, dtypes.float64) for x in (height, width, target_height, target_width))
        ratio = _max(width / wide, height / high)
        exact = height / ratio, width / ratio
        resized = [math_ops.cast(math_ops.floor(x), dtypes.int32) for x in exact]
        halves = [(target - x) / 2 for target, x in zip((high, wide), exact)]
        floors = [math_ops.floor(x) for x in halves]
        above, left = (_max(0, math_ops.cast(x, dtypes.int32)) for x in floors)
        image = resize(image, resized)
        padded = pad_to_bounding_box(image, above, left, target_height, target_width)
        _sizes(padded, 4)
        return _as_given(padded, was_batch)


def resize_bilinear(images, size, align_corners=False, name=None, half_pixel_centers=False) -> Tensor:
    """A batch resized bilinearly, as float32.  Follows tf.image.resize_bilinear of TF 1.15."""
    return make("ResizeBilinear", images, size, align_corners=align_corners, half_pixel_centers=half_pixel_centers, name=name)


def resize_bicubic(images, size, align_corners=False, name=None, half_pixel_centers=False) -> Tensor:
    """A batch resized bicubically, as float32.  Follows tf.image.resize_bicubic of TF 1.15."""
    return make("ResizeBicubic", images, size, align_corners=align_corners, half_pixel_centers=half_pixel_centers, name=name)


def resize_nearest_neighbor(images, size, align_corners=False, name=None, half_pixel_centers=False) -> Tensor:
    """A batch resized by taking the nearest pixel.  Follows tf.image.resize_nearest_neighbor of TF 1.15."""
    return make("ResizeNearestNeighbor", images, size, align_corners=align_corners, half_pixel_centers=half_pixel_centers, name=name)


def resize_area(images, size, align_corners=False, name=None) -> Tensor:
    """A batch resized by the mean of what each pixel covers, as float32.  Follows tf.image.resize_area of TF 1.15."""
    return make("ResizeArea", images, size, align_corners=align_corners, name=name)


def crop_and_resize(image, boxes, box_ind=None, crop_size=None, method="bilinear", extrapolation_value=0, name=None, box_indices=None):
    """The boxes [y1, x1, y2, x2] (parts of 1) cut out of the images that `box_ind` names, each resized to `crop_size`.

    Follows tf.image.crop_and_resize of TF 1.15.
    """
    box_ind = deprecated_argument("box_indices", box_indices, "box_ind", box_ind)
    return make("CropAndResize", image, boxes, box_ind, crop_size, method=method, extrapolation_value=extrapolation_value, name=name)


def extract_glimpse(input, size, offsets, centered=True, normalized=True, uniform_noise=True, name=None) -> Tensor:  # noqa: A002
    """Windows of one size around the offsets, with noise where they leave the image.  Follows tf.image.extract_glimpse of TF 1.15."""
    return make("ExtractGlimpse", input, size, offsets, centered=centered, normalized=normalized, uniform_noise=uniform_noise, name=name)
