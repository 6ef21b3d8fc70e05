"""How fast a finished report opens in Chromium, what memory it takes, and how fast its search is.

Every page is opened from disk in a browser of its own, in turn with an empty page, so that both
meet the same moment of the machine; medians of the rounds are printed. "first" and "largest" are
the browser's own paint times, counted from the navigation; "processor" is what the renderer
had used by the end of loading; memory is the proportional set size of the renderer, and of all
the browser's processes. Needs Chromium and Linux's /proc.

    python benchmarks/browsing.py reports/model
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
WORD = "terrier"  # typed into the search letter by letter

PAINTS = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const first = performance.getEntriesByName("first-contentful-paint")[0];
    done([first ? first.startTime : 0, list.getEntries().at(-1).startTime]);
  }).observe({ type: "largest-contentful-paint", buffered: true });
})"""
# Milliseconds of script, then until the next frame is laid out.
ASK = """([name, value]) => new Promise((done) => {
  const field = document.querySelector("form.find")[name], start = performance.now();
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const script = performance.now() - start;
  document.body.getBoundingClientRect();
  done([script, performance.now() - start]);
})"""


def main() -> None:
    """Measure and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=Path, help="folder of a finished report")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    report = arguments.report.resolve()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        empty = Path(folder) / "empty.html"
        empty.write_text("<!doctype html><title>Empty</title><p>Nothing.", "utf-8")
        pages = {"(an empty page)": empty}
        pages |= {str(page.relative_to(report)): page for page in kinds(report)}
        found: dict[str, list[list[float]]] = {name: [] for name in pages}
        for _ in range(arguments.rounds):
            for name, page in pages.items():
                found[name].append(opened(driver, page))
        print(
            f"{'page':28} {'first':>8} {'largest':>8} {'processor':>9} {'renderer':>9} {'all':>7}"
        )
        for name, rows in found.items():
            first, largest, used, renderer, every = map(statistics.median, zip(*rows, strict=True))
            print(
                f"{name:28} {first:5.0f} ms {largest:5.0f} ms {used:7.2f} s "
                f"{renderer:6.0f} MB {every:4.0f} MB"
            )
        search = report / "pages" / "maps.html"
        if search.exists():
            print(f"\n{'search':28} {'script':>8} {'laid out':>8} {'processor':>9}")
            for name, rows in searched(driver, search, arguments.rounds).items():
                script, laid_out, used = map(statistics.median, zip(*rows, strict=True))
                print(f"{name:28} {script:5.0f} ms {laid_out:5.0f} ms {used:6.0f} ms")


def kinds(report: Path) -> Iterator[Path]:
    """Find a page of each kind: of layers and of maps the largest."""
    yield report / "index.html"
    for pattern in ("maps.html", "top-*.html", "top-*/*.html"):
        pages = sorted((report / "pages").glob(pattern))
        if pages:
            yield max(pages, key=lambda page: page.stat().st_size)


def launched(driver: Any) -> Any:
    """Start a browser."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        raise SystemExit(f"none of {', '.join(CHROMIUM)} is on the path")
    return driver.chromium.launch(executable_path=found)


def opened(driver: Any, file: Path) -> list[float]:
    """Open a page: first and largest paint (ms), processor time (s), renderer and all (MB)."""
    browser = launched(driver)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    session = page.context.new_cdp_session(page)
    page.goto(file.as_uri(), wait_until="load", timeout=120_000)
    first, largest = page.evaluate(PAINTS)
    page.wait_for_timeout(500)
    session.send("Performance.enable")
    used = metrics(session)["ProcessTime"]
    memory = dict(processes())
    browser.close()
    renderer = max(size for command, size in memory.items() if "--type=renderer" in command)
    return [first, largest, used, renderer, sum(memory.values())]


def searched(driver: Any, file: Path, rounds: int) -> dict[str, list[list[float]]]:
    """Type a word letter by letter and sort.

    Returns ms of script, of script with the layout it causes, and the processor time of both.
    """
    browser = launched(driver)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    session = page.context.new_cdp_session(page)
    page.goto(file.as_uri(), wait_until="load", timeout=120_000)
    session.send("Performance.enable")
    asked = [("find", WORD[: length + 1]) for length in range(len(WORD))]
    asked += [("find", ""), *(("sort", order) for order in ("value", "purity", "order", ""))]
    found: dict[str, list[list[float]]] = {}
    for _ in range(rounds):
        for name, value in asked:
            before = metrics(session)["ThreadTime"]
            taken = page.evaluate(ASK, [name, value])
            taken.append(1000 * (metrics(session)["ThreadTime"] - before))
            found.setdefault(f"{name} “{value}”", []).append(taken)
            page.wait_for_timeout(200)  # pictures that came into view are decoded
    browser.close()
    return found


def metrics(session: Any) -> dict[str, float]:
    """Return the renderer's own measurements by name."""
    found = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in found}


def processes() -> Iterator[tuple[str, float]]:
    """Yield command line and proportional set size (MB) of this process's Chromium processes."""
    below = {os.getpid()}
    for pid in sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        try:
            process = Path(f"/proc/{pid}")
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent not in below:
                continue
            below.add(pid)
            command = (process / "cmdline").read_text().replace("\0", " ")
            sizes = (process / "smaps_rollup").read_text()
        except OSError:  # it ended
            continue
        if "chrom" in command.split(" ")[0]:
            kilobytes = next(line for line in sizes.splitlines() if line.startswith("Pss:"))
            yield f"{pid} {command}", int(kilobytes.split()[1]) / 1024


if __name__ == "__main__":
    main()
