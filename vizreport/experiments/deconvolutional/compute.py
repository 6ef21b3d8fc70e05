"""Read a learned deconvolutional network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vizreport.deconvolutional.record import read_learned
from vizreport.errors import NotApplicable
from vizreport.experiments.context import Context
from vizreport.experiments.deconvolutional.result import DeconvolutionalResult


def compute(context: Context, required: dict[str, Any]) -> DeconvolutionalResult:
    """Take what ``vizreport deconvnet-learn`` learned into the report.

    Parameters
    ----------
    context : Context
        Only its settings are looked at.
    required : dict
        Empty.

    Raises
    ------
    NotApplicable
        No folder was given, and there is none beside the checkpoint.
    """
    if context.settings.deconvolutional is None:
        raise NotApplicable(
            "there is nothing that vizreport deconvnet-learn learned: name its folder with "
            "--deconvolutional, or put it beside the checkpoint as deconvolutional/"
        )
    return read_learned(Path(context.settings.deconvolutional))
