"""What is known of a picture beside its class: where the object is, and its named parts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from vizreport.data.preprocessing import Preprocessing


@dataclass(frozen=True)
class Part:
    """A named point of the object.

    Attributes
    ----------
    x, y : float
        Position, px from the left and the top edge (the first pixel's centre is at 0.5, 0.5);
        outside of the picture if it was cut off.
    visible : bool
        Whether it is in the picture and nothing hides it.
    """

    x: float
    y: float
    visible: bool


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of a picture.

    Attributes
    ----------
    mask : bool [h, w]
        Where the object is seen: at least half of the pixel shows it.
    box : (left, top, right, bottom)
        Bounds of the mask, px; right and bottom are exclusive. All 0 where it is empty.
    parts : dict of name to Part
        Those that the object has, hidden ones too; empty for data without parts.
    design, stage : str
        Which of the class's designs it is and where it was photographed; "" where not known.
    covered : bool
        Whether something was put in front of the object.
    held_out : str
        What of the picture the training split never has, where the data tell: "ranges" of sizes
        and colours, the whole "construction", or "".
    """

    mask: np.ndarray
    box: tuple[int, int, int, int]
    parts: dict[str, Part] = field(default_factory=dict)
    design: str = ""
    stage: str = ""
    covered: bool = False
    held_out: str = ""


def bounds(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what is True, the latter two exclusive; 0 if none."""
    if not mask.any():
        return 0, 0, 0, 0
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1


def in_view(truth: Truth, preprocessing: Preprocessing) -> Truth:
    """Carry a picture's truth into what the network sees of it, in pixels of its input.

    The mask is resized and cropped as the picture is, so that it fits it pixel by pixel; points
    are mapped exactly. A part that the crop cuts off is not visible.

    Parameters
    ----------
    truth : Truth
        At the picture's full size.
    preprocessing : Preprocessing
        From an image to the network's input.

    Returns
    -------
    Truth
        Its mask has the input's size, and is empty where the crop leaves the object out.

    Raises
    ------
    UnreadableImage
        If the picture is not resized and smaller than the network's input.
    """
    height, width = truth.mask.shape
    rows, cols = preprocessing.input_size
    left, top, right, bottom = preprocessing.box(width, height)
    white = np.repeat(255 * truth.mask.astype(np.uint8)[..., None], 3, axis=2)
    mask = preprocessing.picture(white)[..., 0] > 127
    parts = {}
    for name, part in truth.parts.items():
        x = (part.x - left) * cols / (right - left)
        y = (part.y - top) * rows / (bottom - top)
        parts[name] = Part(x, y, part.visible and 0 <= x < cols and 0 <= y < rows)
    return replace(truth, mask=mask, box=bounds(mask), parts=parts)
