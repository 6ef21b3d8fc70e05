"""What can be chosen about the section Ablation."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments.setting import setting
from vizreport.experiments.shared import SHOWN


@dataclass(frozen=True)
class AblationSettings:
    """Choices of this experiment.

    Attributes
    ----------
    ablation : str or None
        Folder of what ``vizreport ablate`` left; where None, ``ablation`` beside the checkpoint.
    """

    ablation: str | None = setting(
        None,
        "Folder written by vizreport ablate; the default is ablation beside the checkpoint, if it "
        "exists.",
        metavar="FOLDER",
        heading=SHOWN,
        content="study",
    )
