"""Images, how they are prepared for a network, and their labels. Works without TensorFlow."""

from vizreport.data.dataset import Dataset, ImageRecord
from vizreport.data.image import UnreadableImage
from vizreport.data.labels import Labels, resolve_labels
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import PRESETS, preset, with_parts
from vizreport.data.reading import Batch, read_batches, read_image
from vizreport.data.sources import SOURCES, open_dataset

__all__ = [
    "PRESETS",
    "SOURCES",
    "Batch",
    "Dataset",
    "ImageRecord",
    "Labels",
    "Preprocessing",
    "UnreadableImage",
    "open_dataset",
    "preset",
    "read_batches",
    "read_image",
    "resolve_labels",
    "with_parts",
]
