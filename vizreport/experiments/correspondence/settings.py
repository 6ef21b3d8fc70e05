"""What can be chosen about the section Correspondence."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments import checks, values
from vizreport.experiments.setting import setting


@dataclass(frozen=True)
class CorrespondenceSettings:
    """Choices of this experiment.

    Attributes
    ----------
    parts : str or None
        CSV file with the points of objects' parts; None for those that the data know.
    correspondence_class : str or None
        Class whose parts are hidden; None for the one with the most usable images.
    correspondence_images : int
        Upper bound of its images.
    correspondence_layers : tuple of str, or None
        Layers whose changes are compared; None for the last convolution stage and the last hidden
        layer.
    """

    parts: str | None = setting(
        None,
        "CSV file with the header file,part,x,y: positions of the objects' parts in image pixels; "
        "create it with vizreport annotate. By default, parts that come with the data, as in "
        "scenes.",
        metavar="FILE",
        content="file",
    )
    correspondence_class: str | None = setting(
        None,
        "Class whose parts are hidden; the default is the one with the most images that show "
        "three parts.",
        metavar="NAME",
    )
    correspondence_images: int = setting(
        20,
        "Use at most this many images of the class.",
        parse=values.count,
        check=checks.count,
        metavar="N",
    )
    correspondence_layers: tuple[str, ...] | None = setting(
        None,
        "Layers whose changes are compared; the default is the last convolution stage and the "
        "last hidden layer.",
        parse=values.names,
        metavar="A,B",
        content="layer",
    )
