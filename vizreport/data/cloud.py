"""Object stores and other places that fsspec opens: ``s3://``, ``gs://``, ``az://`` and so on."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import urlsplit

from vizreport.data.image import UnreadableImage
from vizreport.data.storage import LARGEST, Item
from vizreport.errors import RequestError
from vizreport.system.installed import pip_install
from vizreport.wording.foreign_text import brief

_BLOCK = 2**16
"""Bytes that are read ahead of what a reader of a file asks for."""

_Info = dict[str, Any]  # of a file, as fsspec gives it: each kind of store has entries of its own
_TAGS = ("ETag", "etag", "e_tag", "md5Hash", "md5", "content_md5", "checksum")
"""Where file systems put the entity tag."""

_CHANGED = ("mtime", "LastModified", "last_modified", "modified")
"""Where they put when a file was changed, as a date or in seconds."""

_PACKAGES = {
    "s3": ["s3fs"],
    "s3a": ["s3fs"],
    "gs": ["gcsfs"],
    "gcs": ["gcsfs"],
    "az": ["adlfs"],
    "abfs": ["adlfs"],
    "abfss": ["adlfs"],
}

# Names that no message may have the values of: Azure's signatures, tokens, presigned addresses.
_SECRETS = re.compile(
    r"(?i)\b(sig|signature|x-amz-[a-z-]+|token|secret|password|key|credential)(=|: ?)[^&\s,;'\"]+"
)

T = TypeVar("T")


class CloudFolder:
    """A place that fsspec opens, which a URL names: a :class:`vizreport.data.storage.Storage`.

    Listings are not kept, so that memory does not grow with them.

    Parameters
    ----------
    url : str
        Without credentials, which the environment has.

    Raises
    ------
    RequestError
        If the URL has credentials in it, or a package is missing.
    """

    remote = True

    def __init__(self, url: str) -> None:
        self.where = without_credentials(url).rstrip("/")
        self._files, self._root = _opened(self.where)

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.where.rpartition("/")[2]

    def below(self, path: str) -> CloudFolder:
        """Return a folder of this one."""
        found = object.__new__(CloudFolder)
        found.where, found._files, found._root = f"{self.where}/{path}", self._files, self._at(path)
        return found

    def items(self, path: str) -> list[Item]:
        """List a folder, by name."""
        with self._errors(path):
            listed = self._files.ls(self._at(path), detail=True)
            self._files.invalidate_cache()
        here = self._at(path).rstrip("/")
        # A folder's own marker is not part of it.
        found = [_item(each) for each in listed if each["name"].rstrip("/") != here]
        return sorted(found, key=lambda item: item.name)

    def item(self, path: str) -> Item | None:
        """Return a file or folder; None where there is none."""
        with self._errors(path):
            try:
                return _item(self._files.info(self._at(path)))
            except FileNotFoundError:
                return None

    def read(self, path: str, begin: int = 0, end: int | None = None) -> bytes:
        """Return a file's bytes, or those from ``begin`` to ``end``."""
        if end is not None and end - begin > LARGEST:
            raise UnreadableImage(f"it has more than {LARGEST // 2**30} GB, the limit")
        with self._errors(path):
            if not begin and end is None:
                return cast(bytes, self._files.cat_file(self._at(path)))
            return cast(bytes, self._files.cat_file(self._at(path), start=begin, end=end))

    def open(self, path: str) -> BinaryIO:
        """Open a file; what it reads is fetched in blocks, a few at a time."""
        with self._errors(path):
            file = self._files.open(self._at(path), "rb", block_size=_BLOCK, cache_type="readahead")
        return cast(BinaryIO, _File(file, lambda: self._errors(path)))

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    @contextmanager
    def _errors(self, path: str) -> Iterator[None]:
        """Make one sentence of what a storage, its network or its rights raise."""
        where = f"{self.where}/{path}" if path else self.where
        try:
            yield
        except RequestError:
            raise
        except FileNotFoundError as error:
            raise RequestError(
                f"{where} does not exist or cannot be listed; pass --data an existing folder, "
                "shards or Parquet files"
            ) from error
        except PermissionError as error:
            raise RequestError(
                f"{where} cannot be read with the credentials in the environment; set those of an "
                "account with access"
            ) from error
        except Exception as error:
            if "credential" in f"{type(error).__name__} {error}".lower():
                raise RequestError(
                    f"{where} needs credentials, and the environment has none; docs/data.md lists "
                    "the variables to set"
                ) from error
            raise RequestError(
                f"{where} cannot be read ({type(error).__name__}: {scrubbed(error)}); finished "
                "results are kept, and the same command resumes"
            ) from error


class _File:
    """A file of a storage, whose errors are those of :class:`CloudFolder`."""

    def __init__(self, file: Any, errors: Callable[[], Any]) -> None:
        self._file, self._errors = file, errors

    def read(self, size: int = -1) -> bytes:
        with self._errors():
            return cast(bytes, self._file.read(size))

    def readinto(self, buffer: Any) -> int:
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def seek(self, to: int, whence: int = 0) -> int:
        return cast(int, self._file.seek(to, whence))

    def tell(self) -> int:
        return cast(int, self._file.tell())

    def close(self) -> None:
        self._file.close()

    @property
    def closed(self) -> bool:
        return bool(self._file.closed)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def without_credentials(url: str) -> str:
    """Return a URL, unless it has credentials in it.

    Raises
    ------
    RequestError
        If it has a password, a key or a signature; the message has not.
    """
    for part in url.split("::"):
        try:
            split = urlsplit(part)
            user, password = split.username, split.password
        except ValueError:
            raise RequestError("the address in --data is invalid; check its brackets") from None
        # Azure's addresses are abfs://CONTAINER@ACCOUNT.
        named = user is not None and split.scheme in ("s3", "s3a", "gs", "gcs", "http", "https")
        if named or password is not None or "=" in split.query:
            place = split.netloc.rpartition("@")[2]
            raise RequestError(
                f"the address {split.scheme}://{place}... contains credentials, which would be "
                "written into the report; set them in the environment instead (docs/data.md)"
            )
    return url


def scrubbed(text: object) -> str:
    """Return a message of a library's in brief, without what might be a secret in it."""
    return brief(_SECRETS.sub(r"\1\2...", str(text)))


def _opened(url: str) -> tuple[Any, str]:
    scheme = url.partition("://")[0]
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise RequestError(
            f"{scheme}:// needs optional packages: pip install 'vizreport[cloud]', or "
            f"{pip_install('fsspec', *_PACKAGES.get(scheme, []))}"
        ) from error
    try:
        files, root = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        needed = _PACKAGES.get(scheme)
        raise RequestError(
            f"{scheme}:// needs optional packages: pip install 'vizreport[cloud]', or "
            f"{pip_install(*needed)}"
            if needed
            else f"{scheme}:// needs another package: {brief(error)}"
        ) from error
    except ValueError as error:
        raise RequestError(
            f"{scheme}:// is not a scheme known to fsspec ({scrubbed(error)}); pass --data a "
            "folder, or an address such as s3://BUCKET/FOLDER"
        ) from error
    return files, str(root).rstrip("/")


def _item(info: _Info) -> Item:
    tag = next((str(info[key]) for key in _TAGS if info.get(key)), "")
    name, size = str(info["name"]).rstrip("/").rpartition("/")[2], int(info.get("size") or 0)
    folder, tagged = info.get("type") == "directory", f"{tag} {size}" if tag else ""
    return Item(name, folder, size, tagged, times=_times(info))


def _times(info: _Info) -> tuple[int, int, int]:
    """Return what ``Item.times`` has, of the one time that file systems give."""
    found = next((info[key] for key in _CHANGED if info.get(key)), 0)
    if isinstance(found, datetime):
        found = found.timestamp()
    changed = round(found * 1e9) if isinstance(found, int | float) else 0
    return changed, changed, time.time_ns()
