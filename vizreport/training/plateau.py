"""The learning rate, lowered when the validation error stops falling. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence

FIRST_RATE = 1e-2
FACTOR = 0.1
PATIENCE = 5
LEAST_RATE = 1e-4


def learning_rate(errors: Sequence[float]) -> float:
    """Rate of the next epoch, from the validation errors of all epochs before it.

    The paper's authors lowered it by hand "when the validation error plateaus" (section 3); here
    it is divided by ten when the error has not been below its least for five epochs, counted
    anew after each lowering, and never below 1e-4. A pure function of the history, so that a
    resumed training cannot differ.

    Parameters
    ----------
    errors : sequence of float
        Validation errors, one an epoch.
    """
    rate, least, waited = FIRST_RATE, float("inf"), 0
    for error in errors:
        if error < least:
            least, waited = error, 0
            continue
        waited += 1
        if waited == PATIENCE:
            rate, waited = max(rate * FACTOR, LEAST_RATE), 0
    return rate
