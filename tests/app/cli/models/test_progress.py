"""The bar, the time that is left, and how often either is told."""

from __future__ import annotations

import io
import json
import sys

import pytest

from app.cli.models.progress import ProgressReport, Step, bar
from app.cli.output import Output
from app.table import width_of
from engine.errors import ErrorInfo

HALF = Step("demo/Tiny-GGUF:Q8_0", "running", 50_000_000, 100_000_000, 12_000_000.0, 4.2)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_tells_share_bytes_speed_and_time() -> None:
    line = bar(HALF, "en", 100)
    assert line.split("  ") == [
        " 50%",
        "█" * 12 + "░" * 12,
        "50 of 100 MB",
        "12 MB/s",
        "4 s left",
    ]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("columns", [1, 10, 40, 79, 200])
def test_a_bar_never_breaks_its_line(columns: int, language: str) -> None:
    for state in ("queued", "running", "verifying", "repairing"):
        for received, total in ((0, 0), (0, 5), (5, 5), (9, 5)):
            step = Step("x", state, received, total, 1e9, 3e5, ErrorInfo("hub.offline"))
            assert width_of(bar(step, language, columns)) < max(columns, 1)  # type: ignore[arg-type]


def told(
    monkeypatch: pytest.MonkeyPatch, json_lines: bool, steps: list[tuple[float, Step]]
) -> tuple[str, str]:
    out, err = io.StringIO(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    now = 0.0
    report = ProgressReport(Output(json=json_lines), clock=lambda: now)
    for moment, step in steps:
        now = moment
        report.show(step)
    report.close()
    return out.getvalue(), err.getvalue()


def test_steps_are_shown_four_times_a_second_and_each_change_of_state_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued, verifying = Step("x", "queued", 0, 100), Step("x", "verifying", 100, 100)
    steps = [(10.0, queued), *((10.0 + number / 100, HALF) for number in range(100)), (11.0, verifying)]
    out, err = told(monkeypatch, True, steps)
    assert [json.loads(line)["state"] for line in out.splitlines()] == [
        "queued",
        *["running"] * 4,
        "verifying",
    ]
    assert err == ""


def test_a_person_gets_one_line_that_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = told(monkeypatch, False, [(1.0, HALF), (2.0, HALF)])
    assert out == "" and "\n" not in err
    assert err.count("\r\x1b[K") == 3 and err.endswith("\r\x1b[K")
