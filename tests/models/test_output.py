"""What an output means, against Keras' own losses and activations."""

import keras
import numpy as np
import pytest
from keras import layers

from vizreport.errors import RequestError
from vizreport.graph.outputs import ending, given_out
from vizreport.graph.trace import trace
from vizreport.models.output import KINDS, about_probability, describe
from vizreport.models.output_decision import decide_output
from vizreport.models.stored_loss import StoredLoss

SPARSE, BINARY = "sparse_categorical_crossentropy", "binary_crossentropy"

# shape, ending, loss, from_logits -> kind, activation, evidence
DECIDED = [
    # The loss comes first.
    ((3,), "softmax", SPARSE, False, ("classes", "", "loss")),
    ((3,), "", SPARSE, True, ("classes", "softmax", "loss")),
    ((3,), "", SPARSE, False, ("classes", "normalise", "loss")),
    ((1,), "sigmoid", BINARY, False, ("binary", "", "loss")),
    ((1,), "", BINARY, True, ("binary", "sigmoid", "loss")),
    ((1,), "", BINARY, False, ("binary", "clip", "loss")),
    ((5,), "sigmoid", BINARY, False, ("labels", "", "loss")),
    ((5,), "", BINARY, True, ("labels", "sigmoid", "loss")),
    ((1,), "sigmoid", "mean_squared_error", False, ("values", "", "loss")),
    ((4,), "", "huber", False, ("values", "", "loss")),
    ((8, 8, 2), "softmax", SPARSE, False, ("pixels", "", "loss")),
    ((8, 8, 1), "", BINARY, True, ("pixels", "", "loss")),
    ((8, 8, 3), "", "mean_absolute_error", False, ("values", "", "loss")),
    ((1,), "", "hinge", False, ("binary", "sigmoid", "loss")),
    # Shares of 1 are those of classes, whatever they were trained by.
    ((3,), "softmax", "mean_squared_error", False, ("classes", "", "activation")),
    ((2,), "softmax", BINARY, False, ("classes", "", "activation")),
    # Then the last activation.
    ((3,), "softmax", None, False, ("classes", "", "activation")),
    ((1,), "sigmoid", None, False, ("binary", "", "activation")),
    ((5,), "sigmoid", "my_own_loss", False, ("labels", "", "activation")),
    ((8, 8, 4), "softmax", None, False, ("pixels", "", "activation")),
    ((8, 8, 1), "sigmoid", None, False, ("pixels", "", "activation")),
    # Then the shape: an image comes out as it went in.
    ((8, 8, 3), "sigmoid", BINARY, False, ("values", "", "shape")),
    ((8, 8, 3), "sigmoid", None, False, ("values", "", "shape")),
    ((8, 8, 2), "", None, False, ("values", "", "shape")),
    ((4,), "", None, False, ("values", "", "shape")),
    ((1,), "", None, False, ("values", "", "shape")),
]


@pytest.mark.parametrize(("shape", "last", "loss", "from_logits", "expected"), DECIDED)
def test_evidence_in_order(shape, last, loss, from_logits, expected):
    found = decide_output(shape, last, loss and StoredLoss(loss, from_logits))
    assert (found.kind, found.activation, found.evidence) == expected
    assert loss is None or found.evidence == "activation" or loss in found.reason


@pytest.mark.parametrize(
    ("shape", "kinds"),
    [
        ((3,), {"classes", "labels", "values"}),
        ((1,), {"binary", "labels", "values"}),
        ((8, 8, 2), {"pixels", "values"}),
    ],
)
def test_the_option_decides_where_it_fits(shape, kinds):
    loss = StoredLoss("mean_squared_error")
    for kind in ("classes", "binary", "labels", "pixels", "values"):
        if kind in kinds:
            found = decide_output(shape, "", loss, kind)
            assert (found.kind, found.evidence) == (kind, "option")
        else:
            with pytest.raises(RequestError, match=f"--output-kind {kind} needs"):
                decide_output(shape, "", loss, kind)


def test_linear_outputs_are_classes_where_they_have_names_or_agree_with_the_data():
    assert decide_output((3,), "", named=True).kind == "classes"
    assert decide_output((1,), "", named=True).kind == "binary"
    asked = []
    found = decide_output((3,), "", agrees=lambda: asked.append(1) or "as often as not")
    assert (found.kind, found.activation, found.reason) == ("classes", "softmax", "as often as not")
    assert decide_output((3,), "", agrees=lambda: "").kind == "values"
    decide_output((3,), "softmax", agrees=lambda: asked.append(1) or "")
    assert asked == [1]  # a pass over images only where nothing else tells


def test_the_options_choices_are_the_kinds():
    from vizreport.cli.options.network_and_data import OUTPUT_KIND

    assert OUTPUT_KIND.choices == KINDS


def test_what_cannot_be_told_names_the_option():
    assert "--output-kind classes" in decide_output((4,), "").reason
    assert "--output-kind binary" in decide_output((1,), "").reason


HEADS = [
    (3, None, SPARSE, True),
    (3, "softmax", SPARSE, False),
    (1, None, BINARY, True),
    (1, "sigmoid", BINARY, False),
    (4, None, BINARY, True),
    (4, "sigmoid", BINARY, False),
    (3, None, SPARSE, False),
    (1, None, BINARY, False),
]


@pytest.mark.parametrize(("outputs", "activation", "loss", "from_logits"), HEADS)
def test_probabilities_are_those_of_keras_loss(outputs, activation, loss, from_logits):
    """-log of the probability of the true class is the loss that Keras computes."""
    image = keras.Input((4, 4, 3))
    pooled = layers.GlobalAveragePooling2D()(image)
    model = keras.Model(image, layers.Dense(outputs, activation=activation)(pooled))
    graph = trace(model)
    meaning = decide_output(
        graph.nodes[given_out(graph)].shape, ending(graph), StoredLoss(loss, from_logits)
    )
    random = np.random.default_rng(outputs)
    # Above 1 Keras' loss takes one score like another; here the largest stays the largest.
    spread = 0.3 if meaning.activation == "normalise" else 3
    x = spread * random.normal(size=(20, 4, 4, 3)).astype(np.float32)
    given = model.predict(x, verbose=0)
    p = meaning.probabilities(given)
    assert p.shape == (20, meaning.classes)
    classes = random.integers(0, meaning.classes, 20)
    if loss == SPARSE:
        expected = keras.losses.sparse_categorical_crossentropy(classes, given, from_logits)
        own = -np.log(np.maximum(p[np.arange(20), classes], 1e-7))
    elif outputs == 1:
        target = (classes == 1).astype("float32")[:, None]
        expected = keras.losses.binary_crossentropy(target, given, from_logits)
        own = -np.log(np.maximum(p[np.arange(20), classes], 1e-7))
    else:
        target = random.integers(0, 2, (20, outputs)).astype("float32")
        expected = keras.losses.binary_crossentropy(target, given, from_logits)
        own = -np.log(np.where(target > 0, p, 1 - p)).mean(axis=1)
    np.testing.assert_allclose(own, np.asarray(expected), rtol=2e-4, atol=2e-5)
    assert np.all((p >= 0) & (p <= 1))
    if meaning.kind != "labels":
        np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)


def test_logits_far_from_zero_do_not_overflow():
    one = decide_output((1,), "", StoredLoss(BINARY, True))
    with np.errstate(all="raise", under="ignore"):
        p = one.probabilities(np.array([[-2000.0], [0.0], [2000.0]]))
    assert p.tolist() == [[1, 0], [0.5, 0.5], [0, 1]]


def test_values_have_no_probabilities():
    values = decide_output((4,), "")
    assert values.probabilities(np.ones((5, 4))).shape == (5, 0)
    assert "class" not in describe(values).partition("(")[0]


def test_sentences():
    one = decide_output((1,), "", StoredLoss(BINARY, True))
    assert describe(one).startswith("one logit for two classes (the loss stored")
    assert about_probability(one, ["cat", "dog"]) == (
        "The probability of dog is the sigmoid of its one score, that of cat is 1 minus it."
    )
    logits = decide_output((3,), "", StoredLoss(SPARSE, True))
    assert "softmax" in about_probability(logits, ["a", "b", "c"])
    assert about_probability(decide_output((3,), "softmax"), ["a", "b", "c"]) == ""
