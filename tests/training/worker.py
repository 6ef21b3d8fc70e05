"""One process of a distributed training: ``worker.py DATA OUT STRATEGY``, TF_CONFIG if needed."""

from __future__ import annotations

import sys
from pathlib import Path

import tensorflow as tf
from tensorflow.python.distribute.collective_all_reduce_strategy import (
    CollectiveAllReduceExtended,
)

from tests.training.conftest import DISTRIBUTED
from vizreport.training.loop import train
from vizreport.training.request import TrainingRequest

# TensorFlow's thread that watches the peers sleeps so long before the process can end; seconds.
CollectiveAllReduceExtended._check_health_interval = 0.2

data, out, strategy = sys.argv[1:]
if strategy == "mirrored":
    processor = tf.config.list_physical_devices("CPU")[0]
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(processor, halves)
train(TrainingRequest(data=data, out=Path(out), strategy=strategy, **DISTRIBUTED))
