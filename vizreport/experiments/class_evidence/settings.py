"""What can be chosen about the section Class evidence."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments import checks, values
from vizreport.experiments.setting import setting
from vizreport.experiments.shared import OCCLUSION


@dataclass(frozen=True)
class ClassEvidenceSettings:
    """Choices of this experiment.

    Attributes
    ----------
    evidence_images : int or None
        Images on which the maps are tested; None for as many as the network's cost allows.
    """

    evidence_images: int | None = setting(
        None,
        "Images on which Grad-CAM and integrated gradients are tested; the default is 12 to 30, "
        "depending on the network's cost.",
        parse=values.count,
        check=checks.count_or_all,
        metavar="N",
        heading=OCCLUSION,
    )
