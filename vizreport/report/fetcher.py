"""Where the PDF's pictures come from. Imports WeasyPrint: for pdf.py alone."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from urllib.parse import unquote

from weasyprint.urls import URLFetcher, URLFetcherResponse

# Pictures are named in the PDF after their addresses: these must not tell the folder.
BASE = "file:///report/"


class ReportFetcher(URLFetcher):
    """Reads the report's own files and nothing else, from disk or network.

    Parameters
    ----------
    folder : Path
        What stands for ``BASE``.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=("file",))
        self._folder = folder.resolve()

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return a file's content; raises ValueError for any other address."""
        path = (self._folder / unquote(url.removeprefix(BASE))).resolve()
        if not url.startswith(BASE) or not path.is_relative_to(self._folder):
            raise ValueError(f"{url} is not part of the report")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
