"""Store SqueezeNet v1.0 for ImageNet as it is shipped: the published weights, compressed.

    python tools/ship_squeezenet.py --weights squeezenet_v1.0_imagenet.keras \
        --classes imagenet_classes.tsv --out checkpoints/squeezenet

Each layer of the published weights has at most 256 different values and up to 80 % zeros, so the
file shrinks to 0.93 MB without any loss (0.85 MB with float16 weights).
docs/squeezenet.md is the model card.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from vizreport.data.label_file import read_label_file
from vizreport.data.presets import preset
from vizreport.models.sidecar import Sidecar, write_sidecar
from vizreport.results.atomic import write_bytes

INPUT_SIZE = (227, 227)
CLASSES = 1000


def main() -> None:
    """Compress the file and write its sidecar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--classes", type=Path, required=True, help="index<TAB>id<TAB>name")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    target = arguments.out / "squeezenet.keras"
    packed = io.BytesIO()
    with (
        ZipFile(arguments.weights) as source,
        ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        for entry in source.infolist():
            archive.writestr(entry, source.read(entry), ZIP_DEFLATED, 9)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_bytes(target, packed.getvalue())
    names, ids = read_label_file(arguments.classes, CLASSES)
    sidecar = Sidecar(
        preset("caffe", INPUT_SIZE, channels=3),
        tuple(name.replace("_", " ") for name in names),
        tuple(ids),
        data_source="ImageNet (ILSVRC 2012, train)",
    )
    write_sidecar(target, sidecar)
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
