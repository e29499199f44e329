"""Boxes in images: drawing them, choosing random ones.  A box is [y1, x1, y2, x2] in [0, 1]."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.shape_ops import show
from tinytf.ops.named_results import SampleDistortedBoundingBoxV2
from tinytf.ops.random import philox

_COLORS = np.array(
    [[1, 1, 0, 1], [0, 0, 1, 1], [1, 0, 0, 1], [0, 1, 0, 1], [0.5, 0, 0.5, 1], [0.5, 0.5, 0, 1], [0.5, 0, 0, 1], [0, 0, 0.5, 1], [0, 1, 1, 1], [1, 0, 1, 1]],
    np.float32,
)


def _draw_shape(op):
    images = with_rank(op.inputs[0].dims, 4)
    if op.type == "DrawBoundingBoxes" and images[3] not in (None, 1, 3, 4):
        raise ValueError("Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA)")
    boxes = with_rank(op.inputs[1].dims, 3)
    if boxes[2] not in (None, 4):
        raise ValueError(f"Dimension must be 4 but is {boxes[2]}")
    return [op.inputs[0].dims]


def _draw_kernel(op):
    def fail(message):
        raise errors.InvalidArgumentError(op.node_def, op, message)

    def draw(images, boxes, colors=None):
        if images.ndim != 4 or images.shape[3] not in (1, 3, 4):
            fail("Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA)")
        if boxes.ndim != 3 or boxes.shape[2] != 4 or len(boxes) != len(images):
            fail(f"boxes must be [batch, number, 4], got {show(boxes.shape)}")
        if colors is not None and (colors.ndim != 2 or colors.size and colors.shape[1] < images.shape[3]):
            fail(f"colors must have equal or more channels than the image provided: {show(colors.shape)}")
        out = images.copy()
        count, height, width, depth = images.shape
        palette = _COLORS.copy() if colors is None or not colors.size else np.asarray(colors, np.float32)
        if colors is None and depth == 1:
            palette[:, 0] = 1
        for n in range(count):
            for k, (y1, x1, y2, x2) in enumerate(boxes[n]):
                color = palette[k % len(palette)][:depth]
                top, bottom = int(np.float32(y1) * (height - 1)), int(np.float32(y2) * (height - 1))
                left, right = int(np.float32(x1) * (width - 1)), int(np.float32(x2) * (width - 1))
                if top > bottom or left > right or top >= height or bottom < 0 or left >= width or right < 0:
                    continue  # a box that is none, or lies outside
                rows, columns = slice(max(top, 0), min(bottom, height - 1) + 1), slice(max(left, 0), min(right, width - 1) + 1)
                if top >= 0:
                    out[n, top, columns] = color
                if bottom < height:
                    out[n, bottom, columns] = color
                if left >= 0:
                    out[n, rows, left] = color
                if right < width:
                    out[n, rows, right] = color
        return out

    return draw


op("DrawBoundingBoxes(images: T, boxes: float) -> (output: T); T: {float, half} = float",
   shape=_draw_shape, kernel=_draw_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("DrawBoundingBoxesV2(images: T, boxes: float, colors: float) -> (output: T); T: {float, half} = float",
   shape=_draw_shape, kernel=_draw_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# A random box -------------------------------------------------------------------------------------------


def _distorted_shape(op):
    size, boxes = with_rank(op.inputs[0].dims, 1), with_rank(op.inputs[1].dims, 3)
    for dim, wanted in ((size[0], 3), (boxes[2], 4)):
        if dim not in (None, wanted):
            raise ValueError(f"Dimension must be {wanted} but is {dim}")
    return [(3,), (3,), (1, 1, 4)]


def _distorted_kernel(op):
    generator = philox.Philox(op.attr("seed"), op.attr("seed2"))
    for name, text in (("aspect_ratio_range", "Aspect ratio range"), ("area_range", "Area range")):
        if len(op.attr(name)) != 2:
            raise errors.InvalidArgumentError(op.node_def, op, f"{text} field must specify 2 dimensions")
    (low_ratio, high_ratio), (low_area, high_area) = op.attr("aspect_ratio_range"), op.attr("area_range")
    attempts, whole_allowed = op.attr("max_attempts"), op.attr("use_image_if_no_bounding_boxes")

    def fail(message):
        raise errors.InvalidArgumentError(op.node_def, op, message)

    if low_ratio <= 0 or high_ratio <= 0:
        fail(f"Aspect ratio range must be non-negative: [{low_ratio:g}, {high_ratio:g}]")
    if low_area <= 0 or high_area <= 0:
        fail(f"Area range must be non-negative: [{low_area:g}, {high_area:g}]")
    if low_area > 1 or high_area > 1:
        fail(f"Area range must be less then or equal to 1.0: [{low_area:g}, {high_area:g}]")
    if attempts <= 0:
        fail(f"Max attempts must be positive: {attempts}")

    def sample(image_size, bounding_boxes, least_covered=None):
        least_covered = op.attr("min_object_covered") if least_covered is None else least_covered
        if image_size.shape != (3,):
            fail(f"image_size must be 1-D with 3 elements, got {show(image_size.shape)}")
        if bounding_boxes.ndim != 3 or bounding_boxes.shape[2] != 4:
            fail(f"input boxes must be 3-dimensional [batch, num_boxes, coords]: {show(bounding_boxes.shape)}")
        height, width = int(image_size[0]), int(image_size[1])
        boxes = bounding_boxes.reshape(-1, 4)
        outside = boxes[~((boxes >= 0) & (boxes <= 1))]
        if len(outside):
            fail(f"All bounding box coordinates must be in [0.0, 1.0]: {outside[0]:g}")
        if height <= 0 or width <= 0:
            fail(f"Image height and width must be positive, got {height} and {width}")
        if not len(boxes):
            if not whole_allowed:
                fail("No bounding boxes provided as input. One must enable use_image_if_no_bounding_boxes if you wish to not provide any bounding boxes.")
            boxes = np.array([[0, 0, 1, 1]], np.float32)
        pixels = [(int(y1 * height), int(x1 * width), int(y2 * height), int(x2 * width)) for y1, x1, y2, x2 in boxes.astype(np.float32)]
        draws = _Draws(generator.reserve(attempts))
        top = left = 0
        bottom, right = height, width
        for _ in range(attempts):
            ratio = np.float32(draws.fraction() * (high_ratio - low_ratio) + low_ratio)
            crop = _random_crop(draws, width, height, low_area, high_area, ratio)
            if crop is not None and _covers(crop, pixels, float(least_covered)):
                top, left, bottom, right = crop
                break
        begin = np.array([top, left, 0], image_size.dtype)
        size = np.array([bottom - top, right - left, -1], image_size.dtype)
        box = np.array([[[top / height, left / width, bottom / height, right / width]]], np.float32)
        return begin, size, box

    return sample


class _Draws:
    """Single words of a generator, from (key, counter) on."""

    def __init__(self, state):
        self._key, self._counter = state
        self._words = []

    def word(self) -> int:
        """The next 32 bits."""
        if not self._words:
            self._words = philox.words((self._key, self._counter), 1).ravel().tolist()[::-1]
            self._counter += 1
        return self._words.pop()

    def fraction(self) -> np.float32:
        """A float32 in [0, 1)."""
        return philox.to_float(np.array([self.word()], np.uint32))[0]

    def below(self, n: int) -> int:
        """An integer in [0, n), all equally likely."""
        if n & (n - 1) == 0:
            return self.word() & (n - 1)
        unfair = (2**32) % n
        while True:
            word = self.word()
            if word < 2**32 - unfair:
                return word % n


def _random_crop(draws, width, height, low_area, high_area, ratio):
    """(top, left, bottom, right) of a crop of this ratio whose area is in the range, or None where none fits."""
    low, high = np.float32(low_area * width * height), np.float32(high_area * width * height)
    crop_height = int(np.rint(np.sqrt(low / ratio)))
    most = int(np.rint(np.sqrt(high / ratio)))
    if round(most * ratio) > width:
        most = int((width + 0.5 - 1e-7) / ratio)
    most = min(most, height)
    crop_height = min(crop_height, most)
    if crop_height < most:
        crop_height += draws.below(most - crop_height + 1)
    crop_width = int(np.rint(crop_height * ratio))
    area = float(crop_width * crop_height)
    if area < low:
        crop_height += 1
        crop_width = int(np.rint(crop_height * ratio))
        area = crop_width * crop_height
    if area > high:
        crop_height -= 1
        crop_width = int(np.rint(crop_height * ratio))
        area = crop_width * crop_height
    if area < low or area > high or crop_width > width or crop_height > height or crop_width <= 0 or crop_height <= 0:
        return None
    top = draws.below(height - crop_height) if crop_height < height else 0
    left = draws.below(width - crop_width) if crop_width < width else 0
    return top, left, top + crop_height, left + crop_width


def _covers(crop, boxes, least) -> bool:
    """Whether the crop holds at least this part of some box."""
    top, left, bottom, right = crop
    for y1, x1, y2, x2 in boxes:
        area = (y2 - y1) * (x2 - x1)
        common = max(0, min(bottom, y2) - max(top, y1)) * max(0, min(right, x2) - max(left, x1))
        if area > 0 and common / area >= least:
            return True
    return False


op("SampleDistortedBoundingBoxV2(image_size: T, bounding_boxes: float, min_object_covered: float) -> (begin: T, size: T, bboxes: float); T: {uint8, int8, int16, int32, int64}; seed: int = 0; seed2: int = 0; aspect_ratio_range: list(float) = [0.75, 1.33]; area_range: list(float) = [0.05, 1.0]; max_attempts: int = 100; use_image_if_no_bounding_boxes: bool = false; is_stateful",
   shape=_distorted_shape, kernel=_distorted_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("SampleDistortedBoundingBox(image_size: T, bounding_boxes: float) -> (begin: T, size: T, bboxes: float); T: {uint8, int8, int16, int32, int64}; seed: int = 0; seed2: int = 0; min_object_covered: float = 0.1; aspect_ratio_range: list(float) = [0.75, 1.33]; area_range: list(float) = [0.05, 1.0]; max_attempts: int = 100; use_image_if_no_bounding_boxes: bool = false; is_stateful",
   shape=_distorted_shape, kernel=_distorted_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# Functions ------------------------------------------------------------------------------------------------


def draw_bounding_boxes(images, boxes, name=None, colors=None) -> Tensor:
    """A batch of images with [batch, n, 4] boxes drawn into them, in `colors` (or ten of its own) by turns.

    Follows tf.image.draw_bounding_boxes of TF 1.15.
    """
    if colors is None:
        return make("DrawBoundingBoxes", images, boxes, name=name)
    return make("DrawBoundingBoxesV2", images, boxes, colors, name=name)


def sample_distorted_bounding_box(
    image_size, bounding_boxes, seed=None, seed2=None, min_object_covered=0.1, aspect_ratio_range=None, area_range=None,
    max_attempts=None, use_image_if_no_bounding_boxes=None, name=None,
):  # fmt: skip
    """(begin, size, box) of a random crop that holds at least this part of one of the boxes: for tf.slice, and as a box.

    The whole image where no attempt succeeds.  Follows tf.image.sample_distorted_bounding_box of TF 1.15.
    """
    attrs = {
        "seed": seed, "seed2": seed2, "aspect_ratio_range": aspect_ratio_range, "area_range": area_range,
        "max_attempts": max_attempts, "use_image_if_no_bounding_boxes": use_image_if_no_bounding_boxes,
    }  # fmt: skip
    attrs = {k: v for k, v in attrs.items() if v is not None}
    with name_scope(name, "sample_distorted_bounding_box"):
        results = make("SampleDistortedBoundingBoxV2", image_size, bounding_boxes, min_object_covered, name=name, **attrs)
        return SampleDistortedBoundingBoxV2(*results)
