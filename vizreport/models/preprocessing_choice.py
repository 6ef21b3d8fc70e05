"""Which preprocessing a network gets: by option, by its sidecar, or by what it does itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import PRESETS, preset, with_parts
from vizreport.data.wording import describe_preprocessing
from vizreport.errors import RequestError
from vizreport.models.input_range import RANGES, SAID, ExpectedRange
from vizreport.models.sidecar import Sidecar

_OF_VALUES = {"channels", "scale", "mean", "std"}


@dataclass(frozen=True)
class PreprocessingRequest:
    """What a user asks of the preprocessing.

    Attributes
    ----------
    preset : str or None
        Name in :data:`vizreport.data.presets.PRESETS`.
    parts : dict
        Fields of :class:`~vizreport.data.preprocessing.Preprocessing` given one by one.
    scale_twice : bool
        Whether pixels may be scaled that the network scales itself.
    """

    preset: str | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)
    scale_twice: bool = False


@dataclass(frozen=True)
class ChosenPreprocessing:
    """A preprocessing, and why it is this one.

    Attributes
    ----------
    preprocessing : Preprocessing
        From an image to the network's input.
    reason : str
        A sentence without its full stop.
    warning : str
        What speaks against it, a sentence; "" for nothing.
    own : Preprocessing or None
        What the network's own preparation tells, where it was asked and tells it.
    """

    preprocessing: Preprocessing
    reason: str
    warning: str = ""
    own: Preprocessing | None = None


def describe_choice(chosen: ChosenPreprocessing) -> str:
    """Describe what a network is given and why, as part of a sentence."""
    said = f"{describe_preprocessing(chosen.preprocessing)} ({chosen.reason})"
    return f"{said}. {chosen.warning}" if chosen.warning else said


def input_size(
    checkpoint: Path,
    shape: tuple[int | None, int | None],
    sidecar: Sidecar | None,
    asked: Mapping[str, Any],
) -> tuple[int, int]:
    """Return height and width of the input: by option, the network's own, by the sidecar.

    Raises
    ------
    RequestError
        If nothing tells.
    """
    known = None
    if sidecar is not None:
        own = sidecar.preprocessing
        known = own.input_size if own else sidecar.parts.get("input_size")
    height, width = shape
    size = asked.get("input_size") or ((height, width) if height and width else known)
    if size is None:
        raise RequestError(f"{checkpoint} has no fixed input size; pass --input-size")
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def choose_preprocessing(
    checkpoint: Path,
    size: tuple[int, int],
    channels: int,
    sidecar: Sidecar | None,
    asked: PreprocessingRequest,
    expected: ExpectedRange | None,
) -> ChosenPreprocessing:
    """Choose a network's preprocessing.

    The first of these that tells, single options going before each: the preset asked for; the
    sidecar; what the network does to pixels itself, which then are squashed to its input as
    Keras' loaders do; single options that say how pixel values are changed.

    Parameters
    ----------
    checkpoint : Path
        Named in messages.
    size : (int, int)
        Height and width of the input, px.
    channels : int
        Of the input.
    sidecar : Sidecar or None
        Its preprocessing and class names; None where no file lies beside the checkpoint.
    asked : PreprocessingRequest
        Preset and single options of the user.
    expected : ExpectedRange or None
        None for a network that takes pixels as they are.

    Raises
    ------
    RequestError
        If nothing tells, the parts do not fit, or what is asked for would scale pixels that the
        network scales itself.
    """
    parts = dict(asked.parts)
    own = RANGES[expected.name] if expected is not None and expected.name else None
    changed = _changed(parts)
    if asked.preset is not None:
        found = preset(asked.preset, size, channels, parts)
        reason = f"--preprocess {asked.preset}{changed}"
    elif sidecar is not None and sidecar.preset is not None:
        found = preset(sidecar.preset, size, channels, {**sidecar.parts, **parts})
        changed = _changed({**sidecar.parts, **parts})
        return ChosenPreprocessing(found, f"preset {sidecar.preset} in the sidecar{changed}")
    elif sidecar is not None and sidecar.preprocessing is not None:
        found = with_parts(sidecar.preprocessing, parts)
        return ChosenPreprocessing(found, f"set in the checkpoint's sidecar{changed}")
    elif own is not None and expected is not None:
        found = preset("raw", size, channels, {**own, **parts})
        reason = f"{expected.reason}{changed}"
    elif parts.keys() & _OF_VALUES:
        found = preset("raw", size, channels, parts)
        reason = "individual options; the rest is as in Keras' loaders"
    else:
        raise RequestError(_not_known(checkpoint, expected))
    if own is None or expected is None:
        return ChosenPreprocessing(found, reason)
    usual = preset("raw", size, channels, own)
    warning = _departure(checkpoint, found, usual, expected, asked.scale_twice)
    return ChosenPreprocessing(found, reason, warning, usual)


def departs(found: Preprocessing, chosen: ChosenPreprocessing) -> bool:
    """Whether a preprocessing would scale or shift pixels that the network prepares itself."""
    return chosen.own is not None and _scales(found, chosen.own)


def _scales(found: Preprocessing, usual: Preprocessing) -> bool:
    scaled = (found.scale, found.std, found.mean_image is None) != (usual.scale, usual.std, True)
    return scaled or set(found.mean) != set(usual.mean)


def _changed(parts: Mapping[str, object]) -> str:
    own = parts.keys() - {"input_size", "bands"}
    return ", with individual options changed" if own else ""


def _not_known(checkpoint: Path, expected: ExpectedRange | None) -> str:
    why = expected.reason if expected else "its preprocessing is not specified"
    return f"{checkpoint}: {why}; choose --preprocess {', '.join(PRESETS)}"


def _departure(
    checkpoint: Path,
    found: Preprocessing,
    usual: Preprocessing,
    expected: ExpectedRange,
    confirmed: bool,
) -> str:
    """Describe how a preprocessing departs from what the network expects; refuse to scale twice."""
    if _scales(found, usual):
        if not confirmed:
            raise RequestError(
                f"{checkpoint}: {expected.reason}, and the requested preprocessing would scale or "
                "shift pixels a second time; omit the preset and such options, or confirm with "
                "--scale-twice"
            )
        return (
            f"The network expects {SAID[expected.name]} ({expected.reason}), but its input was "
            "scaled or shifted first, as requested."
        )
    if found.channels == "BGR":
        return (
            "BGR was requested, but the network has built-in preprocessing "
            f"({', '.join(expected.layers)}), and Keras' loaders read RGB."
        )
    return ""
