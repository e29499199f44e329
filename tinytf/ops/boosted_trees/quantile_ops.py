"""Ops that find the boundaries of buckets from the quantiles of float features, and put the features into buckets."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar, with_rank
from tinytf.ops.boosted_trees import quantile_summary
from tinytf.ops.state.held_resources import created, handle_kernel, is_created_kernel


class QuantileStreams:
    """What the handle of a quantile stream resource refers to: a stream for each feature, and the boundaries found last."""

    name = ""

    def __init__(self):
        self.is_created = False
        self.epsilon, self.max_elements = 0.0, 0
        self.streams: list = []
        self.boundaries: list = []

    def create(self, epsilon, max_elements, count) -> None:
        """Makes `count` empty streams."""
        self.epsilon, self.max_elements, self.is_created = epsilon, max_elements, True
        self.boundaries = [np.zeros(0, np.float32)] * count
        self.restart()

    def restart(self) -> None:
        """Empties the streams; the boundaries stay."""
        self.streams = [quantile_summary.Stream(self.epsilon, self.max_elements) for _ in self.boundaries]


def _invalid(op_, message):
    return errors.InvalidArgumentError(op_.node_def, op_, message)


def _create(op_):
    max_elements = op_.attr("max_elements")

    def create(resource, epsilon, count):
        epsilon = float(epsilon)
        if not 0 < epsilon < 1:
            raise _invalid(op_, f"epsilon must be in (0, 1), but is {epsilon}")
        if not 0 < int(count) <= 1 << 24:
            raise _invalid(op_, f"num_streams must be positive, but is {int(count)}")
        if not resource.is_created:  # creating it again changes nothing
            resource.create(epsilon, max_elements, int(count))

    return create


def _make_summaries(op_):
    def summarize(*arguments):
        *features, weights, epsilon = arguments
        weights = weights.reshape(-1)
        found = []
        for values in features:
            values = values.reshape(-1)
            if len(weights) not in (1, len(values)):
                raise _invalid(op_, f"Weights should be a single value or same size as features: {len(weights)} for {len(values)} values")
            stream = quantile_summary.Stream(float(epsilon), len(values) + 1)
            stream.push(values, np.broadcast_to(weights, values.shape))
            found.append(stream.finish())
        return found

    return summarize


def _each(op_, resource, given):
    if len(given) != len(created(op_, resource).streams):
        raise _invalid(op_, f"The resource has {len(resource.streams)} streams, but {len(given)} were given")
    return zip(resource.streams, given)


def _add_summaries(op_):
    def add(resource, *summaries):
        for stream, summary in _each(op_, resource, summaries):
            if summary.ndim != 2 or summary.shape[1] != 4:
                raise _invalid(op_, "A summary must be a matrix of four columns")
            stream.push_summary(np.array(summary))  # a copy: the stream keeps it

    return add


def _deserialize(op_):
    def take(resource, *boundaries):
        created(op_, resource).boundaries[:] = [np.array(b).reshape(-1) for _, b in _each(op_, resource, boundaries)]

    return take


def _flush(op_):
    even = op_.attr("generate_quantiles")
    least = 3 if even else 1

    def flush(resource, num_buckets):
        count = int(num_buckets)
        if count < least:
            raise _invalid(op_, f"num_buckets must be at least {least}, but is {count}")
        for i, stream in enumerate(created(op_, resource).streams):
            whole = stream.finish()
            resource.boundaries[i] = quantile_summary.quantiles(whole, count - 1) if even else quantile_summary.boundaries(whole, count)
        resource.restart()

    return flush


def _flush_summaries(op_):
    def flush(resource):
        found = [stream.finish() for stream in created(op_, resource).streams]
        resource.restart()
        return found

    return flush


def _boundaries(op_):
    def tell(resource):
        created(op_, resource)
        if len(resource.boundaries) != len(op_.outputs):
            raise _invalid(op_, f"The resource has {len(resource.boundaries)} streams, but {len(op_.outputs)} were asked for")
        return list(resource.boundaries)

    return tell


def _list(kernel):
    """A kernel of as many results as the attribute `num_features` says."""

    def made(op_):
        run, single = kernel(op_), len(op_.outputs) == 1
        return lambda *arguments: run(*arguments)[0] if single else tuple(run(*arguments)) or None

    return made


def _bucketize(op_):
    count = op_.attr("num_features")

    def bucketize(*arguments):
        found = []
        for values, limits in zip(arguments[:count], arguments[count:]):
            bucket = np.minimum(np.searchsorted(limits, values, side="left"), len(limits) - 1)
            found.append(bucket.astype(np.int32))
        return found

    return bucketize


def _deserialize_shape(op_):
    for boundaries in op_.inputs[1:-1]:  # TensorFlow's own slip: of several, all but the last must not be known to be vectors
        with_rank(boundaries.dims, 0)
    return []


def _columns(*columns):
    return lambda op_: [columns] * len(op_.outputs)


_HANDLE, _COUNT = "quantile_stream_resource_handle: resource", "num_features: int >= 0"
op("BoostedTreesQuantileStreamResourceHandleOp() -> (resource: resource); container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=handle_kernel(QuantileStreams), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"IsBoostedTreesQuantileStreamResourceInitialized({_HANDLE}) -> (is_initialized: bool); is_stateful",
   shape=scalar, kernel=is_created_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesCreateQuantileStreamResource({_HANDLE}, epsilon: float, num_streams: int64) -> (); max_elements: int = 1099511627776; is_stateful",
   shape=no_outputs, kernel=_create, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesMakeQuantileSummaries(float_values: num_features*float, example_weights: float, epsilon: float) -> (summaries: num_features*float); {_COUNT}",
   shape=_columns(None, 4), kernel=_list(_make_summaries), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesFlushQuantileSummaries({_HANDLE}) -> (summaries: num_features*float); {_COUNT}; is_stateful",
   shape=_columns(None, 4), kernel=_list(_flush_summaries), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesQuantileStreamResourceAddSummaries({_HANDLE}, summaries: num_features*float) -> (); {_COUNT}; is_stateful",
   shape=no_outputs, kernel=_add_summaries, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesQuantileStreamResourceDeserialize({_HANDLE}, bucket_boundaries: num_streams*float) -> (); num_streams: int >= 1; is_stateful",
   shape=_deserialize_shape, kernel=_deserialize, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesQuantileStreamResourceFlush({_HANDLE}, num_buckets: int64) -> (); generate_quantiles: bool = false; is_stateful",
   shape=no_outputs, kernel=_flush, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesQuantileStreamResourceGetBucketBoundaries({_HANDLE}) -> (bucket_boundaries: num_features*float); {_COUNT}; is_stateful",
   shape=_columns(None), kernel=_list(_boundaries), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesBucketize(float_values: num_features*float, bucket_boundaries: num_features*float) -> (buckets: num_features*int32); {_COUNT}",
   shape=lambda op_: [with_rank(op_.inputs[i].dims, 1) for i in range(len(op_.outputs))], kernel=_list(_bucketize), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
