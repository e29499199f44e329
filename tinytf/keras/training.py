"""How a model is trained: compile makes targets, metrics and the loss; fit, evaluate and predict run batches."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.keras import backend, losses, optimizers
from tinytf.keras import metrics as metrics_module
from tinytf.keras.callbacks import CallbackList, History, ProgbarLogger
from tinytf.keras.compiling import Output, loss_object, metric_function, per_output
from tinytf.keras.data import (
    Batches,
    StreamedBatches,
    as_arrays,
    batches_of_tensors,
    has_tensors,
    is_fed,
    is_stream,
    split_validation,
    values_of,
)
from tinytf.keras.training_arguments import check_arguments, check_steps, unpack_validation_data
from tinytf.keras.weights_io import WeightsMixin
from tinytf.ops.array import placeholder as placeholder_ops
from tinytf.ops.control_flow.control_flow_ops import group
from tinytf.ops.math import math_ops


class TrainingMixin(WeightsMixin):
    """compile, fit, evaluate, predict and their relatives of tf.keras.Model of TF 1.15."""

    def _init_training(self) -> None:
        self.optimizer = self.loss = None
        self._compiled = self._pending_compile = None
        self._train_step = self._test_step = self._predicts = None
        self._loss_metrics: list = []
        self.stop_training = False
        self.history = None

    # compile ------------------------------------------------------------------------------------

    def compile(self, optimizer="rmsprop", loss=None, metrics=None, loss_weights=None, sample_weight_mode=None, weighted_metrics=None,
                target_tensors=None, distribute=None, **kwargs) -> None:  # fmt: skip
        """Sets how the model is trained. Follows tf.keras.Model.compile of TF 1.15."""
        if distribute is not None:
            raise NotImplementedError("tf.keras.Model.compile(distribute=…): there is one device")
        if kwargs.get("run_eagerly"):
            raise ValueError("You can only set `run_eagerly` in eager mode: tinytf has graphs only")
        self.optimizer, self.loss = optimizers.get(optimizer), loss or {}
        self._compile_metrics, self._compile_weighted_metrics = metrics or [], weighted_metrics
        self.loss_weights, self.sample_weight_mode = loss_weights, sample_weight_mode
        if isinstance(self.optimizer, optimizers.Optimizer):
            self._track_trackable(self.optimizer, "optimizer", overwrite=True)
        self._compile_arguments = (loss, metrics, loss_weights, weighted_metrics, target_tensors)
        self._compiled = None
        if self.outputs:
            self._compile()

    def _compile(self, with_weights: bool = False) -> None:
        loss, wanted, loss_weights, weighted, targets = self._compile_arguments
        names = self.output_names
        given_losses = [loss_object(v) for v in per_output(loss, names, "loss")]
        weights = [1.0 if w is None else w for w in per_output(loss_weights, names, "loss_weights")]
        modes = per_output(self.sample_weight_mode, names, "sample_weight_mode")
        outputs = [Output(*each) for each in zip(names, self.outputs, given_losses, weights, modes)]
        targets = per_output(targets, names, "target_tensors") if targets is not None else [None] * len(names)
        for output, target in zip(outputs, targets):
            if output.loss is not None:
                self._add_target(output, target)
        if with_weights:
            for output in outputs:
                if output.loss is not None:
                    output.take_weights()
        self._add_metrics(outputs, wanted, weighted)
        trained = [o for o in outputs if o.loss is not None]
        for output in trained if len(outputs) > 1 else ():
            output.loss_metric = metrics_module.Mean(name=output.name + "_loss")
        self._loss_metrics = [o.loss_metric for o in trained if o.loss_metric is not None]
        self.total_loss = self._total_loss(outputs)
        self._compiled, self._train_step, self._test_step = outputs, None, None

    @staticmethod
    def _add_target(output, target) -> None:
        if target is not None:
            output.target = target
            return
        shape = [None] * output.prediction.shape.ndims
        output.target = placeholder_ops.placeholder(dtypes.as_dtype(backend.floatx()), shape, output.name + "_target")

    def _add_metrics(self, outputs, wanted, weighted) -> None:
        names = [o.name for o in outputs]

        def listed(given):
            if given is None:
                return [[] for _ in outputs]
            if isinstance(given, dict):
                return [v if isinstance(v, (list, tuple)) else [v] for v in (_or_empty(m) for m in per_output(given, names, "metrics"))]
            if given and all(isinstance(v, (list, tuple)) for v in given) and len(given) == len(outputs):
                return [list(v) for v in given]
            return [list(given) for _ in outputs]

        for output, plain, with_weight in zip(outputs, listed(wanted), listed(weighted)):
            if output.target is None:
                continue
            for metric, is_weighted in [(m, False) for m in plain] + [(m, True) for m in with_weight]:
                found = metric_function(metric, output.prediction, output.loss)
                own = isinstance(found, metrics_module.Metric)
                name = found.name if own else "acc" if metric in ("accuracy", "acc") else getattr(found, "__name__", "metric")
                name = f"weighted_{name}" if is_weighted and not own else name
                name = f"{output.name}_{name}" if len(outputs) > 1 else name
                if not own:
                    found = metrics_module.MeanMetricWrapper(found, name=name)
                output.metrics.append((name, found, is_weighted))
        tensors = {}
        for weighted in (False, True):
            with name_scope("metrics"):  # a scope for each kind, of which there may be none
                for output in outputs:
                    for name, metric, _ in (m for m in output.metrics if m[2] == weighted):
                        with name_scope(name):
                            weight = output.weights(output.sample_weight if weighted else None)
                            tensors[metric] = metric(output.target, output.prediction, sample_weight=weight)
        self._metric_tensors = [tensors[metric] for output in outputs for _, metric, _ in output.metrics]
        self._metric_objects = [m for o in outputs for _, m, _ in o.metrics]

    def _total_loss(self, outputs):
        total = None
        with name_scope("loss"):
            for output in outputs:
                if output.loss is None:
                    continue
                with name_scope(output.name + "_loss"):
                    per_sample = output.loss.call(output.target, output.prediction)
                    weighted = losses.compute_weighted_loss(per_sample, output.weights(output.sample_weight), reduction=losses.Reduction.NONE)
                    value = losses.reduce_weighted_loss(weighted, output.loss.used_reduction())
                if output.loss_metric is not None:
                    output.loss_tensor = output.loss_metric(value)
                value = output.loss_weight * value
                total = value if total is None else total + value
            extra = self.get_losses_for(None) + self.get_losses_for(self.inputs)
            if total is None and not extra:
                raise ValueError("The model cannot be compiled because it has no loss to optimize.")
            if extra:
                total = math_ops.add_n(extra) if total is None else total + math_ops.add_n(extra)
        return total

    @property
    def metrics_names(self) -> list:
        """The names of what evaluate returns."""
        names = ["loss"]
        names += [o.name + "_loss" for o in self._compiled or () if o.loss_metric is not None]
        return names + [name for o in self._compiled or () for name, _, _ in o.metrics] + [m.name for m, _ in self._added_metrics]

    @property
    def _added_metrics(self) -> list:
        """(metric, its tensor) of what add_metric was given, here and in the layers."""
        return self._metrics_of_calls()

    @property
    def metrics(self) -> list:
        """The metrics as objects."""
        return list(self.__dict__.get("_metric_objects", [])) + [m for m, _ in self._added_metrics]

    @property
    def run_eagerly(self) -> bool:
        """False: there are graphs only."""
        return False

    @property
    def sample_weights(self) -> list:
        """The placeholders of sample weights, None for an output without."""
        return [o.sample_weight for o in self._compiled or ()]

    @property
    def loss_functions(self) -> list:
        """The losses of the outputs as objects."""
        return [o.loss for o in self._compiled or ()]

    @property
    def _targets(self) -> list:
        return [o.target for o in self._compiled or () if o.target is not None]

    @property
    def _feed_inputs(self) -> list:
        return [x for x in self.inputs if is_fed(x)]

    @property
    def _feed_input_names(self) -> list:
        return [name for name, x in zip(self.input_names, self.inputs) if is_fed(x)]

    def reset_metrics(self) -> None:
        """Sets the metrics to 0."""
        every = self._loss_metrics + self.metrics
        backend.batch_set_value([(v, np.zeros(v.shape.as_list())) for metric in every for v in metric.variables])

    # Steps --------------------------------------------------------------------------------------

    def _ready(self, x=None, with_weights=False) -> None:
        """Builds what waits for data, and compiles once more where weights are given for the first time."""
        if not self.outputs:
            self._build_for(x)
        if self._compiled is None:
            if self.optimizer is None:
                raise RuntimeError("You must compile your model before training/testing. Use `model.compile(optimizer, loss)`.")
            self._compile(with_weights)
        elif with_weights and all(o.sample_weight is None for o in self._compiled):
            self._compile(True)

    def _build_for(self, x) -> None:
        from tinytf.keras.network import Input, Sequential

        arrays = as_arrays(x)
        if isinstance(self, Sequential):
            self.build((None,) + arrays[0].shape[1:])
            return
        inputs = [Input(shape=a.shape[1:], dtype=a.dtype.name if a.dtype.kind in "iub" else None) for a in arrays]
        outputs = self(inputs[0] if len(inputs) == 1 else inputs)
        self.inputs, self.outputs = inputs, list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]

    def _fetches(self) -> list:
        each = [o.loss_tensor for o in self._compiled if o.loss_metric is not None]
        return [self.total_loss] + each + self._metric_tensors + [tensor for _, tensor in self._added_metrics]

    @property
    def state_updates(self) -> list:
        """The updates of stateful layers, which are made in evaluation and prediction, too."""
        return [update for layer in self.layers if getattr(layer, "stateful", False) for update in layer.updates]

    def _training_updates(self):
        if self._train_step is None:
            backend.learning_phase()
            with name_scope("training"):
                updates = self.optimizer.get_updates(self.total_loss, self.trainable_weights)
            updates = updates + self.get_updates_for(None) + self.get_updates_for(self.inputs)
            with name_scope("training"), control_dependencies([self.total_loss]):
                self._train_step = group(*updates)
        return self._train_step

    def _feeds(self, x, y, weights, training) -> dict:
        feeds = dict(zip(self._feed_inputs, x))
        fed = [o for o in self._compiled if o.target is not None and is_fed(o.target)]
        for output, target, weight in zip(fed, y, weights):
            feeds[output.target] = target
            if output.sample_weight is not None:
                shape = np.shape(target)[: output.sample_weight.shape.ndims]
                feeds[output.sample_weight] = np.ones(shape) if weight is None else weight
        phase = backend.learning_phase()
        if hasattr(phase, "op"):
            feeds[phase] = training
        return feeds

    def _make_train_function(self) -> None:
        """Builds the step of training, with the optimizer's variables."""
        self._training_updates()

    def _make_test_function(self) -> None:
        """Builds the step of evaluation."""
        self._testing_updates()

    def _make_predict_function(self) -> None:
        """Builds the step of prediction."""
        self._prediction_updates()

    def _run_train(self, x, y, weights) -> list:
        step = self._training_updates()
        session = backend.get_session()
        return session.run([self._fetches(), step], self._feeds(x, y, weights, True))[0]

    def _run_test(self, x, y, weights) -> list:
        step = self._testing_updates()
        return backend.get_session().run([self._fetches(), step], self._feeds(x, y, weights, False))[0]

    def _testing_updates(self):
        if self._test_step is None:
            with name_scope("evaluation"), control_dependencies([self.total_loss]):
                self._test_step = group(*self.state_updates)
        return self._test_step

    def _prediction_updates(self):
        if not self._predicts:
            with name_scope("predict"), control_dependencies(self.outputs[:1]):
                self._predicts = group(*self.state_updates)
        return self._predicts

    def _batches(self, x, y, sample_weight, batch_size, class_weight=None) -> Batches:
        return Batches(self, x, y, sample_weight, batch_size, class_weight)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, reset_metrics=True):
        """One step on one batch: the loss, and the metrics."""
        x, y, sample_weight = values_of((x, y, sample_weight))
        self._ready(x, sample_weight is not None or class_weight is not None)
        batches = self._batches(x, y, sample_weight, None, class_weight)
        result = self._run_train(*batches.whole())
        if reset_metrics:
            self.reset_metrics()
        return result[0] if len(result) == 1 else result

    def test_on_batch(self, x, y=None, sample_weight=None, reset_metrics=True):
        """The loss and the metrics of one batch."""
        x, y, sample_weight = values_of((x, y, sample_weight))
        self._ready(x, sample_weight is not None)
        result = self._run_test(*self._batches(x, y, sample_weight, None).whole())
        if reset_metrics:
            self.reset_metrics()
        return result[0] if len(result) == 1 else result

    def predict_on_batch(self, x):
        """The outputs for one batch."""
        x = values_of(x)
        return self.predict(x, batch_size=len(as_arrays(x)[0]))

    # Whole data sets ----------------------------------------------------------------------------

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose=1, callbacks=None, validation_split=0.0, validation_data=None,
            shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None, validation_steps=None,
            validation_freq=1, **kwargs):  # fmt: skip
        """Trains for some epochs; a History of the losses and metrics. Follows tf.keras.Model.fit of TF 1.15."""
        check_arguments(x, y, sample_weight, batch_size, validation_split, kwargs)
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = split_validation(x, y, sample_weight, validation_split)
        data = self._source(x, y, sample_weight, batch_size, steps_per_epoch, class_weight, "steps_per_epoch")
        validation = None
        if validation_data is not None:
            vx, vy, vw = unpack_validation_data(validation_data)
            validation = self._source(vx, vy, vw, batch_size, validation_steps, None, "validation_steps")
        names = self.metrics_names
        history = self.history = History()
        params = {
            "batch_size": data.batch_size, "epochs": epochs, "steps": data.steps, "samples": data.samples, "verbose": verbose,
            "do_validation": validation is not None, "metrics": names + (["val_" + n for n in names] if validation else []),
        }  # fmt: skip
        progress = [ProgbarLogger()] if verbose else []
        called = CallbackList([*progress, *(callbacks or []), history], self, params)
        if verbose and data.samples:
            also = f", validate on {validation.samples} samples" if validation is not None and validation.samples else ""
            print(f"Train on {data.samples} samples{also}")
        self.stop_training = False
        self._training_updates()
        called.begin("train")
        for epoch in range(initial_epoch, epochs):
            self.reset_metrics()
            called.on_epoch_begin(epoch)
            results = self._one_epoch(data, shuffle, called, names, training=True)
            logs = dict(zip(names, results))
            if validation is not None and (epoch + 1) % validation_freq == 0:
                self.reset_metrics()
                found = self._one_epoch(validation, True, called, names, training=False)  # TensorFlow shuffles these always
                logs.update(("val_" + n, v) for n, v in zip(names, found))
            called.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        called.end("train")
        return history

    def _source(self, x, y, sample_weight, batch_size, steps, class_weight, steps_name="steps"):
        """The batches of arrays, of tensors, of a generator or of a tf.data.Dataset."""
        check_steps(x, steps, steps_name)
        if x is None or has_tensors(x) or has_tensors(y):
            self._ready(x, sample_weight is not None)
            return StreamedBatches(self, batches_of_tensors(x, y, sample_weight), steps)
        if is_stream(x):
            stream = StreamedBatches(self, x, steps)
            first = stream.peek()
            self._ready(first[0], len(first) > 2)
            return stream
        self._ready(x, sample_weight is not None or class_weight is not None)
        return self._batches(x, y, sample_weight, batch_size or 32, class_weight)

    def _one_epoch(self, data, shuffle, called, names, training) -> list:
        """Runs all batches: the mean of the losses, and the metrics as they stand at the end."""
        run, mode = (self._run_train, "train") if training else (self._run_test, "test")
        if not training:
            called.begin(mode)
        count = len(self._fetches()) - 1
        total, seen, results = None, 0, []
        for number, (x, y, weights) in enumerate(data.epoch(shuffle)):
            size = len(x[0]) if x else len(y[0]) if y else 1
            logs = {"batch": number, "size": size}
            called.batch_begin(mode, number, logs)
            results = run(x, y, weights)
            share = np.array(results[: len(results) - count], np.float64) * (size if data.samples else 1)
            total, seen = share if total is None else total + share, seen + (size if data.samples else 1)
            called.batch_end(mode, number, dict(logs, **dict(zip(names, results))))
            if training and self.stop_training:
                break
        if not training:
            called.end(mode)
        if total is None:
            raise ValueError("There are no batches to train or test on.")
        return [float(v) for v in total / seen] + list(results[len(results) - count :] if count else [])

    def evaluate(self, x=None, y=None, batch_size=None, verbose=1, sample_weight=None, steps=None, callbacks=None, **kwargs):
        """The loss, and the metrics, over a data set."""
        check_arguments(x, y, sample_weight, batch_size, None, kwargs)
        data = self._source(x, y, sample_weight, batch_size, steps, None)
        self.reset_metrics()
        called = CallbackList(callbacks, self, {"samples": data.samples, "steps": data.steps, "batch_size": data.batch_size, "verbose": verbose})
        results = self._one_epoch(data, False, called, self.metrics_names, training=False)
        if verbose == 1 and data.samples:
            print(f"{data.samples}/{data.samples} [==============================] - " + " - ".join(
                f"{n}: {v:.4f}" for n, v in zip(self.metrics_names, results)))  # fmt: skip
        return results[0] if len(results) == 1 else results

    def predict(self, x, batch_size=None, verbose=0, steps=None, callbacks=None, **kwargs):
        """The outputs for a data set, as one array (or a list of them)."""
        check_arguments(x, None, None, batch_size, None, kwargs)
        check_steps(x, steps, "steps")
        if x is None or has_tensors(x):
            x = batches_of_tensors(x, None, None)
        if is_stream(x):
            stream = StreamedBatches(self, x, steps)
            if not self.outputs:
                self._build_for(stream.peek()[0])
            parts = (batch for batch, _, _ in stream.epoch(False))
        else:
            if not self.outputs:
                self._build_for(x)
            arrays = Batches(self, x, None, None, batch_size or 32, None, with_targets=False)
            parts = (batch for batch, _, _ in arrays.epoch(False))
        self._prediction_updates()
        session = backend.get_session()
        phase = backend.learning_phase()
        also = {phase: False} if hasattr(phase, "op") else {}
        called = CallbackList(callbacks, self, {"batch_size": batch_size, "steps": steps, "verbose": verbose})
        called.begin("predict")
        found = []
        for number, part in enumerate(parts):
            called.batch_begin("predict", number, {"batch": number})
            feeds = dict(zip(self._feed_inputs, part))
            found.append(session.run([self.outputs, self._predicts], {**feeds, **also})[0])
            called.batch_end("predict", number, {"batch": number})
        called.end("predict")
        joined = [np.concatenate(values) for values in zip(*found)]
        return joined[0] if len(joined) == 1 else joined

    def fit_generator(self, generator, steps_per_epoch=None, epochs=1, verbose=1, callbacks=None, validation_data=None, validation_steps=None,
                      **kwargs):  # fmt: skip
        """fit with batches of a generator."""
        kwargs = {k: v for k, v in kwargs.items() if k in ("initial_epoch", "shuffle", "validation_freq")}
        return self.fit(
            generator, epochs=epochs, verbose=verbose, callbacks=callbacks, validation_data=validation_data, steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps, **kwargs,
        )  # fmt: skip

    def evaluate_generator(self, generator, steps=None, callbacks=None, verbose=0, **kwargs):
        """evaluate with batches of a generator."""
        return self.evaluate(generator, steps=steps, verbose=verbose)

    def predict_generator(self, generator, steps=None, callbacks=None, verbose=0, **kwargs):
        """predict with batches of a generator."""
        return self.predict(generator, steps=steps)


def _or_empty(value):
    return [] if value is None else value
