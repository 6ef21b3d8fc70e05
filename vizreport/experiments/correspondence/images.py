"""Which class, pictures and parts are compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vizreport.data.part_file import read_parts
from vizreport.data.truth import in_view
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.mining.contents import first_of_each
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.settings import Given
from vizreport.subject.subject import Subject

LEAST_PARTS = 3
MOST_PARTS = 6
LEAST_IMAGES = 4
"""With fewer pictures there are too few pairs to compare."""
_ENOUGH_RIGHT = 5  # pictures, the paper's number: then those classified wrongly are left out

Points = dict[str, tuple[float, float]]
"""x and y of the visible parts of a picture, px of the network's input."""


@dataclass(frozen=True)
class ChosenPictures:
    """The pictures to compare.

    Attributes
    ----------
    class_name : str
        The class that all the pictures show; "" where the data have none.
    images : int32 [I]
        Numbers in the mining result.
    parts : list of str
        All in view in every picture.
    points : float32 [I, P, 2]
        x and y of each part, px of the network's input.
    seen : list of float [P_i, 2]
        All visible parts of each picture.
    usable : int
        Pictures from which these were drawn.
    right : int
        Of these, how many are classified correctly; -1 where it is not known.
    """

    class_name: str
    images: np.ndarray
    parts: list[str]
    points: np.ndarray
    seen: list[np.ndarray]
    usable: int
    right: int


def compared_images(subject: Subject, settings: Given, mining: MiningResult) -> ChosenPictures:
    """Choose the class with the most usable pictures, or the one asked for.

    A picture is usable if three parts (all, where there are fewer) are in view and nothing was
    put in front of the object. Where five or more of them are classified correctly, the others
    are left out.

    Raises
    ------
    RequestError
        If the file of parts is wrong or there is no class of the name asked for.
    NotApplicable
        If nothing is known of parts, or too few pictures show them.
    """
    points = visible_points(subject, settings.parts, mining)
    classes = [_class_name(subject, mining, image) for image in range(len(points))]
    chosen = choose_class(classes, points, settings.correspondence_class)
    least = _least(points, classes, chosen)
    firsts = set(first_of_each(mining).tolist())
    usable = np.array(
        [
            i
            for i, own in enumerate(points)
            if classes[i] == chosen and len(own) >= least and i in firsts
        ],
        np.int32,
    )
    known = mining.labels[usable] >= 0
    right = known & (mining.labels[usable] == mining.top_classes[usable, 0])
    if right.sum() >= _ENOUGH_RIGHT:
        usable = usable[right]
    names = list(dict.fromkeys(part for image in usable for part in points[image]))
    visible = np.array([[part in points[image] for part in names] for image in usable], bool)
    kept, rows = choose_parts(visible.reshape(len(usable), len(names)))
    usable = usable[rows]
    if len(usable) < LEAST_IMAGES:
        of_class = f" of the class {chosen!r}" if chosen else ""
        raise NotApplicable(
            f"only {len(usable)} images{of_class} show the same {least} parts; at least "
            f"{LEAST_IMAGES} are needed"
        )
    random = np.random.default_rng([settings.seed, 11])
    count = min(len(usable), settings.correspondence_images)
    images = np.sort(random.choice(usable, count, replace=False))
    parts = [names[p] for p in kept]
    labels = mining.labels[images]
    return ChosenPictures(
        class_name=chosen,
        images=images,
        parts=parts,
        points=np.array([[points[i][part] for part in parts] for i in images], np.float32),
        seen=[np.array(list(points[i].values())) for i in images],
        usable=len(usable),
        right=int((labels == mining.top_classes[images, 0]).sum()) if (labels >= 0).all() else -1,
    )


def choose_class(classes: list[str], points: list[Points], asked: str | None) -> str:
    """Return the class with the most pictures that show three parts; ties to the first.

    Raises
    ------
    RequestError
        If there is no class of the name asked for.
    """
    with_parts = sorted({name for name, own in zip(classes, points, strict=True) if own})
    if asked is not None:
        if asked not in with_parts:
            raise RequestError(
                f"there is no class {asked!r} with parts; choose --correspondence-class from "
                f"{', '.join(name for name in with_parts if name) or 'classes with parts'}"
            )
        return asked
    least = {name: _least(points, classes, name) for name in with_parts}
    counts = Counter(
        name for name, own in zip(classes, points, strict=True) if own and len(own) >= least[name]
    )
    return counts.most_common(1)[0][0] if counts else ""


def choose_parts(visible: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Choose parts that many pictures show together.

    One after the other, the part that most of the pictures left show, until there are three; then
    further ones, six at most, as long as that costs no picture.

    Parameters
    ----------
    visible : bool [N, P]
        Whether each picture shows each part.

    Returns
    -------
    parts : list of int
        In their own order.
    pictures : bool [N]
        Which show them all.
    """
    left = np.ones(len(visible), bool)
    chosen: list[int] = []
    while len(chosen) < min(MOST_PARTS, visible.shape[1]):
        together = (visible & left[:, None]).sum(axis=0)
        together[chosen] = -1
        best = int(together.argmax())
        if len(chosen) >= LEAST_PARTS and together[best] < left.sum():
            break
        chosen.append(best)
        left &= visible[:, best]
    return sorted(chosen), left


def visible_points(subject: Subject, file: str | None, mining: MiningResult) -> list[Points]:
    """Return the parts in view of every image of the mining result.

    Parameters
    ----------
    subject : Subject
        Says how the network sees an image, and so where its points are.
    file : str or None
        CSV file of the parts; None for what the data know.
    mining : MiningResult
        Its images are the rows.

    Raises
    ------
    RequestError
        If the file of parts is wrong, or names none of the images.
    NotApplicable
        If nothing is known of parts.
    """
    rows, cols = subject.preprocessing.input_size
    found: list[Points] = []
    for image, named in enumerate(_named_points(subject, file, mining)):
        left, top, right, bottom = (float(edge) for edge in mining.boxes[image])
        own: Points = {}
        for part, (x, y) in named.items():
            across = (x - left) * cols / (right - left)
            down = (y - top) * rows / (bottom - top)
            if 0 <= across < cols and 0 <= down < rows:
                own[part] = (across, down)
        found.append(own)
    if not any(found):
        raise NotApplicable(NO_PARTS)
    return found


NO_PARTS = (
    "the data have no object parts; pass a CSV file with --parts FILE (create it with vizreport "
    "annotate), or use --data scenes"
)


def _named_points(subject: Subject, file: str | None, mining: MiningResult) -> list[Points]:
    """Return the visible parts of every image, px of the original image."""
    if file is not None:
        return _from_file(Path(file), mining)
    truth = subject.dataset.truth
    if truth is None:
        raise NotApplicable(NO_PARTS)
    found: list[Points] = []
    for record in mining.records:
        known = truth(int(record))
        parts = {} if known.covered else known.parts
        found.append({name: (p.x, p.y) for name, p in parts.items() if p.visible})
    return found


def _from_file(path: Path, mining: MiningResult) -> list[Points]:
    given = read_parts(path)
    if not set(given) & set(mining.paths):
        raise RequestError(
            f"{path} names none of the images; its entries, such as {next(iter(given))!r}, must "
            f"be paths within the data, such as {mining.paths[0]!r}"
        )
    found: list[Points] = []
    for image, name in enumerate(mining.paths):
        width, height = mining.sizes[image]
        own = given.get(name, {})
        for part, point in own.items():
            if not (0 <= point.x <= width and 0 <= point.y <= height):
                raise RequestError(
                    f"{path}, line {point.line}, puts {part!r} at {point.x:g}, {point.y:g}, "
                    f"outside {name} ({width} x {height} pixels); fix the line"
                )
        found.append({part: (point.x, point.y) for part, point in own.items()})
    return found


def _class_name(subject: Subject, mining: MiningResult, image: int) -> str:
    """Return the data's own name of an image's class, else the network's; "" without."""
    own = subject.dataset.records[int(mining.records[image])].class_name
    if own is not None:
        return own
    label = int(mining.labels[image])
    return mining.class_names[label] if label >= 0 else ""


def _least(points: list[Points], classes: list[str], name: str) -> int:
    """Return how many parts a picture of a class has to show."""
    parts = {part for own, of in zip(points, classes, strict=True) if of == name for part in own}
    return max(1, min(LEAST_PARTS, len(parts)))


def regions(
    subject: Subject, mining: MiningResult, chosen: ChosenPictures, side: int
) -> tuple[str, np.ndarray, np.ndarray]:
    """Return where the object of each picture is, as the network sees it.

    Parameters
    ----------
    subject : Subject
        Has the masks, where the data know them.
    mining : MiningResult
        What the pictures' numbers refer to.
    chosen : ChosenPictures
        I pictures.
    side : int
        Of the occluder, px of the network's input.

    Returns
    -------
    kind : {"mask", "box"}
        The object's pixels where the data know them, else the box around the picture's parts,
        larger by ``side`` on each side and cut at the picture's edges.
    regions : bool [I, h, w]
    boxes : float [I, 4]
        Left, top, right, bottom of each region, px.
    """
    rows, cols = subject.preprocessing.input_size
    truth = subject.dataset.truth
    found = np.zeros((len(chosen.images), rows, cols), bool)
    boxes = np.zeros((len(chosen.images), 4))
    if truth is not None:
        for i, image in enumerate(chosen.images):
            seen = in_view(truth(int(mining.records[image])), subject.preprocessing)
            found[i], boxes[i] = seen.mask, seen.box
        if found.any(axis=(1, 2)).all():
            return "mask", found, boxes
    for i, own in enumerate(chosen.seen):
        low = np.maximum(np.floor(own.min(axis=0)) - side, 0)
        high = np.minimum(np.ceil(own.max(axis=0)) + side, [cols, rows])
        boxes[i] = (*low, *high)
        left, top, right, bottom = boxes[i].astype(int)
        found[i] = False
        found[i, top:bottom, left:right] = True
    return "box", found, boxes
