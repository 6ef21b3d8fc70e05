"""``vizreport doctor``: what is installed, what is missing, and the remedy."""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import sys
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

from vizreport.cli.verb import Verb
from vizreport.errors import RequestError
from vizreport.models.shipped import SHIPPED, shipped_checkpoint
from vizreport.system.installed import clone, installed_version, pip_install, reinstall
from vizreport.version import __version__

REQUIRED = ("keras", "numpy", "matplotlib", "jinja2", "pillow", "tqdm")
TEST_PACKAGES = (
    "pytest",
    "pytest-xdist",
    "hypothesis",
    "fonttools",
    "pypdf",
    "playwright",
    "build",
)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
AXE = "node_modules/axe-core/axe.min.js"
PANGO_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


@dataclass(frozen=True)
class Check:
    """One line of the diagnosis.

    Attributes
    ----------
    name, found : str
        What was looked for and what there is.
    cure : str
        What to do; empty where all is well.
    needed : bool
        Whether a build cannot run without.
    """

    name: str
    found: str
    cure: str = ""
    needed: bool = False


def run(arguments: argparse.Namespace) -> int:
    """Print versions, devices and what is missing.

    Returns
    -------
    int
        0 where a build could run, else 1.
    """
    findings = diagnose()
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        print(f"{finding.name.ljust(width)}  {finding.found}")
        if finding.cure:
            print(f"{' ' * width}  -> {finding.cure}")
    stopped = [finding.name for finding in findings if finding.needed and finding.cure]
    print()
    print(f"a build cannot run: {', '.join(stopped)}" if stopped else "a build can run")
    return 1 if stopped else 0


def diagnose() -> list[Check]:
    """Look at the interpreter, the packages, the devices, Pango and fonts.

    Returns
    -------
    list of Check
        Of what only tests need where this is a clone.
    """
    return [
        Check("vizreport", __version__),
        _shipped(),
        _interpreter(),
        Check("system", platform.platform()),
        *_of_backends(),
        *(_package(name) for name in REQUIRED),
        *_backend(),
        _package("weasyprint", "the PDF cannot be written"),
        _pango(),
        _fonts(),
        _package("python-pptx", "vizreport slides cannot write PowerPoint files"),
        _package("tensorflow-datasets", "--data tfds:NAME cannot be read"),
        _package("s3fs", "--data s3:// cannot be read"),
        _package("gcsfs", "--data gs:// cannot be read"),
        _package("adlfs", "--data az:// cannot be read"),
        _package("pyarrow", "Parquet files cannot be read"),
        *(_for_tests() if clone() else ()),
    ]


def _shipped() -> Check:
    lost = [name for name in SHIPPED if not shipped_checkpoint(name).exists()]
    if lost:
        return Check("shipped", f"missing: {', '.join(lost)}", reinstall())
    return Check("shipped", f"checkpoints {', '.join(SHIPPED)}; data scenes, shapes")


def _interpreter() -> Check:
    supported = (3, 11) <= sys.version_info[:2] < (3, 14)
    cure = (
        ""
        if supported
        else "install Python 3.11, 3.12 or 3.13, the versions with TensorFlow wheels"
    )
    return Check("python", f"{platform.python_version()} ({sys.executable})", cure, True)


def _package(name: str, without: str = "") -> Check:
    version = installed_version(name)
    if version is not None:
        return Check(name, version)
    found = f"not installed: {without}" if without else "not installed"
    return Check(name, found, pip_install(name), needed=not without)


def _of_backends() -> list[Check]:
    """Look for the packages of the backend asked for; TensorFlow is listed with either."""
    if os.environ.get("KERAS_BACKEND") != "jax":
        return [_package("tensorflow")]
    without = "train, ablate, transfer and deconvnet-learn cannot run"
    return [_package("jax"), _package("tensorflow", without)]


def _backend() -> list[Check]:
    """Start the backend that ``KERAS_BACKEND`` names, and list its devices."""
    name = os.environ.get("KERAS_BACKEND", "tensorflow")
    package = "jax" if name == "jax" else "tensorflow"
    from vizreport.system.tensorflow_start import start_backend

    try:
        start_backend()
        from vizreport import backend

        devices = backend.devices()
    except RequestError as error:
        return [Check("backend", name, str(error), True)]
    except Exception as error:  # a broken installation can fail in any way
        cure = f"reinstall it: {pip_install('--force-reinstall', package)}"
        return [Check("backend", f"{name} does not start: {error}", cure, True)]
    return [Check("backend", name), _devices(name, devices)]


def _devices(backend: str, names: list[str]) -> Check:
    graphics = [device for device in names if device != "CPU"]
    processors = f"CPU ({os.cpu_count()} cores)"
    if graphics:
        return Check("devices", f"{processors}, {len(graphics)} GPU: {', '.join(graphics)}")
    if Path("/proc/driver/nvidia").exists():
        package = "jax[cuda12]" if backend == "jax" else "tensorflow[and-cuda]"
        cure = f"{pip_install(package)} (until then, builds run on the CPU)"
        return Check(
            "devices", f"{processors}; a GPU is present, but {backend} cannot use it", cure
        )
    return Check("devices", f"{processors}, no GPU")


def _pango() -> Check:
    if find_spec("weasyprint") is None:
        return Check("pango", "not checked")
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # WeasyPrint prints a page of advice
            from weasyprint.text import ffi
    except OSError:
        return Check("pango", "not found: the PDF cannot be written", _pango_cure())
    number = ffi.pango.pango_version()
    found = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    if getattr(ffi, "harfbuzz_subset", True) is None:
        return Check("pango", f"{found}, without harfbuzz-subset", _pango_cure())
    return Check("pango", found)


def _pango_cure() -> str:
    return _system_packages(PANGO_PACKAGES, "pango harfbuzz") or (
        "install Pango (1.44 or newer) and HarfBuzz with the system's package manager"
    )


def _fonts() -> Check:
    if installed_version("matplotlib") is None:
        return Check("fonts", "not checked")
    from vizreport.drawing.fonts import SAMPLES, missing_scripts, packages

    missing = missing_scripts()
    if not missing:
        return Check("fonts", f"Latin and related scripts, and {len(SAMPLES)} others")
    found = f"none for {', '.join(missing)}: their letters appear as boxes in figures"
    names = " ".join(packages(missing))
    return Check(
        "fonts", found, _system_packages(names) or "install Noto fonts (fonts.google.com/noto)"
    )


def _for_tests() -> list[Check]:
    """Look for what only the tests need."""
    needed = [name for name in TEST_PACKAGES if installed_version(name) is None]
    packages = Check("for tests", ", ".join(TEST_PACKAGES))
    if needed:
        found = f"not installed: {', '.join(needed)}"
        packages = Check("for tests", found, pip_install(*needed))
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    chromium = Check("chromium", browser or "not found: browser tests are skipped")
    if browser is None:
        chromium = replace(chromium, cure=_system_packages("chromium") or "install Chromium")
    axe = Check("axe-core", "installed")
    if not (Path(sys.prefix) / AXE).exists():
        prefix = shlex.quote(sys.prefix)
        axe = Check(
            "axe-core",
            "not found: accessibility tests are skipped",
            f"npm install --prefix {prefix} 'axe-core@^4.10'",
        )
    return [packages, chromium, axe]


def _system_packages(debian: str, homebrew: str = "") -> str:
    """Return the command of the system's package manager; "" where it is not known."""
    if sys.platform == "darwin" and homebrew:
        return f"brew install {homebrew}"
    if Path("/etc/debian_version").exists():
        return f"sudo apt-get update && sudo apt-get install -y {debian}"
    return ""


VERB = Verb(
    name="doctor",
    summary="print versions, devices and what is missing",
    description=(
        "Print versions, devices and what is missing, each with its remedy. Exits with status "
        "0 if a build can run, otherwise 1. Include the output in bug reports."
    ),
    usage="",
    options=(),
    run=run,
)
