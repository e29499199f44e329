"""Statistics of node types, which programs register: `@ops.RegisterStatistics("MatMul", "flops")`.  Follows TF 1.15."""

from __future__ import annotations

from tinytf.graph.op_flops import FLOPS


class OpStats:
    """A figure: its type ("flops") and value, None where it is not known.  `+=` adds another of the same type."""

    def __init__(self, statistic_type: str, value=None):
        self.statistic_type, self.value = statistic_type, value

    @property
    def statistic_type(self) -> str:
        """What the figure counts."""
        return self._statistic_type

    @statistic_type.setter
    def statistic_type(self, statistic_type):
        self._statistic_type = statistic_type

    @property
    def value(self):
        """The figure."""
        return self._value

    @value.setter
    def value(self, value):
        self._value = value

    def __iadd__(self, other: OpStats) -> OpStats:
        if other.statistic_type != self.statistic_type:
            raise ValueError("Can't add an OpStat of type %s to one of %s." % (self.statistic_type, other.statistic_type))
        if self._value is None:
            self._value = other.value
        elif other.value is not None:
            self._value += other.value
        return self


def _counted(count):
    return lambda graph, node: OpStats("flops", count(graph, node))


_functions = {(op_type, "flops"): _counted(count) for op_type, count in FLOPS.items()}  # (op type, statistic) -> f(graph, node)


class RegisterStatistics:
    """A decorator: `f(graph, node_def)` gives the OpStats of nodes of a type.  KeyError where one is registered already."""

    def __init__(self, op_type: str, statistic_type: str):
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string.")
        if "," in op_type:
            raise TypeError("op_type must not contain a comma.")
        if not isinstance(statistic_type, str):
            raise TypeError("statistic_type must be a string.")
        if "," in statistic_type:
            raise TypeError("statistic_type must not contain a comma.")
        self._key = op_type, statistic_type

    def __call__(self, f):
        if self._key in _functions:
            raise KeyError("Registering two statistics with name %r!" % ",".join(self._key))
        _functions[self._key] = f
        return f


def get_stats_for_node_def(graph, node, statistic_type: str) -> OpStats:
    """The statistic of a NodeDef; without a value where nobody registered one."""
    function = _functions.get((node.op, statistic_type))
    return OpStats(statistic_type) if function is None else function(graph, node)
