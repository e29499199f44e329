"""The options of a profile, a dict. Follows TF 1.15's `tf.profiler.ProfileOptionBuilder`."""

from __future__ import annotations

import copy

from tinytf.profiler.tfprof_logger import TRAINABLE_VARIABLES


def _options(types=".*", order_by="name", displayed_only=True, max_depth=10000, **more) -> dict:
    return {
        "max_depth": max_depth,
        "min_bytes": 0,
        "min_micros": 0,
        "min_params": 0,
        "min_float_ops": 0,
        "min_occurrence": 0,
        "order_by": order_by,
        "account_type_regexes": [types],
        "start_name_regexes": [".*"],
        "trim_name_regexes": [],
        "show_name_regexes": [".*"],
        "hide_name_regexes": [],
        "account_displayed_op_only": displayed_only,
        "step": -1,
        "output": "stdout",
        **more,
    }


class ProfileOptionBuilder:
    """Builds the options, one after the other: `ProfileOptionBuilder(options).with_max_depth(3).select(["params"]).build()`."""

    def __init__(self, options: dict | None = None):
        self._options = (
            _options(displayed_only=False, max_depth=100, select=["micros"]) if options is None else copy.deepcopy(options)
        )

    @staticmethod
    def trainable_variables_parameter() -> dict:
        """Options that count the parameters of trainable variables, scope by scope."""
        return _options(TRAINABLE_VARIABLES, select=["params"])

    @staticmethod
    def float_operation() -> dict:
        """Options that count floating-point operations, of those nodes whose type and shape say how many."""
        return _options(order_by="float_ops", min_float_ops=1, select=["float_ops"])

    @staticmethod
    def time_and_memory(
        min_micros=1,
        min_bytes=1,
        min_accelerator_micros=0,
        min_cpu_micros=0,
        min_peak_bytes=0,
        min_residual_bytes=0,
        min_output_bytes=0,
    ) -> dict:
        """Options that show the time and memory of a traced run, for nodes with at least so much of them."""
        return _options(
            order_by="micros",
            min_bytes=min_bytes,
            min_peak_bytes=min_peak_bytes,
            min_residual_bytes=min_residual_bytes,
            min_output_bytes=min_output_bytes,
            min_micros=min_micros,
            min_accelerator_micros=min_accelerator_micros,
            min_cpu_micros=min_cpu_micros,
            select=["micros", "bytes"],
        )

    def build(self) -> dict:
        """A copy of the options."""
        return copy.deepcopy(self._options)

    def _with(self, **options) -> ProfileOptionBuilder:
        self._options.update(copy.copy(options))
        return self

    def with_max_depth(self, max_depth) -> ProfileOptionBuilder:
        """Shows nodes down to this depth of the tree; the root has depth 1."""
        return self._with(max_depth=max_depth)

    def with_min_memory(self, min_bytes=0, min_peak_bytes=0, min_residual_bytes=0, min_output_bytes=0) -> ProfileOptionBuilder:
        """Shows nodes that, with what is below them, took at least so many bytes."""
        return self._with(
            min_bytes=min_bytes,
            min_peak_bytes=min_peak_bytes,
            min_residual_bytes=min_residual_bytes,
            min_output_bytes=min_output_bytes,
        )

    def with_min_execution_time(self, min_micros=0, min_accelerator_micros=0, min_cpu_micros=0) -> ProfileOptionBuilder:
        """Shows nodes that, with what is below them, took at least so long."""
        return self._with(min_micros=min_micros, min_accelerator_micros=min_accelerator_micros, min_cpu_micros=min_cpu_micros)

    def with_min_parameters(self, min_params) -> ProfileOptionBuilder:
        """Shows nodes with at least so many parameters."""
        return self._with(min_params=min_params)

    def with_min_occurrence(self, min_occurrence) -> ProfileOptionBuilder:
        """Shows op types of at least so many nodes."""
        return self._with(min_occurrence=min_occurrence)

    def with_min_float_operations(self, min_float_ops) -> ProfileOptionBuilder:
        """Shows nodes with at least so many floating-point operations."""
        return self._with(min_float_ops=min_float_ops)

    def with_accounted_types(self, account_type_regexes) -> ProfileOptionBuilder:
        """Counts only nodes one of whose types (the op type, the device, '_trainable_variables' …) matches."""
        return self._with(account_type_regexes=copy.copy(account_type_regexes))

    def with_node_names(
        self, start_name_regexes=None, show_name_regexes=None, hide_name_regexes=None, trim_name_regexes=None
    ) -> ProfileOptionBuilder:
        """Begins at, shows, hides the nodes whose names match, or shows nothing below them."""
        given = {
            "start_name_regexes": start_name_regexes,
            "show_name_regexes": show_name_regexes,
            "hide_name_regexes": hide_name_regexes,
            "trim_name_regexes": trim_name_regexes,
        }
        return self._with(**{name: copy.copy(value) for name, value in given.items() if value is not None})

    def account_displayed_op_only(self, is_true) -> ProfileOptionBuilder:
        """Whether sums hold only what is shown."""
        return self._with(account_displayed_op_only=is_true)

    def with_empty_output(self) -> ProfileOptionBuilder:
        """Prints nothing."""
        return self._with(output="none")

    def with_stdout_output(self) -> ProfileOptionBuilder:
        """Prints the report."""
        return self._with(output="stdout")

    def with_file_output(self, outfile) -> ProfileOptionBuilder:
        """Writes the report to a file."""
        return self._with(output="file:outfile=%s" % outfile)

    def with_timeline_output(self, timeline_file) -> ProfileOptionBuilder:
        """Asks for a timeline, which `profile` refuses: `tensorflow.python.client.timeline` makes one."""
        return self._with(output="timeline:outfile=%s" % timeline_file)

    def with_pprof_output(self, pprof_file) -> ProfileOptionBuilder:
        """Asks for a file of the pprof program, which `profile` refuses."""
        return self._with(output="pprof:outfile=%s" % pprof_file)

    def order_by(self, attribute) -> ProfileOptionBuilder:
        """Sorts by 'name', 'micros', 'bytes', 'params', 'float_ops', 'occurrence' …; the largest first."""
        return self._with(order_by=attribute)

    def select(self, attributes) -> ProfileOptionBuilder:
        """Shows these figures: 'params', 'float_ops', 'micros', 'bytes', 'device', 'op_types', 'occurrence', 'input_shapes' …"""
        return self._with(select=copy.copy(attributes))

    def with_step(self, step) -> ProfileOptionBuilder:
        """Looks at one step of a Profiler; -1 means the average of all."""
        return self._with(step=step)
