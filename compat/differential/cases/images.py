"""Image ops: codecs, resizing, colours, boxes, glimpses, non-maximum suppression; with the gradients that TensorFlow has."""

from __future__ import annotations

import numpy as np
from table import numbers, op_case


def pixels(shape, seed=0):
    """Noise that a codec cannot guess, in 8 bits."""
    return np.random.RandomState(seed).randint(0, 256, shape).astype(np.uint8)


def smooth(height, width, channels):
    """A picture of slow changes, as JPEG likes them."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [np.sin(x / 5.0 + c) + np.cos(y / 7.0 - c) for c in range(channels)]
    return np.uint8(127 + 60 * np.stack(planes, -1))


def case_png(tf):
    made = []
    for channels in (1, 2, 3, 4):
        image = pixels([5, 7, channels])
        data = tf.image.encode_png(image)
        made += [tf.image.decode_png(data), tf.image.decode_png(data, channels=3), tf.image.decode_png(data, channels=1)]
    deep = np.random.RandomState(1).randint(0, 65536, [4, 3, 3]).astype(np.uint16)
    data = tf.image.encode_png(deep, compression=9)
    return made + [tf.image.decode_png(data, dtype=tf.uint16), tf.image.decode_png(data)]


def case_jpeg(tf):
    made = []
    for channels in (1, 3):
        image = smooth(18, 25, channels)
        for options in ({}, {"quality": 60}, {"chroma_downsampling": False}):
            data = tf.image.encode_jpeg(image, **options)
            made += [tf.image.decode_jpeg(data), tf.image.extract_jpeg_shape(data)]
        made += [tf.image.decode_jpeg(data, channels=3), tf.image.decode_jpeg(data, ratio=2), tf.image.is_jpeg(data)]
        made += [tf.image.decode_and_crop_jpeg(data, [2, 3, 9, 11])]
    made.append(tf.image.decode_jpeg(tf.raw_ops.EncodeJpegVariableQuality(images=image, quality=40)))
    return made


def case_decode_image(tf):
    data = tf.image.encode_png(pixels([3, 4, 3]))
    broken = tf.strings.substr(data, 0, 20)
    decoded = tf.image.decode_image(data)

    def run(session):
        refused = []
        for tensor in (tf.image.decode_png(broken), tf.image.decode_jpeg(broken), tf.image.decode_gif(data)):
            try:
                session.run(tensor)
            except tf.errors.OpError as error:
                refused.append(type(error).__name__)
        return [session.run(decoded), refused]

    return run


def case_bmp_and_gif(tf):
    bmp = b"BM" + np.array([54 + 24, 0, 54, 40, 2, 3], "<u4").tobytes() + np.array([1, 24], "<u2").tobytes()
    bmp += np.zeros(6, "<u4").tobytes() + pixels([3, 8]).tobytes()
    gif = b"GIF89a" + np.array([2, 2], "<u2").tobytes() + b"\x80\0\0" + bytes([9, 8, 7, 200, 100, 50])
    gif += b"," + np.array([0, 0, 2, 2], "<u2").tobytes() + b"\0" + b"\2\3\x04\x05\x05\0;"[:0] + b"\2\2\x44\x51\0;"
    return [tf.image.decode_bmp(bmp), tf.image.decode_bmp(bmp, channels=3), tf.image.decode_gif(gif)]


def case_colours(tf):
    rgb = tf.constant(numbers([2, 3, 4, 3], low=0, high=1))
    hsv = tf.image.rgb_to_hsv(rgb)
    made = [hsv, tf.image.hsv_to_rgb(hsv), tf.image.rgb_to_grayscale(rgb), tf.image.rgb_to_yiq(rgb), tf.image.rgb_to_yuv(rgb)]
    made += [tf.image.adjust_hue(rgb, 0.3), tf.image.adjust_saturation(rgb, 1.7), tf.image.adjust_contrast(rgb, 0.6)]
    made += [tf.image.adjust_brightness(rgb, 0.1), tf.image.adjust_gamma(rgb, 0.5, 2), tf.image.per_image_standardization(rgb)]
    made += [tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(rgb)), tf.image.adjust_hue(pixels([3, 3, 3]), -0.2)]
    return made


case_colours.ulps = 40


def case_convert_dtype(tf):
    made = []
    for source in ("uint8", "int16", "float32"):
        image = numbers([2, 3, 1], source, 0, 1 if source == "float32" else 120)
        for target in ("uint8", "int16", "uint16", "float32", "float64"):
            made += [tf.image.convert_image_dtype(image, target), tf.image.convert_image_dtype(image, target, saturate=True)]
    return made


RESIZED = [[4, 7], [9, 10], [3, 5], [1, 1], [6, 15]]


def resizing(function, dtypes, corners=True):
    def case(tf):
        made = []
        for dtype in dtypes:
            images = numbers([2, 3, 5, 2], dtype, 0, 100)
            for size in RESIZED:
                made.append(getattr(tf.image, function)(images, size))
                if corners:
                    made.append(getattr(tf.image, function)(images, size, align_corners=True))
                if corners and function != "resize_area":
                    made.append(getattr(tf.image, function)(images, size, half_pixel_centers=True))
        return made

    case.ulps = 40
    return case


def case_resize_gradients(tf):
    made = []
    x = tf.constant(numbers([1, 4, 5, 2]))
    for function in (tf.image.resize_bilinear, tf.image.resize_bicubic, tf.image.resize_nearest_neighbor):
        for size in ([7, 6], [2, 3]):
            for options in ({}, {"align_corners": True}):
                y = function(x, size, **options)
                made += tf.gradients(y, x, tf.constant(numbers([1] + size + [2], seed=3)))
    return made


case_resize_gradients.ulps = 40


def case_resize_images(tf):
    images = tf.constant(numbers([1, 4, 6, 3], low=0, high=50))
    made = [tf.image.resize_images(images, [8, 9], method=m) for m in range(4)]
    made += [tf.image.resize_images(images[0], [2, 3]), tf.image.resize_images(images, [4, 6])]
    made += [tf.image.resize_images(images, [10, 10], preserve_aspect_ratio=True), tf.image.resize_image_with_crop_or_pad(images, 3, 8)]
    return made + [tf.image.resize_image_with_pad(images, 9, 9), tf.image.central_crop(images, 0.5)]


case_resize_images.ulps = 40


def case_crop_and_resize(tf):
    image = tf.constant(numbers([2, 5, 6, 2], low=0, high=9))
    boxes = tf.constant(np.float32([[0, 0, 1, 1], [0.1, 0.2, 0.9, 0.7], [0.5, 0.5, 1.4, 1.2], [0.8, 0.9, 0.1, 0.3]]))
    made = []
    for method in ("bilinear", "nearest"):
        y = tf.image.crop_and_resize(image, boxes, [0, 1, 1, 0], [3, 4], method=method, extrapolation_value=7)
        made.append(y)
        if method == "bilinear":
            made += tf.gradients(y, [image, boxes])
    return made


case_crop_and_resize.ulps = 40


def case_flips_and_crops(tf):
    image, batch = tf.constant(numbers([3, 4, 2])), tf.constant(numbers([2, 3, 4, 2]))
    made = [f(t) for f in (tf.image.flip_left_right, tf.image.flip_up_down, tf.image.transpose_image) for t in (image, batch)]
    made += [tf.image.rot90(image, k) for k in range(4)] + [tf.image.crop_to_bounding_box(batch, 1, 1, 2, 2)]
    made += [tf.image.pad_to_bounding_box(image, 1, 2, 6, 8), tf.image.total_variation(batch), tf.image.sobel_edges(batch)]
    return made + list(tf.image.image_gradients(batch)) + [tf.image.extract_image_patches(batch, [1, 2, 2, 1], [1, 1, 2, 1], [1, 1, 1, 1], "SAME")]


def case_random_changes(tf):
    image = tf.constant(numbers([6, 7, 3], low=0, high=1))
    made = [tf.image.random_flip_left_right(image, seed=1), tf.image.random_flip_up_down(image, seed=2)]
    made += [tf.image.random_brightness(image, 0.3, seed=3), tf.image.random_contrast(image, 0.2, 1.8, seed=4)]
    return made + [tf.image.random_hue(image, 0.2, seed=5), tf.image.random_saturation(image, 0.5, 1.5, seed=6), tf.random_crop(image, [3, 4, 3], seed=7)]


case_random_changes.ulps = 60


def boxes_and_scores(count=12):
    corner = numbers([count, 2], low=0, high=0.7)
    return np.concatenate([corner, corner + numbers([count, 2], low=0.1, high=0.5, seed=1)], 1), numbers([count], low=0, high=1, seed=2)


def case_non_max_suppression(tf):
    boxes, scores = boxes_and_scores()
    raw = tf.raw_ops
    made = [tf.image.non_max_suppression(boxes, scores, 5), tf.image.non_max_suppression(boxes, scores, 12, 0.2, score_threshold=0.3)]
    made += [raw.NonMaxSuppression(boxes=boxes, scores=scores, max_output_size=4)]
    made += [raw.NonMaxSuppressionV2(boxes=boxes, scores=scores, max_output_size=4, iou_threshold=0.3)]
    made += list(raw.NonMaxSuppressionV4(boxes=boxes, scores=scores, max_output_size=6, iou_threshold=0.3, score_threshold=0.2, pad_to_max_output_size=True))
    made += list(tf.image.non_max_suppression_with_scores(boxes, scores, 8, 0.9, soft_nms_sigma=0.4))
    made += list(tf.image.non_max_suppression_padded(boxes, scores, 9, 0.1, pad_to_max_output_size=True))
    overlaps = np.abs(numbers([6, 6], low=0, high=1, seed=4))
    return made + [tf.image.non_max_suppression_overlaps(overlaps, scores[:6], 4, 0.6, 0.1)]


def case_combined_non_max_suppression(tf):
    boxes, _ = boxes_and_scores()
    scores = numbers([1, 12, 3], low=0, high=1)
    made = list(tf.image.combined_non_max_suppression(boxes[None, :, None], scores, 4, 7, 0.4, 0.3))
    return made + list(tf.image.combined_non_max_suppression(boxes[None, :, None], scores, 4, 20, pad_per_class=True))


def case_boxes(tf):
    image = tf.constant(numbers([1, 8, 9, 3], low=0, high=1))
    boxes = np.float32([[[0.1, 0.2, 0.6, 0.7], [0.5, 0.0, 0.9, 1.0]]])
    made = [tf.image.draw_bounding_boxes(image, boxes), tf.raw_ops.DrawBoundingBoxesV2(images=image, boxes=boxes, colors=np.float32([[1, 0, 0]]))]
    begin, size, drawn = tf.image.sample_distorted_bounding_box([8, 9, 3], boxes, seed=3, min_object_covered=0.2, area_range=[0.2, 0.9])
    made += [begin, size, drawn]
    return made + list(tf.raw_ops.SampleDistortedBoundingBox(image_size=[20, 30, 3], bounding_boxes=boxes, seed=4, seed2=5))


def case_glimpses(tf):
    images = tf.constant(numbers([2, 6, 7, 1]))
    offsets = np.float32([[0.1, 0.3], [0.3, 0.2]])
    inside = [[0.0, 0.0], [0.1, 0.1]]
    return [
        tf.image.extract_glimpse(images, [3, 3], inside),
        tf.image.extract_glimpse(images, [2, 4], offsets, centered=False, normalized=True),
    ]


def case_scale_and_translate(tf):
    images = tf.constant(numbers([2, 6, 5, 2]))
    found = []
    for kernel in ("lanczos1", "lanczos3", "lanczos5", "gaussian", "box", "triangle", "keyscubic", "mitchellcubic"):
        for antialias in (False, True):
            moved = tf.raw_ops.ScaleAndTranslate(
                images=images, size=[4, 7], scale=[0.6, 1.7], translation=[0.3, -1.0], kernel_type=kernel, antialias=antialias
            )
            found += [moved, tf.gradients(moved * moved, images)[0]]
    return found


case_scale_and_translate.ulps = 64


def case_quality(tf):
    a, b = tf.constant(numbers([2, 24, 26, 3], low=0, high=1)), tf.constant(numbers([2, 24, 26, 3], low=0, high=1, seed=1))
    return [tf.image.psnr(a, b, 1.0), tf.image.ssim(a, b, 1.0)]


case_quality.ulps = 2000  # differences of nearly equal means
case_quality.same_graph = True


def cases():
    for function, dtypes in (
        ("resize_bilinear", ["float32", "uint8", "float64", "int32"]),
        ("resize_nearest_neighbor", ["float32", "uint8", "int32"]),
        ("resize_bicubic", ["float32", "uint8"]),
        ("resize_area", ["float32", "uint8"]),
    ):
        yield function, resizing(function, dtypes)
    yield "rgb_to_hsv_types", op_case(lambda tf, x: tf.image.rgb_to_hsv(x), [numbers([2, 2, 3], "float64", 0, 1)], gradient=False, ulps=8)
