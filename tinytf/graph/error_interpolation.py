"""`tensorflow.python.framework.error_interpolation`: tags in error messages, replaced by where the program made what they name.

`{{node NAME}}` becomes `node NAME (defined at FILE:LINE)`, `{{colocation_node NAME}}` also tells of devices and colocation,
`{{function_node NAME}}` disappears.  tinytf's own errors tell the place themselves; programs and tests call this.
"""

from __future__ import annotations

import collections
import os
import re

from tinytf import protos

_TAG = re.compile(r"\{\{([A-Za-z0-9_.\-/]+) ([A-Za-z0-9_.\-/]+)\}\}")
_ParseTag = collections.namedtuple("_ParseTag", ["type", "name"])
# Files whose frames are not the program's own.
_BAD_FILE_SUBSTRINGS = [os.path.join("tensorflow", "python"), os.path.join("tensorflow", "contrib"), os.path.join("tinytf", "")]


def parse_message(message: str) -> tuple:
    """(texts, tags): what stands before, between and after the tags, and the tags as (type, name)."""
    texts, tags, end = [], [], 0
    for match in _TAG.finditer(message):
        texts.append(message[end : match.start()])
        tags.append(_ParseTag(*match.groups()))
        end = match.end()
    if end < len(message) or tags:
        texts.append(message[end:])
    return texts, tags


def _compute_device_summary_from_list(name, device_assignment_list, prefix="") -> str:
    """The device scopes that were active when the op was made."""
    if not device_assignment_list:
        return prefix + "No device assignments were active during op '%s' creation." % name
    lines = [prefix + "Device assignments active during op '%s' creation:" % name]
    lines += ["%s  with tf.device(%s): <%s:%d>" % (prefix, place.obj, place.filename, place.lineno) for place in device_assignment_list]
    return "\n".join(lines)


def _compute_device_assignment_summary_from_op(op, prefix="") -> str:
    return _compute_device_summary_from_list(op.name, op._device_assignments, prefix)


def _compute_colocation_summary_from_dict(name, colocation_dict, prefix="") -> str:
    """The ops that this one was colocated with when it was made."""
    if not colocation_dict:
        return prefix + "No node-device colocations were active during op '%s' creation." % name
    lines = [prefix + "Node-device colocations active during op '%s' creation:" % name]
    lines += ["%s  with tf.colocate_with(%s): <%s:%d>" % (prefix, other, place.filename, place.lineno) for other, place in colocation_dict.items()]
    return "\n".join(lines)


def _compute_colocation_summary_from_op(op, prefix="") -> str:
    return _compute_colocation_summary_from_dict(op.name, op._colocation_dict, prefix)


def _find_index_of_defining_frame_for_op(op) -> int:
    """The index in `op.traceback` of the innermost frame that is the program's own; 0 where none is."""
    frames = op._traceback
    for i in range(len(frames) - 1, -1, -1):
        if not any(part in frames[i][0] for part in _BAD_FILE_SUBSTRINGS):
            return i
    return 0


def _get_defining_frame_from_op(op):
    """The innermost frame that is the program's own."""
    return op._traceback[_find_index_of_defining_frame_for_op(op)]


def _compute_useful_frames(op, num: int) -> list:
    """`num` frames from the defining one outwards, and one further in."""
    inner = _find_index_of_defining_frame_for_op(op)
    stop = min(inner + 2, len(op._traceback))
    return op._traceback[max(0, stop - num) : stop]


def compute_field_dict(op, strip_file_prefix="") -> dict:
    """What is told of an op: `file`, `line`, `defined_at`, `colocations`, `devices`, `devs_and_colocs`."""
    frame = _get_defining_frame_from_op(op)
    filename = frame[0]
    if strip_file_prefix and filename.startswith(strip_file_prefix):
        filename = filename[len(strip_file_prefix) :]
    colocations, devices = _compute_colocation_summary_from_op(op), _compute_device_assignment_summary_from_op(op)
    return {
        "file": filename,
        "line": frame[1],
        "defined_at": " (defined at %s:%d)" % (filename, frame[1]),
        "colocations": colocations,
        "devices": devices,
        "devs_and_colocs": "%s\n%s" % (colocations, devices),
    }


def traceback_files_common_prefix(all_ops) -> str:
    """What the paths of the tracebacks' files have in common; `all_ops` is a list of lists of ops."""
    files = {frame[0] for ops in all_ops or () for op in ops or () for frame in op._traceback if "<embedded" not in frame[0]}
    return os.path.split(os.path.commonprefix(list(files)))[0] if files else ""


def create_graph_debug_info_def(operations):
    """A GraphDebugInfo: where in the program each op of (function, op) pairs was made, the innermost frame first."""
    info, numbers = protos.GraphDebugInfo(), {}
    for function, op in operations:
        trace = info.traces[function + op.name]
        for frame in reversed(_compute_useful_frames(op, 10)):
            trace.file_line_cols.add(file_index=numbers.setdefault(frame[0], len(numbers)), line=frame[1])
    info.files.extend(numbers)
    return info


def _sources_for_node(node, graph) -> list:
    """The ops that a node takes inputs from, each once."""
    return list(dict.fromkeys(tensor.op for tensor in node.inputs if tensor.op.name in graph._nodes_by_name))


def interpolate(error_message: str, graph) -> str:
    """The message with its tags replaced; a tag that names nothing of the graph stays."""
    texts, tags = parse_message(error_message)
    ops = [graph._nodes_by_name.get(tag.name) for tag in tags]
    prefix = traceback_files_common_prefix([[op, *_sources_for_node(op, graph)] for op in ops if op is not None])
    shown, colocations = [], ""
    for tag, op in zip(tags, ops):
        if tag.type == "function_node":
            shown.append("")
        elif op is None or tag.type not in ("node", "colocation_node"):
            shown.append("{{%s %s}}" % tag)
        elif tag.type == "node":
            shown.append("node %s%s " % (op.name, compute_field_dict(op, prefix)["defined_at"]))
        else:
            fields = compute_field_dict(op)
            shown.append("node %s%s placed on device %s " % (op.name, fields["defined_at"], fields["devices"]))
            colocations += "Additional information about colocations:" + fields["devs_and_colocs"]
    return "".join(text + tag for text, tag in zip(texts, [*shown, ""])) + colocations
