"""One step of stochastic gradient descent, on one device or on many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vizreport.training.geometry import every_crop
from vizreport.training.network import dropout_masks, renormalize, training_logits

MOMENTUM = 0.9

Step = Callable[[Any, float, tuple[int, int]], tuple[Any, Any]]


@dataclass(frozen=True)
class Rows:
    """What one step is given, or one process of it.

    Attributes
    ----------
    images : uint8 array [n, S, S, 3]
        Sub-crops.
    crops : int32 array [n]
        Which of the ten each is.
    labels : int32 array [n]
        Class of each picture.
    """

    images: np.ndarray
    crops: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Stepper:
    """A network with what a step needs and changes.

    Attributes
    ----------
    strategy : tf.distribute.Strategy
        One device or several in step; the network is made in its scope.
    model : keras.Model
        The network whose weights are moved.
    velocities : list of tf.Variable
        Momentum of each trainable weight, in the model's order.
    step : callable
        ``(inputs, learning rate, seed) -> (mean loss, wrong predictions)``, tensors.
    predict : callable
        ``float32 [n, S, S, 3] -> float32 [n, C]``: probabilities of preprocessed crops, on one
        device of this process.
    """

    strategy: tf.distribute.Strategy
    model: keras.Model
    velocities: list[tf.Variable]
    step: Step
    predict: Callable[[np.ndarray], Any]


def make_stepper(
    strategy: tf.distribute.Strategy,
    model: keras.Model,
    limits: dict[str, float],
    mean: np.ndarray,
    batch_size: int,
    xla: bool = False,
) -> Stepper:
    """Prepare the steps of a network that was built in the strategy's scope.

    A step: v <- 0.9 v - rate * gradient; w <- w + v; then each filter of a convolution whose RMS
    exceeds its limit is renormalised to it. The gradient is that of the mean cross-entropy of
    the whole batch.

    Parameters
    ----------
    strategy : tf.distribute.Strategy
        One device or several in step; the network is made in its scope.
    model : keras.Model
        From :func:`vizreport.training.network.build`.
    limits : dict of str to float
        Largest RMS of the filters, by layer.
    mean : float32 array [R, R, 3]
        Per-pixel mean of the squares that the sub-crops are cut from.
    batch_size : int
        Images of a step, over all devices.
    xla : bool
        Whether the step is compiled by XLA.
    """
    weights = [variable.value for variable in model.trainable_variables]
    limited = {
        id(variable): limits[layer.name]
        for layer in model.layers
        if layer.name in limits
        for variable in [layer.kernel.value]
    }
    with strategy.scope():
        velocities = [tf.Variable(tf.zeros(w.shape, w.dtype), trainable=False) for w in weights]
    rows = batch_size // strategy.num_replicas_in_sync
    means = tf.constant(every_crop(mean, model.input_shape[1:3]))

    def gradients(
        images: Any, crops: Any, labels: Any, masks: list[Any]
    ) -> tuple[Any, Any, Sequence[Any]]:
        inputs = tf.cast(images, tf.float32) - tf.gather(means, crops)
        with tf.GradientTape() as tape:
            logits = training_logits(model, inputs, masks)
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_sum(each) / batch_size
        predicted = tf.argmax(logits, 1, labels.dtype)
        wrong = tf.reduce_sum(tf.cast(predicted != labels, tf.int32))
        return loss, wrong, tape.gradient(loss, weights)

    compiled = tf.function(gradients, jit_compile=True, autograph=False) if xla else gradients

    def on_replica(images: Any, crops: Any, labels: Any, first: Any, seed: Any) -> Any:
        images.set_shape((rows, *model.input_shape[1:]))
        # Outside of what XLA compiles: it would draw other numbers.
        masks = dropout_masks(model, seed, first, rows, batch_size)
        loss, wrong, found = compiled(images, crops, labels, masks)
        context = tf.distribute.get_replica_context()
        return loss, wrong, context.all_reduce(tf.distribute.ReduceOp.SUM, found)

    def update(weight: Any, velocity: Any, gradient: Any, rate: Any, limit: float | None) -> None:
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=weight.handle, accum=velocity.handle, lr=rate, grad=gradient, momentum=MOMENTUM
        )
        if limit is not None:
            weight.assign(renormalize(weight, limit))

    @tf.function(autograph=False)
    def step(inputs: tuple[Any, ...], rate: Any, seed: Any) -> tuple[Any, Any]:
        loss, wrong, found = strategy.run(on_replica, (*inputs, seed))
        for weight, velocity, gradient in zip(weights, velocities, found, strict=True):
            strategy.extended.update(
                weight, update, (velocity, gradient, rate, limited.get(id(weight)))
            )
        total = tf.distribute.ReduceOp.SUM
        return strategy.reduce(total, loss, axis=None), strategy.reduce(total, wrong, axis=None)

    def call(inputs: tuple[Any, ...], rate: float, seed: tuple[int, int]) -> tuple[Any, Any]:
        signed = np.array(seed, np.int64).astype(np.int32)  # the same 32 bits, signed
        return step(inputs, tf.constant(rate, tf.float32), tf.constant(signed))

    @tf.function(autograph=False)
    def predict(inputs: Any) -> Any:
        return tf.cast(model(inputs, training=False), tf.float32)

    return Stepper(strategy, model, velocities, call, predict)


def distribute(strategy: tf.distribute.Strategy, rows: Rows, replicas: list[int]) -> Any:
    """Distribute this process's rows to its replicas.

    Parameters
    ----------
    strategy : tf.distribute.Strategy
        One device or several in step; the network is made in its scope.
    rows : Rows
        Of this process: as many for each of its replicas.
    replicas : list of int
        Their numbers among all replicas.

    Returns
    -------
    tuple
        What ``Stepper.step`` takes.
    """
    count = len(rows.labels) // len(replicas)

    def part(array: np.ndarray, context: Any) -> tf.Tensor:
        place = context.replica_id_in_sync_group - replicas[0]
        return tf.constant(array[place * count : (place + 1) * count])

    def first(context: Any) -> tf.Tensor:
        return tf.constant(context.replica_id_in_sync_group * count, tf.int32)

    give = strategy.experimental_distribute_values_from_function
    images, crops, labels = (
        give(lambda context, array=array: part(array, context))
        for array in (rows.images, rows.crops, rows.labels)
    )
    return images, crops, labels, give(first)
