"""Device strings: parsing, canonical spelling and merging, e.g. '/job:worker/replica:0/task:1/device:CPU:0'."""

from __future__ import annotations

_PARTS = ("job", "replica", "task", "device_type", "device_index")


class DeviceSpecV2:
    """The parts of a device string, each of which may be missing; fixed once made.  Follows TF 1.15 and 2."""

    __slots__ = ("_job", "_replica", "_task", "_device_type", "_device_index")

    def __init__(self, job=None, replica=None, task=None, device_type=None, device_index=None):
        self._job = None if job is None else str(job) or None
        self._replica = None if replica is None else int(replica)
        self._task = None if task is None else int(task)
        self._device_type = _type_name(device_type)
        self._device_index = None if device_index is None else int(device_index)

    job = property(lambda self: self._job, doc="The job's name.")
    replica = property(lambda self: self._replica, doc="The number of the replica.")
    task = property(lambda self: self._task, doc="The number of the task.")
    device_type = property(lambda self: self._device_type, doc="CPU, GPU, …")
    device_index = property(lambda self: self._device_index, doc="The number of the device among those of its type.")

    @classmethod
    def from_string(cls, spec: str):
        """The spec that a device string names; ValueError where it is none."""
        return cls(**_parse(spec))

    def parse_from_string(self, spec: str):
        """The spec that a device string names, a new one."""
        return type(self).from_string(spec)

    def make_merged_spec(self, dev):
        """A new spec: this one's parts, overridden by those of `dev`."""
        return type(self)(**{part: getattr(self if getattr(dev, part) is None else dev, part) for part in _PARTS})

    def replace(self, **parts):
        """A new spec with some parts replaced."""
        return type(self)(**{**{part: getattr(self, part) for part in _PARTS}, **parts})

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
        return isinstance(other, self.__class__) and self.to_string() == other.to_string()

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.to_string())


class DeviceSpec(DeviceSpecV2):
    """The parts of a device string, each of which may be missing or changed.  Follows `tf.DeviceSpec` of TF 1.15."""

    __slots__ = ()

    job = property(lambda self: self._job, lambda self, job: setattr(self, "_job", None if job is None else str(job)))
    replica = property(lambda self: self._replica, lambda self, n: setattr(self, "_replica", None if n is None else int(n)))
    task = property(lambda self: self._task, lambda self, n: setattr(self, "_task", None if n is None else int(n)))
    device_type = property(lambda self: self._device_type, lambda self, name: setattr(self, "_device_type", _type_name(name)))
    device_index = property(lambda self: self._device_index, lambda self, n: setattr(self, "_device_index", None if n is None else int(n)))

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """Reads a device string into this spec; ValueError where it is none."""
        parts = _parse(spec)
        for part in _PARTS:
            setattr(self, part, parts[part])
        return self

    def merge_from(self, dev) -> None:
        """Takes every part that `dev` has."""
        for part in _PARTS:
            if getattr(dev, part) is not None:
                setattr(self, part, getattr(dev, part))

    __hash__ = DeviceSpecV2.__hash__


DeviceSpecV1 = DeviceSpec


def _type_name(device_type):
    device_type = device_type or None
    return device_type.upper() if device_type in ("cpu", "gpu") else device_type


def _parse(spec: str) -> dict:
    """The parts of a device string."""
    found = dict.fromkeys(_PARTS)
    for part in spec.split("/"):
        words = part.split(":")
        key = words[0]
        if not part:
            continue
        if key == "job" and len(words) == 2:
            found["job"] = words[1]
        elif key in ("replica", "task") and len(words) == 2:
            found[key] = int(words[1])
        elif key.upper() in ("CPU", "GPU") and len(words) <= 2 or key == "device" and len(words) == 3:
            if found["device_type"] is not None:
                raise ValueError(f"Cannot specify multiple device types: {spec}")
            kind, *index = words[1:] if key == "device" else words
            found["device_type"] = kind.upper() if kind in ("cpu", "gpu") or key != "device" else kind
            if index and index[0] != "*":
                found["device_index"] = int(index[0])
        else:
            raise ValueError(f"Unknown attribute: '{key}' in '{spec}'")
    return found


def is_device_spec(obj) -> bool:
    """Whether this is a device spec."""
    return isinstance(obj, DeviceSpecV2)


def check_valid(spec: str) -> None:
    """ValueError where a text is no device string."""
    _parse(spec)


def canonical_name(device) -> str:
    """The canonical string of a device string, a DeviceSpec or None."""
    if device is None:
        return ""
    if isinstance(device, DeviceSpecV2):
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
