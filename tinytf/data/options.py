"""Options of a dataset: what may be done to it for speed.  Of them, only those that change TensorFlow's graph change anything here."""

from __future__ import annotations


def option(name: str, kind, doc: str, default=None):
    """A property of an options class that takes values of `kind` only; `default` makes the value that stands at first."""

    def get(self):
        if name not in self._values:
            self._values[name] = default() if callable(default) else default
        return self._values[name]

    def put(self, value):
        if not isinstance(value, kind):
            raise TypeError(f'Property "{name}" must be of type {kind}, got: {value!r} (type: {type(value)!r})')
        self._values[name] = value

    return property(get, put, None, doc)


class OptionsBase:
    """What the options classes share: no other attributes than their options, and comparison."""

    def __init__(self):
        object.__setattr__(self, "_values", {})

    def __eq__(self, other):
        return isinstance(other, type(self)) and all(getattr(self, n) == getattr(other, n) for n in self._names())

    def __ne__(self, other):
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __setattr__(self, name, value):
        if not hasattr(type(self), name):
            raise AttributeError(f"Cannot set the property {name} on {type(self).__name__}.")
        object.__setattr__(self, name, value)

    @classmethod
    def _names(cls):
        return [n for n in dir(cls) if isinstance(getattr(cls, n), property)]


def merge_options(*options_list):
    """One set of options of several; ValueError where they contradict.  Follows `options.merge_options` of TF 1.15."""
    if not options_list:
        raise ValueError("At least one options should be provided")
    kind = type(options_list[0])
    for options in options_list:
        if not isinstance(options, kind):
            raise TypeError("Incompatible options type: %r vs %r" % (type(options), kind))
    if not issubclass(kind, OptionsBase):
        raise TypeError("The inputs should inherit from `OptionsBase`")
    result, untouched = kind(), kind()
    for options in options_list:
        for name in kind._names():
            ours, theirs, default = getattr(result, name), getattr(options, name), getattr(untouched, name)
            if ours == theirs or theirs == default:
                continue
            if ours == default:
                setattr(result, name, theirs)
            elif isinstance(ours, OptionsBase):
                setattr(result, name, merge_options(ours, theirs))
            else:
                raise ValueError("Cannot merge incompatible values of option: %s" % name)
    return result


class MapVectorizationOptions(OptionsBase):
    """Follows `tf.data.experimental.MapVectorizationOptions` of TF 1.15."""

    enabled = option("enabled", bool, "Whether to vectorize map transformations.")
    use_choose_fastest = option("use_choose_fastest", bool, "Whether to choose between both forms as they run.")


class OptimizationOptions(OptionsBase):
    """Follows `tf.data.experimental.OptimizationOptions` of TF 1.15."""

    apply_default_optimizations = option("apply_default_optimizations", bool, "Whether to rewrite by default.")
    autotune = option("autotune", bool, "Whether to tune buffers and parallelism.")
    autotune_algorithm = option("autotune_algorithm", int, "How to tune.")
    autotune_buffers = option("autotune_buffers", bool, "Whether to tune buffers.")
    autotune_cpu_budget = option("autotune_cpu_budget", int, "Processors that tuning counts with.")
    filter_fusion = option("filter_fusion", bool, "Whether to fuse filters.")
    filter_with_random_uniform_fusion = option("filter_with_random_uniform_fusion", bool, "Whether to fuse random filters.")
    hoist_random_uniform = option("hoist_random_uniform", bool, "Whether to take random numbers out of maps.")
    map_and_batch_fusion = option("map_and_batch_fusion", bool, "Whether to fuse map and batch.")
    map_and_filter_fusion = option("map_and_filter_fusion", bool, "Whether to fuse map and filter.")
    map_fusion = option("map_fusion", bool, "Whether to fuse maps.")
    map_parallelization = option("map_parallelization", bool, "Whether to make stateless maps parallel.")
    map_vectorization = option("map_vectorization", MapVectorizationOptions, "Options of vectorization.", MapVectorizationOptions)
    noop_elimination = option("noop_elimination", bool, "Whether to leave out what does nothing.")
    parallel_batch = option("parallel_batch", bool, "Whether to copy batches in parallel.")
    shuffle_and_repeat_fusion = option("shuffle_and_repeat_fusion", bool, "Whether to fuse shuffle and repeat.")

    _REWRITES = (
        "filter_fusion filter_with_random_uniform_fusion hoist_random_uniform map_and_batch_fusion map_and_filter_fusion "
        "map_parallelization map_fusion noop_elimination parallel_batch shuffle_and_repeat_fusion"
    ).split()
    _DEFAULTS = frozenset(["map_and_batch_fusion", "noop_elimination", "shuffle_and_repeat_fusion"])

    def rewrites(self) -> list:
        """The names of the rewrites that OptimizeDataset does, sorted."""
        by_default = self._DEFAULTS if self.apply_default_optimizations is not False else frozenset()
        chosen = {name for name in self._REWRITES if getattr(self, name) or (name in by_default and getattr(self, name) is not False)}
        if self.map_vectorization.enabled:
            chosen.add("map_vectorization")
        return sorted(chosen)


class DistributeOptions(OptionsBase):
    """Follows `tf.data.experimental.DistributeOptions` of TF 1.15."""

    auto_shard = option("auto_shard", bool, "Whether to shard by itself.", True)
    num_devices = option("num_devices", int, "Devices attached to this input pipeline.")


class ThreadingOptions(OptionsBase):
    """Follows `tf.data.experimental.ThreadingOptions` of TF 1.15."""

    max_intra_op_parallelism = option("max_intra_op_parallelism", int, "The most threads of one op.")
    private_threadpool_size = option("private_threadpool_size", int, "Threads of the dataset's own pool.")


class StatsOptions(OptionsBase):
    """Follows `tf.data.experimental.StatsOptions` of TF 1.15."""

    aggregator = option("aggregator", object, "Where statistics go.")
    prefix = option("prefix", str, "What stands before the names of statistics.", "")
    counter_prefix = option("counter_prefix", str, "What stands before the names of counters.", "")
    latency_all_edges = option("latency_all_edges", bool, "Whether to measure every step.")


class Options(OptionsBase):
    """Options of a dataset, for `with_options`.  Follows `tf.data.Options` of TF 1.15."""

    experimental_deterministic = option("experimental_deterministic", bool, "Whether elements come in a fixed order; here they do.")
    experimental_distribute = option("experimental_distribute", DistributeOptions, "Options of distribution.", DistributeOptions)
    experimental_optimization = option("experimental_optimization", OptimizationOptions, "Options of rewriting.", OptimizationOptions)
    experimental_slack = option("experimental_slack", bool, "Whether the last prefetch leaves slack.")
    experimental_stateful_whitelist = option("experimental_stateful_whitelist", list, "Ops that do not count as stateful.")
    experimental_stats = option("experimental_stats", StatsOptions, "Options of statistics.", StatsOptions)
    experimental_threading = option("experimental_threading", ThreadingOptions, "Options of threads.", ThreadingOptions)

    def merge(self, options) -> Options:
        """These options and others; ValueError where they contradict."""
        return merge_options(self, options)
