"""tf.image: images in files and graphs.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

from tinytf.ops.array.patches import extract_image_patches, extract_patches

# ruff: noqa: F401
from tinytf.ops.image.image_adjust import (
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_jpeg_quality,
    adjust_saturation,
    convert_image_dtype,
    grayscale_to_rgb,
    hsv_to_rgb,
    per_image_standardization,
    random_brightness,
    random_contrast,
    random_hue,
    random_jpeg_quality,
    random_saturation,
    rgb_to_grayscale,
    rgb_to_hsv,
    rgb_to_yiq,
    rgb_to_yuv,
    yiq_to_rgb,
    yuv_to_rgb,
)
from tinytf.ops.image.image_boxes import draw_bounding_boxes, sample_distorted_bounding_box
from tinytf.ops.image.image_codecs import (
    decode_and_crop_jpeg,
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    encode_png,
    extract_jpeg_shape,
    is_jpeg,
)
from tinytf.ops.image.image_functions import (
    ResizeMethod,
    central_crop,
    crop_and_resize,
    crop_to_bounding_box,
    extract_glimpse,
    flip_left_right,
    flip_up_down,
    pad_to_bounding_box,
    random_flip_left_right,
    random_flip_up_down,
    resize_area,
    resize_bicubic,
    resize_bilinear,
    resize_image_with_crop_or_pad,
    resize_image_with_pad,
    resize_images,
    resize_nearest_neighbor,
    rot90,
    transpose,
)
from tinytf.ops.image.image_functions import resize_image_with_crop_or_pad as resize_with_crop_or_pad
from tinytf.ops.image.image_functions import resize_images as resize
from tinytf.ops.image.image_functions import transpose as transpose_image
from tinytf.ops.image.image_nms import (
    combined_non_max_suppression,
    non_max_suppression,
    non_max_suppression_overlaps,
    non_max_suppression_padded,
    non_max_suppression_with_scores,
)
from tinytf.ops.image.image_quality import image_gradients, psnr, sobel_edges, ssim, ssim_multiscale, total_variation
from tinytf.ops.random.random_ops import random_crop
