"""Figures as files."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from vizreport.drawing import montage
from vizreport.drawing.encoding import encoded
from vizreport.drawing.section import Figure
from vizreport.report.files import place


def decoded(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"), dtype=float)


def test_few_enlarged_pixels_are_kept_exactly():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    enlarged = montage.fit(Image.fromarray(pixels), 210)
    (ending, content), printed = encoded(enlarged, 174)
    assert ending == ".png"
    np.testing.assert_array_equal(decoded(content), np.asarray(enlarged))
    assert printed == (ending, content)


def test_photographs_are_kept_with_little_loss_in_half_the_space(tmp_path):
    ramp = np.linspace(40, 200, 300)[:, None, None] * np.ones((1, 300, 3))
    grain = np.random.default_rng(0).normal(0, 4, ramp.shape)
    photograph = Image.fromarray(np.clip(ramp + grain, 0, 255).astype(np.uint8))
    exact = io.BytesIO()
    photograph.save(exact, "PNG", optimize=True)
    placed = place(tmp_path, Figure("seen", "Seen", "", "", lambda: photograph), 1)
    assert placed.kept == placed.screen == "figures/seen.jpg"
    content = (tmp_path / placed.kept).read_bytes()
    assert len(content) < exact.tell() / 2
    assert np.abs(decoded(content) - np.asarray(photograph)).mean() < 4
