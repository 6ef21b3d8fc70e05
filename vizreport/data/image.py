"""An image as it is read: its size, how its file is decoded, why it cannot be."""

from __future__ import annotations

from dataclasses import dataclass

Size = tuple[int, int]
"""Width and height, pixels."""


class UnreadableImage(Exception):
    """An image cannot be read; the message is the reason. It is left out, the run goes on."""


@dataclass(frozen=True)
class Decoding:
    """Where this program and Keras' loaders show the same file differently.

    Attributes
    ----------
    exif : {"apply", "ignore"}
        Whether a photograph is turned as its EXIF orientation says.
    alpha : {"white", "ignore"}
        Transparent pixels on white, or in the colours that the file has under them.
    """

    exif: str = "apply"
    alpha: str = "white"


DEFAULT_DECODING = Decoding()
