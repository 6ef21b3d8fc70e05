"""Folders of image files: flat, or one subfolder per class."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from vizreport.data.dataset import (
    DEFAULT_DECODING,
    Dataset,
    Decoding,
    ImageRecord,
    Size,
    fingerprint,
    sample_indices,
)
from vizreport.data.decoding import decode
from vizreport.data.image_files import SUFFIXES, why_not_read
from vizreport.errors import RequestError
from vizreport.foreign_text import quoted
from vizreport.paths import IS_FOLDER, folder_problem, problem
from vizreport.progress import progress


def open_folder(
    folder: Path,
    split: str | None = None,
    max_images: int | None = None,
    seed: int = 0,
    decoding: Decoding = DEFAULT_DECODING,
) -> Dataset:
    """List and hash the images below a folder; nothing is decoded yet.

    Images are the files that end in ``SUFFIXES``, in any case, at any depth, in the order of
    their paths' parts. An image's class is the first folder on its way; images in the folder
    itself have none. What looks like an image otherwise, by its ending or its first bytes, is
    listed as skipped. Names that start with a dot are ignored. Symbolic links are followed, never
    in circles.

    Parameters
    ----------
    folder : Path
        Searched at any depth.
    split : str, optional
        Subfolder to take in place of the folder, such as "val".
    max_images, seed
        A seeded sample, which keeps the order.
    decoding : Decoding
        What is done with EXIF rotation and transparency.

    Raises
    ------
    RequestError
        If the folder is missing, is no folder, has no such split or no images.
    """
    root = folder if split is None else _split_folder(folder, split)
    _check_folder(root)
    skipped: list[tuple[str, str]] = []
    files = list(_walk(root, (), frozenset({_identity(root)}), skipped))
    if not files:
        odd = f"; {quoted(skipped[0][0])} was skipped: {skipped[0][1]}" if skipped else ""
        raise RequestError(
            f"there are no images in {root}: no file below it ends in {', '.join(SUFFIXES)}{odd}"
        )
    chosen = [files[i] for i in sample_indices(len(files), max_images, seed)]
    hashes = _hash_files([root.joinpath(*parts) for parts in chosen])

    records: list[ImageRecord] = []
    paths: list[Path] = []
    for parts, (sha256, reason) in zip(chosen, hashes, strict=True):
        path = _shown("/".join(parts))
        if reason:
            skipped.append((path, reason))
            continue
        class_name = _shown(parts[0]) if len(parts) > 1 else None
        records.append(ImageRecord(len(records), path, sha256, class_name))
        paths.append(root.joinpath(*parts))

    def read(index: int) -> np.ndarray:
        return decode(paths[index], decoding=decoding)[0]

    def read_reduced(index: int, least: Callable[[int, int], Size]) -> tuple[np.ndarray, Size]:
        return decode(paths[index], least, decoding)

    class_names = _class_names(root)
    return Dataset(
        name=_shown("/".join([folder.resolve().name, *([split] if split else [])])),
        records=tuple(records),
        class_names=class_names,
        skipped=tuple(skipped),
        read=read,
        fingerprint=fingerprint(f"folder {split or ''}", records, class_names, skipped),
        read_reduced=read_reduced,
    )


def _shown(name: str) -> str:
    """Return a file name that can be written to JSON and HTML, whatever its bytes."""
    return os.fsencode(name).decode("utf-8", "replace")


def _check_folder(folder: Path) -> None:
    wrong = folder_problem(folder)
    if wrong:
        raise RequestError(f"{folder} {wrong}; give --data a folder of images")
    try:
        next(os.scandir(folder), None)
    except OSError as error:
        raise RequestError(f"the folder {folder} cannot be listed: {error.strerror}") from error


def _split_folder(folder: Path, split: str) -> Path:
    _check_folder(folder)
    subfolders = _subfolders(folder)
    if split not in subfolders:
        more = f" and {len(subfolders) - 20} more" if len(subfolders) > 20 else ""
        names = f"{', '.join(subfolders[:20])}{more}"
        there = f"its folders are {names}" if subfolders else "it has no folders"
        raise RequestError(f"there is no split {quoted(split)} in {folder}: {there}")
    return folder / split


def _subfolders(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if not _is_hidden(e.name) and _is_folder(e))


def _class_names(root: Path) -> tuple[str, ...]:
    """Return every subfolder, those without images too: order counts for labels in order."""
    return tuple(_shown(name) for name in _subfolders(root))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads back to itself
        return False


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _walk(
    root: Path,
    parts: tuple[str, ...],
    above: frozenset[tuple[int, int]],
    skipped: list[tuple[str, str]],
) -> Iterator[tuple[str, ...]]:
    """Yield the images' paths below ``root`` as parts, sorted; ``above``: the folders we are in."""
    try:
        with os.scandir(root.joinpath(*parts)) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        skipped.append((_shown("/".join(parts)), f"the folder cannot be listed: {error.strerror}"))
        return
    for entry in entries:
        if _is_hidden(entry.name):
            continue
        here = (*parts, entry.name)
        if _is_folder(entry):
            identity = _identity(Path(entry.path))
            if identity not in above:
                yield from _walk(root, here, above | {identity}, skipped)
        elif entry.name.lower().endswith(SUFFIXES):
            wrong = problem(entry.path)
            if wrong:  # a broken link, a pipe
                skipped.append((_shown("/".join(here)), f"it {wrong}"))
            else:
                yield here
        elif wrong := problem(entry.path):
            if entry.is_symlink() and wrong != IS_FOLDER:
                skipped.append((_shown("/".join(here)), f"it {wrong}"))
        elif reason := why_not_read(Path(entry.path)):
            skipped.append((_shown("/".join(here)), reason))


def _hash_files(paths: list[Path]) -> list[tuple[str, str]]:
    """Return sha256 and "", or "" and why there is none, for each file."""
    hashes = []
    # Hashing and reading release the interpreter's lock.
    with (
        progress("hashing", len(paths), "files") as bar,
        ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 1)) as pool,
    ):
        for result in pool.map(_hash_file, paths):
            hashes.append(result)
            bar.update()
    return hashes


def _hash_file(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), ""
    except OSError as error:
        return "", f"the file cannot be opened: {error.strerror}"
