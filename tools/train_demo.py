"""Train a small network with ``vizreport train``'s recipe and store its checkpoints to ship.

    python tools/train_demo.py --out checkpoints/demo

A ZFNet with layers 6, 7 of 2048 units (a row of the ablation table) at 5/16 of its width. The
whole training is kept in ``--work`` and goes on there when stopped; the chosen epochs are copied
to ``--out`` as ``demo-epoch-NNN.keras`` with float16 weights and without the optimiser's state,
beside the history and, in ``training-seed-N.json``, the errors on val and both parts of test.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from vizreport.data.sources import open_dataset
from vizreport.experiments import values
from vizreport.system.tensorflow_start import start_tensorflow
from vizreport.training.request import TrainingRequest

EPOCHS = (1, 2, 5, 10, 20, 30, 64)  # of the paper's Fig. 4, without 40
SPLITS = ("val", "test-ranges", "test-construction")


def main() -> None:
    """Train, copy the epochs and measure the last."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", default="scenes")
    parser.add_argument("--model", default="zfnet-dense-2048")
    parser.add_argument("--width", type=values.fraction, default=5 / 16)
    parser.add_argument("--input-size", type=int, default=112)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--rate", type=values.fraction, help="default: 1e-2 x batch / 128")
    parser.add_argument("--patience", type=values.count, default=10)
    parser.add_argument("--seed", type=values.seed, default=0)
    parser.add_argument("--epochs", type=int, nargs="+", default=EPOCHS, help="to keep")
    parser.add_argument("--work", type=Path, default=Path("build/demo-training"))
    parser.add_argument("--out", type=Path, default=Path("build/demo"))
    arguments = parser.parse_args()
    start_tensorflow()
    from vizreport.subject.network import StoredNetwork
    from vizreport.subject.options import NetworkOptions
    from vizreport.subject.subject import Subject
    from vizreport.training.evaluation import evaluate
    from vizreport.training.loop import train
    from vizreport.training.shipping import store_as_float16
    from vizreport.training.state import checkpoint_path

    request = TrainingRequest(
        data=arguments.data,
        out=arguments.work,
        model=arguments.model,
        width=arguments.width,
        input_size=arguments.input_size,
        epochs=max(arguments.epochs),
        batch_size=arguments.batch_size,
        rate=arguments.rate,
        patience=arguments.patience,
        seed=arguments.seed,
    )
    trained = train(request, log=lambda line: print(line, flush=True))
    minutes = sum(epoch.seconds for epoch in trained.epochs) / 60  # of steps
    for epoch in arguments.epochs:
        source = checkpoint_path(request.out, request.model, epoch)
        target = arguments.out / f"demo-epoch-{epoch:03d}.keras"
        store_as_float16(source, target)
        print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")
    for name in ("history.csv", "history.json"):
        shutil.copy(request.out / name, arguments.out / name)
    last, options = StoredNetwork(target), NetworkOptions()
    errors = {
        split: asdict(evaluate([Subject(last, options, open_dataset(arguments.data, split))]))
        for split in SPLITS
    }
    command = " ".join(["python", "tools/train_demo.py", *sys.argv[1:]])
    about = {
        "command": command,
        "seed": arguments.seed,
        "first_rate": request.first_rate,
        "minutes": round(minutes, 1),
        "errors": errors,
    }
    target = arguments.out / f"training-seed-{arguments.seed}.json"
    target.write_text(json.dumps(about, indent=2) + "\n")
    print(json.dumps(about, indent=2))


if __name__ == "__main__":
    main()
