"""Device strings: parsing, canonical spelling and merging, e.g. '/job:worker/replica:0/task:1/device:CPU:0'."""

from __future__ import annotations


class DeviceSpec:
    """The parts of a device string, each of which may be missing.  Follows `tf.DeviceSpec` of TF 1.15."""

    def __init__(self, job=None, replica=None, task=None, device_type=None, device_index=None):
        self.job = job or None
        self.replica = None if replica is None else int(replica)
        self.task = None if task is None else int(task)
        device_type = device_type or None
        self.device_type = device_type.upper() if device_type in ("cpu", "gpu") else device_type
        self.device_index = None if device_index is None else int(device_index)

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """Reads a device string into this spec; ValueError where it is none."""
        self.__init__()  # type: ignore[misc]
        for part in spec.split("/"):
            words = part.split(":")
            key = words[0]
            if not part:
                continue
            if key == "job" and len(words) == 2:
                self.job = words[1]
            elif key in ("replica", "task") and len(words) == 2:
                setattr(self, key, int(words[1]))
            elif key.upper() in ("CPU", "GPU") and len(words) <= 2:
                if self.device_type is not None:
                    raise ValueError(f"Cannot specify multiple device types: {spec}")
                self.device_type = key.upper()
                if len(words) == 2 and words[1] != "*":
                    self.device_index = int(words[1])
            elif key == "device" and len(words) == 3:
                if self.device_type is not None:
                    raise ValueError(f"Cannot specify multiple device types: {spec}")
                self.device_type = words[1].upper() if words[1] in ("cpu", "gpu") else words[1]
                if words[2] != "*":
                    self.device_index = int(words[2])
            else:
                raise ValueError(f"Unknown attribute: '{key}' in '{spec}'")
        return self

    @staticmethod
    def from_string(spec: str) -> DeviceSpec:
        """The spec that a device string names."""
        return DeviceSpec().parse_from_string(spec)

    def merge_from(self, other: DeviceSpec) -> None:
        """Takes every part that `other` has."""
        for part in ("job", "replica", "task", "device_type", "device_index"):
            if getattr(other, part) is not None:
                setattr(self, part, getattr(other, part))

    def make_merged_spec(self, other: DeviceSpec) -> DeviceSpec:
        """A new spec: this one's parts, overridden by those of `other`."""
        merged = DeviceSpec(self.job, self.replica, self.task, self.device_type, self.device_index)
        merged.merge_from(other)
        return merged

    def replace(self, **parts) -> DeviceSpec:
        """A new spec with some parts replaced."""
        own = {p: getattr(self, p) for p in ("job", "replica", "task", "device_type", "device_index")}
        return DeviceSpec(**{**own, **parts})

    def to_string(self) -> str:
        """The canonical string."""
        text = ""
        for part in ("job", "replica", "task"):
            if getattr(self, part) is not None:
                text += f"/{part}:{getattr(self, part)}"
        if self.device_type is not None:
            index = "*" if self.device_index is None else self.device_index
            text += f"/device:{self.device_type}:{index}"
        return text

    def __eq__(self, other):
        return isinstance(other, DeviceSpec) and self.to_string() == other.to_string()

    def __hash__(self):
        return hash(self.to_string())


def canonical_name(device) -> str:
    """The canonical string of a device string, a DeviceSpec or None."""
    if device is None:
        return ""
    if isinstance(device, DeviceSpec):
        return device.to_string()
    return DeviceSpec.from_string(device).to_string()


def merge(outer: str, inner: str) -> str:
    """The device of an op that asked for `inner` inside a scope `outer`: inner parts win."""
    if not inner:
        return canonical_name(outer)
    merged = DeviceSpec.from_string(outer)
    merged.merge_from(DeviceSpec.from_string(inner))
    return merged.to_string()


def merge_device(spec):
    """A device function that merges `spec` under an op's own device.  Follows `tf.device`'s string form."""
    text = canonical_name(spec)

    def apply(op):
        return merge(text, op.device or "")

    return apply
