"""``vizreport inspect``: the reportable layers of a checkpoint."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vizreport.cli.options import network_and_data, preprocessing, running
from vizreport.cli.options.preprocessing import network_options, preprocessing_parts
from vizreport.cli.verb import Verb
from vizreport.errors import RequestError
from vizreport.experiments.shared import SHARED
from vizreport.wording.text import network_name

HEADINGS = (
    "layer",
    "kind",
    "map size",
    "maps",
    "stride",
    "receptive field",
    "backward rule",
)
NUMBERS = {"maps", "stride"}


def run(arguments: argparse.Namespace) -> int:
    """Print each reportable layer with what a report can show of it.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If the checkpoint cannot be loaded, or the graph traced does not compute what it does.
    """
    from vizreport.data.dataset import NO_IMAGES
    from vizreport.models.epochs import last_checkpoint
    from vizreport.models.preprocessing_choice import PreprocessingRequest, describe_choice
    from vizreport.subject.network import StoredNetwork
    from vizreport.subject.subject import Subject
    from vizreport.wording.text import printable

    network = StoredNetwork(last_checkpoint(arguments.checkpoint))
    options = network_options(arguments)
    subject = Subject(network, options, NO_IMAGES)
    model = subject.model
    from vizreport.engine.presets import missing_rule, rule_problem
    from vizreport.experiments.overview.initialised import initialised_warning
    from vizreport.graph.layers import reportable_layers
    from vizreport.models.initialised import as_initialised
    from vizreport.models.output import describe

    try:
        prepared = describe_choice(subject.chosen_preprocessing)
    except RequestError as error:
        # Not the option to choose it with, which only other commands have.
        why = str(error).removeprefix(f"{network.path}: ").partition("; choose --preprocess")[0]
        prepared = f"not known ({why}; vizreport describe records it)"
        # The layers do not depend on it.
        raw = PreprocessingRequest("raw", preprocessing_parts(arguments), scale_twice=True)
        subject = Subject(network, replace(options, preprocessing=raw), NO_IMAGES)
    graph, meaning = subject.graph, subject.output
    reportable = reportable_layers(graph)
    fresh = as_initialised(graph.uses)
    layers = [
        {
            "name": layer.name,
            "kind": meaning.noun if layer.kind == "output" else layer.kind,
            "rows": layer.rows,
            "cols": layer.cols,
            "maps": layer.maps,
            "stride": layer.stride,
            "receptive_field": layer.receptive_field,
            "rule": rule_problem(graph, layer.node, SHARED["rule"].default),
        }
        for layer in reportable
    ]
    if arguments.as_json:
        found = {
            "model": model.name,
            "parameters": model.count_params(),
            "input_shape": graph.input_shape,
            "preprocessing": prepared,
            "output": vars(meaning),
            "layers": layers,
            "notes": graph.notes,
            "initialised": fresh.layers,
        }
        print(json.dumps(found, indent=2))
        return 0
    shape = " x ".join(map(str, graph.input_shape))
    name = network_name(model.name, network.path.name)
    print(f"{name}: input {shape}, {model.count_params():,} parameters")
    print(f"preprocessing: {prepared}")
    print(f"output: {describe(meaning)}\n")
    print(table(layers))
    for note in graph.notes:
        print(f"\n{note}")
    if warning := initialised_warning(fresh.layers, fresh.tested):
        print(f"\nwarning: {printable(warning)}")
    missing = [missing_rule(graph, layer.node, SHARED["rule"].default) for layer in reportable]
    for line in without_rule([pair for pair in missing if pair]):
        print(f"\n{line}")
    return 0


def without_rule(missing: Sequence[tuple[str, str]]) -> list[str]:
    """List each operation without a backward rule once.

    Parameters
    ----------
    missing : sequence of (operation, layer)
        For each reportable layer without a projection, what is missing below it, and where.
    """
    found: dict[str, list[str]] = {}
    for operation, layer in missing:
        found.setdefault(operation, []).append(layer)
    return [
        f"no backward rule for {operation} (layer {layers[0]!r}{', ...' * (len(set(layers)) > 1)}):"
        f" {len(layers)} layer{'s are' if len(layers) > 1 else ' is'} shown without projections, "
        "unless you build with --rule gradient"
        for operation, layers in found.items()
    ]


def table(layers: Sequence[Mapping[str, Any]]) -> str:
    """Return the layers as text in columns.

    Parameters
    ----------
    layers : sequence of mapping
        ``name``, ``kind``, ``rows``, ``cols``, ``maps``, ``stride`` (px, or 0),
        ``receptive_field`` ([height, width] px, or None where a unit sees the whole image) and
        ``rule`` ("" or why there is no backward rule).

    Returns
    -------
    str
        A line of headings and one for each layer; lengths in pixels of the network's input.
    """
    rows = [HEADINGS, *(_cells(layer) for layer in layers)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if heading in NUMBERS else cell.ljust(width)
            for heading, cell, width in zip(HEADINGS, row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _cells(layer: Mapping[str, Any]) -> tuple[str, ...]:
    field = layer["receptive_field"]
    return (
        layer["name"],
        layer["kind"],
        f"{layer['rows']} x {layer['cols']}",
        str(layer["maps"]),
        str(layer["stride"]) if layer["stride"] else "-",
        "whole image" if field is None else " x ".join(map(str, field)),
        "no" if layer["rule"] else "yes",
    )


VERB = Verb(
    name="inspect",
    summary="list the layers of a checkpoint that can be shown",
    description=(
        "List a checkpoint's reportable layers: map size, number of feature maps, stride and "
        "receptive field in input pixels, and whether every operation below has a backward rule "
        "for the deconvnet."
    ),
    usage="--checkpoint FILE|FOLDER|NAME [options]",
    options=(
        network_and_data.LAST_CHECKPOINT,
        network_and_data.IMPORT,
        network_and_data.OUTPUT,
        network_and_data.OUTPUT_KIND,
        preprocessing.INPUT_SIZE,
        running.JSON,
    ),
    run=run,
)
