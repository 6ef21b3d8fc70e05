"""The report's first page as one file, for mail."""

from __future__ import annotations

import base64
import hashlib
import io
import mimetypes
import re
from pathlib import Path

from PIL import Image

from vizreport.errors import RequestError
from vizreport.results.atomic import write_text
from vizreport.results.manifest import add
from vizreport.results.run_folder import REPORT, SINGLE_FILE

LIMIT = 15_000_000
"""Bytes; a mail of 20 MB holds as much, its encoding counted."""

_WIDEST = 1600  # px, to which larger pictures are reduced
_POLICY = re.compile(r'(http-equiv="Content-Security-Policy" content=")[^"]*')
# Where a page names a picture: attributes, and the escaped JSON of the occlusion's script.
_ATTRIBUTE = re.compile(r'(?P<before>src(?:set)?="|&#34;)(?P<path>(?:figures|pages)/[^"&\s]+)')
_LINK = re.compile(r' href="(?:pages/|figures/|report\.pdf)[^"]*"')
_SCRIPT = re.compile(r'<script src="(assets/(?:[\w-]+/)?[\w-]+\.js)" defer></script>')
_STYLE = re.compile(r'<link rel="stylesheet" href="(assets/(?:[\w-]+/)?[\w-]+\.css)">')
_FORM = re.compile(r'<form class="find goto".*?</form>', re.DOTALL)


def write_single_file(folder: Path, limit: int = LIMIT) -> Path:
    """Write ``report.html`` beside ``index.html``: the same page with all it shows inside.

    Left out, and said so on the page: the pages of layers and feature maps, the PDF, the figures
    to keep, and, where the file would be larger than the limit, the largest pictures.

    Parameters
    ----------
    folder : Path
        Of a finished report.
    limit : int
        Bytes that the file may have.

    Raises
    ------
    RequestError
        If the folder has no ``index.html``, or a ``report.html`` that is not of vizreport.
    """
    try:
        page = (folder / "index.html").read_text("utf-8")
    except OSError as error:
        raise RequestError(f"{folder} has no index.html: build or render the report") from error
    styles = [(folder / name).read_text("utf-8") for name in _STYLE.findall(page)]
    scripts = [(folder / name).read_text("utf-8") for name in _SCRIPT.findall(page)]
    page = _FORM.sub("", _LINK.sub("", _SCRIPT.sub("", page)))
    inside = iter(styles)
    page = _STYLE.sub(lambda _: f"<style>{next(inside)}</style>", page)
    page = page.replace("</body>", "".join(f"<script>{s}</script>\n" for s in scripts) + "</body>")
    allowed = " ".join(map(_hash, scripts)) or "'none'"
    drawn_by = " ".join(map(_hash, styles))
    policy = (
        f"default-src 'none'; img-src data:; style-src {drawn_by}; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _POLICY.sub(lambda found: found[1] + policy, page)
    named = sorted({found["path"] for found in _ATTRIBUTE.finditer(page)})
    pictures = {path: _encoded(folder / path) for path in named if _is_inside(folder, path)}
    left_out = _largest(page, pictures, limit - 4000)

    def inlined(found: re.Match[str]) -> str:
        uri = "data:," if found["path"] in left_out else pictures.get(found["path"])
        return found["before"] + uri if uri else found[0]

    page = _ATTRIBUTE.sub(inlined, page)
    page = page.replace("</header>", f"{_notice(folder, len(left_out), limit)}</header>", 1)
    target = folder / SINGLE_FILE
    add(folder, REPORT, [SINGLE_FILE])
    write_text(target, page)
    return target


def _largest(page: str, pictures: dict[str, str], limit: int) -> set[str]:
    """Return the pictures to leave out, the largest first, so that the page keeps its limit."""
    times = dict.fromkeys(pictures, 0)
    for found in _ATTRIBUTE.finditer(page):
        if found["path"] in times:
            times[found["path"]] += 1
    cost = {path: times[path] * len(uri) for path, uri in pictures.items()}
    size, left_out = len(page.encode()) + sum(cost.values()), set()
    for path in sorted(cost, key=lambda path: -cost[path]):
        if size <= limit:
            break
        size -= cost[path]
        left_out.add(path)
    return left_out


def _is_inside(folder: Path, path: str) -> bool:
    """Tell the report's own pictures from a class that is called like one."""
    found = (folder / path).resolve()
    return found.is_file() and found.is_relative_to(folder.resolve())


def _encoded(path: Path) -> str:
    """Return a picture as a data URI, photographs and montages with some loss."""
    content, kind = path.read_bytes(), mimetypes.guess_type(path.name)[0] or "image/webp"
    if kind in ("image/png", "image/jpeg") and len(content) > 20_000:
        with Image.open(io.BytesIO(content)) as picture:
            shown = picture.convert("RGB")
        shown.thumbnail((_WIDEST, 4 * _WIDEST))
        buffer = io.BytesIO()
        shown.save(buffer, "WEBP", quality=80, method=3)
        content, kind = buffer.getvalue(), "image/webp"
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _notice(folder: Path, left_out: int, limit: int) -> str:
    pages = sum(1 for _ in (folder / "pages").rglob("*.html"))
    pictures = (
        f", and the {left_out} largest pictures, without which it keeps to {limit // 1_000_000} MB"
        if left_out
        else ""
    )
    return (
        '<div class="notice" role="note"><p class="what">One file, for mail</p>'
        f'<p class="why">Left out: {pages} pages of layers and feature maps with their search, '
        f"the PDF, the figures to keep{pictures}. The whole report is a folder.</p></div>"
    )
