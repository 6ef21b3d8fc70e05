"""One image with a square slid over it, computed wherever that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from vizreport.experiments.occlusion.examples import TRIED, coarse
from vizreport.experiments.occlusion.fills import NOISE_DRAWS, fill_picture
from vizreport.graph.layers import ReportableLayer
from vizreport.parallel.piece import Compute, Piece
from vizreport.subject.subject import Subject

if TYPE_CHECKING:
    from vizreport.engine.occlusion import Scores

# Interpolated places that are computed after all, to say how far off interpolation is: the least
# sure, and so many drawn at random that the largest error bounds 95 % of all (0.95**59 < 0.05).
_LEAST_SURE, _DRAWN = 24, 59
_AROUND = 5  # places across, over which the map's range says how sure interpolation is


@dataclass(frozen=True)
class Square:
    """A square's size and places, px."""

    size: int
    tops: np.ndarray
    lefts: np.ndarray


@dataclass(frozen=True)
class Fill:
    """What the square shows.

    Attributes
    ----------
    kind : str
        As in :class:`vizreport.experiments.occlusion.result.OcclusionResult`.
    seed : int
        Of noise.
    memory : int
        Bytes that batches of places may take.
    """

    kind: str
    seed: int
    memory: int

    @property
    def draws(self) -> int:
        """How many are averaged."""
        return NOISE_DRAWS if self.kind == "noise" else 1


@dataclass(frozen=True)
class Clean:
    """What the network says of I images with nothing hidden.

    Attributes
    ----------
    classes : int32 [I]
        Whose probability is watched.
    probabilities : float32 [I]
        Of these classes.
    best, best_probabilities : int32 [I], float32 [I]
        Most probable classes.
    maps : int32 [I]
        Feature maps that are summed.
    activations : float32 [I]
        Their sums.
    values, units : float32 [I], int32 [I]
        Activation and flat place of their strongest units.
    """

    classes: np.ndarray
    probabilities: np.ndarray
    best: np.ndarray
    best_probabilities: np.ndarray
    maps: np.ndarray
    activations: np.ndarray
    values: np.ndarray
    units: np.ndarray


@dataclass(frozen=True)
class ToOcclude:
    """An image and what is watched in it.

    Attributes
    ----------
    number : int
        Among the images; seeds what is drawn at random.
    picture : uint8 [h, w, 3], or [h, w, C] of bands
        In its own colours.
    watched, feature_map : int
        Class whose probability is watched, and feature map that is summed.
    clean : float
        That probability with nothing hidden.
    square : Square
        What is slid over it.
    """

    number: int
    picture: np.ndarray
    watched: int
    feature_map: int
    clean: float
    square: Square


@dataclass(frozen=True)
class Fall:
    """How far an image's probability falls over a coarse grid of places."""

    fall: float


@dataclass(frozen=True)
class Occluded:
    """One image's maps for one size of the square, as in the result; h x w, R x C places."""

    fills: Annotated[np.ndarray, "uint8 [h, w, 3]"]
    probabilities: Annotated[np.ndarray, "float32 [R, C]"]
    activations: Annotated[np.ndarray, "float32 [R, C]"]
    best: Annotated[np.ndarray, "int32 [R, C]"]
    best_probabilities: Annotated[np.ndarray, "float32 [R, C]"]
    computed: Annotated[np.ndarray, "bool [R, C]"]
    errors: Annotated[np.ndarray, "float32 []"]
    errors_drawn: Annotated[np.ndarray, "float32 [59]"]


# Images that a build commonly occludes with one square.
_IMAGES = 3


def image_pieces(pictures: np.ndarray, clean: Clean, square: Square, size: int) -> Iterator[Piece]:
    """Cut occlusion by squares of one size into images.

    Parameters
    ----------
    pictures : uint8 [I, h, w, 3]
        The images.
    clean : Clean
        What the network says of them.
    square : Square
        Slid over all of them.
    size : int
        Places computed of each.
    """
    for i, picture in enumerate(pictures):
        image = ToOcclude(
            i,
            picture,
            int(clean.classes[i]),
            int(clean.maps[i]),
            float(clean.probabilities[i]),
            square,
        )
        yield Piece(f"{square.size}px-{i}", image, size, f"image {i}, square of {square.size} px")


def coarse_grid(square: Square) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns, among a square's places, of the coarse grid: int [P] each."""
    grid = np.meshgrid(coarse(len(square.tops)), coarse(len(square.lefts)), indexing="ij")
    rows, cols = (part.ravel() for part in grid)
    return rows, cols


def find_fall(subject: Subject, layer: ReportableLayer, fill: Fill) -> Compute:
    """Return what computes how far an image's probability falls: from ToOcclude to Fall."""

    def compute(image: ToOcclude, done: Callable[[int], Any]) -> Fall:
        square = image.square
        random = np.random.default_rng([fill.seed, image.number, square.size])
        fills = fill_picture(image.picture, fill.kind, square.size, random)[None]
        occluding = _Occluding(subject, layer, fill, image, fills, TRIED)
        scores = occluding.scores(*coarse_grid(square), done)
        return Fall(float(image.clean - scores.outputs[:, image.watched].min()))

    return compute


def occlude_image(subject: Subject, layer: ReportableLayer, fill: Fill, refined: bool) -> Compute:
    """Return what occludes an image with squares of one size: from ToOcclude to Occluded."""
    from vizreport.engine.occlusion import refine

    def compute(image: ToOcclude, done: Callable[[int], Any]) -> Occluded:
        square, watched = image.square, image.watched
        shape = len(square.tops), len(square.lefts)
        rows, cols = np.indices(shape).reshape(2, -1)
        random = np.random.default_rng([fill.seed, image.number, square.size])
        fills = np.stack(
            [fill_picture(image.picture, fill.kind, square.size, random) for _ in range(fill.draws)]
        )
        evaluate = _Occluding(subject, layer, fill, image, fills, _IMAGES).scores
        if refined:
            scores, computed = refine(shape, partial(evaluate, done=done), watched)
            scores, computed, worst, drawn = _checked(evaluate, scores, computed, watched, random)
        else:
            scores, computed = evaluate(rows, cols, done), np.ones(shape, bool)
            worst, drawn = 0.0, np.full(_DRAWN, np.nan, np.float32)
        best = scores.outputs.argmax(axis=1).astype(np.int32)
        at_best = scores.outputs[np.arange(len(best)), best]
        return Occluded(
            fills=subject.preprocessing.shown(fills[0]),
            probabilities=scores.outputs[:, watched].reshape(shape),
            activations=scores.activations.reshape(shape),
            best=best.reshape(shape),
            best_probabilities=at_best.reshape(shape),
            computed=computed,
            errors=np.array(worst, np.float32),
            errors_drawn=drawn,
        )

    return compute


@dataclass(frozen=True)
class _Occluding:
    """An image, and what its squares are filled with: uint8 [draws, h, w, C].

    ``together`` is how many images are occluded at these places, which share compiling.
    """

    subject: Subject
    layer: ReportableLayer
    fill: Fill
    image: ToOcclude
    fills: np.ndarray
    together: int

    def scores(
        self, rows: np.ndarray, cols: np.ndarray, done: Callable[[int], Any] | None = None
    ) -> Scores:
        """Give probabilities and activations at places by their row and column among all places.

        Averages over draws of the fill.
        """
        from vizreport.engine.occlusion import Running, Scores, Squares, occlude

        image, preprocessing = self.image, self.subject.preprocessing
        square, output = image.square, self.subject.output
        inputs = preprocessing.tensor(image.picture[None])[0]
        maps = self.together * len(self.fills)
        running = Running(memory=self.fill.memory, progress=done, maps=maps)
        draws = [
            occlude(
                self.subject.traced,
                inputs,
                hidden,
                Squares(square.tops[rows], square.lefts[cols], square.size),
                self.layer,
                image.feature_map,
                running,
            )
            for hidden in preprocessing.tensor(self.fills)
        ]
        return Scores(
            np.mean([output.probabilities(draw.outputs) for draw in draws], axis=0),
            np.mean([draw.activations for draw in draws], axis=0),
        )


def _checked(
    evaluate: Callable[..., Scores],
    scores: Scores,
    computed: np.ndarray,
    watched: int,
    random: np.random.Generator,
) -> tuple[Scores, np.ndarray, float, np.ndarray]:
    """Compute some interpolated places after all, and put them in.

    Returns
    -------
    scores : Scores
    computed : bool [R, C]
    worst : float
        Largest error of a probability at the places where the map's range around is largest.
    drawn : float32 [59]
        Errors at places drawn at random; NaN where fewer were interpolated.
    """
    from scipy import ndimage  # slow to import

    from vizreport.engine.occlusion import Scores

    shape, drawn = computed.shape, np.full(_DRAWN, np.nan, np.float32)
    guessed = np.flatnonzero(~computed)
    if not len(guessed):
        return scores, computed, 0.0, drawn
    around = scores.outputs[:, watched].reshape(shape)
    doubt = ndimage.maximum_filter(around, _AROUND) - ndimage.minimum_filter(around, _AROUND)
    doubtful = guessed[np.argsort(-doubt.ravel()[guessed], kind="stable")][:_LEAST_SURE]
    sample = random.permutation(guessed)[:_DRAWN]
    places = np.concatenate([doubtful, sample])
    exact = evaluate(*np.unravel_index(places, shape))
    errors = np.abs(scores.outputs[places, watched] - exact.outputs[:, watched])
    drawn[: len(sample)] = errors[len(doubtful) :]
    outputs, activations = scores.outputs.copy(), scores.activations.copy()
    outputs[places], activations[places] = exact.outputs, exact.activations
    known = computed.copy()
    known.ravel()[places] = True
    return Scores(outputs, activations), known, float(errors[: len(doubtful)].max()), drawn
