"""Set before anything imports TensorFlow; nothing here imports it, so light tests stay light."""

from __future__ import annotations

import os
import random

import numpy as np
import pytest
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# Tests compare numbers: the same on every machine, with or without a GPU.
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("MPLBACKEND", "agg")

# A busy machine is slow at times: an example's time says nothing about the code.
settings.register_profile("vizreport", deadline=None)
settings.load_profile("vizreport")


@pytest.fixture(autouse=True)
def _seeds() -> None:
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  Keras' initializers and user code may draw from it
