"""A cluster of servers that all lie in this process."""

from __future__ import annotations


def create_local_cluster(num_workers, num_ps, protocol="grpc", worker_config=None, ps_config=None) -> tuple:
    """(workers, parameter servers): lists of `tf.train.Server`, whose sessions see each other's variables.

    Follows tf.test.create_local_cluster of TF 1.15.
    """
    from tinytf.run import servers
    from tinytf.train.server_lib import ClusterSpec, Server

    cluster = ClusterSpec(servers.make_cluster({"worker": num_workers, "ps": num_ps}))
    made = {
        job: [Server(cluster, job_name=job, task_index=task, protocol=protocol, config=config) for task in range(count)]
        for job, count, config in (("worker", num_workers, worker_config), ("ps", num_ps, ps_config))
    }
    return made["worker"], made["ps"]
