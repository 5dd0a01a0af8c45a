"""The best setting of a model is found again: for this machine and this file, and no other."""

from pathlib import Path

import pytest

from app.services.placement.tuning import FILE_NAME, keep_tuning, kept_tuning
from engine.local.measure.tuning import Trial, Tuning
from engine.placement.plan import PlacementOptions
from engine.placement.variations import Setting

PLANNED = Trial("planned", Setting(PlacementOptions(), 4), 100.0, 20.0, 45.0)
BEST = Trial("threads", Setting(PlacementOptions(ubatch=1024), 3), 120.0, 25.0, 36.6)
TUNING = Tuning(PLANNED, BEST, (PLANNED, BEST), False)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    return path


def test_a_tuning_is_found_again_by_machine_and_model(tmp_path: Path, model: Path) -> None:
    keep_tuning(tmp_path / "home", "machine", model, TUNING)
    assert kept_tuning(tmp_path / "home", "machine", model) == TUNING
    assert kept_tuning(tmp_path / "home", "another", model) is None
    model.write_bytes(b"other weights")
    assert kept_tuning(tmp_path / "home", "machine", model) is None


def test_the_last_tuning_of_a_model_replaces_the_one_before(tmp_path: Path, model: Path) -> None:
    keep_tuning(tmp_path, "machine", model, TUNING)
    again = Tuning(PLANNED, PLANNED, (PLANNED,), True)
    keep_tuning(tmp_path, "machine", model, again)
    keep_tuning(tmp_path, "other", model, TUNING)
    assert kept_tuning(tmp_path, "machine", model) == again


@pytest.mark.parametrize("damage", [b"", b"{}", b"[{}]", b"\xff"])
def test_a_damaged_file_counts_as_empty_and_is_written_anew(
    tmp_path: Path, model: Path, damage: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(damage)
    assert kept_tuning(tmp_path, "machine", model) is None
    keep_tuning(tmp_path, "machine", model, TUNING)
    assert kept_tuning(tmp_path, "machine", model) == TUNING


def test_a_model_that_is_gone_has_no_tuning(tmp_path: Path) -> None:
    assert kept_tuning(tmp_path, "machine", tmp_path / "gone.gguf") is None
