"""Holds tinytf/protos/*.proto against the descriptors of the installed TensorFlow 1.15.

    venvs/tf1/bin/python compat/check_protos.py

Every message and enum of ours must be there under the same full name, with the same
fields: name, number, type, label, packing, oneof. What TensorFlow has and we do not is
counted, not an error. Runs on TensorFlow's own Python 3.7, so tinytf is not imported.
"""
from __future__ import annotations

import glob
import importlib
import importlib.util
import os
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMAS = os.path.join(HERE, "..", "tinytf", "protos")


def our_files():
    spec = importlib.util.spec_from_file_location("schema_parser", os.path.join(SCHEMAS, "schema_parser.py"))
    parser = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(parser)
    texts = {}
    for path in sorted(glob.glob(os.path.join(SCHEMAS, "*.proto"))):
        with open(path) as stream:
            texts[os.path.basename(path)] = stream.read()
    enums = set().union(*map(parser.enum_names, texts.values()))
    return {name: parser.parse(name, text, enums) for name, text in texts.items()}


def import_tensorflow_schemas():
    """Imports every generated module of TensorFlow, so that the default pool knows all it has."""
    root = os.path.dirname(importlib.import_module("tensorflow_core").__file__)
    for pattern in ("core/**/*_pb2.py", "python/training/*_pb2.py"):
        for path in glob.glob(os.path.join(root, pattern), recursive=True):
            importlib.import_module("tensorflow_core." + os.path.relpath(path, root)[:-3].replace(os.sep, "."))
    # contrib cannot be imported as a package without more than TensorFlow installs; its schemas can, one by one
    for folder in ("contrib/tensorboard/**", "contrib/decision_trees/proto", "contrib/tensor_forest/proto"):
        for path in sorted(glob.glob(os.path.join(root, folder, "*_pb2.py"), recursive=True)):
            name = os.path.basename(path)[:-3]
            spec = importlib.util.spec_from_file_location(name, path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            if "decision_trees" in folder:  # what those of tensor_forest import, without the packages around it
                package = types.ModuleType("tensorflow.contrib.decision_trees.proto")
                setattr(package, name, module)
                sys.modules[package.__name__] = package


def differences(ours, theirs, name):
    """Two DescriptorProtos of messages, compared field for field."""
    our_fields = {f.name: _field(f, ours) for f in ours.field}
    their_fields = {f.name: _field(f, theirs) for f in theirs.field}
    for field in sorted(set(our_fields) | set(their_fields)):
        if our_fields.get(field) != their_fields.get(field):
            yield "%s.%s: ours %s, TensorFlow's %s" % (name, field, our_fields.get(field), their_fields.get(field))
    if [r.start for r in ours.reserved_range] != [r.start for r in theirs.reserved_range]:
        yield "%s: reserved numbers differ" % name


def _field(field, message):
    oneof = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None
    options = field.options
    packed = options.packed if options.HasField("packed") else None
    return field.number, field.label, field.type, field.type_name, oneof, packed, options.deprecated


def main():
    from google.protobuf import descriptor_pb2, descriptor_pool

    import_tensorflow_schemas()
    real = descriptor_pool.Default()
    pool = descriptor_pool.DescriptorPool()
    from google.protobuf import any_pb2, wrappers_pb2

    files = our_files()
    added = set()

    def add(name):
        if name in added:
            return
        added.add(name)
        if name in files:
            for dependency in files[name].dependency:
                add(dependency)
            pool.AddSerializedFile(files[name].SerializeToString())
        else:
            module = any_pb2 if "any" in name else wrappers_pb2
            pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)

    problems, messages, enums = [], 0, 0

    def as_proto(descriptor, kind):
        proto = kind()
        descriptor.CopyToProto(proto)
        return proto

    def compare_enum(ours, theirs):
        a = as_proto(ours, descriptor_pb2.EnumDescriptorProto)
        b = as_proto(theirs, descriptor_pb2.EnumDescriptorProto)
        if [(v.name, v.number) for v in a.value] != [(v.name, v.number) for v in b.value]:
            problems.append("enum %s differs" % ours.full_name)

    def compare(ours, theirs):
        nonlocal messages, enums
        messages += 1
        a = as_proto(ours, descriptor_pb2.DescriptorProto)
        b = as_proto(theirs, descriptor_pb2.DescriptorProto)
        problems.extend(differences(a, b, ours.full_name))
        for name in sorted(set(ours.nested_types_by_name) | set(theirs.nested_types_by_name)):
            if name not in ours.nested_types_by_name or name not in theirs.nested_types_by_name:
                problems.append("%s.%s is only on one side" % (ours.full_name, name))
            else:
                compare(ours.nested_types_by_name[name], theirs.nested_types_by_name[name])
        for name, enum in ours.enum_types_by_name.items():
            enums += 1
            compare_enum(enum, theirs.enum_types_by_name[name])

    for name, file in sorted(files.items()):
        add(name)
        for message in file.message_type:
            full_name = file.package + "." + message.name
            try:
                theirs = real.FindMessageTypeByName(full_name)
            except KeyError:
                problems.append("TensorFlow has no message %s" % full_name)
                continue
            compare(pool.FindMessageTypeByName(full_name), theirs)
        for enum in file.enum_type:
            enums += 1
            full_name = file.package + "." + enum.name
            compare_enum(pool.FindEnumTypeByName(full_name), real.FindEnumTypeByName(full_name))
    for problem in problems:
        print(problem)
    print("%d messages and %d enums compared with TensorFlow, %d differences" % (messages, enums, len(problems)))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
