"""Mixtures of distributions of any kind, such as a mixture density network's."""

from __future__ import annotations

import numpy as np

from tinytf.contrib.distributions.mixture_dimensions import mixture_stddev, pad_mixture_dimensions
from tinytf.distributions.discrete import Categorical
from tinytf.distributions.distribution import NOT_REPARAMETERIZED, Distribution
from tinytf.distributions.util import gen_new_seed
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.partition import dynamic_partition, dynamic_stitch
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn.softmax import log_softmax, softmax
from tinytf.shapes import TensorShape


def _need_mixable(cat, components) -> None:
    if not isinstance(cat, Categorical):
        raise TypeError("cat must be a Categorical distribution, but saw: %s" % cat)
    if not components:
        raise ValueError("components must be a non-empty list or tuple")
    if not isinstance(components, (list, tuple)):
        raise TypeError("components must be a list or tuple, but saw: %s" % components)
    if not all(isinstance(c, Distribution) for c in components):
        raise TypeError("all entries in components must be Distribution instances but saw: %s" % components)
    if any(c.dtype != components[0].dtype for c in components):
        kinds = [(c.name, c.dtype) for c in components]
        raise TypeError("All components must have the same dtype, but saw dtypes: %s" % kinds)


class Mixture(Distribution):
    """One of several distributions, as a categorical one says. Follows tf.contrib.distributions.Mixture of TF 1.15."""

    def __init__(self, cat, components, validate_args=False, allow_nan_stats=True, use_static_graph=False, name="Mixture"):
        parameters = dict(locals())
        _need_mixable(cat, components)
        event_shape, batch_shape = components[0].event_shape, cat.batch_shape
        for component in components:
            event_shape = event_shape.merge_with(component.event_shape)
            batch_shape = batch_shape.merge_with(component.batch_shape)
        if event_shape.ndims is None:
            raise ValueError("Expected to know rank(event_shape) from components, but none of the components provide a static number of ndims")
        with name_scope(name, values=[cat.logits]) as name:
            count = public_constant_value(cat.event_size)
            if count is None:
                raise ValueError(
                    "Could not infer number of classes from cat and unable to compare this value to the number of components passed in."
                )
            if int(count) != len(components):
                raise ValueError("cat.num_classes != len(components): %d vs. %d" % (count, len(components)))
            cat_batch_shape = cat.batch_shape_tensor()
            cat_batch_rank = array_ops.size(cat_batch_shape)
            self._assertions = []
            if validate_args:
                shapes = [c.batch_shape_tensor() for c in components]
                ranks = [array_ops.size(shape) for shape in shapes]
                message = "components[%d] batch shape must match cat batch shape"
                self._assertions = [check_ops.assert_equal(cat_batch_rank, r, message=message % i) for i, r in enumerate(ranks)]
                self._assertions += [check_ops.assert_equal(cat_batch_shape, s, message=message % i) for i, s in enumerate(shapes)]
            self._cat, self._components, self._num_components = cat, list(components), int(count)
            self._static_event_shape, self._static_batch_shape = event_shape, batch_shape
            self._use_static_graph = use_static_graph
        parents = [*cat._graph_parents, *(parent for c in components for parent in c._graph_parents)]
        super().__init__(components[0].dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name)

    @property
    def cat(self):
        """The distribution of components."""
        return self._cat

    @property
    def components(self):
        """The distributions mixed."""
        return self._components

    @property
    def num_components(self) -> int:
        """How many are mixed."""
        return self._num_components

    def _batch_shape_tensor(self):
        return self._cat.batch_shape_tensor()

    def _batch_shape(self):
        return self._static_batch_shape

    def _event_shape_tensor(self):
        return self._components[0].event_shape_tensor()

    def _event_shape(self):
        return self._static_event_shape

    def _expand_to_event_rank(self, x):
        for _ in range(self.event_shape.ndims):
            x = array_ops.expand_dims(x, -1)
        return x

    def _cat_probs(self, log_probs):
        """The (log) probabilities, a tensor a component."""
        probs = (log_softmax if log_probs else softmax)(self.cat.logits)
        return array_ops.unstack(probs, num=self.num_components, axis=-1)

    def _mean(self):
        with control_dependencies(self._assertions):
            means = [c.mean() for c in self.components]
            probs = [self._expand_to_event_rank(p) for p in self._cat_probs(log_probs=False)]
            return math_ops.add_n([p * mean for p, mean in zip(probs, means)])

    def _stddev(self):
        with control_dependencies(self._assertions):
            means = [c.mean() for c in self.components]
            deviations = [c.stddev() for c in self.components]
            probs = self._cat_probs(log_probs=False)
            means, deviations = array_ops.stack(means, axis=-1), array_ops.stack(deviations, axis=-1)
            probs = [self._expand_to_event_rank(p) for p in probs]
            weights = array_ops.stack(probs, axis=-1) * array_ops.ones_like(means)
            flat = [-1, len(self.components)]
            of_all = mixture_stddev(
                array_ops.reshape(weights, flat), array_ops.reshape(means, flat), array_ops.reshape(deviations, flat)
            )
            return array_ops.reshape(of_all, array_ops.shape(weights)[:-1])

    def _log_of_sum(self, x, of_component):
        """The log of the weighted sum of what `of_component` gives the log of."""
        with control_dependencies(self._assertions):
            x = convert_to_tensor(x, name="x")
            logs = [of_component(c, x) for c in self.components]
            weighted = [weight + log for weight, log in zip(self._cat_probs(log_probs=True), logs)]
            return math_ops.reduce_logsumexp(array_ops.stack(weighted, 0), [0])

    def _log_prob(self, x):
        return self._log_of_sum(x, lambda component, x: component.log_prob(x))

    def _log_cdf(self, x):
        return self._log_of_sum(x, lambda component, x: component.log_cdf(x))

    def entropy_lower_bound(self, name="entropy_lower_bound"):
        """The mean of the components' entropies: the mixture's is not less."""
        with self._name_scope(name, values=[self.cat.logits]):
            with control_dependencies(self._assertions):
                entropies = [c.entropy() for c in self.components]
                return math_ops.add_n([p * entropy for p, entropy in zip(self._cat_probs(log_probs=False), entropies)])

    # Samples: of all components, of which a mask takes one; or of each component as many as it is drawn --------------------

    def _sample_n(self, n, seed=None):
        if self._use_static_graph:
            return self._sample_by_mask(n, seed)
        with control_dependencies(self._assertions):
            return self._sample_by_parts(n, seed)

    def _sample_by_mask(self, n, seed):
        samples = []
        drawn = self.cat.sample(n, seed=seed)
        for component in self.components:
            seed = gen_new_seed(seed, "mixture")
            samples.append(component.sample(n, seed=seed))
        event_ndims = self._static_event_shape.ndims
        x = array_ops.stack(samples, -event_ndims - 1)
        kind = x.dtype.as_numpy_dtype
        mask = array_ops.one_hot(drawn, depth=self._num_components, on_value=np.ones([], kind), off_value=np.zeros([], kind))
        mask = pad_mixture_dimensions(mask, self, self._cat, event_ndims)
        return math_ops.reduce_sum(x * mask, axis=-1 - event_ndims)

    def _sample_by_parts(self, n, seed):
        n = convert_to_tensor(n, name="n")
        known_n = public_constant_value(n)
        n = n if known_n is None else int(known_n)
        drawn = self.cat.sample(n, seed=seed)
        if drawn.shape.is_fully_defined():
            shape, size = drawn.shape.as_list(), drawn.shape.num_elements()
        else:
            shape, size = array_ops.shape(drawn), array_ops.size(drawn)
        if self.batch_shape.is_fully_defined():
            batch_size = self.batch_shape.num_elements()
        else:
            batch_size = math_ops.reduce_prod(self.batch_shape_tensor())
        if self.event_shape.is_fully_defined():
            event_shape = np.array(self.event_shape.as_list(), dtype=np.int32)
        else:
            event_shape = self.event_shape_tensor()

        indices = array_ops.reshape(math_ops.range(0, size), shape)
        by_component = dynamic_partition(data=indices, partitions=drawn, num_partitions=self.num_components)
        places = array_ops.reshape(array_ops.tile(math_ops.range(0, batch_size), [n]), shape)
        places = dynamic_partition(data=places, partitions=drawn, num_partitions=self.num_components)
        samples = []
        for c, component in enumerate(self.components):
            count = array_ops.size(by_component[c])
            seed = gen_new_seed(seed, "mixture")
            of_batch = component.sample(count, seed=seed)
            wanted = batch_size * math_ops.range(count) + places[c]  # of each draw of a whole batch, the one element
            of_batch = array_ops.reshape(of_batch, array_ops.concat([[count * batch_size], event_shape], 0))
            samples.append(array_ops.gather(of_batch, wanted, name="samples_class_c_gather"))
        flat = dynamic_stitch(indices=by_component, data=samples)
        result = array_ops.reshape(flat, array_ops.concat([shape, self.event_shape_tensor()], 0))
        result.set_shape(TensorShape(drawn.shape).concatenate(self.event_shape))
        return result
