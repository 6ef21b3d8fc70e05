"""What the runs' table says of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vizreport.compare.runs import FinishedRun
from vizreport.experiments.architecture.signs import Sign, find_signs
from vizreport.models.output import OutputMeaning, name_output
from vizreport.wording.text import duration, number, percent, wilson


@dataclass(frozen=True)
class Row:
    """A line of the table: a cell for each run, and which of them stand out as faults."""

    name: str
    cells: tuple[str, ...]
    wrong: tuple[bool, ...]


def signs_of(run: FinishedRun) -> list[Sign]:
    """Return the signs of a badly chosen architecture; empty where it has no first convolution."""
    if run.filters is None or run.architecture is None:
        return []
    return find_signs(
        {"architecture": run.architecture, "filters": run.filters, "mining": run.mining}
    )


def make_rows(runs: Sequence[FinishedRun]) -> list[tuple[str, list[Row]]]:
    """Return the table's lines, in titled groups."""

    def row(name: str, cell: Callable[[FinishedRun], str]) -> Row:
        return Row(name, tuple(map(cell, runs)), (False,) * len(runs))

    groups = [
        (
            "Network and data",
            [
                row("Checkpoint", lambda r: r.run.checkpoint_file),
                row("Weights", lambda r: number(r.overview.parameters)),
                row("Input", lambda r: " × ".join(map(str, r.overview.input_shape)) + " px"),
                row("First layer", _first),
                row("Output", lambda r: name_output(OutputMeaning(**r.mining.output))),
                row("Data", lambda r: f"{r.run.data_name}, {number(r.overview.images)} images"),
            ],
        ),
        (
            "Accuracy",
            [
                row("Top-1 error", lambda r: _error(r, r.overview.top1_error)),
                row("Top-5 error", lambda r: _error(r, _top5(r))),
            ],
        ),
        ("Architecture warning signs", _signs(runs)),
    ]
    if any(run.run.seconds for run in runs):
        groups.append(
            (
                "Times",
                [
                    row("Computing the results", lambda r: _time(r.run.seconds)),
                    row("of which pass over the data", _mining),
                    row("On", lambda r: _host(r)),
                ],
            )
        )
    if any(run.curves is not None for run in runs):
        groups.insert(
            2,
            (
                "Training",
                [
                    row("Epochs", lambda r: str(int(r.curves.epochs[-1])) if r.curves else ""),
                    row("Training error, last epoch", lambda r: _last(r, "training_error")),
                    row("Validation error, last epoch", lambda r: _last(r, "validation_error")),
                ],
            ),
        )
    return groups


def same_data(runs: Sequence[FinishedRun]) -> bool:
    """Whether all runs looked at the same images."""
    return len({run.run.data_fingerprint for run in runs}) == 1


def _first(run: FinishedRun) -> str:
    if run.filters is None or run.architecture is None:
        return "none"
    count, height, width, _ = run.filters.filters.shape
    down, across = run.architecture.stride
    stride = f"{down}" if down == across else f"{down} × {across}"
    return f"{count} filters of {height} × {width} px, stride {stride}"


def _error(run: FinishedRun, error: float | None) -> str:
    if not run.mining.class_names:
        return "no classes"
    if error is None or not run.overview.labelled:
        return "not known"
    low, high = wilson(error / 100 * run.overview.labelled, run.overview.labelled)
    return f"{percent(error / 100, 1)} ({100 * low:.1f} to {percent(high, 1)})"


def _top5(run: FinishedRun) -> float | None:
    return run.overview.top5_error if len(run.overview.class_names) > 5 else None


def _signs(runs: Sequence[FinishedRun]) -> list[Row]:
    found = [{sign.name: sign for sign in signs_of(run)} for run in runs]
    names = dict.fromkeys(name for signs in found for name in signs)
    return [
        Row(
            name,
            tuple(signs[name].found if name in signs else "" for signs in found),
            tuple(name in signs and signs[name].look for signs in found),
        )
        for name in names
    ]


def _mining(run: FinishedRun) -> str:
    seconds = next(r.seconds for r in run.run.experiments if r.name == "mining")
    return _time(seconds)


def _time(seconds: float) -> str:
    return duration(seconds) if seconds else "not known"


def _host(run: FinishedRun) -> str:
    host = run.run.host
    parts = [host.get("devices", ""), host.get("system", ""), host.get("machine", "")]
    return ", ".join(part for part in parts if part)


def _last(run: FinishedRun, which: str) -> str:
    if run.curves is None:
        return ""
    value = float(getattr(run.curves, which)[-1])
    return "–" if math.isnan(value) else percent(value, 1)
