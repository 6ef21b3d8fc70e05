"""The learning rate, lowered when the validation error stops falling. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence

FIRST_RATE = 1e-2
FACTOR = 0.1
PATIENCE = 5
LEAST_RATE = 1e-4


def learning_rate(errors: Sequence[float], losses: Sequence[float]) -> float:
    """Rate of the next epoch, from the validation errors and losses of all epochs before it.

    The paper's authors lowered it by hand "when the validation error plateaus" (section 3); here
    it is divided by ten when neither error nor loss has been below its least for five epochs,
    counted anew after each lowering, and never below 1e-4. The loss counts because it falls from
    the first epochs on, in which the error only wavers about chance. A pure function of the
    history, so that a resumed training cannot differ.

    Parameters
    ----------
    errors, losses : sequence of float
        One an epoch.
    """
    rate, waited = FIRST_RATE, 0
    least_error = least_loss = float("inf")
    for error, loss in zip(errors, losses, strict=True):
        waited = 0 if error < least_error or loss < least_loss else waited + 1
        least_error, least_loss = min(least_error, error), min(least_loss, loss)
        if waited == PATIENCE:
            rate, waited = max(rate * FACTOR, LEAST_RATE), 0
    return rate
