"""A build as one call: what ``vizreport build`` does, for programs and notebooks."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vizreport.building.build import build as build_report
from vizreport.building.request import BuildRequest
from vizreport.errors import RequestError
from vizreport.experiments import values
from vizreport.experiments.settings import Settings
from vizreport.models.preprocessing_choice import PreprocessingRequest
from vizreport.runs.opened import Run, open_run
from vizreport.subject.options import NetworkOptions


def build(
    checkpoint: str | Path,
    data: str | Path,
    out: str | Path | None = None,
    *,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    preset: str | None = None,
    preprocessing: Mapping[str, Any] | None = None,
    scale_twice: bool = False,
    labels: str | Path | None = None,
    labels_in_order: bool = False,
    imports: Sequence[str] = (),
    output: str | None = None,
    output_kind: str | None = None,
    pdf: bool = True,
    paper: str = "a4",
    maps_in_print: int = 4,
    appendix: bool = False,
    strict: bool = False,
    cluster: str | None = None,
    **settings: Any,
) -> Run:
    """Build the report of a checkpoint on images, as ``vizreport build`` does.

    Finished results are kept in the report's folder: a build that was stopped resumes, and one
    with nothing changed computes nothing.

    Parameters
    ----------
    checkpoint : str or Path
        A ``.keras`` or ``.h5`` file, a folder of them, one an epoch, or the name of a network
        that comes with vizreport.
    data : str or Path
        Source of images, as for ``--data``.
    out : str or Path, optional
        Folder of the report; ``reports/NAME`` by default, after the checkpoint.
    only, skip : sequence of str
        Sections to make, with all that they require, or to leave out, with all that require them.
    preset : str, optional
        Preprocessing preset.
    preprocessing : mapping, optional
        Fields of :class:`vizreport.data.preprocessing.Preprocessing` given one by one.
    scale_twice : bool
        Whether pixels may be scaled that the network scales itself.
    labels : str or Path, optional
        File that names the network's outputs.
    labels_in_order : bool
        Whether the outputs are the data's classes in alphabetical order.
    imports : sequence of str
        Modules that register the user's own layers; their code is run.
    output : str, optional
        Which output of a network with several.
    output_kind : str, optional
        What the output means, see :data:`vizreport.models.output.KINDS`.
    pdf : bool
        Whether to write ``report.pdf``.
    paper : {"a4", "letter"}
        Size of its pages.
    maps_in_print : int
        Feature maps of each layer in it and in the section Top-9.
    appendix : bool
        Whether it ends with the supplementary figures and tables, and how all was measured.
    strict : bool
        Whether to raise where an experiment fails, instead of showing it as failed.
    cluster : str, optional
        ``"auto"`` or the address of a Ray cluster, as for ``--cluster``.
    **settings
        Fields of :class:`vizreport.settings.Settings`: the options of ``vizreport build``.

    Returns
    -------
    Run
        The report, opened. ``run.failed`` names sections that are shown as failed.

    Raises
    ------
    RequestError
        If the checkpoint, the data or a setting is wrong.

    Examples
    --------
    >>> import vizreport
    >>> run = vizreport.build(
    ...     "model.keras", "photos.npz", "reports/model", only=["filters"], pdf=False
    ... )
    >>> run.result("filters").layer
    'conv1'
    """
    try:
        path = values.checkpoint(str(checkpoint))
        address = None if cluster is None else values.cluster(cluster)
    except ArgumentTypeError as error:
        raise RequestError(str(error)) from None
    request = BuildRequest(
        checkpoint=path,
        data=str(data),
        out=None if out is None else Path(out),
        settings=Settings(**settings),
        network=NetworkOptions(
            PreprocessingRequest(preset, dict(preprocessing or {}), scale_twice),
            labels=None if labels is None else Path(labels),
            labels_in_order=labels_in_order,
            imports=tuple(imports),
            output=output,
            output_kind=output_kind,
        ),
        pdf=pdf,
        paper=paper,
        maps_in_print=maps_in_print,
        appendix=appendix,
        strict=strict,
        only=tuple(only),
        skip=tuple(skip),
        cluster=address,
    )
    build_report(request)
    return open_run(request.folder)
