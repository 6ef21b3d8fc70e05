"""Where a subject's network comes from: a checkpoint, or a training under way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vizreport.models.epochs import EpochCheckpoint
from vizreport.models.sidecar import Sidecar, read_sidecar
from vizreport.models.stored_loss import StoredLoss, parse_loss, stored_loss
from vizreport.subject.options import NetworkOptions

if TYPE_CHECKING:
    import keras


class Network(Protocol):
    """A network and what is stored beside it."""

    @property
    def path(self) -> Path:
        """Of its file, for messages."""

    @property
    def epochs(self) -> tuple[EpochCheckpoint, ...]:
        """All checkpoints of its training; empty where there is one alone."""

    def load(self, options: NetworkOptions) -> keras.Model:
        """Return the network; importing TensorFlow happens here."""

    def sidecar(self) -> Sidecar | None:
        """Read its sidecar."""

    def loss(self, model: keras.Model, output: str | None) -> StoredLoss | None:
        """Return the loss that it was trained with, as far as that is known."""


@dataclass(frozen=True)
class StoredNetwork:
    """A checkpoint: of a folder, the one of the last epoch."""

    path: Path
    epochs: tuple[EpochCheckpoint, ...] = ()

    def load(self, options: NetworkOptions) -> keras.Model:
        """Load it; what is wrong with the file is a RequestError."""
        from vizreport.system.tensorflow_start import start_backend

        start_backend()
        from vizreport.models.load import load_checkpoint

        return load_checkpoint(self.path, options.imports, options.output)

    def sidecar(self) -> Sidecar | None:
        """Read the file beside it."""
        return read_sidecar(self.path)

    def loss(self, model: keras.Model, output: str | None) -> StoredLoss | None:
        """Read the loss of the model's output, or of the one of that name or number."""
        names = [*([output] if output else []), *getattr(model, "output_names", [])]
        index = int(output) if output and output.isdigit() else None
        return stored_loss(self.path, names, index)


@dataclass(frozen=True)
class TrainedNetwork:
    """A network in memory, whose weights may change; there is no file yet."""

    path: Path
    model: keras.Model
    epochs: tuple[EpochCheckpoint, ...] = ()

    def load(self, options: NetworkOptions) -> keras.Model:
        """Return the model itself: what is compiled of it reads the weights as they are."""
        return self.model

    def sidecar(self) -> None:
        """There is none."""

    def loss(self, model: keras.Model, output: str | None) -> StoredLoss | None:
        """Return the loss that the model was compiled with."""
        return parse_loss(self.model.get_compile_config())
