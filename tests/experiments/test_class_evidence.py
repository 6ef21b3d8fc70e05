"""Maps of class evidence and the tests they are put to, against the plain way."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from tests.experiments import tiny
from vizreport.data.truth import Truth
from vizreport.engine.evidence import over_the_input
from vizreport.errors import NotApplicable
from vizreport.experiments.class_evidence import cells, drawing
from vizreport.experiments.class_evidence.findings import findings, passed
from vizreport.experiments.class_evidence.methods import Evidence, over_squares
from vizreport.experiments.class_evidence.verdicts import areas, gain, left
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import sentence
from vizreport.graph.layers import named_layers

compute = tiny.computing("class_evidence")
CAM, GRADIENTS = "grad-cam", "integrated-gradients"


@pytest.fixture(scope="module")
def occluded(tiny_subject, mined):
    few = tiny.changed(tiny_subject, occlusion_stride=5, occlusion_sizes=(0.3,))
    return tiny.computing("occlusion")(few, {"mining": mined})


@pytest.fixture(scope="module")
def subject(tiny_subject):
    """With data that know their objects: the left half, in every picture."""
    found = tiny.changed(tiny_subject, evidence_images=5)
    mask = np.zeros(tiny.SIZE, bool)
    mask[:, :14] = True
    truth = Truth(mask, (0, 0, 14, 24))
    return tiny.asking(
        SimpleNamespace(
            **{name: getattr(found, name) for name in (
                "model", "graph", "traced", "given_out", "preprocessing", "output", "pictures",
                "shown",
            )},
            batch_size=7,
            dataset=SimpleNamespace(truth=lambda record: truth, decoding=None),
        ),
        evidence_images=5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(subject, mined, occluded):
    before = [np.array(w) for w in subject.model.get_weights()]
    result = compute(subject, {"mining": mined, "occlusion": occluded})
    for was, now in zip(before, subject.model.get_weights(), strict=True):
        np.testing.assert_array_equal(was, now)  # whatever was shuffled meanwhile
    return result


def test_maps_are_sums_over_the_occlusions_square(subject, found, occluded):
    assert found.methods == [CAM, GRADIENTS]
    assert found.paths == occluded.clean.paths
    size = found.size
    assert size == 7
    np.testing.assert_allclose(
        found.falls[0],
        occluded.clean.probabilities[0] - occluded.squares[7].probabilities[0],
        atol=1e-6,
    )
    (layer,) = named_layers(subject.graph, ("conv2",))
    evidence = Evidence(subject, layer)
    grey = subject.preprocessing.tensor(np.full((1, *tiny.SIZE, 3), 128, np.uint8))[0]
    for i, picture in enumerate(found.pictures):
        image = subject.preprocessing.tensor(picture[None])[0]
        pixels = evidence.pixels(image, grey, int(found.classes[i]), found.steps)
        for r, c in ((0, 0), (2, 1), (-1, -1)):
            top, left_ = found.tops[r], found.lefts[c]
            part = slice(top, top + size), slice(left_, left_ + size)
            wanted = pixels[CAM][part].mean()
            assert found.maps[CAM][i, r, c] == pytest.approx(wanted, rel=1e-4, abs=1e-6)
            wanted = pixels[GRADIENTS][part].sum()
            assert found.maps[GRADIENTS][i, r, c] == pytest.approx(wanted, rel=1e-4, abs=1e-6)
        apart = found.scores[i] - found.grey_scores[i]
        assert found.totals[i] == pytest.approx(apart, rel=0.15, abs=0.05)


def test_scores_are_those_before_the_softmax(subject, found):
    scores = subject.model(subject.preprocessing.tensor(found.pictures)).numpy()
    apart = np.log(scores[np.arange(len(scores)), found.classes] / scores[:, 0])
    first = Evidence(subject, named_layers(subject.graph, ("conv2",))[0]).scores(
        subject.preprocessing.tensor(found.pictures), np.zeros(len(scores), int)
    )
    np.testing.assert_allclose(found.scores - first, apart, atol=1e-4)


def test_deletion_and_insertion_by_brute_force(subject):
    random = np.random.default_rng(2)
    image, grey = random.normal(0, 1, (2, *tiny.SIZE, 3)).astype("float32")
    numbers, grid = cells.cell_grid(tiny.SIZE)
    assert grid == (14, 14)
    ranks = {name: random.permutation(14 * 14) for name in ("one", "other")}

    def probability(x):
        return subject.model(x).numpy()[:, 1]

    ends = probability(np.stack([image, grey]))
    deletion, insertion = cells.curves(probability, image, grey, numbers, ranks, ends)
    for name, order in ranks.items():
        for f, fraction in enumerate(cells.FRACTIONS):
            deleted, shown = image.copy(), grey.copy()
            for cell in np.flatnonzero(order < round(fraction * 14 * 14)):
                row, col = divmod(int(cell), 14)
                inside = [
                    (y, x)
                    for y in range(24)
                    for x in range(28)
                    if y * 14 // 24 == row and x * 14 // 28 == col
                ]
                for y, x in inside:
                    deleted[y, x], shown[y, x] = grey[y, x], image[y, x]
            np.testing.assert_allclose(
                [deletion[name][f], insertion[name][f]],
                probability(np.stack([deleted, shown])),
                atol=1e-6,
            )


def test_cells_and_areas_by_hand():
    numbers, grid = cells.cell_grid((4, 30))
    assert grid == (4, 14)
    assert np.bincount(numbers.ravel()).tolist()[:14] == [3, 2, 2, 2, 2, 2, 2] * 2
    values = np.arange(120.0).reshape(4, 30)
    assert cells.cell_means(values, numbers)[:2].tolist() == [1.0, 3.5]
    ranks = cells.ranked(np.array([0.0, 5, 0, 7]), np.random.default_rng(0))
    assert ranks.tolist() in ([2, 1, 3, 0], [3, 1, 2, 0])
    many = [tuple(cells.ranked(np.zeros(3), np.random.default_rng(s))) for s in range(30)]
    assert len(set(many)) == 6  # ties are not broken by place
    assert cells.centrality((1, 3)).tolist() == [-1, 0, -1]
    assert cells.area(np.ones(7)) == pytest.approx(1)
    assert cells.area(cells.FRACTIONS) == pytest.approx(0.5)
    squares = over_squares(values, np.array([0, 2]), np.array([1, 28]), 2)
    assert squares.tolist() == [[66, 174], [306, 414]]


def test_the_sample(mined, found):
    right = mined.labels == mined.top_classes[:, 0]
    assert right[found.sample].all()
    assert len(found.sample) == min(5, right.sum())
    for order in found.orders:
        for curve in (found.deletion, found.insertion):
            assert curve[order].shape == (len(found.sample), 7)
        clean = mined.true_probabilities[found.sample]
        np.testing.assert_allclose(found.deletion[order][:, 0], clean, atol=1e-5)
        np.testing.assert_allclose(found.insertion[order][:, -1], clean, atol=1e-5)
        np.testing.assert_allclose(found.insertion[order][:, 0], found.deletion[order][:, -1])
    np.testing.assert_allclose(found.areas, 0.5)
    assert not found.hits["centre"].any()  # column 14 is the first one on the right
    assert (found.missed < 0.3).all()


def test_the_strongest_pixel_lies_on_the_object_or_not(subject, mined, found):
    from scipy import ndimage

    evidence = Evidence(subject, named_layers(subject.graph, ("conv2",))[0])
    grey = subject.preprocessing.tensor(np.full((1, *tiny.SIZE, 3), 128, np.uint8))[0]
    for n, record in enumerate(mined.records[found.sample]):
        image = subject.preprocessing.tensor(subject.pictures(np.array([record])))[0]
        pixels = evidence.pixels(image, grey, int(mined.labels[found.sample[n]]), found.steps)
        for method, values in pixels.items():
            column = ndimage.uniform_filter(values, found.size).argmax() % 28
            assert found.hits[method][n] == (column < 14)


def test_without_a_layer_of_places_gradients_are_left(subject, mined, occluded):
    other = replace(occluded, layer="classes")
    result = compute(subject, {"mining": mined, "occlusion": other})
    assert result.methods == [GRADIENTS]
    assert result.problems == {CAM: "layer 'classes' has no spatial positions"}
    assert result.layer == ""
    assert list(result.maps) == list(result.similarity) == [GRADIENTS]


def test_a_score_without_a_derivative(subject):
    evidence = Evidence(subject, named_layers(subject.graph, ("conv2",))[0])
    evidence._derive = lambda x, scores, signs: (np.zeros(1), np.zeros((1, 24, 28, 3)))
    with pytest.raises(NotApplicable, match="derivatives are zero everywhere"):
        evidence.try_on(np.zeros((1, 24, 28, 3)), np.array([0]))


def test_one_score_speaks_for_the_second_class(subject):
    binary = SimpleNamespace(
        **{**vars(subject), "output": SimpleNamespace(kind="binary", classes=2)}
    )
    evidence = Evidence(binary, named_layers(subject.graph, ("conv2",))[0])
    scores, signs = evidence.asked(np.array([0, 1, 1]))
    assert scores.tolist() == [0, 0, 0]
    assert signs.tolist() == [-1, 1, 1]


def test_units_that_see_everything_share_the_image(subject):
    (node,) = (n.index for n in subject.graph.nodes if n.layer == "classes" and n.kind == "dense")
    spread = over_the_input(subject.graph, node, np.array([[[1.0, 3.0]]]))[0]
    np.testing.assert_allclose(
        spread[0, [0, 6, 13, 14, 21, 27]], [1, 1, 1.929, 2.071, 3, 3], atol=0.001
    )


def made(found, good: bool, blind: bool = False):
    """A result in which Grad-CAM's curves are better than the baselines', or not."""
    n, rows = 12, np.random.default_rng(0).uniform(0.3, 0.6, (12, 7)).astype(np.float32)
    better, worse = rows - 0.2, rows + 0.2
    curves = {"random": rows, "centre": rows + 0.01}
    return replace(
        found,
        methods=[CAM],
        orders=[CAM, "random", "centre"],
        sample=np.arange(n, dtype=np.int32),
        deletion={CAM: better if good else worse, **curves},
        insertion={CAM: worse, **curves},
        areas=np.full(n, 0.25, np.float32),
        hits={order: np.arange(n) < (11 if good else 2) for order in (CAM, "random", "centre")},
        similarity={CAM: np.full((2, 2, 8), 0.99 if blind else 0.1, np.float32)
                  + np.linspace(0, 0.005, 8, dtype=np.float32)},
        chance={CAM: 0.1},
    )  # fmt: skip


def test_findings(found):
    decided = decide(findings({"class_evidence": made(found, True)}))
    assert all(passed(decided, CAM).values())
    assert len(passed(decided, CAM)) == 5
    assert sentence(decided[0]) == "On this network, Grad-CAM passes every test (12 images)."
    decided = decide(findings({"class_evidence": made(found, False, blind=True)}))
    assert passed(decided, CAM) == {
        "deletion": None,
        "insertion": True,
        "the pointing game": None,
        "random weights": False,
        "a random top layer": False,
    }
    assert sentence(decided[0]) == (
        "On this network, Grad-CAM fails random weights and a random top layer and is "
        "inconclusive on deletion and the pointing game (12 images)."
    )
    assert decided[0].severity == "look"
    failed = next(each for each in decided if each.kind == "class-evidence-all")
    assert "fails the random-weights test" in sentence(failed)


def test_without_a_correct_image_the_maps_are_the_evidence(found):
    """There are no curves then, and a figure that is not there cannot be named."""
    result = made(found, good=True)
    none = {f: {k: v[:0] for k, v in getattr(result, f).items()} for f in ("deletion", "insertion")}
    result = replace(result, sample=result.sample[:0], areas=result.areas[:0], **none)
    named = {each.evidence for each in findings({"class_evidence": result})}
    assert "class-evidence-curves" not in named
    assert "class-evidence-maps" in named


def test_the_better_baseline_counts(found):
    result = made(found, True)
    tested, baseline = gain(result, "deletion", CAM)
    assert baseline == "random"  # whose deletion is the lower one
    assert tested.value == pytest.approx(0.2, abs=1e-6)
    own = areas(result, "insertion", CAM) - areas(result, "insertion", "centre")
    tested, baseline = gain(result, "insertion", CAM)
    assert baseline == "centre"
    assert tested.value == pytest.approx(np.median(own))
    assert gain(made(found, False), "deletion", CAM)[0].p == 1


def test_what_is_left_beyond_chance(found):
    similarity = np.full((2, 2, 3), np.nan, np.float32)
    similarity[1] = [[0.5, np.nan, np.nan], [0.75, 0.25, np.nan]]
    result = replace(found, similarity={CAM: similarity}, chance={CAM: 0.25})
    np.testing.assert_allclose(left(result, CAM, 1), [0.5, 0, np.nan])
    assert np.isnan(left(result, CAM, 0)).all()


def test_maps_are_compared_by_ranks_with_ties():
    values = np.array([[3, 1, 1], [0, 3, 3], [2, 5, 0]], np.float32)
    others = np.array([[1, 0, 2], [0, 2, 2], [4, 4, 1]], np.float32)
    result = SimpleNamespace(maps={"grad-cam": values[None]}, falls=others[None])
    expected = stats.spearmanr(values.ravel(), others.ravel()).statistic
    assert drawing.agreement(result, 0, "grad-cam") == pytest.approx(expected)
    flat = SimpleNamespace(maps={"grad-cam": np.zeros((1, 3, 3))}, falls=others[None])
    assert np.isnan(drawing.agreement(flat, 0, "grad-cam"))
