"""Coats of cats: colours as functions of the place on the head or the body."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from colours import encoded, mix, shade
from paint import blend, cloudy, near


@dataclass(frozen=True)
class Coat:
    """Colours [N, 3] at points [N, 3] of the head (of radius 1) and the body; main colours."""

    head: Callable
    body: Callable
    light: tuple
    dark: tuple
    blue: bool


def draw_coat(rng, pointed: bool) -> Coat:
    """Draw a coat: tabby (of any colour), patched, of one colour, or pointed."""
    kind = "pointed" if pointed else ("tabby", "tabby", "patched", "plain")[rng.integers(4)]
    base = [
        encoded(0.62, 0.53, 0.43),
        encoded(0.55, 0.54, 0.53),
        encoded(0.83, 0.55, 0.3),
        encoded(0.75, 0.68, 0.58),
        encoded(0.16, 0.15, 0.15),
        encoded(0.42, 0.44, 0.48),
        encoded(0.88, 0.86, 0.83),
    ]
    first = base[rng.integers(4 if kind == "tabby" else 7)]
    first = shade(mix(first, base[rng.integers(4)], rng.uniform(0, 0.4)), rng.between(0.75, 1.25))
    ginger = first[0] > 1.9 * first[2]
    second = mix(shade(first, 0.4 if ginger else 0.14), encoded(0.3, 0.2, 0.13), 0.06)
    if kind == "plain":
        second = shade(first, 0.8)
    if kind == "patched":
        first, second = encoded(0.9, 0.88, 0.85), base[(2, 4, 4, 5)[rng.integers(4)]]
    if kind == "pointed":
        first, second = (
            encoded(0.88, 0.8, 0.68),
            shade(encoded(0.3, 0.2, 0.15), rng.between(0.7, 2)),
        )
    white = rng.random() < 0.45 and kind != "pointed"
    bib = encoded(0.9, 0.88, 0.85) if white else mix(first, (0.8, 0.76, 0.7), 0.45)
    if kind == "plain" and not white:
        bib = shade(first, 1.05)
    grain, stripes = rng.uniform(0, 2 * np.pi), rng.between(0.8, 1.3)
    seed = int(rng.integers(1 << 30))

    def noise(p, scale):
        return cloudy(p, np.random.default_rng(seed), scale)

    def head(p):
        x, y, z = p.T
        wobble = 1.6 * noise(p, 0.5)
        if kind == "tabby":
            brow = np.cos(15 * stripes * abs(x) + wobble) * (z > 0.25)
            cheek = np.cos(13 * stripes * (z + 0.35 * abs(x)) + wobble) * (abs(x) > 0.45)
            crown = np.cos(11 * stripes * y + wobble) * (y > 0.1)
            bands = np.max([brow, cheek * (z <= 0.25), crown], 0)
            colour = blend(first, second, 0.95 / (1 + np.exp(-7 * (bands - 0.25))))
        elif kind == "patched":
            colour = blend(first, second, 1 / (1 + np.exp(-14 * (noise(p, 0.25) - 0.5 + 0.15 * z))))
        elif kind == "pointed":
            mask = near(p, (0, -0.95, -0.15), (0.55, 0.6, 0.6)) + 1.5 * (z > 0.75)
            colour = blend(first, second, mask * (0.8 + 0.4 * noise(p, 0.6)))
        else:
            colour = blend(first, second, noise(p, 0.8))
        if kind != "pointed":
            muzzle = near(p, (0, -1.0, -0.52), (0.42, 0.7, 0.34))
            lids = near(
                abs(p[:, :1] * (1, 0, 0)) + p * (0, 1, 1), (0.4, -0.7, 0.12), (0.3, 0.5, 0.26)
            )
            colour = blend(colour, bib, 1.3 * muzzle + 0.45 * lids * (kind == "tabby"))
            if white:
                colour = blend(colour, bib, 2 * near(p, (0, -0.9, 0.1), (0.13, 0.5, 0.6)))
        return colour

    def body(p):
        x, y, z = p.T
        wobble = 2.2 * noise(p, 0.5) + grain
        if kind == "tabby":
            bands = np.cos(10 * stripes * y + 2.5 * z + wobble)
            rings = np.cos(14 * stripes * z + wobble)
            bands = np.where(z < 0.6, np.maximum(bands, rings), bands)
            colour = blend(first, second, 0.92 / (1 + np.exp(-6 * (bands - 0.25))))
        elif kind == "patched":
            colour = blend(first, second, 1 / (1 + np.exp(-14 * (noise(p, 0.25) - 0.5))))
        elif kind == "pointed":
            colour = blend(first, second, 0.15 + 0.8 * (z < 0.25) + 0.2 * noise(p, 0.5))
        else:
            colour = blend(first, second, noise(p, 0.8))
        if kind != "pointed":
            chest = near(p, (0, -1.0, 1.0), (0.5, 0.5, 0.8)) * (abs(x) < 0.5)
            colour = blend(colour, bib, 1.2 * chest + (1.5 * (z < 0.15) if white else 0))
        return colour

    dark = second if kind != "plain" else shade(first, 0.3)
    return Coat(head, body, bib, dark, blue=kind == "pointed")
