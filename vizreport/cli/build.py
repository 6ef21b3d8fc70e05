"""``vizreport build``: from a checkpoint and images to a report."""

from __future__ import annotations

import argparse
import sys

from vizreport.cli import values
from vizreport.cli.options import (
    correspondence,
    invariance,
    network_and_data,
    occlusion,
    pictures,
    preprocessing,
    report,
    running,
    shown,
)
from vizreport.cli.verb import Option, Verb
from vizreport.settings import Settings


def run(arguments: argparse.Namespace) -> int:
    """Build the report that the arguments ask for.

    Returns
    -------
    int
        Exit status: 0 done, 1 a section failed.

    Raises
    ------
    RequestError
        If the checkpoint, the data or a setting is wrong.
    """
    from vizreport.build import BuildRequest, build

    request = BuildRequest(
        checkpoint=arguments.checkpoint,
        data=arguments.data,
        out=arguments.out,
        settings=_settings(arguments),
        labels=arguments.labels,
        labels_in_order=arguments.labels_in_order,
        preset=arguments.preprocess,
        preprocessing=preprocessing.preprocessing_parts(arguments),
        scale_twice=arguments.scale_twice,
        imports=tuple(arguments.imports),
        output=arguments.output,
        output_kind=arguments.output_kind,
        pdf=not arguments.no_pdf,
        paper=arguments.paper or BuildRequest.paper,
        maps_in_print=arguments.maps_in_print or BuildRequest.maps_in_print,
        strict=arguments.strict,
        single_file=arguments.single_file,
    )
    arguments.out = request.folder  # where a traceback goes, too
    status = build(request)
    report.print_reading(request.folder)
    report.print_written(request.folder, arguments)
    if status:
        print("vizreport: a section failed; the report shows which and why", file=sys.stderr)
    return status


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings(
        layers=arguments.layers,
        maps=arguments.maps,
        max_images=arguments.max_images,
        split=arguments.split,
        exif=arguments.exif,
        alpha=arguments.alpha,
        rule=arguments.rule,
        scale=arguments.scale,
        filter_scale=arguments.filter_scale,
        window=arguments.window,
        photographs=tuple(arguments.photographs),
        occlude=tuple(arguments.occlude),
        occlusion_images=arguments.occlusion_images,
        occlusion_layer=arguments.occlusion_layer,
        occlusion_sizes=tuple(arguments.occlusion_sizes) or Settings.occlusion_sizes,
        occlusion_stride=arguments.occlusion_stride,
        occlusion_fill=arguments.occlusion_fill,
        parts=arguments.parts,
        correspondence_class=arguments.correspondence_class,
        correspondence_images=arguments.correspondence_images,
        correspondence_layers=arguments.correspondence_layers,
        refine=arguments.refine,
        invariance=tuple(arguments.invariance),
        invariance_images=arguments.invariance_images,
        invariance_layers=arguments.invariance_layers,
        invariance_interpolation=arguments.invariance_interpolation,
        invariance_fill=arguments.invariance_fill,
        sanity_units=arguments.sanity_units,
        memory=arguments.memory or Settings.memory,
        ablation=arguments.ablation,
        transfer=arguments.transfer,
        deconvolutional=arguments.deconvolutional,
        seed=arguments.seed,
        batch_size=arguments.batch_size,
    )


VERB = Verb(
    name="build",
    summary="build the report of a checkpoint on images",
    description=(
        "Build the report of a checkpoint on images. Finished results are kept in the report's "
        "folder: a build that was stopped goes on from there, and one with nothing changed "
        "computes nothing."
    ),
    usage="--checkpoint FILE|FOLDER|NAME --data SOURCE [options]",
    options=(
        network_and_data.CHECKPOINT,
        network_and_data.DATA,
        Option(
            "--out",
            "Folder of the report; the default is reports/NAME, after the checkpoint.",
            parse=values.folder,
            metavar="FOLDER",
            group=network_and_data.NETWORK,
        ),
        *network_and_data.WHICH_IMAGES,
        network_and_data.LABELS,
        network_and_data.LABELS_IN_ORDER,
        network_and_data.IMPORT,
        network_and_data.OUTPUT,
        network_and_data.OUTPUT_KIND,
        *preprocessing.OPTIONS,
        *shown.OPTIONS,
        *occlusion.OPTIONS,
        *invariance.OPTIONS,
        *correspondence.OPTIONS,
        *pictures.OPTIONS,
        running.SEED,
        running.BATCH_SIZE,
        running.MEMORY,
        report.NO_PDF,
        report.PAPER,
        report.MAPS_IN_PRINT,
        report.SINGLE_FILE,
        running.STRICT,
    ),
    run=run,
)
