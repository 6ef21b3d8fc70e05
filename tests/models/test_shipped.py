"""The checkpoints that come with the program, by name, and the network for ImageNet."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.data.reading import read_image
from vizreport.data.skimage_photographs import PHOTOGRAPHS, skimage_photograph
from vizreport.experiments import values
from vizreport.models.load import load_checkpoint
from vizreport.models.shipped import SHIPPED, shipped_checkpoint
from vizreport.models.sidecar import read_sidecar


@pytest.fixture(scope="module")
def squeezenet():
    path = shipped_checkpoint("squeezenet")
    return load_checkpoint(path), read_sidecar(path)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_name_is_a_checkpoint_unless_something_is_called_so(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert values.checkpoint(name) == shipped_checkpoint(name)
    assert shipped_checkpoint(name).exists()
    (tmp_path / name).mkdir()
    assert str(values.checkpoint(name)) == name


def test_the_weights_are_those_published(squeezenet):
    model, _ = squeezenet
    assert model.count_params() == 1_248_424
    kernels = [layer.get_weights()[0] for layer in model.layers if layer.get_weights()]
    assert len(kernels) == 26
    # Deep compression leaves each layer a codebook of 256 values.
    assert max(len(np.unique(kernel)) for kernel in kernels) <= 256


def test_it_knows_a_cat_and_a_cup_of_coffee(squeezenet):
    model, sidecar = squeezenet
    pictures = [
        sidecar.preprocessing.picture(read_image(skimage_photograph(name)))
        for name in ("chelsea", "coffee")
    ]
    probabilities = np.asarray(model(sidecar.preprocessing.tensor(np.stack(pictures))))
    cat, coffee = ([sidecar.class_names[i] for i in np.argsort(-row)[:5]] for row in probabilities)
    assert {"tabby", "tiger cat", "Egyptian cat"} <= set(cat)
    assert coffee[0] in ("espresso", "cup")


def test_it_names_a_thousand_classes_and_its_licence(squeezenet):
    _, sidecar = squeezenet
    assert len(sidecar.class_names) == len(set(sidecar.class_ids)) == 1000
    assert (sidecar.class_ids[281], sidecar.class_names[281]) == ("n02123045", "tabby")
    notice = (shipped_checkpoint("squeezenet").parent / "NOTICE").read_text()
    assert "BSD LICENSE" in notice
    assert "AS IS" in notice


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_are_read_where_they_lie(name):
    path = values.photograph(f"skimage:{name}")
    assert "skimage" in path
    assert read_image(path).shape[2] == 3
