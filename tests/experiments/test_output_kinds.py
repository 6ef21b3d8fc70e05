"""Networks of every kind of output through the sections, against Keras' own predict."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from sklearn import metrics

from tests.experiments import output_kinds as kinds
from tests.experiments import tiny
from vizreport.data.sources import open_dataset
from vizreport.engine.presets import rule_problem
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.invariance import figures as invariance_figures
from vizreport.experiments.invariance.findings import findings as invariance_findings
from vizreport.experiments.mining.classes import counted_as, counted_classes, true_name
from vizreport.experiments.occlusion import figures as occlusion_figures
from vizreport.experiments.overview import figures as overview_figures
from vizreport.experiments.overview import thresholds
from vizreport.experiments.overview.findings import findings
from vizreport.experiments.overview.meaning import lines
from vizreport.experiments.top_patches.mosaics import encoded, layer
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import faults, headline
from vizreport.models.preprocessing_choice import PreprocessingRequest
from vizreport.subject.network import StoredNetwork
from vizreport.subject.options import NetworkOptions
from vizreport.subject.subject import Subject
from vizreport.training.evaluation import evaluate_each
from vizreport.wording.text import printable

compute_invariance = tiny.computing("invariance")
mine = tiny.computing("mining")
compute_occlusion = tiny.computing("occlusion")
compute_overview = tiny.computing("overview")
compute_parts = tiny.computing("parts")
compute_top_patches = tiny.computing("top_patches")

RAW = {"scale": 1.0, "mean": 0.0, "crop": "none"}
PREPARED = PreprocessingRequest("unit", RAW)
SETTINGS = {"occlusion_images": 2, "occlusion_stride": 4, "invariance_images": 3}

RUN = SimpleNamespace(checkpoint_file="network.keras")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("colours")
    three = kinds.write_folders(root / "three", ("blue", "green", "red"))
    return {3: three, 2: kinds.write_folders(root / "two", ("blue", "red"))}


@pytest.fixture
def asked(folders, tmp_path):
    def asked(model, count, output_kind=None, **settings):
        path = tmp_path / "net.keras"
        model.save(path)
        options = NetworkOptions(PREPARED, output_kind=output_kind)
        data = open_dataset(str(folders[count]))
        subject = Subject(StoredNetwork(path), options, data)
        return tiny.asking(subject, **SETTINGS, **settings)

    return asked


def sections(subject):
    """Mine, and compute and draw what depends on the meaning of the output."""
    found = {"mining": mine(subject, {})}
    found["overview"] = compute_overview(subject, found)
    return found


CLASSES = [
    ("softmax", "sparse_categorical_crossentropy"),
    (None, kinds.losses.SparseCategoricalCrossentropy(from_logits=True)),
    (None, None),  # the data tell
    ("sigmoid", "binary_crossentropy"),
]


@pytest.mark.parametrize(("activation", "loss"), CLASSES)
def test_classes_without_options(asked, folders, activation, loss):
    model = kinds.classes(activation, loss)
    subject = asked(model, 3)
    found = sections(subject)
    mining, overview = found["mining"], found["overview"]
    y, labels = kinds.predict(model, folders[3])
    assert mining.class_names == ["blue", "green", "red"]
    assert mining.labels.tolist() == labels.tolist()
    assert overview.top1_error == pytest.approx(100 * (y.argmax(1) != labels).mean())
    p = y if activation else np.exp(y) / np.exp(y).sum(1, keepdims=True)
    np.testing.assert_allclose(mining.top_probabilities[:, 0], p.max(1), rtol=1e-4)
    np.testing.assert_allclose(mining.true_probabilities, p[np.arange(len(y)), labels], rtol=1e-4)
    assert overview.exchanged == []
    assert "alphabetical order" in "\n".join(lines(overview, mining))


@pytest.mark.parametrize(
    ("activation", "from_logits"),
    [("sigmoid", False), (None, True), ("sigmoid", None), (None, None)],
)
def test_one_score_for_two_folders(asked, folders, activation, from_logits):
    model = kinds.one_score(activation, from_logits, gain=1.5)
    subject = asked(model, 2)
    found = sections(subject)
    mining, overview = found["mining"], found["overview"]
    y, labels = kinds.predict(model, folders[2])
    p = y[:, 0] if activation else 1 / (1 + np.exp(-y[:, 0]))
    assert mining.class_names == ["blue", "red"]
    assert mining.output["kind"] == "binary"
    assert overview.top1_error == pytest.approx(100 * ((p > 0.5) != labels).mean())
    scores = thresholds.scores_of(mining)
    assert scores.area() == pytest.approx(metrics.roc_auc_score(labels, p))
    for threshold in (0.3, 0.5, 0.7):
        said = p > threshold
        recall = metrics.recall_score(labels, said, zero_division=0)
        assert scores.sensitivity(threshold) == pytest.approx(recall)
        recall = metrics.recall_score(labels, said, pos_label=0, zero_division=0)
        assert scores.specificity(threshold) == pytest.approx(recall)
    found["occlusion"] = compute_occlusion(subject, found)
    found["invariance"] = compute_invariance(subject, found)
    occlusion = found["occlusion"]
    own = np.where(
        occlusion.clean.classes == 1,
        *[q[_numbers(mining, occlusion.clean.paths)] for q in (p, 1 - p)],
    )
    np.testing.assert_allclose(occlusion.clean.probabilities, own, rtol=1e-4)
    assert set(occlusion.clean.classes.tolist()) == {0, 1}
    # No place has the probability of a softmax of one number.
    assert all((square.probabilities < 1).all() for square in occlusion.squares.values())
    shown = overview_figures.section(found, RUN)
    assert "thresholds" in [figure.name for figure in shown.figures]
    assert "blue" in shown.figures[1].caption
    for section in (
        occlusion_figures.section(found, None),
        invariance_figures.section(found, None),
    ):
        assert "of red" in str(section.context["about"]).replace("\u2068", "").replace("\u2069", "")


def _numbers(mining, paths):
    return [mining.paths.index(path) for path in paths]


def test_a_score_that_speaks_for_the_first_folder(asked):
    found = sections(asked(kinds.one_score("sigmoid", False, gain=-9.0), 2))
    assert found["mining"].class_names == ["blue", "red"]
    assert found["overview"].top1_error == 100
    said = printable(" ".join(faults(decide(findings(found)))))
    assert "looks reversed" in said
    assert "is for blue, not red" in said


def test_a_score_that_always_says_the_same_tells_nothing(asked):
    model = kinds.one_score("sigmoid", False, gain=0.1)
    model.get_layer("is_red").bias.assign([3.0])
    found = sections(asked(model, 2))
    assert found["overview"].top1_error is None
    assert (found["mining"].labels == -1).all()
    assert np.isnan(found["mining"].true_probabilities).all()
    assert "--labels-in-order" in found["mining"].labels_reason
    # What the folders are called is known all the same.
    assert true_name(found["mining"], 0) == "blue"
    assert counted_classes(found["mining"]).true


def test_values_are_no_classes(asked):
    model = kinds.four_values()
    subject = asked(model, 3)
    found = sections(subject)
    mining = found["mining"]
    assert mining.output["kind"] == "values"
    assert mining.class_names == []
    y = model.predict(subject.preprocessing.tensor(subject.pictures(mining.records)), verbose=0)
    np.testing.assert_allclose(mining.outputs, y, rtol=1e-4, atol=1e-6)
    assert counted_as(mining, True) == "label"
    with pytest.raises(NotApplicable, match="4 values"):
        compute_occlusion(subject, found)
    found["invariance"] = compute_invariance(subject, found)
    shown = invariance_figures.section(found, None)
    said = headline(decide(invariance_findings(found)))
    for text in (*(f.title + f.caption + f.alt for f in shown.figures), said):
        assert "probab" not in text
        assert "class" not in text
    overview = overview_figures.section(found, RUN)
    assert [row["mean"] for row in overview.context["output"]["values"]] == pytest.approx(
        y.mean(axis=0).tolist(), rel=1e-4
    )
    assert "Accuracy" not in [fact.label for fact in overview.facts]


def test_outputs_below_zero_are_not_dead(asked):
    model = kinds.four_values()
    model.get_layer("box").bias.assign([-50.0] * 4)
    subject = asked(model, 3)
    found = sections(subject)
    mining = found["mining"]
    assert mining.output_layer == "box"
    assert (mining.layers["box"].values < 0).all()
    found["parts"] = compute_parts(subject, found)
    top = compute_top_patches(subject, found)
    assert not top.layers["box"].dead.any()
    assert top.layers["box"].shown.all()
    np.testing.assert_array_equal(top.layers["conv"].shown, top.layers["conv"].values > 0)
    # The patches are the pictures in which the output is largest, strongest first.
    with Image.open(io.BytesIO(encoded(layer(top, "box", False), 2, "patches"))) as picture:
        tiles = np.asarray(picture.convert("RGB"), float)
    y = model.predict(subject.preprocessing.tensor(subject.pictures(mining.records)), verbose=0)
    strongest = subject.pictures(mining.records[[y[:, 2].argmax()]])[0]
    side = top.layers["box"].tiles.window
    middle = strongest[6 - side // 2 :, 6 - side // 2 :][:side, :side].astype(float)
    assert np.abs(tiles[:side, :side] - middle).mean() < 12  # as far as WebP keeps noise


def test_the_option_makes_classes_of_values(asked):
    found = mine(asked(kinds.four_values(), 3, output_kind="classes"), {})
    assert len(found.class_names) == 4
    with pytest.raises(RequestError, match="--output-kind binary needs a single output"):
        mine(asked(kinds.four_values(), 3, output_kind="binary"), {})


def test_class_maps_are_a_layer_and_rules_come_first(asked):
    subject = asked(kinds.segmentation(), 3)
    chosen = {layer.name: layer for layer in subject.chosen_layers(None)}
    assert list(chosen) == ["conv", "deep", "decoder", "mask"]
    assert chosen["mask"].kind == "output"
    assert (chosen["mask"].rows, chosen["mask"].cols, chosen["mask"].maps) == (12, 12, 2)
    graph = subject.graph
    assert [bool(rule_problem(graph, layer.node, "deconvnet")) for layer in chosen.values()] == [
        False, False, True, True,
    ]  # fmt: skip
    mining = mine(subject, {})
    assert mining.output["kind"] == "pixels"
    # The maps before the softmax, as the network makes them.
    scores = kinds.keras.Model(subject.model.input, subject.model.get_layer("mask").input)
    x = subject.preprocessing.tensor(subject.pictures(mining.records))
    kernel, bias = subject.model.get_layer("mask").get_weights()
    y = np.einsum("nrcm,mk->nrck", scores.predict(x, verbose=0), kernel[0, 0]) + bias
    np.testing.assert_allclose(
        mining.layers["mask"].values, -np.sort(-y.max(axis=(1, 2)), axis=0)[:9].T, rtol=1e-4
    )


def test_evaluation_reads_outputs_alike(folders, tmp_path):
    model = kinds.one_score(None, True, gain=1.5)
    model.save(tmp_path / "net.keras")
    y, labels = kinds.predict(model, folders[2])
    data, options = open_dataset(str(folders[2])), NetworkOptions(PREPARED)

    def subject(name):
        return Subject(StoredNetwork(tmp_path / name), options, data)

    (row,) = evaluate_each([subject("net.keras")])
    assert row.errors.top1 == pytest.approx(((y[:, 0] > 0) != labels).mean())
    assert row.errors.classes == 2
    assert "one logit for two classes" in row.output
    assert row.warnings == ()
    kinds.one_score("sigmoid", False, gain=-9.0).save(tmp_path / "net.keras")
    (row,) = evaluate_each([subject("net.keras")])
    assert row.errors.top1 == 1
    assert "0<TAB>red, 1<TAB>blue" in row.warnings[0]
    kinds.four_values().save(tmp_path / "values.keras")
    with pytest.raises(RequestError, match="has no classes, so there is no error"):
        evaluate_each([subject("values.keras")])
