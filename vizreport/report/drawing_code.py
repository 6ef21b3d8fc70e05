"""Which code and templates a report, and each part of it, was made with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

from vizreport.report import templates

OWN = "vizreport"
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<of>[\w.]+)[ \t]+import[ \t]+(?:\((?P<several>[^)]*)\)|(?P<some>.*))"
    r"|import[ \t]+(?P<whole>.*))",
    re.MULTILINE,
)


class Modules:
    """The modules there are, each read once."""

    def __init__(self) -> None:
        self._files: dict[str, Path | None] = {}
        self._contents: dict[str, bytes] = {}
        self._imports: dict[str, set[str]] = {}
        self._digests: dict[str, bytes] = {}
        self._codes: dict[str, str] = {}

    def code_of(self, function: str) -> str:
        """Hash the module that a function is in, with all that it imports.

        Followed are modules of vizreport and of the function's own package; what looks like an
        import in a docstring counts, too. Other packages are known by their versions.

        Parameters
        ----------
        function : str
            As an experiment declares it: "package.module:name".

        Returns
        -------
        str
            SHA-256 of the modules' names and contents.
        """
        module = function.partition(":")[0]
        if module not in self._codes:
            self._codes[module] = self._code_of(module)
        return self._codes[module]

    def _code_of(self, module: str) -> str:
        packages = (OWN, module.partition(".")[0])
        reached: set[str] = set()
        waiting = [module]
        while waiting:
            name = waiting.pop()
            if name in reached or name.partition(".")[0] not in packages or not self._file(name):
                continue
            reached.add(name)
            if name not in self._imports:
                self._imports[name] = self._imported(name)
            waiting += self._imports[name]
        found = hashlib.sha256()
        for name in sorted(reached):
            found.update(f"\0{name}\0".encode())
            found.update(self._digest(name))
        return found.hexdigest()

    def _digest(self, module: str) -> bytes:
        if module not in self._digests:
            self._digests[module] = hashlib.sha256(self._content(module)).digest()
        return self._digests[module]

    def _imported(self, module: str) -> set[str]:
        """Name what a module may import, and the packages around it, which are run first."""
        parts = module.split(".")
        found = {".".join(parts[:length]) for length in range(1, len(parts))}
        for match in _IMPORT.finditer(self._content(module).decode("utf-8", "replace")):
            named = match["several"] or match["some"] or match["whole"] or ""
            plain = re.sub("#.*", "", named)
            names = [each.split()[0] for each in plain.split(",") if each.split()]
            if match["of"]:
                found.add(match["of"])
                found.update(f"{match['of']}.{name}" for name in names)
            else:
                found.update(names)
        return found

    def _content(self, module: str) -> bytes:
        if module not in self._contents:
            path = self._file(module)
            self._contents[module] = path.read_bytes() if path else b""
        return self._contents[module]

    def _file(self, module: str) -> Path | None:
        """Return a module's file; None where there is no such module."""
        if module not in self._files:
            self._files[module] = next(self._found(module), None)
        return self._files[module]

    def _found(self, module: str) -> Iterator[Path]:
        top, *inner = module.split(".")
        spec = _spec(top)
        if spec is None:
            return
        if not inner and spec.origin:
            yield Path(spec.origin)
        for folder in spec.submodule_search_locations or ():
            path = Path(folder, *inner)
            yield from (
                each for each in (path / "__init__.py", Path(f"{path}.py")) if each.is_file()
            )


def fingerprint(packages: Iterable[str]) -> str:
    """Hash vizreport's code and templates, and those of the packages that brought sections.

    Parameters
    ----------
    packages : iterable of str
        Those that draw a section, as `Experiment.package` names them ("" where there is none);
        one that cannot be found counts by its name.

    Returns
    -------
    str
        SHA-256 of the modules' and templates' names and contents.
    """
    brought = {name for name in packages if name and name.partition(".")[0] != OWN}
    found = hashlib.sha256()
    for name in (OWN, *sorted(brought)):
        found.update(name.encode())
        for path, inside in _files(name):
            found.update(f"\0{inside}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def pages_of(package: str) -> str:
    """Hash vizreport's templates, and those of a package that brought a section ("" for none)."""
    found = hashlib.sha256()
    for name in dict.fromkeys((OWN, package or OWN)):
        for path, inside in _files(name):
            if path.suffix == ".html":
                found.update(f"\0{inside}\0".encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def _files(package: str) -> Iterator[tuple[Path, str]]:
    """Return a package's modules and templates, with their names in it."""
    spec = _spec(package)
    if spec is None:
        return
    folders = [Path(each) for each in spec.submodule_search_locations or ()]
    if not folders and spec.origin:
        yield Path(spec.origin), Path(spec.origin).name
    for folder in folders:
        below = templates.folder() if package == OWN else folder / templates.FOLDER
        modules = ((path, path.relative_to(folder)) for path in folder.rglob("*.py"))
        pages = ((path, path.relative_to(below)) for path in below.rglob("*") if path.is_file())
        for path, inside in (*sorted(modules), *sorted(pages)):
            yield path, inside.as_posix()


def _spec(package: str) -> ModuleSpec | None:
    try:
        return find_spec(package)
    except Exception:  # it imports the package around it, which may be broken: a failed section
        return None
