"""`tf.contrib.framework.VariableDeviceChooser`: spreads variables over the tasks of parameter servers."""

from __future__ import annotations

from tinytf.graph.device import DeviceSpec


class VariableDeviceChooser:
    """A device function that gives variables to the tasks of a job in turn.  Follows TF 1.15."""

    def __init__(self, num_tasks=0, job_name="ps", device_type="CPU", device_index=0, replica=None):
        self._job_name, self._device_type, self._device_index, self._replica = job_name, device_type, device_index, replica
        self._num_tasks, self._next_task_id = num_tasks, 0

    def __call__(self, op) -> str:
        spec = DeviceSpec(replica=self._replica, device_type=self._device_type, device_index=self._device_index)
        if self._num_tasks > 0:
            spec = spec.replace(job=self._job_name, task=self._next_task_id)
            self._next_task_id = (self._next_task_id + 1) % self._num_tasks
        return spec.to_string()
