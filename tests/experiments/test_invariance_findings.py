"""What is said of invariance, on made-up curves."""

from types import SimpleNamespace

import numpy as np
import pytest

from vizreport.experiments.invariance.findings import changes, findings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import beside_published, headline, sentence

SHIFT = np.array([-10.0, -5, 0, 5, 10])


def made(changed, norms, apart, probabilities=None):
    """Return a result whose features change by ``changed`` [I, L] wherever the image is moved."""
    count = len(changed)
    curve = np.repeat(changed[:, :, None], len(SHIFT), axis=2)
    flat = np.full((count, len(SHIFT)), 0.17)
    return SimpleNamespace(
        layers=["conv1", "fc7"],
        sampled=np.ones(count, bool),
        values={"vertical": SHIFT, "horizontal": SHIFT},
        distances={"vertical": curve, "horizontal": curve},
        norms=norms,
        apart=apart,
        pictures=np.zeros((1, 40, 40, 3), np.uint8),
        class_names=["a", "b"],
        classes=np.zeros(count, int),
        probabilities=dict.fromkeys(
            ("vertical", "horizontal"), flat if probabilities is None else probabilities
        ),
    )


@pytest.fixture
def disagreeing():
    """By the norm fc7 changes a little more in half of the images, by another image far less."""
    random = np.random.default_rng(0)
    norms = np.ones((30, 2))
    changed = np.stack([random.normal(0.63, 0.05, 30), random.normal(0.64, 0.05, 30)], axis=1)
    apart = np.stack([random.normal(0.8, 0.05, 30), random.normal(1.6, 0.1, 30)], axis=1)
    apart[0, 1] = 60.0  # one image far from all others must not decide
    return made(changed, norms, apart)


def test_the_dashed_line_is_the_measure(disagreeing):
    depth, by_norm, probability = decide(findings({"invariance": disagreeing}))
    assert depth.decision == "shown"
    assert depth.effect.value < -0.3
    assert "shifts change" in sentence(depth).lower()
    assert " less than " in sentence(depth)
    assert beside_published(depth).endswith("this agrees.")
    assert by_norm.decision == "not shown"
    assert "No evidence" in sentence(by_norm)
    assert probability.decision == "not shown"
    assert "0.17" not in headline([probability])
    assert "17\u202f%" not in headline([probability])


def test_blank_features_are_missing(disagreeing):
    disagreeing.norms[:3, 1] = 0
    assert np.isnan(changes(disagreeing, 1, "norm")).sum() == 3
    _, by_norm, _ = findings({"invariance": disagreeing})
    assert by_norm.n == 27


def test_the_opposite_differs_from_the_paper(disagreeing):
    disagreeing.apart = disagreeing.apart[:, ::-1]
    depth, _, _ = decide(findings({"invariance": disagreeing}))
    assert " more than " in sentence(depth)
    assert beside_published(depth).endswith("this differs.")


def test_few_images_are_too_few(disagreeing):
    few = made(np.ones((4, 2)) * [1, 0.5], np.ones((4, 2)), np.ones((4, 2)))
    depth, by_norm, _ = decide(findings({"invariance": few}))
    assert depth.decision == by_norm.decision == "too little data"
