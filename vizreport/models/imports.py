"""``--import MODULE``: the user's own layers, made known before a checkpoint is loaded."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from vizreport.errors import RequestError
from vizreport.system.paths import problem
from vizreport.wording.foreign_text import quoted

CustomObjects = dict[str, Any]
"""Classes and functions by name, as Keras takes them."""


def import_objects(modules: tuple[str, ...]) -> CustomObjects:
    """Run the user's modules and collect what they define.

    Parameters
    ----------
    modules : tuple of str
        Dotted names, found as Python finds them or in the current folder, or paths of ``.py``
        files.

    Returns
    -------
    dict of str to object
        The classes and functions each module defines, by name: a checkpoint's classes are found
        among them whether or not they were registered with Keras.

    Raises
    ------
    RequestError
        There is no such module, or running it fails.
    """
    objects: CustomObjects = {}
    for name in modules:
        module = _import(name)
        for key, value in vars(module).items():
            defined = inspect.isclass(value) or inspect.isfunction(value)
            if defined and value.__module__ == module.__name__:
                objects[key] = value
    return objects


def _import(name: str) -> ModuleType:
    is_file = name.endswith(".py") or "/" in name
    wrong = problem(name) if is_file else ""
    if wrong:
        raise RequestError(f"--import {quoted(name)}: the file {wrong}")
    try:
        return _import_file(Path(name)) if is_file else _import_name(name)
    except ModuleNotFoundError as error:
        raise RequestError(
            f"--import {name}: no module named {error.name!r}; pass a name Python can import from "
            "here, or the path of a .py file"
        ) from error
    except Exception as error:  # whatever the user's code raises
        raise RequestError(
            f"--import {name}: running it failed with {type(error).__name__}: {error}"
        ) from error


def _import_file(path: Path) -> ModuleType:
    # A name of its own: the file may be called like a module that is already there.
    name = f"vizreport_import_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RequestError(f"--import {path}: it is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _import_name(name: str) -> ModuleType:
    # Unlike "python -m", an installed command does not look into the current folder.
    here = str(Path.cwd())
    sys.path.append(here)
    try:
        importlib.invalidate_caches()
        return importlib.import_module(name)
    finally:
        sys.path.remove(here)
