"""A run that ended before its first event is started again from what was kept."""

from __future__ import annotations

import pytest

from app.services.guidance.instructions import Found
from app.services.runs.start import read_start, start_of
from app.services.runs.values import RunSpec


@pytest.mark.parametrize(("before", "now"), [(False, True), (True, False)])
def test_it_begins_with_a_plan_where_that_was_wished_for_then_or_now(before: bool, now: bool) -> None:
    start = start_of(RunSpec("Do it.", "/there", plan=before), "Do it.", "/there", (), Found())
    kept = read_start(start.kept())
    assert kept is not None and kept.again("", None, None, "", plan=now).started.plan
    assert kept.again("", None, None, "", plan=False).started.plan == before
