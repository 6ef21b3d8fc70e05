"""What a user asks of ``vizreport train``. No TensorFlow here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from vizreport.published.epochs import PAPER_EPOCHS
from vizreport.system.documents import JsonObject
from vizreport.training.plateau import PATIENCE, scaled_rate

STRATEGIES = ("none", "mirrored", "multiworker")


@dataclass(frozen=True)
class TrainingRequest:
    """A training by the paper's recipe.

    Attributes
    ----------
    data : str
        Source of images with classes, see :func:`vizreport.data.sources.open_dataset`.
    out : Path
        Folder of the checkpoints and the history.
    model : str
        A network of :data:`vizreport.models.variants.VARIANTS`.
    width : float
        Factor on the maps and units of layers 1 to 7.
    input_size : int
        Side of the square input, px.
    epochs : int
        Passes over the training images, in all.
    batch_size : int
        Images of a step, over all devices.
    rate : float or None
        First learning rate; None is the paper's 1e-2 x ``batch_size`` / 128.
    patience : int or None
        Epochs without a new least validation error or loss after which the rate is lowered; None
        is 5.
    seed : int
        Of the initial weights, the order, the sub-crops, dropout and held-out images.
    split : str or None
        Split to train on; None is "train" where the source has splits of its own.
    validation_split : str or None
        Split to validate on; None holds out images of the training split.
    images_per_class : int or None
        Train on that many images of each class; those left over validate, at most 50 per class.
    max_images : int or None
        Seeded sample of the training split.
    mixed_precision : bool
        Compute in bfloat16; the weights stay float32.
    xla : bool
        Compile the forward and backward pass with XLA.
    strategy : {"none", "mirrored", "multiworker"}
        One device; all devices of this machine; the machines that TF_CONFIG names.
    gallery : str or None
        Source of the images of which a gallery is archived at the end of some epochs.
    gallery_epochs : tuple of int, or None
        Those epochs, from 1; None for all.
    """

    data: str
    out: Path
    model: str = "zfnet"
    width: float = 1.0
    input_size: int = 224
    epochs: int = 70
    batch_size: int = 128
    rate: float | None = None
    patience: int | None = None
    seed: int = 0
    split: str | None = None
    validation_split: str | None = None
    images_per_class: int | None = None
    max_images: int | None = None
    mixed_precision: bool = False
    xla: bool = False
    strategy: str = "none"
    gallery: str | None = None
    gallery_epochs: tuple[int, ...] | None = PAPER_EPOCHS

    @property
    def first_rate(self) -> float:
        """Learning rate of the first epoch."""
        return scaled_rate(self.batch_size) if self.rate is None else self.rate

    @property
    def epochs_waited(self) -> int:
        """Epochs without improvement after which the rate is lowered."""
        return PATIENCE if self.patience is None else self.patience


# What may change between a stop and going on: the same training, run otherwise or longer.
_FREE = (
    *("data", "split", "validation_split", "max_images", "out", "epochs", "xla", "strategy"),
    *("gallery", "gallery_epochs"),
)


def identity(request: TrainingRequest, fingerprints: tuple[str, ...]) -> JsonObject:
    """What makes two requests the same training.

    Parameters
    ----------
    request : TrainingRequest
        What does not change the weights, such as the folder, is left out.
    fingerprints : tuple of str
        Of the training and the validation data; they stand for source, split and sample.
    """
    values = {name: value for name, value in asdict(request).items() if name not in _FREE}
    return {**values, "rate": request.first_rate, "data": list(fingerprints)}
