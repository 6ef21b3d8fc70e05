"""The learning rate, lowered when the validation error stops falling. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence

PAPER_RATE = 1e-2
PAPER_BATCH = 128
FACTOR = 0.1
PATIENCE = 5
LEAST_SHARE = 1e-2
"""The lowest rate, as a share of the first."""


def scaled_rate(batch_size: int) -> float:
    """First learning rate for a batch: the paper's 1e-2 for 128 images, in proportion.

    The loss is a batch's mean, so a step moves the weights as far for 32 images as for 128, four
    times as often and along a noisier gradient. At 1e-2 a batch of 32 pushes many maps below zero
    for good.
    """
    return PAPER_RATE * batch_size / PAPER_BATCH


def learning_rate(
    first: float, errors: Sequence[float], losses: Sequence[float], patience: int = PATIENCE
) -> float:
    """Rate of the next epoch, from the validation errors and losses of all epochs before it.

    The paper's authors lowered it by hand "when the validation error plateaus" (section 3); here
    it is divided by ten when neither error nor loss has been below its least for some epochs,
    counted again after each lowering, and never below a hundredth of the first. The loss counts
    because it falls from the first epochs on, in which the error only wavers about chance. A pure
    function of the history, so that a resumed training cannot differ.

    Parameters
    ----------
    first : float
        Rate of the first epoch.
    errors, losses : sequence of float
        One an epoch.
    patience : int
        Those epochs.
    """
    rate, waited = first, 0
    least_error = least_loss = float("inf")
    for error, loss in zip(errors, losses, strict=True):
        waited = 0 if error < least_error or loss < least_loss else waited + 1
        least_error, least_loss = min(least_error, error), min(least_loss, loss)
        if waited == patience:
            rate, waited = max(rate * FACTOR, first * LEAST_SHARE), 0
    return rate
