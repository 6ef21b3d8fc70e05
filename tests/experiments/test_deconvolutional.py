"""The section Deconvolutional network."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tests.experiments import tiny
from tests.report.fake_deconvolutional import make_deconvolutional
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.deconvolutional.figures import dead, first_whole, section
from vizreport.experiments.deconvolutional.findings import findings
from vizreport.experiments.deconvolutional.record import write_learned
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import sentence

compute = tiny.computing("deconvolutional")


def subject(folder: str | None) -> SimpleNamespace:
    return tiny.asking(SimpleNamespace(), deconvolutional=folder)


def test_the_folder_is_read_and_its_absence_is_said(tmp_path):
    with pytest.raises(NotApplicable, match="deconvnet-learn"):
        compute(subject(None), {})
    with pytest.raises(RequestError, match="contains no"):
        compute(subject(str(tmp_path)), {})
    write_learned(tmp_path, make_deconvolutional(False))
    found = compute(subject(str(tmp_path)), {})
    np.testing.assert_array_equal(found.projections, make_deconvolutional(False).projections)


def test_the_finding_tells_the_energy_that_is_kept():
    result = make_deconvolutional(False)
    result.snr["1"][:], result.snr["2"][:] = 10, 20
    result.active["1"][:], result.active["2"][:] = 0.05, 0.2
    one, two = map(sentence, decide(findings({"deconvolutional": result})))
    assert one.startswith("Layer 1, learned from 80 unlabelled images, retains 90\u202f% of")
    assert "5.0\u202f% of its units" in one
    assert two.startswith("Layer 2, learned from 80 unlabelled images, retains 99\u202f% of")
    assert "20.0\u202f% of its units" in two


@pytest.mark.parametrize("hostile", [False, True])
def test_figures_draw_and_dead_maps_are_blank(hostile):
    result = make_deconvolutional(hostile)
    shown = section({"deconvolutional": result}, None)
    drawn = {figure.name: figure.draw() for figure in shown.figures}
    assert len(drawn) == 6
    if hostile:
        assert (dead(result, "1"), dead(result, "2")) == ([2], [0])
        patches = np.asarray(drawn["deconvolutional-top-2"])
        assert (patches[90:120, 10:40] == 255).all()  # of the first map, which is dead: paper
        assert (patches[90:120, 490:520] < 255).any()  # of the second


def test_a_filter_is_shown_by_a_projection_that_no_edge_cuts():
    result = make_deconvolutional(False)
    patches, values = result.patches["2"], result.activations["2"]
    patches[:] = 90
    values[:] = 1
    patches[0, 0, :, :3] = 128  # beyond the left edge
    patches[0, 1, -2:] = 128  # below
    patches[0, 2, 3:5] = 128  # grey, but inside
    patches[1, :, 0] = 128
    values[2, :], patches[2, 0, 0] = 0, 128
    assert [first_whole(result, k) for k in range(4)] == [2, 0, 0, 0]
