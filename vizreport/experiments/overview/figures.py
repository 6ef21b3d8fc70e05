"""The overview: architecture, accuracy, mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vizreport.drawing import charts, montage
from vizreport.drawing.encoding import jpeg_bytes
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Context, Fact, Figure, Section
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.overview import architecture, thresholds
from vizreport.experiments.overview.findings import FEWEST
from vizreport.experiments.overview.meaning import meaning_context
from vizreport.experiments.overview.result import OverviewResult, Subset
from vizreport.models.output import OutputMeaning
from vizreport.results.run import RunRecord
from vizreport.wording.text import network_name, number, percent, quoted, spoken, wilson

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BARS = 30  # classes drawn, at most


_PLAIN: dict[str, Callable[[int], tuple[str, str]]] = {
    "values": lambda n: (f"{number(n)} value{'s' * (n > 1)}", "no classes"),
    "pixels": lambda n: (f"{number(max(n, 2))} classes", "one per pixel"),
}


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show the network, its layers and how well it does on the data."""
    result: OverviewResult = results["overview"]
    mining: MiningResult = results["mining"]
    known = result.top1_error is not None
    figures = [_architecture(result, network_name(result.model_name, run.checkpoint_file))]
    scores = thresholds.scores_of(mining) if known else None
    if scores is not None:
        figures.append(thresholds.figure(scores))
    classes = class_order(result)
    if known and classes:
        figures.append(_by_class(result, classes))
    files: dict[str, bytes] = {}
    mistakes = []
    for i, mistake in enumerate(_named(result) if known else []):
        src = f"figures/mistakes/{i + 1}.jpg"
        files[src] = jpeg_bytes(Image.fromarray(result.mistake_pictures[i]))
        mistakes.append({**mistake, "src": src})
    confusions = [
        (result.class_names[true], result.class_names[taken], count, probability)
        for true, taken, count, probability in (result.confusions if known else [])
        if count > 1  # what happened once is not common
    ]
    if mistakes:
        figures.append(_mistakes(result))
    meaning = meaning_context(result, mining)
    height, width = result.mistake_pictures.shape[1:3] if mistakes else (0, 0)
    context = {
        "result": result,
        "known": known,
        "interval": _interval(result),
        "subsets": [_subset(subset) for subset in result.subsets],
        "mistakes": mistakes,
        "confusions": confusions,
        "picture_size": (width, height),
        "most_images": int(result.class_counts.max(initial=0)),
        "fewest": FEWEST,
        "by_class": bool(classes) and known,
        "preprocessing": preprocessing_rows(result.preprocessing),
        "output": meaning,
        "scores": thresholds.rows(scores) if scores is not None else [],
    }
    facts = _facts(result, mining)
    return Section(tuple(figures), (), (), facts, files, context)


def _facts(result: OverviewResult, mining: MiningResult) -> tuple[Fact, ...]:
    facts = [Fact("Images", number(result.images), f"{len(result.skipped)} skipped")]
    if not mining.class_names:
        meaning = OutputMeaning(**mining.output)
        facts.append(Fact("Output", *_PLAIN[meaning.kind](meaning.outputs)))
    elif result.top1_error is None:
        facts.append(Fact("Accuracy", "not known", "no labels that match"))
    else:
        facts.append(Fact("Top-1 error", percent(result.top1_error / 100, 1), _among(result)))
        if result.top5_error is not None and len(result.class_names) > 5:
            facts.append(Fact("Top-5 error", percent(result.top5_error / 100, 1), _among(result)))
    weights = Fact("Weights", _rounded(result.parameters), f"{len(result.layers)} layers")
    return (weights, *facts)


def _among(result: OverviewResult) -> str:
    return f"of {number(result.labelled)} labelled"


def _rounded(count: int) -> str:
    for size, word in ((10**9, "G"), (10**6, "M")):
        if count >= size:
            return f"{number(count / size)}\u202f{word}"
    return number(count)


def _interval(result: OverviewResult) -> str:
    if result.top1_error is None or not result.labelled:
        return ""
    wrong = result.top1_error / 100 * result.labelled
    low, high = wilson(wrong, result.labelled)
    return _range(low, high)


def _subset(subset: Subset) -> tuple[str, str, str, str]:
    wrong, images = subset["wrong"], subset["images"]
    low, high = wilson(wrong, images)
    return subset["name"], number(images), percent(wrong / images, 1), _range(low, high)


def _range(low: float, high: float) -> str:
    return f"{100 * low:.1f} to {percent(high, 1)}"


def preprocessing_rows(preprocessing: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Describe the preprocessing as command-line options."""
    rows = []
    for name, value in preprocessing.items():
        if value is None or value == [] or name == "schema_version":
            continue
        if name == "mean_image":
            rows.append(("mean", "an image of its own: the mean of each pixel"))
            continue
        if name == "bands":
            shown = ", ".join(map(str, value))
            rows.append(("shown as red, green, blue", f"bands {shown}"))
            continue
        if isinstance(value, bool):
            rows.append((name.replace("_", " "), "yes" if value else "no"))
            continue
        several = list(value) if isinstance(value, (list, tuple)) else [value]
        between = " × " if name in ("input_size", "resize_to") else ", "
        said = between.join(str(v) if isinstance(v, str) else f"{v:g}" for v in several)
        rows.append((name.replace("_", " "), said))
    return rows


def _architecture(result: OverviewResult, name: str) -> Figure:
    stages = len(result.diagram)
    merged = stages > architecture.MOST
    return Figure(
        name="architecture",
        title=f"Architecture of {quoted(name, 40)}",
        caption=(
            "From the image (left) to the output (right): each block is a stack of feature maps, "
            "with its size and the operations leading to it below."
        ),
        method=(
            "A block's height grows with the square root of the map size, its number of sheets "
            "with the logarithm of the number of maps (up to three: that many); a bar has no "
            "spatial positions. Operations are listed in order."
            + (f" {stages} stages; neighbours with the same map size are merged." if merged else "")
        ),
        alt=architecture.describe(result.diagram),
        draw=lambda: architecture.draw(result.diagram),
    )


def class_order(result: OverviewResult) -> list[int]:
    """Return the classes with enough images, best first; [] where fewer than two have enough."""
    counted = np.flatnonzero(result.class_counts >= FEWEST)
    if len(counted) < 2:
        return []
    share = result.class_correct[counted] / result.class_counts[counted]
    return [int(index) for index in counted[np.argsort(-share, kind="stable")]]


def _by_class(result: OverviewResult, classes: list[int]) -> Figure:
    drawn = classes
    left_out = ""
    if len(classes) > BARS:
        drawn = [*classes[: BARS // 2], *classes[-BARS // 2 :]]
        left_out = (
            f" Only the best and worst {BARS // 2} of {len(classes)} classes with at least "
            f"{FEWEST} images are shown."
        )
    best, worst = drawn[0], drawn[-1]
    return Figure(
        name="accuracy-by-class",
        title="Accuracy by class",
        caption=(
            "Share of each class's images that are classified correctly, best class first; n: "
            f"number of images.{left_out}"
        ),
        method=(
            "Correct: the most probable class is the true one. Lines: 95\u202f% interval (Wilson). "
            f"Classes with fewer than {FEWEST} images are omitted."
        ),
        alt=(
            f"Dots in descending order, from {percent(_share(result, best))} for "
            f"{quoted(result.class_names[best], 30)} to {percent(_share(result, worst))} for "
            f"{quoted(result.class_names[worst], 30)}."
        ),
        draw=charts.styled(lambda axes: _bars(axes, result, drawn), 150, 19 + 4.6 * len(drawn)),
        width=150,
    )


def _share(result: OverviewResult, index: int) -> float:
    return float(result.class_correct[index] / result.class_counts[index])


def _bars(axes: Axes, result: OverviewResult, classes: list[int]) -> None:
    for row, index in enumerate(classes):
        low, high = wilson(float(result.class_correct[index]), float(result.class_counts[index]))
        axes.plot([100 * low, 100 * high], [row, row], color=charts.BLUE, lw=1.2, alpha=0.5)
        share = 100 * _share(result, index)
        axes.plot(share, row, "o", color=charts.BLUE, ms=4, clip_on=False)
    names = [
        f"{drawable(spoken(result.class_names[index]), 32)} (n = {result.class_counts[index]})"
        for index in classes
    ]
    axes.set_yticks(range(len(classes)), names)
    axes.set_ylim(len(classes) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"classified correctly, % of the class's n images\n{charts.INTERVAL}")
    axes.grid(axis="x", color=charts.FAINT, lw=0.5)
    axes.set_axisbelow(True)


def _named(result: OverviewResult) -> list[Context]:
    """Return the mistakes with the classes' names in place of their numbers."""
    return [
        {
            **mistake,
            **{which: result.class_names[mistake[which]] for which in ("true", "predicted")},
        }
        for mistake in result.mistakes
    ]


def _mistakes(result: OverviewResult) -> Figure:
    return Figure(
        name="mistakes",
        title="Most confident mistakes",
        caption=(
            "The misclassified images with the highest probability of the wrong class. Above "
            "each: the predicted class and the label, each with the network's probability."
        ),
        method=(
            "The images are shown cropped as the network saw them, but in their own colours, "
            "sorted by the probability of the wrong class."
        ),
        alt="; ".join(
            f"{quoted(mistake['true'], 30)} classified as {quoted(mistake['predicted'], 30)}"
            for mistake in _named(result)
        )
        + ".",
        draw=lambda: _mistakes_drawn(result),
        threaded=True,
    )


def _mistakes_drawn(result: OverviewResult) -> Image.Image:
    cells = [montage.fit(Image.fromarray(picture), 420) for picture in result.mistake_pictures]
    labels = [
        (
            f"predicted: {drawable(spoken(m['predicted']), 40)}",
            f"\nprobability {percent(m['probability'])}"
            f"\nlabel: {drawable(spoken(m['true']), 40)}"
            f"\nprobability {percent(m['true_probability'], 1)}",
        )
        for m in _named(result)
    ]
    return montage.grid(cells, 4, 24, labels, 20)
