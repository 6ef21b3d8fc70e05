"""Images compared, changed and covered: what shows a fault of network or data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import numpy as np

from vizreport.data.image import UnreadableImage
from vizreport.engine.presets import rule_problem
from vizreport.errors import NotApplicable
from vizreport.experiments.diagnosis import (
    changes,
    estimation,
    fixed_places,
    quality,
    repeated,
    turns,
)
from vizreport.experiments.diagnosis.result import DiagnosisResult, Pair
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.occlusion.masks import object_masks
from vizreport.experiments.settings import Given
from vizreport.parallel.piece import Compute, Work, image_pieces
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject

CHANGED = 100
"""Images classified again under each change."""
MEASURED, MEASURED_OF_A_CLASS = 240, 30
"""Images whose sharpness and compression are measured."""
PAIRS_SHOWN = 6


# Fields of the result, as :class:`DiagnosisResult` describes them.


class _Repeated(TypedDict):
    compared: int
    plain: np.ndarray
    pairs: list[Pair]
    pair_pictures: np.ndarray


class _Quality(TypedDict):
    blur: np.ndarray
    blocks: np.ndarray
    light: np.ndarray


class _Changed(TypedDict):
    changed: np.ndarray
    predictions: dict[str, np.ndarray]
    shift_predictions: np.ndarray
    change_pictures: np.ndarray
    change_names: list[str]


class _Turned(TypedDict):
    mistakes: np.ndarray
    turn_names: list[str]
    turned_right: np.ndarray


class _Repredicted(_Changed, _Turned, fixed_places.FixedPlaces, estimation.Reestimated):
    pass


def compute(
    subject: Subject, settings: Given, mining: MiningResult, pieces: Pieces
) -> DiagnosisResult:
    """Compare images, and classify some of them again, changed and covered.

    Reads the mining result: images, labels and predictions.
    """
    seed = settings.seed
    untested: list[tuple[str, str]] = []
    return DiagnosisResult(
        **_repeated(subject, pieces, mining, seed),
        **_quality(subject, mining, seed),
        **_predictions(subject, mining, seed, untested),
        untested=untested,
        batch_normalization=any(n.kind == "batch_normalization" for n in subject.graph.nodes),
    )


def _repeated(subject: Subject, pieces: Pieces, mining: MiningResult, seed: int) -> _Repeated:
    n = len(mining.paths)
    order = np.random.default_rng([seed, 1]).permutation(n)
    sample = np.sort(order[: repeated.MOST_COMPARED])
    # Shrinking takes longest; a fixed batch, so that pieces are the same whatever the build's is.
    cut = image_pieces(len(sample), 32, mining.records[sample])
    work = Work("signatures", sign, (), cut, repeated.Signed, "comparing", "images")
    signed = [*pieces.map(subject, work)]
    hashes = np.concatenate([one.hashes for one in signed])
    small = np.concatenate([one.small for one in signed])
    plain = sample[repeated.is_plain(small)].astype(np.int32)
    pairs = repeated.repeated(hashes, small)
    for pair in pairs:
        pair["first"], pair["second"] = (int(sample[pair[key]]) for key in ("first", "second"))
    labels = _classes(mining)
    across = [p for p in pairs if labels[p["first"]] != labels[p["second"]]]
    shown = [*across, *(p for p in pairs if p not in across)][:PAIRS_SHOWN]
    height, width = subject.preprocessing.input_size
    seen = np.zeros((len(shown), 2, height, width, 3), np.uint8)
    for i, pair in enumerate(shown):
        seen[i] = subject.shown(mining.records[[pair["first"], pair["second"]]])
    rest = [p for p in pairs if p not in shown]
    return {"compared": len(sample), "plain": plain, "pairs": shown + rest, "pair_pictures": seen}


def sign(subject: Subject) -> Compute:
    """Return what makes signatures of images: from their records to Signed."""

    def compute(records: np.ndarray, done: Callable[[int], Any]) -> repeated.Signed:
        return repeated.Signed(*repeated.signatures(subject.shown(records)))

    return compute


def _classes(mining: MiningResult) -> np.ndarray:
    """Return numbers of the images' classes, by label or by the data's own name."""
    return mining.labels if (mining.labels >= 0).any() else mining.data_classes


def _quality(subject: Subject, mining: MiningResult, seed: int) -> _Quality:
    labels = _classes(mining)
    taken: dict[int, int] = {}
    chosen = []
    for i in np.random.default_rng([seed, 2]).permutation(len(labels)):
        label = int(labels[i])
        if taken.get(label, 0) < MEASURED_OF_A_CLASS:
            taken[label] = taken.get(label, 0) + 1
            chosen.append(int(i))
        if len(chosen) == MEASURED:
            break
    found = np.full((3, len(labels)), np.nan, np.float32)
    for i in chosen:
        try:
            grey = quality.middle(subject.dataset.read(int(mining.records[i])))
        except UnreadableImage:  # it was readable before: a disk that fails
            continue
        found[:, i] = quality.blur(grey), quality.blocks(grey), grey.mean()
    return {"blur": found[0], "blocks": found[1], "light": found[2]}


def _predictions(
    subject: Subject, mining: MiningResult, seed: int, untested: list[tuple[str, str]]
) -> _Repredicted:
    height, width = subject.preprocessing.input_size
    try:
        require_sound(mining)
        reason = "" if mining.top_classes.shape[1] else "the network outputs no classes"
    except NotApplicable as error:
        reason = str(error)
    if reason:
        untested.append(("What predictions depend on", reason))
        return {
            "changed": np.zeros(0, np.int32),
            "predictions": {changes.NONE: np.zeros(0, np.int32)},
            "shift_predictions": np.zeros((0, 4), np.int32),
            "change_pictures": np.zeros((0, height, width, 3), np.uint8),
            "change_names": [],
            **_no_mistakes(),
            **fixed_places.none(height, width),
            **estimation.none(),
        }

    def predict(pictures: np.ndarray) -> np.ndarray:
        found = []
        for start in range(0, len(pictures), subject.batch_size):
            tensor = subject.preprocessing.tensor(pictures[start : start + subject.batch_size])
            found.append(subject.output.probabilities(subject.given_out(tensor)))
        return np.concatenate(found)

    return {
        **_changed(subject, mining, seed, predict, untested),
        **_turned(subject, mining, seed, predict),
        **_places(subject, mining, seed, predict, untested),
        **estimation.reestimated(subject, mining, seed, untested),
    }


def _changed(
    subject: Subject,
    mining: MiningResult,
    seed: int,
    predict: fixed_places.Predict,
    untested: list[tuple[str, str]],
) -> _Changed:
    order = np.random.default_rng([seed, 3]).permutation(len(mining.paths))
    images = np.sort(order[:CHANGED]).astype(np.int32)
    pictures = subject.pictures(mining.records[images])
    masks, masked = object_masks(subject, mining, images)
    # An object that fills the picture, or is hardly there, cannot be told from the rest.
    areas = masks.mean(axis=(1, 2))
    masked &= (areas > 0.01) & (areas < 0.8)
    versions = {
        changes.NONE: pictures,
        changes.COLOUR: changes.only_colour(pictures),
        changes.SHUFFLED: changes.shuffled(pictures, seed),
    }
    if masked.any():
        wide = changes.grown(masks, max(1, min(masks.shape[1:]) // 32))
        versions[changes.OBJECT] = changes.covered(pictures, wide)
        versions[changes.BACKGROUND] = changes.covered(pictures, ~wide)
    else:
        untested.append(("Evidence off the object", "the data have no object masks or boxes"))
    predictions = {}
    for name, changed in versions.items():
        if name == changes.NONE:
            best = mining.top_classes[images, 0].astype(np.int32)  # classified before
        else:
            best = predict(changed).argmax(axis=1).astype(np.int32)
        on_masks = name in (changes.OBJECT, changes.BACKGROUND)
        predictions[name] = np.where(masked, best, -1).astype(np.int32) if on_masks else best
    shifts = [predict(changes.shifted(pictures, *by)).argmax(axis=1) for by in changes.SHIFTS]
    example = int(np.argmax(masked)) if masked.any() else 0
    shown = np.stack(
        [subject.preprocessing.shown(each[[example]])[0] for each in versions.values()]
    )
    return {
        "changed": images,
        "predictions": predictions,
        "shift_predictions": np.stack(shifts, axis=1).astype(np.int32),
        "change_pictures": shown,
        "change_names": list(versions),
    }


def _turned(
    subject: Subject, mining: MiningResult, seed: int, predict: fixed_places.Predict
) -> _Turned:
    wrong = np.flatnonzero((mining.labels >= 0) & (mining.top_classes[:, 0] != mining.labels))
    if not len(wrong):
        return _no_mistakes()
    images = np.sort(np.random.default_rng([seed, 4]).permutation(wrong)[: turns.MISTAKES])
    pictures = subject.pictures(mining.records[images])
    names = turns.usable(*pictures.shape[1:])
    found = [predict(turns.turned(pictures, name)).argmax(axis=1) for name in names]
    right = np.stack(found, axis=1) == mining.labels[images][:, None]
    return {
        "mistakes": images.astype(np.int32),
        "turn_names": names,
        "turned_right": right.astype(np.int8),
    }


def _no_mistakes() -> _Turned:
    return {
        "mistakes": np.zeros(0, np.int32),
        "turn_names": [],
        "turned_right": np.zeros((0, 0), np.int8),
    }


def _places(
    subject: Subject,
    mining: MiningResult,
    seed: int,
    predict: fixed_places.Predict,
    untested: list[tuple[str, str]],
) -> fixed_places.FixedPlaces:
    top = mining.top_classes[:, 0]
    sure = mining.top_probabilities[:, 0] >= 0.5
    known = (mining.labels >= 0).any()
    if known:
        sure = sure & (top == mining.labels)
    needed = fixed_places.CHOOSING + fixed_places.FEWEST
    by_class = {int(c): np.flatnonzero(sure & (top == c)) for c in np.unique(top[sure])}
    by_class = {c: images for c, images in by_class.items() if len(images) >= needed}
    largest = sorted(by_class, key=lambda c: -len(by_class[c]))[: fixed_places.MOST_CLASSES]
    if len(largest) < 2:
        which = "classified correctly with confidence" if known else "classified surely"
        untested.append(
            (
                "Evidence in a fixed region of the image",
                f"this needs two classes with {needed} images {which}, and there are "
                f"{len(largest) or 'none'}",
            )
        )
        return fixed_places.none(*subject.preprocessing.input_size)
    if len(by_class) > len(largest):
        untested.append(
            (
                "Evidence in a fixed region of the image for the smaller classes",
                f"only the {len(largest)} largest of {len(by_class)} are tested",
            )
        )
    project = _projector(subject, mining, untested)
    found = fixed_places.look(
        {c: by_class[c] for c in largest},
        lambda images: subject.pictures(mining.records[images]),
        predict,
        project,
        seed,
    )
    found["place_pictures"] = subject.preprocessing.shown(found["place_pictures"])
    return found


def _projector(
    subject: Subject, mining: MiningResult, untested: list[tuple[str, str]]
) -> fixed_places.Project | None:
    """Return what projects the units of classes; None where they are none, or have no rule."""
    deconvnet, layer = subject.deconvnet("deconvnet"), mining.output_layer
    units = len(mining.layers[layer].means) if layer in mining.layers else 0
    reason = "the classes have no units of their own"
    if units == len(mining.class_names):
        reason = rule_problem(subject.graph, deconvnet.layer(layer).node, "deconvnet")
    if reason:
        untested.append(("Energy of projections in a fixed region of the image", reason))
        return None

    def project(pictures: np.ndarray, c: int) -> np.ndarray:
        try:
            found = deconvnet.project(subject.preprocessing.tensor(pictures), layer, c)
        except NotApplicable:  # not finite
            return np.zeros(pictures.shape[:3])
        return np.asarray(np.square(found, dtype=np.float64).sum(axis=-1))

    return project
