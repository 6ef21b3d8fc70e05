"""The whole report as one file, for mail."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import mimetypes
from collections import Counter
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from PIL import Image

from vizreport.errors import RequestError
from vizreport.results.atomic import write_text
from vizreport.results.manifest import add
from vizreport.results.run_folder import REPORT, SINGLE_FILE, WHOLE

LIMIT = 15_000_000
"""Bytes; a mail of 20 MB holds as much, its encoding counted."""

_WIDEST = 1600  # px, to which larger pictures are reduced
_UP = "../"  # from the page of all sections to the report's folder
_PICTURES = ("figures/", "pages/")
_ALL = Path(WHOLE).relative_to("pages")
_NOTICE = "<!-- what was left out -->"


@dataclass(frozen=True)
class _Picture:
    """Where a picture stands in the page; ``path`` is relative to the report's folder."""

    path: str


def write_single_file(folder: Path, limit: int = LIMIT) -> Path:
    """Write ``report.html`` beside ``index.html``: all sections with all they show inside.

    Left out, and said so on the page: the pages of layers and feature maps, the PDF, the figures
    to keep, and, where the file would be larger than the limit, the largest pictures.

    Parameters
    ----------
    folder : Path
        Of a finished report.
    limit : int
        Bytes that the file may have.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    RequestError
        If the folder has no page of all sections, or a ``report.html`` that is not of vizreport.
    """
    try:
        page = (folder / WHOLE).read_text("utf-8")
    except OSError as error:
        raise RequestError(f"{folder} has no {WHOLE}: build or render the report") from error
    parts = _Inside(folder, page).parts
    times = Counter(part.path for part in parts if isinstance(part, _Picture))
    pictures = {path: _encoded(folder / path) for path in times}
    written = sum(len(part.encode()) for part in parts if isinstance(part, str))
    left_out = _largest(written, times, pictures, limit - 4000)
    pictures |= dict.fromkeys(left_out, "data:,")
    whole = "".join(pictures[p.path] if isinstance(p, _Picture) else p for p in parts)
    whole = whole.replace(_NOTICE, _notice(folder, len(left_out), limit), 1)
    target = folder / SINGLE_FILE
    add(folder, REPORT, [SINGLE_FILE])
    write_text(target, whole)
    return target


class _Inside(HTMLParser):
    """A page taken apart, its styles and scripts put inside, its pictures left to be put in.

    Attributes
    ----------
    parts : list of str or _Picture
        Joined, they are the page.
    """

    def __init__(self, folder: Path, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str | _Picture] = []
        self._folder = folder
        self._scripts: list[str] = []
        self._policy = 0
        self._styles: list[str] = []
        self._left_out = ""  # the tag within which all is left out
        self._noticed = False
        self.feed(page)
        self.close()
        self.parts[self._policy] = self._new_policy()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._left_out:
            return
        if tag == "script" and given.get("src", "").startswith(_UP):
            self._scripts.append(self._asset(given["src"]))
            self._left_out = tag
        elif tag == "form" and "goto" in given.get("class", "").split():
            self._left_out = tag
        elif tag == "link" and given.get("rel") == "stylesheet":
            self._styles.append(self._asset(given["href"]))
            self.parts.append(f"<style>{self._styles[-1]}</style>")
        elif tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self._policy = len(self.parts)
            self.parts.append("")
        else:
            self._changed(tag, given)

    def _changed(self, tag: str, given: dict[str, str]) -> None:
        if not any(_UP in value for value in given.values()):
            self.parts.append(self.get_starttag_text() or "")
            return
        self.parts.append(f"<{tag}")
        for name, value in given.items():
            if name == "data-occlusion":
                self._explorer(json.loads(value))
            elif name in ("src", "href") and self._is_picture(tag, value):
                self.parts += [f' {name}="', _Picture(value.removeprefix(_UP)), '"']
            elif not (name == "href" and value.startswith(_UP)):
                self.parts.append(f' {name}="{escape(value)}"')
        self.parts.append(">")

    def _explorer(self, data: dict[str, object]) -> None:
        """Write what the occlusion's script reads: it names pictures from the report's folder."""
        rest = escape(json.dumps(data))
        self.parts.append(' data-occlusion="')
        while path := next((p for p in map(str, data.values()) if self._is_inside(p)), ""):
            before, _, rest = rest.partition(path)
            self.parts += [before, _Picture(path)]
            data = {name: value for name, value in data.items() if value != path}
        self.parts += [rest, '"']

    def _is_picture(self, tag: str, address: str) -> bool:
        return tag != "a" and self._is_inside(address.removeprefix(_UP))

    def _is_inside(self, path: str) -> bool:
        """Distinguish the report's own pictures from a class of the same name."""
        if not path.startswith(_PICTURES):
            return False
        found = (self._folder / path).resolve()
        return found.is_file() and found.is_relative_to(self._folder.resolve())

    def _asset(self, address: str) -> str:
        return (self._folder / address.removeprefix(_UP)).read_text("utf-8")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if not (self.get_starttag_text() or "").endswith("/>") or self.parts[-1] == ">":
            self.parts.append(f"</{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if self._left_out:
            if tag == self._left_out:
                self._left_out = ""
            return
        if tag == "h1" and not self._noticed:
            self._noticed = True
            self.parts += ["</h1>", _NOTICE]
            return
        if tag == "body":
            self.parts += [f"<script>{script}</script>\n" for script in self._scripts]
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._kept(data)

    def handle_entityref(self, name: str) -> None:
        self._kept(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._kept(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._kept(f"<!{decl}>")

    def _kept(self, text: str) -> None:
        if not self._left_out:
            self.parts.append(text)

    def _new_policy(self) -> str:
        """Return a policy that allows what is inside, and nothing else."""
        allowed = " ".join(map(_hash, self._scripts)) or "'none'"
        drawn_by = " ".join(map(_hash, self._styles))
        return (
            '<meta http-equiv="Content-Security-Policy" content="'
            f"default-src 'none'; img-src data:; style-src {drawn_by}; script-src {allowed}; "
            "base-uri 'none'; form-action 'none'\">"
        )


def _largest(written: int, times: Counter[str], pictures: dict[str, str], limit: int) -> set[str]:
    """Return the pictures to leave out, the largest first, so that the page keeps its limit."""
    cost = {path: times[path] * len(uri) for path, uri in pictures.items()}
    size, left_out = written + sum(cost.values()), set()
    for path in sorted(cost, key=lambda path: -cost[path]):
        if size <= limit:
            break
        size -= cost[path]
        left_out.add(path)
    return left_out


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
    pages = [path.relative_to(folder / "pages") for path in (folder / "pages").rglob("*.html")]
    maps = sum(1 for page in pages if not page.name.startswith("section-") and page != _ALL)
    pictures = (
        f", and the {left_out} largest images, to stay below {limit // 1_000_000} MB"
        if left_out
        else ""
    )
    return (
        '<div class="notice" role="note"><p class="what">One file, for e-mail</p>'
        f'<p class="why">Omitted: {maps} pages of layers and feature maps with their search, '
        f"the PDF, the figure files{pictures}. The full report is a folder.</p></div>"
    )
