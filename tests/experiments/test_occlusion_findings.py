"""What is said of occlusion: a sample where objects are known, examples elsewhere."""

from types import SimpleNamespace

import numpy as np
import pytest

from vizreport.experiments.occlusion.findings import findings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import headline, sentence


def made(count=0, shares=(), areas=(), refined=False, **more):
    hidden = {"probabilities": np.tile([[0.9, 0.4]], (3, 1, 1)), **more}
    return SimpleNamespace(
        clean=SimpleNamespace(paths=["a.jpg", "b.jpg", "c.jpg"], probabilities=np.full(3, 0.9)),
        squares={22: SimpleNamespace(**hidden)},
        largest=22,
        refined=refined,
        sample=SimpleNamespace(
            images=np.arange(count),
            clean=np.full(count, 0.9),
            lowest=np.full(count, 0.3),
            shares=np.array(shares, float),
            areas=np.array(areas, float),
            hits=np.arange(count) % 3 > 0,
        ),
    )


def test_images_in_which_nothing_falls_do_not_count():
    """Twenty images about chance, and ten whose fall of next to nothing lies on the object."""
    areas = np.linspace(0.15, 0.3, 30)
    shares = areas + np.tile([-0.05, 0.051], 15) * np.linspace(1, 1.1, 30)
    shares[::3] = np.nan
    found = decide(findings({"occlusion": made(30, shares, areas)}))
    assert found[0].n == 20
    assert found[0].decision == "not shown"
    assert "(20 images" in sentence(found[0])


@pytest.mark.parametrize(
    ("shift", "words"), [(0.2, "More of the drop"), (-0.1, "Less of the drop")]
)
def test_falls_on_or_beside_the_object(shift, words):
    areas = np.linspace(0.2, 0.3, 30)
    shares = areas + shift + np.linspace(-0.05, 0.05, 30)
    (found, pointing, worst) = decide(findings({"occlusion": made(30, shares, areas)}))
    assert found.decision == "shown"
    assert words in sentence(found)
    assert (found.severity, bool(found.advice)) == (
        ("note", False) if shift > 0 else ("look", True)
    )
    assert "In 20 of 30 images" in sentence(pointing)
    assert "from 0.90 to 0.30 (medians of 30 images)" in sentence(worst)


def test_without_masks_images_are_examples():
    (found,) = decide(findings({"occlusion": made()}))
    assert headline([found]).startswith("Among 3 examples,")
    assert "average" not in headline([found])


def test_the_error_of_interpolation_is_bounded_for_most_places_only():
    drawn = np.concatenate([np.full((3, 58), 0.01), np.full((3, 1), 0.27)], axis=1)
    refined = made(refined=True, errors=np.array([0.1, 0.85, 0.2]), errors_drawn=drawn)
    _, found = decide(findings({"occlusion": refined}))
    # By hand: of 177 places the bound of the 95 % quantile is the 174th, since
    # P(Binomial(177, 0.95) >= 174) < 0.05; the three largest are 0.27.
    assert found.values["bound"].value == 0.01
    assert found.values["worst"].value == 0.85
    assert "single positions may have larger errors" in sentence(found)
    few = made(refined=True, errors=np.zeros(3), errors_drawn=np.full((3, 5), 0.1))
    assert decide(findings({"occlusion": few}))[1].decision == "too little data"


def test_a_probability_that_falls_nowhere_is_not_said_to_fall():
    flat = np.tile([[0.9, 0.95]], (3, 1, 1))
    (found,) = decide(findings({"occlusion": made(probabilities=flat)}))
    assert sentence(found) == (
        "Hiding a square of 22 px lowers the class probability nowhere in the 3 examples."
    )
    areas = np.linspace(0.2, 0.3, 30)
    result = made(30, areas, areas)
    result.sample.lowest[:] = 0.8999999
    *_, worst = decide(findings({"occlusion": result}))
    assert sentence(worst) == (
        "Hiding a square of 22 px lowers the class probability nowhere: it is 0.90 "
        "(median of 30 images)."
    )
    result.sample.lowest[:] = 0.898
    *_, worst = decide(findings({"occlusion": result}))
    assert "from 0.900 to 0.898" in sentence(worst)
