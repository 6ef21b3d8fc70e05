"""A finished run in Python: its results as arrays, its figures where they show themselves."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from vizreport.drawing.section import Figure
from vizreport.errors import RequestError
from vizreport.experiments.registry import experiments
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.report.export import DPI, FORMATS, SIZES, THEMES, export
from vizreport.report.figures import find_figure, list_figures, near
from vizreport.report.reading import read_result
from vizreport.results.atomic import write_bytes
from vizreport.results.run import RunRecord, read_run
from vizreport.results.store import DONE, Store
from vizreport.wording.text import slugs

_SCREEN = 110  # dots per inch


@dataclass(frozen=True)
class RunFigure:
    """A figure that notebooks show by itself.

    Attributes
    ----------
    name, title, caption, alt : str
        As in the report: name by which it is asked for, heading, text below it, and text in its
        place.
    """

    name: str
    title: str
    caption: str
    alt: str
    _figure: Figure

    def save(
        self, path: str | Path, size: str = "page", dpi: int = DPI, theme: str = "light"
    ) -> None:
        """Write the figure to a file, as ``vizreport figure`` does.

        Parameters
        ----------
        path : str or Path
            Its ending, .png, .svg or .pdf, says what is written.
        size : {"page", "column", "slide"}
            Where it goes: a page, a column of text, or a slide.
        dpi : int
            Resolution of a PNG.
        theme : {"light", "dark"}
            Of the page it stands on.

        Raises
        ------
        RequestError
            If the ending, the size or the theme is another one.
        """
        form = Path(path).suffix.lower().lstrip(".")
        for given, known in ((form, FORMATS), (size, tuple(SIZES)), (theme, THEMES)):
            if given not in known:
                raise RequestError(f"{given!r} is none of {', '.join(known)}")
        write_bytes(Path(path), export(self._figure, form, size, dpi, theme).content)

    def _repr_png_(self) -> bytes:
        return export(self._figure, "png", "page", _SCREEN).content

    def _repr_html_(self) -> str:
        content = base64.b64encode(self._repr_png_()).decode("ascii")
        return (
            f'<figure><img src="data:image/png;base64,{content}" alt="{escape(self.alt)}" '
            f'style="max-width: 100%"><figcaption><strong>{escape(self.title)}.</strong> '
            f"{escape(self.caption)}</figcaption></figure>"
        )


@dataclass(frozen=True, eq=False)
class TopPatches:
    """The nine strongest activations of a layer's feature maps; m maps, windows of w px.

    In notebooks it shows the report's figure.

    Attributes
    ----------
    layer : str
        Name of the layer.
    maps : int32 [m]
        The chosen feature maps.
    activations : float32 [m, 9]
        Strongest first; NaN where the data have fewer images.
    images : int32 [m, 9]
        Number of each image in ``paths``; -1 where there is none.
    paths : list of str
        Relative path of every image of the data.
    rows, cols : int32 [m, 9]
        Place of each unit.
    projections : float32 [m, 9, w, w, 3] or None
        Projections in RGB, signed, cut off at the 99.5th percentile of their absolute value and
        with 255 steps, as they are stored; None where the layer was not projected (an operation
        without a backward rule).
    patches : uint8 [m, 9, w, w, 3]
        The same places in the images.
    figure : RunFigure or None
        The report's figure of these maps; None where it has none.
    """

    layer: str
    maps: np.ndarray
    activations: np.ndarray
    images: np.ndarray
    paths: list[str]
    rows: np.ndarray
    cols: np.ndarray
    projections: np.ndarray | None
    patches: np.ndarray
    figure: RunFigure | None

    def _repr_html_(self) -> str | None:
        return self.figure._repr_html_() if self.figure else None

    def _repr_png_(self) -> bytes | None:
        return self.figure._repr_png_() if self.figure else None


class Run:
    """A finished run; made by :func:`open_run`. What is asked for is read when it is asked for.

    Attributes
    ----------
    folder : Path
        The run's folder.
    record : RunRecord
        Network, data, settings, times and versions.
    """

    def __init__(self, folder: Path, record: RunRecord) -> None:
        self.folder = folder
        self.record = record

    @property
    def failed(self) -> dict[str, str]:
        """Why experiments failed to compute, by name; empty where none did."""
        return {
            record.name: record.reason
            for record in self.record.experiments
            if record.status == "failed"
        }

    @cached_property
    def figures(self) -> Mapping[str, RunFigure]:
        """The figures by name, in the order of the report; nothing is drawn yet."""
        return {
            listed.name: _run_figure(listed.figure)
            for listed in list_figures(self.folder, self.record)
        }

    def figure(self, name: str) -> RunFigure:
        """Return a figure.

        Raises
        ------
        RequestError
            If there is none of that name; the message has the names that are like it.
        """
        return _run_figure(find_figure(self.folder, self.record, name).figure)

    def result(self, name: str) -> Any:
        """Return the result of an experiment: a dataclass of arrays and scalars.

        Raises
        ------
        RequestError
            If the run has no such result, or it is damaged.
        """
        record = next((record for record in self.record.experiments if record.name == name), None)
        known = experiments().get(name)
        if record is None or known is None:
            names = [each.name for each in self.record.experiments]
            raise RequestError(f"{self.folder} has no result of {name!r}: {near(name, names)}")
        status, reason, result = read_result(Store(self.folder), known, record)
        if status != DONE:
            raise RequestError(f"{self.folder} has no result of {name!r} ({status}): {reason}")
        return result

    def top_patches(self, layer: str) -> TopPatches:
        """Return a layer's strongest activations with their projections and patches.

        Raises
        ------
        RequestError
            If the run has no such layer, or no top-9.
        """
        result: TopPatchesResult = self.result("top_patches")
        if layer not in result.layers:
            raise RequestError(
                f"{self.folder} has no layer {layer!r} among its top-9: "
                f"{near(layer, [*result.layers])}"
            )
        top, tiles, projections = result.layers[layer], result.layers[layer].tiles, None
        patches = _tiles(tiles.patches, tiles.patch_offsets, tiles.window)
        figure = self.figures.get(f"top-{slugs(result.layers)[layer]}")
        if not tiles.status:
            stored = _tiles(tiles.projections, tiles.projection_offsets, tiles.window)
            scales = tiles.scales[:, :, None, None, None]
            projections = (stored.astype(np.float32) - 128) / 127 * scales
        return TopPatches(
            layer,
            top.maps,
            top.values,
            top.images,
            self.result("mining").paths,
            top.rows,
            top.cols,
            projections,
            patches,
            figure,
        )

    def __repr__(self) -> str:
        return f"<run {self.record.name!r}: {self.record.title}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code></td><td>{escape(figure.title)}</td></tr>"
            for name, figure in self.figures.items()
        )
        return f"<table><caption>{escape(self.record.title)}</caption>{rows}</table>"


def open_run(path: str | Path) -> Run:
    """Open the folder of a finished run; needs neither TensorFlow, checkpoint nor images.

    Parameters
    ----------
    path : str or Path
        Folder that ``vizreport build`` wrote, wherever it was moved to.

    Raises
    ------
    RequestError
        If the folder holds no readable run.

    Examples
    --------
    >>> import vizreport
    >>> run = vizreport.open_run("reports/model")
    >>> list(run.figures)
    ['filters', 'filter-rms']
    """
    folder = Path(path)
    return Run(folder, read_run(folder))


def _run_figure(figure: Figure) -> RunFigure:
    return RunFigure(figure.name, figure.title, figure.caption, figure.alt, figure)


def _tiles(content: np.ndarray, offsets: np.ndarray, side: int) -> np.ndarray:
    """Decode mosaics of nine tiles: uint8 [m, 9, side, side, 3]."""
    shape = (len(offsets) - 1, 9, side, side, 3)
    tiles = np.empty(shape, np.uint8)
    for i, (begin, end) in enumerate(pairwise(offsets)):
        with Image.open(io.BytesIO(content[begin:end].tobytes())) as picture:
            mosaic = np.asarray(picture.convert("RGB"))
        parts = mosaic.reshape(3, side, 3, side, 3).transpose(0, 2, 1, 3, 4)
        tiles[i] = parts.reshape(shape[1:])
    return tiles
