"""Read a learned deconvolutional network."""

from __future__ import annotations

from vizreport.experiments.deconvolutional.record import read_learned
from vizreport.experiments.deconvolutional.result import DeconvolutionalResult
from vizreport.experiments.settings import Given
from vizreport.experiments.studies import study_folder


def compute(settings: Given) -> DeconvolutionalResult:
    """Take what ``vizreport deconvnet-learn`` learned into the report.

    Raises
    ------
    NotApplicable
        No folder was given, and there is none beside the checkpoint.
    """
    return read_learned(
        study_folder(settings.deconvolutional, "deconvolutional", "deconvnet-learn")
    )
