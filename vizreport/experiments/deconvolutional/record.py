"""What was learned, as files. No TensorFlow here."""

from __future__ import annotations

from pathlib import Path

from vizreport.errors import RequestError
from vizreport.experiments.deconvolutional.result import DeconvolutionalResult
from vizreport.experiments.study_files import StudyKind
from vizreport.results.archive import join, pack, read, split
from vizreport.results.manifest import add, prepare
from vizreport.system.documents import JsonObject

KIND = StudyKind(
    1, arrays=True, if_other="learn again", if_damaged="run vizreport deconvnet-learn again"
)
NAME = "deconvolutional"
_WRITER = "deconvolutional"
_FILES = (f"{NAME}.npz", f"{NAME}.json")


def prepare_learned(folder: Path) -> None:
    """Make sure that the folder can take what is learned.

    Raises
    ------
    RequestError
        If something is in the way that was not learned before, or the folder cannot be written to.
    """
    prepare(folder, _WRITER, _FILES, _adopted)


def _adopted(folder: Path) -> tuple[str, ...]:
    """Name the files of the first edition."""
    try:
        read_learned(folder)
    except RequestError:
        return ()
    return _FILES


def write_learned(folder: Path, learned: DeconvolutionalResult) -> None:
    """Write ``deconvolutional.npz`` (arrays), then ``deconvolutional.json`` (the rest)."""
    add(folder, _WRITER, _FILES)
    arrays, values = split(learned)
    KIND.write(folder / f"{NAME}.json", values, pack(arrays))


def read_learned(folder: Path) -> DeconvolutionalResult:
    """Read what :func:`write_learned` wrote.

    Raises
    ------
    RequestError
        The files are missing, damaged or of another schema version.
    """
    path = folder / f"{NAME}.json"
    if not path.exists():
        raise RequestError(
            f"{folder} contains no {NAME}.json; pass the --out folder of vizreport deconvnet-learn"
        )

    def learned(values: JsonObject) -> DeconvolutionalResult:
        arrays = read(path.with_suffix(".npz"))
        found: DeconvolutionalResult = join(DeconvolutionalResult, arrays, values)
        return found

    return KIND.read(path, learned)
