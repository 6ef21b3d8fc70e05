"""Faults planted one at a time, each with a strength."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from benchmarks.planted_pictures import (
    blurred,
    border,
    brightness,
    compressed,
    jpeg,
    plain,
    seeded,
    sizes,
    upside_down,
)
from benchmarks.sound_networks import (
    SHAPES,
    SIDE,
    Pictures,
    Subject,
    demo,
    rewritten,
    trained,
)

Plant = Callable[[Path, int, float], Subject]


@dataclass(frozen=True)
class Fault:
    """A fault and what finds it.

    Attributes
    ----------
    kinds : tuple of str
        Findings that name it rightly.
    plant : callable
        From folder, seed and strength to what is built of.
    strength : float
        By default.
    meaning : str
        What the strength is.
    """

    kinds: tuple[str, ...]
    plant: Plant
    strength: float
    meaning: str


def channel_order(folder: Path, seed: int, strength: float) -> Subject:
    """Swap red and blue of a share of the pictures, as a reader of another library does."""
    subject = colour(folder, seed, 0.5)
    chosen = seeded(seed).random(len(subject.pictures.images)) < strength
    images = [
        x[..., ::-1] if c else x for x, c in zip(subject.pictures.images, chosen, strict=True)
    ]
    return replace(subject, pictures=replace(subject.pictures, images=images))


def scale(folder: Path, seed: int, strength: float) -> Subject:
    """Scale pixels by another factor than in training."""
    return replace(demo(seed=seed), preprocessing={"scale": 1 / strength})


def mean(folder: Path, seed: int, strength: float) -> Subject:
    """Subtract another mean than in training."""
    return replace(demo(seed=seed), preprocessing={"mean": (strength,) * 3})


def collapsed(folder: Path, seed: int, strength: float) -> Subject:
    """Raise the score of one class."""

    def change(model: keras.Model) -> None:
        layer = model.get_layer("scores")
        kernel, bias = layer.get_weights()
        bias[seed % len(bias)] += strength
        layer.set_weights([kernel, bias])

    return rewritten(trained(folder, "sound", 0), folder / "collapsed.keras", change)


def _renamed(folder: Path, seed: int, count: int, name: str) -> Subject:
    subject = demo(seed=seed)
    names = np.array(subject.pictures.names)
    chosen = seeded(seed).permutation(len(names))[:count]
    names[chosen] = names[np.roll(chosen, 1)]
    return rewritten(subject, folder / f"{name}.keras", class_names=tuple(names.tolist()))


def exchanged_two(folder: Path, seed: int, strength: float) -> Subject:
    """Exchange the names of two outputs."""
    return _renamed(folder, seed, 2, "two-names")


def exchanged_many(folder: Path, seed: int, strength: float) -> Subject:
    """Move the names of some outputs round."""
    return _renamed(folder, seed, int(strength), "names")


def label_noise(folder: Path, seed: int, strength: float) -> Subject:
    """Give a share of the pictures a random other class."""
    subject, random = demo(seed=seed), seeded(seed)
    labels, classes = subject.pictures.labels.copy(), len(subject.pictures.names)
    chosen = random.random(len(labels)) < strength
    labels[chosen] = (labels + random.integers(1, classes, len(labels)))[chosen] % classes
    return replace(subject, pictures=replace(subject.pictures, labels=labels))


def _repeated(folder: Path, seed: int, strength: float, across: bool) -> Subject:
    """Let a share of the pictures repeat others, saved anew as JPEG."""
    subject, random = demo(seed=seed), seeded(seed)
    pictures = subject.pictures
    images, labels = list(pictures.images), pictures.labels
    assert pictures.masks is not None
    masks = pictures.masks.copy()
    for i in random.permutation(len(images))[: max(1, round(strength * len(images)))]:
        others = np.flatnonzero((labels != labels[i]) if across else (labels == labels[i]))
        source = int(random.choice(others[others != i]))
        images[i], masks[i] = jpeg(pictures.images[source], 85), masks[source]
    return replace(subject, pictures=replace(pictures, images=images, masks=masks))


def repeated(folder: Path, seed: int, strength: float) -> Subject:
    """Repeat pictures within their class."""
    return _repeated(folder, seed, strength, False)


def repeated_across(folder: Path, seed: int, strength: float) -> Subject:
    """Repeat pictures under the name of another class."""
    return _repeated(folder, seed, strength, True)


def imbalance(folder: Path, seed: int, strength: float) -> Subject:
    """Take pictures of all classes but one away."""
    subject = demo(600, seed)
    pictures, random = subject.pictures, seeded(seed)
    major = int(random.integers(len(pictures.names)))
    kept = (pictures.labels == major) | (random.random(len(pictures.labels)) < 1 / strength)
    return replace(subject, pictures=_some(pictures, np.flatnonzero(kept)))


def _some(pictures: Pictures, chosen: np.ndarray) -> Pictures:
    masks = pictures.masks[chosen] if pictures.masks is not None else None
    images = [pictures.images[i] for i in chosen]
    return replace(pictures, images=images, labels=pictures.labels[chosen], masks=masks)


def over_confident(folder: Path, seed: int, strength: float) -> Subject:
    """Multiply the scores before the softmax."""

    def change(model: keras.Model) -> None:
        layer = [each for each in model.layers if each.get_weights()][-1]
        layer.set_weights([strength * w for w in layer.get_weights()])

    return rewritten(demo(seed=seed), folder / "confident.keras", change)


def _small_changed(
    folder: Path, seed: int, name: str, change: Callable[[keras.Model], None]
) -> Subject:
    return rewritten(trained(folder, "sound", seed), folder / f"{name}.keras", change)


def initialised(folder: Path, seed: int, strength: float) -> Subject:
    """Give some layers the weights of a new network."""

    def change(model: keras.Model) -> None:
        fresh = keras.models.clone_model(model)
        for name in ("conv2", "conv3", "conv1", "scores")[: int(strength)]:
            model.get_layer(name).set_weights(fresh.get_layer(name).get_weights())

    return _small_changed(folder, seed, "fresh", change)


def dead(folder: Path, seed: int, strength: float) -> Subject:
    """Keep a share of the maps of a layer below zero."""

    def change(model: keras.Model) -> None:
        kernel, bias = model.get_layer("conv2").get_weights()
        bias[seeded(seed).permutation(len(bias))[: round(strength * len(bias))]] -= 100
        model.get_layer("conv2").set_weights([kernel, bias])

    return _small_changed(folder, seed, "dead", change)


def few_updates(folder: Path, seed: int, strength: float) -> Subject:
    """Train in so few steps that the moving averages of batch normalisation have not settled."""
    return trained(folder, f"epochs-{strength:g}", seed, epochs=int(strength), norm=True)


def not_finite(folder: Path, seed: int, strength: float) -> Subject:
    """Let some weights be no numbers, as after a training that diverged."""

    def change(model: keras.Model) -> None:
        kernel, bias = model.get_layer("conv2").get_weights()
        kernel.ravel()[seeded(seed).permutation(kernel.size)[: int(strength)]] = np.nan
        model.get_layer("conv2").set_weights([kernel, bias])

    return _small_changed(folder, seed, "not-finite", change)


def dominated(folder: Path, seed: int, strength: float) -> Subject:
    """Make one map of a layer larger, and what the next layer makes of it smaller."""

    def change(model: keras.Model) -> None:
        kernel, bias = model.get_layer("conv2").get_weights()
        i = int(seeded(seed).integers(len(bias)))
        kernel[..., i] *= strength
        bias[i] *= strength
        bias[i] += strength * 0.05
        model.get_layer("conv2").set_weights([kernel, bias])
        after, rest = model.get_layer("conv3").get_weights()
        after[:, :, i] /= strength
        model.get_layer("conv3").set_weights([after, rest])

    return _small_changed(folder, seed, "dominated", change)


def copies(folder: Path, seed: int, strength: float) -> Subject:
    """Let a share of the maps of a layer repeat others, with a little noise."""

    def change(model: keras.Model) -> None:
        random = seeded(seed)
        kernel, bias = model.get_layer("conv2").get_weights()
        order = random.permutation(len(bias))
        count = round(strength * len(bias))
        for i, j in zip(order[:count], order[count:][np.arange(count) % 4], strict=True):
            noise = 0.02 * kernel[..., j].std() * random.normal(size=kernel[..., j].shape)
            kernel[..., i], bias[i] = kernel[..., j] + noise, bias[j]
        model.get_layer("conv2").set_weights([kernel, bias])

    return _small_changed(folder, seed, "copies", change)


def aliasing(folder: Path, seed: int, strength: float) -> Subject:
    """Make noise of the first layer's filters."""

    def change(model: keras.Model) -> None:
        layer = next(each for each in model.layers if each.get_weights())
        kernel, *rest = layer.get_weights()
        noise = seeded(seed).normal(size=kernel.shape) * kernel.std()
        mixed = np.sqrt(1 - strength) * kernel + np.sqrt(strength) * noise
        layer.set_weights([mixed.astype(kernel.dtype), *rest])

    return rewritten(demo(seed=seed), folder / "noise.keras", change)


def watermark(folder: Path, seed: int, strength: float) -> Subject:
    """Put a mark into the corner of a share of the pictures of one class."""

    def change(pictures: Pictures, draw: int) -> Pictures:
        random = seeded(draw)
        images = [image.copy() for image in pictures.images]
        for i in np.flatnonzero(pictures.labels == seed % len(pictures.names)):
            if random.random() < strength:
                images[i][2:9, SIDE - 12 : SIDE - 2] = (250, 250, 250)
                images[i][4:7, SIDE - 10 : SIDE - 4] = (200, 30, 30)
        return replace(pictures, images=images)

    return trained(folder, f"watermark-{strength:g}", seed, change)


def caption(folder: Path, seed: int, strength: float) -> Subject:
    """Put a line of marks under a share of the pictures of one class."""

    def change(pictures: Pictures, draw: int) -> Pictures:
        random = seeded(draw)
        images = [image.copy() for image in pictures.images]
        for i in np.flatnonzero(pictures.labels == (seed + 1) % len(pictures.names)):
            if random.random() < strength:
                for x in range(3, 21, 3):
                    top = SIDE - 8 + int(random.integers(0, 3))
                    images[i][top : SIDE - 2, x : x + 2] = (240, 220, 40)
        return replace(pictures, images=images)

    return trained(folder, f"caption-{strength:g}", seed, change)


def colour(folder: Path, seed: int, strength: float) -> Subject:
    """Tint the pictures of each class."""
    tints = 30 * np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]], float)

    def change(pictures: Pictures, draw: int) -> Pictures:
        tint = strength * tints[pictures.labels][:, None, None]
        images = np.clip(np.stack(pictures.images) + tint, 0, 255).astype(np.uint8)
        return replace(pictures, images=list(images))

    return trained(folder, f"colour-{strength:g}", seed, change)


def background(folder: Path, seed: int, strength: float) -> Subject:
    """Put the objects of each class before stripes of their own direction and width."""
    rows, cols = np.mgrid[0:SIDE, 0:SIDE]

    def change(pictures: Pictures, draw: int) -> Pictures:
        random = seeded(draw)
        images = [image.astype(float) for image in pictures.images]
        assert pictures.masks is not None
        for i, label in enumerate(pictures.labels):
            angle = np.pi * (label / len(pictures.names) + random.uniform(-0.03, 0.03))
            along = np.cos(angle) * rows + np.sin(angle) * cols
            stripes = 35 * strength * np.sin(along * 2 * np.pi / 7 + random.uniform(0, 2 * np.pi))
            images[i] += np.where(pictures.masks[i], 0, stripes)[..., None]
        return replace(pictures, images=[np.clip(x, 0, 255).astype(np.uint8) for x in images])

    return trained(folder, f"background-{strength:g}", seed, change)


def shifts(folder: Path, seed: int, strength: float) -> Subject:
    """Tell classes by the phase of a pattern of two pixels."""
    rows, cols = np.mgrid[0:SIDE, 0:SIDE]
    patterns = np.stack(
        [rows % 2, (rows + 1) % 2, cols % 2, (cols + 1) % 2, (rows + cols) % 2]
    ).astype(float)

    def change(pictures: Pictures, draw: int) -> Pictures:
        pattern = 30 * strength * (patterns[pictures.labels] - 0.5)
        images = np.clip(np.stack(pictures.images) + pattern[..., None], 0, 255).astype(np.uint8)
        return replace(pictures, images=list(images))

    return trained(folder, f"shifts-{strength:g}", seed, change)


PREPROCESSING = ("preprocessing-better", "preprocessing-departure", "input-range")
FAULTS: dict[str, Fault] = {
    "channel order": Fault(PREPROCESSING[:1], channel_order, 1.0, "share of the images"),
    "scale": Fault(PREPROCESSING, scale, 255.0, "divisor"),
    "mean": Fault(PREPROCESSING, mean, 0.0, "mean subtracted, of 255"),
    "collapsed predictions": Fault(
        ("predictions-one-class", "predictions-collapsed"), collapsed, 30.0, "added to a score"
    ),
    "two names swapped": Fault(
        ("labels-exchanged", "labels-assignment"), exchanged_two, 2, "names"
    ),
    "names rotated": Fault(("labels-assignment",), exchanged_many, 4, "names"),
    "wrong labels": Fault(("labels-noise",), label_noise, 0.15, "share of the labels"),
    "repeated images": Fault(("images-repeated",), repeated, 0.1, "share of the images"),
    "repeated across classes": Fault(
        ("images-repeated-across",), repeated_across, 0.05, "share of the images"
    ),
    "imbalance": Fault(("classes-imbalance",), imbalance, 12.0, "times fewer of the other classes"),
    "over-confidence": Fault(
        ("calibration-error", "accuracy-calibration"), over_confident, 4.0, "factor of the scores"
    ),
    "untrained layer": Fault(("layers-initialised",), initialised, 1, "layers"),
    "unsettled averages": Fault(
        ("averages-unsettled",), few_updates, 4, "epochs of training (47 steps each)"
    ),
    "dead maps": Fault(("architecture-dead", "filters-dead"), dead, 0.6, "share of the maps"),
    "dominating map": Fault(
        ("layers-dominated", "filters-dominating"), dominated, 40.0, "factor of the map"
    ),
    "copied maps": Fault(
        ("architecture-repeated-maps", "architecture-repeated-filters"), copies, 0.4, "share"
    ),
    "first filters noise": Fault(
        ("architecture-aliasing", "architecture-middle"), aliasing, 1.0, "share of the energy"
    ),
    "watermark": Fault(("evidence-place",), watermark, 1.0, "share of the class's images"),
    "caption": Fault(("evidence-place",), caption, 1.0, "share of the class's images"),
    "colour alone": Fault(("evidence-colour",), colour, 1.0, "tint, of 30"),
    "background alone": Fault(("evidence-background",), background, 1.0, "stripes, of 35"),
    "one-pixel shift": Fault(("shifts-pixel",), shifts, 1.0, "pattern, of 15"),
    "image size": Fault(("images-size",), sizes, 1.0, "share of the class's images"),
    "blur": Fault(("images-blur",), blurred, 1.5, "px"),
    "upside down": Fault(("images-turned",), upside_down, 0.5, "share of the images"),
    "brightness": Fault(("images-brightness",), brightness, 80.0, "added to a class, of 255"),
    "plain images": Fault(("images-plain",), plain, 0.03, "share of the images"),
    "border": Fault(("evidence-place",), border, 1.0, "share of the class's images"),
    "non-finite values": Fault(("values-not-finite",), not_finite, 1, "weights"),
    "compression": Fault(("images-compression",), compressed, 15.0, "JPEG quality"),
}
assert len(SHAPES) == 5
