"""The names by which TensorFlow's own code, and programs with columns of their own, ask a column.

`feature_column.py` asks with an underscore and a builder, `feature_column_v2.py` with a transformation cache and a state manager. Here both
lead to `transform`, `sparse_tensors` and `dense_tensor`; and where a program's column has only one of those names, back to it.
"""

from __future__ import annotations


class TensorFlowFace:
    """What tensorflow/python/feature_column/feature_column{,_v2}.py of TF 1.15 call on columns."""

    __slots__ = ()

    def _own(self, *names):
        """The first of these methods that the class of this column has of its own, bound; None for none."""
        for name in names:
            if getattr(type(self), name) is not getattr(TensorFlowFace, name):
                return getattr(self, name)
        return None

    # What they are: with an underscore as in feature_column.py ---------------------------------------

    @property
    def _is_v2_column(self) -> bool:
        return True

    @property
    def _var_scope_name(self) -> str:
        return self.var_scope_name

    @property
    def _parse_example_spec(self) -> dict:
        return self.parse_example_spec

    @property
    def _num_buckets(self) -> int:
        return self.num_buckets

    @property
    def _variable_shape(self):
        return self.variable_shape

    @property
    def parents(self) -> list:
        """The columns and features that this one is made of."""
        if hasattr(self, "keys"):
            return list(self.keys)
        if hasattr(self, "source_column"):
            return [self.source_column]
        if hasattr(self, "weight_feature_key"):
            return [self.categorical_column, self.weight_feature_key]
        return [self.categorical_column] if hasattr(self, "categorical_column") else [self.key]

    # What they give ----------------------------------------------------------------------------------

    def transform_feature(self, transformation_cache, state_manager):
        """The transformed feature."""
        return self.transform(transformation_cache)

    def _transform_feature(self, inputs):
        return self.transform(inputs)

    def transform(self, cache):
        """The transformed feature, of a column that has one of TensorFlow's methods."""
        own = self._own("transform_feature")
        if own is not None:
            return own(cache, cache.state_manager)
        own = self._own("_transform_feature")
        if own is None:
            raise NotImplementedError("%s has no transform_feature." % type(self).__name__)
        return own(cache)

    def get_sparse_tensors(self, transformation_cache, state_manager):
        """Ids and weights."""
        return self.sparse_tensors(transformation_cache)

    def _get_sparse_tensors(self, inputs, weight_collections=None, trainable=None):
        return self.sparse_tensors(inputs)

    def sparse_tensors(self, cache):
        """Ids and weights, of a column that has one of TensorFlow's methods."""
        own = self._own("get_sparse_tensors")
        if own is not None:
            return own(cache, cache.state_manager)
        own = self._own("_get_sparse_tensors")
        if own is None:
            raise NotImplementedError("%s has no get_sparse_tensors." % type(self).__name__)
        return own(cache)

    def create_state(self, state_manager) -> None:
        """Has the state manager make the variables that the column needs."""
        if hasattr(self, "weights_shape"):
            from tinytf import dtypes

            state_manager.create_variable(
                self,
                name="embedding_weights",
                shape=self.weights_shape,
                dtype=dtypes.float32,
                trainable=self.trainable,
                use_resource=True,
                initializer=self.initializer,
            )

    def get_dense_tensor(self, transformation_cache, state_manager):
        """The numbers, of variables that the state manager made."""
        return self.dense_tensor(transformation_cache, lambda column: state_manager.get_variable(column, name="embedding_weights"))

    def _get_dense_tensor(self, inputs, weight_collections=None, trainable=None):
        from tinytf.feature_column.layers import found_by_scope

        return self.dense_tensor(inputs, found_by_scope(weight_collections, trainable is not False))

    def dense_tensor(self, cache, weights):
        """The numbers, of a column that has one of TensorFlow's methods."""
        own = self._own("get_dense_tensor")
        if own is not None:
            return own(cache, cache.state_manager)
        own = self._own("_get_dense_tensor")
        if own is None:
            raise NotImplementedError("%s has no get_dense_tensor." % type(self).__name__)
        return own(cache)

    def get_sequence_dense_tensor(self, transformation_cache, state_manager):
        """[batch, time, numbers] and lengths, of variables that the state manager made."""
        from tinytf.feature_column.sequence_columns import sequence_dense_tensor

        return sequence_dense_tensor(self, transformation_cache, state_manager)

    # As text -----------------------------------------------------------------------------------------

    def _get_config(self) -> dict:
        from tinytf.feature_column.serialization import config_of

        return config_of(self)

    @classmethod
    def _from_config(cls, config, custom_objects=None, columns_by_name=None):
        from tinytf.feature_column.serialization import column_of

        return column_of(cls, config, custom_objects, columns_by_name)


class StateManager:
    """What makes and finds the variables of columns. Follows StateManager of feature_column_v2.py of TF 1.15; a subclass fills it in."""

    def create_variable(
        self, feature_column, name, shape, dtype=None, trainable=True, use_resource=True, initializer=None
    ):
        """Makes a variable for a column."""
        raise NotImplementedError("StateManager.create_variable")

    def add_variable(self, feature_column, var):
        """Notes a variable of a column."""
        raise NotImplementedError("StateManager.add_variable")

    def get_variable(self, feature_column, name):
        """The variable of that name of a column."""
        raise NotImplementedError("StateManager.get_var")

    def add_resource(self, feature_column, name, resource):
        """Notes a resource of a column."""
        raise NotImplementedError("StateManager.add_resource")

    def has_resource(self, feature_column, name):
        """Whether a column has a resource of that name."""
        raise NotImplementedError("StateManager.has_resource")

    def get_resource(self, feature_column, name):
        """The resource of that name of a column."""
        raise NotImplementedError("StateManager.get_resource")
