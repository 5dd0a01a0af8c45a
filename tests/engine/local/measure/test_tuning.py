"""Tuning the real starter model on this machine. No test looks at which setting wins."""

from pathlib import Path

import psutil
import pytest

from engine.errors import UserError
from engine.local.measure.tuning import Trial, tune
from engine.placement.plan import RAM, Device, Machine, PlacementOptions
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]

TOTAL = psutil.virtual_memory().total
ALONE = Machine(Device(RAM, "cpu", "", TOTAL, TOTAL))


def test_settings_are_tried_in_turn_and_the_best_is_at_least_as_fast_as_the_plan() -> None:
    trials: list[Trial] = []

    def on_trial(trial: Trial | None, share: float) -> bool:
        assert 0 <= share <= 1
        if trial:
            trials.append(trial)
        return len(trials) < 3

    options = PlacementOptions(512)
    found = tune(str(starter_model()), options, ALONE, threads=1, seconds=600, on_trial=on_trial)
    assert len(found.tried) == 3 and list(found.tried) == trials
    assert found.tried[0] == found.before
    assert (found.before.kind, found.before.setting.threads) == ("planned", 1)
    assert found.before.prefill_tps > 0 and found.before.decode_tps > 0
    assert found.after in found.tried
    assert found.after.seconds <= found.before.seconds
    assert not found.out_of_time


def test_time_that_is_not_enough_for_one_trial_is_told() -> None:
    with pytest.raises(UserError, match=r"tuning\.too_slow"):
        tune(str(starter_model()), PlacementOptions(512), ALONE, seconds=0.05)


def test_tuning_ends_when_the_user_says_so_and_tells_why_a_model_cannot_load(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"engine\.load_cancelled"):
        tune(str(starter_model()), PlacementOptions(512), ALONE, on_trial=lambda _trial, _share: False)
    with pytest.raises(UserError, match=r"model\.missing"):
        tune(str(tmp_path / "none.gguf"), PlacementOptions(), ALONE)
