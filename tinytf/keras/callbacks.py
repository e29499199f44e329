"""tf.keras.callbacks: what is called at the beginning and end of training, epochs and batches."""

from __future__ import annotations

import csv
import sys
import time

import numpy as np

from tinytf import logging
from tinytf.keras import backend


class Callback:
    """What all callbacks share; `model` and `params` are set before training. Follows tf.keras.callbacks.Callback of TF 1.15."""

    def __init__(self):
        self.validation_data = self.model = None
        self.params: dict = {}

    def set_params(self, params):
        """Takes what fit was called with."""
        self.params = params

    def set_model(self, model):
        """Takes the model that is trained."""
        self.model = model

    def on_train_begin(self, logs=None):
        """Before the first epoch."""

    def on_train_end(self, logs=None):
        """After the last epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        """Before an epoch."""

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch; logs hold its losses and metrics."""

    def on_batch_begin(self, batch, logs=None):
        """Before a batch."""

    def on_batch_end(self, batch, logs=None):
        """After a batch; logs hold its loss and metrics."""

    def on_train_batch_begin(self, batch, logs=None):
        """Before a batch of training."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        """After a batch of training."""
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs=None):
        """Before an evaluation."""

    def on_test_end(self, logs=None):
        """After an evaluation."""

    def on_test_batch_begin(self, batch, logs=None):
        """Before a batch of an evaluation."""

    def on_test_batch_end(self, batch, logs=None):
        """After a batch of an evaluation."""

    def on_predict_begin(self, logs=None):
        """Before a prediction."""

    def on_predict_end(self, logs=None):
        """After a prediction."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Before a batch of a prediction."""

    def on_predict_batch_end(self, batch, logs=None):
        """After a batch of a prediction."""


class CallbackList:
    """Callbacks that are called together."""

    def __init__(self, callbacks, model=None, params=None):
        self.callbacks = list(callbacks or ())
        if model is not None:
            self.set_model(model)
        if params is not None:
            self.set_params(params)

    def append(self, callback) -> None:
        """Takes one more."""
        self.callbacks.append(callback)

    def set_params(self, params) -> None:
        """Tells all what fit was called with."""
        self._each("set_params", params)

    def set_model(self, model) -> None:
        """Tells all the model."""
        self._each("set_model", model)

    def __iter__(self):
        return iter(self.callbacks)

    def _each(self, method, *arguments):
        for callback in self.callbacks:
            getattr(callback, method)(*arguments)

    def begin(self, mode) -> None:
        """Before training, testing or predicting (`mode`)."""
        self._each(f"on_{mode}_begin", {})

    def end(self, mode) -> None:
        """After it."""
        self._each(f"on_{mode}_end", {})

    def on_epoch_begin(self, epoch, logs=None):
        """Before an epoch."""
        self._each("on_epoch_begin", epoch, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch."""
        self._each("on_epoch_end", epoch, logs or {})

    def batch_begin(self, mode, batch, logs) -> None:
        """Before a batch of training, testing or predicting."""
        self._each(f"on_{mode}_batch_begin", batch, logs)

    def batch_end(self, mode, batch, logs) -> None:
        """After it."""
        self._each(f"on_{mode}_batch_end", batch, logs)


class BaseLogger(Callback):
    """Puts the means over the batches of an epoch into its logs; those of `stateful_metrics` as they are.

    Follows tf.keras.callbacks.BaseLogger of TF 1.15.
    """

    def __init__(self, stateful_metrics=None):
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or [])

    def on_epoch_begin(self, epoch, logs=None):
        """Forgets the epoch before."""
        self.seen, self.totals = 0, {}

    def on_batch_end(self, batch, logs=None):
        """Adds a batch."""
        logs = logs or {}
        size = logs.get("size", 0) * logs.get("num_steps", 1)
        self.seen += size
        for key, value in logs.items():
            self.totals[key] = value if key in self.stateful_metrics else self.totals.get(key, 0) + value * size

    def on_epoch_end(self, epoch, logs=None):
        """Tells the means."""
        for key in self.params["metrics"] if logs is not None else ():
            if key in self.totals:
                logs[key] = self.totals[key] if key in self.stateful_metrics else self.totals[key] / self.seen


class History(Callback):
    """The losses and metrics of every epoch; fit returns it. Follows tf.keras.callbacks.History of TF 1.15."""

    def __init__(self):
        super().__init__()
        self.epoch: list = []
        self.history: dict = {}

    def on_epoch_end(self, epoch, logs=None):
        """Keeps the logs."""
        self.epoch.append(epoch)
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(value)


class ProgbarLogger(Callback):
    """Prints the epochs and what came of them. Follows tf.keras.callbacks.ProgbarLogger of TF 1.15."""

    def __init__(self, count_mode="samples", stateful_metrics=None):
        super().__init__()

    def on_epoch_begin(self, epoch, logs=None):
        """Prints the number of the epoch."""
        if self.params["verbose"]:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}")
        self._start = time.time()

    def on_epoch_end(self, epoch, logs=None):
        """Prints the losses and metrics."""
        seconds = time.time() - self._start
        target = self.params.get("samples") or self.params.get("steps") or ""
        values = "".join(f" - {k}: {v:.4f}" if abs(v) > 1e-3 else f" - {k}: {v:.4e}" for k, v in (logs or {}).items())
        bar = f" [{'=' * 30}]" if self.params["verbose"] == 1 else ""
        print(f"{target}/{target}{bar} - {seconds:.0f}s{values}")
        sys.stdout.flush()


class LambdaCallback(Callback):
    """Functions as a callback. Follows tf.keras.callbacks.LambdaCallback of TF 1.15."""

    def __init__(self, on_epoch_begin=None, on_epoch_end=None, on_batch_begin=None, on_batch_end=None, on_train_begin=None,
                 on_train_end=None, **kwargs):  # fmt: skip
        super().__init__()
        self.__dict__.update(kwargs)
        given = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end, "on_batch_begin": on_batch_begin, "on_batch_end": on_batch_end,
            "on_train_begin": on_train_begin, "on_train_end": on_train_end,
        }  # fmt: skip
        self.__dict__.update({name: function for name, function in given.items() if function is not None})


class TerminateOnNaN(Callback):
    """Stops when the loss is no number. Follows tf.keras.callbacks.TerminateOnNaN of TF 1.15."""

    def on_batch_end(self, batch, logs=None):
        """Looks at the loss."""
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss):
            print("Batch %d: Invalid loss, terminating training" % batch)
            self.model.stop_training = True


class _Monitor(Callback):
    """A callback that watches one figure getting better."""

    def _watch(self, monitor, mode, min_delta=0.0):
        self.monitor = monitor
        larger = mode == "max" or (mode == "auto" and ("acc" in monitor or monitor.startswith("fmeasure")))
        self._better = (lambda a, b: a > b + abs(min_delta)) if larger else (lambda a, b: a < b - abs(min_delta))
        self.best = -np.inf if larger else np.inf

    def _seen(self, logs):
        value = (logs or {}).get(self.monitor)
        if value is None:
            logging.warning(
                "%s conditioned on metric `%s` which is not available. Available metrics are: %s",
                type(self).__name__, self.monitor, ",".join(logs or {}),
            )  # fmt: skip
        return value


class EarlyStopping(_Monitor):
    """Stops when a figure has not become better for `patience` epochs. Follows tf.keras.callbacks.EarlyStopping of TF 1.15."""

    def __init__(self, monitor="val_loss", min_delta=0, patience=0, verbose=0, mode="auto", baseline=None, restore_best_weights=False):
        super().__init__()
        self._arguments = monitor, mode, min_delta
        self.patience, self.verbose, self.baseline, self.restore_best_weights = patience, verbose, baseline, restore_best_weights
        self.wait = self.stopped_epoch = 0
        self.best_weights = None

    def on_train_begin(self, logs=None):
        """Begins anew."""
        self.wait = self.stopped_epoch = 0
        self._watch(*self._arguments)
        if self.baseline is not None:
            self.best = self.baseline

    def on_epoch_end(self, epoch, logs=None):
        """Looks at the figure."""
        current = self._seen(logs)
        if current is None:
            return
        if self._better(current, self.best):
            self.best, self.wait = current, 0
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            return
        self.wait += 1
        if self.wait >= self.patience:
            self.stopped_epoch, self.model.stop_training = epoch, True
            if self.restore_best_weights and self.best_weights is not None:
                self.model.set_weights(self.best_weights)

    def on_train_end(self, logs=None):
        """Says when it stopped."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print("Epoch %05d: early stopping" % (self.stopped_epoch + 1))


class ModelCheckpoint(_Monitor):
    """Saves the weights after epochs. Follows tf.keras.callbacks.ModelCheckpoint of TF 1.15, with save_weights_only=True."""

    def __init__(self, filepath, monitor="val_loss", verbose=0, save_best_only=False, save_weights_only=False, mode="auto", save_freq="epoch",
                 **kwargs):  # fmt: skip
        super().__init__()
        if not save_weights_only:
            raise NotImplementedError("tf.keras.callbacks.ModelCheckpoint: say save_weights_only=True, tinytf saves no whole models")
        if save_freq != "epoch":
            raise NotImplementedError("tf.keras.callbacks.ModelCheckpoint: save_freq must be 'epoch'")
        self.filepath, self.verbose, self.save_best_only, self.period = filepath, verbose, save_best_only, kwargs.get("period", 1)
        self._watch(monitor, mode)

    def on_epoch_end(self, epoch, logs=None):
        """Saves, if the figure is the best so far or every epoch is wanted."""
        if (epoch + 1) % self.period:
            return
        path = str(self.filepath).format(epoch=epoch + 1, **(logs or {}))
        if self.save_best_only:
            current = self._seen(logs)
            if current is None or not self._better(current, self.best):
                return
            self.best = current
        if self.verbose > 0:
            print("\nEpoch %05d: saving model to %s" % (epoch + 1, path))
        self.model.save_weights(path, overwrite=True)


class LearningRateScheduler(Callback):
    """Sets the learning rate of each epoch by a function. Follows tf.keras.callbacks.LearningRateScheduler of TF 1.15."""

    def __init__(self, schedule, verbose=0):
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        """Sets the rate."""
        import inspect

        rate = self.model.optimizer.learning_rate
        known = float(backend.get_value(rate)) if hasattr(rate, "op") else rate
        takes_rate = len(inspect.signature(self.schedule).parameters) > 1
        new = self.schedule(epoch, known) if takes_rate else self.schedule(epoch)
        if not isinstance(new, (float, np.float32, np.float64)):
            raise ValueError('The output of the "schedule" function should be float.')
        self.model.optimizer.learning_rate = float(new)
        if self.verbose > 0:
            print("\nEpoch %05d: LearningRateScheduler reducing learning rate to %s." % (epoch + 1, new))

    def on_epoch_end(self, epoch, logs=None):
        """Notes the rate in the logs."""
        if logs is not None:
            logs["lr"] = backend.get_value(self.model.optimizer.learning_rate)


class ReduceLROnPlateau(_Monitor):
    """Lowers the learning rate when a figure gets no better. Follows tf.keras.callbacks.ReduceLROnPlateau of TF 1.15."""

    def __init__(self, monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=1e-4, cooldown=0, min_lr=0, **kwargs):
        super().__init__()
        if factor >= 1.0:
            raise ValueError("ReduceLROnPlateau does not support a factor >= 1.0.")
        self._arguments = monitor, mode, min_delta
        self.factor, self.patience, self.verbose, self.cooldown, self.min_lr = factor, patience, verbose, cooldown, min_lr

    def on_train_begin(self, logs=None):
        """Begins anew."""
        self._watch(*self._arguments)
        self.wait = self.cooling = 0

    def on_epoch_end(self, epoch, logs=None):
        """Looks at the figure, and notes the rate in the logs."""
        if logs is not None:
            logs["lr"] = backend.get_value(self.model.optimizer.learning_rate)
        current = self._seen(logs)
        if current is None:
            return
        if self.cooling > 0:
            self.cooling, self.wait = self.cooling - 1, 0
        if self._better(current, self.best):
            self.best, self.wait = current, 0
        elif self.cooling <= 0:
            self.wait += 1
            rate = float(backend.get_value(self.model.optimizer.learning_rate))
            if self.wait >= self.patience and rate > self.min_lr:
                new = max(rate * self.factor, self.min_lr)
                self.model.optimizer.learning_rate = new
                if self.verbose > 0:
                    print("\nEpoch %05d: ReduceLROnPlateau reducing learning rate to %s." % (epoch + 1, new))
                self.cooling, self.wait = self.cooldown, 0


class CSVLogger(Callback):
    """Writes the logs of the epochs to a file. Follows tf.keras.callbacks.CSVLogger of TF 1.15."""

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename, self.separator, self.append = filename, separator, append

    def on_train_begin(self, logs=None):
        """Opens the file."""
        self._file, self._writer = open(self.filename, "a" if self.append else "w", newline=""), None

    def on_epoch_end(self, epoch, logs=None):
        """Writes a line."""
        logs = logs or {}
        if self._writer is None:
            self._writer = csv.DictWriter(self._file, ["epoch"] + sorted(logs), delimiter=self.separator)
            if not self.append:
                self._writer.writeheader()
        self._writer.writerow(dict(logs, epoch=epoch))
        self._file.flush()

    def on_train_end(self, logs=None):
        """Closes the file."""
        self._file.close()


class TensorBoard(Callback):
    """Writes the logs of the epochs, and the graph, as events. Follows tf.keras.callbacks.TensorBoard of TF 1.15 in this."""

    def __init__(self, log_dir="logs", histogram_freq=0, batch_size=32, write_graph=True, write_grads=False, write_images=False,
                 update_freq="epoch", **kwargs):  # fmt: skip
        super().__init__()
        if histogram_freq:
            raise NotImplementedError("tf.keras.callbacks.TensorBoard(histogram_freq=…): use tf.summary.histogram")
        self.log_dir, self.write_graph = log_dir, write_graph

    def on_train_begin(self, logs=None):
        """Opens the event file."""
        from tinytf.summary.writer import FileWriter

        self._writer = FileWriter(self.log_dir, backend.get_session().graph if self.write_graph else None)

    def on_epoch_end(self, epoch, logs=None):
        """Writes the logs."""
        from tinytf import protos

        for name, value in (logs or {}).items():
            summary = protos.Summary()
            summary.value.add(tag="epoch_" + name, simple_value=float(value))
            self._writer.add_summary(summary, epoch)
        self._writer.flush()

    def on_train_end(self, logs=None):
        """Closes the event file."""
        self._writer.close()
