"""The one error of a translation."""

from __future__ import annotations


class UntranslatableError(Exception):
    """Something in a file of Keras 2 has no translation.

    Parameters
    ----------
    what : str
        It follows "has", after the file's path.
    has_equal : bool
        Whether Keras 3 has it, so that no layer class of the user's is needed in its place.
    """

    def __init__(self, what: str, has_equal: bool = False) -> None:
        super().__init__(what)
        self.has_equal = has_equal
