"""Studies beside a checkpoint, and their part of a result's key."""

from __future__ import annotations

from vizreport.building.setting_values import with_studies
from vizreport.experiments.settings import Settings
from vizreport.experiments.studies import study_hash, study_name


def test_folders_beside_the_checkpoint_are_found(tmp_path):
    checkpoint = tmp_path / "net.keras"
    assert with_studies(Settings(), checkpoint) == Settings()
    (tmp_path / "transfer").mkdir()
    (tmp_path / "ablation").write_text("no folder")
    found = with_studies(Settings(), checkpoint)
    assert (found.ablation, found.transfer) == (None, str(tmp_path / "transfer"))
    assert with_studies(Settings(transfer="other"), checkpoint).transfer == "other"


def test_hash_is_of_the_results_alone(tmp_path):
    assert study_hash(None) is None
    (tmp_path / "b.json").write_text("1")
    (tmp_path / "a.npz").write_bytes(b"2")
    first = study_hash(str(tmp_path))
    assert [name for name, _ in first] == ["a.npz", "b.json"]
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "state.npz").write_bytes(b"3")
    (tmp_path / "notes.txt").write_text("4")
    assert study_hash(str(tmp_path)) == first
    (tmp_path / "b.json").write_text("5")
    assert study_hash(str(tmp_path)) != first
    assert study_hash(str(tmp_path / "nowhere")) == []
    assert study_name(str(tmp_path / "work" / "..")) == tmp_path.name
