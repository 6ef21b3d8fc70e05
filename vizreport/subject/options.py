"""What a user says of a network beside its file. No TensorFlow here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vizreport.models.preprocessing_choice import ChosenPreprocessing, PreprocessingRequest


@dataclass(frozen=True)
class NetworkOptions:
    """How a network is loaded, what it is given and what its outputs are called.

    Attributes
    ----------
    preprocessing : PreprocessingRequest or ChosenPreprocessing
        What is asked of the preprocessing, or one that is certain.
    labels : Path or None
        File that names the outputs.
    labels_in_order : bool
        Whether the outputs are the data's classes in alphabetical order.
    class_names : tuple of str
        Names of the classes, in place of those of the sidecar.
    imports : tuple of str
        Modules that register the user's own layers; their code is run.
    output : str or None
        Which output of a network with several.
    output_kind : str or None
        What the output means, one of :data:`vizreport.models.output.KINDS`; None to find out.
    """

    preprocessing: PreprocessingRequest | ChosenPreprocessing = field(
        default_factory=PreprocessingRequest
    )
    labels: Path | None = None
    labels_in_order: bool = False
    class_names: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    output: str | None = None
    output_kind: str | None = None
