"""Non-maximum suppression: of boxes that overlap, only the one with the best score stays."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dim, with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.shape_ops import show
from tinytf.ops.named_results import CombinedNonMaxSuppression, NonMaxSuppressionV4


def overlaps(a, b) -> np.ndarray:
    """Intersection over union of box `a` with each of the boxes `b` [n, 4]; 0 where one has no area."""
    y1, y2 = np.minimum(b[:, 0], b[:, 2]), np.maximum(b[:, 0], b[:, 2])
    x1, x2 = np.minimum(b[:, 1], b[:, 3]), np.maximum(b[:, 1], b[:, 3])
    ay1, ay2, ax1, ax2 = min(a[0], a[2]), max(a[0], a[2]), min(a[1], a[3]), max(a[1], a[3])
    common = np.maximum(np.minimum(y2, ay2) - np.maximum(y1, ay1), 0) * np.maximum(np.minimum(x2, ax2) - np.maximum(x1, ax1), 0)
    area, own = (y2 - y1) * (x2 - x1), (ay2 - ay1) * (ax2 - ax1)
    valid = (area > 0) & (own > 0)
    return np.where(valid, common / np.where(valid, own + area - common, 1), 0)


class _Heap:
    """The highest score first; equal scores in the order of the C++ library's heap, as TensorFlow's."""

    def __init__(self, items):
        self.items = []
        for item in items:
            self.push(item)

    def push(self, item) -> None:
        """Adds (score, …)."""
        self.items.append(item)
        self._up(len(self.items) - 1, item)

    def pop(self) -> tuple:
        """Takes one with the highest score."""
        items = self.items
        top, last = items[0], items.pop()
        size = len(items)
        if size:
            hole = child = 0
            while child < (size - 1) // 2:
                child = 2 * child + 2
                if items[child][0] < items[child - 1][0]:
                    child -= 1
                items[hole] = items[child]
                hole = child
            if size % 2 == 0 and child == (size - 2) // 2:
                child = 2 * child + 1
                items[hole] = items[child]
                hole = child
            self._up(hole, last)
        return top

    def _up(self, hole, item) -> None:
        items = self.items
        while hole:
            parent = (hole - 1) // 2
            if not items[parent][0] < item[0]:
                break
            items[hole] = items[parent]
            hole = parent
        items[hole] = item


def suppressed(similarity, scores, most, threshold, least=-np.inf, sigma=0) -> tuple:
    """(indices, scores) of the boxes to keep, the best first: those that overlap no better one by `threshold` or more.

    `similarity(i, indices)` gives the overlaps of box i with others.  With a `sigma`, a box loses score by each better
    one that it overlaps, and goes when `least` or less is left.

    As in TensorFlow a box that was kept comes up once more, and goes because it overlaps itself: one without
    an area does not, and is kept again and again.
    """
    kept, kept_scores, dtype = [], [], scores.dtype.type
    scale = dtype(-0.5) / dtype(sigma) if sigma else None
    heap = _Heap((scores[i], i, 0) for i in np.flatnonzero(scores > least).tolist())
    while heap.items and len(kept) < most:
        before, i, seen = heap.pop()
        score = before
        if seen < len(kept):
            common = similarity(i, kept[seen:])
            if (common >= threshold).any():
                continue
            if scale is not None:
                for weight in np.exp((scale * common * common).astype(dtype))[::-1]:
                    score = score * weight
                    if score <= least:
                        break
        if score == before:
            kept.append(i)
            kept_scores.append(score)
        if score > least:
            heap.push((score, i, len(kept) - (score == before)))
    return np.array(kept, np.int32), np.array(kept_scores, dtype)


def _greedy(similarity, scores, most, threshold, least) -> list:
    """Indices of the boxes that overlap no better one by more than `threshold`: as CombinedNonMaxSuppression has it."""
    kept = []
    candidates = np.flatnonzero(scores > least)
    for i in candidates[np.argsort(-scores[candidates], kind="stable")].tolist():
        if len(kept) >= most:
            break
        if not kept or not (similarity(i, kept) > threshold).any():
            kept.append(i)
    return kept


# Ops ------------------------------------------------------------------------------------------------------


def _checked(op, boxes, scores, most, threshold) -> tuple:
    """(similarity, number)"""

    def fail(message):
        raise errors.InvalidArgumentError(op.node_def, op, message)

    if not 0 <= threshold <= 1:
        fail("iou_threshold must be in [0, 1]")
    if boxes.ndim != 2:
        fail(f"boxes must be 2-D[{','.join(map(str, boxes.shape))}]")
    if boxes.shape[1] != 4:
        fail("boxes must have 4 columns")
    if scores.ndim != 1:
        fail(f"scores must be 1-D[{','.join(map(str, scores.shape))}]")
    if len(scores) != len(boxes):
        fail("scores has incompatible shape")
    if np.ndim(most):
        fail(f"max_output_size must be 0-D, got shape {list(np.shape(most))}")
    if most < 0:
        fail("max_output_size must be non-negative")
    single = boxes.astype(np.float32)
    return (lambda i, others: overlaps(single[i], single[others])), int(most)


def _nms_kernel(op):
    def run(boxes, scores, most, iou=None, least=-np.inf):
        iou = np.float32(op.attr("iou_threshold")) if iou is None else iou
        similarity, most = _checked(op, boxes, scores, most, iou)
        return suppressed(similarity, scores, most, iou, least)[0]

    return run


def _padded(op, kept, most):
    if not op.attr("pad_to_max_output_size"):
        return kept
    out = np.zeros(most, kept.dtype)
    out[: len(kept)] = kept
    return out


def _nms_v4_kernel(op):
    def run(boxes, scores, most, iou, least):
        similarity, most = _checked(op, boxes, scores, most, iou)
        kept, _ = suppressed(similarity, scores, most, iou, least)
        return _padded(op, kept, most), np.int32(len(kept))

    return run


def _nms_v5_kernel(op):
    def run(boxes, scores, most, iou, least, sigma):
        similarity, most = _checked(op, boxes, scores, most, iou)
        if sigma < 0:
            raise errors.InvalidArgumentError(op.node_def, op, "soft_nms_sigma must be non-negative")
        kept, left = suppressed(similarity, scores, most, iou, least, sigma)
        return _padded(op, kept, most), _padded(op, left, most), np.int32(len(kept))

    return run


def _with_overlaps_kernel(op):
    def run(matrix, scores, most, threshold, least):
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise errors.InvalidArgumentError(op.node_def, op, f"overlaps must be square: {show(matrix.shape)}")
        if scores.ndim != 1 or len(scores) != len(matrix):
            raise errors.InvalidArgumentError(op.node_def, op, "scores has incompatible shape")
        return suppressed(lambda i, others: matrix[i, others], scores, int(most), threshold, least)[0]

    return run


def _combined_kernel(op):
    pad, clip = op.attr("pad_per_class"), op.attr("clip_boxes")

    def fail(message):
        raise errors.InvalidArgumentError(op.node_def, op, message)

    def run(boxes, scores, per_class, total, iou, least):
        if boxes.ndim != 4 or boxes.shape[3] != 4 or scores.ndim != 3 or scores.shape[:2] != boxes.shape[:2]:
            fail(f"boxes and scores have incompatible shapes: {show(boxes.shape)} and {show(scores.shape)}")
        batch, count, sets, _ = boxes.shape
        classes = scores.shape[2]
        if sets not in (1, classes):
            fail(f"third dimension of boxes must be either 1 or num classes, got {sets}")
        if total <= 0:
            fail("max_total_size must be > 0")
        if per_class <= 0:
            fail("max_size_per_class must be positive")
        if not 0 <= iou <= 1:
            fail("iou_threshold must be in [0, 1]")
        size = int(min(total, per_class * classes)) if pad else int(total)
        out = np.zeros((batch, size, 4), np.float32), np.zeros((batch, size), np.float32), np.zeros((batch, size), np.float32)
        valid = np.zeros(batch, np.int32)
        for n in range(batch):
            found = []
            for k in range(classes):
                mine = boxes[n, :, k if sets > 1 else 0]
                own = np.ascontiguousarray(scores[n, :, k])
                for i in _greedy(lambda i, others: overlaps(mine[i], mine[others]), own, min(int(per_class), count), iou, least):  # noqa: B023
                    found.append((own[i], k, mine[i]))
            found.sort(key=lambda f: -f[0])
            found = found[:size]
            valid[n] = len(found)
            for place, (score, k, box) in enumerate(found):
                out[0][n, place], out[1][n, place], out[2][n, place] = (box.clip(0, 1) if clip else box), score, k
        return (*out, valid)

    return run


def _nms_shape(op):
    boxes, scores = with_rank(op.inputs[0].dims, 2), with_rank(op.inputs[1].dims, 1)
    for t in op.inputs[2:]:
        with_rank(t.dims, 0)
    merge_dim(boxes[0], scores[0])
    if op.type != "NonMaxSuppressionWithOverlaps" and boxes[1] not in (None, 4):
        raise ValueError(f"Dimension must be 4 but is {boxes[1]}")
    length = None
    if op.attrs.get("pad_to_max_output_size"):
        size = constant_value(op.inputs[2])
        length = None if size is None else int(size)
    return [(length,)] + ([(length,)] if op.type == "NonMaxSuppressionV5" else []) + [()] * (len(op.outputs) > 1)


def _combined_shape(op):
    boxes, scores = with_rank(op.inputs[0].dims, 4), with_rank(op.inputs[1].dims, 3)
    merge_dim(boxes[0], scores[0])
    merge_dim(boxes[1], scores[1])
    total = constant_value(op.inputs[3])
    size = None if total is None else int(total)
    if op.attr("pad_per_class"):
        per_class = constant_value(op.inputs[2])
        size = None if None in (size, per_class, scores[2]) else min(size, int(per_class) * scores[2])
    return [(boxes[0], size, 4), (boxes[0], size), (boxes[0], size), (boxes[0],)]


op("NonMaxSuppression(boxes: float, scores: float, max_output_size: int32) -> (selected_indices: int32); iou_threshold: float = 0.5",
   shape=_nms_shape, kernel=_nms_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("NonMaxSuppressionV2(boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold) -> (selected_indices: int32); T: {half, float} = float; T_threshold: {half, float} = float",
   shape=_nms_shape, kernel=_nms_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("NonMaxSuppressionV3(boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold, score_threshold: T_threshold) -> (selected_indices: int32); T: {half, float} = float; T_threshold: {half, float} = float",
   shape=_nms_shape, kernel=_nms_kernel)  # fmt: skip
op("NonMaxSuppressionV4(boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold, score_threshold: T_threshold) -> (selected_indices: int32, valid_outputs: int32); T: {half, float} = float; T_threshold: {half, float} = float; pad_to_max_output_size: bool = false",
   shape=_nms_shape, kernel=_nms_v4_kernel)  # fmt: skip
op("NonMaxSuppressionV5(boxes: T, scores: T, max_output_size: int32, iou_threshold: T, score_threshold: T, soft_nms_sigma: T) -> (selected_indices: int32, selected_scores: T, valid_outputs: int32); T: {half, float} = float; pad_to_max_output_size: bool = false",
   shape=_nms_shape, kernel=_nms_v5_kernel)  # fmt: skip
op("NonMaxSuppressionWithOverlaps(overlaps: float, scores: float, max_output_size: int32, overlap_threshold: float, score_threshold: float) -> (selected_indices: int32)",
   shape=_nms_shape, kernel=_with_overlaps_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("CombinedNonMaxSuppression(boxes: float, scores: float, max_output_size_per_class: int32, max_total_size: int32, iou_threshold: float, score_threshold: float) -> (nmsed_boxes: float, nmsed_scores: float, nmsed_classes: float, valid_detections: int32); pad_per_class: bool = false; clip_boxes: bool = true",
   shape=_combined_shape, kernel=_combined_kernel)  # fmt: skip


# Functions ------------------------------------------------------------------------------------------------


def _thresholds(**values):
    return [convert_to_tensor(value, name=name) for name, value in values.items()]


def non_max_suppression(boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), name=None) -> Tensor:
    """Indices of the boxes that stay, the best first: int32 [at most max_output_size].

    A box goes where its intersection over union with a better one is above `iou_threshold`.
    Follows tf.image.non_max_suppression of TF 1.15.
    """
    with name_scope(name, "non_max_suppression"):
        thresholds = _thresholds(iou_threshold=iou_threshold, score_threshold=score_threshold)
        return make("NonMaxSuppressionV3", boxes, scores, max_output_size, *thresholds)


def non_max_suppression_with_scores(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), soft_nms_sigma=0.0, name=None
):
    """(indices, scores) of the boxes that stay; with a sigma, scores of overlapping boxes shrink instead.

    Follows tf.image.non_max_suppression_with_scores of TF 1.15.
    """
    with name_scope(name, "non_max_suppression_with_scores"):
        thresholds = _thresholds(iou_threshold=iou_threshold, score_threshold=score_threshold, soft_nms_sigma=soft_nms_sigma)
        indices, kept, _ = make("NonMaxSuppressionV5", boxes, scores, max_output_size, *thresholds, pad_to_max_output_size=False)
        return indices, kept


def non_max_suppression_padded(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), pad_to_max_output_size=False, name=None
):
    """(indices, their number), with zeros up to `max_output_size` if wanted.  Follows tf.image.non_max_suppression_padded of TF 1.15."""
    with name_scope(name, "non_max_suppression_padded"):
        thresholds = _thresholds(iou_threshold=iou_threshold, score_threshold=score_threshold)
        return NonMaxSuppressionV4(
            *make("NonMaxSuppressionV4", boxes, scores, max_output_size, *thresholds, pad_to_max_output_size=pad_to_max_output_size)
        )


def non_max_suppression_overlaps(
    overlaps, scores, max_output_size, overlap_threshold=0.5, score_threshold=float("-inf"), name=None
) -> Tensor:
    """As `non_max_suppression`, with a matrix of overlaps given.  Follows tf.image.non_max_suppression_overlaps of TF 1.15."""
    with name_scope(name, "non_max_suppression_overlaps"):
        (threshold,) = _thresholds(overlap_threshold=overlap_threshold)
        return make("NonMaxSuppressionWithOverlaps", overlaps, scores, max_output_size, threshold, score_threshold)


def combined_non_max_suppression(
    boxes, scores, max_output_size_per_class, max_total_size, iou_threshold=0.5, score_threshold=float("-inf"),
    pad_per_class=False, clip_boxes=True, name=None,
):  # fmt: skip
    """(boxes, scores, classes, number) that stay of a batch: each class for itself, then the best of all.

    Follows tf.image.combined_non_max_suppression of TF 1.15.
    """
    with name_scope(name, "combined_non_max_suppression"):
        iou = convert_to_tensor(iou_threshold, dtype=dtypes.float32, name="iou_threshold")
        least = convert_to_tensor(score_threshold, dtype=dtypes.float32, name="score_threshold")
        results = make(
            "CombinedNonMaxSuppression", boxes, scores, max_output_size_per_class, max_total_size, iou, least,
            pad_per_class=pad_per_class, clip_boxes=clip_boxes,
        )  # fmt: skip
        return CombinedNonMaxSuppression(*results)
