"""Devices, and the strategies that share a step among them."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
import tensorflow as tf

from vizreport.errors import RequestError
from vizreport.training.request import STRATEGIES


def prepare_devices() -> str:
    """Let memory grow on every GPU, and return the devices.

    Has to come before anything is computed; where TensorFlow has started already, memory stays
    as it was set up.

    Returns
    -------
    str
        Such as ``"CPU (8 cores)"`` or ``"2 GPU: NVIDIA A100, NVIDIA A100"``.
    """
    graphics = tf.config.list_physical_devices("GPU")
    for device in graphics:
        try:
            tf.config.experimental.set_memory_growth(device, True)
        except RuntimeError:  # the device is in use
            break
    if not graphics:
        return f"CPU ({os.cpu_count()} cores)"
    details = (tf.config.experimental.get_device_details(device) for device in graphics)
    return f"{len(graphics)} GPU: " + ", ".join(d.get("device_name", "GPU") for d in details)


def make_strategy(name: str) -> tf.distribute.Strategy:
    """Make a strategy by its name; before anything else is computed.

    Parameters
    ----------
    name : {"none", "mirrored", "multiworker"}
        TensorFlow's default; all GPUs of this machine (else its processors as TensorFlow divides
        them); the processes that the environment's TF_CONFIG names, each with its GPUs.

    Raises
    ------
    RequestError
        There is no such strategy, or TF_CONFIG is missing or wrong.
    """
    if name == "none":
        return tf.distribute.get_strategy()
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    if name != "multiworker":
        raise RequestError(f"unknown strategy {name!r}; choose from {', '.join(STRATEGIES)}")
    try:
        config = json.loads(os.environ.get("TF_CONFIG", ""))
        config["cluster"]["worker"], config["task"]["index"]
    except (ValueError, KeyError, TypeError):
        raise RequestError(
            "--strategy multiworker needs the environment's TF_CONFIG in each process, such as "
            '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", '
            '"index": 0}}'
        ) from None
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except (ValueError, RuntimeError, tf.errors.OpError) as error:
        raise RequestError(
            f"the workers in TF_CONFIG could not connect ({str(error).splitlines()[0]}); check "
            "that each process's own address is correct and free, and that all are running"
        ) from error


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process is the one that writes files and talks."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type:
        return True
    jobs = resolver.cluster_spec().jobs
    return bool(resolver.task_type == "chief" or ("chief" not in jobs and resolver.task_id == 0))


def local_replicas(strategy: tf.distribute.Strategy) -> list[int]:
    """Numbers of this process's replicas among all of them."""
    found: list[int] = []

    def note(context: Any) -> tf.Tensor:
        found.append(context.replica_id_in_sync_group)
        return tf.constant(0)

    strategy.experimental_distribute_values_from_function(note)
    return found


def sum_over_processes(strategy: tf.distribute.Strategy, values: np.ndarray) -> np.ndarray:
    """Sum an array of numbers over the processes of the cluster.

    Parameters
    ----------
    strategy : tf.distribute.Strategy
        One device or several in step; the network is made in its scope.
    values : array
        Of the same shape in every process.

    Returns
    -------
    float64 array
        Of that shape, the same in every process.
    """
    replicas = local_replicas(strategy)
    if strategy.num_replicas_in_sync == len(replicas):
        return np.asarray(values, np.float64)
    zeros = np.zeros_like(values, np.float64)

    def of_replica(context: Any) -> tf.Tensor:
        first = context.replica_id_in_sync_group == replicas[0]
        return tf.constant(values if first else zeros, tf.float64)

    each = strategy.experimental_distribute_values_from_function(of_replica)

    @tf.function(autograph=False)
    def add(parts: Any) -> Any:
        return strategy.reduce(
            tf.distribute.ReduceOp.SUM, strategy.run(tf.identity, (parts,)), axis=None
        )

    return np.asarray(add(each))
