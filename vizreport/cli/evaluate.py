"""``vizreport evaluate``: the error of a checkpoint or of an ensemble."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from vizreport.cli.options import network_and_data, preprocessing, running, subject
from vizreport.cli.verb import Verb
from vizreport.wording.foreign_text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vizreport.training.evaluation import Errors, Evaluation


NAMED = 20
"""Unreadable images that are printed with the reason."""


def run(arguments: argparse.Namespace) -> int:
    """Print top-1 and top-5 error, single crop and ten crops.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If a checkpoint or the data is wrong, or the true classes are not known.
    """
    from vizreport.models.epochs import last_checkpoint
    from vizreport.system.tensorflow_start import start_backend

    checkpoints = tuple(last_checkpoint(path) for path in arguments.checkpoints)
    dataset = subject.dataset(arguments)
    start_backend()
    from vizreport.training.distribution import prepare_devices
    from vizreport.training.evaluation import evaluate_each

    device = prepare_devices()
    each = subject.subjects(arguments, checkpoints, dataset)
    rows = evaluate_each(each, arguments.cluster)
    errors = rows[-1].errors
    if arguments.as_json:
        about = {
            "checkpoints": [str(path) for path in checkpoints],
            "data": dataset.name,
            "device": device,
        }
        listed = [
            {
                "name": row.name,
                "preprocessing": row.preprocessing,
                "output": row.output,
                "labels": row.labels,
                "warnings": row.warnings,
                "pieces": row.pieces,
                **asdict(row.errors),
            }
            for row in rows
        ]
        print(json.dumps({**about, **asdict(errors), "rows": listed}, indent=2))
        return 0
    count = len(checkpoints)
    what = f"ensemble of {count}" if count > 1 else checkpoints[0].name
    print(f"device: {device}")
    print(f"{what} on {dataset.name}: {errors.images} images, {errors.classes} classes")
    for said in dict.fromkeys(
        line
        for row in rows
        if row.output
        for line in (
            f"preprocessing: {row.preprocessing}",
            f"output: {row.output}",
            f"classes: {row.labels}",
            *([f"devices: {row.pieces}"] if row.pieces else []),
            *(f"warning: {warning}" for warning in row.warnings),
        )
    ):
        print(said)
    print()
    print(table(errors) if count == 1 else table_of_several(rows))
    if errors.subsets:
        print(f"\n{table_of_subsets(errors)}")
    if errors.no_ten_crops:
        print(f"\nno ten crops: {errors.no_ten_crops}")
    if errors.left_out:
        print(f"\n{left_out(errors)}")
    return 0


def left_out(errors: Errors) -> str:
    """Return what was left out as text: how many images, and which could not be read."""
    unknown = errors.left_out - len(errors.unreadable)
    lines = []
    if unknown:
        lines.append(f"skipped, class not known: {_images(unknown)}")
    if errors.unreadable:
        lines.append(f"skipped, not readable: {_images(len(errors.unreadable))}")
        lines += [f"  {printable(path)}: {reason}" for path, reason in errors.unreadable[:NAMED]]
    if len(errors.unreadable) > NAMED:
        lines.append(f"  and {len(errors.unreadable) - NAMED} more")
    return "\n".join(lines)


def _images(count: int) -> str:
    return f"{count} image" + "s" * (count != 1)


def table(errors: Errors) -> str:
    """Return the errors as text: a line of headings, one for each way of cropping; percent."""
    rows = [("", "top-1 error", "top-5 error"), _row("single crop", errors.top1, errors.top5)]
    if errors.ten_crop_top1 is not None:
        rows.append(_row("ten crops", errors.ten_crop_top1, errors.ten_crop_top5))
    return "\n".join(f"{name:11}  {first:>11}  {fifth:>11}".rstrip() for name, first, fifth in rows)


def table_of_subsets(errors: Errors) -> str:
    """Return the top-1 error of each subset of the images as text, a line each; percent."""
    width = max(len(subset.name) for subset in errors.subsets)
    lines = [f"{'':{width}}  {'images':>6}  {'top-1 error':>11}  {'ten crops':>9}"]
    for subset in errors.subsets:
        _, one, ten = _row("", subset.top1, subset.ten_crop_top1)
        lines.append(f"{subset.name:{width}}  {subset.images:6}  {one:>11}  {ten:>9}")
    return "\n".join(lines)


def table_of_several(rows: Sequence[Evaluation]) -> str:
    """Return the errors of networks and ensembles as text, a line each; percent."""
    lines = [("", "top-1 error", "top-5 error", "ten crops: top-1", "top-5")]
    for row in rows:
        errors = row.errors
        _, first, fifth = _row("", errors.top1, errors.top5)
        ten_first, ten_fifth = "-", "-"
        if errors.ten_crop_top1 is not None:
            _, ten_first, ten_fifth = _row("", errors.ten_crop_top1, errors.ten_crop_top5)
        lines.append((row.name, first, fifth, ten_first, ten_fifth))
    width = max(len(line[0]) for line in lines)
    return "\n".join(
        f"{name:{width}}  {first:>11}  {fifth:>11}  {ten:>16}  {ten_fifth:>8}"
        for name, first, fifth, ten, ten_fifth in lines
    )


def _row(name: str, first: float, fifth: float | None) -> tuple[str, str, str]:
    return name, f"{100 * first:.2f} %", "-" if fifth is None else f"{100 * fifth:.2f} %"


VERB = Verb(
    name="evaluate",
    summary="print the error of a checkpoint or an ensemble",
    description=(
        "Print top-1 and top-5 error on labelled images, for the central crop and averaged over "
        "ten crops (corners and centre, each also flipped). Several checkpoints are printed "
        "individually and as an ensemble with averaged class probabilities; with several kinds of "
        "networks, each kind is also an ensemble."
    ),
    usage="--checkpoint FILE|FOLDER|NAME [--checkpoint ...] --data SOURCE [options]",
    options=(
        replace(
            network_and_data.CHECKPOINT,
            help="A .keras or .h5 file, or a folder of them, of which the last epoch is used; or "
            "demo or squeezenet, which come with vizreport. Repeatable: the networks' "
            "probabilities are averaged.",
            dest="checkpoints",
            action="append",
        ),
        network_and_data.DATA,
        *network_and_data.WHICH_IMAGES,
        network_and_data.LABELS,
        network_and_data.LABELS_IN_ORDER,
        network_and_data.IMPORT,
        network_and_data.OUTPUT_KIND,
        *preprocessing.OPTIONS,
        running.SEED,
        running.BATCH_SIZE,
        running.CLUSTER,
        running.JSON,
    ),
    run=run,
)
