"""Files that go with a graph to TensorBoard's plugins: FileWriter writes them below `logdir/plugins`.

Follows `tensorflow.python.summary.plugin_asset` of TF 1.15.
"""

from __future__ import annotations

import abc

from tinytf.graph.default_graph import get_default_graph

_COLLECTION = "__tensorboard_plugin_asset__"


class PluginAsset(abc.ABC):
    """The files of one plugin: a subclass sets `plugin_name` and gives `assets`."""

    plugin_name: str | None = None

    @abc.abstractmethod
    def assets(self) -> dict:
        """{file name: content}."""


def get_plugin_asset(plugin_asset_cls, graph=None) -> PluginAsset:
    """The graph's one object of this class, made when it is first asked for.

    ValueError where the class has no name, or the name is another class's.
    """
    graph = graph or get_default_graph()
    if not plugin_asset_cls.plugin_name:
        raise ValueError(f"Class {plugin_asset_cls.__name__} has no plugin_name")
    key = _COLLECTION + plugin_asset_cls.plugin_name
    found = graph.get_collection(key)
    if not found:
        asset = plugin_asset_cls()
        graph.add_to_collection(key, asset)
        graph.add_to_collection(_COLLECTION, asset.plugin_name)
        return asset
    if not isinstance(found[0], plugin_asset_cls):
        raise ValueError(f"Plugin name collision between classes {plugin_asset_cls.__name__} and {type(found[0]).__name__}")
    return found[0]


def get_all_plugin_assets(graph=None) -> list:
    """The plugin assets of a graph."""
    graph = graph or get_default_graph()
    return [graph.get_collection(_COLLECTION + name)[0] for name in graph.get_collection(_COLLECTION)]
