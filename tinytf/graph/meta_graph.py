"""MetaGraphDef: a graph with its collections, as `.meta` files and SavedModels hold it.

Export writes the nodes, the signatures of their ops, and every collection: variables, savers, queue
runners and control flow contexts as messages (see `collection_protos`), other graph elements as
names, the rest as bytes and numbers.  Import is the way back.  Both can take or add a name scope;
inputs from outside of an exported scope are called `$unbound_inputs_…`.
"""

from __future__ import annotations

import os
import re

from tinytf import logging, protos
from tinytf.graph import collection_protos, error_interpolation, graph_io, op_list
from tinytf.graph.collection_protos import prepend_name_scope, strip_name_scope
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.graph import Graph
from tinytf.graph.importer import import_graph_def
from tinytf.graph.keys import GraphKeys

TENSORFLOW_VERSION, TENSORFLOW_GIT_VERSION = "1.15.5", "tinytf"

_UNBOUND = "$unbound_inputs_"
_OLD_RELEASE_COLLECTIONS = (
    GraphKeys.LOCAL_VARIABLES, GraphKeys.MODEL_VARIABLES, GraphKeys.METRIC_VARIABLES,
)  # fmt: skip
_SAVE_AND_RESTORE = frozenset(
    """SaveV2 Save SaveSlice LegacySave LegacySaveSlice
    RestoreV2 Restore RestoreSlice LegacyRestore LegacyRestoreSlice""".split()
)


def as_meta_graph_def(meta_graph_or_file):
    """A MetaGraphDef: the message itself, that of an installed TensorFlow, or what a file holds."""
    if isinstance(meta_graph_or_file, protos.MetaGraphDef):
        return meta_graph_or_file
    descriptor = getattr(meta_graph_or_file, "DESCRIPTOR", None)
    if getattr(descriptor, "full_name", None) == "tensorflow.MetaGraphDef":
        return protos.MetaGraphDef.FromString(meta_graph_or_file.SerializeToString())
    return read_meta_graph_file(meta_graph_or_file)


def read_meta_graph_file(filename):
    """The MetaGraphDef in a file, binary or text.  IOError where there is none.  Follows TF 1.15."""
    return graph_io.read_message(filename, protos.MetaGraphDef)


# Export -----------------------------------------------------------------------------------------------


def _op_name(tensor_name: str) -> str:
    return tensor_name.lstrip("^").partition(":")[0]


def _scope_of(node_name: str) -> str:
    return node_name.lstrip("^").rpartition("/")[0]


def _find_extraneous_saver_nodes(graph_def, saver_def) -> set:
    """The nodes in the scopes of Savers other than the one of `saver_def`."""
    kept = set()
    if saver_def is not None:
        kept = {_scope_of(_op_name(n)) + "/" for n in (saver_def.restore_op_name, saver_def.save_tensor_name)}
    saver_nodes = {n.name for n in graph_def.node if n.op in _SAVE_AND_RESTORE}
    scopes = tuple({_scope_of(n) + "/" for n in saver_nodes if _scope_of(n) not in saver_nodes} - kept)
    return {n.name for n in graph_def.node if scopes and n.name.startswith(scopes)}


def _should_include(node_or_name, export_scope, exclude) -> bool:
    name = node_or_name if isinstance(node_or_name, str) else getattr(node_or_name, "name", None)
    if name is None or not isinstance(name, str):
        return True
    if exclude and name in exclude:
        return False
    return name.startswith(_UNBOUND) or not export_scope or name.startswith(export_scope)


def _scoped_node(node, export_scope, unbound: list, clear_devices: bool) -> None:
    """Takes the scope off a NodeDef's names, in place."""
    for i, name in enumerate(node.input):
        if export_scope and not name.lstrip("^").startswith(export_scope):
            node.input[i] = f"^{_UNBOUND}{name[1:]}" if name.startswith("^") else _UNBOUND + name
            unbound.append(node.input[i])
        else:
            node.input[i] = strip_name_scope(name, export_scope)
    node.name = strip_name_scope(node.name, export_scope)
    if "_class" in node.attr:
        groups = [
            strip_name_scope(g, export_scope)
            for g in node.attr["_class"].list.s
            if not export_scope or g.decode().split("@")[1].startswith(export_scope)
        ]
        node.attr["_class"].list.ClearField("s")
        node.attr["_class"].list.SetInParent()
        node.attr["_class"].list.s.extend([g.encode() if isinstance(g, str) else g for g in groups])
    if node.op in ("Enter", "RefEnter") and export_scope and "frame_name" in node.attr:
        frame = node.attr["frame_name"].s
        if frame.decode().startswith(export_scope):
            node.attr["frame_name"].s = strip_name_scope(frame, export_scope).encode()
    if clear_devices:
        node.device = ""


def _scoped_graph_def(graph_def, export_scope, clear_devices, exclude, unbound, with_library, back_edges):
    result = protos.GraphDef()
    result.versions.CopyFrom(graph_def.versions)
    if with_library or graph_def.HasField("library"):
        result.library.CopyFrom(graph_def.library)
    for node in graph_def.node:
        if _should_include(node.name, export_scope, exclude):
            new = result.node.add()
            new.CopyFrom(node)
            if node.name in back_edges:
                # TensorFlow takes these nodes one by one, and then a loop's back edge is written with its index.
                new.input[:] = [i + ":0" if i in back_edges[node.name] else i for i in node.input]
            _scoped_node(new, export_scope, unbound, clear_devices)
    return result


def _back_edges(graph) -> dict:
    """{name of a Merge: names of the NextIterations that it takes} of the loops that this program made."""
    found: dict = {}
    for op in graph._operations:
        if op.type == "Merge" and not op._imported:
            names = [t.op.name for t in op._inputs if t.op.type == "NextIteration"]
            if names:
                found[op.name] = names
    return found


def export_scoped_meta_graph(
    filename=None, graph_def=None, graph=None, export_scope=None, as_text=False, unbound_inputs_col_name="unbound_inputs",
    clear_devices=False, saver_def=None, clear_extraneous_savers=False, strip_default_attrs=False, save_debug_info=False,
    **kwargs,
):  # fmt: skip
    """(MetaGraphDef, {name: variable}) of a graph or of one of its name scopes; written to `filename` where given.

    `unbound_inputs_col_name`: the collection that lists inputs from outside of the scope.  Other
    arguments as those of `tf.train.export_meta_graph`; `kwargs` are meta_info_def and collection_list.
    Follows `meta_graph.export_scoped_meta_graph` of TF 1.15.
    """
    graph = graph or get_default_graph()
    with_library = graph_def is not None  # then TensorFlow writes an empty one too
    if graph_def is None:
        graph_def = graph.as_graph_def(add_shapes=True)
    elif not isinstance(graph_def, protos.GraphDef):
        raise TypeError(f"graph_def must be of type GraphDef, not {type(graph_def)}")
    exclude, unbound = None, []
    if export_scope or clear_extraneous_savers or clear_devices:
        if clear_extraneous_savers:
            exclude = _find_extraneous_saver_nodes(graph_def, saver_def)
        back_edges = {} if with_library else _back_edges(graph)
        graph_def = _scoped_graph_def(graph_def, export_scope, clear_devices, exclude, unbound, with_library, back_edges)
        if unbound_inputs_col_name:
            # A note in passing, not a change of the program: a finalized graph takes it too.
            graph._collections.pop(unbound_inputs_col_name, None)
            if unbound:
                graph._collections[unbound_inputs_col_name] = list(unbound)
    var_list = {
        strip_name_scope(v.name, export_scope): v
        for v in graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope=export_scope)
        if _should_include(v, export_scope, exclude)
    }
    result = create_meta_graph_def(
        graph_def=graph_def,
        graph=graph,
        export_scope=export_scope,
        exclude_nodes=exclude,
        clear_extraneous_savers=clear_extraneous_savers,
        saver_def=saver_def,
        strip_default_attrs=strip_default_attrs,
        **kwargs,
    )
    if filename:
        filename = os.fspath(filename)
        graph_io.write_graph(result, os.path.dirname(filename), os.path.basename(filename), as_text=as_text)
        if save_debug_info:
            _write_debug_info(os.path.splitext(filename)[0] + ".debug", graph, result.graph_def, export_scope, as_text)
    return result, var_list


def create_meta_graph_def(
    meta_info_def=None, graph_def=None, saver_def=None, collection_list=None, graph=None, export_scope=None,
    exclude_nodes=None, clear_extraneous_savers=False, strip_default_attrs=False,
):  # fmt: skip
    """The MetaGraphDef of these parts.  TypeError where one is of the wrong type.  Follows TF 1.15."""
    if graph and not isinstance(graph, Graph):
        raise TypeError("graph must be of type Graph, not %s" % type(graph))
    for value, kind, name in (
        (meta_info_def, protos.MetaGraphDef.MetaInfoDef, "meta_info_def must be of type MetaInfoDef"),
        (graph_def, protos.GraphDef, "graph_def must be of type GraphDef"),
        (saver_def, protos.SaverDef, "saver_def must be of type SaverDef"),
    ):
        if value and not isinstance(value, kind):
            raise TypeError(f"{name}, not {type(value)}")
    graph = graph or get_default_graph()
    result = protos.MetaGraphDef()
    info = result.meta_info_def
    if meta_info_def:
        info.MergeFrom(meta_info_def)
    info.tensorflow_version, info.tensorflow_git_version = TENSORFLOW_VERSION, TENSORFLOW_GIT_VERSION
    result.graph_def.CopyFrom(graph_def or graph.as_graph_def(add_shapes=True))
    if not info.stripped_op_list.op:
        info.stripped_op_list.CopyFrom(
            op_list.stripped_op_list_for_graph(result.graph_def, graph.__dict__.get("_foreign_op_defs"))
        )
    if strip_default_attrs:
        strip_graph_default_valued_attrs(result)
    if saver_def:
        result.saver_def.MergeFrom(saver_def)
    for key in graph.get_all_collection_keys() if collection_list is None else collection_list:
        contents = None
        if clear_extraneous_savers and key == GraphKeys.SAVERS:
            contents = [collection_protos.registered(key).from_proto(saver_def)]
        add_collection_def(result, key, graph, export_scope, exclude_nodes, contents)
    return result


def strip_graph_default_valued_attrs(meta_graph_def) -> None:
    """Removes the attributes that have their default value, in place."""
    op_list.strip_default_attrs(meta_graph_def.graph_def)
    meta_graph_def.meta_info_def.stripped_default_attrs = True


def _kind_of(item) -> str:
    if isinstance(item, (str, bytes)):
        return "bytes_list"
    if isinstance(item, int):
        return "int64_list"
    if isinstance(item, float):
        return "float_list"
    descriptor = getattr(item, "DESCRIPTOR", None)
    if getattr(descriptor, "full_name", None) == "google.protobuf.Any":
        return "any_list"
    return "node_list"


def add_collection_def(meta_graph_def, key, graph=None, export_scope=None, exclude_nodes=None, override_contents=None) -> None:
    """Writes one collection into a MetaGraphDef; one that cannot be written is left out with a warning."""
    if graph and not isinstance(graph, Graph):
        raise TypeError("graph must be of type Graph, not %s" % type(graph))
    if not isinstance(key, (str, bytes)):
        logging.warning("Only collections with string type keys will be serialized. This key has %s", type(key))
        return
    graph = graph or get_default_graph()
    items = override_contents or graph.get_collection(key)
    items = [x for x in items if _should_include(x, export_scope, exclude_nodes)]
    if not items:
        return
    try:
        _write_items(meta_graph_def.collection_def[key], key, items, export_scope)
    except Exception as e:  # noqa: BLE001  (any item of the user's may be in a collection)
        logging.warning(
            "Issue encountered when serializing %s.\nType is unsupported, or the types of the items don't match field type in "
            "CollectionDef. Note this is a warning and probably safe to ignore.\n%s", key, e,
        )  # fmt: skip
        if key in meta_graph_def.collection_def:
            del meta_graph_def.collection_def[key]


def _write_items(target, key, items, export_scope) -> None:
    registered = collection_protos.registered(key)
    if registered.to_proto:
        for item in items:
            proto = registered.to_proto(item, export_scope=export_scope)
            if proto:
                if not isinstance(proto, registered.proto_type):
                    raise TypeError(f"to_proto gave a {type(proto).__name__}")
                target.bytes_list.value.append(proto.SerializeToString())
        return
    kind = _kind_of(items[0])
    values = getattr(target, kind).value
    if kind == "node_list":
        values.extend([strip_name_scope(x.name, export_scope) for x in items if not export_scope or x.name.startswith(export_scope)])
    elif kind == "bytes_list":
        values.extend([x.encode() if isinstance(x, str) else x for x in items])
    elif kind == "any_list":
        for item in items:
            values.add().MergeFromString(item.SerializeToString())
    elif kind == "int64_list":
        values.extend([int(x) if isinstance(x, bool) else x for x in items])
    else:
        values.extend(items)


def _write_debug_info(path, graph, graph_def, export_scope, as_text) -> None:
    """Where in the program each node was made."""
    ops = [("", graph.get_operation_by_name(prepend_name_scope(node.name, export_scope))) for node in graph_def.node]
    info = error_interpolation.create_graph_debug_info_def(ops)
    graph_io.write_graph(info, os.path.dirname(path), os.path.basename(path), as_text=as_text)


# Import -----------------------------------------------------------------------------------------------


def import_scoped_meta_graph(
    meta_graph_or_file, clear_devices=False, graph=None, import_scope=None, input_map=None,
    unbound_inputs_col_name="unbound_inputs", restore_collections_predicate=(lambda key: True),
):  # fmt: skip
    """Adds a MetaGraphDef to a graph and returns {name: variable} of the global variables that came.

    Args:
      meta_graph_or_file: a MetaGraphDef or its file.
      clear_devices: leaves devices out.
      graph: the default graph where None.
      import_scope: a name scope for all of it.
      input_map: {name: tensor} for inputs to replace.
      unbound_inputs_col_name: the collection of inputs that `input_map` must give.
      restore_collections_predicate: says which collections to take.

    Raises ValueError where unbound inputs are not given.
    Follows `meta_graph.import_scoped_meta_graph` of TF 1.15.
    """
    return import_scoped_meta_graph_with_return_elements(
        meta_graph_or_file, clear_devices, graph, import_scope, input_map, unbound_inputs_col_name, restore_collections_predicate
    )[0]


def import_scoped_meta_graph_with_return_elements(
    meta_graph_or_file, clear_devices=False, graph=None, import_scope=None, input_map=None,
    unbound_inputs_col_name="unbound_inputs", restore_collections_predicate=(lambda key: True), return_elements=None,
):  # fmt: skip
    """As `import_scoped_meta_graph`, and the list of `return_elements`: ({name: variable}, elements)."""
    meta_graph_def = as_meta_graph_def(meta_graph_or_file)
    if unbound_inputs_col_name and unbound_inputs_col_name in meta_graph_def.collection_def:
        _check_bound(meta_graph_def.collection_def[unbound_inputs_col_name], input_map)
    graph = graph or get_default_graph()
    with graph.as_default():
        info = meta_graph_def.meta_info_def
        if clear_devices:
            for node in meta_graph_def.graph_def.node:
                node.device = ""
        scope = graph.unique_name(import_scope or "", mark_as_used=False)
        elements = import_graph_def(
            meta_graph_def.graph_def,
            name=import_scope or scope,
            input_map=input_map,
            producer_op_list=info.stripped_op_list if info.HasField("stripped_op_list") else None,
            return_elements=return_elements,
        )
        _import_collections(graph, meta_graph_def, scope, unbound_inputs_col_name, restore_collections_predicate)
        found = {
            strip_name_scope(v.name, scope): v for v in graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope)
        }
    return found, elements


def _check_bound(col_def, input_map) -> None:
    kind = col_def.WhichOneof("kind")
    names = [n.decode() if isinstance(n, bytes) else n for n in getattr(col_def, kind).value] if kind else []
    given = [n.decode() if isinstance(n, bytes) else n for n in input_map or ()]
    if names and (not given or sorted(set(names)) != sorted(given)):
        left = ",".join(n for n in names if n not in given)
        raise ValueError(f"Graph contains unbound inputs: {left}. Must provide these inputs through input_map.")


def _import_collections(graph, meta_graph_def, scope, unbound_name, predicate) -> None:
    keys = sorted(meta_graph_def.collection_def)
    # A variable of two collections is one object, made where its trainable flag is sure.
    keys.sort(key=lambda k: k != GraphKeys.TRAINABLE_VARIABLES)
    has_trainable = _writes_trainable(meta_graph_def.meta_info_def.tensorflow_version)
    made: dict = {}
    for key in keys:
        if key == unbound_name or not predicate(key):
            continue
        col_def = meta_graph_def.collection_def[key]
        kind = col_def.WhichOneof("kind")
        if kind is None:
            logging.error("Cannot identify data type for collection %s. Skipping.", key)
            continue
        values = getattr(col_def, kind).value
        registered = collection_protos.registered(
            GraphKeys.GLOBAL_VARIABLES if key == GraphKeys.METRIC_VARIABLES else key
        )
        if registered.from_proto and kind == "bytes_list":
            for value in values:
                item = made.get(value) if key in GraphKeys._VARIABLE_COLLECTIONS else None
                if item is None:
                    proto = _parsed(registered.proto_type, value, key)
                    if key in GraphKeys._VARIABLE_COLLECTIONS and not has_trainable:
                        proto.trainable = key == GraphKeys.TRAINABLE_VARIABLES
                    item = _made(registered.from_proto, proto, scope, key)
                    if key in GraphKeys._VARIABLE_COLLECTIONS:
                        made[value] = item
                graph.add_to_collection(key, item)
            continue
        if key in _OLD_RELEASE_COLLECTIONS:
            logging.warning(
                "The saved meta_graph is possibly from an older release:\n'%s' collection should be of type 'byte_list', but "
                "instead is of type '%s'.", key, kind,
            )  # fmt: skip
        for value in values:
            if kind == "node_list":
                graph.add_to_collection(key, graph.as_graph_element(prepend_name_scope(value, scope)))
            elif kind == "bytes_list":
                graph.add_to_collection(key, prepend_name_scope(value, scope))
            else:
                graph.add_to_collection(key, int(value) if kind == "int64_list" else value)


def _made(from_proto, proto, scope, key):
    try:
        return from_proto(proto, import_scope=scope)
    except (IndexError, TypeError, AttributeError, RecursionError) as e:
        raise ValueError(f"An item of the collection '{key}' does not fit the graph: {e}") from e


def _parsed(proto_type, value, key):
    try:
        return proto_type.FromString(value)
    except Exception as e:  # noqa: BLE001  (protobuf's DecodeError)
        raise ValueError(f"An item of the collection '{key}' is no {proto_type.DESCRIPTOR.name}: {e}") from e


def _writes_trainable(version: str) -> bool:
    """Whether this TensorFlow writes the `trainable` flag of a VariableDef: since 1.9."""
    numbers = [int(n) for n in re.findall(r"\d+", version)[:2]]
    return not numbers or numbers >= [1, 9]


def copy_scoped_meta_graph(from_scope, to_scope, from_graph=None, to_graph=None):
    """Copies a name scope to another one, in the same graph or another; returns the new variables by name.

    ValueError where both are the same.  Follows `meta_graph.copy_scoped_meta_graph` of TF 1.15.
    """
    from_graph, to_graph = from_graph or get_default_graph(), to_graph or get_default_graph()
    if from_graph is to_graph and from_scope == to_scope:
        raise ValueError("'from_scope' and 'to_scope' need to be different when performing copy in the same graph.")
    exported, _ = export_scoped_meta_graph(export_scope=from_scope, graph=from_graph)
    return import_scoped_meta_graph(exported, graph=to_graph, import_scope=to_scope)
