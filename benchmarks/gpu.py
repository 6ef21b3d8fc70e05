"""Measure the engine on a GPU: agreement with the CPU, mining, projections, occlusion, decoding.

Run it in a clone, of which nothing has to be installed: it needs Keras with TensorFlow or JAX,
NumPy, Pillow and h5py. Each row is printed and stored as it is finished. The images are made up:
what they show makes no difference to the speed.

    KERAS_BACKEND=jax python benchmarks/gpu.py
    KERAS_BACKEND=tensorflow python benchmarks/gpu.py --networks squeezenet --parts mining occlusion
    python benchmarks/gpu.py --networks --checkpoint model.keras

Expect under 4 minutes for SqueezeNet on a GPU; ZFNet and ResNet50, with random weights, follow as
far as --limit allows. float32 is multiplied in full precision (TF32 off), as in a build. Without a
GPU the CPU is measured, and compared with itself.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
NETWORKS = ("squeezenet", "zfnet", "resnet50")
PARTS = ("agreement", "mining", "projections", "occlusion", "decoding")


@dataclass
class Rows:
    """Rows as they are finished: printed, and appended to a file of JSON lines."""

    path: Path
    begun: float = field(default_factory=time.perf_counter)

    def add(self, network: str, part: str, what: str, value: Any, unit: str = "") -> None:
        """Print and store one."""
        if isinstance(value, float):
            value = float(f"{value:.4g}")
        seconds = round(time.perf_counter() - self.begun, 1)
        row = {"network": network, "part": part, "what": what, "value": value, "unit": unit}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**row, "at": seconds}) + "\n")
        print(f"{seconds:6.1f} s  {network:10} {part:11} {what:52} {value} {unit}", flush=True)


def main(given: list[str] | None = None) -> int:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--networks", nargs="*", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--checkpoint", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path, default=Path("gpu.jsonl"), help="rows are appended")
    parser.add_argument("--limit", type=float, default=540, help="seconds; no part begins later")
    parser.add_argument("--images", type=int, default=2048, help="images in memory")
    parser.add_argument("--places", type=int, default=28, help="places of the square along a side")
    parser.add_argument("--least", type=float, default=1.0, help="seconds a measurement takes")
    parser.add_argument("--reference", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(given)

    from vizreport.system.tensorflow_start import start_backend

    start_backend()
    if arguments.reference:
        _store_reference(arguments)
    else:
        _measure(arguments)
    return 0


def _measure(arguments: argparse.Namespace) -> None:
    import keras
    import numpy as np

    from benchmarks import gpu_device as device

    rows = Rows(arguments.out)
    versions = {"python": platform.python_version(), "keras": keras.__version__}
    versions |= {"numpy": np.__version__, keras.backend.backend(): _backend_version()}
    rows.add("", "device", "date", datetime.now().astimezone().isoformat(timespec="seconds"))
    rows.add("", "device", "versions", ", ".join(f"{k} {v}" for k, v in versions.items()))
    rows.add("", "device", "device", device.describe())
    if device.on_gpu():
        rows.add("", "device", "memory", device.memory() / 2**30, "GiB")
    names = [*arguments.networks, *map(str, arguments.checkpoint)]
    for name in names:
        model = _model(name)
        network = None
        for part in arguments.parts:
            if time.perf_counter() - rows.begun > arguments.limit:
                rows.add(_short(name), part, "left out: --limit is reached", "")
                continue
            network = _part(rows, name, part, model, network, arguments)
            if (peak := device.peak_memory()) is not None:
                rows.add(_short(name), part, "peak device memory so far", peak / 2**30, "GiB")


def _part(
    rows: Rows, name: str, part: str, model: Any, network: Any, arguments: argparse.Namespace
) -> Any:
    from benchmarks import gpu_parts as parts

    try:
        if part == "agreement":
            found = parts.agreement(model, _reference(name, model))
        else:
            network = network or parts.Network(
                model,
                parts.Amount(
                    images=arguments.images, places=arguments.places, least=arguments.least
                ),
            )
            found = parts.PARTS[part](network)
        for row in found:
            rows.add(_short(name), part, *row)
    except Exception as error:  # the other parts are worth having: this one's end is a row
        rows.add(_short(name), part, "failed", f"{type(error).__name__}: {error}"[:300])
    return network


def _short(name: str) -> str:
    return name if name in NETWORKS else Path(name).stem


def _backend_version() -> str:
    import keras

    return str(sys.modules[keras.backend.backend()].__version__)


def _model(name: str) -> Any:
    """Return a network: shipped, with random weights, or of a checkpoint."""
    import keras

    from vizreport.models.load import load_checkpoint
    from vizreport.models.shipped import shipped_checkpoint
    from vizreport.models.variants import build_variant

    if name == "squeezenet":
        return load_checkpoint(shipped_checkpoint(name))
    if name == "zfnet":
        return _random(build_variant("zfnet"))
    if name == "resnet50":
        return _random(keras.applications.ResNet50(weights=None))
    return load_checkpoint(Path(name))


def _random(model: Any) -> Any:
    """Give kernels random values, the same on every backend and device."""
    import numpy as np

    random = np.random.default_rng(0)
    for weight in model.weights:
        if len(weight.shape) > 1:
            fan_in = int(np.prod(weight.shape[:-1]))
            weight.assign(random.normal(0, (2 / fan_in) ** 0.5, weight.shape).astype(np.float32))
    return model


# The CPU, in a process that sees no GPU ----------------------------------------------------------


def _reference(name: str, model: Any) -> dict[str, Any]:
    import numpy as np

    from benchmarks import gpu_device as device
    from benchmarks import gpu_parts as parts

    if not device.on_gpu():
        return parts.reference(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reference.npz"
        given = ["--networks", name] if name in NETWORKS else ["--networks", "--checkpoint", name]
        subprocess.run(
            [sys.executable, __file__, "--reference", path, *given],
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"},
            check=True,
        )
        with np.load(path) as archive:
            return dict(archive)


def _store_reference(arguments: argparse.Namespace) -> None:
    import numpy as np

    from benchmarks import gpu_parts as parts

    (name,) = [*arguments.networks, *map(str, arguments.checkpoint)]
    np.savez(arguments.reference, **parts.reference(_model(name)))


if __name__ == "__main__":
    sys.exit(main())
