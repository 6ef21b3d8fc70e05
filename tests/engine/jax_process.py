"""Processes that compute on JAX, beside the tests' own, which is TensorFlow's."""

from __future__ import annotations

import os
import subprocess
import sys

# Compiling is most of what small tests do on JAX: without optimisation it takes half as long.
QUICK = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


def on_jax(module: str, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a module with these arguments and environment variables."""
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        env={**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": QUICK, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
