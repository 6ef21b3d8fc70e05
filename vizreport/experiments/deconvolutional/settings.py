"""What can be chosen about the section Deconvolutional network."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments.setting import setting
from vizreport.experiments.shared import SHOWN


@dataclass(frozen=True)
class DeconvolutionalSettings:
    """Choices of this experiment.

    Attributes
    ----------
    deconvolutional : str or None
        Folder of what ``vizreport deconvnet-learn`` left; where None, ``deconvolutional``
        beside the checkpoint.
    """

    deconvolutional: str | None = setting(
        None,
        "Folder written by vizreport deconvnet-learn; the default is deconvolutional beside the "
        "checkpoint, if it exists.",
        metavar="FOLDER",
        heading=SHOWN,
        content="study",
    )
