from __future__ import annotations

from app.services.models.reading_time import disk_reading_seconds
from tests.app.desktop.placement.plans import dense, from_disk


def test_a_short_prompt_takes_what_its_tokens_read_and_a_longer_one_a_pass_for_each_batch() -> None:
    plan = from_disk().plan
    batch, pass_s = plan.placement.ubatch, plan.placement.ubatch / plan.predicted.prefill_tps
    assert disk_reading_seconds(plan, "word " * 10) == 10 / plan.predicted.decode_tps
    assert disk_reading_seconds(plan, "word " * batch) == pass_s
    assert disk_reading_seconds(plan, "word " * (batch + 1)) == 2 * pass_s


def test_nothing_is_told_of_models_in_memory() -> None:
    assert disk_reading_seconds(dense().plan, "word " * 2000) == 0.0
    assert disk_reading_seconds(None, "word") == 0.0
