"""What can be chosen about the section Transfer."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments.setting import setting
from vizreport.experiments.shared import SHOWN


@dataclass(frozen=True)
class TransferSettings:
    """Choices of this experiment.

    Attributes
    ----------
    transfer : str or None
        Folder of what ``vizreport transfer`` left; where None, ``transfer`` beside the checkpoint.
    """

    transfer: str | None = setting(
        None,
        "Folder written by vizreport transfer; the default is transfer beside the checkpoint, if "
        "it exists.",
        metavar="FOLDER",
        heading=SHOWN,
        content="study",
    )
