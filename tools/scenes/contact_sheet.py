"""Draw a contact sheet of rendered pictures.

python tools/scenes/contact_sheet.py FOLDER OUT.png [--truth]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from photograph import developed
from PIL import Image, ImageDraw, ImageFilter


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--columns", type=int, default=12)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--class-name")
    parser.add_argument("--truth", action="store_true", help="draw masks, boxes and parts")
    parser.add_argument("--zoom", type=int, default=1)
    arguments = parser.parse_args()
    records = [json.loads(path.read_text()) for path in sorted(arguments.folder.glob("*.json"))]
    if arguments.class_name:
        records = [r for r in records if r["class"] == arguments.class_name]
    records = records[arguments.first :][: arguments.columns * arguments.rows]
    side = 128 * arguments.zoom
    sheet = Image.new("RGB", (arguments.columns * (side + 2), arguments.rows * (side + 2)))
    for place, record in enumerate(records):
        tile = _tile(arguments.folder, record, arguments.truth, arguments.zoom)
        sheet.paste(
            tile, (place % arguments.columns * (side + 2), place // arguments.columns * (side + 2))
        )
    sheet.save(arguments.out)


def _tile(folder: Path, record: dict, truth: bool, zoom: int) -> Image.Image:
    stem = folder / f"{record['number']:04d}"
    pixels, mask = developed(stem.with_suffix(".npy"), record)
    # As vizreport/data/scenes.py sharpens them, but for the compression.
    pixels = np.array(Image.fromarray(pixels).filter(ImageFilter.UnsharpMask(1, 195, 0)))
    if truth:
        pixels[~mask] //= 3
    tile = Image.fromarray(pixels)
    tile = tile.resize((128 * zoom, 128 * zoom), Image.Resampling.NEAREST)
    if truth:
        draw = ImageDraw.Draw(tile)
        draw.rectangle([v * zoom for v in record["box"]], outline="yellow")
        for x, y, visible in record["parts"].values():
            at = (x * zoom, y * zoom)
            draw.ellipse(
                [at[0] - 2, at[1] - 2, at[0] + 2, at[1] + 2], fill="lime" if visible else "red"
            )
    return tile


if __name__ == "__main__":
    main()
