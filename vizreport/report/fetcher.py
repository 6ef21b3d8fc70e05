"""Where the PDF's pictures come from. Imports WeasyPrint: for pdf.py alone."""

from __future__ import annotations

import io
import mimetypes
from pathlib import Path
from urllib.parse import unquote

from PIL import Image
from weasyprint.urls import URLFetcher, URLFetcherResponse

from vizreport.drawing.encoding import encoded
from vizreport.drawing.printed import printed
from vizreport.drawing.section import PRINT_WIDTH

# Pictures are named in the PDF after their addresses: these must not tell the folder.
BASE = "file:///report/"


class ReportFetcher(URLFetcher):
    """Reads the report's own files, and what charts hold in themselves; nothing else.

    Parameters
    ----------
    folder : Path
        What stands for ``BASE``.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=("file", "data"))
        self._folder = folder.resolve()

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return a file's content; raises ValueError for any other address."""
        if url.startswith("data:"):
            return _smaller(url, super().fetch(url, headers))
        path = (self._folder / unquote(url.removeprefix(BASE))).resolve()
        if not url.startswith(BASE) or not path.is_relative_to(self._folder):
            raise ValueError(f"{url} is not part of the report")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        content = path.read_bytes()
        if path.suffix == ".svg":
            content = printed(content)
        return URLFetcherResponse(url, content, {"Content-Type": kind})


def _smaller(url: str, response: URLFetcherResponse) -> URLFetcherResponse:
    """Return a picture within a chart as it is printed: matplotlib embeds photographs as PNG."""
    with Image.open(io.BytesIO(response.read())) as picture:
        shown = picture.convert("RGBA")
    paper = Image.new("RGBA", shown.size, "white")  # what it lets through, as dark pages need it
    paper.alpha_composite(shown)
    _, (ending, content) = encoded(paper, PRINT_WIDTH)
    return URLFetcherResponse(url, content, {"Content-Type": mimetypes.types_map[ending]})
