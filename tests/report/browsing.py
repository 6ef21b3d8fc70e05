"""A browser for tests: Debian's Chromium, cut off from every network."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from vizreport.cli import doctor

AXE = Path(sys.prefix) / doctor.AXE
_PATIENCE = 60_000  # ms; on a busy machine


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser; skips the test, saying why, where there is none."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="the dev extra, with playwright, is not installed"
    )
    found = next(filter(None, map(shutil.which, doctor.CHROMIUM)), None)
    if found is None:
        pytest.skip(
            f"none of {', '.join(doctor.CHROMIUM)} is on the path (apt-get install chromium)"
        )
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found)
        yield browser
        browser.close()


def wait_until(page: Any, holds: str) -> None:
    """Wait until an expression of the page's is true.

    Playwright's own ``wait_for_function`` polls by ``eval``, which the pages' content security
    policy forbids unless the expression is true at once.
    """
    from playwright.sync_api import Error

    ends = time.monotonic() + _PATIENCE / 1000
    true = False
    while not true:
        assert time.monotonic() < ends, f"never came true: {holds}"
        try:
            true = page.evaluate(holds)
        except Error as error:
            if "context was destroyed" not in str(error):  # the page is being left
                raise
        page.wait_for_timeout(20)


class Visit:
    """A window on the report that keeps what goes wrong.

    Parameters
    ----------
    browser : playwright Browser
    folder : Path
        Of the report.
    options
        Of the browser's context, such as ``color_scheme`` or ``viewport``.
    """

    def __init__(self, browser: Any, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self.context = browser.new_context(offline=True, **options)
        self.context.set_default_timeout(_PATIENCE)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: self.problems.append(f"dialog {dialog.message}"))
        self.page.on("request", self._request)
        self.page.on("requestfailed", self._failed)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def _request(self, request: Any) -> None:
        home = self.folder.as_uri()
        if not request.url.startswith((home, "data:", "blob:")):
            self.problems.append(f"asks for {request.url}")

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # by going on to another page
            self.problems.append(f"no {request.url}: {request.failure}")

    def open(self, name: str) -> Any:
        """Open a page of the report from disk."""
        path, _, anchor = name.partition("#")
        address = (self.folder / path).as_uri() + (f"#{anchor}" if anchor else "")
        self.page.goto("about:blank")
        self.page.goto(address)
        return self.page
