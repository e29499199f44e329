"""The assets of a SavedModel: files whose paths are constants of the graph, copied into its folder."""

from __future__ import annotations

import filecmp
import os
import shutil

from tinytf import dtypes, logging, protos
from tinytf.graph.tensor import Tensor
from tinytf.saved_model import constants


def save_assets(export_dir: str, tensors, note) -> None:
    """Copies the files that constant string tensors name into the model's folder.

    `note(asset_def)` is told of each, as an AssetFileDef.  TypeError, ValueError for a tensor that names no file.
    """
    files = _collect(tensors, note)
    if files:
        copy_assets_to_destination_dir(files, export_dir)
    else:
        logging.info("No assets to write.")


def copy_assets_to_destination_dir(asset_filename_map: dict, destination_dir: str) -> None:
    """Copies {name in the assets folder: source path}; what is there already stays."""
    folder = os.path.join(destination_dir, constants.ASSETS_DIRECTORY)
    os.makedirs(folder, exist_ok=True)
    for name, source in asset_filename_map.items():
        target = os.path.join(folder, name)
        if not os.path.exists(target):
            shutil.copyfile(source, target)
    logging.info("Assets written to: %s", folder)


def _collect(tensors, note) -> dict:
    """{name in the assets folder: source path}."""
    files: dict = {}
    if tensors is None:
        logging.info("No assets to save.")
        return files
    for tensor in tensors:
        source = _asset_path_from_tensor(tensor).decode()
        if not source:
            raise ValueError(f"Invalid asset filepath tensor {tensor}")
        name = get_asset_filename_to_add(source, files)
        asset = protos.AssetFileDef(filename=name)
        asset.tensor_info.name = tensor.name
        note(asset)
        files[name] = source
    logging.info("Assets added to graph.")
    return files


def _asset_path_from_tensor(tensor) -> bytes:
    """The path in a constant; TypeError where it is none."""
    if not isinstance(tensor, Tensor):
        raise TypeError("Asset path tensor must be a Tensor.")
    if tensor.op.type != "Const":
        raise TypeError("Asset path tensor must be of type constant.")
    if tensor.dtype != dtypes.string:
        raise TypeError("Asset path tensor must be of dtype string.")
    values = tensor.op.attr("value").string_val
    if len(values) != 1:
        raise TypeError("Asset path tensor must be a scalar.")
    return values[0]


def get_asset_filename_to_add(asset_filepath, asset_filename_map: dict) -> str:
    """The asset's base name; with `_1` … where another file of this name is there already."""
    name = os.path.basename(asset_filepath)
    other = asset_filename_map.get(name)
    if other is None or other == asset_filepath or filecmp.cmp(asset_filepath, other, shallow=False):
        return name
    count = 1
    while f"{name}_{count}" in asset_filename_map:
        count += 1
    return f"{name}_{count}"
