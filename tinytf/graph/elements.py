"""Finding a tensor or an operation of a graph by what a user calls it."""

from __future__ import annotations

from tinytf.graph.operation import Operation
from tinytf.graph.tensor import Tensor


def find(graph, obj, allow_tensor: bool, allow_operation: bool):
    """The tensor or operation that `obj` means; see `Graph.as_graph_element`."""
    if not (allow_tensor or allow_operation):
        raise ValueError("allow_tensor and allow_operation can't both be False.")
    kinds = "Tensor or Operation" if allow_tensor and allow_operation else "Tensor" if allow_tensor else "Operation"
    convert = getattr(obj, "_as_graph_element", None)
    if convert is not None:
        element = convert()
        obj = obj if element is None else element
    if isinstance(obj, bytes):
        obj = obj.decode()
    if isinstance(obj, str):
        return _by_name(graph, obj, allow_tensor, allow_operation, kinds)
    if isinstance(obj, Tensor) and allow_tensor or isinstance(obj, Operation) and allow_operation:
        if obj.graph is not graph:
            what = "Tensor" if isinstance(obj, Tensor) else "Operation"
            raise ValueError(f"{what} {obj if what == 'Tensor' else obj.name} is not an element of this graph.")
        return obj
    raise TypeError(f"Can not convert a {type(obj).__name__} into a {kinds}.")


def _by_name(graph, name: str, allow_tensor, allow_operation, kinds):
    if ":" in name and allow_tensor:
        op_name, _, index = name.partition(":")
        if not index.isdigit() or not op_name or ":" in index:
            raise ValueError(f"The name {name!r} looks a like a Tensor name, but is not a valid one. Tensor names must be of the form \"<op_name>:<output_index>\".")
        op = graph._nodes_by_name.get(op_name)
        if op is None:
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. The operation, {op_name!r}, does not exist in the graph.{_near(graph, op_name)}"
            )
        if int(index) >= len(op.outputs):
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. The operation, {op_name!r}, exists but only has {len(op.outputs)} outputs."
            )
        return op.outputs[int(index)]
    if ":" in name:
        if name.count(":") == 1 and name.split(":")[1].isdigit():
            raise ValueError(f"The name {name!r} appears to refer to a Tensor, not a {kinds}.")
        raise ValueError(f"The name {name!r} looks like an (invalid) Operation name, not a {kinds}.")
    if not allow_operation:
        if name in graph._nodes_by_name:
            raise ValueError(f"The name {name!r} refers to an Operation, not a {kinds}. Tensor names must be of the form \"<op_name>:<output_index>\": write {name + ':0'!r}.")
        raise ValueError(f"The name {name!r} looks like an (invalid) Operation name, not a {kinds}. Tensor names must be of the form \"<op_name>:<output_index>\".{_near(graph, name)}")
    op = graph._nodes_by_name.get(name)
    if op is None:
        raise KeyError(f"The name {name!r} refers to an Operation not in the graph.{_near(graph, name)}")
    return op


def _near(graph, name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(graph._nodes_by_name)[:5000], 3)
    return f" Names like it in this graph: {', '.join(near)}." if near else ""
