"""Loading checkpoints: real files of every kind a user may give."""

import shutil
import sys
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras import layers, ops

from vizreport.errors import RequestError
from vizreport.models.load import load_checkpoint
from vizreport.models.network import build_network
from vizreport.models.paper_networks import ZFNET

OWN_CODE = """
import keras

class Twice(keras.layers.Layer):
    def call(self, x):
        return x * 2

class Tree(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = keras.layers.Conv2D(2, 3)

    def call(self, x):
        return self.conv(x)

def bend(x):
    return keras.ops.relu(x)
"""


def sequential(*middle, shape=(16, 16, 3)):
    return keras.Sequential(
        [keras.Input(shape), layers.Conv2D(2, 3), *middle, layers.Flatten(), layers.Dense(3)]
    )


def refusal(path, imports=()):
    with pytest.raises(RequestError) as caught:
        load_checkpoint(path, imports)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 500
    return message


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """One small network as .keras and .h5, and a batch for it."""
    folder = tmp_path_factory.mktemp("saved")
    model = sequential()
    model.save(folder / "model.keras")
    model.save(folder / "model.h5")
    model.save_weights(folder / "model.weights.h5")
    return folder, model, np.random.default_rng(0).normal(size=(2, 16, 16, 3)).astype("float32")


@pytest.fixture
def own_code(tmp_path):
    """A module of the user's: (path, its namespace), without Keras knowing its classes."""
    path = tmp_path / "own_layers.py"
    path.write_text(OWN_CODE)
    namespace = {"__name__": "somewhere_else"}
    exec(OWN_CODE, namespace)
    return path, namespace


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_sequential_has_an_output_once_loaded(saved, name):
    folder, model, batch = saved
    loaded = load_checkpoint(folder / name)
    assert loaded.output.shape == (None, 3)
    assert loaded.input_shape == (None, 16, 16, 3)
    np.testing.assert_array_equal(loaded(batch), model(batch))


@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_own_network_round_trip(tmp_path, extension):
    model = build_network(ZFNET, 4, 56, 0.05)
    model.save(tmp_path / f"net.{extension}")
    loaded = load_checkpoint(str(tmp_path / f"net.{extension}"))
    batch = np.random.default_rng(0).normal(0, 60, (2, 56, 56, 3)).astype("float32")
    np.testing.assert_array_equal(loaded(batch), model(batch))
    assert not loaded.compiled


def test_greyscale_network(tmp_path):
    sequential(shape=(12, 20, 1)).save(tmp_path / "grey.keras")
    assert load_checkpoint(tmp_path / "grey.keras").input_shape == (None, 12, 20, 1)


def test_single_input_in_a_dictionary_becomes_bare(tmp_path):
    image = keras.Input((16, 16, 3), name="image")
    model = keras.Model({"image": image}, {"scores": layers.Conv2D(2, 3)(image)})
    model.save(tmp_path / "named.keras")
    loaded = load_checkpoint(tmp_path / "named.keras")
    batch = np.ones((1, 16, 16, 3), "float32")
    np.testing.assert_array_equal(loaded(batch), model({"image": batch})["scores"])


@pytest.mark.parametrize(
    "address", ["hf://someone/net", "https://example.org/net.keras", "gs://bucket/net.keras"]
)
def test_address(address):
    assert "download it" in refusal(address)


def test_missing_file(tmp_path):
    assert "no file" in refusal(tmp_path / "absent.keras")


def test_unknown_extension(tmp_path):
    (tmp_path / "net.pt").write_bytes(b"x")
    assert "model.save" in refusal(tmp_path / "net.pt")


def test_weights_only(saved, tmp_path):
    folder = saved[0]
    assert "weights without an architecture" in refusal(folder / "model.weights.h5")
    for name in ("renamed.h5", "renamed.keras"):
        shutil.copy(folder / "model.weights.h5", tmp_path / name)
        assert "weights without an architecture" in refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ("config.json", "weights without an architecture"),
        ("model.weights.h5", "without weights"),
    ],
)
def test_archive_with_a_part_missing(saved, tmp_path, without, words):
    path = tmp_path / "part.keras"
    with zipfile.ZipFile(saved[0] / "model.keras") as whole, zipfile.ZipFile(path, "w") as part:
        for name in whole.namelist():
            if name != without:
                part.writestr(name, whole.read(name))
    assert words in refusal(path)


def test_h5_of_an_architecture_without_weights(saved, tmp_path):
    path = tmp_path / "part.h5"
    shutil.copy(saved[0] / "model.h5", path)
    with h5py.File(path, "a") as file:
        del file["model_weights"]
    assert "without weights" in refusal(path)


@pytest.mark.parametrize(("name", "to"), [("model.h5", "a.keras"), ("model.keras", "a.h5")])
def test_wrong_extension_of_the_two(saved, tmp_path, name, to):
    shutil.copy(saved[0] / name, tmp_path / to)
    assert f"rename it to a.{name[6:]}" in refusal(tmp_path / to)


def test_saved_model_folder(tmp_path):
    (tmp_path / "variables").mkdir()
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    message = refusal(tmp_path)
    assert "SavedModel" in message
    assert "Keras 3 or, with tf_keras" in message


def test_folders(saved, tmp_path):
    assert "without a .keras or .h5" in refusal(tmp_path)
    assert "pass one of its checkpoints" in refusal(saved[0])


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_truncated(saved, tmp_path, name, share):
    content = (saved[0] / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(content[: int(len(content) * share)])
    assert "truncated or damaged" in refusal(path)


def test_damaged_in_the_middle(saved, tmp_path):
    content = bytearray((saved[0] / "model.keras").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 200] = bytes(200)
    (tmp_path / "model.keras").write_bytes(content)
    assert "truncated or damaged" in refusal(tmp_path / "model.keras")


@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_lambda_layer(tmp_path, extension):
    path = tmp_path / f"net.{extension}"
    sequential(layers.Lambda(lambda x: x * 2)).save(path)
    assert "Lambda layer" in refusal(path)


def test_operations_in_an_h5_file_with_a_cure_that_works(tmp_path):
    def network():
        image = keras.Input((8, 8, 3))
        return keras.Model(image, ops.relu6(layers.Conv2D(2, 3)(image)))

    model, path = network(), tmp_path / "net.h5"
    model.save(path)
    assert "uses Relu6 of keras.ops" in refusal(path)
    assert "call model.load_weights('net.h5')" in refusal(path)
    again = network()
    again.load_weights(path)
    again.save(tmp_path / "net.keras")
    loaded = load_checkpoint(tmp_path / "net.keras")
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_own_layer(tmp_path, own_code, extension):
    code, namespace = own_code
    path = tmp_path / f"net.{extension}"
    model = sequential(namespace["Twice"]())
    model.save(path)
    message = refusal(path)
    assert "'Twice'" in message
    assert "--import MODULE" in message
    assert "subclassed" not in message
    batch = np.ones((1, 16, 16, 3), "float32")
    loaded = load_checkpoint(path, (str(code),))
    np.testing.assert_array_equal(loaded(batch), model(batch))


@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_own_function(tmp_path, own_code, extension):
    code, namespace = own_code
    path = tmp_path / f"net.{extension}"
    sequential(layers.Activation(namespace["bend"])).save(path)
    assert "'bend'" in refusal(path)
    load_checkpoint(path, (str(code),))


def test_import_by_dotted_name_from_the_current_folder(tmp_path, own_code, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sequential(own_code[1]["Twice"]()).save("net.keras")
    try:
        load_checkpoint("net.keras", ("own_layers",))
    finally:
        sys.modules.pop("own_layers", None)
    assert str(tmp_path) not in sys.path


def test_imports_that_fail(saved, tmp_path):
    path = saved[0] / "model.keras"
    assert "no module named 'no_such_module'" in refusal(path, ("no_such_module",))
    assert "does not exist" in refusal(path, (str(tmp_path / "absent.py"),))
    (tmp_path / "wrong.py").write_text("1 / 0")
    assert "ZeroDivisionError" in refusal(path, (str(tmp_path / "wrong.py"),))
    (tmp_path / "wrong.py").write_text("def (")
    assert "SyntaxError" in refusal(path, (str(tmp_path / "wrong.py"),))


def test_subclassed_model_without_its_code(tmp_path, own_code):
    path = tmp_path / "net.keras"
    model = own_code[1]["Tree"]()
    model(np.zeros((1, 16, 16, 3), "float32"))
    model.save(path)
    message = refusal(path)
    assert "'Tree'" in message
    assert "--import MODULE" in message


def with_parts(source, path, change):
    """Copy an archive; ``change`` takes a part's name and content and gives its new content."""
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(path, "w") as other:
        for name in whole.namelist():
            other.writestr(name, change(name, whole.read(name)))
    return path


def test_any_other_failure_of_keras_has_a_cure_that_works(saved, tmp_path):
    folder, model, _ = saved

    def change(name, content):
        return content.replace(b'"padding": "valid"', b'"padding": "pad everything"')

    path = with_parts(folder / "model.keras", tmp_path / "net.keras", change)
    message = refusal(path)
    assert "Keras cannot rebuild its Conv2D layer" in message
    assert "`padding`" in message
    assert "load_weights('net.keras')" in message
    rebuilt = sequential()
    rebuilt.load_weights(path)
    np.testing.assert_array_equal(rebuilt.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_the_cure_of_a_layer_that_keras_saves_and_does_not_load_works(tmp_path, extension):
    path, cured = tmp_path / f"net.{extension}", tmp_path / "cured.keras"
    model = sequential(layers.RandomShear(0.2, 0.1))
    model.save(path)
    message = refusal(path)
    assert "without that layer, call model.load_weights" in message
    rebuilt = sequential()
    rebuilt.load_weights(path)
    rebuilt.save(cured)
    batch = np.ones((1, 16, 16, 3), "float32")
    np.testing.assert_allclose(load_checkpoint(cured)(batch), model(batch), rtol=1e-6)


@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_the_cure_of_a_lambda_layer_works(tmp_path, own_code, extension):
    code, namespace = own_code
    path, cured = tmp_path / f"net.{extension}", tmp_path / "cured.keras"
    model = sequential(layers.Lambda(lambda x: x * 2))
    model.save(path)
    message = refusal(path)
    assert f"load_weights('{path.name}')" in message
    assert message.index("load_weights") < message.index("--import")
    rebuilt = sequential(namespace["Twice"]())
    rebuilt.load_weights(path)
    rebuilt.save(cured)
    batch = np.ones((1, 16, 16, 3), "float32")
    loaded = load_checkpoint(cured, (str(code),))
    np.testing.assert_allclose(loaded(batch), model(batch), rtol=1e-6)


def test_a_file_of_a_newer_keras(saved, tmp_path):
    def change(name, content):
        if name == "metadata.json":
            return b'{"keras_version": "4.1.0"}'
        return content.replace(b'"padding": "valid"', b'"padding": "of the future"')

    path = with_parts(saved[0] / "model.keras", tmp_path / "net.keras", change)
    assert "written by Keras 4.1.0" in refusal(path)


def test_sequential_that_never_saw_an_image(tmp_path):
    keras.Sequential([layers.Conv2D(2, 3)]).save(tmp_path / "net.keras")
    assert "keras.Input" in refusal(tmp_path / "net.keras")


def test_several_inputs(tmp_path):
    image, number = keras.Input((16, 16, 3)), keras.Input((4,), name="number")
    joined = layers.Concatenate()([layers.Flatten()(image), number])
    keras.Model([image, number], joined).save(tmp_path / "net.keras")
    assert "2 inputs" in refusal(tmp_path / "net.keras")


def test_several_outputs(tmp_path):
    image = keras.Input((16, 16, 3))
    outputs = [layers.Conv2D(2, 3)(image), layers.Conv2D(2, 1)(image)]
    keras.Model(image, outputs).save(tmp_path / "net.keras")
    assert "2 outputs" in refusal(tmp_path / "net.keras")


@pytest.mark.parametrize("named", [False, True])
def test_one_of_several_outputs(tmp_path, named):
    image = keras.Input((8, 8, 3))
    trunk = layers.Flatten()(image)
    heads = [layers.Dense(n, name=name)(trunk) for n, name in ((2, "tail"), (5, "breed"))]
    whole = keras.Model(image, {"z": heads[0], "a": heads[1]} if named else heads)
    whole.save(tmp_path / "net.keras")
    pictures = np.random.default_rng(0).normal(size=(3, 8, 8, 3))
    together = whole(pictures)
    for name, wanted in (("z", "z"), ("a", "a")) if named else (("tail", 0), ("breed", 1)):
        chosen = load_checkpoint(tmp_path / "net.keras", output=name)
        np.testing.assert_allclose(chosen(pictures), together[wanted], rtol=1e-6)
    by_position = load_checkpoint(tmp_path / "net.keras", output="1")
    assert by_position.output.shape == (None, 2 if named else 5)
    with pytest.raises(RequestError, match="2 outputs and 'x' does not identify .* --output, 0"):
        load_checkpoint(tmp_path / "net.keras", output="x")


@pytest.mark.parametrize(
    ("shape", "words"),
    [((7,), "image network"), ((3, 16, 16), "(Dense) cannot be transposed")],
)
def test_no_image_input(tmp_path, shape, words):
    inputs = keras.Input(shape)
    keras.Model(inputs, layers.Dense(3)(inputs)).save(tmp_path / "net.keras")
    assert words in refusal(tmp_path / "net.keras")
