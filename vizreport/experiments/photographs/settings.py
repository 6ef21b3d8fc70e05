"""What can be chosen about the section Photographs."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport import values
from vizreport.experiments.setting import setting
from vizreport.experiments.shared import SHOWN


@dataclass(frozen=True)
class PhotographsSettings:
    """Choices of this experiment.

    Attributes
    ----------
    photographs : tuple of str
        Files whose strongest feature maps are projected one by one.
    """

    photographs: tuple[str, ...] = setting(
        (),
        "Show the strongest feature maps of this photograph too: a file, or skimage:chelsea (a "
        "cat), skimage:coffee or skimage:astronaut, which scikit-image installs. Repeatable.",
        flag="--image",
        parse=values.photograph,
        metavar="FILE|skimage:NAME",
        heading=SHOWN,
        repeat=True,
        content="file",
    )
