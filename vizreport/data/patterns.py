"""Names of several shards in one: ``train-{000..146}.tar``, ``*.parquet``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from vizreport.data.storage import Item, Storage, Unlistable
from vizreport.errors import RequestError

MOST = 100_000
"""Names that braces may stand for."""

_INNERMOST = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")
_SPECIAL = re.compile(r"[*?\[{]")


def has_pattern(source: str) -> bool:
    """Return whether a path or an address has braces, ``*``, ``?`` or ``[...]``."""
    return bool(_SPECIAL.search(source))


def parted(source: str) -> tuple[str, str]:
    """Part a path or an address into the folder and what names files in it.

    Parameters
    ----------
    source : str
        Its last parts may have braces, ``*``, ``?`` and ``[...]``.

    Returns
    -------
    folder, pattern : str
        Without and with them.
    """
    found = _SPECIAL.search(source)
    cut = source.rfind("/", 0, found.start() if found else len(source))
    if cut < 0:
        return ".", source
    return source[:cut] or "/", source[cut + 1 :]


def named(storage: Storage, pattern: str) -> list[tuple[str, Item]]:
    """Return the files that a pattern names, in the order of its braces, else by name.

    Raises
    ------
    RequestError
        If one is not there, or none matches.
    """
    files: dict[str, Item] = {}
    for name in braces(pattern):
        if re.search(r"[*?\[]", name):
            found = list(_matching(storage, "", name.split("/")))
        else:
            item = storage.item(name)
            found = [(name, item)] if item and not item.folder and not item.problem else []
        if not found:
            raise RequestError(
                f"there is no file {storage.where}/{name}; pass --data existing files"
            )
        files.update(found)
    return list(files.items())


def braces(pattern: str) -> list[str]:
    """Return what braces stand for: ``{a,b}`` for each, ``{08..11}`` for the numbers between.

    Examples
    --------
    >>> from vizreport.data.patterns import braces
    >>> braces("{train,val}-{08..10}.tar")[2:4]
    ['train-10.tar', 'val-08.tar']
    """
    names = [pattern]
    while any(_INNERMOST.search(name) for name in names):
        longer = [each for name in names for each in _first(name)]
        if len(longer) > MOST:
            raise RequestError(f"the braces in {pattern} expand to more than {MOST:,} files")
        names = longer
    return names


def _first(name: str) -> Iterator[str]:
    """Yield a name with its first innermost braces filled in."""
    found = _INNERMOST.search(name)
    if found is None:
        yield name
        return
    before, after = name[: found.start()], name[found.end() :]
    if numbers := _RANGE.fullmatch(found[1]):
        first, last = int(numbers[1]), int(numbers[2])
        if abs(last - first) >= MOST:
            raise RequestError(f"the braces in {name} expand to more than {MOST:,} files")
        step = 1 if last >= first else -1
        for number in range(first, last + step, step):
            yield f"{before}{number:0{len(numbers[1])}d}{after}"
    else:
        for part in found[1].split(","):
            yield before + part + after


def _matching(storage: Storage, folder: str, parts: list[str]) -> Iterator[tuple[str, Item]]:
    try:
        items = storage.items(folder)
    except Unlistable as error:
        raise RequestError(
            f"the folder {storage.where}/{folder} cannot be listed: {error}"
        ) from error
    for item in items:
        path = f"{folder}/{item.name}" if folder else item.name
        if item.name.startswith(".") or not fnmatchcase(item.name, parts[0]):
            continue
        if len(parts) > 1 and item.folder:
            yield from _matching(storage, path, parts[1:])
        elif len(parts) == 1 and not item.folder and not item.problem:
            yield path, item
