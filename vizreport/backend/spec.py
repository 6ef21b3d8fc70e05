"""What a compiled function takes."""

from __future__ import annotations

from typing import NamedTuple


class Spec(NamedTuple):
    """Shape and dtype of an argument.

    Attributes
    ----------
    shape : tuple
        A word, such as "images", or None stands for a length that varies from call to call;
        lengths of the same word are the same.
    dtype : str
        Such as "float32"; arrays of other types are converted.
    static : bool
        Whole numbers on which shapes inside the function depend: a backend without shapes of run
        time recompiles the function for each value.
    """

    shape: tuple[int | str | None, ...]
    dtype: str
    static: bool = False
