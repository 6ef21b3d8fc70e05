"""Read the results of a transfer."""

from __future__ import annotations

import numpy as np

from vizreport.errors import RequestError
from vizreport.experiments.settings import Given
from vizreport.experiments.studies import study_folder
from vizreport.experiments.transfer.record import read_record
from vizreport.experiments.transfer.result import TransferResult


def compute(settings: Given) -> TransferResult:
    """Take the results of ``vizreport transfer`` into the report.

    Raises
    ------
    NotApplicable
        No folder of results was given, and there is none beside the checkpoint.
    """
    folder = study_folder(settings.transfer, "transfer", "transfer")
    record = read_record(folder)
    if record is None or not record.results:
        raise RequestError(
            f"{folder} contains no results; pass the --out folder of vizreport transfer"
        )
    about = record.about
    place = {layer: i for i, layer in enumerate(record.layers)}
    results = sorted(
        record.results,
        key=lambda one: (place.get(one.layer, len(place)), one.classifier, one.per_class),
    )
    return TransferResult(
        study=folder.resolve().name,
        checkpoint=about["checkpoint"],
        network=about["network"],
        data=about["data"],
        test_data=about["test_data"],
        class_names=about["class_names"],
        measure=about["measure"],
        test_images=about["test_images"],
        layers=[layer for layer in record.layers if layer in {one.layer for one in results}],
        kinds=[
            {
                "layer": one.layer,
                "classifier": one.classifier,
                "per_class": one.per_class,
                "features": one.features,
                "size": one.size,
                "seeds": one.seeds,
            }
            for one in results
        ],
        scores={str(i): np.array(one.scores, np.float64) for i, one in enumerate(results)},
    )
